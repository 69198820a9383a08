"""Password hashes by Argon2id, few at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from dialer.domain.errors import RateLimited

# A hash takes one core for 20 to 40 ms: whoever waited for so long would wait for many others besides.
MAX_WAIT_SECONDS = 8.0
# Each who waits occupies a thread that could answer the carrier.
MAX_WAITING = 48
_RETRY_AFTER_SECONDS = 5


class Argon2Passwords:
    """The PasswordHasher of the product.

    The default cost is that of the OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane. At most `at_once`
    hashes are computed at the same time in this process, so that a flood of logins takes 38 MiB and not all there is;
    whoever gets no turn in time, or finds too many waiting, is refused with RateLimited.
    """

    def __init__(
        self, *, time_cost: int = 2, memory_kibibytes: int = 19_456, parallelism: int = 1, at_once: int = 2,
        max_wait_seconds: float = MAX_WAIT_SECONDS,
        max_waiting: int = MAX_WAITING,
    ):  # fmt: skip
        self._hasher = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kibibytes, parallelism=parallelism)
        self._turns = threading.BoundedSemaphore(at_once)
        self._seats = threading.BoundedSemaphore(at_once + max_waiting)
        self._max_wait_seconds = max_wait_seconds

    def hash(self, password: str) -> str:
        """Hash a password for storage, with a salt of its own and the cost written beside it."""
        with self._turn():
            return self._hasher.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the password fits. A hash that is damaged fits nothing."""
        with self._turn():
            try:
                return self._hasher.verify(password_hash, password)
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made at another cost than this one's."""
        try:
            return self._hasher.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._seats.acquire(blocking=False):
            raise _too_many()
        try:
            if not self._turns.acquire(timeout=self._max_wait_seconds):
                raise _too_many()
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._seats.release()


def _too_many() -> RateLimited:
    return RateLimited(
        "Too many people are logging in at this moment.", details={"retry_after_seconds": _RETRY_AFTER_SECONDS}
    )
