"""What becomes of ringing calls: chances are the true ones, whatever fails or is still in flight meanwhile."""

import json
import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing.durations import Floats
from dialer.domain.pacing.ringing import ENDINGS, LONGEST_RING, PRIOR_LIVE_CHANCE, Ending, RingModel

CALLS = 6000
RING_OUT = 25.0
LIVE, MACHINE = 0.22, 0.25
NONE: Floats = np.zeros(0)
BAND = math.sqrt(math.log(2e6) / (2 * CALLS))
"""How far a share among CALLS may be off, but once in a million (Massart, Annals of Probability 18, 1990)."""
FOR_THE_SECONDS = 0.01
"""And for hazards that are constant over a second and smoothed over its neighbours."""

Call = tuple[Ending, float]


def drawn(seed: int, count: int = CALLS) -> list[Call]:
    """Calls of which some people answer after about nine seconds, machines later, and the rest rings out."""
    random = np.random.default_rng(seed)
    which, person, machine = random.random(count), random.lognormal(2.2, 0.4, count), random.uniform(12, 18, count)
    calls: list[Call] = []
    for chance, answers, picks_up in zip(which, person, machine, strict=True):
        if chance < LIVE and answers < RING_OUT:
            calls.append(("live", answers))
        elif LIVE < chance < LIVE + MACHINE:
            calls.append(("machine", picks_up))
        else:
            calls.append(("unanswered", RING_OUT))
    return calls


def taught(calls: Iterable[Call], memory: float = 1e9) -> RingModel:
    model = RingModel(memory=memory)
    for ending, rang in calls:
        model.observe(ending, rang)
    return model


def answered_by(model: RingModel, still_ringing: Floats = NONE) -> Floats:
    """The chance of a call placed now to have a live answer by each second."""
    live, other = model.hazards(still_ringing)
    left = np.exp(-(live + other))
    spent = np.diff(live + other)
    share = np.divide(np.diff(live), spent, out=np.zeros(LONGEST_RING), where=spent > 0)
    return np.cumsum((left[:-1] - left[1:]) * share)


def true_answers() -> Floats:
    times = np.sort([rang for ending, rang in drawn(99, 40_000) if ending == "live"])
    return np.searchsorted(times, np.arange(1, LONGEST_RING + 1)) / 40_000


TRUTH = true_answers()


def test_with_many_calls_the_chance_of_an_answer_by_each_second_is_the_true_one() -> None:
    assert np.abs(answered_by(taught(drawn(1))) - TRUTH).max() < BAND + FOR_THE_SECONDS


def test_who_has_rung_long_is_seldom_answered() -> None:
    live, _ = taught(drawn(1)).hazards(NONE)
    late, usual = live[24] - live[20], live[11] - live[7]
    assert late < 0.25 * usual


def test_after_the_ring_out_hardly_a_call_is_left() -> None:
    live, other = taught(drawn(1)).hazards(NONE)
    assert math.exp(-(live + other)[24]) == pytest.approx(1 - TRUTH[-1] - MACHINE, abs=BAND + FOR_THE_SECONDS)
    assert math.exp(-(live + other)[27]) < 0.01


def test_failed_calls_count_as_if_they_had_rung_on_unseen() -> None:
    fails = np.random.default_rng(2).uniform(0, 30, CALLS)
    calls: list[Call] = [
        (ending, rang) if rang < fail else ("censored", fail)
        for (ending, rang), fail in zip(drawn(3), fails, strict=True)
    ]
    chance = answered_by(taught(calls))[-1]
    assert chance == pytest.approx(TRUTH[-1], abs=BAND + FOR_THE_SECONDS)
    assert sum(ending == "live" for ending, _ in calls) / CALLS < 0.75 * TRUTH[-1], "many answers were lost to failures"


def test_a_call_that_failed_says_what_one_that_still_rings_does() -> None:
    failed, ringing = taught(drawn(1, 500) + [("censored", 5.5)] * 200), taught(drawn(1, 500))
    for ended, unended in zip(failed.hazards(NONE), ringing.hazards(np.full(200, 5.5)), strict=True):
        assert ended == pytest.approx(unended, rel=1e-5)


@given(st.integers(0, 2000), st.floats(0.0, 0.9))
@settings(deadline=None, max_examples=10)
def test_an_outage_that_fails_everything_at_once_says_nothing_about_answers(failed: int, after: float) -> None:
    usual = taught(drawn(1, 1500))
    before = answered_by(usual)[-1]
    for _ in range(failed):
        usual.observe("censored", after)
    assert answered_by(usual)[-1] == pytest.approx(before, rel=0.02)


