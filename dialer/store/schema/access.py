"""Invitations, second factors, and what links and half-finished logins are worth."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class Invitation(Base):
    """Somebody is asked to join a tenant. `token_hash` is of the link in the latest mail; None before the first."""

    __tablename__ = "invitations"
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    email: Mapped[str]
    role: Mapped[str]
    is_agent: Mapped[bool]
    agent_phone: Mapped[str | None]
    agent_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent_groups.id", ondelete="SET NULL"))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    mail_wanted_at: Mapped[datetime | None]
    mail_tries: Mapped[int]
    mailed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("role in ('owner', 'admin', 'supervisor', 'agent')", name="role"),
        Index("ix_invitations_mail_wanted_at", "mail_wanted_at", postgresql_where=text("mail_wanted_at is not null")),
    )


Index(
    "uq_invitations_open",
    Invitation.tenant_id,
    func.lower(Invitation.email),
    unique=True,
    postgresql_where=text("accepted_at is null and revoked_at is null"),
)


class PasswordResetRequest(Base):
    """Somebody asked for a new password. Of no tenant: whose address it is, a worker finds out."""

    __tablename__ = "password_reset_requests"
    id: Mapped[PrimaryKey]
    email: Mapped[str]
    address: Mapped[str | None]
    requested_at: Mapped[datetime]
    next_try_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]


class SingleUseToken(Base):
    """What the link of a password reset, or the first half of a login, is worth once."""

    __tablename__ = "single_use_tokens"
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    tries: Mapped[int]

    __table_args__ = (CheckConstraint("purpose in ('password_reset', 'second_factor')", name="purpose"),)


class SecondFactor(Base):
    """A user's authenticator app. `last_step` is the latest step of 30 s whose code was taken."""

    __tablename__ = "second_factors"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[TenantKey]
    secret_encrypted: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """Takes the place of the authenticator app, once."""

    __tablename__ = "recovery_codes"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tenant_id: Mapped[TenantKey]
    used_at: Mapped[datetime | None]
