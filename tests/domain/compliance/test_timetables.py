"""Openings against a plain reading of the wall clock, minute by minute, also on the nights when it is changed."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.compliance.calling_window import CallingWindow, window_timetable
from dialer.domain.compliance.rule_book import HolidayCalendar
from dialer.domain.compliance.rules import parse_rule
from dialer.domain.compliance.timetables import (
    ClosureTimetable,
    HoursTimetable,
    Timetable,
    first_common_opening,
    intersect_spans,
    join_spans,
)
from dialer.domain.compliance.wall_clock import instant_of, seconds_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# Each zone with instants (UTC) at which its clock is changed. Lord Howe moves by half an hour, Havana at midnight.
CHANGES = {
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Europe/Paris": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    "America/Havana": (datetime(2025, 3, 9, 5, tzinfo=UTC), datetime(2025, 11, 2, 5, tzinfo=UTC)),
    "Asia/Beirut": (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 21, tzinfo=UTC)),
}
NIGHTS = [(zone, change) for zone, changes in CHANGES.items() for change in changes]
HOLIDAYS = frozenset(date(2026, month, day) for month in range(1, 13) for day in (1, 8, 25))
CALENDAR = HolidayCalendar(dict.fromkeys(HOLIDAYS, "Holiday"), date(2025, 1, 1), date(2027, 12, 31))

quarters = st.integers(0, 95).map(lambda quarter: quarter * 15)
spans = st.lists(st.tuples(quarters, quarters), max_size=2)
weeks = st.fixed_dictionaries({"mon_fri": spans, "sat": spans, "sun": spans})


def wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def make_hours(week: dict[str, list[tuple[int, int]]], holidays: list[tuple[int, int]] | None) -> HoursTimetable:
    value: dict[str, object] = {name: [[wall(start), wall(end)] for start, end in days] for name, days in week.items()}
    if holidays is not None:
        value["holidays"] = [[wall(start), wall(end)] for start, end in holidays]
    rule = parse_rule({"id": "X", "jurisdiction": "US", "kind": "hours", "value": value})
    return HoursTimetable(rule, rule.value, CALENDAR)  # type: ignore[arg-type]


def plainly_in(day: list[tuple[int, int]], minute: int, *, from_yesterday: bool) -> bool:
    """Whether a minute of the wall lies in spans that begin that day, or that began the day before."""
    for start, end in day:
        last = end if end > start else end + 1440
        if start <= minute + (1440 if from_yesterday else 0) < last:
            return True
    return False


def plainly_open(
    week: dict[str, list[tuple[int, int]]], holidays: list[tuple[int, int]] | None, zone: str, at: datetime
) -> bool:
    """The definition: what the wall shows, looked up in the spans of this date and of the one before."""
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    for day, from_yesterday in ((local.date(), False), (local.date() - DAY, True)):
        name = ("mon_fri",) * 5 + ("sat", "sun")
        is_in = plainly_in(week[name[day.weekday()]], minute, from_yesterday=from_yesterday)
        if holidays is not None and day in HOLIDAYS:
            is_in = is_in and plainly_in(holidays, minute, from_yesterday=from_yesterday)
        if is_in:
            return True
    return False


@pytest.mark.parametrize(("zone", "change"), NIGHTS)
@settings(max_examples=25, deadline=None)
@given(week=weeks, holidays=st.none() | spans, minutes=st.integers(-26 * 60, 26 * 60) | st.integers(-120, 120))
def test_hours_are_what_the_wall_clock_says_around_a_change_of_clock(
    zone: str, change: datetime, week: dict[str, list[tuple[int, int]]], holidays: list[tuple[int, int]] | None,
    minutes: int,
) -> None:  # fmt: skip
    assert_as_the_wall_says(make_hours(week, holidays), week, holidays, zone, change + minutes * MINUTE)


@settings(max_examples=60, deadline=None)
@given(
    week=weeks,
    holidays=st.none() | spans,
    zone=st.sampled_from([*sorted(CHANGES), "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"]),
    at=st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 28), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_hours_are_what_the_wall_clock_says_on_any_day(
    week: dict[str, list[tuple[int, int]]], holidays: list[tuple[int, int]] | None, zone: str, at: datetime
) -> None:
    assert_as_the_wall_says(make_hours(week, holidays), week, holidays, zone, at.replace(second=0, microsecond=0))


def assert_as_the_wall_says(
    timetable: Timetable,
    week: dict[str, list[tuple[int, int]]],
    holidays: list[tuple[int, int]] | None,
    zone: str,
    at: datetime,
) -> None:
    """Being open, the next opening and the spans of two days all agree with the definition at every fifth minute."""
    moments = [at + step * 5 * MINUTE for step in range(2 * 288)]
    plainly = [plainly_open(week, holidays, zone, moment) for moment in moments]
    assert [timetable.is_open(zone, seconds_of(moment)) for moment in moments] == plainly
    start, end = seconds_of(at), seconds_of(moments[-1])
    opens = timetable.spans(zone, start, end)
    assert [any(low <= seconds_of(moment) < high for low, high in opens) for moment in moments[:-1]] == plainly[:-1]
    assert all(high < low for (_, high), (low, _) in pairwise(opens))
    assert timetable.next_opening(zone, start, end) == (opens[0][0] if opens else None)


@settings(max_examples=40, deadline=None)
@given(
    first=weeks, second=weeks, zones=st.tuples(st.sampled_from(sorted(CHANGES)), st.sampled_from(sorted(CHANGES))),
    at=st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 20), timezones=st.just(UTC)),  # noqa: DTZ001
)  # fmt: skip
def test_the_first_common_opening_is_where_the_common_spans_begin(
    first: dict[str, list[tuple[int, int]]], second: dict[str, list[tuple[int, int]]], zones: tuple[str, str],
    at: datetime,
) -> None:  # fmt: skip
    pairs = list(zip((make_hours(first, None), make_hours(second, None)), zones, strict=True))
    start, end = seconds_of(at), seconds_of(at + 8 * DAY)
    common = intersect_spans(*(timetable.spans(zone, start, end) for timetable, zone in pairs))
    assert first_common_opening(pairs, start, end) == (common[0][0] if common else None)


@pytest.mark.parametrize(("zone", "change"), NIGHTS)
@settings(max_examples=15, deadline=None)
@given(
    start=quarters, end=quarters, days=st.frozensets(st.integers(0, 6)), minutes=st.integers(-26 * 60, 26 * 60),
)  # fmt: skip
def test_a_campaigns_window_belongs_to_the_weekday_on_which_it_starts(
    zone: str, change: datetime, start: int, end: int, days: frozenset[int], minutes: int
) -> None:
    window = CallingWindow(None, time(start // 60, start % 60), time(end // 60, end % 60), days)
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for step in range(0, 3 * 1440, 15):
        at = change + (minutes + step) * MINUTE
        local = at.astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        today, yesterday = local.weekday() in days, (local.weekday() - 1) % 7 in days
        if end > start:
            expected = today and start <= minute < end
        else:
            expected = (today and minute >= start) or (yesterday and minute < end)
        assert window.is_open(at, [zone]) is expected, (names[local.weekday()], minute)
    assert len(window_timetable(window).plan(0).spans) == (3 in days)  # 1970-01-01 was a Thursday


def test_a_night_shift_that_starts_on_friday_ends_on_saturday() -> None:
    window = CallingWindow("UTC", time(22), time(2), frozenset({4}))
    friday = datetime(2026, 11, 20, tzinfo=UTC)
    opens = [hour for hour in range(-24, 48) if window.is_open(friday + timedelta(hours=hour))]
    assert opens == [22, 23, 24, 25]


def test_a_night_before_a_holiday_reaches_into_it_and_the_night_of_the_holiday_does_not_begin() -> None:
    every_night = {name: [(22 * 60, 2 * 60)] for name in ("mon_fri", "sat", "sun")}
    timetable = make_hours(every_night, [])
    christmas = datetime(2026, 12, 25, tzinfo=UTC)
    opens = [hour for hour in range(-24, 48) if timetable.is_open("UTC", seconds_of(christmas + timedelta(hours=hour)))]
    assert opens == [-24, -23, -2, -1, 0, 1, 46, 47]


def test_a_window_without_weekdays_or_zones_never_opens() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for window in (CallingWindow("UTC", time(9), time(20), frozenset()), CallingWindow(None, time(9), time(20))):
        assert not window.is_open(noon)
        with pytest.raises(ValueError, match="never opens"):
            window.next_opening(noon)


def test_a_window_on_the_callees_clock_is_open_where_it_is_open_in_all_his_zones() -> None:
    window = CallingWindow(None, time(9), time(17))
    zones = ["America/New_York", "America/Los_Angeles"]
    noon = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert window.next_opening(noon - timedelta(hours=5), zones) == noon
    assert not window.is_open(noon + timedelta(hours=5), zones)


@pytest.mark.parametrize(
    ("value", "closed"),
    [
        ({"from": "2026-11-20", "to": "2026-11-21"}, (5, 53)),
        ({"from": "2026-11-20T18:00:00-05:00", "to": "2026-11-21T06:00:00Z"}, (23, 30)),
        ({"from": "2026-11-20"}, (5, 10_000)),
    ],
)
def test_a_closure_is_local_days_or_the_time_between_two_instants(
    value: dict[str, str], closed: tuple[int, int]
) -> None:
    rule = parse_rule({"id": "X", "jurisdiction": "US-NY", "kind": "closure", "value": value})
    timetable = ClosureTimetable(rule, rule.value)  # type: ignore[arg-type]
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    hours = range(-24, 96)
    zone = "America/New_York"
    is_open = [timetable.is_open(zone, seconds_of(midnight + timedelta(hours=hour))) for hour in hours]
    expected = [not closed[0] <= hour < closed[1] for hour in hours]
    assert is_open == expected
    spans = timetable.spans(zone, seconds_of(midnight - DAY), seconds_of(midnight + 4 * DAY))
    by_spans = [any(low <= seconds_of(midnight + timedelta(hours=h)) < high for low, high in spans) for h in hours]
    assert by_spans == expected


def test_spans_that_touch_are_joined_and_what_they_share_is_kept() -> None:
    assert join_spans([(5, 7), (1, 3), (3, 4), (6, 9)]) == [(1, 4), (5, 9)]
    assert intersect_spans([(1, 4), (5, 9)], [(2, 6), (8, 12)]) == [(2, 4), (5, 6), (8, 9)]
    assert instant_of(seconds_of(datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC))) == datetime(
        2026, 11, 20, 1, 2, 3, tzinfo=UTC
    )
