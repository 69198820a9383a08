"""The rule of abandonment: windows, bounds against known values, and what a campaign may still afford."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.pacing.abandonment import (
    DEFAULT_STANDARD,
    EXCUSABLE,
    STANDARDS,
    AbandonmentStanding,
    AccountingWindow,
    accounting_window,
    chance_of_at_least,
    standard_of,
    upper_bound,
)

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
STRICT = STANDARDS[DEFAULT_STANDARD]


def stand(abandoned: int, live_answers: int, max_rate: float = 0.03) -> AbandonmentStanding:
    return AbandonmentStanding(STRICT, AccountingWindow(NOW, None), live_answers, abandoned, max_rate)


def window(key: str, *, now: datetime = NOW, started_at: datetime | None = NOW, timezone: str = "UTC"):
    return accounting_window(STANDARDS[key], now=now, started_at=started_at, timezone=timezone)


# Clopper and Pearson's bounds as tables print them; two-sided ones at 95 % are one-sided ones at 97.5 %.
@pytest.mark.parametrize(
    ("count", "trials", "confidence", "expected"),
    [
        (0, 10, 0.975, 0.3085),
        (1, 10, 0.975, 0.4450),
        (5, 10, 0.975, 0.8129),
        (10, 100, 0.975, 0.1762),
        (0, 100, 0.95, 0.0295),  # the rule of three, exactly
        (0, 59, 0.95, 0.0495),
        (3, 100, 0.95, 0.0757),
        (9, 10, 0.975, 0.9975),
    ],
)
def test_the_bound_is_the_tables(count: int, trials: int, confidence: float, expected: float) -> None:
    assert upper_bound(count, trials, confidence) == pytest.approx(expected, abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_at_the_bound_so_few_are_seen_once_in_twenty(seen: tuple[int, int]) -> None:
    count, trials = seen
    rate = upper_bound(count, trials)
    chance = math.fsum(comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(count + 1))
    assert chance == pytest.approx(0.05, abs=1e-5)
    assert rate > count / trials


def test_the_bound_of_a_million_answers_is_close_to_their_rate() -> None:
    assert upper_bound(30_000, 1_000_000) == pytest.approx(0.03028, abs=1e-5)


@pytest.mark.parametrize(("count", "trials"), [(0, 0), (4, 4)])
def test_nothing_is_known_of_nothing_and_everything_may_be_lost(count: int, trials: int) -> None:
    assert upper_bound(count, trials) == 1.0


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.001, 0.999))
def test_the_upper_tail_is_a_chance_that_falls(count: int, trials: int, chance: float) -> None:
    at_least, one_more = chance_of_at_least(count, trials, chance), chance_of_at_least(count + 1, trials, chance)
    assert 0 <= one_more <= at_least + 1e-12 <= 1 + 1e-12


def test_the_tail_of_ten_throws() -> None:
    assert chance_of_at_least(1, 10, 0.5) == pytest.approx(1 - 0.5**10)
    assert chance_of_at_least(10, 10, 0.5) == pytest.approx(0.5**10)
    assert chance_of_at_least(11, 10, 0.5) == pytest.approx(0)


counts = st.integers(0, 20_000).flatmap(lambda n: st.tuples(st.integers(0, min(n, 900)), st.just(n)))
limits = st.sampled_from([0.0001, 0.005, 0.01, 0.025, 0.03, 0.05])


@given(counts, limits)
def test_the_budget_is_what_may_still_be_lost_and_not_one_more(counted: tuple[int, int], limit: float) -> None:
    abandoned, answers = counted
    budget = stand(abandoned, answers, limit).budget_left
    assert budget >= 0
    if budget:
        assert (abandoned + budget) <= limit * (answers + budget) + 1e-9
    if abandoned <= limit * answers:
        assert (abandoned + budget + 1) > limit * (answers + budget + 1) - 1e-9


@given(counts, limits)
def test_within_the_limit_nobody_is_exhausted(counted: tuple[int, int], limit: float) -> None:
    abandoned, answers = counted
    standing = stand(abandoned, answers, limit)
    if abandoned <= limit * answers - 1e-9:
        assert not standing.is_exhausted
    if standing.budget_left:
        assert not standing.is_exhausted


@given(counts, limits)
def test_more_than_bad_luck_above_the_limit_is_exhausted(counted: tuple[int, int], limit: float) -> None:
    abandoned, answers = counted
    if abandoned > EXCUSABLE and abandoned > limit * answers + 1e-9:
        assert stand(abandoned, answers, limit).is_exhausted


@given(counts, limits)
def test_answers_that_reach_an_agent_end_it_and_never_bring_it(counted: tuple[int, int], limit: float) -> None:
    abandoned, answers = counted
    if not stand(abandoned, answers, limit).is_exhausted:
        assert not stand(abandoned, answers + 1, limit).is_exhausted
    repaid = math.ceil(abandoned / limit) + 1
    assert not stand(abandoned, max(answers, repaid), limit).is_exhausted


@given(counts, limits)
def test_another_abandonment_never_ends_it(counted: tuple[int, int], limit: float) -> None:
    abandoned, answers = counted
    if stand(abandoned, answers, limit).is_exhausted:
        assert stand(abandoned + 1, answers + 1, limit).is_exhausted


@pytest.mark.parametrize(
    ("abandoned", "answers", "is_exhausted"),
    [
        (0, 0, False),
        (1, 1, True),  # until the next one reaches an agent
        (1, 2, False),
        (1, 5, False),
        (2, 5, True),
        (2, 13, False),
        (3, 20, True),
        (3, 60, False),
        (3, 100, False),
        (4, 101, True),
        (4, 134, False),
        (30, 1_000, False),
        (31, 1_000, True),
    ],
)
def test_bad_luck_of_the_first_answers_is_told_from_an_overrun(
    abandoned: int, answers: int, is_exhausted: bool
) -> None:
    assert stand(abandoned, answers).is_exhausted is is_exhausted


def test_three_of_a_hundred_are_exactly_three_percent() -> None:
    assert (stand(3, 100).budget_left, stand(3, 100).rate) == (0, 0.03)
    assert stand(0, 100).budget_left == 3
    assert stand(0, 1_000, 1.0).budget_left == 1_000


def test_the_record_says_everything() -> None:
    record = replace(stand(1, 50), window=AccountingWindow(NOW, NOW + timedelta(days=30))).as_record()
    assert record == {
        "standard": "strict",
        "window_start": "2026-03-04T15:00:00+00:00",
        "window_end": "2026-04-03T15:00:00+00:00",
        "live_answers": 50,
        "abandoned": 1,
        "rate": 0.02,
        "upper_bound": pytest.approx(0.0914, abs=1e-4),
        "max_rate": 0.03,
        "budget_left": 0,
        "is_exhausted": False,
    }
    assert stand(0, 0).as_record()["window_end"] is None


def test_rolling_windows_have_no_end() -> None:
    assert window("strict") == window("uk") == AccountingWindow(NOW - timedelta(hours=24), None)


@pytest.mark.parametrize(("days", "period"), [(0, 0), (29.99, 0), (30, 1), (75, 2), (-1, 0)])
def test_successive_windows_run_from_the_first_start(days: float, period: int) -> None:
    found = window("us", now=NOW + timedelta(days=days))
    assert found == AccountingWindow(NOW + timedelta(days=30 * period), NOW + timedelta(days=30 * (period + 1)))


def test_before_the_first_start_the_last_days_count() -> None:
    assert window("us", started_at=None) == AccountingWindow(NOW - timedelta(days=30), None)


@pytest.mark.parametrize(
    ("now", "timezone", "start", "end"),
    [
        ("2026-01-31T23:59:59+00:00", "UTC", "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"),
        ("2026-12-15T12:00:00+00:00", "UTC", "2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        # The clocks change within the month.
        ("2026-03-20T12:00:00+00:00", "America/Toronto", "2026-03-01T05:00:00+00:00", "2026-04-01T04:00:00+00:00"),
        ("2026-03-01T04:59:59+00:00", "America/Toronto", "2026-02-01T05:00:00+00:00", "2026-03-01T05:00:00+00:00"),
    ],
)
def test_a_calendar_month_is_the_campaigns_own(now: str, timezone: str, start: str, end: str) -> None:
    found = window("ca", now=datetime.fromisoformat(now), timezone=timezone)
    assert found == AccountingWindow(datetime.fromisoformat(start), datetime.fromisoformat(end))


def test_every_standard_is_named_sourced_and_no_stricter_than_the_default() -> None:
    for key, standard in STANDARDS.items():
        assert (standard.key, bool(standard.source)) == (key, True)
        assert standard.max_rate >= STRICT.max_rate
        assert standard.max_wait_seconds >= STRICT.max_wait_seconds
        assert standard.window_length is None or standard.window_length >= timedelta(hours=24)


def test_an_unknown_standard_is_the_default() -> None:
    assert standard_of("gone") is STRICT
    assert standard_of("ca").max_rate == 0.05
