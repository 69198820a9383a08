"""Owns Twilio's identifiers: a two-letter prefix and 32 hexadecimal digits."""

from __future__ import annotations

import os
import re

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")


def new_sid(prefix: str) -> str:
    return prefix + os.urandom(16).hex()


def is_sid(text: str, prefix: str) -> bool:
    return text.startswith(prefix) and _SID.fullmatch(text) is not None
