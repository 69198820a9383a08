"""Phone numbers: from whatever people and spreadsheets write to E.164, with region, line type and time zones.

The only module that knows the `phonenumbers` library. Whether a number may be called *now* is for `compliance`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberMatcher, PhoneNumberType, ValidationResult

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
_SPREADSHEET_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_SPREADSHEET_FRACTION = re.compile(r"(\+?\d+)[.,]0+")
_LABEL = re.compile(
    r"\(\s*(?:mobile|mob|cell|cellular|home|work|office|business|main|direct|land\s?line)\s*\)"
    r"|^(?:mobile|mob|cell|home|work|office|business|phone|telephone|tel|main)\s*[.:]\s*",
    re.IGNORECASE,
)
_LONGEST = 64
_E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True)
class PhoneNumber:
    """A number that a network could route. `extension` is kept apart: E.164 has none."""

    e164: str
    region: str
    line_type: LineType
    extension: str | None = None

    @property
    def time_zones(self) -> tuple[str, ...]:
        """Every zone in which this number's owner may be; see `time_zones_of`."""
        return time_zones_of(self.e164)

    def __str__(self) -> str:
        return self.e164


@dataclass(frozen=True)
class PhoneProblem:
    """Why something is no number that we call. `code` is stable; `message` is for people."""

    code: Literal["missing", "digits_lost", "not_a_number", "too_short", "too_long", "invalid", "several_numbers",
                  "emergency", "not_dialable"]  # fmt: skip
    message: str


def parse_phone_number(raw: str, default_region: str, *, dialable_only: bool = True) -> PhoneNumber | PhoneProblem:
    """Read one phone number as people write it; without an international prefix it is taken as `default_region`'s.

    Undoes what spreadsheets add (`14155550132.0`, `="…"`, a leading apostrophe) and never guesses what they took away.
    With `dialable_only`, lines that cost the caller or reach no person (premium, toll-free, pagers…) are refused.
    """
    text = _clean(raw)
    problem = _obvious_problem(text)
    if problem is not None:
        return problem
    found = _parse(text, default_region)
    if found is None or _holds_several(text, default_region):
        return _explain(text, default_region)
    return _judge(*found, dialable_only=dialable_only)


def parse_caller_id(raw: str) -> PhoneNumber | PhoneProblem:
    """Read a caller id: international form with its plus sign, of a possible length.

    Whether the number exists and is ours to show is for the carrier to say, so an unassigned range is accepted here.
    """
    text = _clean(raw)
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


