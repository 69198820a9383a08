"""National do-not-call lists in SQL: versions beside each other, of which one of each list holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.errors import NotFound
from dialer.domain.ids import CallId, ImportId, TenantId, UserId
from dialer.domain.registries import BLOCK, Block, blocks_of
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class Registry:
    """One version of a national list. `total` numbers, `problems` lines of its file that held none."""

    id: UUID
    serial: int
    tenant_id: TenantId
    name: str
    jurisdiction: str
    published_on: date
    status: str
    import_id: ImportId | None
    total: int
    problems: int
    created_by: UserId | None
    created_at: datetime
    activated_at: datetime | None
    ended_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True)
class RegistryDraft:
    """What is said about a version before its numbers are there."""

    tenant_id: TenantId
    name: str
    jurisdiction: str
    published_on: date
    created_by: UserId | None


def insert_registry(session: Session, draft: RegistryDraft, *, now: datetime) -> UUID:
    """Begin a version: it is `loading` and consulted by nobody."""
    registry_id = new_id()
    session.execute(_INSERT, {**vars(draft), "id": registry_id, "now": now})
    return registry_id


def attach_import(session: Session, registry_id: UUID, import_id: ImportId) -> None:
    """Say which import brings its numbers."""
    values = {"id": registry_id, "import_id": import_id}
    session.execute(text("update dnc_registries set import_id = :import_id where id = :id"), values)


def find_registry(session: Session, registry_id: UUID, *, for_update: bool = False) -> Registry | None:
    """Read one version; `for_update` also locks it."""
    row = session.execute(_FIND_LOCKED if for_update else _FIND, {"id": registry_id}).one_or_none()
    return None if row is None else _registry(row)


def load_registry(session: Session, registry_id: UUID) -> Registry:
    """Read a version that is there. Raises NotFound."""
    registry = find_registry(session, registry_id)
    if registry is None:
        raise NotFound("There is no registry with this id.")
    return registry


def find_registry_of_import(session: Session, import_id: ImportId) -> Registry | None:
    """The version whose numbers an import brings; locked, so that nobody removes it meanwhile."""
    row = session.execute(_FIND_OF_IMPORT, {"import_id": import_id}).one_or_none()
    return None if row is None else _registry(row)


def list_registries(session: Session, *, active_only: bool = False) -> list[Registry]:
    """Every version, newest first."""
    return [_registry(row) for row in session.execute(_LIST, {"active_only": active_only})]


def list_listing(session: Session, phone_normalized: str) -> list[Registry]:
    """The active versions that list this number."""
    return [_registry(row) for row in session.execute(_LISTING, {"digits": int(phone_normalized)})]


def add_registry_numbers(
    session: Session, *, registry_id: UUID, serial: int, tenant_id: TenantId, numbers: Sequence[int], problems: int = 0
) -> int:
    """File numbers (E.164 without the plus, in any order) in a loading version; return how many were not there yet.

    Repeating it adds nothing. The version's totals are counted along.
    """
    fresh = {block.number: block for block in blocks_of(sorted(set(numbers)))}
    added = len(set(numbers))
    for known in _load_blocks(session, serial, list(fresh)):
        merged = sorted({*known.endings, *fresh[known.number].endings})
        added -= len(fresh[known.number].endings) + len(known.endings) - len(merged)
        fresh[known.number] = Block(known.number, tuple(merged))
    blocks = list(fresh.values())
    if blocks:
        values = {
            "serial": serial, "tenant_id": tenant_id,
            # As literals: a hundred thousand parameters would each be parsed on its own.
            "blocks": "{" + ",".join(str(block.number) for block in blocks) + "}",
            "few": "{" + ",".join(f'"{block.few}"' if block.few else "null" for block in blocks) + "}",
            "many": "{" + ",".join(block.many or "null" for block in blocks) + "}",
        }  # fmt: skip
        session.execute(_UPSERT_BLOCKS, values)
    session.execute(_COUNT_ALONG, {"id": registry_id, "added": added, "problems": problems})
    return added


def activate_registry(session: Session, registry_id: UUID, *, now: datetime) -> None:
    """Make a loaded version the one that holds; the one of the same name and jurisdiction before it is superseded.

    An older one never takes the place of a newer: of two, the one published later holds, and of two of one day the one
    that was begun later, whichever is finished first.
    """
    session.execute(_LOCK_VERSIONS, {"id": registry_id})
    session.execute(_SUPERSEDE, {"id": registry_id, "now": now})
    session.execute(_ACTIVATE, {"id": registry_id, "now": now})


def end_registry(session: Session, registry_id: UUID, *, status: str, now: datetime) -> bool:
    """End a version that is loading or active, as `failed` or `removed`; tell whether it was one."""
    values = {"id": registry_id, "status": status, "now": now}
    return session.execute(_END, values).first() is not None


def list_uncleared_registries(session: Session, *, max_rows: int) -> list[tuple[TenantId, UUID]]:
    """Ended versions of all tenants whose numbers are still there."""
    rows = session.execute(
        text("select tenant_id, registry_id from uncleared_registries(:max_rows)"), {"max_rows": max_rows}
    )
    return [(TenantId(row.tenant_id), row.registry_id) for row in rows]


def delete_registry_blocks(session: Session, serial: int, *, max_rows: int) -> int:
    """Delete some of an ended version's numbers; return how many blocks."""
    return len(session.execute(_DELETE_BLOCKS, {"serial": serial, "max_rows": max_rows}).all())


