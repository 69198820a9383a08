"""Promising a call: at what time, by whom, changing one's mind. What happens when it is due is in `callback_turns`."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypedDict
from zoneinfo import ZoneInfo

from dialer.domain.callbacks import (
    DEFAULT_FALLBACK_MINUTES,
    MAX_FALLBACK_MINUTES,
    MIN_FALLBACK_MINUTES,
    OPEN,
    CallbackState,
    held_until,
    parse_promised_time,
    promised_time,
)
from dialer.domain.campaigns import CampaignStatus
from dialer.domain.compliance.wall_clock import is_zone
from dialer.domain.day_parts import zone_named
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound
from dialer.domain.ids import AgentId, CallbackId, CampaignId, LeadId
from dialer.domain.principals import Principal, Role
from dialer.domain.spans import Span
from dialer.store import agents as agent_store
from dialer.store import callback_reports, callback_turns
from dialer.store import callbacks as store
from dialer.store import previews as preview_store
from dialer.store.callback_reports import AgentCallbackFigures, CallbackFigures
from dialer.store.callbacks import Callback, CallbackFilter, NewCallback, PromisableLead
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.callback_hours import hours_of
from dialer.usecases.services import Services

__all__ = ["AgentCallbackFigures", "Callback", "CallbackFigures", "CallbackFilter"]

Owner = AgentId | Literal["me"] | None


@dataclass(frozen=True)
class CallbackWish:
    """What is to be promised. `at` is wall time where the callee is, or in `time_zone`, unless it has an offset.

    `agent` is who is to call, None for whoever of the team is free.
    """

    at: str
    agent: Owner = None
    time_zone: str | None = None
    note: str | None = None
    fallback_minutes: int = DEFAULT_FALLBACK_MINUTES


class CallbackChanges(TypedDict, total=False):
    """What of a promise is changed; what is absent stays."""

    at: str
    time_zone: str
    agent: Owner
    note: str | None
    fallback_minutes: int


@dataclass(frozen=True)
class CallbackPage:
    """One page of promises, and how many there are in all."""

    callbacks: tuple[Callback, ...]
    total: int


@dataclass(frozen=True)
class CallbackReport:
    """How promises were kept, in all and by agent."""

    totals: CallbackFigures
    agents: tuple[AgentCallbackFigures, ...]


def promise_callback(services: Services, *, actor: Principal, lead_id: LeadId, wish: CallbackWish) -> Callback:
    """Promise a person a call. A promise that stands is replaced, for agents unless it is a colleague's.

    The lead comes back on its list, due then and before all others. Raises NotFound, Forbidden; Invalid for a time that
    has passed, does not exist or is not permitted, with the next one that is; Conflict for who is not to be called.
    """
    with services.transaction(actor.tenant_id) as tx:
        lead = store.lock_lead(tx.session, lead_id)
        if lead is None:
            raise NotFound("There is no lead with this id.")
        standing = store.find_open_callback(tx.session, lead_id)
        if standing is not None and not _is_own(actor, standing) and standing.agent_id is not None:
            raise Forbidden(f"{standing.agent_name or 'A colleague'} has promised this person a call.")
        return _promise(services, tx, actor, lead, wish, standing=standing)


def promise_in_call(
    services: Services, tx: Transaction, *, actor: Principal, call: LockedCall, wish: CallbackWish
) -> Callback:
    """The same as an agent's conclusion from a call whose row is locked. Concluding the same again changes nothing."""
    lead = store.lock_lead(tx.session, call.lead_id)
    if lead is None:
        raise NotFound("There is no lead with this id.")
    standing = store.find_open_callback(tx.session, call.lead_id)
    return _promise(services, tx, actor, lead, wish, standing=standing, call=call)


def withdraw_promise_of_call(services: Services, tx: Transaction, *, call: LockedCall, now: datetime) -> bool:
    """Take back what was promised in a call whose row is locked, for its agent says otherwise now; tell if it was."""
    lead = store.lock_lead(tx.session, call.lead_id)
    standing = store.find_open_callback(tx.session, call.lead_id)
    if lead is None or standing is None or standing.promised_in_call_id != call.call_id:
        return False
    _take_off_screen(services, tx, standing, lead, now)
    store.end_callback(
        tx.session, callback=standing, state=CallbackState.CANCELLED, reason="concluded otherwise", now=now
    )
    return True


def list_callbacks(
    services: Services, *, actor: Principal, chosen: CallbackFilter, limit: int, offset: int
) -> CallbackPage:
    """Promises, the earliest first. Somebody in the role of an agent sees what is or was his own, or made by him."""
    if not actor.has_at_least(Role.SUPERVISOR):
        if actor.agent_id is None:
            raise Forbidden("You do not work as an agent yet.")
        if chosen.agent_id not in (None, actor.agent_id):
            raise Forbidden("Agents see their own callbacks only.")
        chosen = replace(chosen, of_agent=actor.agent_id, of_user=actor.user_id)
    with services.transaction(actor.tenant_id) as tx:
        found, total = store.list_callbacks(tx.session, chosen=chosen, limit=limit, offset=offset)
        return CallbackPage(tuple(found), total)


