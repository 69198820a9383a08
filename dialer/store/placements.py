"""The placing transaction's rows: a planned call with all that decides about it, and its step to `placing`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.compliance import CallingVerdict
from dialer.domain.dispositions import LeadChange
from dialer.domain.ids import AgentId, AttemptId, CallId, CampaignId, LeadId, TenantId
from dialer.store.callees import CALLEE_COLUMNS, Callee, callee_of, lock_person, numbers_of_lead, prior_calls_of
from dialer.store.prepared import prepared
from dialer.store.suppressions import SUPPRESSED_AMONG


@dataclass(frozen=True)
class CampaignTerms:
    """What a campaign says about whom it calls and when. Hours are wall times; `calling_days`: 0 is Monday."""

    status: str
    dial_mode: str
    schedule_end: datetime | None
    max_attempts: int
    timezone: str
    calling_hours_start: time
    calling_hours_end: time
    calling_hours_zone: str
    calling_days: frozenset[int]
    call_type: str
    calling_profile: str
    consent_on_record: bool
    allowed_countries: frozenset[str]


@dataclass(frozen=True)
class Suppressed:
    """One list that holds a number of the callee. `kind`: tenant, campaign, registry or erased."""

    number: str
    kind: str
    reason: str
    until: datetime | None


@dataclass(frozen=True)
class PlannedCall:
    """A planned call whose rows are locked, with all that decides about it, and how it is to be placed."""

    call_id: CallId
    tenant_id: TenantId
    attempt_id: AttemptId
    lead_id: LeadId
    campaign_id: CampaignId
    agent_id: AgentId | None
    """Who is kept for the answer: set before it only when an agent himself said dial."""
    from_number: str
    to_number: str
    place_before: datetime
    ring_timeout_seconds: int
    amd_enabled: bool
    amd_mode: str
    voicemail_message_url: str | None
    record_calls: bool
    lead_status: str
    attempts_made: int
    do_not_call: bool
    terms: CampaignTerms
    callee: Callee
    suppressed: tuple[Suppressed, ...]
    is_phone_usable: bool
    rules_revision: int
    """Which changes of the tenant's own rules the decision must know."""
    database_now: datetime
    """The database's own time when the rows were read."""


def lock_planned_call(session: Session, *, call_id: CallId, now: datetime) -> PlannedCall | None:
    """Lock a call and its lead if the call is still planned; None when somebody placed or withdrew it.

    A person with several numbers is locked, too: of two calls to two of his numbers, planned at once, the second to
    come here sees the first. What decides is read by a statement of its own: it sees what was committed while the locks
    were waited for.
    """
    locked = session.execute(_LOCK_PLANNED, {"call_id": call_id}).first()
    if locked is None:
        return None
    if len(locked.numbers) > 1:
        lock_person(session, tenant_id=locked.tenant_id, numbers=locked.numbers)
    row = session.execute(_READ_PLANNED, {"call_id": call_id, "now": now}).one()
    return PlannedCall(
        call_id=row.id,
        tenant_id=row.tenant_id,
        attempt_id=row.attempt_id,
        lead_id=row.lead_id,
        campaign_id=row.campaign_id,
        agent_id=row.agent_id,
        from_number=row.from_number,
        to_number=row.to_number,
        place_before=row.place_before,
        ring_timeout_seconds=row.ring_timeout_seconds,
        amd_enabled=row.amd_enabled,
        amd_mode=row.amd_mode,
        voicemail_message_url=row.voicemail_message_url,
        record_calls=row.record_calls,
        lead_status=row.lead_status,
        attempts_made=row.call_attempts,
        do_not_call=row.do_not_call,
        terms=terms_of(row),
        callee=callee_of(row),
        suppressed=read_suppressed(row.suppressed),
        is_phone_usable=row.is_phone_usable,
        rules_revision=row.rules_revision,
        database_now=row.database_now,
    )


def terms_of(row: Row[Any]) -> CampaignTerms:
    """Read a campaign's terms from a row that has `CAMPAIGN_TERMS`."""
    return CampaignTerms(
        status=row.campaign_status,
        dial_mode=row.dial_mode,
        schedule_end=row.schedule_end,
        max_attempts=row.max_attempts,
        timezone=row.timezone,
        calling_hours_start=row.calling_hours_start,
        calling_hours_end=row.calling_hours_end,
        calling_hours_zone=row.calling_hours_zone,
        calling_days=frozenset(row.calling_days),
        call_type=row.call_type,
        calling_profile=row.calling_profile,
        consent_on_record=row.consent_on_record,
        allowed_countries=frozenset(row.allowed_countries),
    )


