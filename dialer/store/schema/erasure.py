"""Erased persons, retention, and recordings to be deleted at the carrier."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey

_REASONS = "'requested', 'consent_withdrawn', 'objection', 'unlawful', 'no_longer_needed', 'legal_order'"


class Erasure(Base):
    """The evidence of an erasure, without anything of the person. Open until `look_again_at` has come and gone."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint(f"reason in ({_REASONS})", name="reason"),
        Index("ix_erasures_tenant_id_requested_at", "tenant_id", "requested_at"),
        Index("ix_erasures_open", "look_again_at", postgresql_where=text("look_again_at is not null")),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    reason: Mapped[str]
    reference: Mapped[str | None]
    counts: Mapped[dict[str, object]] = mapped_column(JSONB, server_default="{}")
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    look_again_at: Mapped[datetime | None]


class ErasureLead(Base):
    """A lead that an erasure is about; it waits for `erased_at` while the lead is in a call."""

    __tablename__ = "erasure_leads"
    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True, index=True)
    tenant_id: Mapped[TenantKey]
    erased_at: Mapped[datetime | None]


class ErasedNumber(Base):
    """The hash of a number whose owner was erased: never to be called or imported again."""

    __tablename__ = "erased_numbers"
    tenant_id: Mapped[TenantKey] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    erasure_id: Mapped[UUID] = mapped_column(ForeignKey("erasures.id", ondelete="CASCADE"), index=True)
    erased_at: Mapped[datetime]


class RetentionSettings(Base):
    """How long a tenant keeps what, in days; null: for good."""

    __tablename__ = "retention_settings"
    __table_args__ = (
        CheckConstraint("least(leads_days, calls_days, recordings_days, import_errors_days) >= 1", name="days"),
    )
    tenant_id: Mapped[TenantKey] = mapped_column(primary_key=True)
    leads_days: Mapped[int | None]
    calls_days: Mapped[int | None]
    recordings_days: Mapped[int | None]
    import_errors_days: Mapped[int | None]
    calls_done_until: Mapped[datetime | None]
    recordings_done_until: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class RecordingToDelete(Base):
    """A recording that nothing here refers to any more, until the carrier has deleted it."""

    __tablename__ = "recordings_to_delete"
    recording_sid: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[TenantKey] = mapped_column(index=True)
    listed_at: Mapped[datetime]
    ask_at: Mapped[datetime] = mapped_column(index=True)
    times_asked: Mapped[int] = mapped_column(server_default="0")
