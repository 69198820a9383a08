"""Calls that were promised to a person at a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey

_OPEN = "state in ('promised', 'offered', 'handed_over')"


class Callback(Base):
    """A promise to call a lead at `due_at`; while it is open the lead's `callback_at` says the same.

    Without an agent it is the team's. `offered`: on its agent's screen. `handed_over`: from `handed_over_from` to the
    team. `kept` ones have the call, and by how much it was late; for the others `reason` says why they ended.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        CheckConstraint("state in ('promised', 'offered', 'handed_over', 'kept', 'missed', 'cancelled')", name="state"),
        CheckConstraint("fallback_minutes between 1 and 45", name="fallback_minutes"),
        Index("uq_callbacks_lead_id_open", "lead_id", unique=True, postgresql_where=_OPEN),
        Index("ix_callbacks_due", "due_at", postgresql_where=_OPEN),
        Index("ix_callbacks_tenant_id_due_at", "tenant_id", "due_at"),
        Index("ix_callbacks_campaign_id_due_at", "campaign_id", "due_at"),
        Index("ix_callbacks_lead_id", "lead_id"),
        Index("ix_callbacks_call_id", "call_id", postgresql_where="call_id is not null"),
        Index(
            "ix_callbacks_promised_in_call_id",
            "promised_in_call_id",
            postgresql_where="promised_in_call_id is not null",
        ),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    due_at: Mapped[datetime]
    time_zone: Mapped[str]
    local_time: Mapped[str]
    fallback_minutes: Mapped[int] = mapped_column(SmallInteger)
    note: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    promised_in_call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id", ondelete="SET NULL"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id", ondelete="SET NULL"))
    late_seconds: Mapped[int | None]
    handed_over_from: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    handed_over_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
