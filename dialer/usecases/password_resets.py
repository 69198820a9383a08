"""A forgotten password: asked for by anybody, answered by mail to the owner of the address alone."""

from datetime import timedelta
from uuid import UUID

import structlog

from dialer.domain.errors import Invalid, MailRefused, Unavailable
from dialer.domain.login_throttles import (
    PLACE_KNOWN_FOR,
    account_throttle,
    code_throttle,
    place_of,
    reset_throttles,
    token_throttle,
)
from dialer.domain.passwords import check_password
from dialer.ports import Mail
from dialer.store import audit_log, login_sessions, single_use_tokens, users
from dialer.store import login_throttles as throttles
from dialer.store.schema.base import new_id
from dialer.store.single_use_tokens import FoundToken
from dialer.usecases.one_time_links import fresh_token, hash_of
from dialer.usecases.services import Services
from dialer.usecases.sessions import end_access
from dialer.usecases.throttling import count_try

log = structlog.get_logger("access")

TOKEN_LIFETIME = timedelta(hours=1)
SEND_RESET = "dialer.integrations.send_password_reset"
# A server that is away is asked again each minute, while the request is fresh.
RETRY_AFTER = timedelta(minutes=1)
_NO_GOOD = "is not valid, was used, or has expired: ask for another one"


def request_password_reset(services: Services, *, email: str) -> None:
    """Note that somebody wants a new password. The same for every address: whose it is, a worker finds out.

    Who asks again and again for one address gets no further mail for a while and is not told so. Raises RateLimited
    for a network that asks for very many.
    """
    now, address = services.clock.now(), services.deed.address if services.deed else None
    for_account, for_network = reset_throttles(email, address)
    request_id = new_id()
    with services.transaction() as tx:
        count_try(tx, (for_network,), now)
        is_too_often = throttles.count_try(tx.session, (for_account,), at=now) is not None
        if not is_too_often:
            single_use_tokens.insert_reset_request(tx.session, request_id, email=email, address=address, at=now)
        # Sent in either case, so that both take the same time; the worker finds nothing.
        tx.after_commit(services.queue.send, SEND_RESET, request_id=str(request_id))


def send_password_reset(services: Services, *, request_id: UUID) -> None:
    """Send the mail, if the address is somebody's. Safe to run twice: one of two workers takes the request.

    The token is made here and kept as a hash; a mail that could not be sent is tried again with another one.
    """
    now, token = services.clock.now(), fresh_token()
    with services.transaction() as tx:
        request = single_use_tokens.claim_reset_request(tx.session, request_id, at=now, next_try_at=now + RETRY_AFTER)
        if request is None:
            return
        known = users.find_login(tx.session, request.email, place="", seen_since=now - PLACE_KNOWN_FOR)
        if known is None or not known.is_active or now - request.requested_at > TOKEN_LIFETIME:
            single_use_tokens.delete_reset_request(tx.session, request_id)
            return
        tx.enter_tenant(known.tenant_id)
        user = users.find_user(tx.session, known.user_id)
        single_use_tokens.insert_token(
            tx.session, token_id=new_id(), tenant_id=known.tenant_id, user_id=known.user_id, purpose="password_reset",
            token_hash=hash_of(token), at=now, expires_at=now + TOKEN_LIFETIME,
        )  # fmt: skip
    if user is None:
        return
    try:
        # To the address as it is registered, not as somebody typed it.
        services.mailer.send(_mail(services.public_url, user.email, user.name, token))
    except Unavailable as trouble:
        log.warning("mail_not_sent", kind="password_reset", tries=request.tries, reason=trouble.message)
        return
    except MailRefused as refused:
        log.warning("mail_refused", kind="password_reset", reason=str(refused))
    with services.transaction() as tx:
        single_use_tokens.delete_reset_request(tx.session, request_id)


def confirm_password_reset(services: Services, *, token: str, new_password: str) -> None:
    """Set the password that goes with a link, once; every session of the user ends.

    Raises Invalid for a token that is no good, or a password that will not do: then the token stays good.
    """
    found = _find(services, token)
    now = services.clock.now()
    with services.transaction(found.tenant_id) as tx:
        user = users.find_user(tx.session, found.user_id)
        is_good = single_use_tokens.is_token_good(tx.session, found.token_id, at=now)
    if user is None or not user.is_active or not is_good:
        raise Invalid.field("token", _NO_GOOD)
    check_password(new_password, email=user.email, field="new_password")
    fresh_hash = services.passwords.hash(new_password)
    address = services.deed.address if services.deed else None
    with services.transaction(found.tenant_id) as tx:
        # The user's row first, as every other way of ending access: or two of them would wait for each other.
        users.set_password(tx.session, user.id, password_hash=fresh_hash)
        if not single_use_tokens.use_token(tx.session, found.token_id, at=now):
            raise Invalid.field("token", _NO_GOOD)
        end_access(tx, user.id, reason="password reset", at=now)
        # Whoever was kept out by somebody else's guessing gets in again, from here at once.
        throttles.clear(tx.session, (account_throttle(user.email), *code_throttle(user.id)))
        if address is not None:
            login_sessions.remember_place(
                tx.session, user.id, tenant_id=user.tenant_id, place=place_of(address), at=now
            )
        audit_log.record(
            tx.session, tenant_id=user.tenant_id, at=now, action="password.reset", object_type="user",
            object_id=user.id, actor_id=user.id,
        )  # fmt: skip


def _find(services: Services, token: str) -> FoundToken:
    with services.transaction() as tx:
        found = single_use_tokens.find_token(tx.session, hash_of(token), "password_reset")
        if found is None:
            address = services.deed.address if services.deed else None
            count_try(tx, token_throttle(address), services.clock.now())
    if found is None:
        raise Invalid.field("token", _NO_GOOD)
    return found


def _mail(public_url: str, email: str, name: str, token: str) -> Mail:
    return Mail(
        to=email,
        subject="A new password",
        text=(
            f"Hello {name or email},\n\n"
            "somebody, you we hope, asked for a new password for this address. Set it here within an hour:\n\n"
            f"{public_url}/console/#/reset-password?token={token}\n\n"
            f"If the page asks for the code, it is:\n\n{token}\n\n"
            "If it was not you, do nothing: your password stays as it is.\n"
        ),
    )
