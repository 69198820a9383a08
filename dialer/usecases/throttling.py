"""Refusing whoever has failed too often."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from dialer.domain.errors import Invalid, RateLimited
from dialer.domain.login_throttles import Throttle, password_throttle
from dialer.domain.principals import Principal
from dialer.store import login_throttles as store
from dialer.store import users
from dialer.store.session import Transaction
from dialer.usecases.services import Services


def count_try(tx: Transaction, throttles: Sequence[Throttle], at: datetime) -> None:
    """Count a try as failed, before it is made. Raises RateLimited, and then the transaction must not commit."""
    blocked = store.count_try(tx.session, throttles, at=at)
    if blocked is not None:
        raise too_often(blocked.until - at)


def too_often(wait: timedelta) -> RateLimited:
    """The refusal, with the seconds after which to come back."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    return RateLimited("Too many failures. Wait before the next try.", details={"retry_after_seconds": seconds})


def check_own_password(services: Services, *, actor: Principal, password: str, field: str) -> str:
    """Check the password of whoever is logged in; return its stored hash. Raises Invalid, RateLimited.

    A stolen session is no way to guess at the password, hence the count.
    """
    throttles, at = password_throttle(actor.user_id), services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        count_try(tx, throttles, at)
        stored = users.load_password_hash(tx.session, actor.user_id)
    if not services.passwords.verify(stored, password):
        raise Invalid.field(field, "is wrong")
    with services.transaction(actor.tenant_id) as tx:
        store.clear(tx.session, throttles)
    return stored
