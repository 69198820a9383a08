"""Agents for tests: valid by default, named only where it matters. Each builder commits."""

from datetime import datetime
from itertools import count
from uuid import uuid4

from sqlalchemy import insert

from dialer.domain.ids import AgentGroupId, AgentId, CallId, TenantId, UserId
from dialer.store.schema import Agent, AgentGroup, AgentSocket, Tenant
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from tests.fakes.clock import NOON

_numbers = count(1)


def make_tenant(database: Database, *, name: str = "Acme") -> TenantId:
    """A tenant without users."""
    tenant_id = TenantId(new_id())
    with database.transaction(tenant_id) as tx:
        tx.session.execute(insert(Tenant).values(id=tenant_id, name=name, created_at=NOON))
    return tenant_id


def make_agent_group(database: Database, *, tenant_id: TenantId, name: str | None = None) -> AgentGroupId:
    """A team without members."""
    group_id = AgentGroupId(new_id())
    with database.transaction(tenant_id) as tx:
        tx.session.execute(
            insert(AgentGroup).values(
                id=group_id,
                tenant_id=tenant_id,
                name=name or f"Team {next(_numbers)}",
                created_at=NOON,
                updated_at=NOON,
            )
        )
    return group_id


def make_agent(
    database: Database,
    *,
    tenant_id: TenantId,
    name: str | None = None,
    user_id: UserId | None = None,
    agent_group_id: AgentGroupId | None = None,
    phone: str | None = None,
    status: str = "available",
    max_concurrent_calls: int = 1,
    held_call_ids: tuple[CallId, ...] = (),
    console: bool = False,
    at: datetime = NOON,
    **columns: object,
) -> AgentId:
    """An agent who is available but cannot be reached: give him a `phone`, or a `console` (socket and audio leg).

    `at` is when he came to be as he is; other columns by name.
    """
    agent_id = AgentId(new_id())
    values: dict[str, object] = {
        "id": agent_id,
        "tenant_id": tenant_id,
        "user_id": user_id,
        "agent_group_id": agent_group_id,
        "phone": phone,
        "name": name or f"Agent {next(_numbers)}",
        "status": status,
        "max_concurrent_calls": max_concurrent_calls,
        "held_call_ids": list(held_call_ids),
        "working_hours": {},
        "is_active": True,
        "created_at": at,
        "updated_at": at,
        "idle_since": at if status == "available" else None,
        "console_leg_sid": f"CA{uuid4().hex}" if console else None,
    }
    with database.transaction(tenant_id) as tx:
        tx.session.execute(insert(Agent).values(values | columns))
        if console:
            tx.session.execute(
                insert(AgentSocket).values(
                    sid=uuid4().hex,
                    tenant_id=tenant_id,
                    agent_id=agent_id,
                    web_instance="web-1",
                    connected_at=at,
                    last_seen_at=at,
                )
            )
    return agent_id