def load_callback(services: Services, *, actor: Principal, callback_id: CallbackId) -> Callback:
    """One promise. Raises NotFound, and Forbidden for a colleague's."""
    with services.transaction(actor.tenant_id) as tx:
        return _visible(tx, actor, callback_id)


def change_callback(
    services: Services, *, actor: Principal, callback_id: CallbackId, changes: CallbackChanges
) -> Callback:
    """Change time, agent, note or fallback of a promise that is open; what is on a screen for it is taken back.

    By its agent, its maker or a supervisor. Raises as promising does, and Conflict for a promise that has ended and
    while the person is being called.
    """
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        callback, lead = _lock_open(tx, actor, callback_id, now)
        columns: dict[str, object] = {}
        if "note" in changes:
            columns["note"] = changes["note"]
        if changes.keys() - {"note"}:
            columns |= _new_terms(services, tx, actor, callback, lead, changes)
            _take_off_screen(services, tx, callback, lead, now)
        store.change_callback(tx.session, callback_id=callback_id, changes=columns, now=now)
        changed = _load(tx, callback_id)
        if changes.keys() - {"note"}:
            _hold(tx, changed, now, phone=None)
            _announce(services, tx, agent_events.CALLBACK_PROMISED, changed)
        return changed


def cancel_callback(services: Services, *, actor: Principal, callback_id: CallbackId) -> Callback:
    """Take a promise back; the lead stays on its list, due about when it was promised. Repeating changes nothing.

    By its agent, its maker or a supervisor. Raises NotFound, Forbidden, and Conflict for one that was kept or missed
    and while the person is being called.
    """
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        if _visible(tx, actor, callback_id).state is CallbackState.CANCELLED:
            return _load(tx, callback_id)
        callback, lead = _lock_open(tx, actor, callback_id, now)
        _take_off_screen(services, tx, callback, lead, now)
        store.end_callback(tx.session, callback=callback, state=CallbackState.CANCELLED, reason="taken back", now=now)
        return _load(tx, callback_id)


