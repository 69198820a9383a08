"""Where planned calls wait in Redis until they may be placed: each tenant's turn, each account's rate.

A line is named `account|tenant`, a place among the workers' processes `account|tenant|call`. What is decided is decided
by `domain.fair_shares`; the scripts look, and take what was chosen in one step.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from dialer.domain.fair_shares import (
    CATCH_UP_SECONDS,
    SLOW_SECONDS,
    Line,
    Seat,
    Starts,
    Turns,
    choose_turns,
    share_processes,
)
from dialer.domain.ids import CallId, TenantId
from dialer.ports import Admissions

_SCRIPTS = Path(__file__).parent / "lua"

WAITING_LIFE_SECONDS = 10.0
"""A planned call is not placed later than this."""
PLACE_LIFE_SECONDS = 12.0
"""Longer than the carrier is waited for; then whoever held the place has died, and nobody told."""
LOST_AFTER_SECONDS = 3.0
"""A call that is still planned so long after it was admitted may be admitted again: its message was lost."""
SLOW_MEMORY_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 0.25
"""While somebody waits for a place: its end is told, unless the process that held it is killed."""


class RedisCapacityGate:
    """The `CapacityGate` port. One Redis serves all workers, dispatchers and web processes together."""

    def __init__(self, redis: Redis, *, prefix: str = "gate:"):
        self._redis = redis
        self._prefix = prefix
        self._line_up, self._look, self._admit, self._leave = (
            redis.register_script((_SCRIPTS / f"{name}.lua").read_text())
            for name in ("line_up", "look_at_lines", "admit", "leave")
        )
        self._waiting, self._served, self._spacings, self._places, self._wanted, self._bell = (
            prefix + name for name in ("waiting", "served", "spacings", "places", "wanted", "bell")
        )

    def line_up(self, calls: Sequence[CallId], *, tenant_id: TenantId, account: str, calls_per_second: float) -> None:
        """See `CapacityGate.line_up`."""
        line = _line(account, tenant_id)
        keys = [f"{self._prefix}line:{line}", self._waiting, self._spacings, self._places, self._bell]
        spacing, lost = round(1_000_000 / calls_per_second), _microseconds(LOST_AFTER_SECONDS)
        try:
            self._line_up(keys=keys, args=[line, account, spacing, lost, *map(str, calls)])
        except RedisError:
            return

    def admit(self, *, processes: int) -> Admissions:
        """See `CapacityGate.admit`. With Redis away nobody is admitted: the gate must not leak."""
        try:
            turns = self._choose(processes)
            taken = self._take(turns)
        except RedisError:
            return Admissions((), LONGEST_WAIT_SECONDS)
        wait = LONGEST_WAIT_SECONDS if turns.wait_seconds is None else max(0.0, turns.wait_seconds)
        if turns.lacks_seats:
            wait = min(wait, LOOK_AGAIN_SECONDS)
        return Admissions(taken, min(wait, LONGEST_WAIT_SECONDS))

    def leave(self, call_id: CallId, *, tenant_id: TenantId, account: str, took_seconds: float) -> None:
        """See `CapacityGate.leave`."""
        line = _line(account, tenant_id)
        is_slow = int(took_seconds > SLOW_SECONDS)
        keys = [self._places, self._wanted, self._bell, f"{self._prefix}slow:{line}"]
        try:
            self._leave(keys=keys, args=[f"{line}|{call_id}", is_slow, round(SLOW_MEMORY_SECONDS * 1000)])
        except RedisError:
            return

    def vacate(self) -> None:
        """See `CapacityGate.vacate`."""
        try:
            if self._redis.delete(self._places):
                self._redis.rpush(self._bell, "1")
        except RedisError:
            return

    def wait(self, seconds: float) -> None:
        """See `CapacityGate.wait`."""
        try:
            if seconds > 0:
                # The server cannot wait for less than a millisecond; zero would be for ever.
                self._redis.blpop([self._bell], timeout=max(0.001, round(seconds, 3)))
        except RedisError:
            time.sleep(min(seconds, LOOK_AGAIN_SECONDS))

    def _choose(self, processes: int) -> Turns:
        keys = [self._waiting, self._served, self._spacings, self._places]
        lives = [_microseconds(WAITING_LIFE_SECONDS), _microseconds(PLACE_LIFE_SECONDS)]
        looked = cast("list[list[bytes | int]]", self._look(keys=keys, args=[self._prefix, *lives]))
        if not looked[0]:
            return Turns((), None, lacks_seats=False)
        lines, places, starts = (iter(part) for part in looked)
        return choose_turns(
            [
                Line(name, name.partition("|")[0], int(waiting), float(served_at), bool(int(is_slow)))
                for name, waiting, served_at, is_slow in zip(map(_text, lines), lines, lines, lines, strict=True)
            ],
            [
                Seat(place.rpartition("|")[0], float(held) / 1_000_000)
                for place, held in zip(map(_text, places), places, strict=True)
            ],
            {
                account: Starts(float(wait) / 1_000_000, float(spacing) / 1_000_000)
                for account, wait, spacing in zip(map(_text, starts), starts, starts, strict=True)
            },
            share_processes(processes),
        )

    def _take(self, turns: Turns) -> tuple[tuple[TenantId, CallId], ...]:
        if not turns.lines and not turns.lacks_seats:
            return ()
        keys = [self._waiting, self._served, self._spacings, self._places, self._wanted]
        arguments: list[str | int] = [self._prefix, _microseconds(CATCH_UP_SECONDS), int(turns.lacks_seats)]
        taken = iter(cast("list[bytes]", self._admit(keys=keys, args=[*arguments, *turns.lines])))
        return tuple(
            (TenantId(UUID(line.partition("|")[2])), CallId(UUID(_text(call_id))))
            for line, call_id in zip(map(_text, taken), taken, strict=True)
        )


def _line(account: str, tenant_id: TenantId) -> str:
    return f"{account}|{tenant_id}"


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _text(value: bytes | int) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
