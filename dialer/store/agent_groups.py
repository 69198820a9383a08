"""Agent groups in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.domain.campaigns import USING_AGENTS
from dialer.domain.errors import Conflict
from dialer.domain.ids import AgentGroupId, TenantId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class AgentGroup:
    """A team. `members_count` counts its active agents."""

    id: AgentGroupId
    tenant_id: TenantId
    name: str
    description: str | None
    members_count: int
    created_at: datetime
    updated_at: datetime


def insert_agent_group(
    session: Session, *, tenant_id: TenantId, name: str, description: str | None, now: datetime
) -> AgentGroupId | None:
    """Store a new group; None when the tenant has one of this name."""
    values = {"id": new_id(), "tenant_id": tenant_id, "name": name, "description": description, "now": now}
    created = session.execute(_INSERT, values).scalar_one_or_none()
    return AgentGroupId(created) if created is not None else None


def exists_agent_group(session: Session, group_id: AgentGroupId) -> bool:
    """Tell whether the tenant has this group, and keep it from being removed until the transaction ends."""
    statement = text("select id from agent_groups where id = :id for key share")
    return session.execute(statement, {"id": group_id}).one_or_none() is not None


def find_agent_group(session: Session, group_id: AgentGroupId) -> AgentGroup | None:
    """Read one group."""
    row = session.execute(text(f"{_SELECT} where g.id = :id"), {"id": group_id}).one_or_none()
    return _group(row) if row is not None else None


def list_agent_groups(session: Session, *, limit: int, offset: int) -> list[AgentGroup]:
    """One page of the tenant's groups, by name."""
    rows = session.execute(text(f"{_SELECT} order by g.name, g.id limit :limit offset :offset"),
                           {"limit": limit, "offset": offset})  # fmt: skip
    return [_group(row) for row in rows]


def count_agent_groups(session: Session) -> int:
    """How many groups the tenant has."""
    return int(session.execute(text("select count(*) from agent_groups")).scalar_one())


def update_agent_group(
    session: Session, group_id: AgentGroupId, *, name: str, description: str | None, now: datetime
) -> None:
    """Write name and description. Raises Conflict when another group of the tenant has the name."""
    try:
        session.execute(_UPDATE, {"id": group_id, "name": name, "description": description, "now": now})
    except IntegrityError:
        raise Conflict("There is an agent group with this name already.") from None


def list_campaigns_using(session: Session, group_id: AgentGroupId) -> list[str]:
    """Names of the unfinished, no longer draft campaigns that rely on this group. Locks the group against new ones."""
    session.execute(text("select from agent_groups where id = :id for update"), {"id": group_id})
    rows = session.execute(_USED_BY, {"id": group_id, "statuses": [str(status) for status in USING_AGENTS]})
    return [row.name for row in rows]


def delete_agent_group(session: Session, group_id: AgentGroupId) -> None:
    """Remove a group; its agents and finished campaigns then have none."""
    session.execute(text("delete from agent_groups where id = :id"), {"id": group_id})


def _group(row: Row[tuple[object, ...]]) -> AgentGroup:
    return AgentGroup(**row._mapping)


_SELECT = """
    select g.id, g.tenant_id, g.name, g.description, g.created_at, g.updated_at,
           (select count(*) from agents a where a.agent_group_id = g.id and a.is_active) as members_count
    from agent_groups g
"""
_UPDATE = text("update agent_groups set name = :name, description = :description, updated_at = :now where id = :id")
_INSERT = text(
    """
    insert into agent_groups (id, tenant_id, name, description, created_at, updated_at)
    values (:id, :tenant_id, :name, :description, :now, :now)
    on conflict (tenant_id, name) do nothing
    returning id
    """
)
_USED_BY = text(
    "select name from campaigns where agent_group_id = :id and status = any(cast(:statuses as text[])) order by name"
)
