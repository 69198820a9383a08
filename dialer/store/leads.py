"""Leads in SQL, as list managers see them. Claims for dialling are in `claims`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.domain.errors import Conflict
from dialer.domain.ids import CampaignId, ImportId, LeadId, ListId, TenantId
from dialer.domain.lead_rows import LeadDraft
from dialer.store.localities import UNDETERMINED
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class Lead:
    """One person on a campaign's list, as stored. `priority`: 0 high, 1 normal, 2 low."""

    id: LeadId
    tenant_id: TenantId
    campaign_id: CampaignId
    list_id: ListId
    external_id: str | None
    phone: str
    phone_normalized: str
    first_name: str | None
    last_name: str | None
    email: str | None
    country: str | None
    state: str | None
    postal_code: str | None
    time_zone: str | None
    consent: bool | None
    type: str | None
    priority: int
    custom_fields: Mapping[str, object]
    notes: str | None
    status: str
    status_reason: str | None
    call_attempts: int
    last_call_at: datetime | None
    next_call_at: datetime
    callback_at: datetime | None
    do_not_call: bool
    locality_id: int
    erased_at: datetime | None
    created_at: datetime
    updated_at: datetime
    alternates: tuple[str, ...]
    """The person's further numbers, in the order in which they are tried."""


def insert_leads(
    session: Session,
    drafts: Sequence[LeadDraft],
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    import_id: ImportId | None,
    now: datetime,
    list_id: ListId | None = None,
    locality_ids: Sequence[int] | None = None,
) -> dict[str, LeadId]:
    """Store leads that are callable at once; return ids by normalized number. Two statements at most.

    Without `list_id` they stand on the campaign's first list. `locality_ids` go with the drafts one by one; without
    them the localities are not determined, and placing will do it.

    A number that the campaign has already, whoever put it there in the meantime, is left as it is and not returned.
    """
    values: dict[str, object] = {
        "ids": [str(new_id()) for _ in drafts],
        "custom_fields": [json.dumps(dict(draft.custom_fields)) for draft in drafts],
        "tenant_id": tenant_id,
        "campaign_id": campaign_id,
        "import_id": import_id,
        "now": now,
    }
    values["list_id"] = list_id
    values["locality_ids"] = list(locality_ids) if locality_ids is not None else [UNDETERMINED] * len(drafts)
    for name in _DRAFT_COLUMNS:
        values[name] = [getattr(draft, name) for draft in drafts]
    ids = {row.phone_normalized: LeadId(row.id) for row in session.execute(_INSERT, values)}
    several = {
        ids[draft.phone_normalized]: (draft.phone_normalized, *draft.alternates)
        for draft in drafts
        if draft.alternates and draft.phone_normalized in ids
    }
    if several:
        insert_phones(session, several, tenant_id=tenant_id)
    return ids


def insert_phones(session: Session, phones: Mapping[LeadId, Sequence[str]], *, tenant_id: TenantId) -> None:
    """Store all phones of people who have several, their leads' own first."""
    lines = [
        (lead_id, position, phone) for lead_id, several in phones.items() for position, phone in enumerate(several)
    ]
    values = {
        "tenant_id": tenant_id,
        "lead_ids": [str(lead_id) for lead_id, _, _ in lines],
        "positions": [position for _, position, _ in lines],
        "phones": [phone for _, _, phone in lines],
    }
    session.execute(_INSERT_PHONES, values)


def replace_phones(session: Session, lead_id: LeadId, phones: Sequence[str], *, tenant_id: TenantId) -> None:
    """Make these the phones of a locked lead, its own first; with one alone there is nothing to store."""
    session.execute(text("delete from lead_phones where lead_id = :lead_id"), {"lead_id": lead_id})
    if len(phones) > 1:
        insert_phones(session, {lead_id: phones}, tenant_id=tenant_id)


def find_lead(session: Session, lead_id: LeadId, *, for_update: bool = False) -> Lead | None:
    """Read one lead; `for_update` also locks it, so that it cannot be claimed until the transaction ends."""
    row = session.execute(_FIND_LOCKED if for_update else _FIND, {"id": lead_id}).one_or_none()
    return _lead(row) if row is not None else None


def list_leads(session: Session, campaign_id: CampaignId, *, status: str | None, limit: int, offset: int) -> list[Lead]:
    """One page of a campaign's list, in the order in which the leads came."""
    values = {"campaign_id": campaign_id, "status": status, "limit": limit, "offset": offset}
    return [_lead(row) for row in session.execute(_LIST, values)]


