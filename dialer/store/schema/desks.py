"""What agents have before them beside their calls: reasons for breaks, scripts and dispositions of campaigns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class BreakReason(Base):
    """Why an agent is on a break. `key` is set on those that came with the tenant and still bear their name.

    One that is retired is offered no more; its name is kept for what was counted under it.
    """

    __tablename__ = "break_reasons"
    __table_args__ = (
        CheckConstraint("max_minutes between 1 and 1440", name="max_minutes"),
        Index(
            "uq_break_reasons_tenant_id_name",
            "tenant_id",
            text("lower(name)"),
            unique=True,
            postgresql_where="retired_at is null",
        ),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    key: Mapped[str | None]
    name: Mapped[str]
    is_paid: Mapped[bool]
    max_minutes: Mapped[int | None]
    is_active: Mapped[bool]
    position: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class CampaignDesk(Base):
    """What a campaign puts on its agents' desks. The id is the campaign's; without dispositions it offers the usual."""

    __tablename__ = "campaign_desks"
    id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[TenantKey]
    script: Mapped[str | None]
    script_updated_at: Mapped[datetime | None]
    script_updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    dispositions: Mapped[list[dict[str, object]] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
