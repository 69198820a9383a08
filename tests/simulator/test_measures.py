"""The worst half hour, against looking at every one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.simulator import Shift
from dialer.simulator.measures import worst_window

answers = st.lists(st.tuples(st.integers(0, 60).map(float), st.booleans()), max_size=40)


def worst_of_all_windows(answers: list[tuple[float, bool]], window: float, at_least: int) -> float:
    """Every window (begin, begin + window] that a quarter's steps reach; answers come at whole numbers."""
    worst = 0.0
    for quarter in range(-4 * 70, 4 * 70):
        inside = [was for at, was in answers if quarter / 4 < at <= quarter / 4 + window]
        if inside and len(inside) >= at_least:
            worst = max(worst, sum(inside) / len(inside))
    return worst


@given(answers, st.integers(1, 30), st.integers(0, 6))
def test_no_window_is_worse_than_the_worst(answers: list[tuple[float, bool]], window: int, at_least: int) -> None:
    expected = worst_of_all_windows(answers, window, at_least)
    assert worst_window(answers, window, at_least=at_least) == pytest.approx(expected)


def test_a_window_that_begins_after_a_row_of_good_answers_is_found() -> None:
    good_then_bad = [(float(at), False) for at in range(10)] + [(12.0, True), (13.0, True)]
    assert worst_window(good_then_bad, 14.0, at_least=2) == 1.0


def test_answers_of_one_moment_are_in_a_window_together() -> None:
    assert worst_window([(4.0, True), (5.0, False), (5.0, False)], 10.0, at_least=2) == pytest.approx(1 / 3)


def test_a_half_hour_with_too_few_answers_does_not_count() -> None:
    shift = Shift(answers=[(float(k), True) for k in range(19)])
    assert shift.worst_half_hour() == 0.0
    assert shift.worst_half_hour(at_least=19) == 1.0


def test_answers_may_become_known_out_of_order() -> None:
    shift = Shift(answers=[(100.0, False), (0.0, True), (3000.0, False)])
    assert shift.worst_half_hour(at_least=2) == 0.5


def test_an_empty_shift_measures_nothing() -> None:
    shift = Shift()
    assert (shift.occupancy, shift.abandonment_rate, shift.connects_per_hour, shift.worst_half_hour()) == (0, 0, 0, 0)


def test_measures_are_of_the_time_and_of_the_answers() -> None:
    shift = Shift(seconds=1800, connected=9, abandoned=1, talk_seconds=50, wrap_up_seconds=10, logged_in_seconds=100)
    assert (shift.occupancy, shift.abandonment_rate, shift.connects_per_hour) == (0.6, 0.1, 18)
    assert shift.idle_seconds == 40
