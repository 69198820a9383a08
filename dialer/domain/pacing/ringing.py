"""What becomes of a call as it rings, learned as competing hazards by ring time: a person, a machine, or the end.

Failed and cancelled calls are taken out of the count at the moment they end, as if they had rung on unseen: a carrier
outage says nothing about whether people answer. (Competing risks with censoring: Kalbfleisch and Prentice, The
Statistical Analysis of Failure Time Data, ch. 8.)
"""

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np

from dialer.domain.pacing.durations import Floats

LONGEST_RING = 90
"""Seconds; a call that has rung longer is not counted on any more."""
Ending = Literal["live", "machine", "unanswered", "censored"]
ENDINGS: tuple[Ending, ...] = ("live", "machine", "unanswered", "censored")
_SMOOTHING = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
LONG_RING = 12
PRIOR_CALLS = 8.0
PRIOR_LIVE_CHANCE = 0.35
"""Rather high, so that a floor that knows nothing yet dials carefully."""
PRIOR_RING_SECONDS = 25


def _prior_live() -> Floats:
    """Answers by ring time before anything is known: most within five to fifteen seconds."""
    age = np.arange(LONGEST_RING) + 0.5
    density = np.exp(-0.5 * (np.log(age / 9.0) / 0.6) ** 2) / age
    density[PRIOR_RING_SECONDS:] = 0.0
    result: Floats = PRIOR_CALLS * PRIOR_LIVE_CHANCE * density / density.sum()
    return result


_PRIOR_LIVE = _prior_live()


class RingModel:
    """Ended calls by ring time and ending, forgetting old ones as new ones come; `memory` is in calls."""

    def __init__(self, *, memory: float):
        self._keep = 1 - 1 / memory
        self._counts: Floats = np.zeros((len(ENDINGS), LONGEST_RING))

    @property
    def count(self) -> float:
        """Calls remembered."""
        return float(self._counts.sum())

    def observe(self, ending: Ending, rang_seconds: float) -> None:
        """Learn one call's end."""
        self._counts *= self._keep
        self._counts[ENDINGS.index(ending), min(max(int(rang_seconds), 0), LONGEST_RING - 1)] += 1.0

    def hazards(self, still_ringing: Floats) -> tuple[Floats, Floats]:
        """Cumulated hazards of a live answer, and of any other end, at whole seconds of ring time from 0.

        `still_ringing` holds the ages of the calls in flight, which have rung so long without an answer.
        """
        ended = self._counts.sum(axis=0)
        at_risk = np.cumsum(ended[::-1])[::-1] - 0.5 * self._counts[3]
        if still_ringing.size:
            ages = np.minimum(still_ringing, LONGEST_RING - 1.0)
            second = ages.astype(int)
            in_flight = np.bincount(second, minlength=LONGEST_RING)
            at_risk += np.cumsum(in_flight[::-1])[::-1] - in_flight
            at_risk += np.bincount(second, weights=ages - second, minlength=LONGEST_RING)
        live = _smooth(self._counts[0]) + _PRIOR_LIVE
        exposed = _smooth(at_risk) + PRIOR_CALLS - np.concatenate(([0.0], np.cumsum(_PRIOR_LIVE)[:-1]))
        hazard_live = -np.log1p(-np.minimum(live / exposed, 0.95))
        others = self._counts[1] + self._counts[2]
        hazard_other = -np.log1p(-np.minimum((others + _PRIOR_END) / (at_risk + 1.0), 0.999))
        return _cumulate(hazard_live), _cumulate(hazard_other)

    def shares(self, ending: Ending) -> Floats:
        """Calls by second of ring time that ended so."""
        result: Floats = self._counts[ENDINGS.index(ending)].copy()
        return result

    def rung_out(self) -> float:
        """Calls that nobody answered in a time long enough for most answers."""
        return float(self._counts[2, LONG_RING:].sum())

    def to_state(self) -> dict[str, Any]:
        """JSON values; empty seconds are left out."""
        used = np.flatnonzero(self._counts)
        return {"cells": used.tolist(), "counts": self._counts.ravel()[used].tolist()}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what `to_state` gave."""
        self._counts.ravel()[state["cells"]] = state["counts"]
        return self


_PRIOR_END = np.where(np.arange(LONGEST_RING) >= PRIOR_RING_SECONDS, 0.3, 0.002)


def _smooth(counts: Floats) -> Floats:
    """Spread over neighbouring seconds, mirrored at both ends so that nothing is lost."""
    result: Floats = np.convolve(np.pad(counts, 2, mode="symmetric"), _SMOOTHING, mode="valid")
    return result


def _cumulate(hazard: Floats) -> Floats:
    result: Floats = np.concatenate(([0.0], np.cumsum(hazard)))
    return result
