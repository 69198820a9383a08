"""The text of a phone cell: what people and spreadsheets put around a number, and what they do to it."""

import re
import unicodedata

LONGEST = 64
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
# Two zeros at most: more of them are digits of the number, written with a dot.
_FRACTION = re.compile(r"(\+?\d+)[.,]0{1,2}")
_KINDS = r"mobile|mob|cellular|cell|home|work|office|business|main|direct|land\s?line|phone|telephone|tel|ph|primary"
_LABEL = re.compile(
    rf"\(\s*(?:{_KINDS}|[chmow])\s*\)"
    rf"|^(?:(?:{_KINDS})(?:\s+(?:phone|number|no))?|[chmotwp])\s*[.:#]+\s*"
    rf"|(?<=\d)\s+(?:{_KINDS})$",
    re.IGNORECASE,
)


def clean_phone_text(raw: str) -> str:
    """Drop invisible characters, spreadsheet quoting, known labels and the `.0` of a column taken for numbers."""
    text = raw.strip()
    if not (text.isascii() and text.isprintable()):
        text = "".join(_visible(character) for character in unicodedata.normalize("NFKC", raw)).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = text.lstrip("'").strip()
    if len(text) <= LONGEST:
        text = _LABEL.sub("", text).strip()
    fraction = _FRACTION.fullmatch(text)
    return fraction.group(1) if fraction else text


def has_lost_digits(text: str) -> bool:
    """Tell whether a spreadsheet wrote the number as 1.4155E+10, which nobody can undo."""
    return _EXPONENT.fullmatch(text) is not None


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cf", "Cs"}:
        return ""
    return " " if category == "Cc" else character
