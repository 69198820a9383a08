"""How long things last: what is learned is what they do, whatever their shape, and unfinished ones count."""

import json
import math
from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing.durations import BINS, EDGES, LONGEST, SECONDS, WIDTHS, DurationModel, Floats, cumulate

ENOUGH = 8000
NONE: Floats = np.zeros(0)
ALL_BUT_ONE_IN_A_MILLION = math.sqrt(math.log(2e6) / (2 * ENOUGH))
"""How far a share among ENOUGH samples may be off anywhere (Massart, Annals of Probability 18, 1990)."""
FOR_THE_BINS = 0.015
"""And how far the curve, whose hazard changes by bins and is pooled over neighbours, from those samples."""


def taught(durations: Iterable[float], *, prior_mean: float = 60.0, memory: float = 1e9) -> DurationModel:
    model = DurationModel(prior_mean=prior_mean, memory=memory)
    for seconds in durations:
        model.observe(float(seconds))
    return model


def survival(model: DurationModel, unfinished: Floats = NONE) -> Floats:
    """The chance to last longer than each second."""
    return np.exp(-cumulate(model.hazard(unfinished)))


def exponential(random: np.random.Generator) -> Floats:
    return random.exponential(60.0, ENOUGH)


def refusals_and_talks(random: np.random.Generator) -> Floats:
    return np.where(random.random(ENOUGH) < 0.6, random.uniform(4, 12, ENOUGH), random.lognormal(5.2, 0.4, ENOUGH))


def timed(random: np.random.Generator) -> Floats:
    return random.uniform(29.0, 31.0, ENOUGH)


@pytest.mark.parametrize("draw", [exponential, refusals_and_talks, timed])
def test_with_many_samples_survival_is_the_true_one(draw: Callable[[np.random.Generator], Floats]) -> None:
    model = taught(draw(np.random.default_rng(1)))
    others = np.sort(draw(np.random.default_rng(2)))
    truth = 1.0 - np.searchsorted(others, EDGES[:-1], side="right") / ENOUGH
    # The truth is sampled as well, so that the band is there twice.
    assert np.abs(survival(model)[EDGES[:-1].astype(int)] - truth).max() < 2 * ALL_BUT_ONE_IN_A_MILLION + FOR_THE_BINS


def test_a_wrap_up_that_always_takes_ten_seconds_lasts_ten_seconds() -> None:
    left = survival(taught([10.0] * 300))
    assert left[10] > 0.9
    assert left[13] < 0.15


def test_what_has_not_ended_yet_is_counted_on() -> None:
    lasting = np.random.default_rng(3).exponential(100.0, ENOUGH)
    ended, unfinished = lasting[lasting < 40], np.full((lasting >= 40).sum(), 40.0)
    model = taught(ended)
    assert survival(model, unfinished)[40] == pytest.approx(math.exp(-0.4), abs=4 * 0.5 / math.sqrt(ENOUGH) + 0.005)
    assert survival(model)[40] < 0.1, "without the unfinished ones the mean would be short"


def test_unfinished_ones_of_all_ages_leave_no_bias() -> None:
    random = np.random.default_rng(4)
    lasting, began = random.exponential(100.0, ENOUGH), random.uniform(0, 120, ENOUGH)
    ended = began + lasting < 120
    left = survival(taught(lasting[ended]), 120 - began[~ended])
    assert left[60] == pytest.approx(math.exp(-0.6), abs=4 * 0.5 / math.sqrt(ENOUGH / 2) + 0.005)


def test_one_who_talks_longer_than_any_before_tells_that_talks_may_last() -> None:
    model = taught(np.random.default_rng(5).uniform(50, 70, 200))
    assert survival(model, np.array([600.0]))[590] > 5 * survival(model)[590]


def test_beyond_the_longest_seen_the_hazard_is_near_the_mean_one() -> None:
    durations = np.random.default_rng(6).lognormal(4.5, 0.6, 2000)
    beyond = taught(durations).hazard(NONE)[EDGES[:-1] > durations.max()]
    assert np.all(np.abs(np.log(beyond * durations.mean())) < math.log(2))
    assert beyond[-1] == pytest.approx(1 / durations.mean(), rel=0.01)


def test_before_anything_was_seen_the_prior_mean_stands_in() -> None:
    assert DurationModel(prior_mean=80.0, memory=100).hazard(NONE) == pytest.approx(np.full(BINS, 1 / 80))


