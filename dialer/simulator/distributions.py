"""Durations in seconds, each drawn from one uniform number, so that two pacers can meet the very same people."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import NormalDist
from typing import Protocol

_NORMAL = NormalDist()

LEAST_DRAW = 1e-12
"""Uniform numbers keep this far from 0 and 1, where a quantile may be infinite."""


class Distribution(Protocol):
    """A duration: never negative."""

    def quantile(self, u: float) -> float:
        """The duration that one uniform number makes, 0 < u < 1: the one that a share `u` of all stays below.

        Only a `Mixture` orders its durations otherwise; uniform numbers give its distribution all the same.
        """

    def share_below(self, seconds: float) -> float:
        """The share of durations up to `seconds`."""


@dataclass(frozen=True)
class Fixed:
    """Always the same."""

    seconds: float

    def quantile(self, u: float) -> float:
        """The one value there is."""
        return self.seconds

    def share_below(self, seconds: float) -> float:
        """A step."""
        return float(seconds >= self.seconds)


@dataclass(frozen=True)
class Uniform:
    """Anything from `low` to `high` alike."""

    low: float
    high: float

    def quantile(self, u: float) -> float:
        """A straight line."""
        return self.low + u * (self.high - self.low)

    def share_below(self, seconds: float) -> float:
        """A straight line."""
        if self.high <= self.low:
            return float(seconds >= self.low)
        return min(1.0, max(0.0, (seconds - self.low) / (self.high - self.low)))


@dataclass(frozen=True)
class Exponential:
    """Without memory, after a shortest time `least`; `mean` counts from there."""

    mean: float
    least: float = 0.0

    def quantile(self, u: float) -> float:
        """The inverse of 1 - exp(-t / mean)."""
        return self.least - self.mean * math.log1p(-u)

    def share_below(self, seconds: float) -> float:
        """1 - exp(-t / mean)."""
        return -math.expm1(-max(0.0, seconds - self.least) / self.mean)


@dataclass(frozen=True)
class Lognormal:
    """What durations of work and talk mostly look like: given by median and the sigma of the logarithm."""

    median: float
    sigma: float
    least: float = 0.0

    @classmethod
    def with_mean(cls, mean: float, sigma: float, least: float = 0.0) -> "Lognormal":
        """The one of this mean, `least` included."""
        return cls((mean - least) * math.exp(-sigma * sigma / 2), sigma, least)

    def quantile(self, u: float) -> float:
        """exp of a normal quantile."""
        return self.least + self.median * math.exp(self.sigma * _NORMAL.inv_cdf(u))

    def share_below(self, seconds: float) -> float:
        """The normal distribution of the logarithm."""
        if seconds <= self.least:
            return 0.0
        return _NORMAL.cdf(math.log((seconds - self.least) / self.median) / self.sigma)


@dataclass(frozen=True)
class Weibull:
    """With shape above 1 the end comes nearer the longer it lasts, below 1 it recedes."""

    scale: float
    shape: float
    least: float = 0.0

    def quantile(self, u: float) -> float:
        """The inverse of 1 - exp(-(t / scale) ** shape)."""
        return self.least + self.scale * math.pow(-math.log1p(-u), 1 / self.shape)

    def share_below(self, seconds: float) -> float:
        """1 - exp(-(t / scale) ** shape)."""
        return -math.expm1(-math.pow(max(0.0, seconds - self.least) / self.scale, self.shape))


@dataclass(frozen=True)
class Mixture:
    """One of several kinds, each by its weight; weights sum to 1."""

    weights: tuple[float, ...]
    parts: tuple[Distribution, ...]

    def quantile(self, u: float) -> float:
        """A draw, not the quantile of the whole: the part is chosen by where `u` lies, then drawn from by what is left.

        It grows with `u` within a part; the true quantile has no closed form and would cost a search per call.
        """
        for weight, part in zip(self.weights, self.parts, strict=True):
            if u < weight:
                return part.quantile(max(u / weight, LEAST_DRAW))
            u -= weight
        return self.parts[-1].quantile(1 - LEAST_DRAW)

    def share_below(self, seconds: float) -> float:
        """The weighted mean of the parts."""
        return sum(w * part.share_below(seconds) for w, part in zip(self.weights, self.parts, strict=True))


@dataclass(frozen=True)
class Truncated:
    """Those of `whole` that are at most `limit`; made by `truncate`, which knows their `share`."""

    whole: Distribution
    limit: float
    share: float

    def quantile(self, u: float) -> float:
        """The lower part of the whole's."""
        return min(self.limit, self.whole.quantile(u * self.share))

    def share_below(self, seconds: float) -> float:
        """Of those that are left."""
        return min(1.0, self.whole.share_below(seconds) / self.share)


def truncate(whole: Distribution, limit: float) -> Distribution:
    """The distribution of what is at most `limit`; all of it at `limit` when nothing is."""
    if isinstance(whole, Mixture):
        shares = [w * part.share_below(limit) for w, part in zip(whole.weights, whole.parts, strict=True)]
        kept = [(share, part) for share, part in zip(shares, whole.parts, strict=True) if share > 0]
        if not kept:
            return Fixed(limit)
        weights = tuple(share / sum(shares) for share, _ in kept)
        return Mixture(weights, tuple(truncate(part, limit) for _, part in kept))
    share = whole.share_below(limit)
    if share <= 0.0:
        return Fixed(limit)
    return whole if share >= 1.0 else Truncated(whole, limit, share)


class Histogram:
    """Durations known by their shares between edges; within a bin all are alike. Of `edges` one more than `shares`,
    which need not sum to 1."""

    def __init__(self, edges: Sequence[float], shares: Sequence[float]):
        if len(edges) != len(shares) + 1:
            raise ValueError("a histogram has one edge more than bins")
        if any(end <= start for start, end in pairwise(edges)) or min(shares) < 0:
            raise ValueError("a histogram's edges ascend and its shares are not negative")
        total = math.fsum(shares)
        if total <= 0:
            raise ValueError("a histogram needs some mass")
        self._edges = list(edges)
        self._below = [0.0, *accumulate(share / total for share in shares)]

    def quantile(self, u: float) -> float:
        """Linear within the bin."""
        upper = min(max(1, bisect_left(self._below, u)), len(self._below) - 1)
        low, high = self._below[upper - 1], self._below[upper]
        start, end = self._edges[upper - 1], self._edges[upper]
        return start + (end - start) * ((u - low) / (high - low) if high > low else 0.5)

    def share_below(self, seconds: float) -> float:
        """Linear within the bin."""
        if seconds <= self._edges[0]:
            return 0.0
        if seconds >= self._edges[-1]:
            return 1.0
        upper = bisect_left(self._edges, seconds)
        start, end = self._edges[upper - 1], self._edges[upper]
        low, high = self._below[upper - 1], self._below[upper]
        return low + (high - low) * (seconds - start) / (end - start)
