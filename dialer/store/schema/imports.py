"""Imports: uploaded files, how far they have come, what was refused, and how columns were mapped before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Import(Base):
    """One uploaded file and what became of its rows. `rows_done` moves in the transaction that stores the rows.

    `kind` says what the rows are: leads have a campaign. `tries` counts how often it was begun at this very place.
    """

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("status in ('queued', 'running', 'completed', 'failed', 'cancelled')", name="status"),
        CheckConstraint("kind <> 'leads' or campaign_id is not null", name="campaign"),
        Index("ix_imports_tenant_id_created_at", "tenant_id", "created_at"),
        Index("ix_imports_open", "heartbeat_at", postgresql_where="status in ('queued', 'running')"),
        Index("ix_imports_uncleared", "finished_at", postgresql_where="cleared_at is null"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    list_id: Mapped[UUID | None] = mapped_column(ForeignKey("lists.id", ondelete="SET NULL"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(server_default="leads")
    status: Mapped[str] = mapped_column(server_default="completed")
    filename: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    bytes_total: Mapped[int] = mapped_column(BigInteger, server_default="0")
    bytes_done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rows_done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    valid: Mapped[int] = mapped_column(server_default="0")
    invalid: Mapped[int] = mapped_column(server_default="0")
    duplicates: Mapped[int] = mapped_column(server_default="0")
    dnc: Mapped[int] = mapped_column(server_default="0")
    inserted: Mapped[int] = mapped_column(server_default="0")
    updated: Mapped[int] = mapped_column(server_default="0")
    warnings: Mapped[int] = mapped_column(server_default="0")
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]


class ImportChunk(Base):
    """A piece of an uploaded file."""

    __tablename__ = "import_chunks"
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # No foreign keys to tenants here and below: the import's is enough, and rows come by the million.
    tenant_id: Mapped[UUID]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportProblem(Base):
    """A row that was refused, or a cell that was left out of one. `number` is its row in a spreadsheet."""

    __tablename__ = "import_problems"
    __table_args__ = (CheckConstraint("severity in ('refused', 'warning')", name="severity"),)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[UUID]
    severity: Mapped[str]
    field: Mapped[str]
    column_name: Mapped[str]
    code: Mapped[str]
    value: Mapped[str]
    message: Mapped[str]


class ImportUpdate(Base):
    """A lead that was on its list already and was changed by an import that is not over."""

    __tablename__ = "import_updates"
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]


class ImportMapping(Base):
    """How the columns of a file with these headers were mapped the last time."""

    __tablename__ = "import_mappings"
    __table_args__ = (UniqueConstraint("tenant_id", "signature"),)
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    signature: Mapped[str]
    headers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    targets: Mapped[dict[str, Any]] = mapped_column(JSONB)
    used_at: Mapped[datetime]
    created_at: Mapped[datetime]
