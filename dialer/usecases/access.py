"""Users and who gets in: registering, logging in, passwords, and what becomes of colleagues."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import structlog

from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from dialer.domain.ids import TenantId, UserId
from dialer.domain.login_throttles import PLACE_KNOWN_FOR, Throttle, login_throttles, place_of
from dialer.domain.passwords import check_password
from dialer.domain.phone_numbers import PhoneNumber, parse_caller_id
from dialer.domain.principals import Principal, Role
from dialer.store import audit_log, login_sessions
from dialer.store import login_throttles as throttles
from dialer.store import users as store
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.store.users import KnownLogin, UserView
from dialer.usecases.second_factors import begin_challenge
from dialer.usecases.services import PasswordHasher, Services
from dialer.usecases.sessions import SESSION_LIFETIME as SESSION_LIFETIME
from dialer.usecases.sessions import SESSION_OVER, Challenge, end_access, open_session
from dialer.usecases.sessions import Login as Login
from dialer.usecases.sessions import log_out as log_out
from dialer.usecases.throttling import check_own_password, count_try

log = structlog.get_logger("access")

WRONG_LOGIN = "The e-mail address or the password is wrong."


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
class UserPage:
    """A part of the users of a tenant, and how many there are in all."""

    users: tuple[UserView, ...]
    total: int


def found_tenant(services: Services, *, new: NewUser, company: str | None = None) -> Login:
    """Found a tenant, called as its owner if it has no name of its own, and register that owner.

    Raises Conflict if the e-mail address is registered anywhere.
    """
    tenant_id = TenantId(new_id())
    draft = draft_user(services, new, tenant_id, Role.OWNER)
    with services.transaction(tenant_id) as tx:
        store.insert_tenant(tx.session, tenant_id, name=company or new.name or new.email, at=draft.created_at)
        return insert_user(services, tx, draft)


def register_user(
    services: Services, *, actor: Principal | None, tenant_id: TenantId, new: NewUser, role: Role = Role.AGENT
) -> Login:
    """Register somebody in an existing tenant: only its admins and owners may, and none gives a role above their own.

    Raises Forbidden for everybody else, whether the tenant exists or not; Conflict if the e-mail address is registered.
    """
    if actor is None or actor.tenant_id != tenant_id or not actor.has_at_least(Role.ADMIN):
        raise Forbidden("Only an admin of this very tenant may register somebody in it.")
    actor.require(role)
    draft = draft_user(services, new, tenant_id, role)
    with services.transaction(tenant_id) as tx:
        return insert_user(services, tx, draft)


def log_in(services: Services, *, email: str, password: str) -> Login | Challenge:
    """Open a login session, or ask for the second factor.

    The same refusal, after the same work, for an unknown address and a wrong password. Counted as a failure before the
    password is looked at, so that a burst gets no more tries than one after the other. Several transactions: a
    password takes long to check, and no connection should wait for that. Raises Unauthenticated, RateLimited.
    """
    now, address = services.clock.now(), services.deed.address if services.deed else None
    with services.transaction() as tx:
        known = store.find_login(tx.session, email, place=place_of(address), seen_since=now - PLACE_KNOWN_FOR)
        is_known_place = known is not None and known.is_known_place
        counts = login_throttles(email, address, is_known_place=is_known_place)
        count_try(tx, counts, now)
    if not _fits(services, known, password, counts) or known is None or not known.is_active:
        _note_refusal(services, known)
        raise Unauthenticated(WRONG_LOGIN)
    renewed = services.passwords.hash(password) if services.passwords.is_outdated(known.password_hash) else None
    with services.transaction(known.tenant_id) as tx:
        (throttles.clear if is_known_place else throttles.take_back)(tx.session, counts)
        login = _let_in(services, tx, known, renewed)
    if login is None:
        raise Unauthenticated(WRONG_LOGIN)
    return login


def change_password(services: Services, *, actor: Principal, current: str, new: str) -> None:
    """Change one's own password; every other session of this user ends. Raises Invalid if the current one is wrong."""
    stored = check_own_password(services, actor=actor, password=current, field="current_password")
    with services.transaction(actor.tenant_id) as tx:
        user = _load(tx, actor.user_id)
    check_password(new, email=user.email, field="new_password")
    fresh_hash = services.passwords.hash(new)
    with services.transaction(actor.tenant_id) as tx:
        if not store.set_password(tx.session, actor.user_id, password_hash=fresh_hash, expected=stored):
            raise Conflict("The password has been changed from elsewhere at this moment.")
        end_access(tx, actor.user_id, reason="password changed", at=services.clock.now(), spared=UUID(actor.session_id))


