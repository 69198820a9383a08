"""Who is next, and how much of what all share: turns, processes that place calls, lines and starts of accounts.

Calls that are planned wait in lines, one for each tenant and carrier account. A line's next call is admitted when its
account may start one, a process is left for it, and every other line that could go has had its turn since.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

SLOW_SECONDS = 1.0
"""A carrier that takes longer to accept a call is in trouble."""
STUCK_SECONDS = 3.0
"""A place that is held for longer waits for such a carrier, too: a busy worker begins sooner."""
MAX_ADMISSIONS = 50
CATCH_UP_SECONDS = 0.05
"""By so much a start may come early, because the one before came late: else an account's rate were never reached."""
START_HORIZON_SECONDS = 2.0
"""Ticks plan no further ahead than the account may start calls within this time: twice what lies between two ticks."""
EXPIRY_HORIZON_SECONDS = 8.0
"""What tenants who share an account plan together is started within this time, before the first plan expires."""

Tenant = TypeVar("Tenant", bound=Hashable)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Line:
    """Planned calls of one tenant that wait to be started on one account.

    `served_at`: when one was admitted last, on any clock that only rises; 0 for a line that is new. `is_slow`: its
    carrier has been in trouble lately.
    """

    name: str
    account: str
    waiting: int
    served_at: float = 0.0
    is_slow: bool = False


@dataclass(frozen=True)
class Seat:
    """A call that was admitted and is not placed yet: it takes a process, or is about to."""

    line: str
    held_seconds: float


@dataclass(frozen=True)
class Starts:
    """When an account may start its next call, and how far apart its starts are. At most `CATCH_UP_SECONDS` ago."""

    wait_seconds: float
    spacing_seconds: float


@dataclass(frozen=True)
class Shares:
    """How many processes may place calls at a time: all lines together, one line beside others, slow ones together."""

    total: int
    beside_others: int
    slow: int


@dataclass(frozen=True)
class Turns:
    """Lines in the order in which each may have one call admitted now; one may come several times.

    `wait_seconds` until the next could be, None if nothing waits for an account's rate alone. `lacks_seats`: something
    waits for a process.
    """

    lines: tuple[str, ...]
    wait_seconds: float | None
    lacks_seats: bool


def share_processes(processes: int) -> Shares:
    """Divide the workers' processes. One is left to the ticks, unless there are only two.

    A line has all of them while nobody else has anything to place. Beside others it leaves one to them, so that a
    carrier that hangs stops its own tenant only.
    """
    total = processes - 1 if processes > 2 else max(1, processes)
    return Shares(total=total, beside_others=max(1, total - 1), slow=max(1, processes // 2))


def choose_turns(lines: Sequence[Line], seats: Sequence[Seat], starts: Mapping[str, Starts], shares: Shares) -> Turns:
    """Decide whose calls are admitted now: of all that could go, always the line that was served longest ago."""
    floor = _Floor(lines, seats, starts, shares)
    chosen: list[str] = []
    while len(chosen) < MAX_ADMISSIONS and (line := floor.next_line()) is not None:
        floor.admit(line)
        chosen.append(line.name)
    return Turns(tuple(chosen), floor.wait_seconds(), floor.lacks_seats())


class _Floor:
    """The lines while turns are given out."""

    def __init__(
        self, lines: Sequence[Line], seats: Sequence[Seat], starts: Mapping[str, Starts], shares: Shares
    ) -> None:
        self._lines = lines
        self._shares = shares
        self._waiting = {line.name: line.waiting for line in lines}
        self._seats = Counter(seat.line for seat in seats)
        self._slow = {line.name for line in lines if line.is_slow}
        self._slow |= {seat.line for seat in seats if seat.held_seconds > STUCK_SECONDS}
        self._waits = {account: start.wait_seconds for account, start in starts.items()}
        self._spacings = {account: start.spacing_seconds for account, start in starts.items()}
        # Lines that were never served come first, in the order of their names; served ones as their times say.
        self._served = {line.name: (line.served_at, 0) for line in lines}
        self._present = {name for name, waiting in self._waiting.items() if waiting} | set(self._seats)
        self._last = max((line.served_at for line in lines), default=0.0)

    def next_line(self) -> Line | None:
        ready = [line for line in self._lines if self._waits[line.account] <= 0 and self._may_have_seat(line)]
        return min(ready, key=lambda line: (self._served[line.name], line.name), default=None)

    def admit(self, line: Line) -> None:
        self._waiting[line.name] -= 1
        self._seats[line.name] += 1
        self._waits[line.account] = max(self._waits[line.account], -CATCH_UP_SECONDS) + self._spacings[line.account]
        self._served[line.name] = (self._last, sum(self._seats.values()))

    def wait_seconds(self) -> float | None:
        return min((self._waits[line.account] for line in self._lines if self._may_have_seat(line)), default=None)

    def lacks_seats(self) -> bool:
        return any(self._waiting[line.name] and not self._may_have_seat(line) for line in self._lines)

    def _may_have_seat(self, line: Line) -> bool:
        if not self._waiting[line.name] or sum(self._seats.values()) >= self._shares.total:
            return False
        mine = self._seats[line.name]
        if line.name in self._slow:
            return mine == 0 and sum(self._seats[name] for name in self._slow) < self._shares.slow
        return mine < (self._shares.total if self._present <= {line.name} else self._shares.beside_others)


def start_room(calls_per_second: float, *, planned: int, planned_by_all: int | None = None, sharers: int = 1) -> int:
    """How many calls more a tenant may plan on an account: as many as will be started soon, and none that would expire.

    `planned`: those of the tenant that wait already. `planned_by_all` and `sharers`: for an account of several tenants,
    each of whom plans for its part of the rate.
    """
    own = max(1, int(calls_per_second * START_HORIZON_SECONDS / max(1, sharers))) - planned
    if planned_by_all is None:
        return max(0, own)
    return max(0, min(own, max(1, int(calls_per_second * EXPIRY_HORIZON_SECONDS)) - planned_by_all))


def line_room(max_lines: int, *, lines: int, lines_of_all: int | None = None, sharers: int = 1) -> int:
    """How many lines more a tenant may take of an account's.

    Of an account of several tenants each may take its equal part whatever the others do, and more only while a tenth
    of the lines is free: a line that is taken stays so for minutes, and nobody who begins may find all of them gone.
    """
    if lines_of_all is None:
        return max(0, max_lines - lines)
    free = max_lines - lines_of_all
    if sharers <= 1:
        return max(0, free)
    part = max(1, max_lines // sharers)
    kept_for_others = max(sharers - 1, max_lines // 10)
    return max(0, min(free, max(part - lines, free - kept_for_others)))


def in_turn(pairs: Iterable[tuple[Tenant, Item]]) -> list[tuple[Tenant, Item]]:
    """The first of each tenant, then the second of each, and so on; tenants in the order of their first."""
    by_tenant: dict[Tenant, list[tuple[Tenant, Item]]] = {}
    for pair in pairs:
        by_tenant.setdefault(pair[0], []).append(pair)
    return [pair for turn in zip_longest(*by_tenant.values()) for pair in turn if pair is not None]
