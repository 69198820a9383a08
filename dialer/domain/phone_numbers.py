"""Phone numbers: from whatever people and spreadsheets write to E.164, with region and line type.

The only module that knows the `phonenumbers` library. Whether a number may be called *now* is for `compliance`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberMatcher, PhoneNumberType, ValidationResult

from dialer.domain.numbering_plans import find_kind
from dialer.domain.phone_texts import LONGEST, clean_phone_text, has_lost_digits

# The library keeps some 1,300 patterns, the standard library's cache 512 of them: a file with numbers of many countries
# is parsed nine times faster when all fit. The name is private to `re`, hence the guard.
if hasattr(re, "_MAXCACHE"):
    re._MAXCACHE = max(re._MAXCACHE, 20_000)

LineType = Literal["fixed", "mobile", "fixed_or_mobile", "voip", "toll_free", "premium_rate", "shared_cost",
                   "personal", "pager", "uan", "voicemail", "unknown"]  # fmt: skip

_LINE_TYPES: dict[int, LineType] = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
DIALABLE: frozenset[LineType] = frozenset({"fixed", "mobile", "fixed_or_mobile", "voip"})

# Numbers that summon help, in any country's plan. 988 (the US crisis line) is not in the library's list.
_EMERGENCY = frozenset({"000", "110", "111", "112", "113", "117", "118", "119", "911", "933", "988", "999"})
# What people type when a form insists on a number. Some of them exist in one country or another; nobody means them.
_PLACEHOLDERS = frozenset(
    [digit * length for digit in "0123456789" for length in range(7, 13)]
    + ["1234567", "12345678", "123456789", "1234567890", "0123456789", "9876543210", "987654321"]
)
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_NORTH_AMERICA = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
# Ten digits as they are written in North America, with nothing about them that needs the library's careful reading.
_PLAIN_NORTH_AMERICAN = re.compile(r"(?:(\+?)1[ .-]?)?\(?([2-9][0-9]{2})\)?[ .-]{0,2}([2-9][0-9]{2})[ .-]?([0-9]{4})")


@dataclass(frozen=True)
class PhoneNumber:
    """A number that a network could route. `extension` is kept apart: E.164 has none."""

    e164: str
    region: str
    line_type: LineType
    extension: str | None = None

    def __str__(self) -> str:
        return self.e164


@dataclass(frozen=True)
class PhoneProblem:
    """Why something is no number that we call. `code` is stable; `message` is for people."""

    code: Literal["missing", "digits_lost", "not_a_number", "too_short", "too_long", "invalid", "possible_not_valid",
                  "several_numbers", "emergency", "short_number", "not_dialable", "unknown_country",
                  "country_not_allowed"]  # fmt: skip
    message: str


def parse_phone_number(
    raw: str, default_region: str, *, dialable_only: bool = True, try_plus: bool = False
) -> PhoneNumber | PhoneProblem:
    """Read one phone number as people write it; without an international prefix it is taken as `default_region`'s.

    Undoes what spreadsheets add (`14155550132.0`, `="…"`, a leading apostrophe) and never guesses what they took away.
    With `dialable_only`, lines that cost the caller or reach no person (premium, toll-free, pagers…) are refused. With
    `try_plus`, digits that are no number of the region are read once more as if a plus sign stood before them.
    """
    plain = _PLAIN_NORTH_AMERICAN.fullmatch(raw)
    if plain is not None and (plain[1] or default_region in _NORTH_AMERICA):
        national = plain[2] + plain[3] + plain[4]
        kind = find_kind(1, national)
        if kind is not None:
            return _judge(_Found(1, national, *kind), dialable_only=dialable_only)
    text = clean_phone_text(raw)
    problem = _obvious_problem(text, default_region)
    if problem is not None:
        return problem
    found = _find(text, default_region, try_plus=try_plus)
    if found is None or _holds_several(text, default_region):
        return _explain(text, default_region)
    # Whoever writes the country means it: +33 1 23 45 67 89 is a number like any other.
    if found.national in _PLACEHOLDERS and not text.startswith(("+", "00")):
        return _PLACEHOLDER
    return _judge(found, dialable_only=dialable_only)


def parse_caller_id(raw: str) -> PhoneNumber | PhoneProblem:
    """Read a caller id: international form with its plus sign, of a possible length.

    Whether the number exists and is ours to show is for the carrier to say, so an unassigned range is accepted here.
    """
    text = clean_phone_text(raw)
    if not text:
        return PhoneProblem("missing", "A phone number is required")
    if not text.startswith("+"):
        return PhoneProblem("invalid", "Write it in international form with a plus sign, such as +14155551234")
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return PhoneProblem("not_a_number", "Invalid phone number format")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(number) or not _E164.fullmatch(e164):
        return PhoneProblem("invalid", "Invalid phone number format")
    country_code = number.country_code or 0
    region = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(country_code)
    return PhoneNumber(e164, region, _LINE_TYPES.get(phonenumbers.number_type(number), "unknown"), number.extension)


@lru_cache(maxsize=1)
def known_regions() -> frozenset[str]:
    """The two-letter codes (ISO 3166) of the regions that have a numbering plan."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def calling_code(region: str) -> int | None:
    """What international numbers of a region begin with, after the plus; None if it has none."""
    return phonenumbers.country_code_for_region(region) or None


def region_of(e164: str) -> str | None:
    """The region of a number that is in E.164 already, or None when it belongs to no country."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(e164, None))
    except NumberParseException:
        return None
    return region if region in known_regions() else None


def describe_number(e164: str) -> PhoneNumber:
    """Region and kind of a number that is in E.164 already; of one that exists no longer, kind `unknown`."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return PhoneNumber(e164, "001", "unknown")
    region = phonenumbers.region_code_for_number(number) or "001"
    return PhoneNumber(e164, region, _LINE_TYPES.get(phonenumbers.number_type(number), "unknown"))


