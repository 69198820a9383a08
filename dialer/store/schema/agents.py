"""Agents, their groups, their live sockets and audio legs, and the log of their states."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey

# What an agent is doing follows from what he declared and what he holds; computed by PostgreSQL, so it cannot lie.
AGENT_STATE = """
case when cardinality(held_call_ids) > 0 and talking_since is not null then 'talking'
     when cardinality(held_call_ids) > 0 then 'reserved'
     when wrap_up_until is not null then 'wrapping_up'
     when status = 'available' then 'available'
     when status in ('busy', 'break') then 'paused'
     else 'offline' end
""".strip()


class AgentGroup(Base):
    """A team. A campaign without a group may use every agent of the tenant."""

    __tablename__ = "agent_groups"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    name: Mapped[str]
    description: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Agent(Base):
    """Somebody who talks to leads. `status` is what the agent declares, `state` what the agent is doing.

    `held_call_ids` are the calls reserved for or talked by this agent; `console_leg_sid` is the proven audio leg in
    the standing conference; `console_since` the moment from which a live socket is demanded.
    """

    __tablename__ = "agents"
    __table_args__ = (
        CheckConstraint("status in ('available', 'busy', 'offline', 'break')", name="status"),
        CheckConstraint("cardinality(held_call_ids) <= max_concurrent_calls", name="holds_no_more_than_allowed"),
        CheckConstraint("max_concurrent_calls between 1 and 10", name="max_concurrent_calls"),
        Index("ix_agents_ready", "tenant_id", "agent_group_id", "idle_since", postgresql_where="status = 'available'"),
        Index("uq_agents_user_id", "user_id", unique=True),
        Index("ix_agents_wrap_up_until", "wrap_up_until", postgresql_where="wrap_up_until is not null"),
        Index("ix_agents_disconnected_at", "disconnected_at", postgresql_where="disconnected_at is not null"),
        Index("uq_agents_console_leg_sid", "console_leg_sid", unique=True),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    agent_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent_groups.id", ondelete="SET NULL"))
    name: Mapped[str]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    status: Mapped[str]
    max_concurrent_calls: Mapped[int]
    working_hours: Mapped[dict[str, object]] = mapped_column(JSONB)
    is_active: Mapped[bool]
    held_call_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    talking_since: Mapped[datetime | None]
    wrap_up_until: Mapped[datetime | None]
    idle_since: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(Computed(AGENT_STATE, persisted=True))
    console_leg_sid: Mapped[str | None]
    phone_leg_failed_at: Mapped[datetime | None]
    disconnected_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_active_at: Mapped[datetime | None]
    break_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("break_reasons.id", ondelete="SET NULL"))
    wrap_up_call_id: Mapped[UUID | None]
    wrap_up_extended_seconds: Mapped[int] = mapped_column(server_default="0")


class AgentStateChange(Base):
    """Every change of an agent's state, written by a trigger: occupancy is computed from these rows."""

    __tablename__ = "agent_state_changes"
    __table_args__ = (Index("ix_agent_state_changes_agent_id_at", "agent_id", "at"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[TenantKey]
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    state: Mapped[str]
    at: Mapped[datetime]
    break_reason_id: Mapped[UUID | None]


class AgentSocket(Base):
    """One live Socket.IO connection of an agent. `last_seen_at` is renewed by the web process that holds it."""

    __tablename__ = "agent_sockets"
    sid: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[TenantKey]
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    web_instance: Mapped[str] = mapped_column(index=True)
    connected_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)


class AgentLeg(Base):
    """A carrier call to or from an agent: the standing console leg, or one phone leg for one call."""

    __tablename__ = "agent_legs"
    __table_args__ = (
        CheckConstraint("kind in ('console', 'phone')", name="kind"),
        Index("ix_agent_legs_live", "tenant_id", "agent_id", postgresql_where="ended_at is null"),
    )
    call_sid: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[TenantKey]
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    conference_name: Mapped[str]
    started_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
