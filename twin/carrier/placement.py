"""Owns the account's outbound queue: first in, first out, released at the account's calls per second."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from twin.carrier.calls import Call
from twin.errors import TwilioError

_DAY_SECONDS = 86_400
_LATENESS_SECONDS = 0.1


class PlacementQueue:
    """Twilio accepts more calls than it dials; the surplus waits here, at most a day's worth.

    The rate is of real seconds: the time factor speeds people up, not the account's allowance.
    """

    def __init__(self, calls_per_second: float) -> None:
        self.calls_per_second = calls_per_second
        self.max_waiting: int | None = None  # set by a door; otherwise 24 hours' worth
        self._waiting: deque[tuple[Call, Callable[[Call], None]]] = deque()
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def check_room(self) -> None:
        """Raise 22005 when more than 24 hours of calls wait already."""
        limit = self.max_waiting if self.max_waiting is not None else int(_DAY_SECONDS * self.calls_per_second)
        if len(self._waiting) >= limit:
            raise TwilioError(22005)

    def enter(self, call: Call, release: Callable[[Call], None]) -> None:
        """Queue a call; `release` is called when its turn comes. Tells the call how long it is expected to wait."""
        now = asyncio.get_running_loop().time()
        wait = max(0.0, self._next_at - now) + len(self._waiting) / self.calls_per_second
        call.queue_time_ms = round(wait * 1000)
        self._waiting.append((call, release))
        self._schedule()

    def set_rate(self, calls_per_second: float) -> None:
        self.calls_per_second = calls_per_second
        now = asyncio.get_running_loop().time()
        self._next_at = min(self._next_at, now + 1.0 / calls_per_second)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._schedule()

    def clear(self) -> None:
        self._waiting.clear()

    def _schedule(self) -> None:
        if self._timer is None and self._waiting:
            loop = asyncio.get_running_loop()
            # Always through the loop, never at once: the reply to the create request says `queued`.
            self._timer = loop.call_at(max(loop.time(), self._next_at), self._release)

    def _release(self) -> None:
        self._timer = None
        while self._waiting:
            call, release = self._waiting.popleft()
            if call.is_over:
                continue
            now = asyncio.get_running_loop().time()
            # Counting from when the slot was due keeps the average right although timers fire a little late; an
            # allowance left unused for longer is lost, so that idleness does not save up a burst.
            self._next_at = max(self._next_at, now - _LATENESS_SECONDS) + 1.0 / self.calls_per_second
            release(call)
            break
        self._schedule()