def is_international(raw: str) -> bool:
    """Tell whether the text names its country by itself, so that no default region is needed to read it."""
    return clean_phone_text(raw).startswith(("+", "00"))


def mask_phone_number(e164: str) -> str:
    """The number for logs: country and last two digits only."""
    return e164[:2] + "…" + e164[-2:] if len(e164) > 6 else "…"


def library_time_zones(e164: str) -> tuple[str, ...]:
    """The zones that the library gives a valid number; empty when it knows none.

    Too few for many area codes of North America, and all zones of the country for mobile and non-geographic numbers:
    `compliance.localities` knows better, and is who should be asked.
    """
    from phonenumbers import timezone

    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(e164, None))
    except NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)


@dataclass(frozen=True, slots=True)
class _Found:
    """A valid number: `kind` is the library's."""

    country_code: int
    national: str
    region: str
    kind: int
    extension: str | None = None


def _obvious_problem(text: str, default_region: str) -> PhoneProblem | None:
    if not text:
        return PhoneProblem("missing", "A phone number is required")
    if len(text) > LONGEST:
        return PhoneProblem("too_long", "This is too long to be a phone number")
    if has_lost_digits(text):
        return PhoneProblem("digits_lost", "Digits were lost in a spreadsheet; export the column as text")
    digits = "".join(character for character in text if character.isdecimal())
    if not digits or len(digits) >= 7 or any(character.isalpha() for character in text):
        return None  # letters may stand for digits: 1-800-FLOWERS
    return _short_problem(digits, text, default_region)


def _short_problem(digits: str, text: str, default_region: str) -> PhoneProblem | None:
    """Why a few digits are not called: they summon help, or a service. Six may be a number in a small country."""
    if text.startswith("+1"):
        digits = digits[1:]
    if digits in _EMERGENCY or phonenumbers.is_emergency_number(digits, default_region):
        return PhoneProblem("emergency", "Emergency numbers are never called")
    is_service = not text.startswith("+") and _is_service(digits, default_region)
    if is_service and len(digits) <= 4:
        return PhoneProblem("short_number", "Short numbers of services are never called")
    if is_service or len(digits) < 6:
        return PhoneProblem("too_short", "This is too short to be a phone number")
    return None


def _is_service(digits: str, region: str) -> bool:
    number = phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(region), national_number=int(digits)
    )
    return bool(phonenumbers.is_valid_short_number_for_region(number, region))


def _find(text: str, default_region: str, *, try_plus: bool) -> _Found | None:
    """The valid number that the text stands for, or None."""
    found = _find_as_written(text, default_region)
    if found is None and text.startswith("00"):
        # The prefix 00 means "abroad" nearly everywhere, but not in North America: accepted only when all else fails.
        return _find_as_written("+" + text[2:], default_region)
    if found is None and try_plus and not text.startswith("+"):
        return _find_as_written("+" + text, default_region)
    return found


def _find_as_written(text: str, default_region: str) -> _Found | None:
    try:
        number = phonenumbers.parse(text, default_region)
    except NumberParseException:
        return None
    national = phonenumbers.national_significant_number(number)
    kind = find_kind(number.country_code or 0, national)
    return _Found(number.country_code or 0, national, *kind, number.extension) if kind is not None else None


def _holds_several(text: str, default_region: str) -> bool:
    """Tell whether a cell holds two numbers, of which the library would silently read the first."""
    separated = any(separator in text for separator in ";/|&,")
    return separated and sum(1 for _ in PhoneNumberMatcher(text.replace(";", " ; "), default_region)) > 1


_PLACEHOLDER = PhoneProblem("invalid", "This is a placeholder, not a phone number")


def _judge(found: _Found, *, dialable_only: bool) -> PhoneNumber | PhoneProblem:
    line_type = _LINE_TYPES[found.kind]
    if dialable_only and found.region not in known_regions():
        return PhoneProblem("not_dialable", "Satellite and international service numbers are not called")
    if dialable_only and line_type not in DIALABLE:
        return PhoneProblem("not_dialable", f"Numbers of this kind ({line_type.replace('_', ' ')}) are not called")
    return PhoneNumber(f"+{found.country_code}{found.national}", found.region, line_type, found.extension)


_LENGTH_PROBLEMS = {
    ValidationResult.TOO_SHORT: PhoneProblem("too_short", "This is too short to be a phone number"),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneProblem("too_short", "The area code is missing"),
    ValidationResult.TOO_LONG: PhoneProblem("too_long", "This is too long to be a phone number"),
    # New area codes are dialled some weeks before the library hears of them.
    ValidationResult.IS_POSSIBLE: PhoneProblem(
        "possible_not_valid", "No such phone number is known; check it if its area code is new"
    ),
}


def _explain(text: str, default_region: str) -> PhoneProblem:
    """Say what is wrong with a text that is no valid number."""
    if sum(1 for _ in PhoneNumberMatcher(text.replace(";", " ; "), default_region)) > 1:
        return PhoneProblem("several_numbers", "More than one phone number in one cell")
    try:
        number = phonenumbers.parse(text, default_region)
    except NumberParseException:
        return PhoneProblem("not_a_number", "Invalid phone number format")
    if phonenumbers.national_significant_number(number) in _PLACEHOLDERS:
        return _PLACEHOLDER
    if sum(map(str.isalpha, text)) > 3:
        return PhoneProblem("not_a_number", "There is more in this cell than a phone number")
    reason = phonenumbers.is_possible_number_with_reason(number)
    return _LENGTH_PROBLEMS.get(reason, PhoneProblem("invalid", "No such phone number exists"))
