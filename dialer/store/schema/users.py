"""Users, their login sessions, and from where they logged in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class User(Base):
    """Somebody who can log in. The e-mail address is unique over all tenants, in any case of letters."""

    __tablename__ = "users"
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey] = mapped_column(index=True)
    email: Mapped[str]
    password_hash: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    phone: Mapped[str | None]
    role: Mapped[str]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("role in ('owner', 'admin', 'supervisor', 'agent')", name="role"),)


Index("uq_users_email", func.lower(User.email), unique=True)


class LoginSession(Base):
    """One login. Access tokens name it; ending it ends them. `refresh_token_id` is the one refresh token still good."""

    __tablename__ = "login_sessions"
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    refresh_token_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    previous_refresh_token_id: Mapped[UUID | None]
    rotated_at: Mapped[datetime | None]
    address: Mapped[str | None]
    user_agent: Mapped[str | None]


class LoginPlace(Base):
    """A network from which a user has logged in: `place` is its hash."""

    __tablename__ = "login_places"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[TenantKey]
    last_at: Mapped[datetime] = mapped_column(index=True)


class LoginThrottle(Base):
    """Failed logins by account, network or both. Of no tenant; `key` is a hash."""

    __tablename__ = "login_throttles"
    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_failed_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]
