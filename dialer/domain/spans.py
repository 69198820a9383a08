"""Spans of time as users ask for them: whole days or instants, both ends included."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dialer.domain.errors import Invalid


@dataclass(frozen=True)
class Span:
    """From `since` on and before `until`; None is open. Both aware, in UTC."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Span()


def parse_span(
    date_from: str | None, date_to: str | None, *, names: tuple[str, str] = ("date_from", "date_to")
) -> Span:
    """Read two ISO dates or date-times. A bare date in `date_to` includes that whole day; all without a zone is UTC.

    Raises Invalid for what is not ISO 8601, and for an end before the start; `names` are the fields that it names.
    """
    since = _parse_instant(names[0], date_from, past_the_end=False)
    until = _parse_instant(names[1], date_to, past_the_end=True)
    if since is not None and until is not None and until <= since:
        raise Invalid.field(names[1], f"must not be before {names[0]}")
    return Span(since, until)


def _parse_instant(name: str, raw: str | None, *, past_the_end: bool) -> datetime | None:
    if raw is None:
        return None
    # A plus sign that was not percent-encoded arrives as a space.
    cleaned = raw.strip().replace(" ", "+") if "T" in raw else raw.strip()
    try:
        if len(cleaned) <= 10:
            day = datetime.combine(date.fromisoformat(cleaned), time(), tzinfo=UTC)
            return day + timedelta(days=1) if past_the_end else day
        instant = datetime.fromisoformat(cleaned)
        aware = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        return aware + timedelta(microseconds=1) if past_the_end else aware
    except (ValueError, OverflowError) as error:
        raise Invalid.field(name, "must be an ISO 8601 date or date-time") from error
