"""Transfers of live calls, and supervisors on them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Transfer(Base):
    """A callee on the way to another agent or a telephone. `room` is the conference where they are to meet.

    `target_sid` is the leg of the telephone that was rung. Of a warm one, `merged_at` says since when all three talk.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("kind in ('cold', 'warm')", name="kind"),
        CheckConstraint(
            "state in ('requested', 'ringing', 'consulting', 'completed', 'failed', 'cancelled')", name="state"
        ),
        CheckConstraint(
            "(ended_at is null) = (state in ('requested', 'ringing', 'consulting'))", name="ended_with_its_state"
        ),
        Index("uq_transfers_call_id_open", "call_id", unique=True, postgresql_where="ended_at is null"),
        Index("ix_transfers_call_id", "call_id"),
        Index("ix_transfers_from_agent_id", "from_agent_id"),
        Index("ix_transfers_to_agent_id", "to_agent_id"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    from_agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    kind: Mapped[str]
    to_agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    to_phone: Mapped[str | None]
    room: Mapped[str]
    target_sid: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    requested_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    merged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Supervision(Base):
    """A supervisor on a call, with a leg of his own (`call_sid`) from `joined_at` on."""

    __tablename__ = "supervisions"
    __table_args__ = (
        CheckConstraint("mode in ('listen', 'whisper', 'barge')", name="mode"),
        Index("uq_supervisions_user_id_open", "user_id", unique=True, postgresql_where="ended_at is null"),
        Index("uq_supervisions_call_sid", "call_sid", unique=True),
        Index("ix_supervisions_call_id", "call_id"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    mode: Mapped[str]
    call_sid: Mapped[str | None]
    requested_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    taken_over_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
