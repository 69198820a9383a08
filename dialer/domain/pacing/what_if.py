"""What would be on a floor of other agents, hours or limits: the question, what simulated trials of it came to, and
what may be said of them. Simulating is `dialer.simulator`'s."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, pvariance
from typing import Any

from dialer.domain.pacing.learned import LearnedFloor

TENTH = NormalDist().inv_cdf(0.9)

Measure = Callable[["Tally"], tuple[float, float]]
"""What is counted, and by what it is to be divided."""


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """A floor to be simulated: so many agents, all working, for so many hours."""

    agents: int
    hours: float
    dial_mode: str
    pacing_ratio: float
    max_abandonment_rate: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One plan, on the people that a campaign's pacer has learned of.

    `pacer_state` is what that pacer had saved at `begins_at` on its clock; None: it begins with nothing.
    `max_lines` is the carrier's limit on calls in flight.
    """

    plan: FloorPlan
    learned: LearnedFloor
    ring_timeout_seconds: float
    max_wait_seconds: float
    max_lines: int
    pacer_state: Mapping[str, Any] | None = None
    begins_at: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts and agent seconds of one stretch of simulated time."""

    seconds: float
    placed: int
    connected: int
    abandoned: int
    busy_seconds: float
    logged_in_seconds: float


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How calls to one draw of the people end, as shares of all placed."""

    live: float
    machine: float
    busy: float
    no_answer: float
    failed: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One simulated stretch, in two equal halves, with people as they may be for all that is known of them."""

    outcomes: Outcomes
    halves: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class SimulatedFloor:
    """All trials of one plan. `agents` were simulated, fewer than planned where so many would have taken too long;
    the pacer was asked every `tick_seconds`."""

    trials: tuple[Trial, ...]
    measured_seconds: float
    tick_seconds: float
    agents: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What is to be expected, and the middle 80 % of what may come instead."""

    expected: float
    p10: float
    p50: float
    p90: float


def occupancy(tally: Tally) -> tuple[float, float]:
    """The share of their time that agents talk or write up."""
    return tally.busy_seconds, tally.logged_in_seconds


def abandonment_rate(tally: Tally) -> tuple[float, float]:
    """Abandoned, of all live answers that were connected or abandoned."""
    return tally.abandoned, tally.connected + tally.abandoned


def connects_per_agent_hour(tally: Tally) -> tuple[float, float]:
    """Conversations that one agent has in an hour."""
    return tally.connected * 3600.0, tally.logged_in_seconds


def calls_per_agent_hour(tally: Tally) -> tuple[float, float]:
    """Calls placed for one agent in an hour."""
    return tally.placed * 3600.0, tally.logged_in_seconds


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure over `hours` of a plan: expected, and what each trial says it may be."""

    expected: float
    values: tuple[float, ...]
    least_variance: float = 0.0
    """What the trials alone cannot tell: of something rare that none of them saw."""

    def times(self, factor: float) -> "Measured":
        """The same in another unit."""
        values = tuple(value * factor for value in self.values)
        return Measured(self.expected * factor, values, self.least_variance * factor * factor)

    def spread(self, *, most: float = math.inf) -> Spread:
        """The expected value and what may come instead, within 0 and `most`.

        Quantiles of the gamma distribution of that mean and variance, by the cube root that is nearly normal (Wilson
        and Hilferty, PNAS 17, 1931): bell-shaped where little varies, and skewed for what is rare, of which the values
        of a few trials would be mostly zeros.
        """
        variance = max(pvariance(self.values, self.expected), self.least_variance)
        if variance <= 0 or self.expected <= 0:
            return Spread(self.expected, self.expected, self.expected, self.expected)
        shape = self.expected**2 / variance
        low, middle, high = (
            min(most, self.expected * max(0.0, 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))) ** 3)
            for z in (-TENTH, 0.0, TENTH)
        )
        return Spread(self.expected, low, middle, high)


def measure_over(simulated: SimulatedFloor, measure: Measure, *, hours: float, is_rare: bool = False) -> Measured:
    """A measure as it will be over `hours`, from trials of another length.

    The expected value pools all trials. They differ for two reasons: people are not known exactly, which no length of
    time averages out, and luck, of which a longer shift has less. The two halves of each trial tell how much is luck
    (the variance components of a one-way layout: Searle, Casella and McCulloch, Variance Components, 1992, ch. 3). The
    trials are drawn together to the spread that `hours` will have, the uncertainty of their own mean added.

    With `is_rare` half an event more is counted in one chance more (Jeffreys' prior for a binomial share), so that
    "none was seen" does not become "there are none".
    """
    pairs = [[measure(half) for half in trial.halves] for trial in simulated.trials]
    total = math.fsum(below for pair in pairs for _, below in pair) + is_rare
    if total <= 0:
        return Measured(0.0, (0.0,) * len(pairs))
    expected = (math.fsum(above for pair in pairs for above, _ in pair) + 0.5 * is_rare) / total
    least = expected * (1 - expected) / total if is_rare else 0.0
    values = [_rate([sum(part) for part in zip(*pair, strict=True)], expected) for pair in pairs]
    between = pvariance(values)
    if between <= 0:
        return Measured(expected, (expected,) * len(values), least)
    luck = fmean(((_rate(first, expected) - _rate(second, expected)) / 2) ** 2 for first, second in pairs)
    luck = min(luck, between)
    of_that_length = luck * min(1.0, simulated.measured_seconds / (hours * 3600.0))
    wanted = (between - luck) + of_that_length + between / len(values)
    scale, middle = math.sqrt(wanted / between), fmean(values)
    return Measured(expected, tuple(expected + (value - middle) * scale for value in values), least)


def hours_to_finish(calls_per_hour: Measured, calls_needed: Sequence[float]) -> Spread | None:
    """How long so many calls take, trial by trial. None where no calls are placed."""
    rates = [rate for rate in calls_per_hour.values if rate > 0]
    if calls_per_hour.expected <= 0 or len(rates) < len(calls_per_hour.values):
        return None
    hours = tuple(needed / rate for needed, rate in zip(calls_needed, rates, strict=True))
    return Measured(fmean(calls_needed) / calls_per_hour.expected, hours).spread()


def calls_for_lead(attempts_left: int, retried_share: float) -> float:
    """Calls that one lead will take when a share of its calls is to be tried again: 1 + r + r² … , `attempts_left` of
    them. A lead whose attempts are used up takes none."""
    return sum(retried_share**attempt for attempt in range(attempts_left))


def _rate(counted: Sequence[float], otherwise: float) -> float:
    above, below = counted
    return above / below if below > 0 else otherwise
