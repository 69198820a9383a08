"""Owns time: wall-clock instants for the outside world, and carrier seconds that may run faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """Turns carrier seconds (ringing, talking, pausing) into real ones.

    Instants stay real whatever the factor, so that a dialer comparing our timestamps with its own clock is not
    misled; only durations are multiplied.
    """

    def __init__(self, factor: float = 1.0) -> None:
        if factor <= 0:
            raise ValueError("the time factor must be positive")
        self.factor = factor

    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Carrier seconds since an arbitrary start; only differences mean something."""
        return asyncio.get_running_loop().time() * self.factor

    async def sleep(self, carrier_seconds: float) -> None:
        await asyncio.sleep(max(0.0, carrier_seconds) / self.factor)

    def after(self, carrier_seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(max(0.0, carrier_seconds) / self.factor, callback)


def rfc2822(instant: datetime | None) -> str | None:
    """Write an instant as Twilio does, e.g. `Tue, 31 Aug 2010 20:36:28 +0000`."""
    return None if instant is None else format_datetime(instant)
