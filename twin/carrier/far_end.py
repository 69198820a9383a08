"""Owns the person (or machine, or softphone) at the other end of a leg and when he hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from twin.clock import Clock
from twin.population import Behaviour


class FarEnd:
    """Talks while he has somebody to talk to, loses patience while he has not, then hangs up.

    A machine counts from the answer: it plays its greeting, records, and hangs up, whoever listens. A softphone
    (no talk time, no patience) stays until somebody else ends the call.
    """

    def __init__(self, behaviour: Behaviour, clock: Clock, hang_up: Callable[[], None]) -> None:
        self._clock = clock
        self._hang_up = hang_up
        self._patience = behaviour.patience_seconds
        self._talk_left = behaviour.talk_seconds
        self._is_person = behaviour.answered_by == "human"
        self._talking_since: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_talking(self) -> bool:
        return self._talking_since is not None

    def pick_up(self) -> None:
        self._set_timer(self._patience if self._is_person else self._talk_left)

    def start_talking(self) -> None:
        """Begin (or go on) talking: somebody is on the line."""
        if self._is_person and self._talking_since is None:
            self._talking_since = self._clock.seconds()
            self._set_timer(self._talk_left)

    def stop_talking(self) -> None:
        """Nobody is there any more: what was left to say waits, patience starts anew."""
        if self._is_person and self._talking_since is not None:
            if self._talk_left is not None:
                spent = self._clock.seconds() - self._talking_since
                self._talk_left = max(0.0, self._talk_left - spent)
            self._talking_since = None
            self._set_timer(self._patience)

    def leave(self) -> None:
        self._set_timer(None)

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = self._clock.after(seconds, self._hang_up)
