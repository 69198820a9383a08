"""How a tenant's files were mapped before, in SQL: found again by the headers."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class ImportMapping:
    """What each normalized header was taken for; None: left out."""

    id: UUID
    headers: tuple[str, ...]
    targets: Mapping[str, str | None]
    used_at: datetime
    created_at: datetime


def remember_mapping(
    session: Session, targets: Mapping[str, str | None], *, headers: Iterable[str], tenant_id: TenantId, now: datetime
) -> None:
    """Keep a mapping for the next file with these normalized headers, in place of what was kept for them."""
    known = sorted(set(headers))
    values = {
        "id": new_id(), "tenant_id": tenant_id, "signature": _signature(known), "headers": known,
        "targets": json.dumps(dict(targets)), "now": now,
    }  # fmt: skip
    session.execute(_REMEMBER, values)


def find_mapping(session: Session, headers: Iterable[str]) -> ImportMapping | None:
    """What was kept for a file with these normalized headers, in whatever order."""
    row = session.execute(_FIND, {"signature": _signature(sorted(set(headers)))}).one_or_none()
    return _mapping(row) if row is not None else None


def list_mappings(session: Session, *, limit: int, offset: int) -> list[ImportMapping]:
    """The tenant's mappings, the one used last first."""
    return [_mapping(row) for row in session.execute(_LIST, {"limit": limit, "offset": offset})]


def count_mappings(session: Session) -> int:
    """How many there are."""
    return int(session.execute(text("select count(*) from import_mappings")).scalar_one())


def delete_mapping(session: Session, mapping_id: UUID) -> bool:
    """Forget one; False if there is none."""
    found = session.execute(text("delete from import_mappings where id = :id returning id"), {"id": mapping_id})
    return found.one_or_none() is not None


def _signature(headers: list[str]) -> str:
    return hashlib.sha256("\n".join(headers).encode()).hexdigest()


def _mapping(row: Row[Any]) -> ImportMapping:
    return ImportMapping(row.id, tuple(row.headers), row.targets, row.used_at, row.created_at)


_ALL = "id, headers, targets, used_at, created_at"
_REMEMBER = text(
    """
    insert into import_mappings (id, tenant_id, signature, headers, targets, used_at, created_at)
    values (:id, :tenant_id, :signature, :headers, cast(:targets as jsonb), :now, :now)
    on conflict (tenant_id, signature) do update set targets = excluded.targets, used_at = excluded.used_at
    """
)
_FIND = text(f"select {_ALL} from import_mappings where signature = :signature")
_LIST = text(f"select {_ALL} from import_mappings order by used_at desc, id desc limit :limit offset :offset")
