"""Callee and agent whose meeting was never reported: the carrier has told who sits in their conference."""

from collections.abc import Set
from datetime import datetime

from dialer.domain.calls import CallState, Verdict
from dialer.store import agent_legs
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.services import Services

APOLOGY_SECONDS = 90
"""Time for the longest message. A callee who is still there then was not reached by it: it is sent again."""


def record_meeting(
    services: Services, tx: Transaction, *, call: LockedCall, participants: Set[str] | None, now: datetime
) -> None:
    """Take a locked call for the conversation that it is, if its callee and its agent are in one conference.

    A callee who sits alone in the conference of a console that has left it hears the message. One who is not there is
    left alone: he may be on his way.
    """
    if participants is None or call.agent_id is None or call.call_sid not in participants:
        return
    if call.state not in (CallState.ANSWERED, CallState.WAITING) or call.bridged_at is not None:
        return
    legs = agent_legs.list_legs_for_call(tx.session, agent_id=call.agent_id, call_id=call.call_id)
    others = participants - {call.call_sid}
    # Whoever else sits in a call's own conference is its agent: the note of his leg may have been lost with its maker.
    is_met = bool(others & legs) if call.is_with_console else bool(others)
    if is_met:
        _record_conversation(services, tx, call, now)
    elif call.is_with_console:
        record_desertion(services, tx, call=call, now=now)


def _record_conversation(services: Services, tx: Transaction, call: LockedCall, now: datetime) -> None:
    """A console's conference is joined as soon as it is reserved; a phone's, when it was picked up."""
    if call.agent_id is None:
        return
    picked_up_at = call_store.find_event_time(tx.session, call_id=call.call_id, event_key=agent_legs.PICKED_UP)
    began_at = call.agent_reserved_at if call.is_with_console else picked_up_at
    _, event_id = call_store.record_event(
        tx.session, call_id=call.call_id, event_key="reconciled:bridged", kind="reconciliation",
        payload={"conference": call.conference_name}, now=now,
    )  # fmt: skip
    moved = call_store.update_call(
        tx.session,
        call_id=call.call_id,
        now=now,
        to=CallState.BRIDGED,
        facts={"bridged_at": began_at or now},
        event=(event_id, Verdict.APPLIED),
    )
    if not moved:
        return
    agent = agent_store.mark_talking(tx.session, agent_id=call.agent_id, call_id=call.call_id, now=now)
    tx.after_commit(services.feed.to_agent, call.agent_id, "call:connected", {"callId": str(call.call_id)})
    if agent is not None:
        status = agent_events.agent_status_updated(agent)
        tx.after_commit(services.feed.to_tenant, call.tenant_id, agent_events.AGENT_STATUS_UPDATED, status)


def record_desertion(services: Services, tx: Transaction, *, call: LockedCall, now: datetime) -> None:
    """A callee is alone in his agent's conference: the message is ordered, and again when it did not reach him."""
    _, event_id = call_store.record_event(
        tx.session,
        call_id=call.call_id,
        event_key=f"sweep:agent_lost:{int(now.timestamp()) // APOLOGY_SECONDS}",
        kind="agent_lost",
        payload={},
        now=now,
    )
    if event_id is None:
        return
    call_store.update_call(tx.session, call_id=call.call_id, now=now, event=(event_id, Verdict.APPLIED))
    ids = {"tenant_id": str(call.tenant_id), "call_id": str(call.call_id)}
    tx.after_commit(services.queue.send, "dialer.calls.apologise", **ids)
