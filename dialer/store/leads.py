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
from dialer.domain.ids import CampaignId, ImportId, LeadId, TenantId
from dialer.domain.lead_rows import LeadDraft
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class Lead:
    """One person on a campaign's list, as stored. `priority`: 0 high, 1 normal, 2 low."""

    id: LeadId
    tenant_id: TenantId
    campaign_id: CampaignId
    phone: str
    phone_normalized: str
    first_name: str | None
    last_name: str | None
    email: str | None
    country: str | None
    type: str | None
    priority: int
    custom_fields: Mapping[str, object]
    notes: str | None
    status: str
    status_reason: str | None
    call_attempts: int
    last_call_at: datetime | None
    next_call_at: datetime
    do_not_call: bool
    created_at: datetime
    updated_at: datetime


def insert_leads(
    session: Session,
    drafts: Sequence[LeadDraft],
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    import_id: ImportId | None,
    now: datetime,
) -> dict[str, LeadId]:
    """Store leads that are callable at once, in one statement; return ids by normalized number.

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
    for name in _DRAFT_COLUMNS:
        values[name] = [getattr(draft, name) for draft in drafts]
    return {row.phone_normalized: LeadId(row.id) for row in session.execute(_INSERT, values)}


def find_lead(session: Session, lead_id: LeadId, *, for_update: bool = False) -> Lead | None:
    """Read one lead; `for_update` also locks it, so that it cannot be claimed until the transaction ends."""
    row = session.execute(_FIND_LOCKED if for_update else _FIND, {"id": lead_id}).one_or_none()
    return _lead(row) if row is not None else None


def list_leads(session: Session, campaign_id: CampaignId, *, status: str | None, limit: int, offset: int) -> list[Lead]:
    """One page of a campaign's list, in the order in which the leads came."""
    values = {"campaign_id": campaign_id, "status": status, "limit": limit, "offset": offset}
    return [_lead(row) for row in session.execute(_LIST, values)]


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


def mark_do_not_call(session: Session, numbers: Sequence[str], *, campaign_id: CampaignId | None, now: datetime) -> int:
    """Flag every lead with one of these numbers, in one campaign or in all; return how many were taken off their list.

    A lead that waits to be called becomes `dnc`; one in a call keeps its status, since the call's end decides.
    """
    values = {"numbers": list(numbers), "campaign_id": campaign_id, "now": now}
    return sum(1 for row in session.execute(_MARK_DO_NOT_CALL, values) if row.status == "dnc")


def copy_leads(session: Session, *, source: CampaignId, target: CampaignId, now: datetime) -> int:
    """Copy a campaign's callable people, fresh and uncalled, to another; return how many.

    Left out: those who asked not to be called, and numbers suppressed for the whole tenant.
    """
    ids = [str(new_id()) for _ in range(count_leads(session, source))]
    result = session.execute(_COPY, {"source": source, "target": target, "ids": ids, "now": now})
    return len(result.all())


_COLUMNS = (
    "id", "tenant_id", "campaign_id", "phone", "phone_normalized", "first_name", "last_name", "email", "country",
    "type", "priority", "custom_fields", "notes", "status", "status_reason", "call_attempts", "last_call_at",
    "next_call_at", "do_not_call", "created_at", "updated_at",
)  # fmt: skip
_DRAFT_COLUMNS = (
    "phone", "phone_normalized", "first_name", "last_name", "email", "country", "type", "priority", "notes",
    "do_not_call",
)  # fmt: skip
_ASSIGNMENTS = {"custom_fields": "custom_fields = cast(:custom_fields as jsonb)"}
_UPDATABLE = frozenset({*_COLUMNS, "attempts_reset_at"}) - {
    "id",
    "tenant_id",
    "campaign_id",
    "created_at",
    "updated_at",
}


def _lead(row: Row[Any]) -> Lead:
    return Lead(**row._mapping)


_ALL = ", ".join(_COLUMNS)
_FIND = text(f"select {_ALL} from leads where id = :id")
_FIND_LOCKED = text(f"select {_ALL} from leads where id = :id for update")
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
    insert into leads (id, tenant_id, campaign_id, import_id, phone, phone_normalized, first_name, last_name, email,
                       country, type, priority, custom_fields, notes, status, call_attempts, last_attempt_number,
                       next_call_at, do_not_call, created_at, updated_at)
    select id, :tenant_id, :campaign_id, cast(:import_id as uuid), phone, phone_normalized, first_name, last_name,
           email, country, type, priority, custom_fields, notes,
           case when do_not_call then 'dnc' else 'pending' end, 0, 0,
           :now, do_not_call, :now, :now
    from unnest(
        cast(:ids as uuid[]), cast(:phone as text[]), cast(:phone_normalized as text[]), cast(:first_name as text[]),
        cast(:last_name as text[]), cast(:email as text[]), cast(:country as text[]), cast(:type as text[]),
        cast(:priority as smallint[]), cast(:custom_fields as jsonb[]), cast(:notes as text[]),
        cast(:do_not_call as boolean[])
    ) as draft (id, phone, phone_normalized, first_name, last_name, email, country, type, priority, custom_fields,
                notes, do_not_call)
    on conflict (campaign_id, phone_normalized) do nothing
    returning id, phone_normalized
    """
)
_MARK_DO_NOT_CALL = text(
    """
    update leads
    set do_not_call = true, updated_at = :now,
        status = case when status in ('pending', 'queued') then 'dnc' else status end,
        status_reason = case when status in ('pending', 'queued') then 'suppressed' else status_reason end,
        claimed_until = case when status = 'queued' then null else claimed_until end
    where phone_normalized = any(cast(:numbers as text[])) and not do_not_call
      and (cast(:campaign_id as uuid) is null or campaign_id = :campaign_id)
    returning status
    """
)
_COPY = text(
    """
    insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, first_name, last_name, email, country, type,
                       priority, custom_fields, notes, status, call_attempts, last_attempt_number, next_call_at,
                       do_not_call, created_at, updated_at)
    select (cast(:ids as uuid[]))[n], tenant_id, :target, phone, phone_normalized, first_name, last_name, email,
           country, type, priority, custom_fields, notes, 'pending', 0, 0, :now, false, :now, :now
    from (
        select leads.*, row_number() over (order by id) as n from leads
        where campaign_id = :source and not do_not_call and status <> 'dnc'
          and not exists (
              select from suppressions s
              where s.phone_normalized = leads.phone_normalized and s.campaign_id is null
                and (s.expires_at is null or s.expires_at > :now)
          )
    ) as copied
    returning id
    """
)
