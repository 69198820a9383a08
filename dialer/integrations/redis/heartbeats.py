"""Signs of life of workers and schedulers, and the length of the task queues."""

from collections.abc import Mapping
from typing import Literal, cast

from redis import Redis
from redis.exceptions import RedisError

from dialer.domain.errors import Unavailable

Kind = Literal["worker", "scheduler"]
LIFETIME_SECONDS = 15
QUEUES = ("dialing", "calls", "imports", "integrations", "analysis")
# The broker keeps what may wait for others in a list of its own, named so by kombu.
_PRIORITIES = ("", "\x06\x163", "\x06\x166", "\x06\x169")


class RedisHeartbeats:
    """Workers and schedulers call `beat` every few seconds; whoever is silent for 15 s counts as gone."""

    def __init__(self, redis: Redis):
        self._redis = redis

    def beat(self, kind: Kind, name: str, *, processes: int = 1) -> None:
        """Say that this process is alive, and how many work for it. Never raises: a missed beat is not worth a failed
        task."""
        try:
            self._redis.set(f"heartbeat:{kind}:{name}", str(processes), ex=LIFETIME_SECONDS)
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

    def count_processes(self, kind: Kind) -> int:
        """How many processes work for the living. Raises Unavailable if Redis is down."""
        names = self.seen(kind)
        try:
            counts = self._redis.mget([f"heartbeat:{kind}:{name}" for name in names]) if names else []
        except RedisError as error:
            raise Unavailable("Redis cannot be reached.") from error
        return sum(int(count) for count in cast("list[bytes | None]", counts) if count is not None)

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
                    for priority in _PRIORITIES:
                        pipeline.llen(queue + priority)
                lengths = iter(pipeline.execute())
                return {queue: sum(next(lengths) for _ in _PRIORITIES) for queue in QUEUES}
        except RedisError:
            return {}
