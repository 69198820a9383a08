"""Users and the founding of tenants, in SQL. Their sessions are in `login_sessions`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId, UserId


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
    is_known_place: bool
    has_second_factor: bool


COLUMNS = "id, tenant_id, email, first_name, last_name, phone, role, is_active, created_at, last_login_at"

_FIND_LOGIN = text("""
    select user_id, tenant_id, password_hash, is_active, is_known_place, has_second_factor
    from find_login_from(:email, :place, :seen_since)
""")
_INSERT_TENANT = text("insert into tenants (id, name, created_at) values (:id, :name, :at)")
# Unique over all tenants, by an index that sees through row-level security.
_INSERT_USER = text(f"""
    insert into users (id, tenant_id, email, password_hash, first_name, last_name, phone, role, is_active, created_at)
    values (:id, :tenant_id, :email, :password_hash, :first_name, :last_name, :phone, :role, true, :created_at)
    on conflict (lower(email)) do nothing
    returning {COLUMNS}
""")
# Whoever changes the password or ends access locks the same row.
_LOCK_LOGIN = text("""
    select id from users where id = :id and password_hash = :password_hash and is_active for update
""")
_LOCK_USER = text("select id from users where id = :id for update")
_RECORD_LOGIN = text(f"update users set last_login_at = :at where id = :id and is_active returning {COLUMNS}")
_FIND_PASSWORD = text("select password_hash from users where id = :id")
_SET_PASSWORD = text("""
    update users set password_hash = :password_hash
    where id = :id and (cast(:expected as text) is null or password_hash = :expected) returning id
""")
_FIND_USER = text(f"select {COLUMNS} from users where id = :id")
_FIND_BY_EMAIL = text(f"select {COLUMNS} from users where lower(email) = lower(:email)")
_FILTER = (
    "(cast(:role as text) is null or role = :role) and (cast(:is_active as boolean) is null or is_active = :is_active)"
)
_LIST = text(f"""
    select {COLUMNS} from users where {_FILTER} order by first_name, last_name, id limit :limit offset :offset
""")
_COUNT = text(f"select count(*) from users where {_FILTER}")
_UPDATE = text("""
    update users set role = coalesce(:role, role), is_active = coalesce(:is_active, is_active),
        first_name = coalesce(:first_name, first_name), last_name = coalesce(:last_name, last_name)
    where id = :id
""")


def find_login(session: Session, email: str, *, place: str, seen_since: datetime) -> KnownLogin | None:
    """Find who logs in with this address, in any tenant, and whether they were at this place since."""
    row = session.execute(_FIND_LOGIN, {"email": email, "place": place, "seen_since": seen_since}).one_or_none()
    return None if row is None else KnownLogin(*row)


def insert_tenant(session: Session, tenant_id: TenantId, *, name: str, at: datetime) -> None:
    """Found a tenant; the transaction must have entered it."""
    session.execute(_INSERT_TENANT, {"id": tenant_id, "name": name, "at": at})


def insert_user(session: Session, draft: UserDraft) -> UserView | None:
    """Insert a user; None if the e-mail address is taken, in whatever tenant and case of letters."""
    return _view(session.execute(_INSERT_USER, vars(draft)).one_or_none())


def lock_user(session: Session, user_id: UserId) -> None:
    """Lock a user's row, as everything does first that ends or grants access: so none waits for another in a circle."""
    session.execute(_LOCK_USER, {"id": user_id})


def lock_login(session: Session, user_id: UserId, *, password_hash: str) -> bool:
    """Lock an active user who still has this very password; False if there is none any more."""
    values = {"id": user_id, "password_hash": password_hash}
    return session.execute(_LOCK_LOGIN, values).one_or_none() is not None


def record_login(session: Session, user_id: UserId, *, at: datetime) -> UserView | None:
    """Stamp the login of an active user; None if there is none."""
    return _view(session.execute(_RECORD_LOGIN, {"id": user_id, "at": at}).one_or_none())


def load_password_hash(session: Session, user_id: UserId) -> str:
    """The stored hash of a user who exists."""
    return str(session.execute(_FIND_PASSWORD, {"id": user_id}).scalar_one())


def set_password(session: Session, user_id: UserId, *, password_hash: str, expected: str | None = None) -> bool:
    """Replace a user's password; False if `expected` is given and somebody else replaced it meanwhile."""
    values = {"id": user_id, "password_hash": password_hash, "expected": expected}
    return session.execute(_SET_PASSWORD, values).one_or_none() is not None


def find_user(session: Session, user_id: UserId) -> UserView | None:
    """Find one user of the tenant."""
    return _view(session.execute(_FIND_USER, {"id": user_id}).one_or_none())


def find_user_by_email(session: Session, email: str) -> UserView | None:
    """Find a user of the tenant by address, in any case of letters."""
    return _view(session.execute(_FIND_BY_EMAIL, {"email": email}).one_or_none())


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
