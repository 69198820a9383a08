"""Which rules of a book bind a call: those of its places and its type, and defaults where a country has none."""

from dataclasses import dataclass

from dialer.domain.compliance.localities import Locality
from dialer.domain.compliance.rule_book import RuleBook
from dialer.domain.compliance.rule_values import (
    EVALUATED,
    Ban,
    Cap,
    Closure,
    Consent,
    Holiday,
    Hours,
    NumberKinds,
    RefusedPlaces,
    Wait,
)
from dialer.domain.compliance.rules import ELSEWHERE, EVERYWHERE, Rule
from dialer.domain.compliance.timetables import ClosureTimetable, HolidayTimetable, HoursTimetable, Timetable


@dataclass(frozen=True, eq=False)
class ApplicableRules:
    """The rules that bind calls of one type to one set of jurisdictions, by what they look at."""

    timetables: tuple[Timetable, ...]
    caps: tuple[tuple[Rule, Cap], ...]
    waits: tuple[tuple[Rule, Wait], ...]
    consents: tuple[tuple[Rule, Consent], ...]
    bans: tuple[tuple[Rule, Ban], ...]
    number_kinds: tuple[tuple[Rule, NumberKinds], ...]
    refused_places: tuple[tuple[Rule, RefusedPlaces], ...]


def applicable_rules(book: RuleBook, locality: Locality, call_type: str) -> ApplicableRules:
    """The rules that bind; worked out once for each book, set of jurisdictions and call type."""
    key = (locality.jurisdictions, call_type)
    found = book.cache.get(key)
    if not isinstance(found, ApplicableRules):
        found = book.cache[key] = _collect(book, locality, call_type)
    return found


def binding_rules(book: RuleBook, locality: Locality, call_type: str) -> tuple[Rule, ...]:
    """Every enabled rule about such calls there, of whatever kind: also those that no single call is judged by."""
    wanted = {*locality.jurisdictions, EVERYWHERE}
    bound = [rule for rule in book.rules if rule.enabled and rule.binds(call_type)]
    return tuple(
        rule
        for rule in bound
        if rule.jurisdiction in wanted
        or (
            rule.jurisdiction == ELSEWHERE
            and any(not book.has_own(country, rule.kind, call_type) for country in locality.countries)
        )
    )


def _collect(book: RuleBook, locality: Locality, call_type: str) -> ApplicableRules:
    rules = [rule for rule in binding_rules(book, locality, call_type) if rule.kind in EVALUATED]
    return ApplicableRules(
        timetables=tuple(table for rule in rules if (table := _timetable(rule, book)) is not None),
        caps=tuple((rule, rule.value) for rule in rules if isinstance(rule.value, Cap)),
        waits=tuple((rule, rule.value) for rule in rules if isinstance(rule.value, Wait)),
        consents=tuple((rule, rule.value) for rule in rules if isinstance(rule.value, Consent)),
        bans=tuple((rule, rule.value) for rule in rules if isinstance(rule.value, Ban)),
        number_kinds=tuple((rule, rule.value) for rule in rules if isinstance(rule.value, NumberKinds)),
        refused_places=tuple((rule, rule.value) for rule in rules if isinstance(rule.value, RefusedPlaces)),
    )


def _timetable(rule: Rule, book: RuleBook) -> Timetable | None:
    """The rule's timetable; one for each rule of a book, so that its plans of days are shared by all localities."""
    found = book.cache.get(rule.id)
    if isinstance(found, Timetable):
        return found
    made: Timetable | None = None
    if isinstance(rule.value, Hours):
        made = HoursTimetable(rule, rule.value, book.holidays.get(rule.jurisdiction))
    elif isinstance(rule.value, Holiday):
        made = HolidayTimetable(rule, rule.value)
    elif isinstance(rule.value, Closure):
        made = ClosureTimetable(rule, rule.value)
    if made is not None:
        book.cache[rule.id] = made
    return made
