"""The end of a call, in one place: disposition, lead, ledger, agent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.domain.calls import CallState, Verdict
from dialer.domain.day_parts import zone_named
from dialer.domain.dispositions import (
    CallFacts,
    LeadChange,
    LeadPhone,
    Person,
    decide_lead_change,
    decide_refused_lead,
    disposition_of,
    is_machine,
    ledger_line,
    outcomes_counted,
)
from dialer.domain.ids import AgentId, TenantId
from dialer.domain.retry_rules import parse_retry_rules
from dialer.store import agent_legs, agent_presence, live_calls, transfers
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
        lead=decide_lead(tx, call, facts, agent_disposition=call.agent_disposition),
        ledger=ledger_line(facts),
        answered_at=facts.answered_at,
        now=now,
    )
    if call.is_supervised:
        # At once: whoever stays in the conference would hear the agent's next callee.
        ids = {"tenant_id": str(call.tenant_id), "call_id": str(call.call_id)}
        tx.after_commit(services.queue.send, "dialer.calls.end_supervisions", **ids)
    if call.transfer_id is not None:
        _end_transfer(services, tx, call=call, now=now)
    if call.agent_id is not None:
        release_agent_of(services, tx, call=call, now=now, reason=disposition, wrap_up=disposition == "answered")
        if not call.is_with_console and call.bridged_at is None:
            _stop_ringing(services, tx, call)


def _end_transfer(services: Services, tx: Transaction, *, call: LockedCall, now: datetime) -> None:
    """The callee has hung up on his way to somebody else. An agent who confers with a colleague is where no callee may
    be put before he is back in his own conference: until then he counts as one without audio."""
    transfer = None if call.transfer_id is None else transfers.lock_transfer(tx.session, call.transfer_id)
    if transfer is None:
        return
    if transfer.is_visiting and transfer.from_agent_id is not None:
        leg = live_calls.find_console_leg(tx.session, transfer.from_agent_id)
        if leg is not None:
            agent_presence.clear_console_leg(tx.session, call_sid=leg, now=now)
    tx.after_commit(
        services.queue.send,
        "dialer.calls.settle_transfer",
        tenant_id=str(call.tenant_id),
        transfer_id=str(transfer.id),
    )


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
    booked = facts_of(call, now)
    facts = replace(booked, answered_by=answered_by or booked.answered_by, bridged_at=booked.bridged_at or bridged_at)
    outcomes.rebook_call(
        tx.session,
        call=call,
        facts=facts,
        talk_seconds=_talk_seconds(facts),
        ledger=ledger_line(facts),
        booked=decide_lead(tx, call, booked, agent_disposition=call.agent_disposition),
        lead=decide_lead(tx, call, facts, agent_disposition=call.agent_disposition),
        now=now,
    )


def conclude(tx: Transaction, *, call: LockedCall, agent_disposition: str, now: datetime) -> None:
    """An agent has said what a finished call came to: its lead becomes what it had been, had he said so before the end.

    A lead that has been called again, or that somebody has changed since, stays as it is.
    """
    facts = facts_of(call, now)
    booked = decide_lead(tx, call, facts, agent_disposition=call.agent_disposition)
    lead = decide_lead(tx, call, facts, agent_disposition=agent_disposition)
    if lead != booked:
        outcomes.rebook_lead(tx.session, call=call, booked=booked, lead=lead, now=now)


def settle(tx: Transaction, *, call: LockedCall, agent_disposition: str, now: datetime) -> None:
    """The same for a lead that waited for a callback which this call had promised, and which is off now."""
    lead = decide_lead(tx, call, facts_of(call, now), agent_disposition=agent_disposition)
    outcomes.settle_lead(tx.session, call=call, lead=lead, now=now)


def close_refused(tx: Transaction, *, call: LockedCall, cause: str, now: datetime) -> None:
    """The carrier will never call this number: its lead is tried at his next phone, or has failed."""
    lead = decide_refused_lead(
        cause, call.retry_policy, at=now, attempts_made=call.lead_attempts, person=_person(call, same_outcome=1)
    )
    outcomes.close_call(tx.session, call=call, lead=lead, ledger=None, answered_at=None, now=now)


def facts_of(call: LockedCall, now: datetime) -> CallFacts:
    """What is known of a call that is over."""
    return CallFacts(call.state, call.answered_by, call.answered_at, call.bridged_at, call.ended_at or now)


def decide_lead(tx: Transaction, call: LockedCall, facts: CallFacts, *, agent_disposition: str | None) -> LeadChange:
    """What an end means for the lead. One statement where a rule limits the calls that end so, else none."""
    rules = parse_retry_rules(call.retry_rules)
    counted = outcomes_counted(facts, rules, agent_disposition)
    others = outcomes.count_calls(tx.session, call=call, outcomes=counted) if counted else 0
    return decide_lead_change(
        facts,
        call.retry_policy,
        attempts_made=call.lead_attempts,
        rules=rules,
        person=_person(call, same_outcome=others + 1),
        agent_disposition=agent_disposition,
    )


def _person(call: LockedCall, *, same_outcome: int) -> Person:
    return Person(
        lead_id=call.lead_id,
        own=call.lead_phone,
        called=call.to_number,
        zone=zone_named(call.callee_zone),
        placed_at=call.placing_at,
        phones=tuple(LeadPhone(number, is_usable) for number, is_usable in call.lead_phones),
        day_parts_tried=call.day_parts_tried,
        same_outcome=same_outcome,
    )


def _answered_at(state: CallState, reported: Mapping[str, object], now: datetime) -> datetime | None:
    """When a call was answered whose answer was never reported: the carrier calls `completed` what somebody picked up.

    It lasted, if only for less than the half second that is rounded to none: that one met nobody of ours.
    """
    seconds = reported.get("duration_seconds")
    if state != CallState.COMPLETED or not isinstance(seconds, int) or seconds < 0:
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
    if call.agent_id is not None:
        release_agent(services, tx, call=call, agent_id=call.agent_id, now=now, reason=reason, wrap_up=wrap_up)


def release_agent(
    services: Services,
    tx: Transaction,
    *,
    call: LockedCall,
    agent_id: AgentId,
    now: datetime,
    reason: str,
    wrap_up: bool,
) -> None:
    """The same for one of those who hold a call that is being transferred."""
    wrap_up_seconds = call.wrap_up_seconds if wrap_up and call.bridged_at is not None else 0
    agent = agent_store.release_agent(
        tx.session, agent_id=agent_id, call_id=call.call_id, now=now, wrap_up_seconds=wrap_up_seconds
    )
    if agent is None:
        return
    ended = agent_events.call_ended(call, reason=reason, wrap_up_until=agent.wrap_up_until)
    tx.after_commit(services.feed.to_agent, agent_id, agent_events.CALL_ENDED, ended)
    status = agent_events.agent_status_updated(agent)
    tx.after_commit(services.feed.to_agent, agent_id, agent_events.AGENT_STATUS_UPDATED, status)
    tx.after_commit(services.feed.to_tenant, call.tenant_id, agent_events.AGENT_STATUS_UPDATED, status)
    if agent.wrap_up_until is None:
        send_became_available(services, tx, tenant_id=call.tenant_id, agent_id=agent_id)


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
