"""Owns the fragment of a webhook URL, by which Twilio's users set time-outs and retries (`#rc=3&rp=all`)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

_RETRY_KINDS = frozenset({"ct", "rt", "4xx", "5xx"})


@dataclass(frozen=True)
class ConnectionOverrides:
    """Time-outs in seconds and what is tried again; the defaults are Twilio's."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 15.0
    max_retries: int = 1
    retried: frozenset[str] = frozenset({"ct"})


def parse_overrides(url: str) -> tuple[str, ConnectionOverrides]:
    """Split a URL into what is requested (and signed) and how; a value out of range falls back to the default."""
    address, _, fragment = url.partition("#")
    given = dict(parse_qsl(fragment))
    policy = given.get("rp", "")
    kinds = frozenset(policy.split(",")) if policy else frozenset({"ct"})
    retried = _RETRY_KINDS if "all" in kinds else kinds & _RETRY_KINDS
    return address, ConnectionOverrides(
        connect_seconds=_within(given.get("ct"), 100, 10_000, 5_000) / 1000,
        read_seconds=_within(given.get("rt"), 100, 15_000, 15_000) / 1000,
        total_seconds=_within(given.get("tt"), 100, 15_000, 15_000) / 1000,
        max_retries=_within(given.get("rc"), 0, 5, 1),
        retried=retried,
    )


def _within(text: str | None, low: int, high: int, default: int) -> int:
    if text is None or not text.isdigit():
        return default
    value = int(text)
    return value if low <= value <= high else default
