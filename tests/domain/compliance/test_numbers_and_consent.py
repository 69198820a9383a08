"""Which numbers are called at all, and which calls need what consent."""

import pytest

from dialer.domain.compliance import next_allowed
from tests.builders.callees import BOOK, at_wall, make_subject, reasons

NOON = at_wall("America/New_York", "2027-03-03T12:30")


@pytest.mark.parametrize(
    ("number", "kind"),
    [("+18002345678", "toll_free"), ("+19002345678", "premium_rate"), ("+15002345678", "personal")],
)
def test_lines_that_reach_no_person_are_not_called(number: str, kind: str) -> None:
    subject = make_subject(number, evidence={"time_zone": "America/New_York"})
    assert subject.line_type == kind
    assert reasons(subject, NOON) == {("NUMBER-KINDS", "not_dialable")}


@pytest.mark.parametrize("number", ["+881612345678", "+882161234567", "+979123456789"])
def test_satellites_are_not_called(number: str) -> None:
    assert ("NUMBER-SATELLITE", "country_not_allowed") in reasons(make_subject(number), NOON)


def test_a_country_that_only_looks_like_home_is_called_when_the_lead_names_it() -> None:
    refused = {("NUMBER-PLUS-ONE", "country_not_allowed")}
    assert reasons(make_subject("+18762345678"), NOON) == refused
    assert reasons(make_subject("+18762345678", country="US"), NOON) == refused
    assert reasons(make_subject("+18762345678", country="JM"), NOON) == set()
    assert reasons(make_subject("+18762345678", allowed_regions=frozenset({"JM"})), NOON) == set()
    assert reasons(make_subject("+17875550123"), NOON) == set()


def test_allowed_countries_are_the_only_ones_that_are_called() -> None:
    home = frozenset({"US"})
    assert reasons(make_subject("+12125550123", allowed_regions=home), NOON) == set()
    assert reasons(make_subject("+17875550123", allowed_regions=home), NOON) == set()
    assert reasons(make_subject("+14165550123", allowed_regions=home), NOON) == {
        ("ALLOWED-COUNTRIES", "country_not_allowed")
    }


@pytest.mark.parametrize("consent", [False, "none", "oral", "electronic"])
@pytest.mark.parametrize("state", ["CT", "FL", "MD", "OK"])
def test_four_states_need_written_consent_to_sales_calls(state: str, consent: bool | str) -> None:
    noon = at_wall("America/Chicago", "2027-03-03T12:30")
    assert reasons(make_subject(state, consent=consent), noon) == {(f"US-{state}-CONSENT", "consent_required")}
    assert reasons(make_subject(state, consent="written"), noon) == set()
    assert reasons(make_subject(state, consent=consent, call_type="service"), noon) == set()


@pytest.mark.parametrize("consent", [False, "oral"])
def test_live_calls_elsewhere_in_the_united_states_need_none_and_recorded_ones_need_it_written(
    consent: bool | str,
) -> None:
    assert reasons(make_subject("NY", consent=consent), NOON) == set()
    recorded = make_subject("NY", consent=consent, call_type="prerecorded")
    assert reasons(recorded, NOON) == {("US-CELL", "consent_required")}
    assert next_allowed(recorded, NOON, BOOK) is None


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("+4930901820", "DE-CONSENT"), ("+34912345678", "ES-CONSENT"), ("+33123456789", "FR-CONSENT"),
        ("+74951234567", "RU-CONSENT"), ("+998712345678", "UZ-CONSENT"), ("+353123456789", "OTHER-CONSENT"),
        ("+97142345678", "OTHER-CONSENT"),
    ],
)  # fmt: skip
def test_other_countries_need_consent_of_any_form(number: str, rule: str) -> None:
    noon = at_wall("Europe/Berlin", "2027-03-03T11:30")
    assert reasons(make_subject(number, consent=False), noon) == {(rule, "consent_required")}
    assert reasons(make_subject(number, consent="oral"), noon) == set()


@pytest.mark.parametrize(
    ("number", "zone"),
    [("+442079460018", "Europe/London"), ("+14165550123", "America/Toronto"),
     ("+61733331234", "Australia/Brisbane"), ("+390612345678", "Europe/Rome")],
)  # fmt: skip
def test_countries_with_registers_need_none(number: str, zone: str) -> None:
    assert reasons(make_subject(number, consent=False), at_wall(zone, "2027-03-03T11:30")) == set()


def test_canada_needs_consent_to_recorded_calls() -> None:
    noon = at_wall("America/Toronto", "2027-03-03T12:30")
    assert reasons(make_subject("+14165550123", consent=False, call_type="prerecorded"), noon) == {
        ("CA-PRERECORDED-CONSENT", "consent_required")
    }


def test_france_needs_consent_since_its_law_is_in_force() -> None:
    subject = make_subject("+33123456789", consent=False)
    assert reasons(subject, at_wall("Europe/Paris", "2026-08-10T11:00")) == set()
    assert reasons(subject, at_wall("Europe/Paris", "2026-08-11T11:00")) == {("FR-CONSENT", "consent_required")}
    assert next_allowed(subject, at_wall("Europe/Paris", "2026-08-10T20:30"), BOOK) is None
