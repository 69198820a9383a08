"""`numbers` against the table of spreadsheet damage and the list of what to accept or refuse."""

from typing import Any

import pytest

from tests.facts.answers import ask

SAME = "+14155550132"

# raw, default region, E.164 or None where the number is refused
DAMAGE: list[tuple[str, str | None, str | None]] = [
    ("1.4155E+10", "US", None),
    ("1.41555501E+10", "US", None),
    ("1,4155E+10", "DE", None),
    ("14155550132.0", "US", SAME),
    ("4155550132.0", "US", SAME),
    ("4930901820.0", "DE", "+4930901820"),
    ("'4155550132", "US", SAME),
    ('="4155550132"', "US", SAME),
    ("415-555-0132 x123", "US", SAME),
    ("415-555-0132 ext. 77", "US", SAME),
    ("415-555-0132,,77", "US", SAME),
    ("415-555-0132 #9", "US", SAME),
    ("415-555-0132;ext=5", "US", SAME),
    ("+49 30 901820-77", None, "+493090182077"),
    ("+49 30 901820-77", "US", "+493090182077"),
    ("415-555-0132 (mobile)", "US", SAME),
    ("cell: 415-555-0132", "US", SAME),
    ("415-555-0132 / 415-555-0133", "US", None),
    ("4155550132, 4155550133", "US", None),
    ("4155550132 4155550133", "US", None),
    ("４１５５５５０１３２", "US", SAME),
    ("٤١٥٥٥٥٠١٣٢", "US", SAME),
    ("415\u00a0555\u00a00132", "US", SAME),
    ("415\u2011555\u20110132", "US", SAME),
    ("\ufeff4155550132", "US", SAME),
    ("\u202d+1 415 555 0132\u202c", "US", SAME),
    ("415555O132", "US", None),
    ("442079460018", "US", None),
    ("41555501321", "US", None),
    ("0014155550132", "US", SAME),
    ("00442079460018", "US", "+442079460018"),
    ("00442079460018", "GB", "+442079460018"),
    ("2079460018", "GB", "+442079460018"),
    ("2079460018", "US", "+12079460018"),
    ("612345678", "FR", "+33612345678"),
    ("412345678", "AU", "+61412345678"),
    ("+39 698765432", "IT", None),
    ("+39 0698765432", "IT", "+390698765432"),
    ("8 916 123-45-67", "RU", "+79161234567"),
    ("7 916 123-45-67", "RU", "+79161234567"),
    ("(415) 555-0100", "US", "+14155550100"),
    ("0000000000", "US", None),
    ("1234567890", "US", None),
    ("9999999999", "US", None),
    ("", "US", None),
    ("   ", "US", None),
    ("n/a", "US", None),
    ("+", "US", None),
    ("4155550132", None, None),
]

REFUSED: list[tuple[str, str]] = [
    ("911", "US"),
    ("112", "US"),
    ("988", "US"),
    ("411", "US"),
    ("999", "GB"),
    ("112", "DE"),
    ("000", "AU"),
    ("101", "RU"),
    ("800-555-0123", "US"),
    ("1-888-555-0123", "US"),
    ("900-234-5678", "US"),
    ("500-234-5678", "US"),
    ("0870 123 4567", "GB"),
    ("0909 879 0001", "GB"),
    ("070 1234 5678", "GB"),
    ("0800 123 4567", "GB"),
    ("+33 810 123 456", "FR"),
    ("+881612345678", "US"),
    ("+882343210123", "US"),
    ("+883510012345678", "US"),
    ("+979123456789", "US"),
    ("+80012345678", "US"),
    ("+1 436 555 0123", "US"),
    ("+1 837 555 0123", "US"),
    ("555-0132", "US"),
    ("+999 123 456 789", "US"),
]

# number, time zones that must be among the answer's, whether there may be others
ZONES: list[tuple[str, set[str]]] = [
    ("+18505550123", {"America/New_York", "America/Chicago"}),
    ("+16895550123", {"America/New_York"}),
    ("+14235550123", {"America/New_York", "America/Chicago"}),
    ("+12085550123", {"America/Boise", "America/Los_Angeles"}),
    (
        "+18675550123",
        {"America/Whitehorse", "America/Inuvik", "America/Cambridge_Bay", "America/Rankin_Inlet", "America/Iqaluit"},
    ),
    ("+13065550123", {"America/Regina", "America/Edmonton"}),
    ("+14155550132", {"America/Los_Angeles"}),
    ("+442079460018", {"Europe/London"}),
    ("+33123456789", {"Europe/Paris"}),
    ("+17875550123", {"America/Puerto_Rico"}),
]


def rows(pairs: list[Any]) -> list[dict[str, Any]]:
    """Lines for the command."""
    return [{"raw": pair[0], "default_region": pair[1]} for pair in pairs]


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, str | None], dict[str, Any]]:
    """Every answer of this module from one run."""
    asked = [*((raw, region) for raw, region, _ in DAMAGE), *REFUSED, *((number, None) for number, _ in ZONES)]
    return dict(zip(asked, ask("numbers", rows(asked)), strict=True))


Answers = dict[tuple[str, str | None], dict[str, Any]]


@pytest.mark.parametrize(("raw", "region", "e164"), DAMAGE)
def test_a_spreadsheet_s_damage_is_repaired_or_named(
    answers: Answers, raw: str, region: str | None, e164: str | None
) -> None:
    answer = answers[raw, region]

    assert answer["e164"] == e164
    assert (answer["problem"] is None) is (e164 is not None)


@pytest.mark.parametrize(("raw", "region"), REFUSED)
def test_what_must_not_be_dialled_has_a_problem(answers: Answers, raw: str, region: str) -> None:
    assert answers[raw, region]["problem"]


@pytest.mark.parametrize(("number", "zones"), ZONES)
def test_time_zones_are_those_of_the_facts_not_of_the_library(answers: Answers, number: str, zones: set[str]) -> None:
    assert set(answers[number, None]["time_zones"]) == zones


def test_possible_but_not_valid_numbers_are_told_apart_from_nonsense(answers: Answers) -> None:
    assert answers["+1 436 555 0123", "US"]["problem"] != answers["0000000000", "US"]["problem"]


def test_the_default_region_decides_what_the_same_digits_mean(answers: Answers) -> None:
    assert [answers["2079460018", region]["region"] for region in ("GB", "US")] == ["GB", "US"]


def test_lines_that_are_no_numbers_are_answered_and_stop_nothing() -> None:
    lines = [
        "not json",
        "[]",
        "null",
        "{}",
        '{"raw": null, "default_region": "US"}',
        '{"raw": 4155550132, "default_region": 5}',
    ]

    answers = ask("numbers", [*lines, {"raw": "4155550132", "default_region": "US"}])

    assert all(answer["e164"] is None and answer["problem"] for answer in answers[:-1])
    assert answers[-1]["e164"] == SAME
