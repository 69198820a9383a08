"""Which localities have rules that look at earlier calls, and how far these look back."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dialer.domain.compliance import Locality, RuleBook
from dialer.domain.compliance.applicable_rules import applicable_rules

_PERIODS = {"day": 2, "week": 8, "month": 32, "ever": 4000}


@dataclass(frozen=True)
class PlaceLimits:
    """Localities whose rules look back equally far.

    Nobody is held who was called less often than `min_calls` (None: there are no caps) and, `with_events`, with whom no
    call came to anything that waits follow.
    """

    locality_ids: tuple[int, ...]
    look_back: timedelta
    min_calls: int | None
    with_events: bool


def limits_of(places: Mapping[int, Locality], call_type: str, book: RuleBook) -> list[PlaceLimits]:
    """The localities with caps or waits, grouped by how far back these look."""
    groups: dict[tuple[timedelta, int | None, bool], list[int]] = defaultdict(list)
    for locality_id, place in places.items():
        rules = applicable_rules(book, place, call_type)
        spans = [_span(cap.hours, cap.days or _PERIODS.get(cap.period or "", 0)) for _, cap in rules.caps]
        spans += [_span(wait.hours, wait.days or 0) for _, wait in rules.waits]
        if spans:
            fewest = min((cap.max_attempts for _, cap in rules.caps), default=None)
            groups[(max(spans), fewest, bool(rules.waits))].append(locality_id)
    return [PlaceLimits(tuple(ids), *alike) for alike, ids in groups.items()]


def _span(hours: int | None, days: int) -> timedelta:
    # A local day more, so that no zone's day is cut.
    return timedelta(hours=hours) if hours is not None else timedelta(days=days + 1)
