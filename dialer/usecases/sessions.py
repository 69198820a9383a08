"""Login sessions: opened, renewed, shown and ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from dialer.domain.errors import NotFound, Unauthenticated
from dialer.domain.ids import TenantId, UserId
from dialer.domain.login_throttles import PLACE_KNOWN_FOR, place_of
from dialer.domain.principals import Principal, Role
from dialer.store import audit_log, login_throttles, single_use_tokens, users
from dialer.store import login_sessions as store
from dialer.store.login_sessions import RefreshState
from dialer.store.login_sessions import SessionView as SessionView
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.store.users import UserView
from dialer.usecases.services import Services

log = structlog.get_logger("access")

# How long a login lasts without being used; each refresh begins it anew.
SESSION_LIFETIME = timedelta(days=14)
# An answer may get lost, and two tabs may refresh at once: for so long the token before gives the same one again.
REFRESH_GRACE = timedelta(seconds=10)
# Ended sessions are shown to nobody, and are kept a while for whoever looks into an incident.
_KEPT_FOR = timedelta(days=30)

SESSION_OVER = "The session has ended. Log in again."


@dataclass(frozen=True)
class Login:
    """A login session, just opened or renewed."""

    user: UserView
    session_id: UUID
    refresh_token_id: UUID


@dataclass(frozen=True)
class Challenge:
    """The password was right; a code of the authenticator app is still wanted."""

    token: str
    expires_in_seconds: int


def open_session(services: Services, tx: Transaction, user: UserView) -> Login:
    """Open a session, within the transaction that let the user in; the network they came from is known from now on."""
    now, deed = services.clock.now(), services.deed
    login = Login(user, session_id=new_id(), refresh_token_id=new_id())
    store.insert_session(
        tx.session,
        store.SessionDraft(
            id=login.session_id,
            tenant_id=user.tenant_id,
            user_id=user.id,
            refresh_token_id=login.refresh_token_id,
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
            address=deed.address if deed else None,
            user_agent=deed.user_agent if deed else None,
        ),
    )
    if deed is not None and deed.address is not None:
        store.remember_place(tx.session, user.id, tenant_id=user.tenant_id, place=place_of(deed.address), at=now)
    return login


def renew_login(
    services: Services, *, tenant_id: TenantId, user_id: UserId, session_id: UUID, refresh_token_id: UUID
) -> Login:
    """Exchange a refresh token for the next one.

    The token before the present one gives the present one again for `REFRESH_GRACE`: its answer may have been lost. Any
    other that was exchanged before has been copied by somebody: the whole session ends, and all its holders have to
    log in again.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        found = store.find_session_user(tx.session, session_id, user_id=user_id, at=now)
        state = store.lock_refresh_state(tx.session, session_id) if found else None
        good = None if state is None else _next_token(tx, state, session_id, refresh_token_id, now)
        if state is not None and good is None:
            _end_reused(tx, tenant_id, user_id, session_id, now)
    # Raised outside, since an exception would roll the end of the session back.
    if found is None or good is None:
        raise Unauthenticated(SESSION_OVER)
    return Login(found.view, session_id, good)


def log_out(services: Services, *, actor: Principal) -> None:
    """End the login session of this request: its tokens, access and refresh, are refused from now on."""
    session_id = UUID(actor.session_id)
    with services.transaction(actor.tenant_id) as tx:
        if store.end_session(tx.session, session_id, reason="logged out", at=services.clock.now()):
            _note(services, tx, actor, "session.ended", session_id, "logged out")


def list_own_sessions(services: Services, *, actor: Principal) -> tuple[SessionView, ...]:
    """One's own open sessions, the last used first."""
    with services.transaction(actor.tenant_id) as tx:
        return store.list_sessions(tx.session, actor.user_id, at=services.clock.now())


def revoke_own_session(services: Services, *, actor: Principal, session_id: UUID) -> None:
    """End one of one's own sessions. Raises NotFound for one that is not open, or somebody else's."""
    with services.transaction(actor.tenant_id) as tx:
        if not store.end_session(
            tx.session, session_id, reason="revoked", at=services.clock.now(), user_id=actor.user_id
        ):
            raise NotFound("There is no open session with this id.")
        _note(services, tx, actor, "session.ended", session_id, "revoked")


