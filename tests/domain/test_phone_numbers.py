"""What becomes of numbers as people and spreadsheets write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.phone_numbers import (
    PhoneNumber,
    PhoneProblem,
    is_international,
    library_time_zones,
    mask_phone_number,
    parse_caller_id,
    parse_phone_number,
    region_of,
)


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("+14155552671", "US", "+14155552671"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("415.555.2671", "US", "+14155552671"),
        ("14155550132.0", "US", "+14155550132"),
        ("4930901820.0", "DE", "+4930901820"),
        ("'4155550132", "US", "+14155550132"),
        ('="4155550132"', "US", "+14155550132"),
        ("415-555-0132 (mobile)", "US", "+14155550132"),
        ("cell: 415-555-0132", "US", "+14155550132"),
        ("１４１５５５５０１３２", "US", "+14155550132"),
        ("\u202a+14155552671\u202c", "US", "+14155552671"),
        ("+1415\u200b5552671", "US", "+14155552671"),
        ("\ufeff+14155552671", "US", "+14155552671"),
        ("0014155550132", "US", "+14155550132"),
        ("00442079460018", "US", "+442079460018"),
        ("2079460018", "GB", "+442079460018"),
        ("612345678", "FR", "+33612345678"),
        ("+49 30 901820", "US", "+4930901820"),
    ],
)
def test_a_number_however_written_becomes_e164(raw: str, region: str, e164: str) -> None:
    assert str(parse_phone_number(raw, region)) == e164


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "missing"),
        ("   \t", "missing"),
        ("invalid", "not_a_number"),
        ("1.4155E+10", "digits_lost"),
        ("1,4155E+10", "digits_lost"),
        ("5550132", "too_short"),
        ("12345", "too_short"),
        ("415555O132", "too_short"),
        ("+1415555267123456", "too_long"),
        ("4" * 100, "too_long"),
        ("0000000000", "invalid"),
        ("+1 (555) 123-4567", "possible_not_valid"),
        ("415-555-0132 / 415-555-0133", "several_numbers"),
        ("4155550132;4155550133", "several_numbers"),
        ("4155550132\n4155550133", "several_numbers"),
        ("911", "emergency"),
        ("112", "emergency"),
        ("988", "emergency"),
        ("+1911", "emergency"),
        ("1-800-356-9377", "not_dialable"),
        ("+1 900 555 1234", "not_dialable"),
        ("+44 870 123 4567", "not_dialable"),
        ("+881612345678", "not_dialable"),
    ],
)
def test_what_is_no_callable_number_says_why(raw: str, code: str) -> None:
    problem = parse_phone_number(raw, "US")
    assert isinstance(problem, PhoneProblem)
    assert problem.code == code
    assert problem.message


def test_a_us_number_with_a_missing_digit_is_not_taken_for_a_swiss_one() -> None:
    assert isinstance(parse_phone_number("41555501321", "US"), PhoneProblem)


def test_an_extension_is_kept_apart() -> None:
    assert parse_phone_number("415-555-0132 x123", "US") == PhoneNumber(
        "+14155550132", "US", "fixed_or_mobile", extension="123"
    )


def test_a_list_of_numbers_not_to_call_may_hold_numbers_that_are_not_dialled_anyway() -> None:
    number = parse_phone_number("1-800-356-9377", "US", dialable_only=False)
    assert isinstance(number, PhoneNumber)
    assert number.line_type == "toll_free"


@pytest.mark.parametrize("raw", ["+14155551234", "+1 415 555 1234", "+15005550006", "+18005551234", "+442079460018"])
def test_a_caller_id_of_a_possible_length_is_accepted(raw: str) -> None:
    assert isinstance(parse_caller_id(raw), PhoneNumber)


@pytest.mark.parametrize("raw", ["", "4155551234", "+1415555", "+999999999999", "caller", "+1415555123456789"])
def test_a_caller_id_that_no_network_could_show_is_refused(raw: str) -> None:
    assert isinstance(parse_caller_id(raw), PhoneProblem)


def test_an_unassigned_caller_id_still_belongs_to_its_country() -> None:
    number = parse_caller_id("+15551234567")
    assert isinstance(number, PhoneNumber)
    assert number.region == "US"


def test_the_library_answers_with_all_zones_that_a_kind_of_number_may_be_in() -> None:
    assert library_time_zones("+14155552671") == ("America/Los_Angeles",)
    assert len(library_time_zones("+18003569377")) > 10
    assert library_time_zones("+881612345678") == ()
    assert library_time_zones("not a number") == ()


def test_the_region_of_a_number_is_a_country_or_none() -> None:
    assert region_of("+442079460018") == "GB"
    assert region_of("+881612345678") is None
    assert region_of("nonsense") is None


@pytest.mark.parametrize(("raw", "expected"), [("+44 20", True), (" 0044", True), ("415", False), ("", False)])
def test_international_form_is_recognised(raw: str, expected: bool) -> None:
    assert is_international(raw) is expected


def test_a_masked_number_shows_only_its_ends() -> None:
    assert mask_phone_number("+14155552671") == "+1…71"
    assert mask_phone_number("+1415") == "…"


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(["US", "GB", "DE", "ZZ", ""]))
def test_no_text_makes_parsing_raise(raw: str, region: str) -> None:
    assert isinstance(parse_phone_number(raw, region), PhoneNumber | PhoneProblem)
    assert isinstance(parse_caller_id(raw), PhoneNumber | PhoneProblem)


@settings(deadline=None)
@given(st.from_regex(r"\+?[0-9() .\-]{7,18}", fullmatch=True))
def test_what_was_accepted_is_e164_and_parses_to_itself(raw: str) -> None:
    number = parse_phone_number(raw, "US")
    if isinstance(number, PhoneNumber):
        again = parse_phone_number(number.e164, "US")
        assert isinstance(again, PhoneNumber)
        assert again.e164 == number.e164
        assert number.e164.startswith("+")
        assert number.e164[1:].isdigit()
