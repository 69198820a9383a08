"""Authenticator apps: set up, asked for at the login, taken off."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.errors import Conflict, Invalid, NotFound, Unauthenticated
from dialer.domain.ids import TenantId, UserId
from dialer.domain.login_throttles import code_throttle
from dialer.domain.one_time_codes import (
    DIGITS,
    SECRET_BYTES,
    matching_step,
    otpauth_url,
    parse_secret,
    present_secret,
)
from dialer.domain.principals import Principal, Role
from dialer.store import audit_log, login_throttles, single_use_tokens, users
from dialer.store import second_factors as store
from dialer.store.schema.base import new_id
from dialer.store.second_factors import FactorStanding
from dialer.store.session import Transaction
from dialer.usecases.one_time_links import fresh_token, hash_of
from dialer.usecases.services import Services
from dialer.usecases.sessions import Challenge, Login, end_access, open_session
from dialer.usecases.throttling import check_own_password, count_try

CHALLENGE_LIFETIME = timedelta(minutes=5)
MAX_TRIES = 5
RECOVERY_CODES = 10
ISSUER = "Dialer"
_RECOVERY_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RECOVERY_LENGTH = 16
_WRONG_CODE = "The code is wrong, was used before, or the login took too long. Log in again."


@dataclass(frozen=True)
class Enrolment:
    """What goes into the authenticator app: by hand, or as a QR code."""

    secret: str
    otpauth_url: str


def begin_challenge(services: Services, tx: Transaction, *, tenant_id: TenantId, user_id: UserId) -> Challenge:
    """The password was right: give out what the second step has to be made with."""
    token, now = fresh_token(), services.clock.now()
    single_use_tokens.insert_token(
        tx.session, token_id=new_id(), tenant_id=tenant_id, user_id=user_id, purpose="second_factor",
        token_hash=hash_of(token), at=now, expires_at=now + CHALLENGE_LIFETIME,
    )  # fmt: skip
    return Challenge(token, int(CHALLENGE_LIFETIME.total_seconds()))


def finish_login(services: Services, *, challenge: str, code: str) -> Login:
    """Open the session, given a code of the app or a recovery code. Raises Unauthenticated, RateLimited.

    A challenge bears five codes, and wrong codes make the account's next second steps wait, whatever the challenge.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        found = single_use_tokens.find_token(tx.session, hash_of(challenge), "second_factor")
        if found is None:
            raise Unauthenticated(_WRONG_CODE)
        throttles = code_throttle(found.user_id)
        count_try(tx, throttles, now)
    with services.transaction(found.tenant_id) as tx:
        users.lock_user(tx.session, found.user_id)
        means = None
        if single_use_tokens.try_token(tx.session, found.token_id, at=now, max_tries=MAX_TRIES):
            means = _take_code(services, tx, found.user_id, code, now)
        login = _open(services, tx, found, means, now) if means else None
        if login is None:
            _note(services, tx, found.tenant_id, "login.refused", found.user_id, {"second_factor": {"after": "wrong"}})
        else:
            login_throttles.clear(tx.session, throttles)
    # Raised outside, since an exception would roll the counts back.
    if login is None:
        raise Unauthenticated(_WRONG_CODE)
    return login


def show_second_factor(services: Services, *, actor: Principal) -> FactorStanding:
    """How one stands with one's second factor."""
    with services.transaction(actor.tenant_id) as tx:
        return store.load_standing(tx.session, actor.user_id)


def enrol_second_factor(services: Services, *, actor: Principal, password: str) -> Enrolment:
    """Begin to set up an authenticator app; nothing changes until it is confirmed. Raises Conflict if there is one."""
    check_own_password(services, actor=actor, password=password, field="password")
    secret = secrets.token_bytes(SECRET_BYTES)
    with services.transaction(actor.tenant_id) as tx:
        user = users.find_user(tx.session, actor.user_id)
        sealed = services.secrets.seal(present_secret(secret))
        is_kept = store.enrol(
            tx.session, actor.user_id, tenant_id=actor.tenant_id, secret_encrypted=sealed, at=services.clock.now()
        )
    if not is_kept or user is None:
        raise Conflict("A second factor is set up already: disable it first.")
    return Enrolment(present_secret(secret), otpauth_url(secret, email=user.email, issuer=ISSUER))


