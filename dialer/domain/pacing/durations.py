"""How long a talk or a wrap-up lasts, learned as a hazard by how long it has lasted already.

A hazard (ends per second among those still under way) can be learned from unfinished ones too: an agent who has talked
for ten minutes tells that talks may last ten minutes. It assumes no shape, so many short refusals beside few long talks
are two bumps like any others (the piecewise-exponential model: Friedman, Annals of Statistics 10, 1982).
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LONGEST = 3 * 3600
"""Seconds; whatever lasts longer is taken to last this long."""
POOLED_ENDS = 5.0
"""Neighbouring ages are pooled until, at the mean hazard, they would have seen so many ends."""


def _edges() -> Floats:
    """Seconds from 0 to LONGEST: single seconds at first, where wrap-ups end, then steps that grow by a twelfth."""
    edges = [float(second) for second in range(25)]
    while edges[-1] < LONGEST:
        edges.append(float(min(LONGEST, round(edges[-1] * 1.085))))
    return np.array(edges)


EDGES = _edges()
WIDTHS = np.diff(EDGES)
BINS = len(WIDTHS)
SECONDS = np.arange(LONGEST + 130, dtype=np.float64)
"""The grid of cumulated hazards; the tail beyond LONGEST lets a window start at it."""


class DurationModel:
    """Counts of durations by length, forgetting old ones as new ones come, and the hazard curve they make.

    `memory` is in durations, so that a quiet floor does not forget faster than it learns. `prior_mean` (seconds) stands
    in, with the weight of a few durations, until there are some.
    """

    def __init__(self, *, prior_mean: float, memory: float, prior_weight: float = 3.0):
        self.prior_mean = prior_mean
        self.prior_weight = prior_weight
        self._keep = 1 - 1 / memory
        self._ended: Floats = np.zeros(BINS)
        self._within: Floats = np.zeros(BINS)
        self._seconds = 0.0

    @property
    def count(self) -> float:
        """Durations remembered, the forgotten ones less."""
        return float(self._ended.sum())

    def observe(self, seconds: float) -> None:
        """Learn one whole duration."""
        seconds = min(max(seconds, 0.0), LONGEST - 1.0)
        index = int(np.searchsorted(EDGES, seconds, side="right")) - 1
        self._ended *= self._keep
        self._within *= self._keep
        self._seconds = self._seconds * self._keep + seconds
        self._ended[index] += 1.0
        self._within[index] += seconds - float(EDGES[index])

    def hazard(self, unfinished: Floats) -> Floats:
        """Ends per second, by bin of EDGES; `unfinished` are the ages in seconds of those still under way."""
        still = np.clip(unfinished, 0.0, LONGEST - 1.0)
        at_risk = _exposure(self._ended, self._within)
        seconds = self._seconds
        if still.size:
            index = np.searchsorted(EDGES, still, side="right") - 1
            at_risk += _exposure(_spread(index, np.ones(len(index))), _spread(index, still - EDGES[index]))
            seconds += float(still.sum())
        mean_hazard = (self.count + self.prior_weight) / (seconds + self.prior_weight * self.prior_mean)
        ends, exposure = _pool(self._ended, at_risk, mean_hazard)
        return (ends + 1.0) / (exposure + 1.0 / mean_hazard)

    def shares(self) -> Floats:
        """How durations spread over the bins, as counts."""
        return self._ended.copy()

    def to_state(self) -> dict[str, Any]:
        """JSON values; empty bins are left out."""
        used = np.flatnonzero(self._ended)
        return {
            "bins": used.tolist(),
            "ended": self._ended[used].tolist(),
            "within": self._within[used].tolist(),
            "seconds": self._seconds,
        }

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what `to_state` gave."""
        self._ended[state["bins"]] = state["ended"]
        self._within[state["bins"]] = state["within"]
        self._seconds = state["seconds"]
        return self


def cumulate(hazard: Floats) -> Floats:
    """The hazard summed up to each second of SECONDS: survival from age a to b is exp(H(a) - H(b))."""
    at_edges = np.concatenate(([0.0], np.cumsum(hazard * WIDTHS), [0.0]))
    at_edges[-1] = at_edges[-2] + hazard[-1] * (SECONDS[-1] - LONGEST)
    return np.interp(SECONDS, np.append(EDGES, SECONDS[-1]), at_edges)


def _spread(bins: npt.NDArray[np.intp], weights: Floats) -> Floats:
    return np.bincount(bins, weights=weights, minlength=BINS).astype(np.float64)


def _exposure(ended: Floats, within: Floats) -> Floats:
    """Seconds spent in each bin by durations that ended so: the bins below their end in full, the last one in part."""
    longer = np.cumsum(ended[::-1])[::-1] - ended
    result: Floats = longer * WIDTHS + within
    return result


def _pool(ends: Floats, exposure: Floats, mean_hazard: float) -> tuple[Floats, Floats]:
    """Sum each bin with as many neighbours on both sides as it takes to see POOLED_ENDS at the mean hazard."""
    total_ends = np.concatenate(([0.0], np.cumsum(ends)))
    total_exposure = np.concatenate(([0.0], np.cumsum(exposure)))
    enough = POOLED_ENDS / mean_hazard
    index = np.arange(BINS)
    pooled_ends, pooled_exposure = ends.copy(), exposure.copy()
    short = pooled_exposure < enough
    for reach in (1, 2, 4, 8, 16):
        if not short.any():
            break
        low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, BINS)
        pooled_ends = np.where(short, total_ends[high] - total_ends[low], pooled_ends)
        pooled_exposure = np.where(short, total_exposure[high] - total_exposure[low], pooled_exposure)
        short = pooled_exposure < enough
    return pooled_ends, pooled_exposure
