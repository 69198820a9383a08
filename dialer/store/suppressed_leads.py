"""What an entry of the suppression list does to leads and to planned calls, at once; and how it is undone.

A person's own word names one phone and stops the person: leads are found by any of their phones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId, CampaignId, LeadId


@dataclass(frozen=True)
class NamedLead:
    """A lead, and the phone by which somebody named it."""

    lead_id: LeadId
    phone_normalized: str


def lock_named_leads(session: Session, numbers: Sequence[str], *, campaign_id: CampaignId | None) -> list[NamedLead]:
    """Lock every lead that has one of these numbers among its phones, in one campaign or in all.

    Placing locks its lead, too: once this returns, each call of these leads either counts as placed or will find what
    this transaction writes. In the order of their ids, so that two lists that come at once do not block each other.
    """
    rows = session.execute(_LOCK_NAMED, {"numbers": f"{{{','.join(numbers)}}}", "campaign_id": campaign_id})
    return [NamedLead(LeadId(row.id), row.number) for row in rows]


def mark_named_leads(
    session: Session, named: Sequence[NamedLead], *, campaign_id: CampaignId | None, now: datetime
) -> None:
    """Flag locked leads as not to be called, and note which entries of this scope took them off their lists.

    A lead that waits to be called becomes `dnc`; one in a call keeps its status, since the call's end decides.
    """
    session.execute(_MARK, {**_pairs(named), "campaign_id": campaign_id, "now": now})


def release_named_leads(session: Session, named: Sequence[NamedLead], *, until: datetime, now: datetime) -> None:
    """Give locked leads back that were claimed, to be called once their suppression has expired."""
    session.execute(_RELEASE, {"ids": [lead.lead_id for lead in named], "until": until, "now": now})


def list_planned_calls_of(session: Session, named: Sequence[NamedLead]) -> list[CallId]:
    """The planned, not yet placed calls of locked leads."""
    rows = session.execute(_PLANNED, {"ids": list({lead.lead_id for lead in named})})
    return [CallId(row.id) for row in rows]


def restore_leads(session: Session, suppression_id: UUID, *, now: datetime) -> int:
    """Put leads back that this entry took off, unless another one holds one of their phones for good; return how many.

    To be called before the entry is deleted. Whoever was in a call then and has talked since is not called again.
    """
    return len(session.execute(_RESTORE, {"suppression_id": suppression_id, "now": now}).all())


def _pairs(named: Sequence[NamedLead]) -> dict[str, object]:
    return {"ids": [lead.lead_id for lead in named], "numbers": [lead.phone_normalized for lead in named]}


# `offset 0` keeps the planner to a look-up for each number, where it might otherwise read all leads for a long list.
_LOCK_NAMED = text(
    """
    with named as (
        select own.id, phone.number from unnest(cast(:numbers as text[])) as phone (number)
        cross join lateral (select id from leads where phone_normalized = phone.number offset 0) as own
        union
        select other.lead_id, phone.number from unnest(cast(:numbers as text[])) as phone (number)
        cross join lateral (select lead_id from lead_phones where phone_normalized = phone.number offset 0) as other
    ), locked as materialized (
        select mine.id from (select distinct id from named order by id) as one
        cross join lateral (
            select id from leads
            where id = one.id and (cast(:campaign_id as uuid) is null or campaign_id = cast(:campaign_id as uuid))
            for update
        ) as mine
    )
    select named.id, named.number from named join locked on locked.id = named.id order by named.id, named.number
    """
)
# A lead that was flagged before is noted if an entry flagged it: then each of them has to go before it comes back.
_MARK = text(
    """
    with pair as (
        select * from unnest(cast(:ids as uuid[]), cast(:numbers as text[])) as pair (lead_id, number)
    ), marked as (
        update leads
        set do_not_call = true, updated_at = :now,
            status = case when status in ('pending', 'queued') then 'dnc' else status end,
            status_reason = case when status in ('pending', 'queued') then 'suppressed' else status_reason end,
            claimed_until = case when status = 'queued' then null else claimed_until end
        where id = any(cast(:ids as uuid[])) and not do_not_call
        returning id
    ), noted as (
        select id from marked union select lead_id from suppressed_leads where lead_id = any(cast(:ids as uuid[]))
    )
    insert into suppressed_leads (suppression_id, lead_id, tenant_id, at)
    select entry.id, pair.lead_id, entry.tenant_id, :now
    from pair join noted on noted.id = pair.lead_id
    join suppressions as entry
      on entry.phone_normalized = pair.number and entry.campaign_id is not distinct from cast(:campaign_id as uuid)
    on conflict do nothing
    """
)
_RELEASE = text(
    """
    update leads set status = 'pending', status_reason = 'suppressed', claimed_until = null, updated_at = :now,
                     next_call_at = greatest(next_call_at, cast(:until as timestamptz))
    where id = any(cast(:ids as uuid[])) and status = 'queued'
    """
)
_PLANNED = text("select id from calls where lead_id = any(cast(:ids as uuid[])) and state = 'planned'")
_RESTORE = text(
    """
    update leads
    set do_not_call = false, updated_at = :now,
        status_reason = case when status = 'dnc' and status_reason <> 'answered' then 'restored' else status_reason end,
        status = case when status <> 'dnc' then status when status_reason = 'answered' then 'completed'
                      else 'pending' end
    where id in (select lead_id from suppressed_leads where suppression_id = :suppression_id) and do_not_call
      and not exists (
          select from (
              select leads.phone_normalized as number
              union all select phone_normalized from lead_phones where lead_id = leads.id
          ) as phone
          join suppressions as entry on entry.phone_normalized = phone.number
          where entry.id <> :suppression_id and entry.expires_at is null
            and (entry.campaign_id is null or entry.campaign_id = leads.campaign_id))
    returning id
    """
)