def report_callbacks(
    services: Services, *, actor: Principal, campaign_id: CampaignId | None, span: Span
) -> CallbackReport:
    """How the promises that were due in a span were kept."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        totals, agents = callback_reports.summarize_callbacks(tx.session, campaign_id=campaign_id, span=span)
        return CallbackReport(totals, tuple(agents))


def _promise(
    services: Services,
    tx: Transaction,
    actor: Principal,
    lead: PromisableLead,
    wish: CallbackWish,
    *,
    standing: Callback | None,
    call: LockedCall | None = None,
) -> Callback:
    now = services.clock.now()
    at, agent = ("at", "agent_id") if call is None else ("callback_at", "callback_agent")
    _require_callable(lead)
    hours = hours_of(services, tx, lead)
    new = NewCallback(
        time=parse_promised_time(wish.at, _zone(wish.time_zone, hours.zone), now=now, field=at),
        agent_id=_owner(tx, actor, wish.agent, field=agent),
        fallback_minutes=_fallback(wish.fallback_minutes),
        note=wish.note,
        promised_in_call_id=None if call is None else call.call_id,
        created_by=actor.user_id,
    )
    if standing is not None and call is not None and _is_the_same(standing, new):
        return standing
    hours.require_permitted(new.time, field=at)
    if standing is not None:
        _take_off_screen(services, tx, standing, lead, now)
        store.end_callback(tx.session, callback=standing, state=CallbackState.CANCELLED, reason="replaced", now=now)
    callback = _load(tx, store.insert_callback(tx.session, lead=lead, new=new, now=now))
    _hold(tx, callback, now, phone=None if call is None else call.to_number)
    _announce(services, tx, agent_events.CALLBACK_PROMISED, callback)
    return callback


def _hold(tx: Transaction, callback: Callback, now: datetime, *, phone: str | None) -> None:
    held = held_until(callback.due_at, agent_id=callback.agent_id, fallback_minutes=callback.fallback_minutes)
    store.hold_lead(
        tx.session, lead_id=callback.lead_id, due_at=callback.due_at, next_call_at=held, phone=phone, now=now
    )


def _is_the_same(standing: Callback, new: NewCallback) -> bool:
    told = (new.promised_in_call_id, new.time.due_at, new.agent_id, new.fallback_minutes, new.note)
    known = (standing.promised_in_call_id, standing.due_at, standing.agent_id, standing.fallback_minutes, standing.note)
    return told == known


def _require_callable(lead: PromisableLead) -> None:
    if lead.do_not_call or lead.status == "dnc":
        raise Conflict("This person asked not to be called.")
    if lead.attempts_made >= lead.terms.max_attempts:
        raise Conflict(f"The campaign allows {lead.terms.max_attempts} attempts, and they are used up.")
    if lead.terms.status in (CampaignStatus.COMPLETED, CampaignStatus.CANCELLED):
        raise Conflict(f"The campaign is {lead.terms.status}: nobody would call.")


def _zone(given: str | None, callees: ZoneInfo) -> ZoneInfo:
    if given is not None and not is_zone(given):
        raise Invalid.field("time_zone", "must be a time zone name, such as America/Los_Angeles")
    return callees if given is None else zone_named(given)


def _owner(tx: Transaction, actor: Principal, wanted: Owner, *, field: str) -> AgentId | None:
    """Whose the promise is to be: agents promise for themselves or the team, supervisors for anybody."""
    if wanted is None:
        return None
    agent_id = actor.agent_id if wanted == "me" else wanted
    if agent_id is None:
        raise Invalid.field(field, "you do not work as an agent")
    if agent_id != actor.agent_id and not actor.has_at_least(Role.SUPERVISOR):
        raise Forbidden("Agents promise for themselves or for the team.")
    agent = agent_store.find_agent(tx.session, agent_id)
    if agent is None or not agent.is_active:
        raise Invalid.field(field, "there is no such agent, or he is deactivated")
    return agent_id


def _fallback(minutes: int) -> int:
    if not MIN_FALLBACK_MINUTES <= minutes <= MAX_FALLBACK_MINUTES:
        message = f"must be between {MIN_FALLBACK_MINUTES} and {MAX_FALLBACK_MINUTES}"
        raise Invalid.field("fallback_minutes", message)
    return minutes


def _new_terms(
    services: Services,
    tx: Transaction,
    actor: Principal,
    callback: Callback,
    lead: PromisableLead,
    changes: CallbackChanges,
) -> dict[str, object]:
    now = services.clock.now()
    columns: dict[str, object] = {"state": CallbackState.PROMISED}
    zone = _zone(changes.get("time_zone"), zone_named(callback.time_zone))
    time = promised_time(callback.due_at, zone)
    if "at" in changes:
        _require_callable(lead)
        time = parse_promised_time(changes["at"], zone, now=now)
        hours_of(services, tx, lead).require_permitted(time, field="at")
    columns |= {"due_at": time.due_at, "time_zone": time.time_zone, "local_time": time.local_time}
    agent_id = callback.agent_id
    if "agent" in changes:
        agent_id = columns["agent_id"] = _owner(tx, actor, changes["agent"], field="agent_id")
    if "fallback_minutes" in changes:
        columns["fallback_minutes"] = _fallback(changes["fallback_minutes"])
    if agent_id is None and callback.handed_over_from is not None:
        columns["state"] = CallbackState.HANDED_OVER
    return columns


def _take_off_screen(
    services: Services, tx: Transaction, callback: Callback, lead: PromisableLead, now: datetime
) -> None:
    """What is done to a promise whose lead is on a screen for it takes it from there."""
    preview_id = callback_turns.find_offer(tx.session, lead.id) if callback.state is CallbackState.OFFERED else None
    preview = None if preview_id is None else preview_store.lock_preview(tx.session, preview_id)
    if preview is None or preview.state != "offered":
        return
    preview_store.end_preview(tx.session, preview_id=preview.id, state="withdrawn", now=now)
    preview_store.return_lead(tx.session, lead_id=lead.id, now=now)
    ended = agent_events.preview_ended(preview, state="withdrawn")
    tx.after_commit(services.feed.to_agent, preview.agent_id, agent_events.PREVIEW_ENDED, ended)


def _lock_open(
    tx: Transaction, actor: Principal, callback_id: CallbackId, now: datetime
) -> tuple[Callback, PromisableLead]:
    """A promise that may be changed, its lead locked and nobody calling it."""
    lead = store.lock_lead(tx.session, _visible(tx, actor, callback_id).lead_id)
    callback = _visible(tx, actor, callback_id)
    if lead is None:
        raise _no_callback()
    if callback.state not in OPEN:
        raise Conflict(f"The promise is {callback.state}.")
    is_on_screen = (
        callback.state is CallbackState.OFFERED and callback_turns.find_offer(tx.session, lead.id) is not None
    )
    if lead.status in ("queued", "calling") and not is_on_screen and callback.due_at <= now:
        raise Conflict("The person is being called at this moment.")
    return callback, lead


def _visible(tx: Transaction, actor: Principal, callback_id: CallbackId) -> Callback:
    callback = _load(tx, callback_id)
    if not _is_own(actor, callback):
        raise Forbidden("This is not a promise of yours.")
    return callback


def _is_own(actor: Principal, callback: Callback) -> bool:
    if actor.has_at_least(Role.SUPERVISOR) or callback.created_by == actor.user_id:
        return True
    return actor.agent_id is not None and callback.agent_id == actor.agent_id


def _load(tx: Transaction, callback_id: CallbackId) -> Callback:
    callback = store.find_callback(tx.session, callback_id)
    if callback is None:
        raise _no_callback()
    return callback


def _no_callback() -> NotFound:
    return NotFound("There is no callback with this id.")


def _announce(services: Services, tx: Transaction, event: str, callback: Callback) -> None:
    """Tell the tenant's supervisors, and the agent whose promise it is."""
    payload = agent_events.callback_event(callback)
    tx.after_commit(services.feed.to_tenant, callback.tenant_id, event, payload)
    if callback.agent_id is not None:
        tx.after_commit(services.feed.to_agent, callback.agent_id, event, payload)
