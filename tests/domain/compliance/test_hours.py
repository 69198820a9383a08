"""Hours of every state and country that has its own: the first and the last minute of each kind of day.

The figures are written down here once more, from the facts and not from the files.
"""

from datetime import timedelta

import pytest

from dialer.domain.compliance import next_allowed
from tests.builders.callees import BOOK, NUMBERS, at_wall, make_subject, reasons

MINUTE = timedelta(minutes=1)
ZONES = {
    "AL": "America/Chicago", "CT": "America/New_York", "FL": "America/New_York", "KY": "America/New_York",
    "LA": "America/Chicago", "MA": "America/New_York", "MD": "America/New_York", "MI": "America/Detroit",
    "MN": "America/Chicago", "MS": "America/Chicago", "NE": "America/Chicago", "NM": "America/Denver",
    "NV": "America/Los_Angeles", "NY": "America/New_York", "OK": "America/Chicago", "OR": "America/Los_Angeles",
    "PA": "America/New_York", "RI": "America/New_York", "TX": "America/Chicago", "UT": "America/Denver",
    "VA": "America/New_York", "WA": "America/Los_Angeles", "WY": "America/Denver", "CA": "America/Los_Angeles",
    "IL": "America/Chicago", "GA": "America/New_York",
}  # fmt: skip
# Monday to Friday, Saturday, Sunday; None: closed.
HOURS = {
    "AL": ("08-20", "08-20", None), "CA": ("08-21",) * 3, "CT": ("09-20",) * 3, "FL": ("08-20",) * 3,
    "GA": ("08-21",) * 3, "IL": ("08-21",) * 3, "KY": ("10-21",) * 3, "LA": ("08-20", "08-20", None),
    "MA": ("08-20",) * 3, "MD": ("08-20",) * 3, "MI": ("08-21",) * 3, "MN": ("08-21",) * 3,
    "MS": ("08-20", "08-20", None), "NE": ("08-21",) * 3, "NM": ("09-21",) * 3, "NV": ("09-20",) * 3,
    "NY": ("08-21",) * 3, "OK": ("08-20",) * 3, "OR": ("08-20",) * 3, "PA": ("08-21",) * 3,
    "RI": ("09-18", "10-17", None), "TX": ("09-21", "09-21", "12-21"), "UT": ("08-21", "08-21", None),
    "VA": ("08-21",) * 3, "WA": ("08-20",) * 3, "WY": ("08-20",) * 3,
}  # fmt: skip
PRERECORDED = {
    "KY": ("08-21",) * 3, "NV": ("09-21",) * 3, "IL": ("08-21",) * 3, "MI": ("09-21",) * 3, "MN": ("09-21",) * 3,
    "NE": ("08-21", "08-21", "13-21"), "FL": ("08-20",) * 3, "TX": ("09-21", "09-21", "12-21"),
}  # fmt: skip
DAYS = ("2027-03-03", "2027-03-06", "2027-03-07")  # a Wednesday, a Saturday, a Sunday; holidays nowhere
COUNTRIES = {
    "CA": ("+14165550123", "America/Toronto", ("09:00-21:30",), ("10:00-18:00",), ("10:00-18:00",)),
    "FR": ("+33123456789", "Europe/Paris", ("10:00-13:00", "14:00-20:00"), (), ()),
    "ES": ("+34912345678", "Europe/Madrid", ("09:00-21:00",), (), ()),
    "AU": ("+61733331234", "Australia/Brisbane", ("09:00-20:00",), ("09:00-17:00",), ()),
    "IT": ("+390612345678", "Europe/Rome", ("09:00-20:00",), ("10:00-19:00",), ()),
    "GB": ("+442079460018", "Europe/London", *(("08:00-21:00",),) * 3),
    "DE": ("+4930901820", "Europe/Berlin", *(("08:00-21:00",),) * 3),
    "IN": ("+912228403221", "Asia/Kolkata", *(("08:00-21:00",),) * 3),
}
EVERY_STATE_DAY = [
    (call_type, state, day, hours[kind])
    for call_type, table in (("telemarketing", HOURS), ("prerecorded", PRERECORDED))
    for state, hours in table.items()
    for kind, day in enumerate(DAYS)
]
EVERY_COUNTRY_DAY = [
    (number, zone, day, spans)
    for number, zone, *week in COUNTRIES.values()
    for day, spans in zip(DAYS, week, strict=True)
]


def open_walls(call_type: str, number: str, zone: str, day: str) -> list[str]:
    """The half hours of a local day at which a call may be placed."""
    subject = make_subject(number, call_type=call_type)
    walls = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]
    return [wall for wall in walls if not reasons(subject, at_wall(zone, f"{day}T{wall}"))]


@pytest.mark.parametrize(("call_type", "state", "day", "hours"), EVERY_STATE_DAY)
def test_each_state_is_open_exactly_in_its_hours(call_type: str, state: str, day: str, hours: str | None) -> None:
    walls = open_walls(call_type, NUMBERS[state], ZONES[state], day)
    if hours is None:
        assert walls == []
        return
    first, last = (int(hour) for hour in hours.split("-"))
    assert walls == [f"{hour:02}:{minute:02}" for hour in range(first, last) for minute in (0, 30)]


