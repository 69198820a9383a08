"""What a rule asks, by kind: hours, caps, waits, consent, closures, bans; and the facts that others look up.

A rule whose kind is in `EVALUATED` decides about single calls. The others (abandonment, messages, registries…) are
kept here so that one table holds all that is known, and are applied where their subject is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, cast

from dialer.domain.errors import Invalid

DAY_SECONDS = 86_400
Span = tuple[int, int]
"""Seconds after the local midnight, half-open; an end above 86,400 lies on the next day."""

WHOLE_DAY: tuple[Span, ...] = ((0, DAY_SECONDS),)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of each weekday, Monday first. `on_holidays` narrows them on a holiday; None leaves the day as it is."""

    week: tuple[tuple[Span, ...], ...]
    on_holidays: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many attempts to one person in `hours` elapsed, `days` of the local calendar, or a local `period`."""

    max_attempts: int
    hours: int | None = None
    days: int | None = None
    period: Literal["day", "week", "month", "ever"] | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """No attempt for so long after an event. `counts_first_day`: the day of the event is day 1 of `days`."""

    after: Literal["conversation", "refusal", "abandoned"]
    hours: int | None = None
    days: int | None = None
    counts_first_day: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """What consent must be on record: none, any form of it, or a written one."""

    form: Literal["none", "any", "written"]


@dataclass(frozen=True, slots=True)
class Holiday:
    """Local dates without calls."""

    dates: frozenset[date]
    name: str


@dataclass(frozen=True, slots=True)
class Closure:
    """No calls for a while: whole local days, both inclusive, or between two instants. No end: until further notice."""

    from_day: date | None
    to_day: date | None
    from_instant: datetime | None
    to_instant: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Ban:
    """Never."""

    reason: str


@dataclass(frozen=True, slots=True)
class NumberKinds:
    """The kinds of lines that are called; all others are not."""

    dialable: frozenset[str]


@dataclass(frozen=True, slots=True)
class RefusedPlaces:
    """Numbers that are not called: by prefix, or within a prefix everywhere but at home.

    Those of a country away from home are called when the lead's own data name that very country.
    """

    prefixes: tuple[str, ...] = ()
    shared_prefix: str | None = None
    home: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Abandonment:
    """How many answered calls may find nobody, and over what time; see `dialer.domain.pacing.abandonment`."""

    max_rate: float
    window: str
    window_hours: int | None
    max_wait_seconds: float
    clock: str


@dataclass(frozen=True, slots=True)
class Note:
    """Facts that no single call is judged by: they are looked up, shown and exported."""

    facts: Mapping[str, object]


RuleValue = (
    Hours | Cap | Wait | Consent | Holiday | Closure | Ban | NumberKinds | RefusedPlaces | Abandonment | Note
)  # fmt: skip
Row = Mapping[str, object]


def parse_value(kind: str, row: Row) -> RuleValue:
    """Read the value of a rule of this kind. Raises Invalid that names the field."""
    reader = _READERS.get(kind)
    if reader is None:
        raise Invalid.field("kind", f"{kind[:40]!r} is none of {', '.join(sorted(_READERS))}")
    return reader(row)


def parse_time(text: object, field: str) -> int:
    """Seconds after midnight of `08:00`, `8:00` or `08:00:30`; `24:00` is the end of the day. Raises Invalid."""
    parts = text.strip().split(":") if isinstance(text, str) else []
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        hours, minutes, seconds = (*map(int, parts), 0)[:3]
        total = hours * 3600 + minutes * 60 + seconds
        if minutes < 60 and seconds < 60 and total <= DAY_SECONDS:
            return total
    raise Invalid.field(field, "must be a time of day, such as 08:00")


def span_of(start: int, end: int) -> Span:
    """A window of the wall clock: an end at or before the start lies on the next day."""
    start %= DAY_SECONDS
    return (start, end) if end > start else (start, end + DAY_SECONDS)


def write_time(seconds: int) -> str:
    """Seconds after midnight as `08:00`; the end of the day is `24:00`."""
    if seconds > DAY_SECONDS:
        seconds -= DAY_SECONDS
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


@lru_cache(maxsize=4096)
def write_spans(spans: tuple[Span, ...]) -> tuple[tuple[str, str], ...]:
    """Spans as rows have them."""
    return tuple((write_time(start), write_time(end)) for start, end in spans)


def _hours(row: Row) -> Hours:
    _only(row, {*WEEKDAYS, "mon_fri", "every_day", "holidays"})
    groups = {"every_day": WEEKDAYS, "mon_fri": WEEKDAYS[:5], **{day: (day,) for day in WEEKDAYS}}
    week: dict[str, tuple[Span, ...]] = {}
    for name, days in groups.items():
        if name in row:
            spans = _spans(row[name], f"value.{name}")
            week.update(dict.fromkeys(days, spans))
    missing = [day for day in WEEKDAYS if day not in week]
    if missing:
        raise Invalid.field("value", f'says nothing about {", ".join(missing)}; write "any" for no limit')
    holidays = row.get("holidays", "as_day")
    on_holidays: tuple[Span, ...] | None = None
    if holidays == "none":
        on_holidays = ()
    elif holidays != "as_day":
        on_holidays = _spans(holidays, "value.holidays")
    return Hours(tuple(week[day] for day in WEEKDAYS), on_holidays)


def _spans(value: object, field: str) -> tuple[Span, ...]:
    if value == "any":
        return WHOLE_DAY
    if not isinstance(value, (list, tuple)) or len(value) > 24:
        raise Invalid.field(field, 'must be a list of spans, such as [["08:00", "20:00"]], or "any"')
    spans = []
    for span in value:
        if not isinstance(span, (list, tuple)) or len(span) != 2:
            raise Invalid.field(field, 'each span is a start and an end, such as ["08:00", "20:00"]')
        spans.append(span_of(parse_time(span[0], field), parse_time(span[1], field)))
    return tuple(sorted(spans))


def _cap(row: Row) -> Cap:
    _only(row, {"max", "hours", "days", "per"})
    period = row.get("per")
    if period not in (None, "day", "week", "month", "ever"):
        raise Invalid.field("value.per", "must be day, week, month or ever")
    cap = Cap(
        _whole(row, "max", low=0, high=1000, required=True) or 0,
        hours=_whole(row, "hours", low=1, high=24 * 400),
        days=_whole(row, "days", low=1, high=400),
        period=period,
    )
    if sum(given is not None for given in (cap.hours, cap.days, cap.period)) != 1:
        raise Invalid.field("value", "must have exactly one of hours, days and per")
    return cap


def _wait(row: Row) -> Wait:
    _only(row, {"after", "hours", "days", "counts_first_day"})
    after = row.get("after")
    if after not in ("conversation", "refusal", "abandoned"):
        raise Invalid.field("value.after", "must be conversation, refusal or abandoned")
    counts = row.get("counts_first_day", False)
    if not isinstance(counts, bool):
        raise Invalid.field("value.counts_first_day", "must be true or false")
    wait = Wait(
        after,
        hours=_whole(row, "hours", low=1, high=24 * 400),
        days=_whole(row, "days", low=1, high=400),
        counts_first_day=counts,
    )
    if (wait.hours is None) == (wait.days is None):
        raise Invalid.field("value", "must have either hours or days")
    return wait


def _consent(row: Row) -> Consent:
    _only(row, {"form"})
    form = row.get("form")
    if form not in ("none", "any", "written"):
        raise Invalid.field("value.form", "must be none, any or written")
    return Consent(form)


def _holiday(row: Row) -> Holiday:
    _only(row, {"dates", "name"})
    dates = row.get("dates")
    if not isinstance(dates, (list, tuple)) or not dates or len(dates) > 1000:
        raise Invalid.field("value.dates", "must be a list of dates")
    days = [_moment(day, "value.dates") for day in dates]
    if any(isinstance(day, datetime) for day in days):
        raise Invalid.field("value.dates", "must be dates without a time")
    return Holiday(frozenset(days), _reason(row, "name", "a holiday"))


def _closure(row: Row) -> Closure:
    _only(row, {"from", "to", "reason"})
    begins = _moment(row.get("from"), "value.from")
    ends = _moment(row["to"], "value.to") if row.get("to") is not None else None
    reason = _reason(row, "reason", "closed")
    by_instant = isinstance(begins, datetime)
    if ends is not None and isinstance(ends, datetime) != by_instant:
        raise Invalid.field("value.to", "must be written like value.from: both dates, or both with time and offset")
    if ends is not None and ends < begins:
        raise Invalid.field("value.to", "lies before value.from")
    if isinstance(begins, datetime):
        return Closure(None, None, begins, cast("datetime | None", ends), reason)
    return Closure(begins, ends, None, None, reason)


def _ban(row: Row) -> Ban:
    _only(row, {"reason"})
    return Ban(_reason(row, "reason", None))


def _number_kinds(row: Row) -> NumberKinds:
    _only(row, {"dialable"})
    return NumberKinds(frozenset(_texts(row, "dialable")))


def _refused_places(row: Row) -> RefusedPlaces:
    _only(row, {"prefixes", "shared_prefix", "home"})
    shared = _reason(row, "shared_prefix", None) if "shared_prefix" in row else None
    return RefusedPlaces(_texts(row, "prefixes"), shared, frozenset(_texts(row, "home")))


def _abandonment(row: Row) -> Abandonment:
    _only(row, {"max_rate", "window", "window_hours", "max_wait_seconds", "clock"})
    rate, wait = row.get("max_rate"), row.get("max_wait_seconds")
    if not isinstance(rate, (int, float)) or not isinstance(wait, (int, float)):
        raise Invalid.field("value", "max_rate and max_wait_seconds must be numbers")
    hours = _whole(row, "window_hours", low=1, high=24 * 400)
    window, clock = _reason(row, "window", "rolling"), _reason(row, "clock", "answer")
    return Abandonment(float(rate), window, hours, float(wait), clock)


def _note(row: Row) -> Note:
    return Note(MappingProxyType(dict(row)))


def _only(row: Row, allowed: set[str]) -> None:
    unknown = sorted(str(name) for name in set(row) - allowed)
    if unknown:
        raise Invalid.field(f"value.{unknown[0][:40]}", f"is none of {', '.join(sorted(allowed))}")


def _whole(row: Row, name: str, *, low: int, high: int, required: bool = False) -> int | None:
    value = row.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Invalid.field(f"value.{name}", f"must be a whole number from {low} to {high}")
    return value


def _reason(row: Row, name: str, default: str | None) -> str:
    value = row.get(name, default)
    if not isinstance(value, str) or not 0 < len(value) <= 500:
        raise Invalid.field(f"value.{name}", "must be a text of at most 500 characters")
    return value


def _texts(row: Row, name: str) -> tuple[str, ...]:
    value = row.get(name, ())
    if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
        raise Invalid.field(f"value.{name}", "must be a list of texts")
    return tuple(value)


def _moment(value: object, field: str) -> date:
    """A date, or an instant in UTC (which is a date, too, to Python)."""
    moment = value
    if isinstance(value, str):
        try:
            moment = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise Invalid.field(field, "a time needs its offset, such as 2026-01-31T18:00:00Z")
        return moment.astimezone(UTC)
    if isinstance(moment, date):
        return moment
    raise Invalid.field(field, "must be a date, or a time with its offset")


_READERS: dict[str, Callable[[Row], RuleValue]] = {
    "hours": _hours,
    "cap": _cap,
    "wait": _wait,
    "consent": _consent,
    "holiday": _holiday,
    "closure": _closure,
    "ban": _ban,
    "number": _number_kinds,
    "country": _refused_places,
    "abandon": _abandonment,
    "message": _note,
    "ring": _note,
    "identification": _note,
    "registry": _note,
    "record": _note,
    "duty": _note,
}
KINDS = frozenset(_READERS)
EVALUATED = frozenset({"hours", "cap", "wait", "consent", "holiday", "closure", "ban", "number", "country"})
TENANT_KINDS = frozenset({"hours", "cap", "wait", "consent", "holiday", "closure", "ban"})