def confirm_second_factor(services: Services, *, actor: Principal, code: str) -> tuple[str, ...]:
    """Switch the second factor on, given the first code of the app; return the recovery codes, shown only now.

    Raises Invalid for a wrong code, Conflict if no app waits to be confirmed. Every other session of the user ends.
    """
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        count_try(tx, code_throttle(actor.user_id), now)
        factor = store.find_factor(tx.session, actor.user_id)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("There is no second factor that waits to be confirmed.")
    step = matching_step(parse_secret(services.secrets.open(factor.secret_encrypted)), _plain(code), now)
    if step is None:
        raise Invalid.field("code", "is wrong: mind the clock of the device")
    codes = tuple(_fresh_recovery_code() for _ in range(RECOVERY_CODES))
    with services.transaction(actor.tenant_id) as tx:
        if not store.confirm(tx.session, actor.user_id, secret_encrypted=factor.secret_encrypted, step=step, at=now):
            raise Conflict("The second factor was changed from elsewhere at this moment.")
        hashes = [_hash_of_code(one) for one in codes]
        store.replace_recovery_codes(tx.session, actor.user_id, tenant_id=actor.tenant_id, code_hashes=hashes)
        login_throttles.clear(tx.session, code_throttle(actor.user_id))
    return codes


def disable_second_factor(services: Services, *, actor: Principal, password: str) -> None:
    """Take one's own second factor off. Raises Invalid for a wrong password, Conflict if there is none."""
    check_own_password(services, actor=actor, password=password, field="password")
    with services.transaction(actor.tenant_id) as tx:
        if not store.remove(tx.session, actor.user_id):
            raise Conflict("There is no second factor.")


def reset_second_factor(services: Services, *, actor: Principal, user_id: UserId) -> None:
    """Take a colleague's second factor off who has lost it; their sessions end. Nobody does so above themselves.

    Raises NotFound, Forbidden, Conflict if there is none.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        user = users.find_user(tx.session, user_id)
        if user is None:
            raise NotFound("There is no user with this id.")
        actor.require(Role(user.role))
        if user_id == actor.user_id:
            raise Conflict("Nobody resets their own: disable it with the password.")
        users.lock_user(tx.session, user_id)
        if not store.remove(tx.session, user_id):
            raise Conflict("This user has no second factor.")
        end_access(tx, user_id, reason="second factor reset", at=services.clock.now())


def show_requirement(services: Services, *, actor: Principal) -> bool:
    """Whether admins of the tenant need a second factor."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        return store.is_required_for_admins(tx.session, actor.tenant_id)


def require_second_factor(services: Services, *, actor: Principal, wanted: bool) -> bool:
    """Want second factors of the tenant's admins, or no longer. Raises Conflict if the actor has none to begin with."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if wanted and not store.load_standing(tx.session, actor.user_id).is_enabled:
            raise Conflict("Set up your own second factor first, or this would shut you out.")
        store.require_for_admins(tx.session, actor.tenant_id, wanted=wanted)
    return wanted


def _open(
    services: Services, tx: Transaction, found: single_use_tokens.FoundToken, means: str, now: datetime
) -> Login | None:
    if not single_use_tokens.use_token(tx.session, found.token_id, at=now):
        return None
    user = users.record_login(tx.session, found.user_id, at=now)
    if user is None:
        return None
    _note(services, tx, user.tenant_id, "login.succeeded", user.id, {"second_factor": {"after": means}})
    return open_session(services, tx, user)


def _take_code(services: Services, tx: Transaction, user_id: UserId, code: str, now: datetime) -> str | None:
    """Use a code up; which kind it was, or None for one that is wrong or was used."""
    plain = _plain(code)
    if len(plain) == _RECOVERY_LENGTH:
        is_good = store.use_recovery_code(tx.session, user_id, _hash_of_code(plain), at=now)
        return "recovery code" if is_good else None
    factor = store.find_factor(tx.session, user_id)
    if factor is None or factor.confirmed_at is None or len(plain) != DIGITS:
        return None
    step = matching_step(parse_secret(services.secrets.open(factor.secret_encrypted)), plain, now)
    return "app" if step is not None and store.take_step(tx.session, user_id, step=step) else None


def _note(
    services: Services, tx: Transaction, tenant_id: TenantId, action: str, user_id: UserId, changes: dict[str, object]
) -> None:
    audit_log.record(
        tx.session, tenant_id=tenant_id, at=services.clock.now(), action=action, object_type="user",
        object_id=user_id, actor_id=user_id if action == "login.succeeded" else None, changes=changes,
    )  # fmt: skip


def _plain(code: str) -> str:
    return "".join(character for character in code.upper() if character.isalnum())


def _fresh_recovery_code() -> str:
    """80 bits, in fours, without characters that look alike."""
    plain = "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(_RECOVERY_LENGTH))
    return "-".join(plain[at : at + 4] for at in range(0, _RECOVERY_LENGTH, 4))


def _hash_of_code(code: str) -> bytes:
    return hashlib.sha256(_plain(code).encode()).digest()
