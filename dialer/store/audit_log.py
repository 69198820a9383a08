"""The audit log in SQL. Most entries are written by triggers (migration 0013); here are the others, and reading."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId, UserId


@dataclass(frozen=True)
class AuditEntry:
    """One thing that somebody did. Without `actor_id` it was the system, or nobody who was known yet."""

    id: int
    at: datetime
    actor_id: UserId | None
    actor_email: str | None
    action: str
    object_type: str
    object_id: str | None
    changes: Mapping[str, Any]
    via: str | None
    address: str | None
    request_id: str | None


@dataclass(frozen=True)
class AuditFilter:
    """Which entries are wanted; None means any."""

    actor_id: UserId | None = None
    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


# Who is named here overrules who the request came from: at a login nobody is known when the transaction begins.
_INSERT = text("""
    insert into audit_log (tenant_id, at, actor_id, action, object_type, object_id, changes, via, address, request_id)
    select :tenant_id, :at, coalesce(:actor_id, (d.deed ->> 'actor_id')::uuid), :action, :object_type, :object_id,
           cast(:changes as jsonb), d.deed ->> 'via', d.deed ->> 'address', d.deed ->> 'request_id'
    from (select nullif(current_setting('app.deed', true), '')::jsonb as deed) d
    where exists (select from tenants where id = :tenant_id)
""")
_LIST = text("""
    select a.id, a.at, a.actor_id, u.email, a.action, a.object_type, a.object_id, a.changes, a.via, a.address,
           a.request_id
    from audit_log a left join users u on u.id = a.actor_id
    where (cast(:actor_id as uuid) is null or a.actor_id = :actor_id)
      and (cast(:action as text) is null or a.action = :action)
      and (cast(:object_type as text) is null or a.object_type = :object_type)
      and (cast(:object_id as text) is null or a.object_id = :object_id)
      and (cast(:since as timestamptz) is null or a.at >= :since)
      and (cast(:until as timestamptz) is null or a.at < :until)
      and (cast(:before_id as bigint) is null or a.id < :before_id)
      and a.tenant_id = :tenant_id
    order by a.id desc limit :limit
""")
_HAS = text("""
    select exists (
        select from audit_log
        where tenant_id = :tenant_id and actor_id = :actor_id and action = :action and at > :since
          and changes -> :field ->> 'after' = any (:values)
    )
""")
_FORGET = text("select forget_audit_entries(:before, :max_rows)")


def record(
    session: Session,
    *,
    tenant_id: TenantId,
    at: datetime,
    action: str,
    object_type: str,
    object_id: object = None,
    actor_id: UserId | None = None,
    changes: Mapping[str, object] | None = None,
) -> None:
    """Write an entry for what changes no audited row. The transaction must have entered the tenant.

    For a tenant that does not exist the same statement writes nothing.
    """
    session.execute(
        _INSERT,
        {
            "tenant_id": tenant_id,
            "at": at,
            "actor_id": actor_id,
            "action": action,
            "object_type": object_type,
            "object_id": None if object_id is None else str(object_id),
            "changes": json.dumps(changes or {}, default=str),
        },
    )


def list_entries(
    session: Session, tenant_id: TenantId, wanted: AuditFilter, *, before_id: int | None, limit: int
) -> tuple[AuditEntry, ...]:
    """Entries before `before_id`, the latest first."""
    values = {**vars(wanted), "tenant_id": tenant_id, "before_id": before_id, "limit": limit}
    return tuple(AuditEntry(*row) for row in session.execute(_LIST, values))


def forget_entries(session: Session, *, before: datetime, max_rows: int) -> int:
    """Delete entries of every tenant that are older; the database itself keeps what is younger than half a year."""
    return int(session.execute(_FORGET, {"before": before, "max_rows": max_rows}).scalar_one())


def has_entry(
    session: Session,
    *,
    tenant_id: TenantId,
    actor_id: UserId,
    action: str,
    since: datetime,
    field: str,
    values: Collection[str],
) -> bool:
    """Whether somebody has done this since then, and a field of it became one of these values."""
    found = session.execute(
        _HAS,
        {
            "tenant_id": tenant_id,
            "actor_id": actor_id,
            "action": action,
            "since": since,
            "field": field,
            "values": list(values),
        },
    )
    return bool(found.scalar_one())