def test_the_prior_weighs_as_much_as_three_durations() -> None:
    model = taught([20.0, 40.0], prior_mean=100.0)
    assert model.hazard(NONE)[-1] == pytest.approx((2 + 3) / (20 + 40 + 3 * 100))
    assert model.hazard(np.array([200.0]))[-1] == pytest.approx((2 + 3) / (20 + 40 + 200 + 3 * 100))


def test_a_few_dozen_durations_make_a_smooth_curve() -> None:
    hazard = taught(np.random.default_rng(9).exponential(60.0, 60)).hazard(NONE)[EDGES[:-1] < 120]
    # The true one is the same for all ages; bins by themselves would see none or several ends in a second.
    assert np.log(hazard * 60).std() < 0.4


def test_old_ones_are_forgotten_as_new_ones_come() -> None:
    model = taught(np.random.default_rng(7).exponential(300.0, 1000), memory=200)
    for seconds in np.random.default_rng(8).exponential(20.0, 1000):
        model.observe(float(seconds))
    assert model.count == pytest.approx(200, rel=0.01)
    assert 1 / model.hazard(NONE)[-1] == pytest.approx(20.0, rel=0.4)
    # Five memories later e^-5 of the old ones are left, nearly all of which would still go on.
    assert survival(model)[150] < 0.01


def test_half_of_a_memory_is_forgotten_after_so_many_durations_and_not_after_a_time() -> None:
    model = taught([500.0] * 5000, memory=100)
    before = model.shares()[EDGES[:-1] >= 400].sum()
    for _ in range(round(100 * math.log(2))):
        model.observe(5.0)
    assert model.shares()[EDGES[:-1] >= 400].sum() == pytest.approx(before / 2, rel=0.02)


def test_whatever_lasts_longer_than_the_longest_counts_as_that_long_and_below_nothing_as_nothing() -> None:
    model = taught([LONGEST * 5.0, LONGEST * 1.0, -3.0])
    assert (model.shares()[-1], model.shares()[0], model.count) == pytest.approx((2.0, 1.0, 3.0))
    assert np.all(model.hazard(np.array([LONGEST * 5.0, -3.0])) > 0)


def test_a_duration_counts_from_the_second_it_reaches() -> None:
    assert np.flatnonzero(taught([7.0]).shares()).tolist() == np.flatnonzero(taught([7.99]).shares()).tolist() == [7]


lengths = st.floats(0, 2 * LONGEST) | st.floats(0, 30)


@given(st.lists(lengths, max_size=40), st.lists(lengths, max_size=10), st.floats(1, 1000), st.floats(2, 5000))
@settings(deadline=None, max_examples=60)
def test_any_history_makes_a_hazard_that_ends_everything_and_nothing_at_once(
    ended: list[float], unfinished: list[float], prior_mean: float, memory: float
) -> None:
    hazard = taught(ended, prior_mean=prior_mean, memory=memory).hazard(np.array(unfinished))
    assert np.all(np.isfinite(hazard))
    assert np.all(hazard > 0)


@given(st.lists(lengths, max_size=40), st.lists(lengths, max_size=10))
@settings(deadline=None, max_examples=60)
def test_who_goes_on_from_the_state_knows_exactly_the_same(ended: list[float], later: list[float]) -> None:
    model = taught(ended, memory=30)
    copy = DurationModel(prior_mean=60.0, memory=30).restore(json.loads(json.dumps(model.to_state())))
    for seconds in later:
        model.observe(seconds)
        copy.observe(seconds)
    assert copy.to_state() == model.to_state()
    assert copy.hazard(NONE).tolist() == model.hazard(NONE).tolist()


def test_asking_changes_nothing() -> None:
    model = taught([5.0, 50.0])
    state = model.to_state()
    model.hazard(np.array([10.0]))
    model.shares()[:] = 0.0
    assert model.to_state() == state


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=20)
def test_cumulated_hazards_are_sums_over_the_bins_and_go_on_behind_the_last(seed: int) -> None:
    hazard = np.random.default_rng(seed).exponential(0.01, BINS)
    summed = cumulate(hazard)
    assert summed[EDGES.astype(int)] == pytest.approx(np.concatenate(([0.0], np.cumsum(hazard * WIDTHS))))
    assert np.diff(summed[LONGEST:]) == pytest.approx(np.full(len(SECONDS) - LONGEST - 1, hazard[-1]), rel=1e-6)
