"""The end of a call, in one place: disposition, lead, ledger, agent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.domain.calls import CallState, Verdict
from dialer.domain.dispositions import CallFacts, decide_lead_change, disposition_of, is_machine, ledger_line
from dialer.domain.ids import AgentId, TenantId
from dialer.store import agent_legs
from dialer.store import agents as agent_store
from dialer.store import call_closing as outcomes
from dialer.store import calls as call_store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.services import Services


def close(
    services: Services,
    tx: Transaction,
    *,
    call: LockedCall,
    state: CallState,
    now: datetime,
    reported: Mapping[str, object] | None = None,
    event: tuple[int | None, Verdict] | None = None,
) -> None:
    """Move a locked call to a final state with everything that follows from it. Three to four statements.

    `reported` are the carrier's facts. An abandoned call still speaks its message: its `ended_at` is left for the
    carrier to fill.
    """
    known = dict(reported or {})
    if (answered_at := call.answered_at or _answered_at(state, known, now)) is not None:
        known["answered_at"] = answered_at
    facts = CallFacts(
        state=state,
        answered_by=call.answered_by or _text(known.get("answered_by")),
        answered_at=answered_at,
        bridged_at=call.bridged_at,
        ended_at=now,
    )
    disposition = disposition_of(facts)
    known["disposition"] = disposition
    if state != CallState.ABANDONED:
        known["ended_at"] = now
    if (talk_seconds := _talk_seconds(facts)) is not None:
        known["talk_seconds"] = talk_seconds
    call_store.update_call(tx.session, call_id=call.call_id, now=now, to=state, facts=known, event=event)
    outcomes.close_call(
        tx.session,
        call=call,
        lead=decide_lead_change(facts, call.retry_policy, attempts_made=call.lead_attempts),
        ledger=ledger_line(facts),
        answered_at=facts.answered_at,
        now=now,
    )
    if call.agent_id is not None:
        release_agent_of(services, tx, call=call, now=now, reason=disposition, wrap_up=disposition == "answered")
        if not call.is_with_console and call.bridged_at is None:
            _stop_ringing(services, tx, call)


def rebook(
    tx: Transaction,
    *,
    call: LockedCall,
    now: datetime,
    answered_by: str | None = None,
    bridged_at: datetime | None = None,
) -> None:
    """A fact that came after the end: the call, its lead and the ledger become what they were, had it come in time.

    A lead that has been called again, or that somebody has changed since, stays as it is.
    """
    ended_at = call.ended_at or now
    booked = CallFacts(call.state, call.answered_by, call.answered_at, call.bridged_at, ended_at)
    facts = replace(booked, answered_by=answered_by or booked.answered_by, bridged_at=booked.bridged_at or bridged_at)
    outcomes.rebook_call(
        tx.session,
        call=call,
        facts=facts,
        talk_seconds=_talk_seconds(facts),
        ledger=ledger_line(facts),
        booked=decide_lead_change(booked, call.retry_policy, attempts_made=call.lead_attempts),
        lead=decide_lead_change(facts, call.retry_policy, attempts_made=call.lead_attempts),
        now=now,
    )


def _answered_at(state: CallState, reported: Mapping[str, object], now: datetime) -> datetime | None:
    """When a call was answered whose answer was never reported: it lasted, so somebody was there."""
    seconds = reported.get("duration_seconds")
    if state != CallState.COMPLETED or not isinstance(seconds, int) or seconds <= 0:
        return None
    return now - timedelta(seconds=seconds)


def _talk_seconds(facts: CallFacts) -> int | None:
    if facts.bridged_at is None or is_machine(facts.answered_by):
        return None
    return max(0, round((facts.ended_at - facts.bridged_at).total_seconds()))


def _stop_ringing(services: Services, tx: Transaction, call: LockedCall) -> None:
    """The lead is gone: the phone of his agent need not ring on, and would be busy for the next one."""
    for call_sid in agent_legs.list_open_legs_of_call(tx.session, call_id=call.call_id):
        tx.after_commit(
            services.queue.send,
            "dialer.calls.hang_up_agent_leg",
            tenant_id=str(call.tenant_id),
            call_sid=call_sid,
        )


def release_agent_of(
    services: Services, tx: Transaction, *, call: LockedCall, now: datetime, reason: str, wrap_up: bool
) -> None:
    """Free the agent of a call, with wrap-up time after a conversation. Nothing happens if he was freed before."""
    if call.agent_id is None:
        return
    wrap_up_seconds = call.wrap_up_seconds if wrap_up and call.bridged_at is not None else 0
    agent = agent_store.release_agent(
        tx.session, agent_id=call.agent_id, call_id=call.call_id, now=now, wrap_up_seconds=wrap_up_seconds
    )
    if agent is None:
        return
    ended = agent_events.call_ended(call, reason=reason, wrap_up_until=agent.wrap_up_until)
    tx.after_commit(services.feed.to_agent, call.agent_id, agent_events.CALL_ENDED, ended)
    status = agent_events.agent_status_updated(agent)
    tx.after_commit(services.feed.to_agent, call.agent_id, agent_events.AGENT_STATUS_UPDATED, status)
    tx.after_commit(services.feed.to_tenant, call.tenant_id, agent_events.AGENT_STATUS_UPDATED, status)
    if agent.wrap_up_until is None:
        send_became_available(services, tx, tenant_id=call.tenant_id, agent_id=call.agent_id)


def send_became_available(services: Services, tx: Transaction, *, tenant_id: TenantId, agent_id: AgentId) -> None:
    """After the commit: offer waiting people to the agent and wake pacing, rather than at the next tick."""
    tx.after_commit(
        services.queue.send,
        "dialer.dialing.agent_became_available",
        expires_seconds=5,
        tenant_id=str(tenant_id),
        agent_id=str(agent_id),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
