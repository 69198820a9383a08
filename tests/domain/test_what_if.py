"""What may be said of a floor from simulated trials of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.pacing.what_if import (
    Measured,
    Outcomes,
    SimulatedFloor,
    Tally,
    Trial,
    abandonment_rate,
    calls_for_lead,
    calls_per_agent_hour,
    connects_per_agent_hour,
    hours_to_finish,
    measure_over,
    occupancy,
)

NOBODY = Outcomes(0.0, 0.0, 0.0, 1.0, 0.0)


def tally(*, connected: int = 0, abandoned: int = 0, placed: int = 0, busy: float = 0.0) -> Tally:
    """A tenth of an hour of ten agents."""
    return Tally(360.0, placed, connected, abandoned, busy, 3600.0)


def simulated(*pairs: tuple[Tally, Tally]) -> SimulatedFloor:
    return SimulatedFloor(tuple(Trial(NOBODY, pair) for pair in pairs), 720.0, 1.0, 10)


def floors(dice: np.random.Generator, *, trials: int, known_to: float, luck: float) -> SimulatedFloor:
    """Occupancies around 0.8: each floor's own, and each half's luck on top."""
    own = dice.normal(0.8, known_to, trials)
    halves = [[tally(busy=3600.0 * (each + dice.normal(0, luck))) for _ in range(2)] for each in own]
    return simulated(*((first, second) for first, second in halves))


def width(floor: SimulatedFloor, *, hours: float) -> float:
    spread = measure_over(floor, occupancy, hours=hours).spread()
    return spread.p90 - spread.p10


def test_measures_are_shares_and_hourly_rates() -> None:
    half = tally(connected=18, abandoned=2, placed=90, busy=2700.0)
    floor = simulated((half, half))
    measured = {
        measure: measure_over(floor, measure, hours=1).expected
        for measure in (occupancy, abandonment_rate, connects_per_agent_hour, calls_per_agent_hour)
    }
    assert list(measured.values()) == pytest.approx([0.75, 0.1, 18.0, 90.0])


def test_the_expected_value_pools_the_trials_and_is_not_their_mean() -> None:
    few, many = tally(connected=0, abandoned=1), tally(connected=50, abandoned=0)
    measured = measure_over(simulated((few, few), (many, many)), abandonment_rate, hours=1)
    assert measured.expected == pytest.approx(2 / 102)


def test_trials_alike_leave_no_doubt() -> None:
    half = tally(busy=1800.0)
    spread = measure_over(simulated((half, half), (half, half)), occupancy, hours=8).spread()
    assert (spread.expected, spread.p10, spread.p50, spread.p90) == (0.5, 0.5, 0.5, 0.5)


def test_luck_averages_out_over_a_longer_shift() -> None:
    lucky = floors(np.random.default_rng(1), trials=200, known_to=0.0, luck=0.1)
    assert width(lucky, hours=20.0) < 0.35 * width(lucky, hours=0.2)
    # Two halves of 6 minutes with 0.1 each: 0.1 / sqrt(2) over 12 minutes, 2.56 of which hold the middle 80 %.
    assert width(lucky, hours=0.2) == pytest.approx(2.56 * 0.1 / 2**0.5, rel=0.2)


def test_what_is_not_known_of_the_people_does_not_average_out() -> None:
    unknown = floors(np.random.default_rng(2), trials=200, known_to=0.1, luck=0.02)
    assert width(unknown, hours=20.0) == pytest.approx(2.56 * 0.1, rel=0.2)
    assert width(unknown, hours=20.0) > 0.9 * width(unknown, hours=0.2)


def test_few_trials_make_the_interval_wider_than_many() -> None:
    few, many = (
        np.mean([width(floors(np.random.default_rng(seed), trials=trials, known_to=0.0, luck=0.1), hours=20.0)
                 for seed in range(30)])
        for trials in (5, 100)
    )  # fmt: skip
    assert few > 1.3 * many


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 30), st.integers(0, 5)), min_size=1))
def test_whatever_the_trials_an_interval_is_in_order_and_within_bounds(counts: list[tuple[int, int, int, int]]) -> None:
    floor = simulated(*((tally(connected=a, abandoned=b), tally(connected=c, abandoned=d)) for a, b, c, d in counts))
    spread = measure_over(floor, abandonment_rate, hours=3).spread(most=1.0)
    assert 0 <= spread.p10 <= spread.p50 <= spread.p90 <= 1
    assert 0 <= spread.expected <= 1


def test_hours_to_finish_are_the_calls_that_are_needed_by_the_calls_per_hour() -> None:
    half = tally(placed=100)
    calls = measure_over(simulated((half, half), (half, half)), calls_per_agent_hour, hours=1).times(10)
    spread = hours_to_finish(calls, [2000.0, 4000.0])
    assert spread is not None
    assert spread.expected == 3.0
    assert (spread.p10, spread.p90) == pytest.approx((1.8, 4.3), abs=0.1)


def test_where_no_calls_are_placed_there_is_no_end() -> None:
    nothing = measure_over(simulated((tally(), tally())), calls_per_agent_hour, hours=1)
    assert hours_to_finish(nothing, [10.0]) is None


@pytest.mark.parametrize(
    ("attempts_left", "retried", "calls"), [(1, 0.5, 1.0), (3, 0.5, 1.75), (2, 0.0, 1.0), (4, 1.0, 4.0), (0, 0.9, 0.0)]
)
def test_a_lead_takes_a_call_for_each_time_that_it_is_tried_again(
    attempts_left: int, retried: float, calls: float
) -> None:
    assert calls_for_lead(attempts_left, retried) == calls


@pytest.mark.parametrize("deviation", [0.01, 0.1, 0.5, 1.0])
def test_intervals_hold_the_middle_80_percent_of_a_gamma_distribution(deviation: float) -> None:
    drawn = np.random.default_rng(3).gamma(deviation**-2, 5.0 * deviation**2, 200_000)
    spread = Measured(5.0, (5.0 - 5.0 * deviation, 5.0 + 5.0 * deviation)).spread()
    told = (spread.p10, spread.p50, spread.p90)
    assert told == pytest.approx(np.quantile(drawn, (0.1, 0.5, 0.9)).tolist(), rel=0.03, abs=0.15)


def test_of_something_rare_none_seen_is_not_none() -> None:
    half = tally(connected=20)
    seen_none = simulated((half, half))
    assert measure_over(seen_none, abandonment_rate, hours=1).spread().p90 == 0.0
    rare = measure_over(seen_none, abandonment_rate, hours=1, is_rare=True).spread()
    assert rare.expected == pytest.approx(0.5 / 41)
    # Jeffreys' posterior of 0 in 40 is a Beta(0.5, 40.5), of which a tenth lies above 0.033.
    assert rare.p90 == pytest.approx(0.033, abs=0.006)
