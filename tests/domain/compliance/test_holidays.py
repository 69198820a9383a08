"""Days on which calls stop: the shipped rows against the `holidays` library and the facts' corrections."""

from collections.abc import Iterator
from datetime import date, timedelta

import holidays
import pytest

from dialer.domain.compliance import next_allowed
from tests.builders.callees import BOOK, at_wall, blocking, make_subject, reasons

YEARS = range(2024, 2033)
SATURDAY, SUNDAY = 5, 6
STATES = ("AL", "LA", "PA", "RI", "UT", "NE")
DAY = timedelta(days=1)


def shipped(jurisdiction: str) -> set[date]:
    return set(BOOK.holidays[jurisdiction].days)


def known(country: str, state: str | None = None) -> set[date]:
    days = holidays.country_holidays(country, subdiv=state, years=range(2023, 2034))
    return {day for day in days if day.year in YEARS}


def named(fragment: str, jurisdiction: str, year: int) -> list[date]:
    days = BOOK.holidays[jurisdiction].days
    return sorted(day for day, name in days.items() if day.year == year and fragment in name)


@pytest.mark.parametrize("jurisdiction", sorted(BOOK.holidays))
def test_every_calendar_covers_nine_years(jurisdiction: str) -> None:
    calendar = BOOK.holidays[jurisdiction]
    assert (calendar.first, calendar.last) == (date(2024, 1, 1), date(2032, 12, 31))
    assert {day.year for day in calendar.days} == set(YEARS)
    assert all(len({day for day in calendar.days if day.year == year}) >= 7 for year in YEARS)


@pytest.mark.parametrize("state", STATES)
def test_a_states_calendar_holds_all_that_the_library_knows(state: str) -> None:
    assert known("US", state) - shipped(f"US-{state}") == set()


@pytest.mark.parametrize("country", ["FR", "ES", "IT", "RU", "AU"])
def test_a_countrys_calendar_holds_all_that_the_library_knows(country: str) -> None:
    assert known(country) - shipped(country) == set()
    assert country == "AU" or shipped(country) == known(country)


@pytest.mark.parametrize("state", STATES)
def test_a_holiday_on_a_weekend_closes_the_weekday_on_which_it_is_observed_too(state: str) -> None:
    days = BOOK.holidays[f"US-{state}"].days
    for day, name in days.items():
        if "observed" in name or day.year not in YEARS[:-1]:
            continue
        if day.weekday() == SATURDAY:
            assert day - DAY in days, (day, name)
        if day.weekday() == SUNDAY:
            assert day + DAY in days, (day, name)


def test_rhode_island_keeps_state_and_federal_holidays_and_victory_day() -> None:
    assert known("US") <= shipped("US-RI")
    assert named("Victory Day", "US-RI", 2027) == [date(2027, 8, 9)]
    assert named("Election Day", "US-RI", 2026) == [date(2026, 11, 3)]


@pytest.mark.parametrize("year", YEARS)
def test_pennsylvania_keeps_what_a_vendor_adds(year: int) -> None:
    assert {day for day, _ in pennsylvania(year)} <= shipped("US-PA")


def pennsylvania(year: int) -> Iterator[tuple[date, str]]:
    french = holidays.country_holidays("FR", years=year, language="en_US")
    easter_monday = next(day for day, name in french.items() if "Easter" in name)
    yield easter_monday - 3 * DAY, "Good Friday"
    yield date(year, 6, 14), "Flag Day"
    first_monday = next(date(year, 11, day) for day in range(1, 8) if date(year, 11, day).weekday() == 0)
    yield first_monday + DAY, "Election Day"


def test_louisiana_keeps_the_days_that_vendors_name() -> None:
    assert {date(2027, 1, 8), date(2027, 1, 19), date(2027, 2, 9), date(2027, 7, 4), date(2027, 12, 25)} <= shipped(
        "US-LA"
    )


def test_utah_keeps_pioneer_day_and_the_friday_before_if_it_is_a_saturday() -> None:
    assert named("Pioneer Day", "US-UT", 2027) == [date(2027, 7, 23), date(2027, 7, 24)]


@pytest.mark.parametrize(
    ("number", "zone", "day"),
    [
        ("AL", "America/Chicago", "2027-07-05"), ("LA", "America/Chicago", "2027-02-09"),
        ("PA", "America/New_York", "2027-03-26"), ("RI", "America/New_York", "2027-08-09"),
        ("UT", "America/Denver", "2027-07-23"), ("+33123456789", "Europe/Paris", "2027-07-14"),
        ("+34912345678", "Europe/Madrid", "2027-10-12"), ("+61733331234", "Australia/Brisbane", "2027-01-26"),
        ("+390612345678", "Europe/Rome", "2027-06-02"),
    ],
)  # fmt: skip
def test_on_a_holiday_nobody_is_called_there(number: str, zone: str, day: str) -> None:
    noon = at_wall(zone, f"{day}T11:00")
    assert {code for _, code in reasons(make_subject(number), noon)} == {"holiday"}
    opening = next_allowed(make_subject(number), noon, BOOK)
    assert opening is not None
    assert opening > noon + timedelta(hours=12)


def test_the_holiday_is_that_of_the_local_date() -> None:
    subject = make_subject("UT")
    assert reasons(subject, at_wall("America/Denver", "2027-07-22T20:59")) == set()  # the 23rd in UTC
    (blocked,) = blocking(subject, at_wall("America/Denver", "2027-07-23T08:00"))
    assert blocked.inputs["note"] == "Pioneer Day (observed)"


@pytest.mark.parametrize("state", ["FL", "TX", "NY", "MS", "WA"])
def test_other_states_call_on_christmas(state: str) -> None:
    assert reasons(make_subject(state), at_wall("America/New_York", "2026-12-25T15:00")) == set()


def test_recorded_calls_to_nebraska_wait_until_one_on_a_holiday() -> None:
    subject = make_subject("NE", call_type="prerecorded")
    assert reasons(subject, at_wall("America/Chicago", "2026-12-25T12:59")) == {("US-NE-PRERECORDED", "outside_hours")}
    assert reasons(subject, at_wall("America/Chicago", "2026-12-25T13:00")) == set()


@pytest.mark.parametrize("day", ["2023-12-29", "2033-01-03"])
def test_a_year_without_a_calendar_is_no_year_without_holidays(day: str) -> None:
    noon = at_wall("America/New_York", f"{day}T12:00")
    assert reasons(make_subject("PA"), noon) == {("US-PA-HOURS", "holiday_calendar_missing")}
    assert reasons(make_subject("NY"), noon) == set()
    if day < "2024":
        assert next_allowed(make_subject("PA"), noon, BOOK) == at_wall("America/New_York", "2024-01-02T08:00")