@pytest.mark.parametrize(("number", "zone", "day", "spans"), EVERY_COUNTRY_DAY)
def test_each_country_is_open_exactly_in_its_hours(number: str, zone: str, day: str, spans: tuple[str, ...]) -> None:
    expected = [
        wall
        for wall in (f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30))
        if any(span[:5] <= wall < span[6:] for span in spans)
    ]
    assert open_walls("telemarketing", number, zone, day) == expected


@pytest.mark.parametrize("state", sorted(HOURS))
def test_a_window_is_half_open_to_the_minute(state: str) -> None:
    first, last = (int(hour) for hour in HOURS[state][0].split("-"))
    opens = at_wall(ZONES[state], f"{DAYS[0]}T{first:02}:00")
    closes = at_wall(ZONES[state], f"{DAYS[0]}T{last:02}:00")
    subject = make_subject(state)
    assert [bool(reasons(subject, at)) for at in (opens - MINUTE, opens, closes - MINUTE, closes)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert next_allowed(subject, opens - MINUTE, BOOK) == opens


def test_the_second_before_the_end_is_open_and_the_end_is_not() -> None:
    closes = at_wall("America/New_York", "2027-03-03T20:00")
    assert reasons(make_subject("FL"), closes - timedelta(microseconds=1)) == set()
    assert reasons(make_subject("FL"), closes) == {("US-FL-HOURS", "outside_hours")}


@pytest.mark.parametrize("zone", ["America/Chicago", "America/Denver"])
def test_south_dakota_is_open_on_weekdays_only_and_in_both_of_its_zones(zone: str) -> None:
    subject = make_subject("SD")
    both = at_wall("America/Denver", "2027-03-03T09:00")
    assert [bool(reasons(subject, at)) for at in (both - MINUTE, both)] == [True, False]
    codes = {code for _, code in reasons(subject, at_wall(zone, "2027-03-06T12:00"))}
    assert codes == {"closed_day"}


@pytest.mark.parametrize("call_type", ["survey", "service", "b2b", "debt"])
@pytest.mark.parametrize(("number", "zone"), [("RI", "America/New_York"), ("+14165550123", "America/Toronto")])
def test_other_kinds_of_calls_have_the_default_hours(call_type: str, number: str, zone: str) -> None:
    subject = make_subject(number, call_type=call_type)
    opens, closes = at_wall(zone, "2027-03-07T08:00"), at_wall(zone, "2027-03-07T21:00")
    assert [bool(reasons(subject, at)) for at in (opens - MINUTE, opens, closes - MINUTE, closes)] == [
        True, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "closes"), [(DAYS[0], "20:30"), (DAYS[1], "17:00"), (DAYS[2], "17:00")])
def test_research_in_australia_has_hours_of_its_own(day: str, closes: str) -> None:
    subject = make_subject("+61733331234", call_type="survey")
    first, end = (at_wall("Australia/Brisbane", f"{day}T{wall}") for wall in ("09:00", closes))
    assert [bool(reasons(subject, at)) for at in (first - MINUTE, first, end - MINUTE, end)] == [
        True, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "opens", "closes"), [("2026-11-05", 8, 22), ("2026-11-07", 9, 20), ("2026-11-04", 9, 20)]
)
def test_debts_in_russia_have_hours_for_weekdays_weekends_and_holidays(day: str, opens: int, closes: int) -> None:
    subject = make_subject("+74951234567", call_type="debt")
    first, end = (at_wall("Europe/Moscow", f"{day}T{hour:02}:00") for hour in (opens, closes))
    assert [bool(reasons(subject, at)) for at in (first - MINUTE, first, end - MINUTE, end)] == [
        True, False, False, True,
    ]  # fmt: skip


def test_massachusetts_takes_no_prerecorded_calls_at_any_hour() -> None:
    noon = at_wall("America/New_York", "2027-03-03T12:00")
    subject = make_subject("MA", call_type="prerecorded")
    assert reasons(subject, noon) == {("US-MA-PRERECORDED", "banned")}
    assert next_allowed(subject, noon, BOOK) is None


def test_a_rule_holds_from_its_local_date_on() -> None:
    subject, zone = make_subject("OR"), "America/Los_Angeles"
    assert reasons(subject, at_wall(zone, "2025-12-31T20:30")) == set()
    assert reasons(subject, at_wall(zone, "2026-01-01T20:30")) == {("US-OR-HOURS", "outside_hours")}


def test_a_rule_that_begins_while_a_call_waits_is_foreseen() -> None:
    late = at_wall("America/Los_Angeles", "2025-12-31T21:00")
    assert next_allowed(make_subject("OR"), late, BOOK) == at_wall("America/Los_Angeles", "2026-01-01T08:00")


def test_every_rule_counts_in_every_zone_in_which_the_callee_may_be() -> None:
    florida = make_subject("+18505550123")
    assert florida.locality.time_zones == ("America/Chicago", "America/New_York")
    opens, closes = at_wall("America/Chicago", "2027-03-03T08:00"), at_wall("America/New_York", "2027-03-03T20:00")
    assert [bool(reasons(florida, at)) for at in (opens - MINUTE, opens, closes - MINUTE, closes)] == [
        True, False, False, True,
    ]  # fmt: skip
