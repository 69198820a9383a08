"""What the doctor can put right, check by check, under the same locks as the sweeps. Nothing here places a call or lets
one be placed that the call before did not allow.

Each deed is decided on again under its lock, does nothing where nothing is wrong any more, and is told in the history
of the call, or in the table of repairs where no call tells it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from dialer.domain import in_flight
from dialer.domain.calls import FINAL, CallState
from dialer.domain.dispositions import disposition_of
from dialer.domain.ids import AgentId, CallId, CampaignId, LeadId, PreviewId, TenantId
from dialer.store import agent_legs, claims, repairs
from dialer.store import agents as agent_store
from dialer.store import call_closing as outcomes
from dialer.store import calls as call_store
from dialer.store import previews as preview_store
from dialer.store.session import Transaction
from dialer.usecases import agent_presence, callback_turns, campaigns, imports, line_sweeps, previews, sweeps
from dialer.usecases.call_closing import decide_lead, facts_of, rebook
from dialer.usecases.reconciliation import reconcile_end
from dialer.usecases.services import Services

log = structlog.get_logger()

Repair = Callable[[Services, TenantId, UUID], str | None]
Sweep = Callable[[Services], object]


@dataclass(frozen=True)
class Cure:
    """What is done about the violations of a check: each by itself, or all by their sweep."""

    subject: str
    says: str
    each: Repair | None = None
    sweep: Sweep | None = None


def _look_after_call(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    """What the call's sweep does, at once."""
    call_id = CallId(row_id)
    before = _state(services, tenant_id, call_id)
    if before is None:
        return None
    if before in sweeps.REPAIRS:
        sweeps.REPAIRS[before](services, tenant_id, call_id)
    elif before == CallState.ABANDONED:
        reconcile_end(services, tenant_id=tenant_id, call_id=call_id)
    after = _state(services, tenant_id, call_id)
    return f"looked after as its sweep does: was {before}, is {after}"


def _state(services: Services, tenant_id: TenantId, call_id: CallId) -> CallState | None:
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
    return None if call is None else call.state


