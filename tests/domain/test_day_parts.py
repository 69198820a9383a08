"""Parts of the callee's day, in every zone and on every night."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.day_parts import ALL_PARTS, SPREAD, DayPart, add_part, next_untried, part_of_day, zone_named

NEW_YORK = ZoneInfo("America/New_York")
ZONES = sorted(available_timezones() - {"localtime"})
instants = st.integers(0, 5 * 366 * 86_400).map(
    lambda later: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=later)
)
leads = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))
tries = st.integers(0, int(ALL_PARTS))


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("wall", "part"),
    [
        ("07:59:59", DayPart.NONE), ("08:00", DayPart.MORNING), ("11:59:59", DayPart.MORNING),
        ("12:00", DayPart.AFTERNOON), ("16:59:59", DayPart.AFTERNOON), ("17:00", DayPart.EVENING),
        ("20:59:59", DayPart.EVENING), ("21:00", DayPart.NONE), ("00:00", DayPart.NONE),
    ],
)  # fmt: skip
def test_parts_are_half_open_on_the_callees_clock(wall: str, part: DayPart) -> None:
    assert part_of_day(new_york(f"2026-11-23T{wall}"), NEW_YORK) is part


def test_the_night_is_no_part_and_a_full_day_starts_over() -> None:
    assert add_part(DayPart.MORNING, DayPart.NONE) == DayPart.MORNING
    assert add_part(DayPart.MORNING, DayPart.EVENING) == DayPart.MORNING | DayPart.EVENING
    assert add_part(DayPart.MORNING | DayPart.EVENING, DayPart.AFTERNOON) == DayPart.AFTERNOON


@pytest.mark.parametrize(
    ("tried", "not_before", "day_and_part"),
    [
        (DayPart.MORNING, "2026-11-23T09:10", "2026-11-23T12:00"),
        (DayPart.MORNING | DayPart.AFTERNOON, "2026-11-23T12:40", "2026-11-23T17:00"),
        (DayPart.EVENING, "2026-11-23T20:30", "2026-11-24T08:00"),
        # Over the nights on which the clocks change.
        (DayPart.EVENING, "2026-10-31T20:30", "2026-11-01T08:00"),
        (DayPart.EVENING, "2026-03-07T20:30", "2026-03-08T08:00"),
    ],
)
def test_the_next_part_not_tried_is_waited_for(tried: DayPart, not_before: str, day_and_part: str) -> None:
    due = next_untried(tried, not_before=new_york(not_before), zone=NEW_YORK, lead_id=UUID(int=0))
    assert due == new_york(day_and_part)


def test_a_part_not_tried_that_has_begun_is_not_put_off() -> None:
    now = new_york("2026-11-23T15:00")
    assert next_untried(DayPart.MORNING, not_before=now, zone=NEW_YORK, lead_id=UUID(int=0)) == now


def test_a_list_does_not_come_due_in_one_second() -> None:
    not_before = new_york("2026-11-23T11:00")
    due = [
        next_untried(DayPart.MORNING, not_before=not_before, zone=NEW_YORK, lead_id=UUID(int=number * 7919))
        for number in range(1000)
    ]
    assert len(set(due)) > 500
    assert max(due) - min(due) <= SPREAD


@settings(max_examples=400, deadline=None)
@given(tries, instants, st.sampled_from(ZONES), leads)
def test_the_moment_lies_in_a_part_not_tried_and_never_too_early(
    tried: int, not_before: datetime, zone_name: str, lead_id: UUID
) -> None:
    zone = ZoneInfo(zone_name)
    due = next_untried(tried, not_before=not_before, zone=zone, lead_id=lead_id)
    assert due >= not_before
    assert due - not_before < timedelta(hours=49)
    assert part_of_day(due, zone) & (ALL_PARTS & ~tried or ALL_PARTS)
    assert next_untried(tried, not_before=not_before, zone=zone, lead_id=lead_id) == due


def test_a_zone_nobody_knows_is_taken_for_utc() -> None:
    assert zone_named("Mars/Olympus").key == zone_named("../etc").key == zone_named("").key == "UTC"
    assert zone_named("Europe/London").key == "Europe/London"