def region_of(e164: str) -> str | None:
    """The region of a number that is in E.164 already, or None when it belongs to no country."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(e164, None))
    except NumberParseException:
        return None
    return region if region in known_regions() else None


def is_international(raw: str) -> bool:
    """Tell whether the text names its country by itself, so that no default region is needed to read it."""
    return _clean(raw).startswith(("+", "00"))


def mask_phone_number(e164: str) -> str:
    """The number for logs: country and last two digits only."""
    return e164[:2] + "…" + e164[-2:] if len(e164) > 6 else "…"


@lru_cache(maxsize=50_000)
def time_zones_of(e164: str) -> tuple[str, ...]:
    """Every IANA zone in which the owner of this number may live; empty when unknown.

    A mobile or non-geographic number answers with all zones of its country. For North American area codes that the
    library is known to place in too few zones, our own table answers instead.
    """
    from phonenumbers import timezone

    if e164.startswith("+1") and e164[2:5] in _SPLIT_AREA_CODES:
        return _SPLIT_AREA_CODES[e164[2:5]]
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(e164, None))
    except NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)


def _clean(raw: str) -> str:
    """Drop invisible characters, spreadsheet quoting and known labels."""
    text = raw.strip()
    if not (text.isascii() and text.isprintable()):
        text = "".join(_visible(character) for character in unicodedata.normalize("NFKC", raw)).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = text.lstrip("'").strip()
    if len(text) <= _LONGEST:
        text = _LABEL.sub("", text).strip()
    fraction = _SPREADSHEET_FRACTION.fullmatch(text)
    return fraction.group(1) if fraction else text


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cf", "Cs"}:
        return ""
    return " " if category == "Cc" else character


def _obvious_problem(text: str) -> PhoneProblem | None:
    if not text:
        return PhoneProblem("missing", "A phone number is required")
    if len(text) > _LONGEST:
        return PhoneProblem("too_long", "This is too long to be a phone number")
    if _SPREADSHEET_EXPONENT.fullmatch(text):
        return PhoneProblem("digits_lost", "Digits were lost in a spreadsheet; export the column as text")
    digits = "".join(character for character in text if character.isdecimal())
    if digits in _EMERGENCY or (text.startswith("+1") and digits[1:] in _EMERGENCY):
        return PhoneProblem("emergency", "Emergency numbers are never called")
    if digits and len(digits) < 7:
        return PhoneProblem("too_short", "This is too short to be a phone number")
    return None


def _parse(text: str, default_region: str) -> tuple[phonenumbers.PhoneNumber, LineType] | None:
    """The valid number that the text stands for and its kind, or None."""
    found = _parse_valid(text, default_region)
    if found is None and text.startswith("00"):
        # The prefix 00 means "abroad" nearly everywhere, but not in North America: accepted only when all else fails.
        found = _parse_valid("+" + text[2:], default_region)
    return found


def _parse_valid(text: str, default_region: str) -> tuple[phonenumbers.PhoneNumber, LineType] | None:
    try:
        number = phonenumbers.parse(text, default_region)
    except NumberParseException:
        return None
    # A number is valid when it is of some kind; asking `is_valid_number` as well would search the plan once more.
    line_type = _LINE_TYPES.get(phonenumbers.number_type(number))
    return (number, line_type) if line_type is not None else None


def _holds_several(text: str, default_region: str) -> bool:
    """Tell whether a cell holds two numbers, of which the library would silently read the first."""
    separated = any(separator in text for separator in ";/|&,")
    return separated and sum(1 for _ in PhoneNumberMatcher(text.replace(";", " ; "), default_region)) > 1


def _judge(number: phonenumbers.PhoneNumber, line_type: LineType, *, dialable_only: bool) -> PhoneNumber | PhoneProblem:
    region = phonenumbers.region_code_for_number(number) or "001"
    if dialable_only and region not in known_regions():
        return PhoneProblem("not_dialable", "Satellite and international service numbers are not called")
    if dialable_only and line_type not in DIALABLE:
        return PhoneProblem("not_dialable", f"Numbers of this kind ({line_type.replace('_', ' ')}) are not called")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return PhoneNumber(e164, region, line_type, number.extension)


_LENGTH_PROBLEMS = {
    ValidationResult.TOO_SHORT: PhoneProblem("too_short", "This is too short to be a phone number"),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneProblem("too_short", "The area code is missing"),
    ValidationResult.TOO_LONG: PhoneProblem("too_long", "This is too long to be a phone number"),
}


def _explain(text: str, default_region: str) -> PhoneProblem:
    """Say what is wrong with a text that is no valid number."""
    if sum(1 for _ in PhoneNumberMatcher(text.replace(";", " ; "), default_region)) > 1:
        return PhoneProblem("several_numbers", "More than one phone number in one cell")
    try:
        number = phonenumbers.parse(text, default_region)
    except NumberParseException:
        return PhoneProblem("not_a_number", "Invalid phone number format")
    reason = phonenumbers.is_possible_number_with_reason(number)
    return _LENGTH_PROBLEMS.get(reason, PhoneProblem("invalid", "No such phone number exists"))


def _america(zones: str) -> tuple[str, ...]:
    return tuple(f"America/{zone}" for zone in zones.split())


# Area codes where the library (9.0.43) knows too few zones, or a wrong one; measured exchange by exchange.
_SPLIT_AREA_CODES: dict[str, tuple[str, ...]] = {
    code: _america(zones)
    for zones, codes in {
        "New_York Chicago": "850 448 219 574 812 930 270 364 606 423",
        "Chicago Denver": "308 620 785",
        "Los_Angeles Boise": "541 458",
        "Detroit Menominee": "906",
        "Phoenix Denver": "928",
        "New_York": "689",
        "Vancouver Edmonton Dawson_Creek Creston": "236 250 257 672 778",
        "Toronto Winnipeg Atikokan": "807",
        "Toronto Halifax Puerto_Rico": "418 581 367",
        "Whitehorse Inuvik Cambridge_Bay Rankin_Inlet Iqaluit": "867",
        "St_Johns Goose_Bay": "709 879",
        "Regina Edmonton": "306 474 639",
    }.items()
    for code in codes.split()
}
