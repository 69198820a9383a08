"""The coming ring time, moment by moment: how likely all agents are taken when the next answer comes.

Who occupies an agent at a later moment is a sum of independent yes-or-no: each busy agent is still busy or not, each
ringing call has been answered and still talks or not. Such a sum is Poisson-binomial: exact by convolution for small
floors; for large ones by a normal with its skewness (Volkova's refinement: Theory of Probability and its Applications
40, 1995).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dialer.domain.pacing.durations import SECONDS, Floats, cumulate
from dialer.domain.pacing.ringing import LONGEST_RING

MOMENTS = 16
SHORTEST_STEP, LONGEST_STEP = 1, 4
EXACT_UP_TO = 70
"""Busy agents and ringing calls together; above, the approximation is as good and far quicker."""


@dataclass(frozen=True)
class Curves:
    """What was learned, as hazards: `live` and `other` cumulated at each second of ring time (LONGEST_RING + 1 values),
    `talk` and `wrap_up` in ends per second by the bins of durations.EDGES."""

    live: Floats
    other: Floats
    talk: Floats
    wrap_up: Floats

    @property
    def live_chance(self) -> float:
        """That a call placed now is answered by a person."""
        return float((np.exp(-(self.live + self.other))[:-1] * np.diff(self.live)).sum())

    @property
    def step(self) -> int:
        """Seconds to a cell, so that MOMENTS cells span all but the last few answers of a call placed now."""
        left = np.exp(-(self.live + self.other))
        answered = np.cumsum(left[:-1] * np.diff(self.live))
        reach = int(np.searchsorted(answered, 0.98 * answered[-1])) + 2
        return min(max(-(-reach // MOMENTS), SHORTEST_STEP), LONGEST_STEP)


class Outlook:
    """Chances for the calls and agents of one floor. Rows are things, columns the MOMENTS."""

    def __init__(self, curves: Curves, *, live_tempo: float, talk_tempo: float, max_wait_seconds: float):
        self._curves = curves
        self._talk_tempo = talk_tempo
        self._talk, self._wrap_up = cumulate(curves.talk), cumulate(curves.wrap_up)
        self._step = step = curves.step
        self.span = step * MOMENTS
        wait = int(max_wait_seconds)
        cells = np.arange(MOMENTS)
        # An answer anywhere in a cell is judged at the cell's middle; it may wait a little for an agent.
        self._judged = cells * step + step // 2 + wait
        self._reach = int(self._judged[-1])
        finished_wrap_up = -np.expm1(self._wrap_up[0] - self._wrap_up[: self._reach + 1])
        lag = self._judged[None, :] - np.arange(1, self._reach + 1)[:, None]
        # A talk that ends within a second ends in its middle on average.
        wrapped = 0.5 * (finished_wrap_up + np.append(finished_wrap_up[1:], finished_wrap_up[-1]))
        self._wrapped_by = np.where(lag >= 0, wrapped[np.maximum(lag, 0)], 0.0)
        talk = -np.expm1(-talk_tempo * self._talk[: self._reach + 1])
        held = 1.0 - np.convolve(np.diff(talk, prepend=0.0), wrapped)[: self._reach + 1]
        self.answered, self.occupied = self._ringing(live_tempo, held)

    def _ringing(self, tempo: float, held: Floats) -> tuple[Floats, Floats]:
        """By second of ring time: the chance of a live answer in each cell, and of holding an agent at its judging."""
        live, other = self._curves.live * tempo, self._curves.other
        whole = np.concatenate((live + other, np.full(self.span, live[-1] + other[-1])))
        ahead = np.concatenate((live, np.full(self.span, live[-1])))
        ages = np.arange(LONGEST_RING)[:, None]
        second = np.arange(self.span)[None, :]
        begin = ages + second
        left = np.exp(whole[ages] - whole[begin])
        spent = whole[begin + 1] - whole[begin]
        share = np.where(spent > 1e-12, -np.expm1(-spent) / np.maximum(spent, 1e-12), 1.0)
        density = left * share * (ahead[begin + 1] - ahead[begin])
        answered = density.reshape(LONGEST_RING, MOMENTS, self._step).sum(axis=2)
        lag = self._judged[None, :] - np.arange(1, self.span + 1)[:, None]
        last = (np.arange(MOMENTS) * self._step + (self._step + 1) // 2)[None, :]
        counts = np.arange(1, self.span + 1)[:, None] <= last
        kernel = np.where(counts & (lag >= 0), held[np.clip(lag, 0, self._reach)], 0.0)
        occupied: Floats = density @ kernel
        return answered, occupied

    def talking(self, ages: Floats) -> Floats:
        """For agents who have talked for so many seconds: the chance of each not to be free at each judging."""
        start = np.minimum(ages.astype(int), len(SECONDS) - self._reach - 2)
        ahead = self._talk[start[:, None] + np.arange(self._reach + 1)[None, :]]
        left = np.exp(self._talk_tempo * (ahead[:, :1] - ahead))
        result: Floats = 1.0 - (left[:, :-1] - left[:, 1:]) @ self._wrapped_by
        return result

    def wrapping_up(self, ages: Floats) -> Floats:
        """The same for agents in wrap-up."""
        start = np.minimum(ages.astype(int), len(SECONDS) - self._reach - 2)
        curve = self._wrap_up
        result: Floats = np.exp(curve[start][:, None] - curve[start[:, None] + self._judged[None, :]])
        return result


class Load:
    """How many agents will be taken at each moment, as a distribution that further calls can be added to."""

    def __init__(self, rows: Floats, agents: int):
        self._agents = agents
        self._size = len(rows)
        self._mean = rows.sum(axis=0)
        doubt = rows * (1 - rows)
        self._variance = doubt.sum(axis=0)
        self._third = (doubt * (1 - 2 * rows)).sum(axis=0)
        self.is_exact = self._size < EXACT_UP_TO
        self._rows = rows
        self._chances: Floats | None = None

    def add(self, row: Floats) -> None:
        """Count one call more."""
        if self.is_exact and self._size < EXACT_UP_TO:
            _convolve(self._exactly(), row, self._size)
        else:
            self.is_exact = False
        self._size += 1
        doubt = row * (1 - row)
        self._mean, self._variance = self._mean + row, self._variance + doubt
        self._third = self._third + doubt * (1 - 2 * row)

    def all_taken(self) -> Floats:
        """The chance at each moment that no agent is free."""
        if not self.is_exact:
            return _tail(self._agents - 0.5, self._mean, self._variance, self._third)
        if self._agents > self._size:
            return np.zeros(MOMENTS)
        result: Floats = self._exactly()[self._agents :].sum(axis=0)
        return result

    def _exactly(self) -> Floats:
        """The distribution by convolution, made when it is first wanted."""
        if self._chances is None:
            self._chances = np.zeros((EXACT_UP_TO + 2, self._rows.shape[1]))
            self._chances[0] = 1.0
            for count, row in enumerate(self._rows):
                _convolve(self._chances, row, count)
        return self._chances

    def all_taken_with(self, row: Floats, calls: npt.NDArray[np.intp]) -> Floats:
        """The same with so many further calls alike, by the approximation; a row for each number in `calls`."""
        doubt = row * (1 - row)
        many = calls[:, None]
        return _tail(
            self._agents - 0.5,
            self._mean + many * row,
            self._variance + many * doubt,
            self._third + many * (doubt * (1 - 2 * row)),
        )


def _convolve(chances: Floats, row: Floats, count: int) -> None:
    """Add one yes-or-no of chance `row` to the distribution of a sum of `count`, in place."""
    moved = chances[: count + 1] * row
    chances[: count + 1] -= moved
    chances[1 : count + 2] += moved


def _tail(level: float, mean: Floats, variance: Floats, third: Floats) -> Floats:
    """The chance of a sum above `level`, by a normal corrected for skewness."""
    spread = np.sqrt(np.maximum(variance, 1e-9))
    z = (level - mean) / spread
    skewness = third / spread**3
    below = _normal(z) + skewness / 6.0 * (1 - z * z) * np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    result: Floats = np.clip(1.0 - below, 0.0, 1.0)
    return result


def _normal(z: Floats) -> Floats:
    """The normal distribution, to 1e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17)."""
    t = 1.0 / (1.0 + 0.2316419 * np.abs(z))
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    above = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) * series
    return np.where(z > 0, 1.0 - above, above)
