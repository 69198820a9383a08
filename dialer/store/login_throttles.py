"""Counts of failed logins, in PostgreSQL: they outlive a flushed Redis, and a burst cannot slip between two counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.login_throttles import FORGET_AFTER, Throttle


@dataclass(frozen=True)
class Blocked:
    """One of the counts makes the caller wait."""

    until: datetime


# A block that is not over leaves the row alone, and then nothing is returned.
_COUNT = text("""
    insert into login_throttles as t (key, failures, last_failed_at) values (:key, 1, :at)
    on conflict (key) do update
        set failures = case when t.last_failed_at < :forget_before then 1 else t.failures + 1 end,
            last_failed_at = :at
        where t.blocked_until is null or t.blocked_until <= :at
    returning t.failures
""")
_BLOCK = text("update login_throttles set blocked_until = :until where key = :key")
_BLOCKED_UNTIL = text("select blocked_until from login_throttles where key = :key")
_TAKE_BACK = text("""
    update login_throttles set failures = greatest(failures - 1, 0), blocked_until = null where key = :key
""")
_CLEAR = text("delete from login_throttles where key = any(:keys)")
_FORGET = text("""
    delete from login_throttles
    where key in (select key from login_throttles where last_failed_at < :before limit 10000)
""")


def count_try(session: Session, throttles: Sequence[Throttle], *, at: datetime) -> Blocked | None:
    """Count a try as failed before it is made, so that of many at once not one is free; or tell that it must wait.

    On Blocked nothing may be committed. `take_back` undoes the count once the try has succeeded.
    """
    for throttle in throttles:
        failures = session.execute(
            _COUNT, {"key": throttle.key, "at": at, "forget_before": at - FORGET_AFTER}
        ).scalar_one_or_none()
        if failures is None:
            return Blocked(session.execute(_BLOCKED_UNTIL, {"key": throttle.key}).scalar_one())
        delay = throttle.wait_after(failures)
        if delay:
            session.execute(_BLOCK, {"key": throttle.key, "until": at + delay})
    return None


def take_back(session: Session, throttles: Sequence[Throttle]) -> None:
    """The try succeeded: it is no failure, and what it was made to wait for is over."""
    for throttle in throttles:
        session.execute(_TAKE_BACK, {"key": throttle.key})


def clear(session: Session, throttles: Sequence[Throttle]) -> None:
    """Forget these counts."""
    session.execute(_CLEAR, {"keys": [throttle.key for throttle in throttles]})


def forget_old_failures(session: Session, *, at: datetime) -> int:
    """Delete counts that have been forgotten; return how many."""
    return int(getattr(session.execute(_FORGET, {"before": at - FORGET_AFTER}), "rowcount", 0))
