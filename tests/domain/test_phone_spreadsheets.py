"""Numbers as they come out of spreadsheets and CRMs, one by one from the facts sheet (section 5.3): repaired where that
is certain, refused by name where it is not, and never another number than the one that was meant."""

import random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.phone_numbers import PhoneNumber, PhoneProblem, parse_phone_number


def e164(raw: str, region: str, *, try_plus: bool = False) -> str:
    """The number, or the code of what is wrong."""
    read = parse_phone_number(raw, region, try_plus=try_plus)
    return read.e164 if isinstance(read, PhoneNumber) else read.code


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("1.4155E+10", "US", "digits_lost"),
        ("4.15555E+09", "US", "digits_lost"),
        ("4,15555e9", "DE", "digits_lost"),
        ("1E10", "US", "digits_lost"),
        ("14155550132.0", "US", "+14155550132"),
        ("4155550132.00", "US", "+14155550132"),
        ("4155550132,0", "US", "+14155550132"),
        ("4930901820.0", "DE", "+4930901820"),
        ("4366412345678.0", "AT", "+4366412345678"),
        ("390612345678.0", "IT", "+390612345678"),
        ("811123456.0", "ID", "+62811123456"),
        ("0301234.0000", "DE", "+493012340000"),
        ("'4155550132", "US", "+14155550132"),
        ('="4155550132"', "US", "+14155550132"),
        ("'+14155550132", "US", "+14155550132"),
        ("+49 30 901820-77", "US", "+493090182077"),
        ("415-555-0132 (mobile)", "US", "+14155550132"),
        ("415-555-0132 (Home)", "US", "+14155550132"),
        ("415-555-0132 (c)", "US", "+14155550132"),
        ("cell: 415-555-0132", "US", "+14155550132"),
        ("Work Phone: 415-555-0132", "US", "+14155550132"),
        ("c: 415-555-0132", "US", "+14155550132"),
        ("Tel. 415-555-0132", "US", "+14155550132"),
        ("415-555-0132 mobile", "US", "+14155550132"),
        ("ask for Ann, 415-555-0132", "US", "+14155550132"),
        ("４１５－５５５－０１３２", "US", "+14155550132"),
        ("٤١٥٥٥٥٠١٣٢", "US", "+14155550132"),
        ("415\u00a0555\u00a00132", "US", "+14155550132"),
        ("415\u2011555\u20110132", "US", "+14155550132"),
        ("\ufeff4155550132", "US", "+14155550132"),
        ("\u202d(415) 555-0132\u202c", "US", "+14155550132"),
        ("442079460018", "US", "refused"),
        ("41555501321", "US", "refused"),
        ("0014155550132", "US", "+14155550132"),
        ("00442079460018", "US", "+442079460018"),
        ("0099999999999", "US", "refused"),
        ("2079460018", "GB", "+442079460018"),
        ("612345678", "FR", "+33612345678"),
        ("412345678", "AU", "+61412345678"),
        ("+39 612345678", "US", "refused"),
        ("8 916 123-45-67", "RU", "+79161234567"),
        ("7 916 123-45-67", "RU", "+79161234567"),
        ("+52 1 55 1234 5678", "MX", "refused"),
        ("+1 415 555 0123", "US", "+14155550123"),
    ],
)
def test_what_a_spreadsheet_did_is_undone_or_named(raw: str, region: str, expected: str) -> None:
    found = e164(raw, region)
    assert found == expected if expected != "refused" else not found.startswith("+")


@pytest.mark.parametrize(
    "raw",
    ["415-555-0132 x123", "415-555-0132 ext. 123", "415-555-0132,,123", "415-555-0132 #123", "415-555-0132;ext=123",
     "(415) 555 0132 extension 123"],
)  # fmt: skip
def test_an_extension_is_kept_apart_however_written(raw: str) -> None:
    number = parse_phone_number(raw, "US")
    assert isinstance(number, PhoneNumber)
    assert (number.e164, number.extension) == ("+14155550132", "123")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("415-555-0132 / 415-555-0133", "several_numbers"),
        ("415-555-0132, 415-555-0133", "several_numbers"),
        ("4155550132;4155550133", "several_numbers"),
        ("415-555-0132 or 415-555-0133", "several_numbers"),
        ("415555O132", "too_short"),
        ("call 415-555-0132 after 5", "not_a_number"),
        ("0000000000", "invalid"),
        ("1234567890", "invalid"),
        ("9999999999", "invalid"),
        ("+1 999 999 9999", "invalid"),
        ("436-555-0132", "possible_not_valid"),
        ("924-555-0132", "possible_not_valid"),
        ("+1 (555) 123-4567", "possible_not_valid"),
        ("411", "short_number"),
        ("311", "short_number"),
        ("911", "emergency"),
        ("988", "emergency"),
        ("112", "emergency"),
        ("+1 911", "emergency"),
        ("12345", "too_short"),
        ("+12125", "too_short"),
        ("+870 773 111 632", "not_dialable"),
        ("+881 612 345 678", "not_dialable"),
        ("+883 510 000 000 094", "not_dialable"),
        ("+979 123 456 789", "not_dialable"),
        ("1-800-356-9377", "not_dialable"),
        ("1-800-FLOWERS", "not_dialable"),
        ("900-555-0132", "not_dialable"),
        ("500-555-0132", "not_dialable"),
    ],
)
def test_what_is_never_dialled_is_named(raw: str, code: str) -> None:
    assert e164(raw, "US") == code


