"""Open leads of a campaign that something of their own may hold: a list for a time, a call, a promise, earlier calls.

They are few beside a list of a million, and are looked at one by one where all others are counted in groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, LeadId
from dialer.store.callees import PriorCalls, prior_calls_of, read_prior_calls
from dialer.store.dialability import LeadGroup


@dataclass(frozen=True)
class OpenLead:
    """A lead that is not done with. `group`: what it shares with others, itself alone counted."""

    lead_id: LeadId
    group: LeadGroup
    next_call_at: datetime


def list_suppressed_for_now(
    session: Session, campaign_id: CampaignId, *, now: datetime
) -> list[tuple[OpenLead, datetime]]:
    """Leads with a phone on an entry that will expire, and when the last of them does: they keep their status."""
    rows = session.execute(_SUPPRESSED_FOR_NOW, {"campaign_id": campaign_id, "now": now})
    return [(_lead(row), row.until) for row in rows]


def list_called_now(session: Session, campaign_id: CampaignId) -> list[OpenLead]:
    """Leads who are called at this moment, on whichever of their phones, for another lead."""
    return [_lead(row) for row in session.execute(_CALLED_NOW, {"campaign_id": campaign_id})]


def list_promised(session: Session, campaign_id: CampaignId) -> list[OpenLead]:
    """Leads who wait for a call that was promised."""
    return [_lead(row) for row in session.execute(_PROMISED, {"campaign_id": campaign_id})]


def list_called_before(
    session: Session,
    campaign_id: CampaignId,
    *,
    locality_ids: Sequence[int],
    since: datetime,
    min_calls: int | None,
    with_events: bool,
) -> list[tuple[OpenLead, PriorCalls]]:
    """Pending leads of these localities whose number the tenant has called at least so often since then.

    `with_events`: also those with whom a call came to something: a conversation, a refusal, an abandoned call.
    """
    values = {
        "campaign_id": campaign_id, "localities": list(locality_ids), "since": since, "min_calls": min_calls,
        "with_events": with_events,
    }  # fmt: skip
    return [(_lead(row), read_prior_calls(row.prior)) for row in session.execute(_CALLED_BEFORE, values)]


def _lead(row: Row[Any]) -> OpenLead:
    group = LeadGroup(row.list_id, row.status, row.status_reason, row.locality_id, row.is_waiting, row.consent, 1)
    return OpenLead(LeadId(row.id), group, row.next_call_at)


_COLUMNS = "l.id, l.list_id, l.status, l.status_reason, l.locality_id, l.is_waiting, l.consent, l.next_call_at"
_SUPPRESSED_FOR_NOW = text(
    f"""
    with held as (
        select s.phone_normalized as number, max(s.expires_at) as until from suppressions s
        where s.expires_at > :now and (s.campaign_id is null or s.campaign_id = :campaign_id)
        group by s.phone_normalized
    ), named as (
        select own.id, held.until from held
        join leads own on own.campaign_id = :campaign_id and own.phone_normalized = held.number
        union all
        select further.lead_id, held.until from held
        join lead_phones further on further.tenant_id = current_tenant() and further.phone_normalized = held.number
    )
    select {_COLUMNS}, named.until
    from (select id, max(until) as until from named group by id) named join leads l on l.id = named.id
    where l.campaign_id = :campaign_id and l.status in ('pending', 'queued', 'calling')
    """
)
_CALLED_NOW = text(
    f"""
    with called as (
        select c.to_number as number from calls c
        where c.tenant_id = current_tenant()
          and c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
    ), named as (
        select own.id from called
        join leads own on own.campaign_id = :campaign_id and own.phone_normalized = called.number
        union
        select further.lead_id from called
        join lead_phones further on further.tenant_id = current_tenant() and further.phone_normalized = called.number
    )
    select {_COLUMNS} from named join leads l on l.id = named.id
    where l.campaign_id = :campaign_id and l.status = 'pending'
    """
)
_PROMISED = text(
    f"""
    select {_COLUMNS} from leads l
    where l.campaign_id = :campaign_id and l.status = 'pending' and l.is_waiting and l.callback_at is not null
    """
)
# A call is placed within seconds of being planned, and only that moment leads an index by time.
_CALLED_BEFORE = text(
    f"""
    with called as (
        select c.to_number as number from calls c
        where c.tenant_id = current_tenant() and c.created_at > cast(:since as timestamptz) - interval '1 hour'
          and c.placing_at > :since and (c.state <> 'cancelled' or c.ringing_at is not null)
        group by c.to_number
        having count(*) >= cast(:min_calls as integer)
            or :with_events and bool_or(c.bridged_at is not null or c.agent_disposition is not null
                                        or c.state = 'abandoned' or c.disposition = 'abandoned')
    )
    select {_COLUMNS}, before.prior
    from called join leads l on l.campaign_id = :campaign_id and l.phone_normalized = called.number
    cross join lateral ({prior_calls_of("l.tenant_id", "array[l.phone_normalized]", but="null")}) before
    where l.status = 'pending' and l.locality_id = any(cast(:localities as integer[]))
    """
)