def read_suppressed(rows: Sequence[Sequence[Any]] | None) -> tuple[Suppressed, ...]:
    """Read what `suppressions_of` found."""
    return tuple(
        Suppressed(number, kind, reason, None if until is None else datetime.fromisoformat(until))
        for number, kind, reason, until in rows or ()
    )


def suppressions_of(numbers: str) -> str:
    """SQL for the lists that hold any of some numbers, as JSON rows [number, kind, reason, until].

    Of each number the strongest, and the campaign's own entry besides: it may outlast that. Parameters: `:campaign_id`
    and `:now`.
    """
    found = SUPPRESSED_AMONG.format(staged=f"(select unnest({numbers}) as phone_normalized) as mine")
    return f"""
    select jsonb_agg(jsonb_build_array(s.phone_normalized, s.kind, s.reason, s.expires_at)) as suppressed
    from (
        {found}
        union
        select phone_normalized, 'campaign', reason, expires_at from suppressions
        where phone_normalized = any({numbers}) and campaign_id = :campaign_id
          and (expires_at is null or expires_at > :now)
    ) s
    """


CAMPAIGN_TERMS = """
    m.status as campaign_status, m.dial_mode, m.schedule_end, m.max_attempts, m.timezone, m.calling_hours_start,
    m.calling_hours_end, m.calling_hours_zone, m.calling_days, m.call_type, m.calling_profile, m.consent_on_record,
    m.allowed_countries
"""
_NUMBERS = numbers_of_lead("c.to_number")
_LOCK_PLANNED = prepared(
    f"""
    select c.tenant_id, person.numbers
    from calls c join leads l on l.id = c.lead_id
    cross join lateral ({_NUMBERS}) person
    where c.id = :call_id and c.state = 'planned'
    for update of c, l
    """
)
_READ_PLANNED = prepared(
    f"""
    select c.id, c.tenant_id, c.attempt_id, c.lead_id, c.campaign_id, c.agent_id, c.from_number, c.to_number,
           c.place_before, m.ring_timeout_seconds, m.amd_enabled, m.amd_mode, m.voicemail_message_url, m.record_calls,
           l.status as lead_status, l.call_attempts, l.do_not_call, t.rules_revision,
           clock_timestamp() as database_now,
           not exists (select from lead_phones p
                       where p.lead_id = l.id and p.phone_normalized = c.to_number and not p.is_usable)
               as is_phone_usable,
           {CAMPAIGN_TERMS}, {CALLEE_COLUMNS}, person.numbers, before.prior, listed.suppressed
    from calls c join campaigns m on m.id = c.campaign_id join leads l on l.id = c.lead_id
    join tenants t on t.id = c.tenant_id
    cross join lateral ({_NUMBERS}) person
    cross join lateral ({prior_calls_of("c.tenant_id", "person.numbers", but="c.id")}) before
    cross join lateral ({suppressions_of("person.numbers").replace(":campaign_id", "c.campaign_id")}) listed
    where c.id = :call_id
    """
)


def begin_placing(session: Session, *, planned: PlannedCall, verdict: CallingVerdict, now: datetime) -> None:
    """Commit ourselves to this attempt: after this transaction it counts as made, whatever happens to us."""
    session.execute(_BEGIN_PLACING, _parameters(planned, verdict, now))


_BEGIN_PLACING = prepared(
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
    session: Session,
    *,
    planned: PlannedCall,
    verdict: CallingVerdict,
    lead: LeadChange,
    do_not_call: bool,
    now: datetime,
) -> None:
    """Cancel a call that may not be placed, and give its lead back or mark it.

    A person whose number is on a registry, or no longer his, and who has another is called there instead.
    """
    parameters = _parameters(planned, verdict, now) | {
        "lead_status": lead.status,
        "reason": lead.reason,
        "next_call_at": lead.next_call_at,
        "do_not_call": do_not_call,
        "avoided": [hit.number for hit in planned.suppressed] if lead.reason in _TRIES_ANOTHER_PHONE else None,
    }
    session.execute(_WITHDRAW, parameters)


_TRIES_ANOTHER_PHONE = frozenset({"on_registry", "phone_not_usable"})
_WITHDRAW = text(
    """
    with decided as (
        update attempts set decided_at = :now, allowed = false, verdict = cast(:verdict as jsonb) where id = :attempt_id
    ), another as (
        select phone_normalized as phone from lead_phones
        where lead_id = :lead_id and is_usable and phone_normalized <> all(cast(:avoided as text[]))
        order by position limit 1
    ), released as (
        update leads set status = case when exists (select from another) then 'pending' else :lead_status end,
                         status_reason = :reason, claimed_until = null, updated_at = :now,
                         do_not_call = do_not_call or :do_not_call,
                         next_phone = coalesce((select phone from another), next_phone),
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
