"""Tenants' own calling rules in SQL, and the rule books behind verdicts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId, UserId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class TenantRule:
    """A rule that a tenant added. `rule` is the row as `parse_rule` reads it; retired ones do not hold any more."""

    id: UUID
    rule: Mapping[str, Any]
    created_by: UserId | None
    created_at: datetime
    retired_at: datetime | None


def load_revision(session: Session) -> int:
    """How often the rules of the tenant that the session is confined to have changed."""
    return int(session.execute(text("select rules_revision from tenants where id = current_tenant()")).scalar_one())


def list_tenant_rules(session: Session, *, with_retired: bool = False) -> list[TenantRule]:
    """The tenant's own rules, oldest first."""
    rows = session.execute(_LIST, {"with_retired": with_retired})
    return [TenantRule(**row._mapping) for row in rows]


def insert_tenant_rule(
    session: Session, *, tenant_id: TenantId, rule: Mapping[str, Any], created_by: UserId | None, now: datetime
) -> TenantRule:
    """Add a rule; it holds from the commit on."""
    values = {"id": new_id(), "tenant_id": tenant_id, "rule": json.dumps(dict(rule)), "by": created_by, "now": now}
    return TenantRule(**session.execute(_INSERT, values).one()._mapping)


def retire_tenant_rule(session: Session, rule_id: UUID, *, retired_by: UserId | None, now: datetime) -> bool:
    """End a rule; False if there is none that holds."""
    return session.execute(_RETIRE, {"id": rule_id, "by": retired_by, "now": now}).first() is not None


def is_kept(session: Session, version: str) -> bool:
    """Tell whether a rule book is stored that this tenant can read."""
    return (
        session.execute(text("select 1 from rule_books where version = :version"), {"version": version}).first()
        is not None
    )


def keep_rule_book(
    session: Session, *, tenant_id: TenantId | None, version: str, rules: Mapping[str, Any], now: datetime
) -> None:
    """Store a rule book for whoever reads the verdicts that name its version; without a tenant, for all of them.

    Storing it again changes nothing.
    """
    values = {
        "id": new_id(), "tenant_id": tenant_id, "version": version, "rules": json.dumps(dict(rules)), "now": now,
    }  # fmt: skip
    session.execute(_KEEP, values)


def find_rule_book(session: Session, version: str) -> Mapping[str, Any] | None:
    """The rules of a version by which a verdict was given."""
    row = session.execute(text("select rules from rule_books where version = :version"), {"version": version}).first()
    return None if row is None else row.rules


_COLUMNS = "id, rule, created_by, created_at, retired_at"
_LIST = text(f"select {_COLUMNS} from tenant_rules where :with_retired or retired_at is null order by id")
_INSERT = text(
    f"""
    insert into tenant_rules (id, tenant_id, rule, created_by, created_at)
    values (:id, :tenant_id, cast(:rule as jsonb), cast(:by as uuid), :now)
    returning {_COLUMNS}
    """
)
_RETIRE = text(
    """
    update tenant_rules set retired_at = :now, retired_by = cast(:by as uuid)
    where id = :id and retired_at is null returning id
    """
)
_KEEP = text(
    """
    insert into rule_books (id, tenant_id, version, rules, first_used_at)
    values (:id, cast(:tenant_id as uuid), :version, cast(:rules as jsonb), :now)
    on conflict do nothing
    """
)
