"""The numbers a tenant calls from, in SQL: what the carrier named, what people wrote down, and who uses them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.campaigns import CampaignStatus
from dialer.domain.ids import CallerNumberId, CampaignId, TenantId
from dialer.ports import CarrierNumber
from dialer.store.schema.base import new_id

_OVER = [str(CampaignStatus.COMPLETED), str(CampaignStatus.CANCELLED)]


@dataclass(frozen=True)
class CallerNumber:
    """A number to call from. `label` is the tenant's own name for it, `carrier_label` the carrier's."""

    id: CallerNumberId
    e164: str
    label: str | None
    carrier_label: str | None
    kind: Literal["owned", "verified", "manual"]
    has_voice: bool
    is_active: bool
    synced_at: datetime | None


@dataclass(frozen=True)
class CampaignUse:
    """An unfinished campaign and the number that it shows; `is_listed` if the carrier names it, or a person did."""

    id: CampaignId
    name: str
    status: str
    caller_id: str
    is_listed: bool


@dataclass(frozen=True)
class NumberFigures:
    """The calls that were placed from a number within some time. `answered` counts machines, too."""

    calls: int
    answered: int
    last_used_at: datetime | None


@dataclass(frozen=True)
class SyncCounts:
    """What a comparison with the carrier's list has changed."""

    added: int
    changed: int
    gone: int


def list_numbers(session: Session, *, limit: int, offset: int, search: str | None = None) -> list[CallerNumber]:
    """A page of the tenant's numbers: those in use at the carrier first, then by number."""
    rows = session.execute(_LIST, {"limit": limit, "offset": offset, "search": _pattern(search)})
    return [_number(row) for row in rows]


def count_numbers(session: Session, *, search: str | None = None) -> int:
    """How many numbers there are."""
    return int(session.execute(_COUNT, {"search": _pattern(search)}).scalar_one())


def find_number(session: Session, number_id: CallerNumberId) -> CallerNumber | None:
    """Read one number."""
    row = session.execute(text(f"{_SELECT} where id = :id"), {"id": number_id}).one_or_none()
    return None if row is None else _number(row)


def find_synced_at(session: Session) -> datetime | None:
    """When the carrier was last asked for its list."""
    found: datetime | None = session.execute(text("select max(synced_at) from caller_numbers")).scalar_one()
    return found


def insert_manual(
    session: Session, *, tenant_id: TenantId, e164: str, label: str | None, now: datetime
) -> CallerNumberId | None:
    """Write down a number by hand; None when it is there already."""
    values = {"id": new_id(), "tenant_id": tenant_id, "e164": e164, "label": label, "now": now}
    created: UUID | None = session.execute(_INSERT, values).scalar_one_or_none()
    return None if created is None else CallerNumberId(created)


def set_label(session: Session, number_id: CallerNumberId, *, label: str | None, now: datetime) -> None:
    """Name a number, or take its name away."""
    statement = text("update caller_numbers set label = :label, updated_at = :now where id = :id")
    session.execute(statement, {"id": number_id, "label": label, "now": now})


def delete_number(session: Session, number_id: CallerNumberId) -> None:
    """Remove a number from the list."""
    session.execute(text("delete from caller_numbers where id = :id"), {"id": number_id})


def sync_numbers(
    session: Session, *, tenant_id: TenantId, numbers: Sequence[CarrierNumber], now: datetime
) -> SyncCounts:
    """Make the list what the carrier says; names that people gave stay, and so do numbers written down by hand."""
    named = [{"id": str(new_id()), **asdict(number)} for number in numbers]
    known = {row.e164: row for row in session.execute(text("select e164, is_active from caller_numbers for update"))}
    changed = session.execute(_SYNC, {"numbers": json.dumps(named), "tenant_id": tenant_id, "now": now}).all()
    gone = session.execute(_GONE, {"numbers": [number.e164 for number in numbers], "now": now}).all()
    added = sum(row.e164 not in known for row in changed)
    return SyncCounts(added=added, changed=len(changed) - added, gone=len(gone))


def list_uses(session: Session) -> list[CampaignUse]:
    """Which unfinished campaign shows which number, by the campaigns' names."""
    return [CampaignUse(*row) for row in session.execute(_USES, {"over": _OVER})]


def count_calls(session: Session, *, tenant_id: TenantId, since: datetime) -> dict[str, NumberFigures]:
    """What was placed from each number since that moment. Reads every call of that time."""
    rows = session.execute(_FIGURES, {"tenant_id": tenant_id, "since": since})
    return {row.from_number: NumberFigures(row.calls, row.answered, row.last_used_at) for row in rows}


def _pattern(search: str | None) -> str | None:
    if not search:
        return None
    return "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _number(row: "Row[tuple[object, ...]]") -> CallerNumber:
    return CallerNumber(**row._mapping)


_SELECT = """
    select id, e164, label, carrier_label, kind, has_voice, is_active, synced_at from caller_numbers
"""
_WANTED = """
    where cast(:search as text) is null or e164 like :search or coalesce(label, carrier_label, '') ilike :search
"""
_LIST = text(f"{_SELECT} {_WANTED} order by is_active desc, e164 limit :limit offset :offset")
_COUNT = text(f"select count(*) from caller_numbers {_WANTED}")
_INSERT = text("""
    insert into caller_numbers (id, tenant_id, e164, label, kind, has_voice, is_active, created_at, updated_at)
    values (:id, :tenant_id, :e164, :label, 'manual', true, true, :now, :now)
    on conflict (tenant_id, e164) do nothing returning id
""")
# What is as it was is touched only to say that the carrier still names it: that tells the audit log nothing.
_SYNC = text("""
    with named as (
        select * from jsonb_to_recordset(cast(:numbers as jsonb))
            as n (id uuid, e164 text, label text, kind text, has_voice boolean)
    ), same as (
        update caller_numbers c set synced_at = :now from named n
        where c.e164 = n.e164 and c.is_active and c.kind = n.kind and c.has_voice = n.has_voice
          and c.carrier_label is not distinct from nullif(n.label, '')
        returning c.e164
    )
    insert into caller_numbers as c (id, tenant_id, e164, carrier_label, kind, has_voice, is_active, synced_at,
                                     created_at, updated_at)
    select n.id, :tenant_id, n.e164, nullif(n.label, ''), n.kind, n.has_voice, true, :now, :now, :now
    from named n where n.e164 not in (select e164 from same)
    order by n.e164
    on conflict (tenant_id, e164) do update set carrier_label = excluded.carrier_label, kind = excluded.kind,
        has_voice = excluded.has_voice, is_active = true, synced_at = excluded.synced_at,
        updated_at = excluded.updated_at
    returning c.e164
""")
_GONE = text("""
    update caller_numbers set is_active = false, updated_at = :now
    where kind <> 'manual' and is_active and e164 <> all (:numbers) returning id
""")
_USES = text("""
    select c.id, c.name, c.status, c.caller_id,
           exists (select from caller_numbers n where n.e164 = c.caller_id and n.is_active) as is_listed
    from campaigns c where c.status <> all (:over) order by lower(c.name), c.id
""")
# The index on (tenant_id, created_at) finds the time; row-level security alone would not make it do so.
_FIGURES = text("""
    select from_number, count(*) as calls, count(answered_at) as answered, max(placing_at) as last_used_at
    from calls
    where tenant_id = :tenant_id and created_at >= :since and placing_at is not null and direction = 'outbound'
    group by from_number
""")
