"""Leads on agents' screens, before they are dialled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Preview(Base):
    """A lead that was offered to an agent, and what the agent made of it.

    While it is `offered` the lead is `queued` until `expires_at`. `withdrawn`: the agent left, or a rule forbids the
    call. A dialled one has its call.
    """

    __tablename__ = "previews"
    __table_args__ = (
        CheckConstraint("state in ('offered', 'dialled', 'skipped', 'expired', 'withdrawn')", name="state"),
        Index("uq_previews_agent_id_offered", "agent_id", unique=True, postgresql_where="state = 'offered'"),
        Index("uq_previews_lead_id_offered", "lead_id", unique=True, postgresql_where="state = 'offered'"),
        Index("ix_previews_lead_id_agent_id", "lead_id", "agent_id"),
        Index("ix_previews_agent_id_offered_at", "agent_id", "offered_at"),
        Index("ix_previews_campaign_id", "campaign_id"),
        Index("uq_previews_call_id", "call_id", unique=True),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))
    state: Mapped[str]
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id", ondelete="SET NULL"))
    skip_reason: Mapped[str | None]
