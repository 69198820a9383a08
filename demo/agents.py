"""A simulated agent: a person who waits, takes calls, writes them up and now and then takes a break.

Knows no sockets and no threads: `hear` tells him what his console shows, `act` lets him do what is due. The seconds
that he takes are simulated ones; the clock he is given is real.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from demo.settings import Habits
from demo.troubles import Troubles

_TRY_AGAIN_SECONDS = 1.0
# What comes of conversations, out of a hundred.
CONCLUSIONS = {
    "not_interested": 45,
    "interested": 20,
    "sale": 12,
    "callback": 8,
    "wrong_number": 6,
    "do_not_call": 3,
    "other": 6,
}
NOTES = {"sale": "Took the family plan.", "callback": "Asked to be called later.", "interested": "Send the brochure."}


class Doing(StrEnum):
    """What a simulated agent is busy with."""

    ARRIVING = "arriving"
    WAITING = "waiting"
    TALKING = "talking"
    WRITING_UP = "writing up"
    ON_BREAK = "on a break"
    GONE = "gone"


@dataclass(frozen=True)
class Incoming:
    """The console shows a call."""

    call_id: str


@dataclass(frozen=True)
class Ended:
    """The console says that a call is over. `disposition` is the system's word; `has_wrap_up` whether time is given."""

    call_id: str
    disposition: str | None
    has_wrap_up: bool


@dataclass(frozen=True)
class Joined:
    """The console is connected, for the first time or again; `call_id` is the call in progress, if any."""

    call_id: str | None


Event = Incoming | Ended | Joined


class Console(Protocol):
    """The agent's screen and headset. Whatever fails raises an exception."""

    def declare(self, status: str) -> None:
        """Say what the agent is ready for."""

    def confirm(self, call_id: str) -> None:
        """Say that the call is on the screen."""

    def dial_next(self) -> bool:
        """Have the next lead on the screen called; whether there was one, and nothing spoke against it."""

    def hang_up(self, call_id: str) -> None:
        """End the call."""

    def conclude(self, call_id: str, disposition: str, *, notes: str | None, callback_at: datetime | None) -> None:
        """Write down what came of the call."""


class SimulatedAgent:
    """One person. Call `hear` and `act` from one thread. With `previews` he says himself whom to call, and when."""

    def __init__(
        self,
        console: Console,
        dice: random.Random,
        troubles: Troubles,
        *,
        seconds_per_second: float,
        habits: Habits | None = None,
        previews: bool = False,
    ):
        self.doing = Doing.ARRIVING
        self.call_id: str | None = None
        self.due_at: float | None = None
        self._console = console
        self._dice = dice
        self._troubles = troubles
        self._factor = seconds_per_second
        self._habits = habits or Habits()
        self._previews = previews
        self._talked_with_person = False

    def hear(self, event: Event, now: float) -> None:
        """Take in what the console shows."""
        if self.doing is Doing.GONE:
            return
        if isinstance(event, Incoming):
            self._take(event.call_id, now)
        elif isinstance(event, Ended):
            self._finish(event, now)
        elif event.call_id is not None:
            self._take(event.call_id, now)
        elif self.doing is Doing.TALKING and self.call_id is not None:
            # The call ended while the console was away.
            self._finish(Ended(self.call_id, None, has_wrap_up=True), now)
        elif self.doing in (Doing.ARRIVING, Doing.WAITING):
            self._become_available(now)

    def act(self, now: float) -> None:
        """Do what is due, if anything is."""
        if self.due_at is None or now < self.due_at:
            return
        self.due_at = None
        if self.doing is Doing.TALKING and self.call_id is not None:
            call_id = self.call_id
            self._attempt("hanging up", lambda: self._console.hang_up(call_id))
        elif self.doing is Doing.WRITING_UP:
            self._conclude()
            self._go_on(now)
        elif self.doing is Doing.WAITING and self._previews:
            self._dial_next(now)
        elif self.doing in (Doing.ON_BREAK, Doing.WAITING, Doing.ARRIVING):
            self._become_available(now)

    def finish_up(self, now: float) -> None:
        """Bring the conversation to an end: the shift is nearly over."""
        if self.doing is Doing.TALKING and self.due_at is None:
            self.due_at = now + self._real(self._habits.taking_leave)

    def leave(self) -> None:
        """Go home."""
        self.doing, self.due_at = Doing.GONE, None
        self._attempt("leaving", lambda: self._console.declare("offline"))

    def _take(self, call_id: str, now: float) -> None:
        self._attempt("confirming a call", lambda: self._console.confirm(call_id))
        if call_id == self.call_id and self.doing is Doing.TALKING:
            return
        if self.doing is Doing.TALKING:
            self._troubles.add("talking", "another call came before the end of the last was told")
        self.doing, self.call_id, self.due_at = Doing.TALKING, call_id, None
        if self._dice.random() < self._habits.hangs_up_first_share:
            self.due_at = now + self._real(self._habits.hangs_up_after)

    def _finish(self, ended: Ended, now: float) -> None:
        if self.doing is Doing.WAITING and self._previews:
            # The lead that he had called did not answer.
            self._wait(now)
        if self.doing is not Doing.TALKING or ended.call_id != self.call_id:
            return
        self._talked_with_person = ended.disposition == "answered"
        if ended.has_wrap_up:
            self.doing, self.due_at = Doing.WRITING_UP, now + self._real(self._habits.writing_up)
        else:
            # Taken from him at once, as with an answering machine: there is nothing to write.
            self._wait(now)

    def _conclude(self) -> None:
        call_id, self.call_id = self.call_id, None
        if call_id is None or not self._talked_with_person or self._dice.random() >= self._habits.concludes_share:
            return
        word = self._dice.choices(list(CONCLUSIONS), list(CONCLUSIONS.values()))[0]
        later = datetime.now(UTC) + timedelta(hours=2) if word == "callback" else None
        self._attempt(
            "writing up", lambda: self._console.conclude(call_id, word, notes=NOTES.get(word), callback_at=later)
        )

    def _go_on(self, now: float) -> None:
        if self._dice.random() < self._habits.break_share:
            self._attempt("taking a break", lambda: self._console.declare("break"))
            self.doing, self.due_at = Doing.ON_BREAK, now + self._real(self._habits.on_break)
        else:
            self._become_available(now)

    def _become_available(self, now: float) -> None:
        if self._attempt("becoming available", lambda: self._console.declare("available")):
            self._wait(now)
        else:
            self.due_at = now + _TRY_AGAIN_SECONDS

    def _wait(self, now: float) -> None:
        """For a call, or, where he says himself whom to call, for the time it takes to read what is known of a lead."""
        self.doing, self.call_id = Doing.WAITING, None
        self.due_at = now + self._real(self._habits.reading) if self._previews else None

    def _dial_next(self, now: float) -> None:
        try:
            is_on_its_way = self._console.dial_next()
        except Exception as problem:
            self._troubles.add("dialling", problem)
            is_on_its_way = False
        if not is_on_its_way:
            self._wait(now)

    def _real(self, simulated: tuple[float, float]) -> float:
        return self._dice.uniform(*simulated) / self._factor

    def _attempt(self, doing: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception as problem:
            self._troubles.add(doing, problem)
            return False
        return True
