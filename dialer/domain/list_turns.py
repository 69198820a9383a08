"""How the lists of a campaign take turns: in proportion to their weights, whatever their sizes.

Stride scheduling. Each list stands at a place on one line and moves on by `1 / weight` with each lead taken from it;
the list that stands furthest back is next. The place at which the last lead was taken is the present: a list that is
new, or was empty for a while, is moved up to it, so that nobody catches up on turns for which he had no leads.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialer.domain.ids import ListId

CALLBACKS = 0
"""The turn of promised callbacks: before all others."""
LAST_TURN = 6


@dataclass(frozen=True)
class ListTurn:
    """An active list that has leads ready, and where it stands: at `turns_taken`."""

    list_id: ListId
    weight: int
    turns_taken: float = 0.0
    has_callbacks: bool = False

    @property
    def stride(self) -> float:
        """How far one lead moves it."""
        return 1.0 / self.weight


@dataclass(frozen=True)
class Portion:
    """Up to `calls` leads of one list out of some of its turns, after the `passed_over` first, which others take."""

    list_id: ListId
    calls: int
    passed_over: int = 0
    first_turn: int = CALLBACKS
    last_turn: int = LAST_TURN


def line_up(lists: Sequence[ListTurn]) -> tuple[ListTurn, ...]:
    """The lists in the order of their turns, those that lag behind moved up to the present."""
    if not lists:
        return ()
    present = max(entry.turns_taken - entry.stride for entry in lists)
    moved = (replace(entry, turns_taken=max(entry.turns_taken, present)) for entry in lists)
    return tuple(sorted(moved, key=lambda entry: (entry.turns_taken, str(entry.list_id))))


def share_calls(lists: Sequence[ListTurn], calls: int) -> dict[ListId, int]:
    """How many of so many calls are each list's, if none runs dry. Lists with none are left out."""
    line = [(entry.turns_taken, place, entry) for place, entry in enumerate(line_up(lists))]
    shares: dict[ListId, int] = {}
    for _ in range(calls if line else 0):
        at, place, entry = line[0]
        shares[entry.list_id] = shares.get(entry.list_id, 0) + 1
        heapq.heapreplace(line, (at + entry.stride, place, entry))
    return shares


def divide_calls(lists: Sequence[ListTurn], calls: int) -> tuple[Portion, ...]:
    """What to take from which list, in order, until there are enough.

    Promised callbacks come first, whichever list they stand on; then each list's share; then, for what some lists
    could not fill, whatever else there is.
    """
    if len(lists) == 1:
        return (Portion(lists[0].list_id, calls),)
    line, after = line_up(lists), CALLBACKS + 1
    shares = share_calls(line, calls)
    promised = [Portion(entry.list_id, calls, last_turn=CALLBACKS) for entry in line if entry.has_callbacks]
    shared = [Portion(list_id, share, first_turn=after) for list_id, share in shares.items()]
    others = [
        Portion(entry.list_id, calls, passed_over=shares.get(entry.list_id, 0), first_turn=after) for entry in line
    ]
    return (*promised, *shared, *others)
