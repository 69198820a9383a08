"""Issabel's rule: who is soon free, and how much it overcommits."""

import math

from bench.pacing.rivals.issabel import IssabelPacer
from tests.bench.pacing.floors import floor, tell_talks, tell_unanswered


def test_without_history_it_is_progressive() -> None:
    pacer = IssabelPacer()
    assert pacer.calls_to_place(floor(idle=4, talking=3, ringing=1, waiting=1, now=9_999.0)) == 2


def test_a_talk_counts_as_soon_free_once_an_exponential_one_had_ended_for_sure() -> None:
    """1 - exp(-(t + 8) / 100) reaches 0.97 at t = 342.7; the answer time is 8 s by default."""
    pacer = IssabelPacer(overcommits=False)
    tell_talks(pacer, 10, talk=100.0, rings=8.0)
    needed = -math.log(0.03) * 100.0 - 8.0
    assert pacer.calls_to_place(floor(talking=3, now=needed - 1)) == 0
    assert pacer.calls_to_place(floor(talking=3, now=needed + 1)) == 3


def test_nine_talks_are_too_few_to_foresee_an_end() -> None:
    pacer = IssabelPacer(overcommits=False)
    tell_talks(pacer, 9, talk=100.0)
    assert pacer.calls_to_place(floor(talking=3, now=9_999.0)) == 0


def test_the_answer_time_is_that_of_the_last_twenty_filled_up_with_eight_seconds() -> None:
    """Ten answers after 28 s: (10 × 28 + 10 × 8) / 20 = 18."""
    pacer = IssabelPacer(overcommits=False)
    tell_talks(pacer, 10, talk=100.0, rings=28.0)
    needed = -math.log(0.03) * 100.0 - 18.0
    assert pacer.soon_free(floor(talking=1, now=needed - 0.1)) == 0
    assert pacer.soon_free(floor(talking=1, now=needed + 0.1)) == 1


def test_wrap_up_is_not_foreseen() -> None:
    pacer = IssabelPacer()
    tell_talks(pacer, 20, talk=1.0)
    assert pacer.calls_to_place(floor(wrap_up=3, now=9_999.0)) == 0


def test_overcommitment_divides_what_is_missing_by_the_answer_rate() -> None:
    pacer = IssabelPacer()
    tell_unanswered(pacer, 6)
    tell_talks(pacer, 4, talk=10.0)
    assert pacer.calls_to_place(floor(idle=3, ringing=1)) == 5  # 2 / 0.4


def test_the_answer_rate_is_twenty_percent_at_least() -> None:
    pacer = IssabelPacer()
    tell_unanswered(pacer, 99)
    tell_talks(pacer, 1, talk=10.0)
    assert pacer.calls_to_place(floor(idle=3)) == 15


def test_the_answer_rate_forgets_after_half_an_hour_and_needs_ten_calls() -> None:
    pacer = IssabelPacer()
    tell_unanswered(pacer, 5)
    tell_talks(pacer, 5, talk=10.0)
    assert pacer.answer_rate(1_800.0) == 0.5
    assert pacer.answer_rate(1_801.0) is None
