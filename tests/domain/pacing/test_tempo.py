"""Drift: a change is followed within some dozens of events, and noise is not taken for one."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing.tempo import Tempo

SEEDS = range(16)


def told(tempo: Tempo, ratio: float, expected: float, seed: int, *, step: float = 1.0) -> Tempo:
    """After so many expected events, of which `ratio` times as many come, at random."""
    for seen in np.random.default_rng(seed).poisson(ratio * step, round(expected / step)):
        tempo.observe(float(seen), step)
    return tempo


def after_quiet(seed: int) -> Tempo:
    return told(Tempo(), 1.0, 600, 1000 + seed)


def believed_slow(tempo: Tempo) -> float:
    """The belief in the slowest speed and in "nothing has changed"."""
    return float(sum(tempo.to_state()["belief"][-2:]))


def test_at_first_all_is_as_expected() -> None:
    assert Tempo().ratio == pytest.approx(1.0)


@pytest.mark.parametrize(("change", "events"), [(2.0, 40), (4.0, 15), (0.4, 100)])
def test_most_of_a_change_is_followed_within_some_dozens_of_expected_events(change: float, events: float) -> None:
    ratios = [told(after_quiet(seed), change, events, seed).ratio for seed in SEEDS]
    # A change for the worse shows in what does not come, which takes longer to be sure of.
    assert 0.5 < math.log(float(np.mean(ratios))) / math.log(change) < 1.25


def test_a_change_that_lasts_is_believed_nearly_in_full() -> None:
    assert 1.7 < np.mean([told(after_quiet(seed), 2.0, 300, seed).ratio for seed in SEEDS]) < 2.05
    # What is left is the anchor, which draws the quick speed towards 1 for good.
    assert 1.8 < np.mean([told(after_quiet(seed), 2.0, 1500, seed).ratio for seed in SEEDS]) < 2.05


def test_after_a_change_and_its_end_it_comes_back() -> None:
    back = [told(told(after_quiet(seed), 2.0, 100, seed), 1.0, 60, 50 + seed).ratio for seed in SEEDS]
    assert np.mean(back) == pytest.approx(1.0, abs=0.2)


def test_noise_alone_moves_it_less_than_the_middle_speed_by_itself_would() -> None:
    ratios = np.array([after_quiet(seed).ratio for seed in SEEDS])
    # A mean that forgets by exp(-1/m) an event has a standard deviation of sqrt(1 / 2m): 0.09 for m = 60.
    assert math.sqrt(((ratios - 1) ** 2).mean()) < 0.09
    assert abs(ratios.mean() - 1) < 4 * 0.09 / math.sqrt(len(SEEDS))


def test_in_quiet_times_the_slow_speed_is_believed_and_after_a_change_a_quick_one() -> None:
    quiet = np.mean([believed_slow(after_quiet(seed)) for seed in SEEDS])
    changed = np.mean([believed_slow(told(after_quiet(seed), 2.5, 40, seed)) for seed in SEEDS])
    assert quiet > 0.55
    assert changed < 0.5 * quiet


def test_four_events_at_once_are_no_change_yet() -> None:
    tempo = after_quiet(1)
    before = tempo.ratio
    tempo.observe(4.0, 1.0)
    assert before < tempo.ratio < before + 0.25


def test_what_was_expected_and_did_not_come_counts_as_well() -> None:
    tempo = after_quiet(1)
    before = tempo.ratio
    tempo.observe(0.0, 12.0)
    assert tempo.ratio < before - 0.02
    tempo.observe(0.0, 12.0)
    assert tempo.ratio < before - 0.2


def test_how_the_news_is_cut_into_pieces_matters_little() -> None:
    whole = [told(after_quiet(seed), 2.0, 60, seed, step=6.0).ratio for seed in SEEDS]
    pieces = [told(after_quiet(seed), 2.0, 60, seed, step=0.5).ratio for seed in SEEDS]
    assert np.mean(whole) == pytest.approx(np.mean(pieces), rel=0.08)
    always_whole = [told(told(Tempo(), 1.0, 600, seed, step=20.0), 2.0, 60, seed, step=20.0).ratio for seed in SEEDS]
    assert np.mean(always_whole) > 1.6


def test_no_news_is_no_news() -> None:
    tempo = after_quiet(1)
    state = json.dumps(tempo.to_state())
    tempo.observe(0.0, 0.0)
    assert json.dumps(tempo.to_state()) == state


counts = st.lists(st.tuples(st.integers(0, 200).map(float), st.floats(0, 200)), max_size=40)


@given(counts)
@settings(deadline=None, max_examples=50)
def test_whatever_comes_the_ratio_stays_within_reason(news: list[tuple[float, float]]) -> None:
    tempo = Tempo()
    for seen, expected in news:
        tempo.observe(seen, expected)
        assert 0.05 <= tempo.ratio <= 20.0
        assert sum(tempo.to_state()["belief"]) == pytest.approx(1.0)
        assert min(tempo.to_state()["belief"]) > 0.005, "no speed is ever given up"


@given(counts, counts)
@settings(deadline=None, max_examples=50)
def test_who_goes_on_from_the_state_believes_exactly_the_same(
    news: list[tuple[float, float]], later: list[tuple[float, float]]
) -> None:
    tempo = Tempo()
    for seen, expected in news:
        tempo.observe(seen, expected)
    copy = Tempo().restore(json.loads(json.dumps(tempo.to_state())))
    for seen, expected in later:
        tempo.observe(seen, expected)
        copy.observe(seen, expected)
    assert copy.to_state() == tempo.to_state()
    assert copy.ratio == tempo.ratio
