"""Parts of the callee's day: whoever did not answer in the morning may be at home in the evening."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import IntFlag
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class DayPart(IntFlag):
    """Parts of a day as bits: a lead bears those in which it was called. What lies outside of them is none."""

    NONE = 0
    MORNING = 1
    AFTERNOON = 2
    EVENING = 4


ALL_PARTS = DayPart.MORNING | DayPart.AFTERNOON | DayPart.EVENING
HOURS = {
    DayPart.MORNING: (time(8), time(12)),
    DayPart.AFTERNOON: (time(12), time(17)),
    DayPart.EVENING: (time(17), time(21)),
}
SPREAD = timedelta(minutes=45)
"""Over so long a time the leads of a list come due after the start of a part, each at a moment of its own."""
_DAYS_AHEAD = 4


def zone_named(name: str) -> ZoneInfo:
    """The zone of this name; UTC for a name that tzdata does not know, or does not know any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def part_of_day(at: datetime, zone: ZoneInfo) -> DayPart:
    """The part in which this instant lies on the clocks of the zone; NONE at night."""
    wall = at.astimezone(zone).time()
    return next((part for part, (start, end) in HOURS.items() if start <= wall < end), DayPart.NONE)


def add_part(tried: int, part: DayPart) -> DayPart:
    """The parts tried after another one. Once all have been, it starts over with this one alone."""
    together = DayPart(tried) & ALL_PARTS | part
    return part if together == ALL_PARTS and part else together


def next_untried(tried: int, *, not_before: datetime, zone: ZoneInfo, lead_id: UUID) -> datetime:
    """The first moment, at or after `not_before`, in a part of the callee's day that was not tried yet; UTC.

    A part begins for each lead at a moment of its own within `SPREAD`, always the same, so that a list does not come
    due in one second. With every part tried, any will do.
    """
    wanted = ALL_PARTS & ~DayPart(tried) or ALL_PARTS
    delay = timedelta(seconds=lead_id.int % int(SPREAD.total_seconds()))
    earliest = not_before.astimezone(UTC)
    moments = (max(start + delay, earliest) for start, end in _parts(earliest, zone, wanted) if earliest < end)
    # Clocks that jump over a part leave nothing of it: the moment then lies outside.
    return next((moment for moment in moments if part_of_day(moment, zone) & wanted), earliest)


def _parts(earliest: datetime, zone: ZoneInfo, wanted: DayPart) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of the wanted parts, from the day of this instant on, in their order; UTC."""
    today = earliest.astimezone(zone).date()
    for ahead in range(_DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        for part, (start, end) in HOURS.items():
            if part & wanted:
                yield _instant(day, start, zone), _instant(day, end, zone)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
