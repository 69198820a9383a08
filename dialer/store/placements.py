"""The placing transaction's rows: a planned call with all that decides about it, and its step to `placing`."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.compliance import CallCandidate, CallingVerdict, CallingWindow
from dialer.domain.dispositions import LeadChange, is_machine
from dialer.domain.ids import AgentGroupId, AttemptId, CallId, CampaignId, LeadId, TenantId


@dataclass(frozen=True)
class PlannedCall:
    """A planned call whose rows are locked, and how it is to be placed."""

    call_id: CallId
    attempt_id: AttemptId
    lead_id: LeadId
    campaign_id: CampaignId
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
        ),
    )


_LOCK_PLANNED = text(
    """
    select c.id, c.attempt_id, c.lead_id, c.campaign_id, c.from_number, c.to_number, c.place_before,
           m.status as campaign_status, m.timezone, m.calling_hours_start, m.calling_hours_end, m.schedule_end,
           m.max_attempts, m.ring_timeout_seconds, m.amd_enabled, m.amd_mode, m.voicemail_message_url, m.record_calls,
           l.status as lead_status, l.call_attempts, l.do_not_call,
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


@dataclass(frozen=True)
class FloorCounts:
    """Lines of one tenant that may answer or wait, as instants, for the agents of one campaign."""

    ringing_since: tuple[datetime, ...]
    waiting_since: tuple[datetime, ...]
    lines_in_flight: int


def load_floor_counts(session: Session, *, agent_group_id: UUID | None, campaign_id: CampaignId) -> FloorCounts:
    """Calls on their way to the agents of a group, over all campaigns that share them, and all lines of the tenant.

    A reserved agent is not idle any more, so an answered call that has one is not counted as waiting; nor is a machine
    that listens to a voicemail message.
    """
    rows = session.execute(
        text(
            """
            select c.state, coalesce(c.placing_at, c.created_at) as placed_at, c.answered_at, c.agent_id, c.answered_by,
                   (c.campaign_id = :campaign_id or m.agent_group_id is not distinct from :agent_group_id
                    or m.agent_group_id is null or cast(:agent_group_id as uuid) is null) as shares_agents
            from calls c join campaigns m on m.id = c.campaign_id
            where c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
            """
        ),
        {"campaign_id": campaign_id, "agent_group_id": agent_group_id},
    ).all()
    dialling = {"planned", "placing", "unresolved", "placed", "ringing"}
    return FloorCounts(
        ringing_since=tuple(row.placed_at for row in rows if row.shares_agents and row.state in dialling),
        waiting_since=tuple(
            row.answered_at
            for row in rows
            if row.shares_agents
            and row.state in ("answered", "waiting")
            and row.agent_id is None
            and not is_machine(row.answered_by)
        ),
        lines_in_flight=len(rows),
    )


@dataclass(frozen=True)
class PacedCampaign:
    """What the pacing tick needs to know about a campaign."""

    campaign_id: CampaignId
    tenant_id: TenantId
    status: str
    dial_mode: str
    pacing_ratio: Decimal
    agent_group_id: AgentGroupId | None
    window: CallingWindow
    schedule_end: datetime | None
    due_leads_exist: bool
    open_leads_exist: bool


def lock_campaign_for_pacing(
    session: Session, *, tenant_id: TenantId, campaign_id: CampaignId, now: datetime
) -> PacedCampaign | None:
    """Load an active campaign while holding the tenant's pacing lock; None if it is not active or somebody paces now.

    The lock is the tenant's, because campaigns may share agents; it ends with the transaction.
    """
    row = session.execute(
        text(
            """
            select m.*,
                   exists(select from leads l
                          where l.campaign_id = m.id and l.status = 'pending' and l.next_call_at <= :now) as due,
                   exists(select from leads l
                          where l.campaign_id = m.id and l.status in ('pending', 'queued', 'calling')) as open
            from campaigns m
            where m.id = :campaign_id and m.status = 'active'
              and pg_try_advisory_xact_lock(hashtextextended(cast(:tenant_id as text), 1))
            """
        ),
        {"campaign_id": campaign_id, "tenant_id": str(tenant_id), "now": now},
    ).first()
    if row is None:
        return None
    return PacedCampaign(
        campaign_id=campaign_id,
        tenant_id=tenant_id,
        status=row.status,
        dial_mode=row.dial_mode,
        pacing_ratio=row.pacing_ratio,
        agent_group_id=row.agent_group_id,
        window=CallingWindow(row.timezone, row.calling_hours_start, row.calling_hours_end),
        schedule_end=row.schedule_end,
        due_leads_exist=row.due,
        open_leads_exist=row.open,
    )


def record_pacing(session: Session, *, campaign_id: CampaignId, note: str, now: datetime) -> None:
    """Keep why the last tick placed what it placed, for whoever asks why it does not dial."""
    session.execute(
        text("update campaigns set last_paced_at = :now, pacing_note = :note where id = :campaign_id"),
        {"campaign_id": campaign_id, "note": note, "now": now},
    )


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
