"""Rules as rows: what is read and what is refused, versions, rows switched off, and rows that tenants add."""

import json
from datetime import date
from typing import Any

import pytest

from dialer.domain.compliance import CALL_TYPES, RuleBook, next_allowed, parse_rule, parse_tenant_rule
from dialer.domain.compliance.rule_values import EVALUATED, KINDS, TENANT_KINDS
from dialer.domain.errors import Invalid
from dialer.integrations.rule_files import load_rule_book, parse_rules_off
from tests.builders.callees import BOOK, at_wall, make_subject, reasons

NOON = at_wall("America/New_York", "2027-03-03T12:00")
ROW: dict[str, Any] = {"id": "X-1", "jurisdiction": "US-NY", "kind": "cap", "value": {"max": 2, "days": 3}}


def row(**changes: Any) -> dict[str, Any]:
    """A valid row with something else in it."""
    return {**ROW, **changes}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"), ({"id": "two words"}, "id"), ({"jurisdiction": "Florida"}, "jurisdiction"),
        ({"jurisdiction": "us"}, "jurisdiction"), ({"kind": "colour"}, "kind"), ({"kind": None}, "kind"),
        ({"value": None}, "value"), ({"value": {"max": 2}}, "value"),
        ({"value": {"max": 2, "days": 3, "hours": 4}}, "value"),
        ({"value": {"max": -1, "days": 3}}, "value.max"), ({"value": {"max": True, "days": 3}}, "value.max"),
        ({"value": {"max": 2, "days": 0}}, "value.days"), ({"value": {"max": 2, "weeks": 1}}, "value.weeks"),
        ({"value": {"max": 2, "per": "year"}}, "value.per"), ({"applies_to": ["robocalls"]}, "applies_to"),
        ({"applies_to": "debt"}, "applies_to"), ({"certainty": "X"}, "certainty"), ({"enabled": "yes"}, "enabled"),
        ({"effective_from": "soon"}, "effective_from"), ({"colour": "red"}, "colour"), ({"remark": 7}, "remark"),
        ({"effective_from": "2026-02-01", "effective_to": "2026-01-01"}, "effective_to"),
        ({"remark": "x" * 501}, "remark"), ({"exempt_if": [1]}, "exempt_if"),
        ({"kind": "wait", "value": {"after": "lunch", "days": 1}}, "value.after"),
        ({"kind": "wait", "value": {"after": "refusal"}}, "value"),
        ({"kind": "wait", "value": {"after": "refusal", "days": 1, "counts_first_day": 1}}, "value.counts_first_day"),
        ({"kind": "consent", "value": {"form": "shouted"}}, "value.form"),
        ({"kind": "ban", "value": {}}, "value.reason"),
        ({"kind": "holiday", "value": {"dates": []}}, "value.dates"),
        ({"kind": "holiday", "value": {"dates": ["2026-12-24T00:00:00Z"]}}, "value.dates"),
        ({"kind": "closure", "value": {}}, "value.from"),
        ({"kind": "closure", "value": {"from": "2026-12-24T00:00:00"}}, "value.from"),
        ({"kind": "closure", "value": {"from": "2026-12-24", "to": "2026-12-23"}}, "value.to"),
        ({"kind": "closure", "value": {"from": "2026-12-24", "to": "2026-12-25T00:00:00Z"}}, "value.to"),
        ({"kind": "hours", "value": {"mon_fri": [["08:00", "20:00"]]}}, "value"),
        ({"kind": "hours", "value": {"every_day": [["8", "20"]]}}, "value.every_day"),
        ({"kind": "hours", "value": {"every_day": [["08:00", "25:00"]]}}, "value.every_day"),
        ({"kind": "hours", "value": {"every_day": "08:00-20:00"}}, "value.every_day"),
        ({"kind": "hours", "value": {"every_day": [["08:00"]]}}, "value.every_day"),
        ({"kind": "hours", "value": {"every_day": "any", "holidays": "sometimes"}}, "value.holidays"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_the_name_of_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_rule(row(**changes))
    assert [error.field for error in refusal.value.fields] == [field]


def test_a_row_says_from_when_to_when_it_holds() -> None:
    rule = parse_rule(row(effective_from="2026-01-01", effective_to=date(2026, 12, 31)))
    assert [rule.is_in_force(date(*day)) for day in ((2025, 12, 31), (2026, 1, 1), (2026, 12, 31), (2027, 1, 1))] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_shipped_row_has_a_source_and_reads_back_as_itself(rule: Any) -> None:
    assert rule.source
    assert rule.applies_to <= CALL_TYPES | {"any"}
    again = parse_rule(json.loads(json.dumps(rule.as_record())))
    assert again.as_record() == rule.as_record()
    assert again.value == rule.value or rule.kind not in EVALUATED


def test_rows_of_every_certainty_are_on_unless_they_cannot_be_decided() -> None:
    assert {rule.certainty for rule in BOOK.rules} == {"H", "M", "L"}
    assert {rule.id for rule in BOOK.rules if not rule.enabled} == {"FR-ENERGY", "ES-TELECOM-HOURS"}


def test_the_version_is_the_release_and_a_hash_of_everything() -> None:
    again = RuleBook.build(BOOK.release, BOOK.rules, BOOK.geography, BOOK.holidays, tzdata=BOOK.tzdata)
    assert again.version == BOOK.version
    assert BOOK.version.startswith("2026-11-22.")
    fewer = RuleBook.build(BOOK.release, BOOK.rules[1:], BOOK.geography, BOOK.holidays, tzdata=BOOK.tzdata)
    other_zones = RuleBook.build(BOOK.release, BOOK.rules, BOOK.geography, BOOK.holidays, tzdata="2027a")
    assert len({BOOK.version, fewer.version, other_zones.version}) == 3


def test_the_record_of_a_book_is_json_with_every_table() -> None:
    record = json.loads(json.dumps(BOOK.as_record()))
    assert record["version"] == BOOK.version
    assert len(record["rules"]) == len(BOOK.rules)
    assert record["geography"]["area_codes"]["850"] == [["US-FL"], ["America/New_York", "America/Chicago"]]
    assert record["holidays"]["US-LA"]["days"]["2027-02-09"] == "Mardi Gras"


def test_a_row_can_be_switched_off_and_the_version_says_so() -> None:
    late = at_wall("America/Denver", "2027-03-03T20:30")
    relaxed = load_rule_book(("US-WY-HOURS",))
    assert reasons(make_subject("WY"), late) == {("US-WY-HOURS", "outside_hours")}
    assert reasons(make_subject("WY"), late, relaxed) == set()
    assert relaxed.version.endswith("~off(US-WY-HOURS)")
    assert relaxed.version.split("~")[0] != BOOK.version


def test_a_country_whose_own_rows_are_off_falls_back_to_the_default() -> None:
    subject, evening = make_subject("+14165550123"), at_wall("America/Toronto", "2027-03-03T21:15")
    assert reasons(subject, evening) == set()
    assert reasons(subject, evening, load_rule_book(("CA-HOURS",))) == {("OTHER-HOURS", "outside_hours")}


def test_switching_off_what_is_not_there_is_refused() -> None:
    with pytest.raises(Invalid, match="NO-SUCH-RULE"):
        load_rule_book(("NO-SUCH-RULE",))
    assert parse_rules_off(" B, A,,B ") == ("A", "B")


def test_a_tenants_rules_narrow() -> None:
    narrowed = BOOK.with_tenant_rules([
        {"id": "late-start", "jurisdiction": "*", "kind": "hours", "value": {"every_day": [["10:00", "21:00"]]}},
        {"jurisdiction": "US-NY", "kind": "holiday", "value": {"dates": ["2027-03-04"], "name": "Company day"}},
        {"jurisdiction": "US", "kind": "cap", "value": {"max": 1, "per": "week"}},
    ])  # fmt: skip
    subject = make_subject("NY")
    assert reasons(subject, at_wall("America/New_York", "2027-03-03T09:00")) == set()
    assert reasons(subject, at_wall("America/New_York", "2027-03-03T09:00"), narrowed) == {
        ("tenant:late-start", "outside_hours")
    }
    assert reasons(subject, at_wall("America/New_York", "2027-03-04T12:00"), narrowed) == {("tenant:2", "holiday")}
    called = make_subject("NY", prior_attempts=(NOON,))
    assert next_allowed(called, NOON, narrowed) == at_wall("America/New_York", "2027-03-08T10:00")
    assert narrowed.version.startswith(BOOK.version + "~tenant(3:")


def test_a_tenants_rules_never_take_the_place_of_a_default() -> None:
    wider = {"jurisdiction": "GB", "kind": "hours", "value": {"every_day": "any"}}
    subject, night = make_subject("+442079460018"), at_wall("Europe/London", "2027-03-03T23:00")
    assert reasons(subject, night, BOOK.with_tenant_rules([wider])) == {("OTHER-HOURS", "outside_hours")}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "abandon", "value": {"max_rate": 0.5, "max_wait_seconds": 9}}, "kind"),
        ({"jurisdiction": "other"}, "jurisdiction"),
        ({"kind": "consent", "value": {"form": "none"}}, "value.form"),
    ],
)
def test_a_tenants_rule_that_could_loosen_something_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_tenant_rule(row(**changes))
    assert [error.field for error in refusal.value.fields] == [field]


def test_two_rules_of_one_tenant_cannot_share_an_id() -> None:
    with pytest.raises(Invalid, match="same id"):
        BOOK.with_tenant_rules([ROW, ROW])
    assert BOOK.with_tenant_rules([]) is BOOK
    assert parse_tenant_rule(ROW).id == "tenant:X-1"


def test_what_decides_about_calls_and_what_is_only_looked_up_are_told_apart() -> None:
    assert TENANT_KINDS < EVALUATED < KINDS
    assert {rule.kind for rule in BOOK.rules} >= {
        "hours",
        "cap",
        "wait",
        "consent",
        "ban",
        "abandon",
        "message",
        "ring",
    }
