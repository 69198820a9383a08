"""Durations: what is drawn has the shares that are claimed."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.simulator.distributions import (
    Distribution,
    Exponential,
    Fixed,
    Histogram,
    Lognormal,
    Mixture,
    Uniform,
    Weibull,
    truncate,
)

means = st.floats(0.1, 500)
least = st.floats(0, 10)
smooth: st.SearchStrategy[Distribution] = st.one_of(
    st.builds(lambda low, width: Uniform(low, low + width), least, means),
    st.builds(Exponential, means, least),
    st.builds(Lognormal, means, st.floats(0.05, 2), least),
    st.builds(Weibull, means, st.floats(0.4, 4), least),
)


@st.composite
def histograms(draw: st.DrawFn) -> Histogram:
    widths = draw(st.lists(st.floats(0.1, 50), min_size=1, max_size=12))
    edges = [0.0]
    for width in widths:
        edges.append(edges[-1] + width)
    shares = draw(st.lists(st.floats(0.01, 10), min_size=len(widths), max_size=len(widths)))
    return Histogram(edges, shares)


@st.composite
def mixtures(draw: st.DrawFn) -> Mixture:
    parts = draw(st.lists(st.one_of(smooth, histograms(), st.builds(Fixed, means)), min_size=1, max_size=4))
    weights = [draw(st.floats(0.05, 1)) for _ in parts]
    return Mixture(tuple(weight / math.fsum(weights) for weight in weights), tuple(parts))


truncated = st.builds(lambda whole, share: truncate(whole, whole.quantile(share)), smooth, st.floats(0.1, 0.99))
anything = st.one_of(truncated, smooth, histograms(), st.builds(Fixed, means), mixtures())
draws = st.floats(1e-6, 1 - 1e-6)

GRID = [(k + 0.5) / 2000 for k in range(2000)]


def share_drawn_below(distribution: Distribution, seconds: float) -> float:
    """Of evenly spread uniform numbers: off by half a step at most for each rise of the quantile."""
    return sum(distribution.quantile(u) <= seconds for u in GRID) / len(GRID)


@given(st.one_of(smooth, histograms(), truncated), draws)
def test_a_share_u_of_all_stays_below_the_quantile_of_u(distribution: Distribution, u: float) -> None:
    assert distribution.share_below(distribution.quantile(u)) == pytest.approx(u, abs=1e-5)


@given(anything, draws)
def test_what_is_drawn_has_the_shares_that_are_claimed(distribution: Distribution, u: float) -> None:
    seconds = distribution.quantile(u) * (1 + 1e-9)
    parts = len(distribution.parts) if isinstance(distribution, Mixture) else 1
    off_by = parts / len(GRID) + 1e-5
    assert share_drawn_below(distribution, seconds) == pytest.approx(distribution.share_below(seconds), abs=off_by)


@given(anything, draws)
def test_no_duration_is_negative_or_endless(distribution: Distribution, u: float) -> None:
    assert 0 <= distribution.quantile(u) < math.inf


@given(anything, st.lists(st.floats(-10, 2000), min_size=2))
def test_shares_grow_from_nothing_to_all(distribution: Distribution, seconds: list[float]) -> None:
    shares = [distribution.share_below(at) for at in sorted(seconds)]
    assert all(0 <= low <= high <= 1 + 1e-9 for low, high in pairwise(shares))
    assert distribution.share_below(-1.0) == 0.0
    assert distribution.share_below(1e12) == pytest.approx(1.0)


@given(anything, draws, st.floats(1, 300))
def test_a_truncated_distribution_has_nothing_above_its_limit(whole: Distribution, u: float, limit: float) -> None:
    cut = truncate(whole, limit)
    assert cut.quantile(u) <= limit * (1 + 1e-9)
    assert cut.share_below(limit * (1 + 1e-9)) == pytest.approx(1.0)


@given(st.one_of(smooth, mixtures()), draws, st.floats(0.2, 0.99))
def test_below_its_limit_a_truncated_distribution_keeps_its_shape(whole: Distribution, u: float, at: float) -> None:
    limit = whole.quantile(at)
    cut, seconds = truncate(whole, limit), whole.quantile(u * at)
    if seconds < limit:
        assert cut.share_below(seconds) == pytest.approx(
            whole.share_below(seconds) / whole.share_below(limit), abs=1e-6
        )


def test_what_cannot_come_before_the_limit_comes_at_it() -> None:
    assert truncate(Fixed(30.0), 25.0).quantile(0.3) == 25.0
    assert truncate(Mixture((1.0,), (Fixed(30.0),)), 25.0).quantile(0.3) == 25.0


def test_a_limit_beyond_everything_changes_nothing() -> None:
    whole = Uniform(1.0, 4.0)
    assert truncate(whole, 4.0) is whole


@pytest.mark.parametrize(("mean", "sigma", "shortest"), [(90.0, 0.8, 0.0), (20.0, 0.3, 5.0)])
def test_a_lognormal_of_a_mean_has_it(mean: float, sigma: float, shortest: float) -> None:
    talk = Lognormal.with_mean(mean, sigma, shortest)
    steps = 200_000
    assert sum(talk.quantile((k + 0.5) / steps) for k in range(steps)) / steps == pytest.approx(mean, rel=0.002)


def test_a_uniform_without_width_is_a_step() -> None:
    step = Uniform(3.0, 3.0)
    assert (step.quantile(0.7), step.share_below(2.9), step.share_below(3.0)) == (3.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("edges", "shares"), [([0, 1], [1, 2]), ([0, 1, 1], [1, 2]), ([0, 1, 2], [1, -1]), ([0, 1, 2], [0, 0])]
)
def test_a_histogram_that_makes_no_sense_is_refused(edges: list[float], shares: list[float]) -> None:
    with pytest.raises(ValueError, match="histogram"):
        Histogram(edges, shares)


def test_an_empty_bin_of_a_histogram_is_never_drawn_from() -> None:
    gap = Histogram([0, 10, 20, 30], [1, 0, 1])
    assert not any(10 < gap.quantile(u) < 20 for u in GRID)
    assert gap.share_below(15) == 0.5
