"""One line of `may-call`: from JSON to a call as the rules look at it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from dialer.commands.json_lines import BadLine
from dialer.domain.compliance import (
    CALL_TYPES,
    CONSENT_FORMS,
    PROFILES,
    CallingWindow,
    CallSubject,
    Locality,
    RuleBook,
    locate,
    resolve_state,
)
from dialer.domain.compliance.geography import TERRITORIES
from dialer.domain.compliance.rule_values import DAY_SECONDS, parse_time
from dialer.domain.errors import Invalid
from dialer.domain.lead_rows import parse_country
from dialer.domain.phone_numbers import PhoneNumber, PhoneProblem, parse_phone_number

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_GROUPS = {"weekdays": range(5), "weekend": range(5, 7), "weekends": range(5, 7), "daily": range(7)}
NOTHING = frozenset({"", "-", "n/a", "na", "none", "null", "unknown"})
COUNTRIES_OF_STATES = frozenset({"US", "CA", *TERRITORIES})
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)
_LONGEST = 200


@dataclass(frozen=True)
class CallQuestion:
    """A call that somebody asks about: its subject, or what is wrong with its number."""

    id: object
    at: datetime
    subject: CallSubject | None
    problem: PhoneProblem | None


def read_question(row: Mapping[str, object], book: RuleBook) -> CallQuestion:
    """Read one row. Raises BadLine that names the field; fields that it does not know are ignored."""
    at = _instant(row.get("utc"), "utc")
    country_text = _text(row, "country")
    country = parse_country(country_text) if country_text else None
    if country_text and country is None:
        raise BadLine(f"country: {country_text!r} is no country that is known; write two letters, such as US")
    call_type = _choice(row, "call_type", CALL_TYPES, "telemarketing")
    profile = _choice(row, "profile", PROFILES, "strict")
    consent = _consent(row.get("consent"))
    window = _window(row.get("campaign_window"))
    number = parse_phone_number(_number(row), country or "US", dialable_only=False)
    if isinstance(number, PhoneProblem):
        return CallQuestion(row.get("id"), at, None, number)
    subject = CallSubject(
        to_number=number.e164,
        region=number.region,
        line_type=number.line_type,
        locality=_locality(row, number, country, profile, book),
        call_type=call_type,
        consent=consent,
        profile=profile,
        prior_attempts=_instants(row, "prior_attempts_utc"),
        prior_conversations=_instants(row, "prior_conversations_utc"),
        prior_refusals=_instants(row, "prior_refusals_utc"),
        prior_abandoned=_instants(row, "prior_abandoned_utc"),
        window=window,
        country=country,
    )
    return CallQuestion(row.get("id"), at, subject, None)


def _locality(
    row: Mapping[str, object], number: PhoneNumber, country: str | None, profile: str, book: RuleBook
) -> Locality:
    state = _text(row, "state")
    if state is not None and state.strip().casefold() in NOTHING:
        state = None
    where = country or number.region
    # `locate` ignores what names no state: lists are full of it. Here somebody asks about one person, and hears of it.
    if state is not None and where in COUNTRIES_OF_STATES and resolve_state(state, where, book) is None:
        raise BadLine(f"state: {state!r} is no state, province or territory that is known")
    try:
        return locate(
            number,
            book=book,
            state=state,
            country=country,
            postal_code=_text(row, "postal_code"),
            time_zone=_text(row, "time_zone"),
            profile=profile,
        )
    except Invalid as error:
        raise BadLine(error.message) from error


def read_days(value: object) -> frozenset[int]:
    """Weekdays: names in full or shortened, numbers with 0 for Monday, ranges (`mon-fri`), groups (`weekdays`)."""
    if value is None:
        return frozenset(range(7))
    words = re.split(r"[,\s]+", value) if isinstance(value, str) else value
    if not isinstance(words, Sequence):
        raise BadLine("campaign_window.days: must be a list of weekdays")
    days: set[int] = set()
    for word in words:
        days |= _days_of(word)
    return frozenset(days)


def _days_of(word: object) -> set[int]:
    name = str(word).strip().casefold() if isinstance(word, (int, str)) and not isinstance(word, bool) else ""
    if name in DAY_GROUPS:
        return set(DAY_GROUPS[name])
    first, last = (_day(part) for part in (name.split("-") * 2)[:2]) if name.count("-") <= 1 else (None, None)
    if first is None or last is None:
        raise BadLine(f"campaign_window.days: {str(word)[:40]!r} is no weekday; write mon to sun, or 0 (Monday) to 6")
    return {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}


def _day(text: str) -> int | None:
    name = text.strip().removesuffix(".")
    if re.fullmatch("[0-6]", name):
        return int(name)
    matching = [number for number, day in enumerate(WEEKDAYS) if len(name) >= 2 and day.startswith(name)]
    return matching[0] if len(matching) == 1 else None


def _window(value: object) -> CallingWindow | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise BadLine("campaign_window: must be an object with start, end and days")
    start, end = value.get("start"), value.get("end")
    if start is None and end is None:
        start, end = "00:00", "24:00"
    try:
        opens, closes = parse_time(start, "campaign_window.start"), parse_time(end, "campaign_window.end")
    except Invalid as error:
        raise BadLine(error.message) from error
    return CallingWindow(None, _wall(opens), _wall(closes), read_days(value.get("days")))


def _wall(seconds: int) -> time:
    seconds %= DAY_SECONDS
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _number(row: Mapping[str, object]) -> str:
    value = row.get("number")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise BadLine("number: is required")
    return value


def _text(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise BadLine(f"{name}: must be a text of at most {_LONGEST} characters")
    return value


def _choice(row: Mapping[str, object], name: str, allowed: frozenset[str], default: str) -> str:
    value = row.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value.strip().casefold() not in allowed:
        raise BadLine(f"{name}: must be one of {', '.join(sorted(allowed))}")
    return value.strip().casefold()


def _consent(value: object) -> bool | str:
    if value is None:
        return True
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().casefold() in CONSENT_FORMS:
        return value.strip().casefold()
    raise BadLine(f"consent: must be true, false, or one of {', '.join(sorted(CONSENT_FORMS))}")


def _instants(row: Mapping[str, object], name: str) -> tuple[datetime, ...]:
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise BadLine(f"{name}: must be a list of times")
    return tuple(_instant(item, name) for item in value)


def _instant(value: object, name: str) -> datetime:
    if value is None:
        raise BadLine(f"{name}: is required")
    try:
        at = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None:
        raise BadLine(f"{name}: must be a time such as 2026-11-22T14:00:00Z")
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)  # the fields that hold times say so in their names
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        at = LATEST
    if not EARLIEST <= at < LATEST:
        raise BadLine(f"{name}: lies outside the years {EARLIEST.year} to {LATEST.year - 1}")
    return at
