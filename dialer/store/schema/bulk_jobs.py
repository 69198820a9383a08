"""Changes to many leads at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class BulkJob(Base):
    """One change to the leads that a filter matched. What became of them is counted batch by batch."""

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        CheckConstraint("action in ('update', 'move', 'copy', 'delete', 'reset', 'do_not_call')", name="action"),
        CheckConstraint("status in ('finding', 'running', 'done', 'cancelled', 'failed')", name="status"),
        Index("ix_bulk_jobs_open", "updated_at", postgresql_where=text("status in ('finding', 'running')")),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    action: Mapped[str]
    filter: Mapped[dict[str, object]] = mapped_column(JSONB)
    changes: Mapped[dict[str, object]] = mapped_column(JSONB)
    status: Mapped[str]
    matched: Mapped[int | None]
    done: Mapped[int] = mapped_column(server_default="0")
    anonymised: Mapped[int] = mapped_column(server_default="0")
    skipped: Mapped[dict[str, object]] = mapped_column(JSONB, server_default="{}")
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BulkBatch(Base):
    """Some thousands of a job's leads; the row goes when they are done."""

    __tablename__ = "bulk_batches"
    job_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[TenantKey]
    lead_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
