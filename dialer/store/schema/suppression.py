"""Numbers that are not to be called."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


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
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    phone_normalized: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str]
    note: Mapped[str | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
