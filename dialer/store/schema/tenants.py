"""Tenants and the carrier accounts their calls are placed with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Tenant(Base):
    """A customer: organization and workspace are other words for it. `number_salt` hides numbers of erased people."""

    __tablename__ = "tenants"
    id: Mapped[PrimaryKey]
    name: Mapped[str]
    rules_revision: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    number_salt: Mapped[bytes] = mapped_column(
        LargeBinary, server_default=text("(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))")
    )
    admins_need_second_factor: Mapped[bool] = mapped_column(server_default="false")


class CarrierAccount(Base):
    """A tenant's own account at the carrier. Tokens are encrypted with the field encryption keys."""

    __tablename__ = "carrier_accounts"
    __table_args__ = (Index("uq_carrier_accounts_tenant_id", "tenant_id", unique=True),)
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    account_sid: Mapped[str]
    auth_token_encrypted: Mapped[str]
    secondary_auth_token_encrypted: Mapped[str | None]
    api_key_sid: Mapped[str | None]
    api_key_secret_encrypted: Mapped[str | None]
    twiml_app_sid: Mapped[str | None]
    calls_per_second: Mapped[float]
    max_lines: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class DiallingHold(Base):
    """A tenant for whom nothing is dialled until an operator says so; calls since `unknown_since` may be missing."""

    __tablename__ = "dialling_holds"
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str]
    unknown_since: Mapped[datetime]
    held_at: Mapped[datetime]
    reconciled_at: Mapped[datetime | None]


class CallerNumber(Base):
    """A number that the tenant calls from, as the carrier named it at `synced_at` or as somebody wrote it down."""

    __tablename__ = "caller_numbers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "e164"),
        CheckConstraint("kind in ('owned', 'verified', 'manual')", name="kind"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    e164: Mapped[str]
    label: Mapped[str | None]
    carrier_label: Mapped[str | None]
    kind: Mapped[str]
    has_voice: Mapped[bool]
    is_active: Mapped[bool]
    synced_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
