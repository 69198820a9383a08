"""Users, login sessions and the founding of tenants, in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, TenantId, UserId


@dataclass(frozen=True)
class UserView:
    """A user as shown. `name` is first and last name together."""

    id: UserId
    tenant_id: TenantId
    email: str
    first_name: str
    last_name: str
    phone: str | None
    role: str
    is_active: bool
    created_at: datetime
    last_login_at: datetime | None

    @property
    def name(self) -> str:
        """First and last name, as far as given."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class UserDraft:
    """A user to be inserted."""

    id: UserId
    tenant_id: TenantId
    email: str
    password_hash: str
    first_name: str
    last_name: str
    phone: str | None
    role: str
    created_at: datetime


@dataclass(frozen=True)
class KnownLogin:
    """What a login needs before the tenant is known."""

    user_id: UserId
    tenant_id: TenantId
    password_hash: str
    is_active: bool


@dataclass(frozen=True)
class SessionUser:
    """The user behind an open session, and the agent they work as."""

    view: UserView
    agent_id: AgentId | None


_COLUMNS = "id, tenant_id, email, first_name, last_name, phone, role, is_active, created_at, last_login_at"

_FIND_LOGIN = text("select user_id, tenant_id, password_hash, is_active from find_login(:email)")
_INSERT_TENANT = text("insert into tenants (id, name, created_at) values (:id, :name, :at)")
# Unique over all tenants, by an index that sees through row-level security.
_INSERT_USER = text(f"""
    insert into users (id, tenant_id, email, password_hash, first_name, last_name, phone, role, is_active, created_at)
    values (:id, :tenant_id, :email, :password_hash, :first_name, :last_name, :phone, :role, true, :created_at)
    on conflict (lower(email)) do nothing
    returning {_COLUMNS}
""")
_RECORD_LOGIN = text(f"update users set last_login_at = :at where id = :id and is_active returning {_COLUMNS}")
_INSERT_SESSION = text("""
    insert into login_sessions (id, tenant_id, user_id, refresh_token_id, created_at, expires_at)
    values (:id, :tenant_id, :user_id, :refresh_token_id, :created_at, :expires_at)
""")
_FIND_SESSION_USER = text(f"""
    select {", ".join(f"u.{column}" for column in _COLUMNS.split(", "))}, a.id as agent_id
    from login_sessions s
    join users u on u.id = s.user_id
    left join agents a on a.user_id = u.id
    where s.id = :id and s.user_id = :user_id and s.ended_at is null and s.expires_at > :at and u.is_active
""")
_ROTATE = text("""
    update login_sessions set refresh_token_id = :fresh, expires_at = :expires_at
    where id = :id and refresh_token_id = :expected and ended_at is null
    returning id
""")
_END_SESSION = text(
    "update login_sessions set ended_at = :at, end_reason = :reason where id = :id and ended_at is null"
)
_END_SESSIONS_OF = text("""
    update login_sessions set ended_at = :at, end_reason = :reason
    where user_id = :user_id and ended_at is null and (cast(:spared as uuid) is null or id <> :spared)
""")
_FIND_PASSWORD = text("select password_hash from users where id = :id")
_SET_PASSWORD = text("update users set password_hash = :password_hash where id = :id")
_FIND_USER = text(f"select {_COLUMNS} from users where id = :id")
_FILTER = (
    "(cast(:role as text) is null or role = :role) and (cast(:is_active as boolean) is null or is_active = :is_active)"
)
_LIST = text(f"""
    select {_COLUMNS} from users where {_FILTER} order by first_name, last_name, id limit :limit offset :offset
""")
_COUNT = text(f"select count(*) from users where {_FILTER}")
_UPDATE = text("""
    update users set role = coalesce(:role, role), is_active = coalesce(:is_active, is_active),
        first_name = coalesce(:first_name, first_name), last_name = coalesce(:last_name, last_name)
    where id = :id
""")


def find_login(session: Session, email: str) -> KnownLogin | None:
    """Find who logs in with this address, in any tenant."""
    row = session.execute(_FIND_LOGIN, {"email": email}).one_or_none()
    return None if row is None else KnownLogin(*row)


