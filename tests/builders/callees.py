"""Callees and the calls to them as the rules look at them: valid by default, and each test names what matters."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialer.domain.compliance import CallSubject, Evaluation, Locality, RuleBook, evaluate_rules, locate
from dialer.domain.phone_numbers import PhoneNumber, parse_phone_number
from dialer.integrations.rule_files import load_rule_book

BOOK = load_rule_book()
# A number in each state that the tests call; 555-01xx is nobody's.
NUMBERS = {
    "AL": "+12055550123", "AZ": "+16025550123", "CA": "+14155550123", "CT": "+12035550123", "DC": "+12025550123",
    "FL": "+13055550123", "GA": "+14045550123", "HI": "+18085550123", "IL": "+13125550123", "KY": "+15025550123",
    "LA": "+15045550123", "MA": "+16175550123", "MD": "+14105550123", "MI": "+13135550123", "MN": "+16125550123",
    "MS": "+16015550123", "NE": "+14025550123", "NM": "+15055550123", "NV": "+17025550123", "NY": "+12125550123",
    "OK": "+14055550123", "OR": "+15035550123", "PA": "+12155550123", "RI": "+14015550123", "SD": "+16055550123",
    "TX": "+12145550123", "UT": "+18015550123", "VA": "+17035550123", "WA": "+12065550123", "WY": "+13075550123",
}  # fmt: skip


def make_number(raw: str = "+12125550123") -> PhoneNumber:
    """A valid number of any kind, or of a state by its two letters."""
    number = parse_phone_number(NUMBERS.get(raw, raw), "US", dialable_only=False)
    assert isinstance(number, PhoneNumber), number
    return number


def place_of(raw: str = "+12125550123", **evidence: Any) -> Locality:
    """Where the owner of a number may be; `book` may be among what is given."""
    return locate(make_number(raw), **{"book": BOOK, **evidence})


def make_subject(raw: str = "+12125550123", *, evidence: dict[str, str] | None = None, **call: Any) -> CallSubject:
    """A telemarketing call with consent to a number."""
    number = make_number(raw)
    locality = locate(number, book=BOOK, **(evidence or {}))
    return CallSubject(number.e164, number.region, number.line_type, locality, **call)


def at_wall(zone: str, wall: str, *, fold: int = 0) -> datetime:
    """The instant at which the clock of a zone shows this time; UTC."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def blocking(subject: CallSubject, at: datetime, book: RuleBook = BOOK) -> list[Evaluation]:
    """What blocks a call, in order."""
    return [evaluation for evaluation in evaluate_rules(subject, at, book) if not evaluation.passed]


def reasons(subject: CallSubject, at: datetime, book: RuleBook = BOOK) -> set[tuple[str, str]]:
    """The rules that block a call, each with its code."""
    return {(evaluation.rule, evaluation.code) for evaluation in blocking(subject, at, book)}


def hours_before(at: datetime, *hours: float) -> tuple[datetime, ...]:
    """Moments so many hours before."""
    return tuple(at - timedelta(hours=number) for number in hours)
