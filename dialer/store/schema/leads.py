"""Leads and the imports that brought them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Lead(Base):
    """One person on a campaign's list.

    `pending` leads are callable from `next_call_at` on; `queued` ones are in the hopper until `claimed_until`;
    `calling` ones have a call in flight. `call_attempts` counts since `attempts_reset_at`.
    `priority`: 0 high, 1 normal, 2 low, the order in which they are called.
    """

    __tablename__ = "leads"
    __table_args__ = (
        CheckConstraint("status in ('pending', 'queued', 'calling', 'completed', 'failed', 'dnc')", name="status"),
        CheckConstraint("priority between 0 and 2", name="priority"),
        UniqueConstraint("campaign_id", "phone_normalized"),
        Index(
            "ix_leads_due",
            "campaign_id",
            "priority",
            text("(call_attempts = 0)"),
            "next_call_at",
            "id",
            postgresql_where="status = 'pending'",
        ),
        Index("ix_leads_campaign_id_status", "campaign_id", "status"),
        Index("ix_leads_tenant_id_phone_normalized", "tenant_id", "phone_normalized"),
        Index("ix_leads_claimed_until", "claimed_until", postgresql_where="status = 'queued'"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("imports.id", ondelete="SET NULL"))
    phone: Mapped[str]
    phone_normalized: Mapped[str]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    country: Mapped[str | None]
    type: Mapped[str | None]
    priority: Mapped[int] = mapped_column(SmallInteger)
    custom_fields: Mapped[dict[str, object]] = mapped_column(JSONB)
    notes: Mapped[str | None]
    status: Mapped[str]
    status_reason: Mapped[str | None]
    call_attempts: Mapped[int]
    attempts_reset_at: Mapped[datetime | None]
    last_attempt_number: Mapped[int]
    last_call_at: Mapped[datetime | None]
    next_call_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    do_not_call: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class LeadImport(Base):
    """One uploaded file and what became of its rows."""

    __tablename__ = "imports"
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    filename: Mapped[str]
    total: Mapped[int]
    valid: Mapped[int]
    invalid: Mapped[int]
    duplicates: Mapped[int]
    dnc: Mapped[int]
    inserted: Mapped[int]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
