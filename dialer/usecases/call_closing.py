"""The end of a call, in one place: disposition, lead, ledger, agent."""

from collections.abc import Mapping
from datetime import datetime

from dialer.domain.calls import CallState, Verdict
from dialer.domain.dispositions import CallFacts, decide_lead_change, disposition_of, is_machine, ledger_line
from dialer.domain.ids import AgentId, TenantId
from dialer.store import agents as agent_store
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
    answered_at = call.answered_at or known.get("answered_at")
    facts = CallFacts(
        state=state,
        answered_by=call.answered_by or _text(known.get("answered_by")),
        answered_at=answered_at if isinstance(answered_at, datetime) else None,
        bridged_at=call.bridged_at,
        ended_at=now,
    )
    disposition = disposition_of(facts)
    known["disposition"] = disposition
    if state != CallState.ABANDONED:
        known["ended_at"] = now
    if call.bridged_at is not None and not is_machine(facts.answered_by):
        known["talk_seconds"] = max(0, round((now - call.bridged_at).total_seconds()))
    call_store.update_call(tx.session, call_id=call.call_id, now=now, to=state, facts=known, event=event)
    call_store.close_call(
        tx.session,
        call=call,
        lead=decide_lead_change(facts, call.retry_policy, attempts_made=call.lead_attempts),
        ledger=ledger_line(facts),
        answered_at=facts.answered_at,
        now=now,
    )
    if call.agent_id is not None:
        release_agent_of(services, tx, call=call, now=now, reason=disposition, wrap_up=disposition == "answered")


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