def load_leads(session: Session, lead_ids: Sequence[LeadId]) -> list[Lead]:
    """These leads in the order of their ids; whom somebody has deleted meanwhile is left out."""
    if not lead_ids:
        return []
    found = {row.id: _lead(row) for row in session.execute(_SEVERAL, {"ids": [str(each) for each in lead_ids]})}
    return [found[lead_id] for lead_id in lead_ids if lead_id in found]


def count_leads(session: Session, campaign_id: CampaignId, *, status: str | None = None) -> int:
    """How many leads of a campaign have this status, or any."""
    return int(session.execute(_COUNT, {"campaign_id": campaign_id, "status": status}).scalar_one())


def list_known_numbers(session: Session, campaign_id: CampaignId, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers the campaign has already."""
    values = {"campaign_id": campaign_id, "numbers": list(numbers)}
    return {row.phone_normalized for row in session.execute(_KNOWN_NUMBERS, values)}


def update_lead(session: Session, lead_id: LeadId, changes: Mapping[str, object], *, now: datetime) -> None:
    """Write columns of a locked lead. Raises Conflict when the campaign has the new number already."""
    unknown = changes.keys() - _UPDATABLE
    if unknown:
        raise ValueError(f"not columns that a lead's owner may change: {sorted(unknown)}")
    values = dict(changes)
    if "custom_fields" in values:
        values["custom_fields"] = json.dumps(values["custom_fields"])
    assignments = ["updated_at = :now", *(_ASSIGNMENTS.get(name, f"{name} = :{name}") for name in values)]
    try:
        session.execute(
            text(f"update leads set {', '.join(assignments)} where id = :id"), {**values, "id": lead_id, "now": now}
        )
    except IntegrityError:
        raise Conflict("The campaign has a lead with this phone number already.") from None


def delete_lead(session: Session, lead_id: LeadId) -> None:
    """Remove a lead with its attempts and calls."""
    session.execute(text("delete from leads where id = :id"), {"id": lead_id})


def copy_leads(session: Session, *, source: CampaignId, target: CampaignId, now: datetime) -> int:
    """Copy a campaign's callable people, fresh and uncalled, to another; return how many.

    Left out: those who asked not to be called, and numbers suppressed for the whole tenant.
    """
    ids = [str(new_id()) for _ in range(count_leads(session, source))]
    result = session.execute(_COPY, {"source": source, "target": target, "ids": ids, "now": now})
    return len(result.all())


_COLUMNS = (
    "id", "tenant_id", "campaign_id", "list_id", "external_id", "phone", "phone_normalized", "first_name", "last_name",
    "email", "country", "state", "postal_code", "time_zone", "consent", "type", "priority", "custom_fields", "notes",
    "status", "status_reason", "call_attempts", "last_call_at", "next_call_at", "callback_at", "do_not_call",
    "locality_id", "erased_at", "created_at", "updated_at",
)  # fmt: skip
_DRAFT_COLUMNS = (
    "phone", "phone_normalized", "external_id", "first_name", "last_name", "email", "country", "state", "postal_code",
    "time_zone", "consent", "type", "priority", "notes", "do_not_call",
)  # fmt: skip
_ASSIGNMENTS = {"custom_fields": "custom_fields = cast(:custom_fields as jsonb)"}
_UPDATABLE = frozenset({*_COLUMNS, "attempts_reset_at", "next_phone", "day_parts_tried"}) - {
    "id",
    "tenant_id",
    "campaign_id",
    "created_at",
    "updated_at",
}


def _lead(row: Row[Any]) -> Lead:
    columns = dict(row._mapping)
    return Lead(**columns | {"alternates": tuple(columns["alternates"] or ())})


_ALL = (
    ", ".join(_COLUMNS)
    + """,
    (select array_agg(p.phone_normalized order by p.position) from lead_phones p
     where p.lead_id = leads.id and p.position > 0) as alternates"""
)
_FIND = text(f"select {_ALL} from leads where id = :id")
_FIND_LOCKED = text(f"select {_ALL} from leads where id = :id for update")
_SEVERAL = text(f"select {_ALL} from leads where id = any(cast(:ids as uuid[]))")
_LIST = text(
    f"""
    select {_ALL} from leads
    where campaign_id = :campaign_id and (cast(:status as text) is null or status = :status)
    order by id
    limit :limit offset :offset
    """
)
_COUNT = text(
    """
    select count(*) from leads
    where campaign_id = :campaign_id and (cast(:status as text) is null or status = :status)
    """
)
_KNOWN_NUMBERS = text(
    """
    select phone_normalized from leads
    where campaign_id = :campaign_id and phone_normalized = any(cast(:numbers as text[]))
    """
)
_INSERT = text(
    """
    insert into leads (id, tenant_id, campaign_id, list_id, locality_id, import_id, phone, phone_normalized,
                       external_id, first_name, last_name, email, country, state, postal_code, time_zone, consent,
                       type, priority, custom_fields, notes, status, call_attempts, last_attempt_number, next_call_at,
                       do_not_call, dial_key, created_at, updated_at)
    select draft.id, c.tenant_id, c.id, coalesce(cast(:list_id as uuid), c.id), draft.locality_id,
           cast(:import_id as uuid), draft.phone, draft.phone_normalized, draft.external_id, draft.first_name,
           draft.last_name, draft.email, draft.country, draft.state, draft.postal_code, draft.time_zone, draft.consent,
           draft.type, draft.priority, draft.custom_fields, draft.notes,
           case when draft.do_not_call then 'dnc' else 'pending' end, 0, 0, :now, draft.do_not_call,
           lead_dial_key(c.lead_order, c.lead_order_field, :now, :now, null, draft.custom_fields), :now, :now
    from campaigns c cross join unnest(
        cast(:ids as uuid[]), cast(:locality_ids as integer[]), cast(:phone as text[]),
        cast(:phone_normalized as text[]), cast(:external_id as text[]), cast(:first_name as text[]),
        cast(:last_name as text[]), cast(:email as text[]), cast(:country as text[]), cast(:state as text[]),
        cast(:postal_code as text[]), cast(:time_zone as text[]), cast(:consent as boolean[]), cast(:type as text[]),
        cast(:priority as smallint[]), cast(:custom_fields as jsonb[]), cast(:notes as text[]),
        cast(:do_not_call as boolean[])
    ) as draft (id, locality_id, phone, phone_normalized, external_id, first_name, last_name, email, country, state,
                postal_code, time_zone, consent, type, priority, custom_fields, notes, do_not_call)
    where c.id = :campaign_id
    on conflict (campaign_id, phone_normalized) do nothing
    returning id, phone_normalized
    """
)
_INSERT_PHONES = text(
    """
    insert into lead_phones (lead_id, position, tenant_id, phone_normalized)
    select lead_id, position, :tenant_id, phone
    from unnest(cast(:lead_ids as uuid[]), cast(:positions as smallint[]), cast(:phones as text[]))
         as line (lead_id, position, phone)
    """
)
_COPY = text(
    """
    with copied as (
        insert into leads (id, tenant_id, campaign_id, list_id, locality_id, external_id, phone, phone_normalized,
                           first_name, last_name, email, country, state, postal_code, time_zone, consent, type,
                           priority, custom_fields, notes, status, call_attempts, last_attempt_number, next_call_at,
                           do_not_call, dial_key, created_at, updated_at)
        select (cast(:ids as uuid[]))[l.n], c.tenant_id, c.id, c.id, l.locality_id, l.external_id, l.phone,
               l.phone_normalized, l.first_name, l.last_name, l.email, l.country, l.state, l.postal_code, l.time_zone,
               l.consent, l.type, l.priority, l.custom_fields, l.notes, 'pending', 0, 0, :now, false,
               lead_dial_key(c.lead_order, c.lead_order_field, :now, :now, null, l.custom_fields), :now, :now
        from campaigns c cross join (
            select leads.*, row_number() over (order by id) as n from leads
            where campaign_id = :source and not do_not_call and status <> 'dnc'
              and not exists (
                  select from suppressions s
                  where s.phone_normalized = leads.phone_normalized and s.campaign_id is null
                    and (s.expires_at is null or s.expires_at > :now)
              )
        ) as l
        where c.id = :target
        returning id, tenant_id, phone_normalized
    ), phones as (
        insert into lead_phones (lead_id, position, tenant_id, phone_normalized)
        select copied.id, p.position, copied.tenant_id, p.phone_normalized
        from copied join leads l on l.campaign_id = :source and l.phone_normalized = copied.phone_normalized
        join lead_phones p on p.lead_id = l.id
    )
    select id from copied
    """
)
