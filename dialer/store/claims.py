"""Claims of leads: taking the next ones into the hopper and giving them back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId, LeadId
from dialer.store.lead_choice import MOVE_LISTS, choice_values, next_leads
from dialer.store.prepared import prepared
from dialer.store.ready_leads import ReadyList
from dialer.store.schema.base import new_id


def plan_calls(
    session: Session,
    *,
    lists: Sequence[ReadyList],
    max_calls: int,
    now: datetime,
    place_before: datetime,
    claimed_until: datetime,
) -> list[CallId]:
    """Claim up to `max_calls` ready leads and plan one attempt and one call for each; return the calls' ids.

    One statement. Lists take turns by their weights; within a list the order is that of `next_leads`. Leads that
    another transaction is claiming are skipped, not waited for. A lead that still has a call in flight, or whose number
    has one for another campaign of the tenant, is claimed without a call (the unique indexes refuse it) and comes back
    when its claim expires.
    """
    if max_calls <= 0 or not lists:
        return []
    values = choice_values(lists, max_calls) | {
        "now": now,
        "place_before": place_before,
        "claimed_until": claimed_until,
        "attempt_ids": [new_id() for _ in range(max_calls)],
        "call_ids": [new_id() for _ in range(max_calls)],
    }
    statement = _PLAN_CALLS if len(lists) == 1 else _PLAN_CALLS_IN_TURN
    return [CallId(row.id) for row in session.execute(statement, values)]


def _plan(moving: str) -> str:
    """The statement that claims and plans. The ids come from outside, so that UUIDv7 does not demand version 18."""
    return f"""
    with due as ({next_leads()}
    ), claimed as (
        update leads set status = 'queued', claimed_until = :claimed_until, updated_at = :now,
                         last_attempt_number = last_attempt_number + 1
        where id = any(array(select due.id from due))
        returning id, tenant_id, campaign_id, list_id, last_attempt_number,
                  coalesce(next_phone, phone_normalized) as to_number
    ), {moving} numbered as (
        select claimed.*, row_number() over () as n from claimed
    ), planned as (
        select numbered.*, (cast(:attempt_ids as uuid[]))[n] as attempt_id, (cast(:call_ids as uuid[]))[n] as call_id
        from numbered
    ), attempted as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
        select attempt_id, tenant_id, campaign_id, id, last_attempt_number, :now from planned
        returning id
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction,
                       from_number, to_number, place_before, created_at, metadata)
    select planned.call_id, planned.tenant_id, planned.campaign_id, planned.id, attempted.id, 'planned', :now,
           'outbound', campaigns.caller_id, planned.to_number, :place_before, :now, '{{}}'
    from planned
    join attempted on attempted.id = planned.attempt_id
    join campaigns on campaigns.id = planned.campaign_id
    on conflict do nothing
    returning id
    """


_PLAN_CALLS = prepared(_plan(""))
_PLAN_CALLS_IN_TURN = prepared(_plan(MOVE_LISTS))


def release_lead(
    session: Session, *, lead_id: LeadId, now: datetime, next_call_at: datetime, count_attempt: bool
) -> None:
    """Give a claimed or calling lead back to its list, callable from `next_call_at` on.

    With `count_attempt` False an attempt that was counted at placing is taken back: the carrier did not accept it.
    A lead that has become completed, failed or dnc in the meantime is left alone.
    """
    session.execute(
        text(
            """
            update leads set status = case when do_not_call then 'dnc' else 'pending' end,
                   claimed_until = null, updated_at = :now,
                   next_call_at = greatest(next_call_at, :next_call_at),
                   call_attempts = call_attempts - case when status = 'calling' and not :count_attempt then 1 else 0 end
            where id = :lead_id and status in ('queued', 'calling')
            """
        ),
        {"lead_id": lead_id, "now": now, "next_call_at": next_call_at, "count_attempt": count_attempt},
    )


def sweep_expired_claim(session: Session, *, lead_id: LeadId, now: datetime) -> bool:
    """Return an expired claim to the list; tell whether it was one. A lead with a call in flight is left alone."""
    row = session.execute(
        text(
            """
            update leads set status = 'pending', claimed_until = null, updated_at = :now
            where id = :lead_id and status = 'queued' and claimed_until < :now
              and not exists (
                  select from calls where calls.lead_id = leads.id
                  and state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))
            returning id
            """
        ),
        {"lead_id": lead_id, "now": now},
    ).first()
    return row is not None


def list_expired_claims(session: Session, *, now: datetime, max_rows: int) -> list[tuple[UUID, UUID]]:
    """Tenant and lead of every claim that has expired, over all tenants."""
    rows = session.execute(
        text("select tenant_id, lead_id from expired_claims(:now, :max_rows)"), {"now": now, "max_rows": max_rows}
    )
    return [(row.tenant_id, row.lead_id) for row in rows]
