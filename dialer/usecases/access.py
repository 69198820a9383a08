"""Users and their login sessions: who gets in, as what, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import structlog

from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from dialer.domain.ids import TenantId, UserId
from dialer.domain.phone_numbers import PhoneNumber, parse_caller_id
from dialer.domain.principals import Principal, Role
from dialer.store import users as store
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.store.users import UserView
from dialer.usecases.services import PasswordHasher, Services

log = structlog.get_logger("access")

# How long a login lasts without being used; each refresh begins it anew.
SESSION_LIFETIME = timedelta(days=14)

_WRONG_LOGIN = "The e-mail address or the password is wrong."
_SESSION_OVER = "The session has ended. Log in again."


@dataclass(frozen=True)
class NewUser:
    """What somebody says about themselves, or an admin about a colleague, when registering."""

    email: str
    password: str
    first_name: str
    last_name: str
    phone: str | None = None

    @property
    def name(self) -> str:
        """First and last name, as far as given."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Login:
    """A login session, just opened or renewed."""

    user: UserView
    session_id: UUID
    refresh_token_id: UUID


@dataclass(frozen=True)
class UserPage:
    """A part of the users of a tenant, and how many there are in all."""

    users: tuple[UserView, ...]
    total: int


def found_tenant(services: Services, *, new: NewUser) -> Login:
    """Found a tenant and register its owner. Raises Conflict if the e-mail address is registered anywhere."""
    tenant_id = TenantId(new_id())
    draft = _draft(services, new, tenant_id, Role.OWNER)
    with services.transaction(tenant_id) as tx:
        store.insert_tenant(tx.session, tenant_id, name=new.name or new.email, at=draft.created_at)
        return _register(tx, services, draft)


def register_user(
    services: Services, *, actor: Principal | None, tenant_id: TenantId, new: NewUser, role: Role = Role.AGENT
) -> Login:
    """Register somebody in an existing tenant: only its admins and owners may, and none gives a role above their own.

    Raises Forbidden for everybody else, whether the tenant exists or not; Conflict if the e-mail address is registered.
    """
    if actor is None or actor.tenant_id != tenant_id or not actor.has_at_least(Role.ADMIN):
        raise Forbidden("Only an admin of this very tenant may register somebody in it.")
    actor.require(role)
    draft = _draft(services, new, tenant_id, role)
    with services.transaction(tenant_id) as tx:
        return _register(tx, services, draft)


def log_in(services: Services, *, email: str, password: str) -> Login:
    """Open a login session. The same refusal, after the same time, for an unknown address and a wrong password.

    Two transactions: a password takes long to check, and no connection should wait for that.
    """
    with services.transaction() as tx:
        known = store.find_login(tx.session, email)
    password_hash = known.password_hash if known else _decoy_hash(services.passwords)  # type: ignore[arg-type]
    fits = services.passwords.verify(password_hash, password)
    if known is None or not fits or not known.is_active:
        raise Unauthenticated(_WRONG_LOGIN)
    now = services.clock.now()
    with services.transaction(known.tenant_id) as tx:
        user = store.record_login(tx.session, known.user_id, at=now)
        if user is None:
            raise Unauthenticated(_WRONG_LOGIN)
        return _open_session(tx, user, now)


def renew_login(
    services: Services, *, tenant_id: TenantId, user_id: UserId, session_id: UUID, refresh_token_id: UUID
) -> Login:
    """Exchange a refresh token for the next one.

    A refresh token that was exchanged before has been copied by somebody: the whole session ends, and both holders
    have to log in again.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        user = store.find_session_user(tx.session, session_id, user_id=user_id, at=now)
        fresh = new_id()
        renewed = user is not None and store.rotate_refresh_token(
            tx.session, session_id, expected=refresh_token_id, fresh=fresh, expires_at=now + SESSION_LIFETIME
        )
        if user is not None and not renewed:
            store.end_session(tx.session, session_id, reason="refresh token reused", at=now)
    # Raised outside, since an exception would roll the end of the session back.
    if user is None:
        raise Unauthenticated(_SESSION_OVER)
    if not renewed:
        log.warning("refresh_token_reused", tenant_id=tenant_id, user_id=user_id, session_id=session_id)
        raise Unauthenticated(_SESSION_OVER)
    return Login(user.view, session_id, fresh)


def log_out(services: Services, *, actor: Principal) -> None:
    """End the login session of this request: its tokens, access and refresh, are refused from now on."""
    with services.transaction(actor.tenant_id) as tx:
        store.end_session(tx.session, UUID(actor.session_id), reason="logged out", at=services.clock.now())


def change_password(services: Services, *, actor: Principal, current: str, new: str) -> None:
    """Change one's own password; every other session of this user ends. Raises Invalid if the current one is wrong."""
    with services.transaction(actor.tenant_id) as tx:
        password_hash = store.load_password_hash(tx.session, actor.user_id)
    if not services.passwords.verify(password_hash, current):
        raise Invalid.field("current_password", "is wrong")
    fresh_hash = services.passwords.hash(new)
    with services.transaction(actor.tenant_id) as tx:
        store.set_password(tx.session, actor.user_id, password_hash=fresh_hash)
        store.end_sessions_of(
            tx.session, actor.user_id, reason="password changed", at=services.clock.now(), spared=UUID(actor.session_id)
        )


