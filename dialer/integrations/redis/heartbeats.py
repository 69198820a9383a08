"""Signs of life of workers and schedulers, and the length of the task queues."""

from collections.abc import Mapping
from typing import Literal

from redis import Redis
from redis.exceptions import RedisError

from dialer.domain.errors import Unavailable

Kind = Literal["worker", "scheduler"]
LIFETIME_SECONDS = 15
QUEUES = ("dialing", "calls", "imports", "integrations", "analysis")


class RedisHeartbeats:
    """Workers and schedulers call `beat` every few seconds; whoever is silent for 15 s counts as gone."""

    def __init__(self, redis: Redis):
        self._redis = redis

    def beat(self, kind: Kind, name: str) -> None:
        """Say that this process is alive. Never raises: a missed beat is not worth a failed task."""
        try:
            self._redis.set(f"heartbeat:{kind}:{name}", "1", ex=LIFETIME_SECONDS)
        except RedisError:
            return

    def seen(self, kind: Kind) -> tuple[str, ...]:
        """The names of the living. Raises Unavailable if Redis is down."""
        prefix = f"heartbeat:{kind}:"
        try:
            found = [key.decode() for key in self._redis.scan_iter(match=f"{prefix}*", count=1000)]
        except RedisError as error:
            raise Unavailable("Redis cannot be reached.") from error
        return tuple(sorted(key.removeprefix(prefix) for key in found))

    def ping(self) -> None:
        """Raise Unavailable if Redis is down."""
        try:
            self._redis.ping()
        except RedisError as error:
            raise Unavailable("Redis cannot be reached.") from error


class RedisQueueLengths:
    """How many tasks wait in each queue. Callable, for the metrics page."""

    def __init__(self, redis: Redis):
        self._redis = redis

    def __call__(self) -> Mapping[str, int]:
        """Lengths by queue; empty if Redis is down."""
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for queue in QUEUES:
                    pipeline.llen(queue)
                return dict(zip(QUEUES, pipeline.execute(), strict=True))
        except RedisError:
            return {}
