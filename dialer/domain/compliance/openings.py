"""When a locality may be called, as far as the clock decides: for the hopper and for forecasts.

Caps, waits and consent are a person's, not a locality's, and are left to `evaluation`.
"""

from datetime import UTC, datetime

from dialer.domain.compliance.applicable_rules import applicable_rules
from dialer.domain.compliance.calling_window import CallingWindow
from dialer.domain.compliance.evaluation import timetable_pairs
from dialer.domain.compliance.localities import Locality
from dialer.domain.compliance.rule_book import RuleBook
from dialer.domain.compliance.rule_values import DAY_SECONDS
from dialer.domain.compliance.timetables import HORIZON_SECONDS, first_common_opening, intersect_spans
from dialer.domain.compliance.wall_clock import instant_of, seconds_of

_REMEMBERED_SECONDS = 30 * DAY_SECONDS


def is_open(
    locality: Locality,
    call_type: str,
    consent: bool | str,  # noqa: FBT001 - no exemption lifts hours, so neither this nor the profile matters yet
    profile: str,
    window: CallingWindow | None,
    at: datetime,
    book: RuleBook,
) -> bool:
    """Tell whether all hours, holidays, closures and the window let a call through now; False if no time is known."""
    now = seconds_of(at)
    pairs = timetable_pairs(applicable_rules(book, locality, call_type), locality, window)
    return locality.is_known and all(timetable.is_open(zone, now) for timetable, zone in pairs)


def next_opening(
    locality: Locality,
    call_type: str,
    consent: bool | str,  # noqa: FBT001
    profile: str,
    window: CallingWindow | None,
    at: datetime,
    book: RuleBook,
) -> datetime | None:
    """The first moment, at or after `at`, at which the locality is open; None if there is none within 400 days."""
    now = seconds_of(at)
    key = ("never", locality, call_type, window)
    if not locality.is_known or _is_known_as_closed(book.cache.get(key), now):
        return None
    pairs = timetable_pairs(applicable_rules(book, locality, call_type), locality, window)
    opening = first_common_opening(pairs, now, now + HORIZON_SECONDS)
    if opening is None:
        book.cache[key] = now
        return None
    return at.astimezone(UTC) if opening == now else instant_of(opening)


def open_spans(
    locality: Locality,
    call_type: str,
    consent: bool | str,  # noqa: FBT001
    profile: str,
    window: CallingWindow | None,
    start: datetime,
    end: datetime,
    book: RuleBook,
) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches between two moments in which the locality is open, in order."""
    if not locality.is_known:
        return ()
    begins, ends = seconds_of(start), seconds_of(end)
    spans = [(begins, ends)] if begins < ends else []
    for timetable, zone in timetable_pairs(applicable_rules(book, locality, call_type), locality, window):
        if not spans:
            break
        spans = intersect_spans(spans, timetable.spans(zone, begins, ends))
    return tuple((instant_of(opens), instant_of(closes)) for opens, closes in spans)


def _is_known_as_closed(since: object, now: int) -> bool:
    """Tell whether a search that began not long ago found nothing: a year looked through in vain is dear."""
    return isinstance(since, int) and since <= now < since + _REMEMBERED_SECONDS
