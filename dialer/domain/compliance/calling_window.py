"""Hours in which a campaign may call, on the wall clock of one time zone or of each callee's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache

from dialer.domain.compliance.rule_values import Span, span_of
from dialer.domain.compliance.timetables import HORIZON_SECONDS, DayPlan, Timetable, first_common_opening
from dialer.domain.compliance.wall_clock import date_of, instant_of, seconds_of

EVERY_DAY = frozenset(range(7))
CAMPAIGN_WINDOW, WINDOW_RULE = "campaign_window", "CAMPAIGN-WINDOW"


@dataclass(frozen=True)
class CallingWindow:
    """A window `[start, end)` on the given weekdays (0 is Monday).

    An end before the start crosses midnight, and what lies after midnight belongs to the weekday on which the window
    started; equal ends mean 24 hours from the start. Without `timezone` it is the callee's wall clock that counts, in
    every zone in which the callee may be.
    """

    timezone: str | None
    start: time
    end: time
    days: frozenset[int] = EVERY_DAY

    def spans_on(self, weekday: int) -> tuple[Span, ...]:
        """The span that begins on this weekday, if any."""
        return (span_of(_seconds(self.start), _seconds(self.end)),) if weekday in self.days else ()

    def is_open(self, at: datetime, callee_zones: Sequence[str] = ()) -> bool:
        """Tell whether the window is open at this instant, for a callee who may be in any of these zones."""
        timetable, zones = window_timetable(self), self._zones(callee_zones)
        return bool(zones) and all(timetable.is_open(zone, seconds_of(at)) for zone in zones)

    def next_opening(self, at: datetime, callee_zones: Sequence[str] = ()) -> datetime:
        """The first instant, at or after `at`, at which the window is open; UTC.

        Raises ValueError for a window that never opens: no weekday, no zone, or zones that have no hour in common.
        """
        timetable, zones = window_timetable(self), self._zones(callee_zones)
        now = seconds_of(at)
        opening = first_common_opening([(timetable, zone) for zone in zones], now, now + HORIZON_SECONDS)
        if opening is None or not zones:
            raise ValueError("the window never opens")
        return at.astimezone(UTC) if opening == now else instant_of(opening)

    def _zones(self, callee_zones: Sequence[str]) -> Sequence[str]:
        return callee_zones if self.timezone is None else (self.timezone,)


class WindowTimetable(Timetable):
    """The days of a campaign's window. It narrows what the law leaves open."""

    def __init__(self, window: CallingWindow):
        super().__init__(WINDOW_RULE, zone=window.timezone)
        self.window = window

    def _plan_of(self, day: int) -> DayPlan:
        return DayPlan(self.window.spans_on(date_of(day).weekday()), CAMPAIGN_WINDOW)


@lru_cache(maxsize=4096)
def window_timetable(window: CallingWindow) -> WindowTimetable:
    """The timetable of a window, made once: it remembers its days."""
    return WindowTimetable(window)


def _seconds(wall: time) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second
