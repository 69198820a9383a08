"""Claims of leads: taking due ones into the hopper and giving them back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId, CampaignId, LeadId
from dialer.store.schema.base import new_id


def plan_calls(
    session: Session,
    *,
    campaign_id: CampaignId,
    max_calls: int,
    now: datetime,
    place_before: datetime,
    claimed_until: datetime,
) -> list[CallId]:
    """Claim up to `max_calls` due leads and plan one attempt and one call for each; return the calls' ids.

    One statement. Leads that another transaction is claiming are skipped, not waited for. A lead that still has a
    call in flight, or whose number has one for another campaign of the tenant, is claimed without a call (the unique
    indexes refuse it) and comes back when its claim expires.
    """
    if max_calls <= 0:
        return []
    rows = session.execute(
        _PLAN_CALLS,
        {
            "campaign_id": campaign_id,
            "max_calls": max_calls,
            "now": now,
            "place_before": place_before,
            "claimed_until": claimed_until,
            "attempt_ids": [new_id() for _ in range(max_calls)],
            "call_ids": [new_id() for _ in range(max_calls)],
        },
    )
    return [CallId(row.id) for row in rows]


# Within a priority, people who are due again (a retry, a promised callback) come before people never called: their
# time has come, while the others have waited for nothing but their turn. Each turn is one descent of `ix_leads_due`,
# which stops at the leads that are not due yet; turns are taken in the order in which `values` lists them.
DUE_LEADS = """
        select lead.id
        from (values (0, false), (0, true), (1, false), (1, true), (2, false), (2, true)) as turn (priority, is_fresh)
        cross join lateral (
            select id from leads
            where campaign_id = :campaign_id and status = 'pending' and next_call_at <= :now
              and priority = turn.priority and (call_attempts = 0) = turn.is_fresh
            order by next_call_at, id
            limit :max_calls
            for update skip locked
        ) as lead
        limit :max_calls
"""
# The ids come from here, not from PostgreSQL, so that UUIDv7 does not demand version 18.
_PLAN_CALLS = text(
    f"""
    with due as (
        {DUE_LEADS}
    ), claimed as (
        update leads set status = 'queued', claimed_until = :claimed_until, updated_at = :now,
                         last_attempt_number = last_attempt_number + 1
        from due where leads.id = due.id
        returning leads.id, leads.tenant_id, leads.campaign_id, leads.last_attempt_number, leads.phone_normalized
    ), numbered as (
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
           'outbound', campaigns.caller_id, planned.phone_normalized, :place_before, :now, '{{}}'
    from planned
    join attempted on attempted.id = planned.attempt_id
    join campaigns on campaigns.id = planned.campaign_id
    on conflict do nothing
    returning id
    """
)


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
