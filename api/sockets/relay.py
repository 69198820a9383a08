"""Events from other processes: one subscription to Redis for each web process.

The library's own loop waits up to a minute before it subscribes again after an outage, and tells nobody when it has.
"""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from socketio import RedisManager

from dialer.domain.live_rooms import CHANNEL

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0
_REDIS_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
}


class Relay(RedisManager):  # type: ignore[misc]
    """Hands events that any process emits to the clients of this one."""

    name = "dialer"

    def __init__(self, redis_url: str):
        super().__init__(redis_url, channel=CHANNEL, redis_options=dict(_REDIS_OPTIONS))
        self._subscribed = Event()
        self._closing = Event()

    def wait_until_subscribed(self, timeout_seconds: float) -> bool:
        """Wait until events arrive here: a client that joined earlier might miss one. False if Redis is away."""
        return self._subscribed.wait(timeout_seconds)

    def close(self) -> None:
        """End the subscription within a second or so."""
        self._closing.set()

    def _redis_listen_with_retries(self) -> Iterator[dict[str, Any]]:
        # Called by the library's listener thread. A connection of its own: emitting must not disturb it.
        while not self._closing.is_set():
            try:
                with Redis.from_url(self.redis_url, **_REDIS_OPTIONS) as redis, redis.pubsub() as pubsub:
                    pubsub.subscribe(self.channel)
                    yield from self._messages(pubsub)
            except (RedisError, OSError, ValueError) as error:
                log.warning("live_relay_interrupted", error=type(error).__name__)
            finally:
                self._subscribed.clear()
            if not self._closing.is_set():
                time.sleep(_RETRY_SECONDS)

    def _messages(self, pubsub: Any) -> Iterator[dict[str, Any]]:
        while not self._closing.is_set():
            message = pubsub.get_message(timeout=1.0)
            if message is None:
                continue
            if message["type"] == "subscribe":
                self._subscribed.set()
            yield message

    def _listen(self) -> Iterator[Any]:
        for message in self._redis_listen_with_retries():
            if message["type"] == "message":
                yield message["data"]