def load_principal(services: Services, *, tenant_id: TenantId, user_id: UserId, session_id: UUID) -> Principal:
    """Who is behind an open session, with today's role. Raises Unauthenticated once session or user are ended.

    An admin who has to have a second factor and has none yet may do what an agent may, until they have.
    """
    with services.transaction(tenant_id) as tx:
        found = login_sessions.find_session_user(tx.session, session_id, user_id=user_id, at=services.clock.now())
    if found is None:
        raise Unauthenticated(SESSION_OVER)
    role = Role.AGENT if found.lacks_second_factor else Role(found.view.role)
    return Principal(
        tenant_id, user_id, role, str(session_id), found.agent_id, lacks_second_factor=found.lacks_second_factor
    )


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
            end_access(tx, user_id, reason="user deactivated", at=services.clock.now())
        return _load(tx, user_id)


def _load(tx: Transaction, user_id: UserId) -> UserView:
    user = store.find_user(tx.session, user_id)
    if user is None:
        raise NotFound("There is no user with this id.")
    return user


def draft_user(services: Services, new: NewUser, tenant_id: TenantId, role: Role) -> store.UserDraft:
    """A user to be inserted. Raises Invalid for a password that will not do or a phone number that is none."""
    phone = None
    if new.phone is not None:
        parsed = parse_caller_id(new.phone)
        if not isinstance(parsed, PhoneNumber):
            raise Invalid.field("phone", parsed.message)
        phone = parsed.e164
    check_password(new.password, email=new.email)
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


def insert_user(services: Services, tx: Transaction, draft: store.UserDraft) -> Login:
    """Insert a user and open their first session. Raises Conflict if the e-mail address is registered anywhere."""
    user = store.insert_user(tx.session, draft)
    if user is None:
        raise Conflict("This e-mail address is registered already.")
    return open_session(services, tx, user)


def _let_in(services: Services, tx: Transaction, known: KnownLogin, renewed: str | None) -> Login | Challenge | None:
    """What comes after the right password; None if it was changed, or the user deactivated, at this moment."""
    if not store.lock_login(tx.session, known.user_id, password_hash=known.password_hash):
        return None
    if renewed is not None:
        store.set_password(tx.session, known.user_id, password_hash=renewed)
    if known.has_second_factor:
        return begin_challenge(services, tx, tenant_id=known.tenant_id, user_id=known.user_id)
    now = services.clock.now()
    user = store.record_login(tx.session, known.user_id, at=now)
    if user is None:
        return None
    audit_log.record(
        tx.session, tenant_id=user.tenant_id, at=now, action="login.succeeded", object_type="user", object_id=user.id,
        actor_id=user.id,
    )  # fmt: skip
    return open_session(services, tx, user)


def _fits(services: Services, known: KnownLogin | None, password: str, counts: tuple[Throttle, ...]) -> bool:
    """One hash is computed, whoever asks. Whoever got no turn for it has not failed."""
    stored = known.password_hash if known else _decoy_hash(services.passwords)  # type: ignore[arg-type]
    try:
        return services.passwords.verify(stored, password)
    except RateLimited:
        with services.transaction() as tx:
            throttles.take_back(tx.session, counts)
        raise


def _note_refusal(services: Services, known: KnownLogin | None) -> None:
    """The same statements whether or not there is such a user: for a tenant that does not exist nothing is written."""
    tenant_id = known.tenant_id if known else TenantId(new_id())
    user_id = known.user_id if known else UserId(new_id())
    log.info("login_refused", is_known=known is not None)
    with services.transaction(tenant_id) as tx:
        audit_log.record(
            tx.session, tenant_id=tenant_id, at=services.clock.now(), action="login.refused", object_type="user",
            object_id=user_id,
        )  # fmt: skip


@lru_cache(maxsize=4)
def _decoy_hash(passwords: PasswordHasher) -> str:
    """A hash that fits no password, with the hasher's own cost, for addresses that nobody registered."""
    return passwords.hash(str(new_id()))
