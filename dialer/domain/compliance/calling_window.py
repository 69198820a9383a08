"""Hours in which a campaign may call, as wall times of one time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class CallingWindow:
    """A daily window `[start, end)`. An end before the start crosses midnight; equal ends mean the whole day."""

    timezone: str
    start: time
    end: time

    def is_open(self, at: datetime) -> bool:
        """Tell whether the wall clock of the zone stands inside the window at this instant."""
        wall = at.astimezone(ZoneInfo(self.timezone)).time()
        if self.start == self.end:
            return True
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def next_opening(self, at: datetime) -> datetime:
        """The first instant, at or after `at`, at which the window is open; UTC."""
        if self.is_open(at):
            return at.astimezone(UTC)
        zone = ZoneInfo(self.timezone)
        today = at.astimezone(zone).date()
        openings = (
            _instant_of(datetime.combine(today + timedelta(days=ahead), self.start), zone) for ahead in range(-1, 4)
        )
        return min(opening for opening in openings if opening > at and self.is_open(opening))


def _instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the zone's clock first shows `wall`, or jumps over it.

    A wall time that a clock change skips does not exist; the window then opens at the change itself, found by halving
    the interval between the two readings of PEP 495 (fold 1 lies before the change, fold 0 after it).
    """
    after = wall.replace(tzinfo=zone).astimezone(UTC)
    if after.astimezone(zone).replace(tzinfo=None) == wall:
        return after
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
