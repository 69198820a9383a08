"""When a rule lets calls through: plans of days on the callee's wall clock, and the instants that they come to."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dialer.domain.compliance.rule_book import HolidayCalendar
from dialer.domain.compliance.rule_values import DAY_SECONDS, WHOLE_DAY, Closure, Holiday, Hours, Span
from dialer.domain.compliance.rules import Rule
from dialer.domain.compliance.wall_clock import (
    date_of,
    day_of,
    local_day,
    offset_at,
    seconds_of,
    start_of_day,
    utc_spans,
)

HORIZON_SECONDS = 400 * DAY_SECONDS
"""How far ahead an opening is looked for: longer than any holiday or any wait that the rules know."""

OUTSIDE_HOURS, CLOSED_DAY, HOLIDAY = "outside_hours", "closed_day", "holiday"
HOLIDAY_CALENDAR_MISSING, CLOSURE = "holiday_calendar_missing", "closure"


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The spans that begin on one local date, and the code and note of what keeps the rest of it closed."""

    spans: tuple[Span, ...]
    code: str
    note: str = ""


_UNRESTRICTED = DayPlan(WHOLE_DAY, OUTSIDE_HOURS)


class Timetable(ABC):
    """The days of one rule. Plans are remembered: they are the same for every zone and every call."""

    def __init__(self, rule_id: str, *, zone: str | None = None):
        self.rule_id = rule_id
        self.zone = zone
        """The one zone that counts; None for the callee's."""
        self._plans: dict[int, DayPlan] = {}

    def plan(self, day: int) -> DayPlan:
        """What holds on a local date, given as days since 1970."""
        found = self._plans.get(day)
        if found is None:
            found = self._plans[day] = self._plan_of(day)
        return found

    @abstractmethod
    def _plan_of(self, day: int) -> DayPlan: ...

    def is_open(self, zone: str, seconds: int) -> bool:
        """Tell whether the wall of this zone shows an open time at this instant."""
        day, wall = divmod(seconds + offset_at(zone, seconds), DAY_SECONDS)
        if any(start <= wall < end for start, end in self.plan(day).spans):
            return True
        wall += DAY_SECONDS
        return any(wall < end for _, end in self.plan(day - 1).spans)

    def next_opening(self, zone: str, seconds: int, until: int) -> int | None:
        """The first open instant at or after `seconds`; None if there is none before `until`."""
        if self.is_open(zone, seconds):
            return seconds
        found: int | None = None
        last = local_day(zone, until) + 1
        day = local_day(zone, seconds) - 1
        while day <= last:
            for start, end in self.plan(day).spans:
                for opens, closes in utc_spans(zone, day * DAY_SECONDS + start, day * DAY_SECONDS + end):
                    if closes > seconds and (found is None or opens < found):
                        # Where a clock is set back, the next day's spans may come to earlier instants: look there, too.
                        last = min(last, day + 1)
                        found = max(opens, seconds)
            day += 1
        return found if found is not None and found < until else None

    def spans(self, zone: str, start: int, end: int) -> list[tuple[int, int]]:
        """The open stretches between two instants, in order and not touching."""
        found = [
            (max(opens, start), min(closes, end))
            for day in range(local_day(zone, start) - 1, local_day(zone, end) + 2)
            for span in self.plan(day).spans
            for opens, closes in utc_spans(zone, day * DAY_SECONDS + span[0], day * DAY_SECONDS + span[1])
            if opens < end and closes > start
        ]
        return join_spans(found)


class HoursTimetable(Timetable):
    """A rule's hours by weekday and holiday. Days on which the rule is not in force are open."""

    def __init__(self, rule: Rule, hours: Hours, calendar: HolidayCalendar | None):
        super().__init__(rule.id)
        self.rule = rule
        self.hours = hours
        self.calendar = calendar

    def _plan_of(self, day: int) -> DayPlan:
        local = date_of(day)
        if not self.rule.is_in_force(local):
            return _UNRESTRICTED
        spans = self.hours.week[local.weekday()]
        plan = DayPlan(spans, OUTSIDE_HOURS if spans else CLOSED_DAY)
        return plan if self.hours.on_holidays is None else self._on_holiday(local, plan, self.hours.on_holidays)

    def _on_holiday(self, day: date, plan: DayPlan, narrowed: tuple[Span, ...]) -> DayPlan:
        if self.calendar is None or not self.calendar.covers(day):
            return DayPlan((), HOLIDAY_CALENDAR_MISSING, f"no holidays of {day.year} are known")
        name = self.calendar.days.get(day)
        if name is None:
            return plan
        spans = intersect_spans(plan.spans, narrowed)
        return DayPlan(tuple(spans), HOLIDAY if not spans else OUTSIDE_HOURS, name)


