"""What stops leads from being dialled, in SQL: a whole list counted by what its leads share, and one lead."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, LeadId, ListId, TenantId
from dialer.store.callees import CALLEE_COLUMNS, NUMBERS_OF_LEAD, Callee, callee_of, prior_calls_of
from dialer.store.placements import (
    CAMPAIGN_TERMS,
    CampaignTerms,
    Suppressed,
    read_suppressed,
    suppressions_of,
    terms_of,
)


@dataclass(frozen=True)
class LeadGroup:
    """Leads of one list that have all in common that their gates depend on."""

    list_id: ListId
    status: str
    status_reason: str | None
    locality_id: int
    is_waiting: bool
    consent: bool | None
    count: int


@dataclass(frozen=True)
class ListOfCampaign:
    """A list as the summary shows it."""

    id: ListId
    name: str
    is_active: bool


@dataclass(frozen=True)
class CampaignFacts:
    """A campaign with its lists and its terms, and when it will start if it is scheduled."""

    id: CampaignId
    tenant_id: TenantId
    schedule_start: datetime | None
    terms: CampaignTerms
    lists: tuple[ListOfCampaign, ...]
    next_due_at: datetime | None
    """When the first of the waiting leads is due."""


@dataclass(frozen=True)
class WaitingHour:
    """How many leads of a locality become due within one hour."""

    hour: datetime
    locality_id: int
    consent: bool | None
    count: int


@dataclass(frozen=True)
class LeadFacts:
    """One lead with everything that decides whether it may be dialled."""

    lead_id: LeadId
    campaign_id: CampaignId
    tenant_id: TenantId
    list_name: str
    is_list_active: bool
    status: str
    status_reason: str | None
    next_call_at: datetime
    callback_at: datetime | None
    call_attempts: int
    do_not_call: bool
    number: str
    is_phone_usable: bool
    """Whether any of the person's phones is still worth calling; if so, `number` is one of these."""
    schedule_start: datetime | None
    in_flight: str | None
    """The state of a call to one of his numbers that has not ended."""
    terms: CampaignTerms
    callee: Callee
    suppressed: tuple[Suppressed, ...]


def begin_snapshot(session: Session) -> None:
    """First of all in a transaction: whatever it reads is of one moment."""
    session.execute(text("set transaction isolation level repeatable read, read only"))


def load_campaign_facts(session: Session, campaign_id: CampaignId) -> CampaignFacts | None:
    """The campaign with its lists; None if there is none."""
    row = session.execute(_CAMPAIGN, {"campaign_id": campaign_id}).one_or_none()
    if row is None:
        return None
    lists = tuple(ListOfCampaign(ListId(UUID(entry["id"])), entry["name"], entry["is_active"]) for entry in row.lists)
    return CampaignFacts(row.id, row.tenant_id, row.schedule_start, terms_of(row), lists, row.next_due_at)


def count_lead_groups(session: Session, campaign_id: CampaignId, *, now: datetime | None = None) -> list[LeadGroup]:
    """All leads of a campaign, grouped. Read from one index alone where the table has been vacuumed.

    With `now`, leads whose time has come count as ready though no tick has promoted them, since nobody dials.
    """
    values = {"campaign_id": campaign_id, "now": now}
    return [LeadGroup(**row._mapping) for row in session.execute(_GROUPS if now is None else _GROUPS_NOW, values)]


def count_waiting_by_hour(
    session: Session, campaign_id: CampaignId, *, since: datetime, until: datetime
) -> list[WaitingHour]:
    """Waiting leads of active lists by the hour in which they become due, between two moments."""
    rows = session.execute(_WAITING, {"campaign_id": campaign_id, "since": since, "until": until})
    return [WaitingHour(**row._mapping) for row in rows]


def load_lead_facts(session: Session, lead_id: LeadId, *, now: datetime) -> LeadFacts | None:
    """One lead; None if there is none."""
    row = session.execute(_LEAD, {"lead_id": lead_id, "now": now}).one_or_none()
    if row is None:
        return None
    return LeadFacts(
        lead_id=row.id,
        campaign_id=row.campaign_id,
        tenant_id=row.tenant_id,
        list_name=row.list_name,
        is_list_active=row.is_list_active,
        status=row.status,
        status_reason=row.status_reason,
        next_call_at=row.next_call_at,
        callback_at=row.callback_at,
        call_attempts=row.call_attempts,
        do_not_call=row.do_not_call,
        number=row.number,
        is_phone_usable=row.is_phone_usable,
        schedule_start=row.schedule_start,
        in_flight=row.in_flight,
        terms=terms_of(row),
        callee=callee_of(row),
        suppressed=read_suppressed(row.suppressed),
    )


_CAMPAIGN = text(
    f"""
    select m.id, m.tenant_id, m.schedule_start, {CAMPAIGN_TERMS},
           (select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'is_active', s.is_active)
                             order by s.created_at, s.id)
            from lists s where s.campaign_id = m.id) as lists,
           (select min(l.next_call_at) from leads l
            where l.campaign_id = m.id and l.status = 'pending' and l.is_waiting) as next_due_at
    from campaigns m where m.id = :campaign_id
    """
)


def _groups(is_waiting: str) -> str:
    return f"""
    select list_id, status, status_reason, locality_id, {is_waiting} as is_waiting, consent, count(*) as count
    from leads where campaign_id = :campaign_id
    group by 1, 2, 3, 4, 5, 6
    """


_GROUPS = text(_groups("is_waiting"))
_GROUPS_NOW = text(_groups("is_waiting and next_call_at > :now"))
_WAITING = text(
    """
    select date_trunc('hour', l.next_call_at, 'UTC') as hour, l.locality_id, l.consent, count(*) as count
    from leads l join lists s on s.id = l.list_id
    where l.campaign_id = :campaign_id and l.status = 'pending' and l.is_waiting
      and l.next_call_at > :since and l.next_call_at < :until
      and s.is_active
    group by 1, 2, 3
    """
)
_LEAD = text(
    f"""
    select l.id, l.campaign_id, l.tenant_id, s.name as list_name, s.is_active as is_list_active, l.status,
           l.status_reason, l.next_call_at, l.callback_at, l.call_attempts, l.do_not_call,
           coalesce(phone.number, l.next_phone, l.phone_normalized) as number, m.schedule_start,
           coalesce(phone.is_usable, true) as is_phone_usable,
           (select c.state from calls c
            where c.tenant_id = l.tenant_id and c.to_number = any(person.numbers)
              and c.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
            limit 1) as in_flight,
           {CAMPAIGN_TERMS}, {CALLEE_COLUMNS}, person.numbers, before.prior, listed.suppressed
    from leads l join campaigns m on m.id = l.campaign_id join lists s on s.id = l.list_id
    left join lateral (
        select p.phone_normalized as number, p.is_usable from lead_phones p where p.lead_id = l.id
        order by p.is_usable desc, p.phone_normalized = coalesce(l.next_phone, l.phone_normalized) desc, p.position
        limit 1
    ) phone on true
    cross join lateral ({NUMBERS_OF_LEAD}) person
    cross join lateral ({prior_calls_of("l.tenant_id", "person.numbers", but="null")}) before
    cross join lateral ({suppressions_of("person.numbers").replace(":campaign_id", "l.campaign_id")}) listed
    where l.id = :lead_id
    """
)
