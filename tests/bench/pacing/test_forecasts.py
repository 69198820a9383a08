"""The forecasting rivals, and what they learn."""

import math

import pytest

from bench.pacing.rivals.busy_share import BusySharePacer
from bench.pacing.rivals.forecast import ForecastPacer
from bench.pacing.rivals.learned import ForgettingMean, Learned
from bench.pacing.rivals.time_in_call import TimeInCallPacer
from dialer.domain.pacing import Answered, Connected, Dialed, Unanswered
from tests.bench.pacing.floors import floor, tell_talks, tell_unanswered


def test_a_mean_starts_as_its_guess_and_forgets_by_number() -> None:
    mean = ForgettingMean(10.0, worth=1)
    mean.add(20.0, memory=4)
    assert mean.value == 15.0
    for _ in range(40):
        mean.add(30.0, memory=4)
    assert mean.value == pytest.approx(30.0, abs=0.01)


def test_failed_calls_do_not_pull_the_answer_chance_down() -> None:
    learned = Learned()
    before = learned.answer_chance.value
    tell_unanswered(learned, 100, outcome="failed")
    assert learned.answer_chance.value == before
    tell_unanswered(learned, 100)
    assert learned.answer_chance.value < before / 2


def test_an_answer_counts_when_all_calls_placed_before_it_have_ended() -> None:
    learned = Learned()
    before = learned.answer_chance.value
    learned.observe(Dialed("early", 0.0))
    learned.observe(Dialed("late", 1.0))
    learned.observe(Answered("late", 5.0, "human"))
    assert learned.answer_chance.value == before
    learned.observe(Unanswered("early", 25.0, "no_answer"))
    assert learned.answer_chance.value == pytest.approx((20 * before + 0 + 1) / 22)


def test_talk_answer_and_wrap_up_times_are_learned() -> None:
    learned = Learned()
    tell_talks(learned, 1_000, talk=300.0, rings=14.0, wrap_up=25.0)
    figures = (learned.talk.value, learned.answer_seconds.value, learned.wrap_up.value)
    assert figures == (pytest.approx(300, rel=0.01), pytest.approx(14, rel=0.01), pytest.approx(25, rel=0.01))


def forecaster(scale: float) -> ForecastPacer:
    """It has learned: half answer, after 10 s, and talk 80 s with 20 s of wrap-up."""
    pacer = ForecastPacer(scale)
    for number in range(400):
        tell_talks(pacer, 1, talk=80.0, at=float(number), rings=10.0, wrap_up=20.0)
        tell_unanswered(pacer, 1, at=float(number))
    return pacer


def test_expected_free_agents_are_the_idle_and_shares_of_the_others() -> None:
    expected = 2 + 10 * (1 - math.exp(-10 / 100)) + 3 * (1 - math.exp(-10 / 20))
    assert forecaster(1.0).expected_free(floor(idle=2, talking=10, wrap_up=3)) == pytest.approx(expected, rel=0.01)


def test_calls_bring_expected_answers_up_to_expected_free_agents() -> None:
    """2.95 free less one who waits, less 2 × 0.5 answers expected, over 0.5: 1.9, rounded down."""
    snapshot = floor(idle=2, talking=10, ringing=2, waiting=1)
    assert forecaster(1.0).calls_to_place(snapshot) == 1
    assert forecaster(1.5).calls_to_place(snapshot) == 4


def test_the_smallest_scale_is_progressive() -> None:
    assert forecaster(0.01).calls_to_place(floor(idle=4, talking=20, ringing=1, waiting=1)) == 2


def test_lines_for_the_busy_are_a_share_of_them() -> None:
    assert BusySharePacer(0.5).calls_to_place(floor(idle=2, talking=4, wrap_up=1, ringing=1, waiting=1)) == 2
    assert BusySharePacer(0.0).calls_to_place(floor(idle=2, talking=5, ringing=1)) == 1


def test_a_busy_agent_weighs_what_calls_of_that_length_ended_within_the_window() -> None:
    pacer = TimeInCallPacer(1.0)
    for talk in (20.0, 40.0, 45.0, 200.0):
        tell_talks(pacer, 5, talk=talk)
    assert pacer.expected_ends([15.0], 10.0) == 0.25
    assert pacer.expected_ends([38.0], 10.0) == pytest.approx(2 / 3)
    assert pacer.expected_ends([500.0], 10.0) == 0.0
    assert pacer.expected_ends([15.0, 38.0, 500.0], 10.0) == pytest.approx(0.25 + 2 / 3)


def test_a_busy_agent_is_counted_from_the_moment_of_the_answer_through_wrap_up() -> None:
    """All calls took 60 s to the end of wrap-up: after 55 s, this one will have ended when somebody answers."""
    pacer = TimeInCallPacer(1.0)
    tell_talks(pacer, 50, talk=40.0, rings=9.0, wrap_up=20.0)
    pacer.observe(Connected("c", "a0", 1_000.0))
    assert pacer.calls_to_place(floor(wrap_up=1, since=1_040.0, now=1_055.0)) > 0
    assert pacer.calls_to_place(floor(wrap_up=1, since=1_040.0, now=1_045.0)) == 0


def test_before_twenty_calls_time_in_call_is_unknown_and_pacing_progressive() -> None:
    pacer = TimeInCallPacer(1.6)
    tell_talks(pacer, 19, talk=10.0)
    assert pacer.calls_to_place(floor(idle=3, talking=50, ringing=1)) == 2


def test_the_scale_weighs_all_who_are_expected_free() -> None:
    """One in ten answers: half of six idle agents want three answers, and ten calls that ring bring one."""
    pacer = TimeInCallPacer(0.5)
    tell_talks(pacer, 2_000, talk=10.0)
    pacer.learned.answer_chance = ForgettingMean(0.1)
    assert pacer.calls_to_place(floor(idle=6, ringing=10)) == 20  # (0.5 × 6 - 0.1 × 10) / 0.1
    assert pacer.calls_to_place(floor(idle=6, ringing=10, waiting=1)) == 10