@pytest.mark.parametrize(("raw", "region"), [("110", "DE"), ("999", "GB"), ("000", "AU"), ("15", "FR"), ("102", "RU")])
def test_emergency_numbers_of_the_files_country_are_known(raw: str, region: str) -> None:
    assert e164(raw, region) == "emergency"


@pytest.mark.parametrize(("raw", "region"), [("9999999999", "IN"), ("9876543210", "IN"), ("01 23 45 67 89", "FR")])
def test_a_placeholder_is_refused_even_where_such_a_number_exists(raw: str, region: str) -> None:
    assert e164(raw, region) == "invalid"


def test_who_writes_the_country_means_the_number() -> None:
    assert e164("+33 1 23 45 67 89", "US") == "+33123456789"


def test_a_short_number_of_a_small_country_is_read() -> None:
    assert e164("312345", "AD") == "+376312345"


class TestTryingAPlus:
    def test_is_off_by_default_because_a_typing_error_would_become_a_number_abroad(self) -> None:
        assert not e164("41446681800", "US").startswith("+")

    def test_can_be_chosen_for_a_file(self) -> None:
        assert e164("442079460018", "US", try_plus=True) == "+442079460018"

    def test_does_not_change_what_can_be_read_without(self) -> None:
        assert e164("4155550132", "US", try_plus=True) == "+14155550132"

    def test_accepts_only_numbers_that_exist(self) -> None:
        assert not e164("999155550132", "US", try_plus=True).startswith("+")

    def test_leaves_a_number_alone_that_has_its_plus(self) -> None:
        assert e164("+1 999 555 0132", "US", try_plus=True) == "possible_not_valid"


def by_library(raw: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


FORMS = ("{a}{b}{c}", "({a}) {b}-{c}", "{a}-{b}-{c}", "{a}.{b}.{c}", "1{a}{b}{c}", "+1{a}{b}{c}", "+1 ({a}) {b}-{c}",
         "1-{a}-{b}-{c}", "({a}){b}-{c}", "{a} {b} {c}", "+1.{a}.{b}.{c}", "({a} {b}-{c}", "{a}) {b}-{c}", "+{a}{b}{c}",
         "+1-({a}) - {b}-{c}", "1 {a}-{b} {c}")  # fmt: skip


@settings(deadline=None, max_examples=600)
@given(
    area=st.integers(100, 999),
    exchange=st.integers(0, 999),
    line=st.integers(0, 9999),
    form=st.sampled_from(FORMS),
    region=st.sampled_from(["US", "CA", "JM", "AG", "PR", "GB", "DE", "ZZ"]),
)
def test_the_short_way_for_north_american_numbers_leads_where_the_library_does(
    area: int, exchange: int, line: int, form: str, region: str
) -> None:
    raw = form.format(a=area, b=f"{exchange:03d}", c=f"{line:04d}")
    read = parse_phone_number(raw, region, dialable_only=False)
    if isinstance(read, PhoneProblem) and read.message.startswith("This is a placeholder"):
        return
    assert (read.e164 if isinstance(read, PhoneNumber) else None) == by_library(raw, region)


def test_valid_north_american_numbers_are_among_them() -> None:
    """So that the test above cannot pass by comparing nothing with nothing."""
    dice = random.Random(5)
    for form in FORMS:
        if form != "+{a}{b}{c}":
            raw = form.format(a=dice.choice([212, 415, 604, 876]), b=dice.randrange(200, 999), c="0132")
            assert e164(raw, "US").startswith("+1"), raw
