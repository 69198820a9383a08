"""Caps on attempts to one person, and waits after what happened to that person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dialer.domain.compliance.rule_values import Cap, Wait
from dialer.domain.compliance.wall_clock import date_of, day_of, instant_of, local_day, seconds_of, start_of_day


@dataclass(frozen=True, slots=True)
class Limit:
    """What a cap or wait says: which events counted, and when it lets the next attempt through (None: never).

    `clears_at` of a limit that does not block means nothing.
    """

    blocks: bool
    counted: tuple[datetime, ...]
    clears_at: datetime | None = None


def judge_cap(cap: Cap, attempts: Sequence[datetime], at: datetime, zone: str | None) -> Limit:
    """Judge a cap at an instant. `attempts` lie at or before it; `zone` is needed for days and periods."""
    if cap.hours is not None:
        counted = tuple(attempt for attempt in attempts if at - attempt < timedelta(hours=cap.hours))
    elif cap.period == "ever":
        counted = tuple(attempts)
    else:
        first = _first_day(cap, local_day(zone or "UTC", seconds_of(at)))
        counted = tuple(attempt for attempt in attempts if local_day(zone or "UTC", seconds_of(attempt)) >= first)
    if len(counted) < cap.max_attempts:
        return Limit(blocks=False, counted=counted)
    return Limit(blocks=True, counted=counted, clears_at=_cap_clears(cap, sorted(counted), at, zone or "UTC"))


def judge_wait(wait: Wait, events: Sequence[datetime], at: datetime, zone: str | None) -> Limit:
    """Judge a wait at an instant. `events` lie at or before it; `zone` is needed for days."""
    if not events:
        return Limit(blocks=False, counted=())
    latest = max(events)
    if wait.hours is not None:
        clears = latest + timedelta(hours=wait.hours)
    else:
        days = (wait.days or 0) + (0 if wait.counts_first_day else 1)
        name = zone or "UTC"
        clears = instant_of(start_of_day(name, local_day(name, seconds_of(latest)) + days))
    return Limit(blocks=at < clears, counted=(latest,), clears_at=clears)


def _first_day(cap: Cap, today: int) -> int:
    """The first local day whose attempts count today."""
    if cap.days is not None:
        return today - cap.days + 1
    day = date_of(today)
    if cap.period == "month":
        return today - day.day + 1
    return today - day.weekday() if cap.period == "week" else today


def _cap_clears(cap: Cap, counted: Sequence[datetime], at: datetime, zone: str) -> datetime | None:
    """When so many of the counted attempts no longer count that another one fits."""
    if cap.max_attempts == 0 or cap.period == "ever":
        return None
    leaving = counted[len(counted) - cap.max_attempts]
    if cap.hours is not None:
        return leaving + timedelta(hours=cap.hours)
    if cap.days is not None:
        return instant_of(start_of_day(zone, local_day(zone, seconds_of(leaving)) + cap.days))
    return instant_of(start_of_day(zone, _next_period(cap, date_of(local_day(zone, seconds_of(at))))))


def _next_period(cap: Cap, today: date) -> int:
    if cap.period == "month":
        return day_of((today.replace(day=1) + timedelta(days=32)).replace(day=1))
    return day_of(today) + (7 - today.weekday() if cap.period == "week" else 1)
