"""What was repaired on request."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, TenantKey


class Repair(Base):
    """One deed of the doctor. Of a call it is told in the call's events, too."""

    __tablename__ = "repairs"
    __table_args__ = (
        Index("ix_repairs_subject_id", "subject_id"),
        Index("ix_repairs_tenant_id_at", "tenant_id", "at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[TenantKey]
    check_name: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    deed: Mapped[str]
    at: Mapped[datetime]
