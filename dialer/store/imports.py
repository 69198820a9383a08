"""Imports in SQL: how far each has come, who runs it, and which ones nobody runs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, ImportId, ListId, TenantId, UserId
from dialer.domain.imports import ImportCounts, ImportStatus
from dialer.store.schema.base import new_id
from dialer.store.session import Database


@dataclass(frozen=True)
class ImportDraft:
    """An import that begins. `options` is whatever its kind needs to know to go on after a break, as JSON."""

    tenant_id: TenantId
    kind: str
    filename: str
    created_by: UserId | None
    options: Mapping[str, Any]
    bytes_total: int
    campaign_id: CampaignId | None = None
    list_id: ListId | None = None


@dataclass(frozen=True)
class Import:
    """An import as stored. `rows_done` records of its file are dealt with."""

    id: ImportId
    tenant_id: TenantId
    kind: str
    status: ImportStatus
    filename: str
    campaign_id: CampaignId | None
    list_id: ListId | None
    created_by: UserId | None
    options: Mapping[str, Any]
    bytes_total: int
    bytes_done: int
    rows_done: int
    counts: ImportCounts
    tries: int
    failure: str | None
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None


def insert_import(
    session: Session, draft: ImportDraft, *, status: ImportStatus, now: datetime, import_id: ImportId | None = None
) -> ImportId:
    """Store an import: `queued` for a worker, or `running` when it is done in this very transaction."""
    import_id = import_id or ImportId(new_id())
    values = {
        **vars(draft), "id": import_id, "status": status, "options": json.dumps(dict(draft.options)), "now": now,
        "started_at": now if status == ImportStatus.RUNNING else None,
    }  # fmt: skip
    session.execute(_INSERT, values)
    return import_id


def find_import(session: Session, import_id: ImportId, *, for_update: bool = False) -> Import | None:
    """Read one import; `for_update` also keeps its batches from being stored until the transaction ends."""
    row = session.execute(_FIND_LOCKED if for_update else _FIND, {"id": import_id}).one_or_none()
    return _import(row) if row is not None else None


def list_imports(
    session: Session,
    *,
    kind: str | None,
    campaign_id: CampaignId | None,
    status: ImportStatus | None,
    limit: int,
    offset: int,
) -> list[Import]:
    """One page of the tenant's imports, newest first."""
    wanted = {"kind": kind, "campaign_id": campaign_id, "status": status}
    return [_import(row) for row in session.execute(_LIST, {**wanted, "limit": limit, "offset": offset})]


def count_imports(
    session: Session, *, kind: str | None, campaign_id: CampaignId | None, status: ImportStatus | None
) -> int:
    """How many imports `list_imports` has in all."""
    return int(session.execute(_COUNT, {"kind": kind, "campaign_id": campaign_id, "status": status}).scalar_one())


def begin_run(session: Session, import_id: ImportId, *, now: datetime) -> Import | None:
    """Begin or take over an open import, and count the try; None when it is over."""
    row = session.execute(_BEGIN, {"id": import_id, "now": now}).one_or_none()
    return _import(row) if row is not None else None


def claim_batch(session: Session, import_id: ImportId, *, rows_done: int) -> bool:
    """Lock the import for storing the batch that begins here. False: another stored it, or the import is over."""
    return session.execute(_CLAIM, {"id": import_id, "rows_done": rows_done}).one_or_none() is not None


def record_batch(
    session: Session, import_id: ImportId, counts: ImportCounts, *, rows_done: int, bytes_done: int, now: datetime
) -> Import:
    """Move on a claimed import, in the transaction that stores the rows."""
    values = {**vars(counts), "id": import_id, "rows_done": rows_done, "bytes_done": bytes_done, "now": now}
    return _import(session.execute(_RECORD, values).one())


def allow_long_statements(session: Session) -> None:
    """For the rest of the transaction: a batch may take longer, and wait longer for another's, than a request may."""
    session.execute(
        text("select set_config('statement_timeout', '120s', true), set_config('lock_timeout', '60s', true)")
    )


def note_failed_try(session: Session, import_id: ImportId, failure: str, *, now: datetime) -> None:
    """Say what went wrong the last time. The import stays open, and is tried again when it has been silent a while."""
    session.execute(_NOTE, {"id": import_id, "failure": failure, "now": now})


def leave_run(session: Session, import_id: ImportId) -> None:
    """Stop working on an open import where it is. It is anybody's at once, and this try does not count."""
    session.execute(_LEAVE, {"id": import_id})


def yield_run(session: Session, import_id: ImportId, *, now: datetime) -> None:
    """Queue an open import again, behind whoever has waited longer. This try does not count."""
    session.execute(_YIELD, {"id": import_id, "now": now})


def others_imports_wait(session: Session, tenant_id: TenantId) -> bool:
    """Tell whether an import of another tenant waits for somebody to work on it. Needs no tenant."""
    return bool(session.execute(_OTHERS_WAIT, {"tenant_id": tenant_id}).scalar_one())


def finish_import(
    session: Session, import_id: ImportId, status: ImportStatus, *, now: datetime, failure: str | None = None
) -> bool:
    """End an open import; False if it was over already."""
    values = {"id": import_id, "status": status, "failure": failure, "now": now}
    return session.execute(_FINISH, values).one_or_none() is not None


