"""Days on which calls stop: the `holidays` library, corrected by what the facts and the states' own laws say."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
AUSTRALIAN = ("New Year's Day", "Australia Day", "Good Friday", "Easter Monday", "ANZAC Day", "Christmas Day", "Boxing")


@dataclass(frozen=True)
class DaysOff:
    """Days that are surely holidays, and days that a cautious reader would add."""

    sure: frozenset[date]
    perhaps: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day in self.sure


def nth(year: int, month: int, weekday: int, number: int) -> date:
    """The second Monday of August, and so on."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def observed(day: date) -> date:
    """The weekday on which a holiday that falls on a weekend is kept in the United States."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def following(day: date) -> date:
    """The Monday after a Saturday or Sunday."""
    return day + timedelta(days={SATURDAY: 2, SUNDAY: 1}.get(day.weekday(), 0))


@cache
def good_friday(year: int) -> date:
    """Two days before Easter Sunday, which the French holiday of Easter Monday follows."""
    french = holidays.country_holidays("FR", years=year, language="en_US")
    return next(day for day, name in french.items() if "Easter Monday" in name) - timedelta(days=3)


def election_day(year: int) -> date:
    """The Tuesday after the first Monday of November."""
    return nth(year, 11, 0, 1) + timedelta(days=1)


@cache
def days_off(jurisdiction: str, year: int) -> DaysOff:
    """Holidays of one year; empty where a jurisdiction's rules do not stop for them."""
    named = {
        "US-AL": _plain_state,
        "US-LA": _louisiana,
        "US-PA": _pennsylvania,
        "US-RI": _rhode_island,
        "US-UT": _utah,
        "US-NE": _nebraska,
        "FR": _france,
        "ES": _spain,
        "AU": _australia,
        "IT": _italy,
        "RU": _russia,
    }.get(jurisdiction)
    return named(jurisdiction, year) if named else DaysOff(frozenset())


def _state(jurisdiction: str, year: int) -> set[date]:
    # A year's neighbours too: New Year's Day on a Saturday is kept on 31 December.
    days = holidays.US(subdiv=jurisdiction.removeprefix("US-"), years=(year, year + 1))
    return {day for day in days if day.year == year}


def _plain_state(jurisdiction: str, year: int) -> DaysOff:
    return DaysOff(frozenset(_state(jurisdiction, year)), frozenset({good_friday(year) + timedelta(days=-45)}))


def _louisiana(jurisdiction: str, year: int) -> DaysOff:
    mardi_gras = good_friday(year) - timedelta(days=45)
    named = {mardi_gras, date(year, 1, 8), date(year, 1, 19)}
    perhaps = {date(year, 12, 24), date(year, 12, 26), date(year, 12, 31), date(year, 11, 1), date(year, 8, 30)}
    perhaps |= {election_day(year), nth(year, 10, 0, 2), nth(year, 11, 3, 4) + timedelta(days=1), date(year, 6, 3)}
    perhaps |= {observed(day) for day in named | perhaps}
    return DaysOff(frozenset(_state(jurisdiction, year) | named), frozenset(perhaps))


def _pennsylvania(jurisdiction: str, year: int) -> DaysOff:
    named = {good_friday(year), date(year, 6, 14), election_day(year)}
    return DaysOff(frozenset(_state(jurisdiction, year) | named), frozenset({observed(date(year, 6, 14))}))


def _rhode_island(jurisdiction: str, year: int) -> DaysOff:
    named = {nth(year, 8, 0, 2)}
    # General election day is a holiday of the state in even years (R.I. Gen. Laws 25-1-1), every year to the cautious.
    perhaps = {election_day(year), date(year, 5, 4), good_friday(year)}
    return DaysOff(frozenset(_state(jurisdiction, year) | named), frozenset(perhaps))


def _utah(jurisdiction: str, year: int) -> DaysOff:
    """Utah keeps Juneteenth on a Monday: the one before, or after a weekend the next (Utah Code 63G-1-301)."""
    juneteenth = date(year, 6, 19)
    monday = following(juneteenth) if juneteenth.weekday() > FRIDAY else juneteenth - timedelta(juneteenth.weekday())
    return DaysOff(frozenset(_state(jurisdiction, year) | {observed(date(year, 7, 24))}), frozenset({monday}))


def _nebraska(jurisdiction: str, year: int) -> DaysOff:
    sure = {date(year, 12, 25), date(year, 1, 1), nth(year, 11, 3, 4)}
    return DaysOff(frozenset(sure), frozenset(_state(jurisdiction, year)))


def _national(country: str, year: int) -> set[date]:
    return set(holidays.country_holidays(country, years=year))


def _france(jurisdiction: str, year: int) -> DaysOff:
    # Two more in Alsace and Moselle; others overseas.
    return DaysOff(frozenset(_national("FR", year)), frozenset({good_friday(year), date(year, 12, 26)}))


def _spain(jurisdiction: str, year: int) -> DaysOff:
    fixed = {(1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25)}
    sure = {date(year, month, day) for month, day in fixed} | {good_friday(year)}
    regional = {good_friday(year) - timedelta(days=1), good_friday(year) + timedelta(days=3), date(year, 12, 26)}
    return DaysOff(frozenset(sure), frozenset(regional | {following(day) for day in sure}))


def _australia(jurisdiction: str, year: int) -> DaysOff:
    easter = good_friday(year)
    fixed = [date(year, *monthday) for monthday in ((1, 1), (1, 26), (4, 25), (12, 25), (12, 26))]
    sure = {*fixed, easter, easter + timedelta(days=3)}
    # The weekday kept instead is law in each state, so a national rule may or may not mean it.
    instead = {following(day) for day in fixed} | {date(year, 12, 28) for day in fixed if day.weekday() == SUNDAY}
    if date(year, 12, 25).weekday() in (SATURDAY, SUNDAY):
        instead |= {date(year, 12, 27), date(year, 12, 28)}
    return DaysOff(frozenset(sure), frozenset(instead | {easter + timedelta(days=1), nth(year, 6, 0, 2)}))


def _italy(jurisdiction: str, year: int) -> DaysOff:
    sure = {date(year, 12, 25), date(year, 1, 1), date(year, 1, 6)}
    return DaysOff(frozenset(sure), frozenset(_national("IT", year)))


def _russia(jurisdiction: str, year: int) -> DaysOff:
    fixed = [*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)]
    sure = {date(year, month, day) for month, day in fixed}
    return DaysOff(frozenset(sure), frozenset(_national("RU", year) | {following(day) for day in sure}))