def load_principal(services: Services, *, tenant_id: TenantId, user_id: UserId, session_id: UUID) -> Principal:
    """Who is behind an open session, with today's role. Raises Unauthenticated once session or user are ended."""
    with services.transaction(tenant_id) as tx:
        found = store.find_session_user(tx.session, session_id, user_id=user_id, at=services.clock.now())
    if found is None:
        raise Unauthenticated(_SESSION_OVER)
    return Principal(tenant_id, user_id, Role(found.view.role), str(session_id), found.agent_id)


def show_user(services: Services, *, actor: Principal, user_id: UserId) -> UserView:
    """One user: oneself, or any of the tenant for a supervisor and above."""
    if user_id != actor.user_id:
        actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        return _load(tx, user_id)


def list_users(
    services: Services, *, actor: Principal, role: Role | None, is_active: bool | None, limit: int, offset: int
) -> UserPage:
    """The users of the tenant, by name."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        return UserPage(
            users=store.list_users(tx.session, role=role, is_active=is_active, limit=limit, offset=offset),
            total=store.count_users(tx.session, role=role, is_active=is_active),
        )


def change_user(
    services: Services,
    *,
    actor: Principal,
    user_id: UserId,
    role: Role | None = None,
    is_active: bool | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
) -> UserView:
    """Change what is given of a user. Deactivating ends every session of theirs at once.

    Nobody changes a user above themselves, gives a role above their own, or changes their own role or activity, so
    a tenant always keeps an active owner.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        user = _load(tx, user_id)
        actor.require(Role(user.role))
        if role is not None:
            actor.require(role)
        if user_id == actor.user_id and (role not in (None, Role(user.role)) or is_active is False):
            raise Conflict("Nobody may take away their own role or access: ask another admin.")
        store.update_user(
            tx.session, user_id, role=role, is_active=is_active, first_name=first_name, last_name=last_name
        )
        if is_active is False:
            store.end_sessions_of(tx.session, user_id, reason="user deactivated", at=services.clock.now())
        return _load(tx, user_id)


def _load(tx: Transaction, user_id: UserId) -> UserView:
    user = store.find_user(tx.session, user_id)
    if user is None:
        raise NotFound("There is no user with this id.")
    return user


def _draft(services: Services, new: NewUser, tenant_id: TenantId, role: Role) -> store.UserDraft:
    phone = None
    if new.phone is not None:
        parsed = parse_caller_id(new.phone)
        if not isinstance(parsed, PhoneNumber):
            raise Invalid.field("phone", parsed.message)
        phone = parsed.e164
    return store.UserDraft(
        id=UserId(new_id()),
        tenant_id=tenant_id,
        email=new.email,
        password_hash=services.passwords.hash(new.password),
        first_name=new.first_name,
        last_name=new.last_name,
        phone=phone,
        role=role,
        created_at=services.clock.now(),
    )


def _register(tx: Transaction, services: Services, draft: store.UserDraft) -> Login:
    user = store.insert_user(tx.session, draft)
    if user is None:
        raise Conflict("This e-mail address is registered already.")
    return _open_session(tx, user, services.clock.now())


def _open_session(tx: Transaction, user: UserView, now: datetime) -> Login:
    login = Login(user, session_id=new_id(), refresh_token_id=new_id())
    store.insert_session(
        tx.session,
        login.session_id,
        tenant_id=user.tenant_id,
        user_id=user.id,
        refresh_token_id=login.refresh_token_id,
        created_at=now,
        expires_at=now + SESSION_LIFETIME,
    )
    return login


@lru_cache(maxsize=4)
def _decoy_hash(passwords: PasswordHasher) -> str:
    """A hash that fits no password, with the hasher's own cost, for addresses that nobody registered."""
    return passwords.hash(str(new_id()))
