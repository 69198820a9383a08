"""The suppression list in SQL: numbers not to be called, by the whole tenant or by one campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, TenantId, UserId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class Suppression:
    """One number not to be called; without `campaign_id` by any campaign, without `expires_at` for ever."""

    id: UUID
    tenant_id: TenantId
    campaign_id: CampaignId | None
    phone_normalized: str
    reason: str
    source: str
    note: str | None
    created_by: UserId | None
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class SuppressionDraft:
    """What is the same for all numbers that are suppressed together."""

    tenant_id: TenantId
    campaign_id: CampaignId | None
    reason: str
    source: str
    note: str | None = None
    created_by: UserId | None = None
    expires_at: datetime | None = None


def insert_suppressions(
    session: Session, numbers: Sequence[str], draft: SuppressionDraft, *, now: datetime
) -> set[str]:
    """Suppress numbers in one statement; return those that were not suppressed in this scope before.

    An entry that has expired is renewed. One that still holds is left as it is, but loses its expiry if the new one
    has none, or gets the later of the two: suppressing again never shortens a suppression.
    """
    values = {**vars(draft), "numbers": list(numbers), "ids": [str(new_id()) for _ in numbers], "now": now}
    return {row.phone_normalized for row in session.execute(_INSERT, values) if row.is_new}


def find_suppression(session: Session, suppression_id: UUID) -> Suppression | None:
    """Read one entry."""
    row = session.execute(text(f"select {_ALL} from suppressions where id = :id"), {"id": suppression_id}).one_or_none()
    return _suppression(row) if row is not None else None


def find_entry(session: Session, phone_normalized: str, *, campaign_id: CampaignId | None) -> Suppression | None:
    """Read the entry of exactly this scope, expired or not."""
    row = session.execute(_FIND_ENTRY, {"phone": phone_normalized, "campaign_id": campaign_id}).one_or_none()
    return _suppression(row) if row is not None else None


def list_holding(session: Session, phone_normalized: str, *, at: datetime) -> list[Suppression]:
    """Every entry, tenant-wide or of one campaign, that stops calls to this number at this moment."""
    rows = session.execute(_LIST_HOLDING, {"phone": phone_normalized, "at": at})
    return [_suppression(row) for row in rows]


def list_suppressed_numbers(
    session: Session, numbers: Sequence[str], *, campaign_id: CampaignId, at: datetime
) -> set[str]:
    """Which of these numbers this campaign must not call at this moment."""
    rows = session.execute(_SUPPRESSED, {"numbers": list(numbers), "campaign_id": campaign_id, "at": at})
    return {row.phone_normalized for row in rows}


def list_suppressions(
    session: Session, *, search: str | None, campaign_id: CampaignId | None, limit: int, offset: int
) -> list[Suppression]:
    """One page of the list, newest first. `search` is digits that the number contains."""
    values = {"search": search, "campaign_id": campaign_id, "limit": limit, "offset": offset}
    return [_suppression(row) for row in session.execute(_LIST, values)]


def count_suppressions(session: Session, *, search: str | None, campaign_id: CampaignId | None) -> int:
    """How many entries `list_suppressions` has in all."""
    return int(session.execute(_COUNT, {"search": search, "campaign_id": campaign_id}).scalar_one())


def delete_suppression(session: Session, suppression_id: UUID) -> None:
    """Remove one entry. Leads that it took off their lists stay off."""
    session.execute(text("delete from suppressions where id = :id"), {"id": suppression_id})


def _suppression(row: Row[tuple[object, ...]]) -> Suppression:
    return Suppression(**row._mapping)


_ALL = "id, tenant_id, campaign_id, phone_normalized, reason, source, note, created_by, created_at, expires_at"
_MATCHES = """
    (cast(:search as text) is null or strpos(phone_normalized, :search) > 0)
    and (cast(:campaign_id as uuid) is null or campaign_id = :campaign_id)
"""
_INSERT = text(
    """
    with before as (
        select phone_normalized from suppressions
        where phone_normalized = any(cast(:numbers as text[]))
          and campaign_id is not distinct from cast(:campaign_id as uuid)
          and (expires_at is null or expires_at > :now)
    )
    insert into suppressions as s (id, tenant_id, campaign_id, phone_normalized, reason, source, note, created_by,
                                   created_at, expires_at)
    select id, :tenant_id, cast(:campaign_id as uuid), number, :reason, :source, :note, cast(:created_by as uuid), :now,
           cast(:expires_at as timestamptz)
    from unnest(cast(:ids as uuid[]), cast(:numbers as text[])) as draft (id, number)
    on conflict (tenant_id, phone_normalized, campaign_id) do update
    set expires_at = case when excluded.expires_at is not null then greatest(s.expires_at, excluded.expires_at) end,
        reason = case when s.expires_at <= :now then excluded.reason else s.reason end
    where s.expires_at is not null
    returning phone_normalized, phone_normalized not in (select phone_normalized from before) as is_new
    """
)
_FIND_ENTRY = text(
    f"""
    select {_ALL} from suppressions
    where phone_normalized = :phone and campaign_id is not distinct from cast(:campaign_id as uuid)
    """
)
_LIST_HOLDING = text(
    f"""
    select {_ALL} from suppressions
    where phone_normalized = :phone and (expires_at is null or expires_at > :at)
    order by campaign_id nulls first, created_at
    """
)
_SUPPRESSED = text(
    """
    select phone_normalized from suppressions
    where phone_normalized = any(cast(:numbers as text[])) and (campaign_id is null or campaign_id = :campaign_id)
      and (expires_at is null or expires_at > :at)
    """
)
_LIST = text(
    f"""
    select {_ALL} from suppressions where {_MATCHES}
    order by created_at desc, id desc
    limit :limit offset :offset
    """
)
_COUNT = text(f"select count(*) from suppressions where {_MATCHES}")
