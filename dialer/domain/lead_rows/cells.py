"""What single cells say, apart from phone numbers. Damage done by spreadsheets is undone or named, never guessed at."""

import re
import zoneinfo
from functools import lru_cache

YES = frozenset({"1", "y", "yes", "true", "t", "x", "on"})
NO = frozenset({"0", "n", "no", "false", "f", "off", "none", "null", "-", "n/a"})
_SPREADSHEET_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|#+)")
_EXPONENT = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{1,3}")
_WHOLE = re.compile(r"(\d+)\.0{1,2}")
_US_ZIP = re.compile(r"\d{5}(?:-\d{4})?")


def is_spreadsheet_error(text: str) -> bool:
    """Tell whether a spreadsheet wrote this instead of a value: `#N/A`, `#REF!`, or the ##### of a narrow column."""
    return _SPREADSHEET_ERROR.fullmatch(text) is not None


def has_lost_digits(text: str) -> bool:
    """Tell whether a spreadsheet wrote a long number as 1.23457E+15, which nobody can undo."""
    return _EXPONENT.fullmatch(text) is not None


def restore_whole_number(text: str) -> str:
    """Undo `12345.0`, as which a column of whole numbers with gaps is often written."""
    match = _WHOLE.fullmatch(text)
    return match.group(1) if match else text


@lru_cache(maxsize=5_000)
def parse_state(text: str) -> str:
    """A state or province with its spaces in order; a short code in capitals. Which one it is, is for the rules."""
    words = " ".join(text.split())
    return words.upper() if len(words) <= 3 else words


def parse_postal_code(text: str, country: str | None) -> str:
    """A postal code without what spreadsheets do to it: an American one gets its leading zeros back.

    Five digits are never anything else there, so 2134 can only have been 02134.
    """
    code = restore_whole_number(text)
    if country == "US" and not _US_ZIP.fullmatch(code):
        head, dash, tail = code.partition("-")
        if head.isascii() and head.isdecimal() and len(head) in (3, 4) and (not dash or len(tail) == 4):
            return head.zfill(5) + dash + tail
    return code.upper()


@lru_cache(maxsize=2_000)
def parse_time_zone(text: str) -> str | None:
    """An IANA zone in whatever case, such as America/Chicago; None for anything else.

    An offset, or an abbreviation that stands for one, is no zone: it says nothing about the other half of the year.
    """
    return _zones_by_name().get(text.replace(" ", "_").casefold())


@lru_cache(maxsize=1)
def _zones_by_name() -> dict[str, str]:
    names = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return {name.casefold(): name for name in names}
