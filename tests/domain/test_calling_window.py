"""Calling hours on the wall clock, also on the nights when that clock is changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.compliance import CallingWindow

MINUTE = timedelta(minutes=1)
# Each zone with the instants (UTC) at which its clock is changed in 2026. Lord Howe moves by half an hour.
CHANGES = {
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Australia/Sydney": (datetime(2026, 4, 4, 16, tzinfo=UTC), datetime(2026, 10, 3, 16, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    "UTC": (datetime(2026, 3, 8, tzinfo=UTC),),
}
NIGHTS = [(zone, change) for zone, changes in CHANGES.items() for change in changes]

quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
night_quarters = st.builds(time, st.integers(0, 3), st.sampled_from([0, 15, 30, 45]))


def assert_first_opening(window: CallingWindow, at: datetime) -> None:
    """`next_opening` is open, and minute by minute nothing before it is."""
    opening = window.next_opening(at)
    assert opening >= at
    assert window.is_open(opening)
    assert opening - at <= timedelta(days=2)
    instant = at
    while instant < opening:
        assert not window.is_open(instant), f"{instant} is open, before {opening}"
        instant += MINUTE


@pytest.mark.parametrize(("zone", "change"), NIGHTS)
@settings(max_examples=40, deadline=None)
@given(
    start=quarters | night_quarters,
    end=quarters | night_quarters,
    minutes=st.integers(-26 * 60, 26 * 60) | st.integers(-120, 120),
)
def test_the_next_opening_is_the_first_open_minute_around_a_change_of_clock(
    zone: str, change: datetime, start: time, end: time, minutes: int
) -> None:
    assert_first_opening(CallingWindow(zone, start, end), change + minutes * MINUTE)


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from([*sorted(CHANGES), "Asia/Kathmandu", "America/St_Johns"]),
    start=quarters,
    end=quarters,
    at=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone
)
def test_the_next_opening_is_the_first_open_minute_on_any_day(zone: str, start: time, end: time, at: datetime) -> None:
    assert_first_opening(CallingWindow(zone, start, end), at.replace(second=0, microsecond=0))


@settings(max_examples=100, deadline=None)
@given(start=quarters, end=quarters, at=st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1)))  # noqa: DTZ001
def test_a_window_and_its_mirror_image_are_never_open_together(start: time, end: time, at: datetime) -> None:
    if start == end:
        assert CallingWindow("UTC", start, end).is_open(at)
        return
    assert CallingWindow("UTC", start, end).is_open(at) != CallingWindow("UTC", end, start).is_open(at)


@pytest.mark.parametrize(
    ("wall", "is_open"), [("08:59", False), ("09:00", True), ("19:59", True), ("20:00", False), ("00:00", False)]
)
def test_a_window_is_half_open_on_the_wall_clock_of_its_zone(wall: str, is_open: bool) -> None:
    at = datetime.fromisoformat(f"2026-06-10T{wall}:00").replace(tzinfo=ZoneInfo("America/New_York"))
    assert CallingWindow("America/New_York", time(9), time(20)).is_open(at) is is_open


@pytest.mark.parametrize(("wall", "is_open"), [("21:59", False), ("22:00", True), ("05:59", True), ("06:00", False)])
def test_a_window_whose_end_lies_before_its_start_crosses_midnight(wall: str, is_open: bool) -> None:
    at = datetime.fromisoformat(f"2026-06-10T{wall}:00").replace(tzinfo=UTC)
    assert CallingWindow("UTC", time(22), time(6)).is_open(at) is is_open


def test_a_start_that_the_clock_jumps_over_opens_at_the_jump() -> None:
    window = CallingWindow("America/New_York", time(2, 30), time(5))
    assert window.next_opening(datetime(2026, 3, 8, 6, tzinfo=UTC)) == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_a_window_that_the_clock_jumps_over_opens_the_next_day() -> None:
    window = CallingWindow("America/New_York", time(2, 15), time(2, 45))
    assert window.next_opening(datetime(2026, 3, 8, 6, tzinfo=UTC)) == datetime(2026, 3, 9, 6, 15, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    window = CallingWindow("America/New_York", time(1), time(1, 30))
    assert window.next_opening(datetime(2026, 11, 1, 5, 40, tzinfo=UTC)) == datetime(2026, 11, 1, 6, tzinfo=UTC)


def test_an_open_window_opens_now() -> None:
    at = datetime(2026, 6, 10, 12, 0, 30, tzinfo=ZoneInfo("America/New_York"))
    opening = CallingWindow("America/New_York", time(9), time(20)).next_opening(at)
    assert (opening, opening.tzinfo) == (at, UTC)
