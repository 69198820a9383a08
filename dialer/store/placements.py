"""The placing transaction's rows: a planned call with all that decides about it, and its step to `placing`."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.compliance import CallCandidate, CallingVerdict, CallingWindow
from dialer.domain.dispositions import LeadChange
from dialer.domain.ids import AgentId, AttemptId, CallId, CampaignId, LeadId, TenantId


@dataclass(frozen=True)
class PlannedCall:
    """A planned call whose rows are locked, and how it is to be placed."""

    call_id: CallId
    attempt_id: AttemptId
    lead_id: LeadId
    campaign_id: CampaignId
    agent_id: AgentId | None
    """Who is kept for the answer: set before it only when an agent himself said dial."""
    from_number: str
    ring_timeout_seconds: int
    amd_enabled: bool
    amd_mode: str
    voicemail_message_url: str | None
    record_calls: bool
    candidate: CallCandidate


def lock_planned_call(session: Session, *, call_id: CallId, now: datetime) -> PlannedCall | None:
    """Lock a call and its lead if the call is still planned; None when somebody placed or withdrew it."""
    row = session.execute(_LOCK_PLANNED, {"call_id": call_id, "now": now}).first()
    if row is None:
        return None
    return PlannedCall(
        call_id=row.id,
        attempt_id=row.attempt_id,
        lead_id=row.lead_id,
        campaign_id=row.campaign_id,
        agent_id=row.agent_id,
        from_number=row.from_number,
        ring_timeout_seconds=row.ring_timeout_seconds,
        amd_enabled=row.amd_enabled,
        amd_mode=row.amd_mode,
        voicemail_message_url=row.voicemail_message_url,
        record_calls=row.record_calls,
        candidate=CallCandidate(
            to_number=row.to_number,
            campaign_status=row.campaign_status,
            lead_status=row.lead_status,
            window=CallingWindow(row.timezone, row.calling_hours_start, row.calling_hours_end),
            schedule_end=row.schedule_end,
            attempts_made=row.call_attempts,
            max_attempts=row.max_attempts,
            do_not_call=row.do_not_call,
            suppression_reason=row.suppression_reason,
            suppressed_until=row.suppressed_until,
            place_before=row.place_before,
            dial_mode=row.dial_mode,
            is_for_one_agent=row.agent_id is not None,
        ),
    )


_LOCK_PLANNED = text(
    """
    select c.id, c.attempt_id, c.lead_id, c.campaign_id, c.agent_id, c.from_number, c.to_number, c.place_before,
           m.status as campaign_status, m.dial_mode, m.timezone, m.calling_hours_start, m.calling_hours_end,
           m.schedule_end, m.max_attempts, m.ring_timeout_seconds, m.amd_enabled, m.amd_mode, m.voicemail_message_url,
           m.record_calls, l.status as lead_status, l.call_attempts, l.do_not_call,
           s.reason as suppression_reason, s.expires_at as suppressed_until
    from calls c join campaigns m on m.id = c.campaign_id join leads l on l.id = c.lead_id
    left join lateral (
        select reason, expires_at from suppressions
        where phone_normalized = c.to_number and (campaign_id is null or campaign_id = c.campaign_id)
          and (expires_at is null or expires_at > :now)
        order by expires_at desc nulls first limit 1) s on true
    where c.id = :call_id and c.state = 'planned'
    for update of c, l
    """
)


def begin_placing(session: Session, *, planned: PlannedCall, verdict: CallingVerdict, now: datetime) -> None:
    """Commit ourselves to this attempt: after this transaction it counts as made, whatever happens to us."""
    session.execute(_BEGIN_PLACING, _parameters(planned, verdict, now))


_BEGIN_PLACING = text(
    """
    with decided as (
        update attempts set decided_at = :now, allowed = true, verdict = cast(:verdict as jsonb) where id = :attempt_id
    ), counted as (
        update leads set status = 'calling', claimed_until = null, call_attempts = call_attempts + 1,
                         last_call_at = :now, updated_at = :now
        where id = :lead_id
    )
    update calls set state = 'placing', placing_at = :now, state_changed_at = :now
    where id = :call_id and state = 'planned'
    """
)


def withdraw_planned_call(
    session: Session, *, planned: PlannedCall, verdict: CallingVerdict, lead: LeadChange, now: datetime
) -> None:
    """Cancel a call that may not be placed, and give its lead back or mark it."""
    parameters = _parameters(planned, verdict, now) | {
        "lead_status": lead.status,
        "reason": lead.reason,
        "next_call_at": lead.next_call_at,
        "do_not_call": lead.status == "dnc",
    }
    session.execute(_WITHDRAW, parameters)


_WITHDRAW = text(
    """
    with decided as (
        update attempts set decided_at = :now, allowed = false, verdict = cast(:verdict as jsonb) where id = :attempt_id
    ), released as (
        update leads set status = :lead_status, status_reason = :reason, claimed_until = null, updated_at = :now,
                         do_not_call = do_not_call or :do_not_call,
                         next_call_at = coalesce(cast(:next_call_at as timestamptz), next_call_at)
        where id = :lead_id and status = 'queued'
    )
    update calls set state = 'cancelled', hangup_cause = :reason, ended_at = :now, state_changed_at = :now
    where id = :call_id and state = 'planned'
    """
)


def _parameters(planned: PlannedCall, verdict: CallingVerdict, now: datetime) -> dict[str, object]:
    return {
        "call_id": planned.call_id,
        "attempt_id": planned.attempt_id,
        "lead_id": planned.lead_id,
        "verdict": json.dumps(verdict.as_record()),
        "now": now,
    }


def list_planned_calls(session: Session, *, campaign_id: CampaignId) -> list[CallId]:
    """The calls of a campaign that are planned and not yet placed."""
    rows = session.execute(
        text("select id from calls where campaign_id = :campaign_id and state = 'planned'"),
        {"campaign_id": campaign_id},
    )
    return [CallId(row.id) for row in rows]


def pause_campaign_for_trouble(session: Session, *, campaign_id: CampaignId, note: str, now: datetime) -> bool:
    """Pause an active campaign because the carrier will refuse every call of it; tell whether it was active."""
    row = session.execute(
        text(
            """
            update campaigns set status = 'paused', pacing_note = :note, updated_at = :now
            where id = :campaign_id and status = 'active' returning id
            """
        ),
        {"campaign_id": campaign_id, "note": note, "now": now},
    ).first()
    return row is not None


def list_active_campaigns(session: Session) -> list[tuple[TenantId, CampaignId]]:
    """Active campaigns of all tenants, the longest unpaced first."""
    rows = session.execute(text("select tenant_id, campaign_id from active_campaigns()"))
    return [(TenantId(row.tenant_id), CampaignId(row.campaign_id)) for row in rows]


def list_active_campaigns_of_tenant(session: Session) -> list[CampaignId]:
    """Active campaigns of the tenant that the session is confined to, the longest unpaced first."""
    rows = session.execute(
        text("select id from campaigns where status = 'active' order by last_paced_at nulls first, id")
    )
    return [CampaignId(row.id) for row in rows]