def test_calls_in_flight_count_for_the_seconds_they_have_rung() -> None:
    placed = np.random.default_rng(4).uniform(0, 12, CALLS)
    calls = drawn(5)
    ended = [call for call, at in zip(calls, placed, strict=True) if at + call[1] <= 12]
    in_flight = np.array([12 - at for call, at in zip(calls, placed, strict=True) if at + call[1] > 12])
    # Some two in three have not come to their ninth second: fewer calls, a wider band.
    close = pytest.approx(TRUTH[8], abs=math.sqrt(3) * BAND + FOR_THE_SECONDS)
    assert answered_by(taught(ended), in_flight)[8] == close
    assert answered_by(taught(ended))[8] > 3 * TRUTH[8], "those that end first are those that are answered"


@pytest.mark.parametrize("age", [0.0, 0.4, 1.0, 6.3])
def test_a_burst_of_calls_distorts_no_age_it_has_not_reached(age: float) -> None:
    model = taught(drawn(1, 1000))
    before, after = model.hazards(NONE), model.hazards(np.full(500, age))
    # Answers are smoothed over two seconds to both sides.
    for kind, reach in ((0, int(age) + 3), (1, int(age) + 1)):
        assert np.diff(after[kind])[reach:] == pytest.approx(np.diff(before[kind])[reach:], rel=1e-9)


def test_a_burst_that_rings_unanswered_lowers_the_chances_it_has_outlived() -> None:
    model = taught(drawn(1, 1000))
    before, after = np.diff(model.hazards(NONE)[0]), np.diff(model.hazards(np.full(500, 12.0))[0])
    assert np.all(after[:10] < 0.8 * before[:10])


def test_a_part_of_a_second_counts_as_a_part() -> None:
    model = taught(drawn(1, 1000))
    at_risk = [1 / np.diff(model.hazards(np.full(200, age))[1])[5] for age in (5.0, 5.5, 6.0)]
    assert at_risk[1] - at_risk[0] == pytest.approx(at_risk[2] - at_risk[1], rel=0.01)
    assert at_risk[0] < at_risk[1]


def test_before_anything_was_seen_answers_are_taken_to_be_frequent_and_quick() -> None:
    chances = answered_by(RingModel(memory=100))
    assert chances[-1] == pytest.approx(PRIOR_LIVE_CHANCE, rel=0.1)
    assert chances[15] - chances[5] > 0.5 * chances[-1]


def test_what_is_assumed_gives_way_to_some_dozens_of_calls() -> None:
    assert answered_by(taught([("unanswered", RING_OUT)] * 100))[-1] < 0.1 * PRIOR_LIVE_CHANCE


def test_old_calls_are_forgotten_as_new_ones_come() -> None:
    calls: list[Call] = [("live", 8.0), ("unanswered", RING_OUT)]
    model = taught([*calls[:1] * 300, *calls[1:] * 300], memory=100)
    assert model.count == pytest.approx(100, rel=0.01)
    assert model.shares("live").sum() == pytest.approx(100 * 0.99**300 * (1 - 0.99**300))


def test_only_calls_that_rang_long_and_unanswered_rang_out() -> None:
    calls: list[Call] = [("unanswered", 25.0), ("unanswered", 2.0), ("machine", 25.0), ("live", 25.0), ("censored", 25)]
    assert taught(calls).rung_out() == pytest.approx(1.0)


def test_shares_are_a_copy_by_ending_and_second() -> None:
    model = taught([("machine", 14.7), ("live", 3.0)])
    shares = model.shares("machine")
    assert np.flatnonzero(shares).tolist() == [14]
    shares[:] = 0.0
    assert model.shares("machine").sum() > 0


endings: st.SearchStrategy[Ending] = st.sampled_from(ENDINGS)
histories = st.lists(st.tuples(endings, st.floats(-2, 300)), max_size=60)
ages = st.lists(st.floats(0, 300), max_size=20)


@given(histories, ages)
@settings(deadline=None, max_examples=80)
def test_any_history_makes_hazards_that_grow_from_nothing(calls: list[Call], still_ringing: list[float]) -> None:
    for hazard in taught(calls, memory=50).hazards(np.array(still_ringing)):
        assert len(hazard) == LONGEST_RING + 1
        assert hazard[0] == 0.0
        assert np.all(np.isfinite(hazard))
        assert np.all(np.diff(hazard) >= 0)


@given(histories, histories)
@settings(deadline=None, max_examples=40)
def test_who_goes_on_from_the_state_knows_exactly_the_same(calls: list[Call], later: list[Call]) -> None:
    model = taught(calls, memory=20)
    copy = RingModel(memory=20).restore(json.loads(json.dumps(model.to_state())))
    for ending, rang in later:
        model.observe(ending, rang)
        copy.observe(ending, rang)
    assert copy.to_state() == model.to_state()
    assert [hazard.tolist() for hazard in copy.hazards(NONE)] == [hazard.tolist() for hazard in model.hazards(NONE)]