class HolidayTimetable(Timetable):
    """Single dates without calls."""

    def __init__(self, rule: Rule, holiday: Holiday):
        super().__init__(rule.id)
        self.rule = rule
        self.holiday = holiday

    def _plan_of(self, day: int) -> DayPlan:
        local = date_of(day)
        if local in self.holiday.dates and self.rule.is_in_force(local):
            return DayPlan((), HOLIDAY, self.holiday.name)
        return _UNRESTRICTED


class ClosureTimetable(Timetable):
    """A stretch without calls: local days, or between two instants wherever the callee is."""

    def __init__(self, rule: Rule, closure: Closure):
        super().__init__(rule.id)
        self.rule = rule
        self.closure = closure

    def _plan_of(self, day: int) -> DayPlan:
        closure, local = self.closure, date_of(day)
        begins, ends = closure.from_day, closure.to_day
        is_closed = begins is not None and begins <= local and (ends is None or local <= ends)
        if is_closed and self.rule.is_in_force(local):
            return DayPlan((), CLOSURE, closure.reason)
        return DayPlan(WHOLE_DAY, CLOSURE, closure.reason)

    def is_open(self, zone: str, seconds: int) -> bool:
        return super().is_open(zone, seconds) and not self._is_shut_at(zone, seconds)

    def next_opening(self, zone: str, seconds: int, until: int) -> int | None:
        if not self._is_shut_at(zone, seconds):
            return super().next_opening(zone, seconds, until)
        ends = self._ends(zone)
        return ends if ends is not None and ends < until else None

    def spans(self, zone: str, start: int, end: int) -> list[tuple[int, int]]:
        spans = super().spans(zone, start, end)
        if self.closure.from_instant is None:
            return spans
        begins, ends = self._begins(zone), self._ends(zone)
        open_parts = [(start, min(begins, end))] + ([(max(ends, start), end)] if ends is not None else [])
        return intersect_spans(spans, [part for part in open_parts if part[0] < part[1]])

    def _is_shut_at(self, zone: str, seconds: int) -> bool:
        if self.closure.from_instant is None or seconds < self._begins(zone):
            return False
        ends = self._ends(zone)
        return ends is None or seconds < ends

    def _begins(self, zone: str) -> int:
        begins = seconds_of(self.closure.from_instant) if self.closure.from_instant is not None else 0
        first = self.rule.effective_from
        return begins if first is None else max(begins, start_of_day(zone, day_of(first)))

    def _ends(self, zone: str) -> int | None:
        ends = seconds_of(self.closure.to_instant) if self.closure.to_instant is not None else None
        last = self.rule.effective_to
        if last is None:
            return ends
        after = start_of_day(zone, day_of(last) + 1)
        return after if ends is None else min(ends, after)


def first_common_opening(pairs: Sequence[tuple[Timetable, str]], seconds: int, until: int) -> int | None:
    """The first instant, at or after `seconds`, at which every timetable is open in its zone; None before `until`."""
    instant, agreeing = seconds, 0
    while agreeing < len(pairs):
        for timetable, zone in pairs:
            opening = timetable.next_opening(zone, instant, until)
            if opening is None:
                return None
            agreeing = agreeing + 1 if opening == instant else 1
            instant = opening
            if agreeing >= len(pairs):
                break
    return instant


def join_spans(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches in order, those that touch or overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def intersect_spans(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What lies in both; each list is in order and does not touch itself."""
    common: list[tuple[int, int]] = []
    left, right = 0, 0
    while left < len(first) and right < len(second):
        start, end = max(first[left][0], second[right][0]), min(first[left][1], second[right][1])
        if start < end:
            common.append((start, end))
        if first[left][1] < second[right][1]:
            left += 1
        else:
            right += 1
    return common
