"""Campaigns."""

from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Campaign(Base):
    """An effort to reach leads under one set of rules. Hours are wall times in `timezone`; equal means all day."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint(
            "status in ('draft', 'scheduled', 'active', 'paused', 'completed', 'cancelled')", name="status"
        ),
        CheckConstraint("dial_mode in ('preview', 'progressive', 'ratio', 'predictive')", name="dial_mode"),
        CheckConstraint("amd_mode in ('async', 'sync')", name="amd_mode"),
        CheckConstraint("max_attempts between 1 and 20", name="max_attempts"),
        CheckConstraint("retry_delay_minutes between 1 and 43200", name="retry_delay_minutes"),
        CheckConstraint("pacing_ratio between 1 and 10", name="pacing_ratio"),
        CheckConstraint("max_abandonment_rate > 0 and max_abandonment_rate <= 1", name="max_abandonment_rate"),
        Index("ix_campaigns_tenant_id_created_at", "tenant_id", "created_at"),
        Index("ix_campaigns_active", "id", postgresql_where="status = 'active'"),
        Index("ix_campaigns_schedule_start", "schedule_start", postgresql_where="status = 'scheduled'"),
        Index(
            "ix_campaigns_schedule_end",
            "schedule_end",
            postgresql_where="schedule_end is not null and status in ('scheduled', 'active', 'paused')",
        ),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    name: Mapped[str]
    caller_id: Mapped[str]
    status: Mapped[str]
    schedule_start: Mapped[datetime | None]
    schedule_end: Mapped[datetime | None]
    timezone: Mapped[str]
    calling_hours_start: Mapped[time]
    calling_hours_end: Mapped[time]
    agent_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent_groups.id", ondelete="SET NULL"))
    max_attempts: Mapped[int]
    retry_delay_minutes: Mapped[int]
    retry_on_no_answer: Mapped[bool]
    retry_on_busy: Mapped[bool]
    retry_on_voicemail: Mapped[bool]
    amd_enabled: Mapped[bool]
    amd_mode: Mapped[str]
    voicemail_message_url: Mapped[str | None]
    record_calls: Mapped[bool]
    dial_mode: Mapped[str]
    pacing_ratio: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    abandonment_standard: Mapped[str]
    max_abandonment_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    ring_timeout_seconds: Mapped[int]
    wrap_up_seconds: Mapped[int]
    abandonment_message: Mapped[str]
    default_region: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_paced_at: Mapped[datetime | None]
    pacing_note: Mapped[str | None]
