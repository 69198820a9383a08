"""Metering call starts per carrier account in Redis, for all workers together."""

from pathlib import Path
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

_SCRIPT = (Path(__file__).parent / "lua" / "reserve_start.lua").read_text()


class RedisCapacityGate:
    """The `CapacityGate` port over one Lua script, so that checking and reserving are one step."""

    def __init__(self, redis: Redis, *, prefix: str = "gate:"):
        self._script = redis.register_script(_SCRIPT)
        self._prefix = prefix

    def reserve_start(self, account_sid: str, *, calls_per_second: float, max_wait_seconds: float) -> float | None:
        """See `CapacityGate.reserve_start`. With Redis away no start is given: the gate must not leak."""
        spacing, patience = round(1_000_000 / calls_per_second), round(max_wait_seconds * 1_000_000)
        try:
            wait = cast("int", self._script(keys=[self._prefix + account_sid], args=[spacing, patience]))
        except RedisError:
            return None
        return None if wait < 0 else wait / 1_000_000
