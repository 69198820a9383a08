"""Calls as people see them: lists, details, statistics; and what an agent writes on a call afterwards."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from dialer.domain.call_words import STATUS_BY_STATE, AgentDisposition, CallStatus
from dialer.domain.calls import FINAL
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound
from dialer.domain.ids import AgentId, CallId
from dialer.domain.principals import Principal, Role
from dialer.store import call_outcomes
from dialer.store import call_reports as store
from dialer.store.call_outcomes import ConcludableCall
from dialer.store.call_reports import CallFilter, CallRow, CallStatistics, DispositionCount
from dialer.store.leads import mark_do_not_call
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft, insert_suppressions
from dialer.usecases.services import Services

__all__ = ["CallFilter", "CallStatistics", "DispositionCount"]

HANG_UP = "dialer.calls.hang_up"


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
    disposition: AgentDisposition,
    callback_at: datetime | None = None,
    notes: str | None = None,
) -> CallView:
    """Store what the agent concluded, the last word counting; `notes` None leaves the notes as they are.

    `callback` reschedules the lead to `callback_at`; `do_not_call` puts the number on the tenant's suppression list.
    By the agent of the call, or a supervisor. Raises NotFound, Forbidden, Invalid, and Conflict for a callback that the
    campaign would not place.
    """
    now = services.clock.now()
    if (callback_at is not None) is not (disposition is AgentDisposition.CALLBACK):
        raise Invalid.field("callback_at", "goes with the disposition callback, and only with it")
    if callback_at is not None and callback_at <= now:
        raise Invalid.field("callback_at", "must be in the future")
    with services.transaction(actor.tenant_id) as tx:
        call = _lock_writable(tx, actor, call_id)
        call_outcomes.set_agent_disposition(tx.session, call_id=call_id, disposition=disposition)
        if notes is not None:
            call_outcomes.set_call_notes(tx.session, call_id=call_id, notes=notes)
        if callback_at is not None:
            _schedule_callback(tx, call, callback_at, now)
        if disposition is AgentDisposition.DO_NOT_CALL:
            _suppress(tx, actor, call, now)
        return _view(_visible(tx, actor, call_id))


def set_call_notes(services: Services, *, actor: Principal, call_id: CallId, notes: str | None) -> CallView:
    """Store the agent's notes on a call. By its agent, or a supervisor. Raises NotFound, Forbidden."""
    with services.transaction(actor.tenant_id) as tx:
        _lock_writable(tx, actor, call_id)
        call_outcomes.set_call_notes(tx.session, call_id=call_id, notes=notes)
        return _view(_visible(tx, actor, call_id))


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


def _require_own(actor: Principal, agent_id: AgentId | None) -> None:
    if not actor.has_at_least(Role.SUPERVISOR) and (agent_id is None or agent_id != actor.agent_id):
        raise Forbidden("This is not a call of yours.")


def _visible(tx: Transaction, actor: Principal, call_id: CallId) -> CallRow:
    row = store.find_call(tx.session, call_id)
    if row is None:
        raise NotFound("There is no call with this id.")
    _require_own(actor, row.agent_id)
    return row


def _lock_writable(tx: Transaction, actor: Principal, call_id: CallId) -> ConcludableCall:
    call = call_outcomes.lock_concludable_call(tx.session, call_id)
    if call is None:
        raise NotFound("There is no call with this id.")
    _require_own(actor, call.agent_id)
    return call


def _schedule_callback(tx: Transaction, call: ConcludableCall, at: datetime, now: datetime) -> None:
    if call.call_attempts >= call.max_attempts:
        raise Conflict(f"The campaign allows {call.max_attempts} attempts, and they are used up.")
    if not call_outcomes.schedule_callback(tx.session, lead_id=call.lead_id, at=at, now=now):
        raise Conflict("This person asked not to be called.")


def _suppress(tx: Transaction, actor: Principal, call: ConcludableCall, now: datetime) -> None:
    draft = SuppressionDraft(
        actor.tenant_id, campaign_id=None, reason="do_not_call", source="agent", created_by=actor.user_id
    )
    insert_suppressions(tx.session, [call.to_number], draft, now=now)
    mark_do_not_call(tx.session, [call.to_number], campaign_id=None, now=now)
