"""Calls that the carrier knows and these tables do not: whose they were, and writing them down after the fact."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId, LeadId, TenantId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class LeadOfCall:
    """Whom a call that is not known here was to."""

    lead_id: LeadId
    campaign_id: UUID


def list_tenants(session: Session) -> list[TenantId]:
    """Every tenant, from outside of any."""
    return [TenantId(row.tenant_id) for row in session.execute(text("select tenant_id from all_tenants()"))]


def list_calls_in_flight(session: Session) -> list[CallId]:
    """This tenant's calls that the carrier has accepted and whose end is not known."""
    return [CallId(row.id) for row in session.execute(_IN_FLIGHT)]


_IN_FLIGHT = text(
    """
    select id from calls
    where state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned') and call_sid is not null
    order by created_at
    """
)


def list_calls_without_sid(session: Session, *, planned_before: datetime) -> list[tuple[CallId, str]]:
    """This tenant's calls that may or may not have reached the carrier, with their state."""
    rows = session.execute(
        text(
            """
            select id, state from calls
            where state in ('planned', 'placing', 'unresolved') and call_sid is null and created_at < :planned_before
            order by created_at
            """
        ),
        {"planned_before": planned_before},
    )
    return [(CallId(row.id), row.state) for row in rows]


def lock_call_on_its_way(session: Session, *, to_number: str, from_number: str) -> tuple[CallId, LeadId, str] | None:
    """The call between these numbers of which nobody knows whether the carrier has it, with its state; locked."""
    row = session.execute(
        text(
            """
            select c.id, c.lead_id, c.state from calls c join leads l on l.id = c.lead_id
            where c.to_number = :to_number and c.from_number = :from_number and c.call_sid is null
              and c.state in ('planned', 'placing', 'unresolved')
            for update of c, l
            """
        ),
        {"to_number": to_number, "from_number": from_number},
    ).first()
    return None if row is None else (CallId(row.id), LeadId(row.lead_id), row.state)


def lock_lead_called(session: Session, *, to_number: str, from_number: str) -> LeadOfCall | None:
    """The lead that a call between these numbers was to; of several the one that dialling was the likeliest to take.

    None for one that has another call in flight: of the two at most one can be his.
    """
    row = session.execute(
        text(
            """
            select l.id, l.campaign_id from leads l join campaigns m on m.id = l.campaign_id
            where l.id in (select id from leads where phone_normalized = :to_number
                           union select lead_id from lead_phones where phone_normalized = :to_number)
              and m.caller_id = :from_number and l.erased_at is null
              and not exists (
                  select from calls c
                  where (c.lead_id = l.id or c.to_number = :to_number)
                    and c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))
            order by l.status in ('queued', 'calling') desc, l.status = 'pending' desc, m.last_paced_at desc nulls last,
                     l.next_call_at, l.id
            limit 1
            for update of l
            """
        ),
        {"to_number": to_number, "from_number": from_number},
    ).first()
    return None if row is None else LeadOfCall(LeadId(row.id), row.campaign_id)


def insert_lost_call(
    session: Session, *, tenant_id: TenantId, lead: LeadOfCall, to_number: str, from_number: str, at: datetime
) -> CallId:
    """Plan, after the fact, the attempt that this call was; `begin_lost_call` then counts it."""
    call_id = CallId(new_id())
    session.execute(
        _INSERT,
        {
            "call_id": call_id,
            "attempt_id": new_id(),
            "tenant_id": tenant_id,
            "lead_id": lead.lead_id,
            "campaign_id": lead.campaign_id,
            "to_number": to_number,
            "from_number": from_number,
            "at": at,
        },
    )
    return call_id


_INSERT = text(
    """
    with counted as (
        update leads set last_attempt_number = last_attempt_number + 1 where id = :lead_id
        returning last_attempt_number
    ), attempted as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
        select :attempt_id, :tenant_id, :campaign_id, :lead_id, last_attempt_number, :at from counted
        returning id
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, place_before, created_at, metadata)
    select :call_id, :tenant_id, :campaign_id, :lead_id, id, 'planned', :at, 'outbound', :from_number, :to_number,
           cast(:at as timestamptz) + interval '1 minute', :at, '{}'
    from attempted
    """
)


def begin_lost_call(session: Session, *, call_id: CallId, lead_id: LeadId, at: datetime) -> None:
    """A planned call was placed after all: it counts as an attempt, made at `at`.

    The verdict by which it was placed is lost; what stands in its place says so.
    """
    record = json.dumps({"allowed": True, "reasons": [], "inputs": {}, "rules": "lost", "lost": _WHY})
    session.execute(_BEGIN, {"call_id": call_id, "lead_id": lead_id, "verdict": record, "at": at})


_WHY = "Placed after the backup that was restored; known from the carrier's list of calls."
_BEGIN = text(
    """
    with decided as (
        update attempts set decided_at = :at, allowed = true, verdict = cast(:verdict as jsonb)
        where id = (select attempt_id from calls where id = :call_id)
    ), counted as (
        update leads set status = 'calling', claimed_until = null, call_attempts = call_attempts + 1,
                         last_call_at = greatest(last_call_at, :at), updated_at = greatest(updated_at, :at)
        where id = :lead_id
    )
    update calls set state = 'placing', placing_at = least(:at, place_before - interval '1 millisecond'),
                     state_changed_at = :at
    where id = :call_id and state = 'planned'
    """
)


def list_agents_numbers(session: Session) -> set[str]:
    """Numbers of this tenant's agents who work from a phone."""
    rows = session.execute(text("select phone from agents where phone is not null"))
    return {row.phone for row in rows}


def set_aside_spoken_to(session: Session, *, ended_after: datetime, now: datetime) -> int:
    """Take leads out of dialling whose last call was answered by a person after `ended_after` without anything more
    being known of it: an agent may have talked with him. Returns how many."""
    rows = session.execute(_SET_ASIDE, {"ended_after": ended_after, "now": now})
    return len(rows.all())


_SET_ASIDE = text(
    """
    update leads l set status = 'completed', status_reason = 'answered_after_backup', updated_at = :now
    from calls c
    where c.lead_id = l.id and l.status = 'pending' and c.state = 'completed' and c.ended_at > :ended_after
      and c.answered_at is not null and c.bridged_at is null
      and (c.answered_by is null or c.answered_by in ('human', 'unknown'))
      and not exists (select from calls later where later.lead_id = l.id and later.created_at > c.created_at)
      and exists (select from call_events e where e.call_id = c.id and e.kind in ('restored', 'reconciliation'))
    returning l.id
    """
)
