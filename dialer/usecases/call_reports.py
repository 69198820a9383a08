"""Calls as people see them: lists, details, statistics; and what an agent writes on a call afterwards."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from dialer.domain.call_words import STATUS_BY_STATE, AgentDisposition, CallStatus
from dialer.domain.calls import FINAL, CallState
from dialer.domain.errors import Forbidden, Invalid, NotFound
from dialer.domain.ids import AgentId, CallId
from dialer.domain.principals import Principal, Role
from dialer.store import call_outcomes
from dialer.store import call_reports as store
from dialer.store.call_reports import CallFilter, CallRow, CallStatistics, DispositionCount
from dialer.store.calls import LockedCall, lock_call
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases import call_closing
from dialer.usecases.callbacks import CallbackWish, promise_in_call, withdraw_promise_of_call
from dialer.usecases.campaign_dispositions import choose_of_campaign
from dialer.usecases.services import Services
from dialer.usecases.suppressions import suppress_numbers

__all__ = ["CallFilter", "CallStatistics", "DispositionCount"]

HANG_UP = "dialer.calls.hang_up"
_UNPLACED = frozenset({CallState.PLANNED, CallState.CANCELLED})


@dataclass(frozen=True)
class CallView(CallRow):
    """A call with the status that is shown for its state."""

    @property
    def status(self) -> CallStatus:
        """Where the call is, in the carrier's words."""
        return STATUS_BY_STATE[self.state]

    @property
    def is_over(self) -> bool:
        """True once nobody is on the line any more."""
        return self.state in FINAL


def list_calls(
    services: Services, *, actor: Principal, chosen: CallFilter, limit: int = 50, offset: int = 0
) -> tuple[CallView, ...]:
    """Calls that were placed, the newest first. Somebody in the role of an agent sees only his own."""
    confined = _confine(actor, chosen)
    with services.transaction(actor.tenant_id) as tx:
        return tuple(_view(row) for row in store.list_calls(tx.session, chosen=confined, limit=limit, offset=offset))


def load_call(services: Services, *, actor: Principal, call_id: CallId) -> CallView:
    """One call. Raises NotFound, and Forbidden for another agent's."""
    with services.transaction(actor.tenant_id) as tx:
        return _view(_visible(tx, actor, call_id))


def summarize_calls(services: Services, *, actor: Principal, chosen: CallFilter) -> CallStatistics:
    """Counts, averages and cost. Somebody in the role of an agent gets them for his own calls."""
    confined = _confine(actor, chosen)
    with services.transaction(actor.tenant_id) as tx:
        return store.summarize_calls(tx.session, chosen=confined)


def count_calls_by_disposition(
    services: Services, *, actor: Principal, chosen: CallFilter
) -> tuple[DispositionCount, ...]:
    """How calls ended. Somebody in the role of an agent gets his own."""
    confined = _confine(actor, chosen)
    with services.transaction(actor.tenant_id) as tx:
        return tuple(store.count_by_disposition(tx.session, chosen=confined))


def set_call_disposition(
    services: Services,
    *,
    actor: Principal,
    call_id: CallId,
    disposition: AgentDisposition | None,
    key: str | None = None,
    callback: CallbackWish | None = None,
    notes: str | None = None,
) -> CallView:
    """Store what the agent concluded, the last word counting; `notes` None leaves the notes as they are.

    By a built-in word, or by the `key` of the campaign's own list, which stands for one; both must agree.

    The lead becomes what the campaign's retry rules make of that word, if the call is over and nothing else has become
    of it since. `callback` promises a call; `do_not_call` puts the number on the tenant's suppression list. By the
    agent of the call, or a supervisor. Raises NotFound, Forbidden, Invalid, and Conflict for a callback that the
    campaign would not place.
    """
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        call = _lock_writable(tx, actor, call_id)
        disposition, own = choose_of_campaign(tx, campaign_id=call.campaign_id, key=key, outcome=disposition)
        if (callback is not None) is not (disposition is AgentDisposition.CALLBACK):
            raise Invalid.field("callback_at", "goes with the disposition callback, and only with it")
        call_outcomes.set_agent_disposition(
            tx.session,
            call_id=call_id,
            disposition=disposition,
            key=None if own is None else own.key,
            label=None if own is None else own.label,
        )
        if notes is not None:
            call_outcomes.set_call_notes(tx.session, call_id=call_id, notes=notes)
        if callback is not None:
            promise_in_call(services, tx, actor=actor, call=call, wish=callback)
        else:
            _conclude(services, tx, call, disposition, now)
        if disposition is AgentDisposition.DO_NOT_CALL:
            _suppress(services, tx, actor, call)
        return _view(_visible(tx, actor, call_id))


