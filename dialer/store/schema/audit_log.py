"""Who changed what. The application's role may add to it and read it, nothing else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, Json, TenantKey


class AuditEntry(Base):
    """One change, written by a trigger, or by the use case where no audited row changes."""

    __tablename__ = "audit_log"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[TenantKey]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str | None]
    changes: Mapped[Json]
    via: Mapped[str | None]
    address: Mapped[str | None]
    request_id: Mapped[str | None]

    __table_args__ = (
        Index("ix_audit_log_tenant_id_id", "tenant_id", "id"),
        Index("ix_audit_log_tenant_id_object", "tenant_id", "object_type", "object_id", "id"),
        Index("ix_audit_log_tenant_id_actor_id", "tenant_id", "actor_id", "id"),
    )
