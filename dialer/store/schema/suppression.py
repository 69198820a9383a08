"""Numbers that are not to be called: entries of a tenant's own lists, and national do-not-call lists."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey

_ENDED = "status in ('superseded', 'failed', 'removed')"


class Suppression(Base):
    """One number not to be called: by the whole tenant, or by one campaign, for ever or until `expires_at`."""

    __tablename__ = "suppressions"
    __table_args__ = (
        Index(
            "uq_suppressions_number",
            "tenant_id",
            "phone_normalized",
            "campaign_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_suppressions_tenant_id_created_at", "tenant_id", "created_at", "id"),
        Index("ix_suppressions_expires_at", "tenant_id", "expires_at", postgresql_where="expires_at is not null"),
    )
    id: Mapped[PrimaryKey]
    # No foreign keys to tenants and users: checking them was half the cost of listing a number.
    tenant_id: Mapped[UUID]
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    phone_normalized: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str]
    note: Mapped[str | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class SuppressedLead(Base):
    """A lead that an entry took off its list."""

    __tablename__ = "suppressed_leads"
    suppression_id: Mapped[UUID] = mapped_column(ForeignKey("suppressions.id", ondelete="CASCADE"), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True, index=True)
    tenant_id: Mapped[TenantKey]
    at: Mapped[datetime]


class DncRegistry(Base):
    """One version of a national do-not-call list; its numbers are consulted only while it is active."""

    __tablename__ = "dnc_registries"
    __table_args__ = (
        CheckConstraint(f"status in ('loading', 'active') or {_ENDED}", name="status"),
        UniqueConstraint("serial"),
        Index(
            "uq_dnc_registries_active",
            "tenant_id",
            "jurisdiction",
            "name",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
        Index("ix_dnc_registries_tenant_id_created_at", "tenant_id", "created_at"),
        Index("ix_dnc_registries_uncleared", "serial", postgresql_where=text(f"{_ENDED} and cleared_at is null")),
    )
    id: Mapped[PrimaryKey]
    serial: Mapped[int] = mapped_column(Integer, Identity(always=True))
    tenant_id: Mapped[TenantKey]
    name: Mapped[str]
    jurisdiction: Mapped[str]
    published_on: Mapped[date]
    status: Mapped[str]
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("imports.id", ondelete="SET NULL"), index=True)
    total: Mapped[int] = mapped_column(BigInteger, server_default="0")
    problems: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]


class RegistryBlock(Base):
    """Those of ten thousand neighbouring numbers that a registry lists: by their last four digits, or as bits."""

    __tablename__ = "registry_blocks"
    __table_args__ = (CheckConstraint("num_nonnulls(few, many) = 1", name="one_form"),)
    block: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    few: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    many: Mapped[str | None] = mapped_column(BIT(10_000))