@dataclass(frozen=True)
class NotedCall:
    """A call with the notes that it has now; `is_stored`: they are the ones that were sent."""

    call: CallView
    is_stored: bool


def set_call_notes(
    services: Services, *, actor: Principal, call_id: CallId, notes: str | None, revision: int | None = None
) -> NotedCall:
    """Store the agent's notes on a call, as he types them. By its agent, or a supervisor. Two or three statements.

    With a `revision`, what is no newer than what is stored is left out, so that a late save undoes nothing; repeating
    one is harmless. Raises NotFound, Forbidden.
    """
    with services.transaction(actor.tenant_id) as tx:
        call = _visible(tx, actor, call_id)
        is_stored = call_outcomes.set_call_notes(tx.session, call_id=call_id, notes=notes, revision=revision)
        return NotedCall(_view(store.find_call(tx.session, call_id) or call), is_stored)


def request_hang_up(services: Services, *, actor: Principal, call_id: CallId) -> CallView:
    """Have a call ended by a worker. By its agent, or a supervisor. A call that is over is left at that.

    Raises NotFound, Forbidden, and Unavailable when the request could not be passed on.
    """
    with services.transaction(actor.tenant_id) as tx:
        call = _view(_visible(tx, actor, call_id))
        if not call.is_over:
            tx.after_commit(services.queue.send, HANG_UP, tenant_id=str(actor.tenant_id), call_id=str(call_id))
        return call


def _view(row: CallRow) -> CallView:
    return CallView(**{field.name: getattr(row, field.name) for field in fields(CallRow)})


def _confine(actor: Principal, chosen: CallFilter) -> CallFilter:
    if actor.has_at_least(Role.SUPERVISOR):
        return chosen
    if actor.agent_id is None:
        raise Forbidden("You do not work as an agent yet.")
    if chosen.agent_id not in (None, actor.agent_id):
        raise Forbidden("Agents see their own calls only.")
    return replace(chosen, agent_id=actor.agent_id)


def _require_own(tx: Transaction, actor: Principal, call_id: CallId, agent_id: AgentId | None) -> None:
    """His own is a call also while he wraps it up and somebody else goes on with it."""
    if actor.has_at_least(Role.SUPERVISOR) or (agent_id is not None and agent_id == actor.agent_id):
        return
    if actor.agent_id is None or not call_outcomes.wraps_up(tx.session, call_id=call_id, agent_id=actor.agent_id):
        raise Forbidden("This is not a call of yours.")


def _visible(tx: Transaction, actor: Principal, call_id: CallId) -> CallRow:
    row = store.find_call(tx.session, call_id)
    if row is None:
        raise NotFound("There is no call with this id.")
    _require_own(tx, actor, call_id, row.agent_id)
    return row


def _lock_writable(tx: Transaction, actor: Principal, call_id: CallId) -> LockedCall:
    call = lock_call(tx.session, call_id)
    if call is None or (call.state in _UNPLACED and call.placing_at is None):
        raise NotFound("There is no call with this id.")
    _require_own(tx, actor, call_id, call.agent_id)
    return call


def _conclude(services: Services, tx: Transaction, call: LockedCall, disposition: str, now: datetime) -> None:
    """What the agent's word means for the lead. While the call lasts, its end will tell."""
    promised = call.agent_disposition == AgentDisposition.CALLBACK
    was_withdrawn = promised and withdraw_promise_of_call(services, tx, call=call, now=now)
    if call.state not in FINAL:
        return
    settled = call_closing.settle if was_withdrawn else call_closing.conclude
    settled(tx, call=call, agent_disposition=disposition, now=now)


def _suppress(services: Services, tx: Transaction, actor: Principal, call: LockedCall) -> None:
    draft = SuppressionDraft(
        actor.tenant_id, campaign_id=None, reason="do_not_call", source="disposition", created_by=actor.user_id
    )
    suppress_numbers(services, tx, [call.to_number], draft)
