"""Campaigns."""

from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Campaign(Base):
    """An effort to reach leads under one set of rules. Hours are wall times in `timezone`, or in the callee's own zone
    if `calling_hours_zone` says so; equal means all day. `calling_days`: the weekdays on which they begin, 0 is Monday.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint(
            "status in ('draft', 'scheduled', 'active', 'paused', 'completed', 'cancelled')", name="status"
        ),
        CheckConstraint("dial_mode in ('preview', 'progressive', 'ratio', 'predictive')", name="dial_mode"),
        CheckConstraint("amd_mode in ('async', 'sync')", name="amd_mode"),
        CheckConstraint("calling_hours_zone in ('campaign', 'callee')", name="calling_hours_zone"),
        CheckConstraint("calling_profile in ('strict', 'address_first')", name="calling_profile"),
        CheckConstraint(
            "call_type in ('telemarketing', 'prerecorded', 'debt', 'survey', 'service', 'b2b')", name="call_type"
        ),
        CheckConstraint("lead_order in ('due', 'newest', 'oldest', 'last_called', 'custom')", name="lead_order"),
        CheckConstraint("max_attempts between 1 and 20", name="max_attempts"),
        CheckConstraint("retry_delay_minutes between 1 and 43200", name="retry_delay_minutes"),
        CheckConstraint("pacing_ratio between 1 and 10", name="pacing_ratio"),
        CheckConstraint("wrap_up_extension_seconds between 0 and 3600", name="wrap_up_extension_seconds"),
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
    calling_hours_zone: Mapped[str] = mapped_column(server_default="campaign")
    calling_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{0,1,2,3,4,5,6}")
    call_type: Mapped[str] = mapped_column(server_default="telemarketing")
    calling_profile: Mapped[str] = mapped_column(server_default="strict")
    consent_on_record: Mapped[bool] = mapped_column(server_default="true")
    allowed_countries: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    lead_order: Mapped[str] = mapped_column(server_default="due")
    lead_order_field: Mapped[str | None]
    reordered_up_to: Mapped[str | None]
    reordered_at: Mapped[datetime | None]
    retry_rules: Mapped[dict[str, object]] = mapped_column(JSONB, server_default="{}")
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
    wrap_up_extension_seconds: Mapped[int] = mapped_column(server_default="120")
    abandonment_message: Mapped[str]
    default_region: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_paced_at: Mapped[datetime | None]
    pacing_note: Mapped[str | None]
