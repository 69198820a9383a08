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
        starts = (
            datetime.combine(today + timedelta(days=ahead), self.start, tzinfo=zone).replace(fold=fold).astimezone(UTC)
            for ahead in range(4)
            for fold in (0, 1)
        )
        openings = (*starts, *_clock_changes(at.astimezone(UTC), zone))
        return min(opening for opening in openings if opening > at and self.is_open(opening))


def _clock_changes(at: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants of the coming three days at which the zone's clock is changed.

    A window opens there when the change skips its start, or sets the clock back into it.
    """
    changes = []
    for hours in range(72):
        before, after = at + timedelta(hours=hours), at + timedelta(hours=hours + 1)
        if before.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset():
            continue
        while after - before > timedelta(seconds=1):
            middle = before + (after - before) / 2
            if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
                before = middle
            else:
                after = middle
        changes.append(after.replace(microsecond=0))
    return changes