def mark_cleared(session: Session, import_id: ImportId, *, now: datetime) -> None:
    """Forget what only an open import needs to know, and remember that its file is gone."""
    session.execute(text("delete from import_updates where import_id = :id"), {"id": import_id})
    session.execute(text("update imports set cleared_at = :now where id = :id"), {"id": import_id, "now": now})


def list_imports_to_run(session: Session, *, silent_since: datetime, limit: int) -> list[tuple[TenantId, ImportId]]:
    """Open imports of all tenants that nobody has worked on since, tenants in turn. Needs no tenant; ids only."""
    rows = session.execute(_TO_RUN, {"silent_since": silent_since, "limit": limit})
    return [(TenantId(row.tenant_id), ImportId(row.import_id)) for row in rows]


def list_imports_to_clear(session: Session, *, failed_before: datetime, limit: int) -> list[tuple[TenantId, ImportId]]:
    """Ended imports of all tenants whose file may go. Needs no tenant; gives away ids only."""
    rows = session.execute(_TO_CLEAR, {"failed_before": failed_before, "limit": limit})
    return [(TenantId(row.tenant_id), ImportId(row.import_id)) for row in rows]


@contextmanager
def sole_runner(database: Database, import_id: ImportId, *, workplace: str, seats: int) -> Iterator[bool]:
    """Try to become the only runner of an import, on one of the seats of a workplace; tells whether that worked.

    Both belong to a connection, so that a runner who dies frees them. Seats keep imports from taking every process of
    a worker, which has calls to place.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        names = [f"import seat {workplace} {seat}" for seat in range(seats)]
        held: list[str] = []
        try:
            for choices in (names, [f"import {import_id}"]):
                taken = next((name for name in choices if connection.execute(_TRY_LOCK, {"name": name}).scalar()), None)
                if taken is None:
                    break
                held.append(taken)
            yield len(held) == 2
        finally:
            try:
                for name in held:
                    connection.execute(_UNLOCK, {"name": name})
            except DBAPIError:
                connection.invalidate()  # it broke, and has freed them by that


_COUNTED = tuple(each.name for each in fields(ImportCounts))
_PLAIN = (
    "id", "tenant_id", "kind", "filename", "campaign_id", "list_id", "created_by", "options", "bytes_total",
    "bytes_done", "rows_done", "tries", "failure", "created_at", "started_at", "heartbeat_at", "finished_at",
)  # fmt: skip


def _import(row: Row[Any]) -> Import:
    stored = row._mapping
    counts = ImportCounts(**{name: stored[name] for name in _COUNTED})
    return Import(**{name: stored[name] for name in _PLAIN}, status=ImportStatus(stored["status"]), counts=counts)


_ALL = ", ".join((*_PLAIN, "status", *_COUNTED))
_INSERT = text(
    """
    insert into imports (id, tenant_id, kind, status, filename, campaign_id, list_id, created_by, options, bytes_total,
                         created_at, started_at)
    values (:id, :tenant_id, :kind, :status, :filename, :campaign_id, :list_id, :created_by, cast(:options as jsonb),
            :bytes_total, :now, cast(:started_at as timestamptz))
    """
)
_FIND = text(f"select {_ALL} from imports where id = :id")
_FIND_LOCKED = text(f"select {_ALL} from imports where id = :id for no key update")
_WANTED = """
    (cast(:kind as text) is null or kind = :kind) and (cast(:status as text) is null or status = :status)
    and (cast(:campaign_id as uuid) is null or campaign_id = :campaign_id)
"""
_LIST = text(
    f"select {_ALL} from imports where {_WANTED} order by created_at desc, id desc limit :limit offset :offset"
)
_COUNT = text(f"select count(*) from imports where {_WANTED}")
_BEGIN = text(
    f"""
    update imports set status = 'running', tries = tries + 1, started_at = coalesce(started_at, :now),
                       heartbeat_at = :now
    where id = :id and status in ('queued', 'running')
    returning {_ALL}
    """
)
_CLAIM = text(
    """
    select id from imports where id = :id and rows_done = :rows_done and status = 'running' for no key update
    """
)
_RECORD = text(
    f"""
    update imports
    set rows_done = :rows_done, bytes_done = greatest(bytes_done, :bytes_done), heartbeat_at = :now, tries = 1,
        failure = null, {", ".join(f"{name} = {name} + :{name}" for name in _COUNTED)}
    where id = :id
    returning {_ALL}
    """
)
_NOTE = text(
    "update imports set failure = :failure, heartbeat_at = :now where id = :id and status in ('queued', 'running')"
)
_LEAVE = text(
    """
    update imports set heartbeat_at = null, tries = greatest(tries - 1, 0)
    where id = :id and status in ('queued', 'running')
    """
)
_YIELD = text(
    """
    update imports set status = 'queued', heartbeat_at = :now, tries = greatest(tries - 1, 0)
    where id = :id and status in ('queued', 'running')
    """
)
_OTHERS_WAIT = text("select others_imports_wait(:tenant_id)")
_FINISH = text(
    """
    update imports set status = :status, failure = :failure, finished_at = :now
    where id = :id and status in ('queued', 'running')
    returning id
    """
)
_TO_RUN = text("select tenant_id, import_id from imports_in_turn(:silent_since, :limit)")
_TO_CLEAR = text("select tenant_id, import_id from imports_to_clear(:failed_before, :limit)")
_TRY_LOCK = text("select pg_try_advisory_lock(hashtextextended(:name, 0))")
_UNLOCK = text("select pg_advisory_unlock(hashtextextended(:name, 0))")
