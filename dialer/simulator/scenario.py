"""One shift to be simulated: the floor, the people, and what changes on the way."""

from dataclasses import dataclass

from dialer.simulator.distributions import Distribution
from dialer.simulator.people import People


@dataclass(frozen=True)
class Change:
    """From `at` seconds on: other people to call, or other numbers of agents. None leaves it as it is.

    Agents above the new number stop taking calls: the idle at once, the others when their call and wrap-up are over.
    A new list is a change of people; lunch is fewer agents and later more.
    """

    at: float
    people: People | None = None
    agents: int | None = None


@dataclass(frozen=True)
class Breaks:
    """When agents pause: each asks for it after working for `every` and, once the call in hand is written up, is away
    for `lasts`. Time away is not logged in."""

    every: Distribution
    lasts: Distribution


@dataclass(frozen=True)
class Scenario:
    """A shift of `shift_seconds` with `agents` at its begin. The pacer is asked every `tick_seconds`.

    A placed call begins to ring at once. `max_lines` is the carrier's limit on calls in flight, talks included.
    """

    name: str
    agents: int
    people: People
    shift_seconds: float = 8 * 3600.0
    changes: tuple[Change, ...] = ()
    tick_seconds: float = 1.0
    max_wait_seconds: float = 2.0
    max_lines: int | None = None
    leads: int | None = None
    description: str = ""
    breaks: Breaks | None = None


def carrier_outage(people: People, *, begins_at: float, ends_at: float, failing: float = 1.0) -> tuple[Change, Change]:
    """The changes by which a share `failing` of the calls placed in between fails, each after `failed_time`; calls
    placed before go on."""
    return Change(begins_at, people=people.with_failing(failing)), Change(ends_at, people=people)
