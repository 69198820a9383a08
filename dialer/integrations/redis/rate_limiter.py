"""Counting requests per key and window in Redis, for all web processes together."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from dialer.domain.errors import Unavailable
from dialer.domain.rate_limits import Standing

_SCRIPT = (Path(__file__).parent / "lua" / "count_in_window.lua").read_text()


class RedisRateLimiter:
    """A fixed window per key that begins with the key's first request. A flushed Redis forgives everybody."""

    def __init__(self, redis: Redis, *, prefix: str = "rate:"):
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)
        self._prefix = prefix

    def count(self, key: str, *, limit: int, window_seconds: int) -> Standing:
        """Count one more and tell how the key stands. Raises Unavailable if Redis is down."""
        return self._standing(key, limit, window_seconds, add="1")

    def peek(self, key: str, *, limit: int, window_seconds: int) -> Standing:
        """Tell how the key stands without counting. Raises Unavailable if Redis is down."""
        return self._standing(key, limit, window_seconds, add="0")

    def forget(self, key: str) -> None:
        """Start the key anew. Raises Unavailable if Redis is down."""
        with _translated():
            self._redis.delete(self._prefix + key)

    def _standing(self, key: str, limit: int, window_seconds: int, *, add: str) -> Standing:
        with _translated():
            answer = self._script(keys=[self._prefix + key], args=[window_seconds * 1000, add])
        counted, left = cast("list[int]", answer)
        return Standing(limit, counted, left / 1000)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Redis cannot be reached.") from error
