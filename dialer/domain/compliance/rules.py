"""One calling rule: where it holds, what it asks and of which calls, and where it was read.

A rule is data: rows of the files in `dialer/rules`, and rows that tenants add, are read by the same `parse_rule`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, cast, get_args

from dialer.domain.compliance.rule_values import RuleValue, parse_value
from dialer.domain.errors import Invalid

CallType = Literal["telemarketing", "prerecorded", "debt", "survey", "service", "b2b"]
CALL_TYPES: frozenset[str] = frozenset(get_args(CallType))
ANY_CALL = "any"

EVERYWHERE = "*"
ELSEWHERE = "other"
"""The jurisdiction of defaults: every country that has no row of the same kind for the same calls."""

TENANT_PREFIX = "tenant:"
MAX_TEXT = 500
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,79}")
_JURISDICTION = re.compile(r"\*|other|[A-Z]{2}(-[A-Z0-9]{1,3})?")
_FIELDS = frozenset({
    "id", "jurisdiction", "kind", "value", "applies_to", "exempt_if", "effective_from", "effective_to", "source",
    "certainty", "enabled", "remark",
})  # fmt: skip

Certainty = Literal["H", "M", "L"]


@dataclass(frozen=True)
class Rule:
    """One row. `exempt_if` says what the law lets lift the rule; the dialer records it and never acts on it.

    `effective_from` and `effective_to` are local dates at the callee, both inclusive. `written` is the value as the
    row has it, for auditors.
    """

    id: str
    jurisdiction: str
    kind: str
    value: RuleValue
    written: Mapping[str, object]
    applies_to: frozenset[str] = frozenset({ANY_CALL})
    exempt_if: frozenset[str] = frozenset()
    effective_from: date | None = None
    effective_to: date | None = None
    source: str = ""
    certainty: Certainty = "H"
    enabled: bool = True
    remark: str = ""

    def binds(self, call_type: str) -> bool:
        """Tell whether the rule speaks about calls of this type."""
        return ANY_CALL in self.applies_to or call_type in self.applies_to

    def is_in_force(self, day: date) -> bool:
        """Tell whether the rule holds on this local date."""
        started = self.effective_from is None or self.effective_from <= day
        return started and (self.effective_to is None or day <= self.effective_to)

    @property
    def is_tenants(self) -> bool:
        """True for a row that a tenant added."""
        return self.id.startswith(TENANT_PREFIX)

    def as_record(self) -> dict[str, object]:
        """The row as JSON values; `parse_rule` reads it back."""
        return {
            "id": self.id,
            "jurisdiction": self.jurisdiction,
            "kind": self.kind,
            "value": _plain(self.written),
            "applies_to": sorted(self.applies_to),
            "exempt_if": sorted(self.exempt_if),
            "effective_from": self.effective_from.isoformat() if self.effective_from else None,
            "effective_to": self.effective_to.isoformat() if self.effective_to else None,
            "source": self.source,
            "certainty": self.certainty,
            "enabled": self.enabled,
            "remark": self.remark,
        }


def parse_rule(row: Mapping[str, object]) -> Rule:
    """Read one row of a file or of a tenant. Raises Invalid that names the field."""
    unknown = sorted(str(name) for name in set(row) - _FIELDS)
    if unknown:
        raise Invalid.field(unknown[0][:80], "is no field of a rule")
    kind = _text(row, "kind")
    value = row.get("value")
    if not isinstance(value, Mapping):
        raise Invalid.field("value", "must be an object")
    rule = Rule(
        id=_matching(row, "id", _ID, "letters, digits, and any of : . _ -"),
        jurisdiction=_matching(row, "jurisdiction", _JURISDICTION, "US, US-FL, GB, * or other"),
        kind=kind,
        value=parse_value(kind, value),
        written=MappingProxyType(dict(value)),
        applies_to=_words(row, "applies_to", CALL_TYPES | {ANY_CALL}) or frozenset({ANY_CALL}),
        exempt_if=_words(row, "exempt_if", None),
        effective_from=_date(row, "effective_from"),
        effective_to=_date(row, "effective_to"),
        source=_text(row, "source", default=""),
        certainty=_certainty(row),
        enabled=_flag(row, "enabled"),
        remark=_text(row, "remark", default=""),
    )
    if rule.effective_from and rule.effective_to and rule.effective_to < rule.effective_from:
        raise Invalid.field("effective_to", "lies before effective_from")
    return rule


def _text(row: Mapping[str, object], name: str, *, default: str | None = None) -> str:
    value = row.get(name)
    if default is not None and value in (None, ""):
        return default
    if not isinstance(value, str) or not value.strip():
        raise Invalid.field(name, "must be a text")
    if len(value) > MAX_TEXT:
        raise Invalid.field(name, f"must have at most {MAX_TEXT} characters")
    return value.strip()


def _matching(row: Mapping[str, object], name: str, pattern: re.Pattern[str], form: str) -> str:
    text = _text(row, name)
    if not pattern.fullmatch(text):
        raise Invalid.field(name, f"must be written as {form}")
    return text


def _words(row: Mapping[str, object], name: str, allowed: frozenset[str] | None) -> frozenset[str]:
    value = row.get(name)
    if value is None:
        return frozenset()
    if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) for word in value):
        raise Invalid.field(name, "must be a list of words")
    words = frozenset(cast("list[str]", value))
    if allowed is not None and words - allowed:
        raise Invalid.field(name, f"{sorted(words - allowed)[0][:40]!r} is none of {', '.join(sorted(allowed))}")
    return words


def _date(row: Mapping[str, object], name: str) -> date | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Invalid.field(name, "must be a date, such as 2026-01-31")


def _certainty(row: Mapping[str, object]) -> Certainty:
    value = row.get("certainty", "H")
    if value not in get_args(Certainty):
        raise Invalid.field("certainty", "must be H, M or L")
    return cast("Certainty", value)


def _flag(row: Mapping[str, object], name: str) -> bool:
    value = row.get(name, True)
    if not isinstance(value, bool):
        raise Invalid.field(name, "must be true or false")
    return value


def _plain(value: object) -> object:
    """The value with dates and tuples as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