def record_cleared(session: Session, registry_id: UUID, *, now: datetime) -> None:
    """Note that no number of an ended version is left."""
    session.execute(text("update dnc_registries set cleared_at = :now where id = :id"), {"id": registry_id, "now": now})


def list_planned_calls_listed(session: Session, serial: int) -> list[CallId]:
    """Calls that are planned, not yet placed, to numbers of this version."""
    return [CallId(row.id) for row in session.execute(_PLANNED_LISTED, {"serial": serial})]


def _load_blocks(session: Session, serial: int, blocks: list[int]) -> list[Block]:
    rows = session.execute(_LOAD_BLOCKS, {"serial": serial, "blocks": "{" + ",".join(map(str, blocks)) + "}"})
    return [Block(row.block, tuple(row.few) if row.many is None else _endings(row.many)) for row in rows]


def _endings(bits: str) -> tuple[int, ...]:
    return tuple(ending for ending, bit in enumerate(bits) if bit == "1")


def _registry(row: Row[tuple[object, ...]]) -> Registry:
    return Registry(**row._mapping)


_ALL = """id, serial, tenant_id, name, jurisdiction, published_on, status, import_id, total, problems, created_by,
          created_at, activated_at, ended_at, cleared_at"""
_INSERT = text(
    """
    insert into dnc_registries (id, tenant_id, name, jurisdiction, published_on, status, created_by, created_at)
    values (:id, :tenant_id, :name, :jurisdiction, :published_on, 'loading', :created_by, :now)
    """
)
_FIND = text(f"select {_ALL} from dnc_registries where id = :id")
_FIND_LOCKED = text(f"select {_ALL} from dnc_registries where id = :id for update")
_FIND_OF_IMPORT = text(f"select {_ALL} from dnc_registries where import_id = :import_id for update")
_LIST = text(
    f"""
    select {_ALL} from dnc_registries where not :active_only or status = 'active'
    order by created_at desc, serial desc
    """
)
LISTED = f"""
    case when listed.many is null then cast(phone.digits % {BLOCK} as smallint) = any(listed.few)
         else get_bit(listed.many, cast(phone.digits % {BLOCK} as integer)) = 1 end
"""
"""Whether the block `listed` holds the number `phone.digits`, which belongs to it; for use in a where clause."""
_LISTING = text(
    f"""
    select {_ALL} from dnc_registries as registry
    where status = 'active' and exists (
        select from (select cast(:digits as bigint) as digits) as phone
        join registry_blocks as listed on listed.block = phone.digits / {BLOCK}
        where listed.serial = registry.serial and {LISTED})
    order by jurisdiction, name
    """
)
_LOAD_BLOCKS = text(
    """
    select block, few, cast(many as text) as many from registry_blocks
    where block = any(cast(:blocks as bigint[])) and serial = :serial
    order by block for update
    """
)
_UPSERT_BLOCKS = text(
    """
    insert into registry_blocks (block, serial, tenant_id, few, many)
    select block, :serial, :tenant_id, cast(few as smallint[]), cast(many as bit(10000))
    from unnest(cast(:blocks as bigint[]), cast(:few as text[]), cast(:many as text[])) as draft (block, few, many)
    on conflict (block, serial) do update set few = excluded.few, many = excluded.many
    """
)
_COUNT_ALONG = text("update dnc_registries set total = total + :added, problems = problems + :problems where id = :id")
_SAME_LIST = """
    other.tenant_id = mine.tenant_id and other.jurisdiction = mine.jurisdiction and other.name = mine.name
    and other.status in ('loading', 'active')
"""
_LOCK_VERSIONS = text(
    f"""
    select other.id from dnc_registries as mine join dnc_registries as other on {_SAME_LIST}
    where mine.id = :id order by other.serial for update of other
    """
)
_SUPERSEDE = text(
    f"""
    update dnc_registries as other set status = 'superseded', ended_at = :now
    from dnc_registries as mine
    where mine.id = :id and {_SAME_LIST} and other.status = 'active'
      and (other.published_on, other.serial) < (mine.published_on, mine.serial)
    """
)
_ACTIVATE = text(
    f"""
    update dnc_registries as mine
    set status = case when is_late then 'superseded' else 'active' end,
        ended_at = case when is_late then cast(:now as timestamptz) end,
        activated_at = case when not is_late then cast(:now as timestamptz) end
    from (
        select mine.id as loaded, exists (
            select from dnc_registries as other
            where {_SAME_LIST} and other.status = 'active'
              and (other.published_on, other.serial) > (mine.published_on, mine.serial)) as is_late
        from dnc_registries as mine where mine.id = :id and mine.status = 'loading'
    ) as found
    where mine.id = loaded
    """
)
_END = text(
    """
    update dnc_registries set status = :status, ended_at = :now
    where id = :id and status in ('loading', 'active') returning id
    """
)
# In the order of the index, so that each batch goes on where the last one ended and does not start over.
_DELETE_BLOCKS = text(
    """
    delete from registry_blocks where (block, serial) in (
        select block, serial from registry_blocks where serial = :serial order by block limit :max_rows)
    returning block
    """
)
_PLANNED_LISTED = text(
    f"""
    select phone.id from (
        select id, cast(to_number as bigint) as digits from calls where state = 'planned' offset 0) as phone
    join registry_blocks as listed on listed.block = phone.digits / {BLOCK} and listed.serial = :serial
    where {LISTED}
    """
)
