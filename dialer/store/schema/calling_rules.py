"""Rules that a tenant adds to the shipped ones, and the rule books by which verdicts were given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class TenantRule(Base):
    """A rule of one tenant, beside the shipped ones. Retired rather than changed or deleted."""

    __tablename__ = "tenant_rules"
    __table_args__ = (Index("ix_tenant_rules_tenant_id", "tenant_id", postgresql_where="retired_at is null"),)
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    rule: Mapped[dict[str, object]] = mapped_column(JSONB)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    retired_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    retired_at: Mapped[datetime | None]


class StoredRuleBook(Base):
    """The rules behind verdicts, by the version that the verdicts name. The shipped ones belong to no tenant."""

    __tablename__ = "rule_books"
    __table_args__ = (
        Index("uq_rule_books_version", "tenant_id", "version", unique=True, postgresql_nulls_not_distinct=True),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    version: Mapped[str]
    rules: Mapped[dict[str, object]] = mapped_column(JSONB)
    first_used_at: Mapped[datetime]
