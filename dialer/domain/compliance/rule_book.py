"""All rules together, with the tables that say where a callee may be and which days are holidays, under one version."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from dialer.domain.compliance.geography import Geography
from dialer.domain.compliance.rule_values import TENANT_KINDS, Consent
from dialer.domain.compliance.rules import ELSEWHERE, TENANT_PREFIX, Rule, parse_rule
from dialer.domain.errors import Invalid

MAX_TENANT_RULES = 1000


@dataclass(frozen=True, eq=False)
class HolidayCalendar:
    """The holidays of one jurisdiction by local date. Nothing is known about days outside `first` to `last`."""

    days: Mapping[date, str]
    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Tell whether the calendar knows this date."""
        return self.first <= day <= self.last


@dataclass(frozen=True, eq=False)
class RuleBook:
    """Every rule, on or off, under a version: the release's date and a hash of all content.

    A book never changes; `with_tenant_rules` makes another. `cache` is for what is worked out from it.
    """

    release: str
    rules: tuple[Rule, ...]
    geography: Geography
    holidays: Mapping[str, HolidayCalendar]
    tzdata: str
    version: str = ""
    cache: dict[object, object] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        release: str,
        rules: Iterable[Rule],
        geography: Geography,
        holidays: Mapping[str, HolidayCalendar],
        *,
        tzdata: str,
        off: Iterable[str] = (),
    ) -> "RuleBook":
        """Put a book together and give it its version. `off` names rules to switch off; Invalid if one is unknown."""
        kept, switched_off = tuple(rules), sorted(set(off))
        ids = [rule.id for rule in kept]
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            raise Invalid.field("id", f"{repeated[0]} names two rules")
        unknown = sorted(set(switched_off) - set(ids))
        if unknown:
            raise Invalid.field("RULES_OFF", f"there is no rule {', '.join(unknown)[:200]}")
        kept = tuple(replace(rule, enabled=False) if rule.id in switched_off else rule for rule in kept)
        book = cls(release, kept, geography, holidays, tzdata)
        suffix = f"~off({','.join(switched_off)})" if switched_off else ""
        return replace(book, version=f"{release}.{_digest(book._content())}{suffix}", cache={})

    def with_tenant_rules(self, rows: Iterable[Mapping[str, object]]) -> "RuleBook":
        """This book and a tenant's own rules. They are only added, never put in place of others: they can only narrow.

        Raises Invalid that names the row and its field.
        """
        added = []
        for number, row in enumerate(rows, start=1):
            if number > MAX_TENANT_RULES:
                raise Invalid.field("rules", f"at most {MAX_TENANT_RULES} rules")
            added.append(parse_tenant_rule(row, number))
        if not added:
            return self
        if len({rule.id for rule in added} | {rule.id for rule in self.rules}) < len(added) + len(self.rules):
            raise Invalid.field("id", "two rules have the same id")
        mark = f"~tenant({len(added)}:{_digest([rule.as_record() for rule in added])})"
        return replace(self, rules=(*self.rules, *added), version=self.version + mark, cache={})

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of this id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def has_own(self, country: str, kind: str, call_type: str) -> bool:
        """Tell whether a country has rows of its own of this kind for these calls, so that the default does not hold.

        Tenants' rows do not count: they add to the default.
        """
        return any(
            rule.jurisdiction == country
            and rule.kind == kind
            and rule.enabled
            and not rule.is_tenants
            and rule.binds(call_type)
            for rule in self.rules
        )

    def as_record(self) -> dict[str, object]:
        """The whole book as JSON values, so that a version can be kept and read when it is long gone."""
        return {"version": self.version, **self._content()}

    def _content(self) -> dict[str, object]:
        return {
            "release": self.release,
            "tzdata": self.tzdata,
            "rules": [rule.as_record() for rule in self.rules],
            "geography": self.geography.as_record(),
            "holidays": {
                jurisdiction: {
                    "first": calendar.first.isoformat(),
                    "last": calendar.last.isoformat(),
                    "days": {day.isoformat(): name for day, name in sorted(calendar.days.items())},
                }
                for jurisdiction, calendar in sorted(self.holidays.items())
            },
        }


def parse_tenant_rule(row: Mapping[str, object], number: int = 1) -> Rule:
    """Read one row of a tenant; its id gets the prefix `tenant:`. Raises Invalid when it could loosen anything."""
    given = row.get("id")
    own = given.removeprefix(TENANT_PREFIX) if isinstance(given, str) and given.strip() else str(number)
    rule = parse_rule({**row, "id": TENANT_PREFIX + own})
    if rule.kind not in TENANT_KINDS:
        raise Invalid.field("kind", f"a tenant's own rule is one of {', '.join(sorted(TENANT_KINDS))}")
    if rule.jurisdiction == ELSEWHERE:
        raise Invalid.field("jurisdiction", 'must be a country, a state or "*" for everywhere')
    if rule.value == Consent("none"):
        raise Invalid.field("value.form", "a tenant's own rule can only ask for more")
    return rule


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
