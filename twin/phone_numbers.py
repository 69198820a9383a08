"""Owns what counts as a phone number and how Twilio writes it."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s().\-]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_CLIENT_IDENTITY = re.compile(r"[^\x00-\x20\x7f]{1,256}")


def normalise(text: str) -> str | None:
    """Write a number in E.164; ten digits (or eleven beginning with 1) are taken as North American."""
    digits = _SEPARATORS.sub("", text)
    if re.fullmatch(r"\d{10}", digits):
        digits = "+1" + digits
    elif re.fullmatch(r"1\d{10}", digits):
        digits = "+" + digits
    if not _E164.fullmatch(digits) or (digits.startswith("+1") and len(digits) != 12):
        return None
    return digits


def is_client(text: str) -> bool:
    return text.startswith("client:") and _CLIENT_IDENTITY.fullmatch(text[7:]) is not None


def formatted(number: str) -> str:
    """Write a US number as `(415) 867-5309`; anything else stays as it is."""
    if len(number) == 12 and number.startswith("+1"):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number
