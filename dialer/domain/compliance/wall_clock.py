"""Wall clocks of time zones, as arithmetic on whole seconds.

A wall time is written as the seconds since 1970-01-01T00:00 on that wall: its day is `wall // 86400`. Days are never
added to instants: every wall time is converted by itself, so nights on which a clock is changed come out right.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialer.domain.compliance.rule_values import DAY_SECONDS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1970, 2200
_YEAR_STARTS = [int((datetime(year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) for year in range(1970, 2202)]
_WIDEST_OFFSET = 16 * 3600
_HALF_DAY = DAY_SECONDS // 2

Segment = tuple[int, int, int]
"""Between two instants (UTC seconds, half-open) the wall clock stands this many seconds ahead of UTC."""


def seconds_of(at: datetime) -> int:
    """The instant as whole seconds since 1970 in UTC, rounded down."""
    elapsed = at - EPOCH
    return elapsed.days * DAY_SECONDS + elapsed.seconds


def instant_of(seconds: int) -> datetime:
    """The instant of so many seconds since 1970; aware UTC."""
    return EPOCH + timedelta(seconds=seconds)


def day_of(day: date) -> int:
    """The date as days since 1970."""
    return day.toordinal() - EPOCH_DAY


def date_of(day: int) -> date:
    """The date of so many days since 1970."""
    return date.fromordinal(day + EPOCH_DAY)


@lru_cache(maxsize=1024)
def zone_info(name: str) -> ZoneInfo:
    """The zone of this name. Kept: `zoneinfo` itself remembers only eight zones that nobody holds."""
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def is_zone(name: str) -> bool:
    """Tell whether tzdata knows a zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def offset_at(zone: str, seconds: int) -> int:
    """How far the wall clock stands ahead of UTC at this instant."""
    if 0 <= seconds < _YEAR_STARTS[-1]:
        for _, end, offset in _segments_of_year(zone, _year_at(seconds)):
            if seconds < end:
                return offset
    return _offset(zone_info(zone), seconds)


def local_day(zone: str, seconds: int) -> int:
    """The local date, as days since 1970, at this instant."""
    return (seconds + offset_at(zone, seconds)) // DAY_SECONDS


@lru_cache(maxsize=65_536)
def utc_spans(zone: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """When the wall shows a time in `[start, end)`: never for a skipped hour, two spans for one that comes twice."""
    spans: list[tuple[int, int]] = []
    for begins, ends, offset in _segments_between(zone, start - _WIDEST_OFFSET, end + _WIDEST_OFFSET):
        low, high = max(begins, start - offset), min(ends, end - offset)
        if low >= high:
            continue
        if spans and spans[-1][1] == low:
            spans[-1] = (spans[-1][0], high)
        else:
            spans.append((low, high))
    return tuple(spans)


def start_of_day(zone: str, day: int) -> int:
    """The first instant of a local date; of the next one, where the clock skips a whole day."""
    spans = utc_spans(zone, day * DAY_SECONDS, (day + 1) * DAY_SECONDS)
    return spans[0][0] if spans else start_of_day(zone, day + 1)


def _segments_between(zone: str, start: int, end: int) -> list[Segment]:
    years = range(_year_at(start), _year_at(end) + 1)
    return [segment for year in years for segment in _segments_of_year(zone, year)]


def _year_at(seconds: int) -> int:
    return min(max(FIRST_YEAR + bisect_right(_YEAR_STARTS, seconds) - 1, FIRST_YEAR), LAST_YEAR)


@lru_cache(maxsize=16_384)
def _segments_of_year(zone: str, year: int) -> tuple[Segment, ...]:
    """The stretches of one year (in UTC) with one offset each."""
    clock = zone_info(zone)
    begins, ends = _YEAR_STARTS[year - FIRST_YEAR], _YEAR_STARTS[year - FIRST_YEAR + 1]
    segments: list[Segment] = []
    start, offset = begins, _offset(clock, begins)
    # No zone changes its clock twice within half a day.
    for probe in range(begins + _HALF_DAY, ends + 1, _HALF_DAY):
        if _offset(clock, probe) == offset:
            continue
        change = _first_with_another_offset(clock, probe - _HALF_DAY, probe, offset)
        if change < ends:
            segments.append((start, change, offset))
            start, offset = change, _offset(clock, change)
    return (*segments, (start, ends, offset))


def _first_with_another_offset(clock: ZoneInfo, before: int, after: int, offset: int) -> int:
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(clock, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(clock: ZoneInfo, seconds: int) -> int:
    offset = instant_of(seconds).astimezone(clock).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
