"""The suppression list in SQL: numbers not to be called, by the whole tenant or by one campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, TenantId, UserId
from dialer.domain.registries import BLOCK
from dialer.store.registries import LISTED
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

    An entry that has expired begins anew. One that still holds is left as it is, but loses its expiry if the new one
    has none, or gets the later of the two: suppressing again never shortens a suppression.
    """
    # As literals: PostgreSQL would parse each of twenty thousand parameters on its own.
    ids, listed = ",".join([str(new_id()) for _ in numbers]), ",".join(numbers)
    values = {**vars(draft), "numbers": f"{{{listed}}}", "ids": f"{{{ids}}}", "now": now}
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


def is_erased(session: Session, phone_normalized: str) -> bool:
    """Tell whether this number belongs to somebody who was erased."""
    return bool(session.execute(_IS_ERASED, {"phone": phone_normalized}).scalar_one())


def list_suppressed_numbers(
    session: Session, numbers: Sequence[str], *, campaign_id: CampaignId, at: datetime
) -> set[str]:
    """Which of these numbers this campaign must not call at this moment, by their people's own word.

    Registries are left out: whether one binds is decided when the call is placed.
    """
    rows = session.execute(_SUPPRESSED, {"numbers": list(numbers), "campaign_id": campaign_id, "now": at})
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


# Each list is looked up by index for each number, whatever the planner thinks of its size: registries in a table small
# enough to stay in memory, erased people only where there are any. Of `own`, the order is that of the index, backwards,
# so that nothing is sorted and a tenant's entry comes before a campaign's; the condition on the campaign is written as
# one, since PostgreSQL would look an `or` up twice and merge.
SUPPRESSED_AMONG = f"""
    select phone.number as phone_normalized,
           case when own.phone_normalized is not null and own.campaign_id is null then 'tenant'
                when erased.found then 'erased' when own.phone_normalized is not null then 'campaign'
                else 'registry' end as kind,
           case when own.phone_normalized is not null then own.reason when erased.found then 'erased'
                else (select name || ' of ' || published_on from dnc_registries where serial = registry.serial)
                end as reason,
           case when not erased.found then own.expires_at end as expires_at
    from (
        select phone_normalized as number, cast(phone_normalized as bigint) as digits
        from {{staged}} where phone_normalized is not null group by phone_normalized order by phone_normalized
    ) as phone
    left join lateral (
        select phone_normalized, campaign_id, reason, expires_at from suppressions
        where phone_normalized = phone.number
          and coalesce(campaign_id, cast(:campaign_id as uuid)) is not distinct from cast(:campaign_id as uuid)
          and (expires_at is null or expires_at > :now)
        order by campaign_id desc limit 1
    ) as own on true
    cross join lateral (
        select exists (select from erased_numbers) and exists (
            select from erased_numbers
            where hash = number_hash((select number_salt from tenants where id = current_tenant()), phone.number)
        ) as found
        offset 0
    ) as erased
    left join lateral (
        select listed.serial from registry_blocks as listed
        where listed.block = phone.digits / {BLOCK}
          and listed.serial = any(array(select serial from dnc_registries where status = 'active'))
          and {LISTED}
        limit 1
    ) as registry on own.phone_normalized is null and not erased.found
    where own.phone_normalized is not null or erased.found or registry.serial is not null
"""
"""Which numbers of a relation are suppressed: SQL for a subquery or a CTE, as `SUPPRESSED_AMONG.format(staged=name)`.

`staged` is a relation, or a subquery in parentheses with an alias, that has a column `phone_normalized text`: numbers
in E.164 or null, each as often as it likes, alternates as rows of their own. Parameters: `:campaign_id` (null: only the
tenant's lists and registries) and `:now`. Answers one row for each suppressed number:

- `phone_normalized`
- `kind`: the strongest list that holds it. `tenant`, `campaign` and `erased` are a person's own word and stop the
  person with all phones; `registry` stops this number alone, and not where consent or a business relationship lifts it
- `reason` (of a registry: its name and date), `expires_at` (null: holds for good)
"""
_ALL = "id, tenant_id, campaign_id, phone_normalized, reason, source, note, created_by, created_at, expires_at"
_MATCHES = """
    (cast(:search as text) is null or strpos(phone_normalized, :search) > 0)
    and (cast(:campaign_id as uuid) is null or campaign_id = :campaign_id)
"""
_INSERT = text(
    """
    with before as materialized (
        select held.phone_normalized from unnest(cast(:numbers as text[])) as phone (number)
        cross join lateral (
            select phone_normalized from suppressions
            where phone_normalized = phone.number and campaign_id is not distinct from cast(:campaign_id as uuid)
              and (expires_at is null or expires_at > :now)
            offset 0
        ) as held
    )
    insert into suppressions as s (id, tenant_id, campaign_id, phone_normalized, reason, source, note, created_by,
                                   created_at, expires_at)
    select id, :tenant_id, cast(:campaign_id as uuid), number, :reason, :source, :note, cast(:created_by as uuid), :now,
           cast(:expires_at as timestamptz)
    from unnest(cast(:ids as uuid[]), cast(:numbers as text[])) as draft (id, number)
    on conflict (tenant_id, phone_normalized, campaign_id) do update
    set expires_at = case when excluded.expires_at is not null then greatest(s.expires_at, excluded.expires_at) end,
        created_at = case when s.expires_at <= :now then excluded.created_at else s.created_at end,
        created_by = case when s.expires_at <= :now then excluded.created_by else s.created_by end,
        reason = case when s.expires_at <= :now then excluded.reason else s.reason end,
        source = case when s.expires_at <= :now then excluded.source else s.source end,
        note = case when s.expires_at <= :now then excluded.note else s.note end
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
_IS_ERASED = text(
    """
    select exists (select from erased_numbers where hash = number_hash(
        (select number_salt from tenants where id = current_tenant()), :phone))
    """
)
_NUMBERS = "(select unnest(cast(:numbers as text[])) as phone_normalized) as given"
_SUPPRESSED = text(
    f"""
    select phone_normalized from ({SUPPRESSED_AMONG.format(staged=_NUMBERS)}) as found where kind <> 'registry'
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