def _free_agent(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        agent_id = AgentId(row_id)
        ended = agent_legs.list_ended_held_calls(tx.session, agent_id=agent_id)
        for call_id in ended:
            agent_store.release_agent(tx.session, agent_id=agent_id, call_id=call_id, now=now, wrap_up_seconds=0)
    return f"freed of {', '.join(f'call {call_id}' for call_id in ended)}" if ended else None


def _free_other_holders(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    """Of several agents who hold a call, those are freed whose it is not."""
    now, call_id = services.clock.now(), CallId(row_id)
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        owner = None if call is None else call.agent_id
        freed = [
            agent_id
            for agent_id in agent_legs.list_holders(tx.session, call_id=call_id)
            if agent_id != owner
            and agent_store.release_agent(tx.session, agent_id=agent_id, call_id=call_id, now=now, wrap_up_seconds=0)
        ]
    return f"taken from {', '.join(f'agent {agent_id}' for agent_id in freed)}" if freed else None


def _settle_lead(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    """A lead in a call that it does not have becomes what its last call means for it, by its campaign's retry rules;
    one on its list that has a call in flight is taken off it."""
    now, lead_id = services.clock.now(), LeadId(row_id)
    with services.transaction(tenant_id) as tx:
        # The call before its lead, as everywhere.
        last = repairs.find_last_call(tx.session, lead_id)
        call = None if last is None else call_store.lock_call(tx.session, last)
        status = repairs.lock_lead(tx.session, lead_id)
        if call is None or repairs.find_last_call(tx.session, lead_id) != last:
            return None
        if call.state not in FINAL:
            is_planned = call.state == CallState.PLANNED
            claimed_until = now + in_flight.LEAD_CLAIM if is_planned else None
            held = repairs.hold_lead(
                tx.session,
                lead_id=lead_id,
                status="queued" if is_planned else "calling",
                claimed_until=claimed_until,
                now=now,
            )
            return f"taken off its list: call {last} is in flight" if held else None
        if status != "calling":
            return None
        if call.placing_at is None or (call.state == CallState.CANCELLED and call.call_sid is None):
            # It was never placed, so nobody was called.
            claims.release_lead(tx.session, lead_id=lead_id, now=now, next_call_at=now, count_attempt=True)
            return f"back on its list: call {last} was never placed"
        facts = facts_of(call, now)
        lead = decide_lead(tx, call, facts, agent_disposition=call.agent_disposition)
        outcomes.close_call(tx.session, call=call, lead=lead, ledger=None, answered_at=None, now=now)
    return f"{lead.status} after call {last}, which ended as {disposition_of(facts)}"


def _count_attempts(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    with services.transaction(tenant_id) as tx:
        lead_id = LeadId(row_id)
        repairs.lock_lead(tx.session, lead_id)
        counted = repairs.count_attempts_anew(tx.session, lead_id=lead_id, now=services.clock.now())
    return None if counted is None else f"attempts counted anew: {counted[0]} became {counted[1]}"


def _book_answer(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, CallId(row_id))
        if call is None or call.state not in FINAL or call.answered_at is None:
            return None
        rebook(tx, call=call, now=services.clock.now())
    return "written into the ledger from what is known of it"


def _forget_hours(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    with services.transaction(tenant_id) as tx:
        hours = repairs.forget_hours(tx.session, CampaignId(row_id))
    return f"{hours} sums thrown away, to be counted from the ledger's lines" if hours else None


def _align_promise(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    with services.transaction(tenant_id) as tx:
        repairs.lock_lead(tx.session, LeadId(row_id))
        return repairs.align_promise(tx.session, lead_id=LeadId(row_id), now=services.clock.now())


def _withdraw_preview(services: Services, tenant_id: TenantId, row_id: UUID) -> str | None:
    with services.transaction(tenant_id) as tx:
        preview_id = PreviewId(row_id)
        preview_store.lock_preview(tx.session, preview_id)
        done = repairs.withdraw_unclaimed_preview(tx.session, preview_id=preview_id, now=services.clock.now())
    return "taken off its agent's screen" if done else None


def _presence(services: Services) -> None:
    agent_presence.sweep_presence(services)
    agent_presence.sweep_wrap_ups(services)


def _rescue(services: Services) -> None:
    sweeps.sweep_machines(services)
    sweeps.sweep_deserted_calls(services)


def _schedule(services: Services) -> None:
    campaigns.start_scheduled_campaigns(services)
    campaigns.end_scheduled_campaigns(services)


_CARRIER = "the carrier is asked, and the call becomes what it says; it is never placed again"
CURES: Mapping[str, Cure] = {
    "no_call_stuck": Cure("call", _CARRIER, each=_look_after_call, sweep=_rescue),
    "nobody_waits_in_silence": Cure("call", "the callee hears the message", each=_look_after_call),
    "agents_hold_live_calls": Cure("agent", "calls that ended, or are another's, are taken from him", each=_free_agent),
    "one_agent_per_call": Cure("call", "agents whose call it is not are freed of it", each=_free_other_holders),
    "leads_match_calls": Cure("lead", "the lead becomes what its last call means for it", each=_settle_lead),
    "no_lead_stuck": Cure("lead", "claims that are over end", sweep=sweeps.sweep_claims),
    "attempts_counted": Cure("lead", "its attempts are counted from its calls", each=_count_attempts),
    "answers_in_ledger": Cure("call", "its line in the ledger is written from the call's facts", each=_book_answer),
    "hours_match_ledger": Cure("campaign", "the sums are thrown away and counted anew", each=_forget_hours),
    "promises_match_leads": Cure("lead", "lead and promise are made to agree", each=_align_promise),
    "previews_match_leads": Cure("preview", "it is taken off the agent's screen", each=_withdraw_preview),
    "no_preview_stuck": Cure("preview", "what nobody looks at goes back", sweep=previews.sweep_previews),
    "offers_end": Cure("callback", "they become the team's", sweep=callback_turns.sweep_callbacks),
    "no_callback_stuck": Cure("callback", "they are offered, or missed", sweep=callback_turns.sweep_callbacks),
    "no_agent_stuck": Cure("agent", "agents without a console go offline, wrap-ups end", sweep=_presence),
    "no_console_stuck": Cure("console", "consoles that are silent are forgotten", sweep=_presence),
    "no_leg_stuck": Cure("leg", "the carrier is asked; legs of nobody are hung up", sweep=line_sweeps.sweep_lines),
    "no_campaign_stuck": Cure("campaign", "campaigns whose time has come start or end", sweep=_schedule),
    "no_import_stuck": Cure("import", "a worker is sent for them", sweep=imports.sweep_imports),
}  # fmt: skip
"""What can be repaired. Of everything else the rows are evidence: see the runbook."""


def repair(services: Services, *, check: str, tenant_id: TenantId, row_id: str) -> str | None:
    """Put one violation right and leave a word about it; what was done, or None if nothing was wrong any more.

    Safe to run again and beside the sweeps: the second finds nothing to do.
    """
    cure = CURES[check]
    if cure.each is None:
        return None
    deed = cure.each(services, tenant_id, UUID(row_id))
    if deed is not None:
        with services.transaction(tenant_id) as tx:
            _record(services, tx, tenant_id, check, cure.subject, row_id, deed)
        log.info("repaired", check=check, subject=cure.subject, subject_id=row_id, deed=deed)
    return deed


def run_sweep(services: Services, check: str) -> None:
    """Have the sweep of a check look at everything that is overdue, now."""
    sweep = CURES[check].sweep
    if sweep is not None:
        sweep(services)
        log.info("swept_on_request", check=check)


def _record(
    services: Services, tx: Transaction, tenant_id: TenantId, check: str, subject: str, row_id: str, deed: str
) -> None:
    now = services.clock.now()
    repairs.record_repair(
        tx.session, tenant_id=tenant_id, check=check, subject=subject, subject_id=row_id, deed=deed, now=now
    )
    call_id = CallId(UUID(row_id)) if subject == "call" else None
    if subject == "lead":
        call_id = repairs.find_last_call(tx.session, LeadId(UUID(row_id)))
    if call_id is not None:
        call_store.record_event(
            tx.session,
            call_id=call_id,
            event_key=f"repair:{check}:{now.isoformat()}",
            kind="repair",
            payload={"check": check, "deed": deed},
            now=now,
        )
