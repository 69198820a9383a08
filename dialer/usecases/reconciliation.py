"""Asking the carrier about calls whose end never came, whose beginning is unknown, or whose agent never joined."""

from collections.abc import Set
from datetime import datetime, timedelta

import structlog

from dialer.domain.calls import FINAL, LIVE, CallState, Verdict
from dialer.domain.dispositions import is_machine
from dialer.domain.errors import CarrierError
from dialer.domain.ids import CallId, TenantId
from dialer.ports import CarrierAccount, CarrierCall
from dialer.store import agent_legs, claims, overdue
from dialer.store import calls as call_store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases.call_closing import close
from dialer.usecases.call_events import StatusReport, apply_status
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.lost_meetings import record_meeting
from dialer.usecases.services import Services

log = structlog.get_logger()

CARRIER_QUEUE_PATIENCE = timedelta(seconds=60)
ABSENCE_IS_CERTAIN_AFTER = timedelta(minutes=5)
"""The carrier's lists lag behind; only absence after this time counts as 'never accepted'."""
MESSAGE_PATIENCE = timedelta(minutes=5)
"""Whoever is still on the line so long after an abandonment is not listening to a message."""


def reconcile_call(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Ask about a call as `ask_about_call` does, but leave it as it is while the carrier does not answer."""
    try:
        ask_about_call(services, tenant_id=tenant_id, call_id=call_id)
    except CarrierError as trouble:
        log.warning("reconciliation_postponed", call_id=str(call_id), error=str(trouble))


def ask_about_call(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Bring one call to the state that the carrier reports. Raises CarrierError when it cannot be asked.

    A call that has moved on meanwhile is left alone. A call without the carrier's id is looked for by its numbers.
    Found: it is adopted. Not found: no agent waits for it any more. Not found for five minutes: it was never accepted
    and the lead is freed; the attempt itself is never placed again. A call whose id the carrier does not know is over.
    One whose callee sits with his agent is a conversation, whoever failed to report that.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        account = account_of(services, tx.session, tenant_id)
        held = agent_legs.holds_call(tx.session, call_id=call_id)
        call_store.update_call(tx.session, call_id=call_id, now=now, changes={"reconciled_at": now})
    if call is None or call.state in FINAL:
        return
    if call.state in LIVE and is_machine(call.answered_by) and held:
        # Only while its agent is not free yet: a message that is being left would start anew.
        services.queue.send("dialer.calls.end_machine_call", tenant_id=str(tenant_id), call_id=str(call_id))
    found = _ask(services, account, call)
    participants = _participants(services, account, call, found)
    with services.transaction(tenant_id) as tx:
        locked = call_store.lock_call(tx.session, call_id)
        if locked is None or locked.state in FINAL:
            return
        if found is not None:
            _apply(services, tx, locked, found, now)
            record_meeting(services, tx, call=locked, participants=participants, now=now)
        elif now - (locked.placing_at or locked.created_at) <= ABSENCE_IS_CERTAIN_AFTER:
            if locked.state == CallState.UNRESOLVED:
                overdue.note_missing(tx.session, call_id=call_id, now=now)
        elif locked.call_sid is None:
            _record_never_accepted(tx, locked, now)
        else:
            # It was there, and the carrier knows nothing of it any more.
            end = CallState.COMPLETED if locked.state in LIVE else CallState.CANCELLED
            close(services, tx, call=locked, state=end, now=now, reported={"hangup_cause": "unknown to the carrier"})


def reconcile_end(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Find out when an abandoned call ended. A callee who is on the line still hears the message again, or is hung up.

    Repeating it is harmless: an end that is known is left as it is.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        account = account_of(services, tx.session, tenant_id)
        call_store.update_call(tx.session, call_id=call_id, now=now, changes={"reconciled_at": now})
    if call is None or call.call_sid is None or call.state != CallState.ABANDONED or call.ended_at is not None:
        return
    found = services.carrier.fetch_call(account, call_sid=call.call_sid)
    if found is not None and found.state not in FINAL:
        began = call.answered_at or call.created_at
        task = "dialer.calls.hang_up" if now - began > MESSAGE_PATIENCE else "dialer.calls.apologise"
        services.queue.send(task, tenant_id=str(tenant_id), call_id=str(call_id))
        return
    with services.transaction(tenant_id) as tx:
        facts = {
            "ended_at": (found.ended_at if found is not None else None) or now,
            "duration_seconds": None if found is None else found.duration_seconds,
        }
        _, event_id = call_store.record_event(
            tx.session,
            call_id=call_id,
            event_key="reconciled:end",
            kind="reconciliation",
            payload={"state": None if found is None else str(found.state)},
            now=now,
        )
        call_store.update_call(tx.session, call_id=call_id, now=now, facts=facts, event=(event_id, Verdict.STALE))


def _participants(
    services: Services, account: CarrierAccount, call: LockedCall, found: CarrierCall | None
) -> Set[str] | None:
    """Who is in the conference of a callee who should be with his agent by now; None where that is no question."""
    if found is None or found.state != CallState.ANSWERED or call.state not in (CallState.ANSWERED, CallState.WAITING):
        return None
    if call.agent_id is None or call.conference_name is None or is_machine(call.answered_by):
        return None
    return services.carrier.list_participants(account, conference_name=call.conference_name)


def _ask(services: Services, account: CarrierAccount, call: LockedCall) -> CarrierCall | None:
    if call.call_sid is not None:
        return services.carrier.fetch_call(account, call_sid=call.call_sid)
    since = (call.placing_at or call.created_at) - timedelta(seconds=5)
    candidates = services.carrier.find_calls(
        account, to_number=call.to_number, from_number=call.from_number, since=since
    )
    with services.transaction(call.tenant_id) as tx:
        known = call_store.known_call_sids(tx.session, [candidate.call_sid for candidate in candidates])
    strangers = [candidate for candidate in candidates if candidate.call_sid not in known]
    # The oldest stranger is ours: the lead has had no other call in flight since then.
    return strangers[-1] if strangers else None


def _apply(services: Services, tx: Transaction, call: LockedCall, found: CarrierCall, now: datetime) -> None:
    event_key = f"reconciled:{found.state}:{now.isoformat()}"
    locked, event_id = call_store.record_event(
        tx.session,
        call_id=call.call_id,
        event_key=event_key,
        kind="reconciliation",
        payload={"state": str(found.state), "call_sid": found.call_sid, "duration": found.duration_seconds},
        now=now,
    )
    if found.state == CallState.PLACED:
        facts = {"call_sid": found.call_sid, "placed_at": now}
        moved = call_store.update_call(
            tx.session,
            call_id=call.call_id,
            now=now,
            to=CallState.PLACED,
            facts=facts,
            event=(event_id, Verdict.APPLIED),
        )
        if not moved:
            call_store.update_call(tx.session, call_id=call.call_id, now=now, facts=facts)
        if now - (call.placing_at or call.created_at) > CARRIER_QUEUE_PATIENCE:
            # It still waits in the carrier's own queue, for a floor that has long changed.
            ids = {"tenant_id": str(call.tenant_id), "call_id": str(call.call_id)}
            tx.after_commit(services.queue.send, "dialer.calls.cancel_queued_call", **ids)
        return
    report = StatusReport(
        call_id=call.call_id,
        call_sid=found.call_sid,
        event_key=event_key,
        state=found.state,
        duration_seconds=found.duration_seconds,
        answered_by=found.answered_by,
        hangup_cause="reconciled with the carrier",
        payload={},
    )
    apply_status(services, tx, call=locked, report=report, event_id=event_id, now=now)


def _record_never_accepted(tx: Transaction, call: LockedCall, now: datetime) -> None:
    _, event_id = call_store.record_event(
        tx.session,
        call_id=call.call_id,
        event_key="reconciled:never_accepted",
        kind="reconciliation",
        payload={"found": False},
        now=now,
    )
    call_store.update_call(
        tx.session,
        call_id=call.call_id,
        now=now,
        to=CallState.CANCELLED,
        facts={"ended_at": now, "hangup_cause": "never accepted by the carrier"},
        event=(event_id, Verdict.APPLIED),
    )
    claims.release_lead(tx.session, lead_id=call.lead_id, now=now, next_call_at=now, count_attempt=False)


def record_cost(services: Services, *, tenant_id: TenantId, call_id: CallId) -> bool:
    """Ask the carrier what a finished call cost; tell whether the price is there yet: billing comes later."""
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        account = account_of(services, tx.session, tenant_id)
        call_sid = call_store.record_cost_check(tx.session, call_id=call_id, now=now)
    if call_sid is None:
        return False
    found = services.carrier.fetch_call(account, call_sid=call_sid)
    if found is None or found.cost is None:
        return False
    with services.transaction(tenant_id) as tx:
        facts = {"cost": found.cost, "cost_unit": found.cost_unit}
        return call_store.update_call(tx.session, call_id=call_id, now=now, facts=facts)