def revoke_other_sessions(services: Services, *, actor: Principal) -> int:
    """End all of one's own sessions but this one; return how many."""
    with services.transaction(actor.tenant_id) as tx:
        ended = store.end_sessions_of(
            tx.session, actor.user_id, reason="revoked", at=services.clock.now(), spared=UUID(actor.session_id)
        )
        if ended:
            _note(services, tx, actor, "session.ended", None, "revoked", ended)
    return ended


def list_sessions_of(services: Services, *, actor: Principal, user_id: UserId) -> tuple[SessionView, ...]:
    """A colleague's open sessions, for admins. Raises NotFound."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if users.find_user(tx.session, user_id) is None:
            raise NotFound("There is no user with this id.")
        return store.list_sessions(tx.session, user_id, at=services.clock.now())


def revoke_sessions_of(services: Services, *, actor: Principal, user_id: UserId) -> int:
    """End every session of a colleague not above oneself; return how many. Raises NotFound, Forbidden."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        user = users.find_user(tx.session, user_id)
        if user is None:
            raise NotFound("There is no user with this id.")
        actor.require(Role(user.role))
        users.lock_user(tx.session, user_id)
        ended = end_access(tx, user_id, reason="revoked by an admin", at=services.clock.now())
        _note(services, tx, actor, "session.ended", None, "revoked by an admin", ended, of=user_id)
    return ended


def end_access(tx: Transaction, user_id: UserId, *, reason: str, at: datetime, spared: UUID | None = None) -> int:
    """End a user's sessions but the one that is spared, and logins and resets that are half done; return how many."""
    single_use_tokens.withdraw_tokens(tx.session, user_id, "second_factor", at=at)
    single_use_tokens.withdraw_tokens(tx.session, user_id, "password_reset", at=at)
    return store.end_sessions_of(tx.session, user_id, reason=reason, at=at, spared=spared)


def roles_of_sessions(services: Services, *, tenant_id: TenantId, session_ids: Collection[UUID]) -> dict[UUID, Role]:
    """Those of these sessions that are open, each with what its user may do today."""
    with services.transaction(tenant_id) as tx:
        roles = store.list_session_roles(tx.session, session_ids, at=services.clock.now())
    return {session_id: Role(role) for session_id, role in roles.items()}


def sweep_access(services: Services) -> int:
    """Delete sessions, tokens, places and failures that are over; return how many rows. Safe to run twice."""
    now = services.clock.now()
    with services.transaction() as tx:
        gone = store.forget_past_access(tx.session, before=now - _KEPT_FOR, places_before=now - PLACE_KNOWN_FOR)
        return gone + login_throttles.forget_old_failures(tx.session, at=now)


def _next_token(tx: Transaction, state: RefreshState, session_id: UUID, offered: UUID, now: datetime) -> UUID | None:
    """The refresh token that follows the one that is offered; None if that one is long gone."""
    if offered == state.current:
        fresh = new_id()
        store.rotate_refresh_token(tx.session, session_id, fresh=fresh, at=now, expires_at=now + SESSION_LIFETIME)
        return fresh
    is_recent = state.rotated_at is not None and now - state.rotated_at <= REFRESH_GRACE
    return state.current if offered == state.previous and is_recent else None


def _end_reused(tx: Transaction, tenant_id: TenantId, user_id: UserId, session_id: UUID, now: datetime) -> None:
    log.warning("refresh_token_reused", tenant_id=tenant_id, user_id=user_id, session_id=session_id)
    store.end_session(tx.session, session_id, reason="refresh token reused", at=now)
    audit_log.record(
        tx.session, tenant_id=tenant_id, at=now, action="session.ended", object_type="session", object_id=session_id,
        actor_id=user_id, changes={"reason": {"after": "refresh token reused"}},
    )  # fmt: skip


def _note(
    services: Services,
    tx: Transaction,
    actor: Principal,
    action: str,
    session_id: UUID | None,
    reason: str,
    count: int = 1,
    *,
    of: UserId | None = None,
) -> None:
    audit_log.record(
        tx.session,
        tenant_id=actor.tenant_id,
        at=services.clock.now(),
        actor_id=actor.user_id,
        action=action,
        object_type="session" if session_id else "user",
        object_id=session_id or of or actor.user_id,
        changes={"reason": {"after": reason}, "sessions": {"after": count}},
    )