def insert_tenant(session: Session, tenant_id: TenantId, *, name: str, at: datetime) -> None:
    """Found a tenant; the transaction must have entered it."""
    session.execute(_INSERT_TENANT, {"id": tenant_id, "name": name, "at": at})


def insert_user(session: Session, draft: UserDraft) -> UserView | None:
    """Insert a user; None if the e-mail address is taken, in whatever tenant and case of letters."""
    return _view(session.execute(_INSERT_USER, vars(draft)).one_or_none())


def record_login(session: Session, user_id: UserId, *, at: datetime) -> UserView | None:
    """Stamp the login of an active user; None if there is none."""
    return _view(session.execute(_RECORD_LOGIN, {"id": user_id, "at": at}).one_or_none())


def insert_session(
    session: Session,
    session_id: UUID,
    *,
    tenant_id: TenantId,
    user_id: UserId,
    refresh_token_id: UUID,
    created_at: datetime,
    expires_at: datetime,
) -> None:
    """Open a login session."""
    session.execute(
        _INSERT_SESSION,
        {
            "id": session_id,
            "tenant_id": tenant_id,
            "user_id": user_id,
            "refresh_token_id": refresh_token_id,
            "created_at": created_at,
            "expires_at": expires_at,
        },
    )


def find_session_user(session: Session, session_id: UUID, *, user_id: UserId, at: datetime) -> SessionUser | None:
    """Find the active user behind a session that is open at `at`."""
    row = session.execute(_FIND_SESSION_USER, {"id": session_id, "user_id": user_id, "at": at}).one_or_none()
    return None if row is None else SessionUser(UserView(*row[:-1]), row.agent_id)


def rotate_refresh_token(
    session: Session, session_id: UUID, *, expected: UUID, fresh: UUID, expires_at: datetime
) -> bool:
    """Replace the only good refresh token; False if `expected` is not, or no longer, that one."""
    done = session.execute(_ROTATE, {"id": session_id, "expected": expected, "fresh": fresh, "expires_at": expires_at})
    return done.one_or_none() is not None


def end_session(session: Session, session_id: UUID, *, reason: str, at: datetime) -> None:
    """End one session; one that has ended stays as it is."""
    session.execute(_END_SESSION, {"id": session_id, "reason": reason, "at": at})


def end_sessions_of(
    session: Session, user_id: UserId, *, reason: str, at: datetime, spared: UUID | None = None
) -> None:
    """End every open session of a user but the one that is spared."""
    session.execute(_END_SESSIONS_OF, {"user_id": user_id, "reason": reason, "at": at, "spared": spared})


def load_password_hash(session: Session, user_id: UserId) -> str:
    """The stored hash of a user who exists."""
    return str(session.execute(_FIND_PASSWORD, {"id": user_id}).scalar_one())


def set_password(session: Session, user_id: UserId, *, password_hash: str) -> None:
    """Replace a user's password."""
    session.execute(_SET_PASSWORD, {"id": user_id, "password_hash": password_hash})


def find_user(session: Session, user_id: UserId) -> UserView | None:
    """Find one user of the tenant."""
    return _view(session.execute(_FIND_USER, {"id": user_id}).one_or_none())


def list_users(
    session: Session, *, role: str | None, is_active: bool | None, limit: int, offset: int
) -> tuple[UserView, ...]:
    """A page of users by name."""
    rows = session.execute(_LIST, {"role": role, "is_active": is_active, "limit": limit, "offset": offset})
    return tuple(UserView(*row) for row in rows)


def count_users(session: Session, *, role: str | None, is_active: bool | None) -> int:
    """How many users the filters match."""
    return int(session.execute(_COUNT, {"role": role, "is_active": is_active}).scalar_one())


def update_user(
    session: Session,
    user_id: UserId,
    *,
    role: str | None,
    is_active: bool | None,
    first_name: str | None,
    last_name: str | None,
) -> None:
    """Change what is not None."""
    session.execute(
        _UPDATE,
        {
            "id": user_id,
            "role": role,
            "is_active": is_active,
            "first_name": first_name,
            "last_name": last_name,
        },
    )


def _view(row: Row[*tuple[Any, ...]] | None) -> UserView | None:
    return None if row is None else UserView(*row)
