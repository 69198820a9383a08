"""Cells of single columns: phones beside the first, places, ids, answers."""

import pytest

from dialer.domain.lead_rows import RowOptions, parse_country
from tests.domain.lead_rows.rows import draft_of, judge, problem_of


class TestFurtherPhones:
    def test_are_tried_in_the_order_of_their_numbers_without_the_first_and_without_repeats(self) -> None:
        draft = draft_of(phone="4155552671", phone_3="4155552673", phone_2="4155552672", phone_4="(415) 555-2671",
                         phone_5="415-555-2673")  # fmt: skip
        assert (draft.phone_normalized, draft.alternates) == ("+14155552671", ("+14155552672", "+14155552673"))

    def test_that_are_bad_are_told_and_left_out(self) -> None:
        [draft], warnings = judge({"phone": "4155552671", "home phone": "none", "work phone": "4155552673"})
        assert draft is not None
        assert draft.alternates == ("+14155552673",)
        assert [(w.field, w.code, w.severity, w.column, w.value) for w in warnings] == [
            ("phone2", "not_a_number", "warning", "home phone", "none")
        ]

    def test_take_the_place_of_a_first_one_that_is_missing(self) -> None:
        [draft], problems = judge({"phone": "", "mobile": "(415) 555-2672", "home phone": "4155552673"})
        assert draft is not None
        assert (draft.phone, draft.phone_normalized, draft.alternates) == (
            "(415) 555-2672", "+14155552672", ("+14155552673",),
        )  # fmt: skip
        assert problems == []

    def test_take_the_place_of_a_first_one_that_is_bad_which_is_told(self) -> None:
        [draft], [warning] = judge({"phone": "1.4155E+10", "mobile": "4155552672"})
        assert draft is not None
        assert draft.phone_normalized == "+14155552672"
        assert (warning.field, warning.code, warning.severity) == ("phone", "digits_lost", "warning")

    def test_do_not_save_a_row_when_all_are_bad(self) -> None:
        [draft], [problem] = judge({"phone": "911", "mobile": "none"})
        assert draft is None
        assert (problem.field, problem.code, problem.severity) == ("phone", "emergency", "refused")

    def test_are_read_with_the_rows_country_too(self) -> None:
        assert draft_of(phone="2079460018", country="GB", phone_2="2079460019").alternates == ("+442079460019",)

    def test_of_an_unknown_country_are_told_by_the_country(self) -> None:
        problem = problem_of(phone="+14155552671", country="Freedonia", phone_2="2079460019")
        assert (problem.field, problem.code, problem.severity) == ("country", "unknown_country", "warning")

    def test_that_are_much_too_long_are_left_out(self) -> None:
        assert problem_of(phone_2="4" * 2000).severity == "warning"


class TestPostalCodes:
    @pytest.mark.parametrize(
        ("cell", "country", "code"),
        [
            ("94107", "US", "94107"),
            ("2134", "US", "02134"),
            ("501", "US", "00501"),
            ("2134.0", "US", "02134"),
            ("2134-1001", "US", "02134-1001"),
            ("94107-1001", "US", "94107-1001"),
            ("12", "US", "12"),
            ("2134", "AU", "2134"),
            ("sw1a 1aa", "GB", "SW1A 1AA"),
        ],
    )
    def test_get_back_what_a_spreadsheet_took(self, cell: str, country: str, code: str) -> None:
        phone = {"US": "+14155552671", "AU": "+61412345678", "GB": "+442079460018"}[country]
        assert draft_of(phone=phone, zip=cell).postal_code == code

    def test_that_lost_digits_are_left_out_and_told(self) -> None:
        assert draft_of(zip="9.4E+04").postal_code is None
        assert problem_of(zip="9.4E+04").code == "digits_lost"


class TestTimeZones:
    @pytest.mark.parametrize("cell", ["America/Chicago", "america/chicago", " AMERICA/CHICAGO "])
    def test_are_known_by_their_names(self, cell: str) -> None:
        assert draft_of(time_zone=cell).time_zone == "America/Chicago"

    @pytest.mark.parametrize("cell", ["-6", "GMT-6", "UTC", "EST", "CST6CDT", "Etc/GMT+6", "Central", "Moon/Base"])
    def test_that_are_offsets_or_unknown_are_left_out_and_told(self, cell: str) -> None:
        assert draft_of(time_zone=cell).time_zone is None
        problem = problem_of(time_zone=cell)
        assert (problem.field, problem.code, problem.severity) == ("time_zone", "unknown_time_zone", "warning")


class TestExternalIds:
    @pytest.mark.parametrize(("cell", "found"), [("C-7", "C-7"), ("12345.0", "12345"), ("007", "007"), ("1e5", "1e5")])
    def test_are_kept_as_they_are_but_for_what_a_spreadsheet_adds(self, cell: str, found: str) -> None:
        assert draft_of(customer_id=cell).external_id == found

    def test_that_lost_digits_are_left_out_as_many_people_would_share_one(self) -> None:
        assert draft_of(customer_id="1.23457E+15").external_id is None
        assert problem_of(customer_id="1.23457E+15").code == "digits_lost"


@pytest.mark.parametrize(("cell", "found"), [("ca", "CA"), (" new  york ", "new york"), ("NSW", "NSW"), ("", None)])
def test_states_are_kept_tidy(cell: str, found: str | None) -> None:
    assert draft_of(state=cell).state == found


class TestConsent:
    @pytest.mark.parametrize(("word", "consent"), [("yes", True), ("Y", True), ("no", False), ("0", False), ("", None)])
    def test_is_yes_no_or_not_said(self, word: str, consent: bool | None) -> None:
        assert draft_of(consent=word).consent is consent

    @pytest.mark.parametrize("word", ["2026-01-31", "ok", "maybe", "revoked"])
    def test_is_never_assumed(self, word: str) -> None:
        assert draft_of(opt_in=word).consent is False
        assert problem_of(opt_in=word).code == "unknown_answer"


def test_errors_of_a_spreadsheet_are_no_values() -> None:
    [draft], problems = judge({"phone": "+14155552671", "first name": "#REF!", "plan": "#N/A", "note": "#1 customer"})
    assert draft is not None
    assert (draft.first_name, dict(draft.custom_fields), draft.notes) == (None, {}, "#1 customer")
    assert [(problem.field, problem.code, problem.severity) for problem in problems] == [
        ("first_name", "spreadsheet_error", "warning"), ("custom_fields.plan", "spreadsheet_error", "warning"),
    ]  # fmt: skip


class TestOptions:
    def test_may_try_a_plus(self) -> None:
        assert problem_of(phone="442079460018").severity == "refused"
        assert draft_of("US", RowOptions(try_plus=True), phone="442079460018").phone_normalized == "+442079460018"

    def test_may_name_the_countries_that_are_called(self) -> None:
        only_us = RowOptions(allowed_regions=frozenset({"US"}))
        assert draft_of("US", only_us).region == "US"
        for elsewhere in ("+442079460018", "+18765551234", "+16045550132"):
            assert problem_of("US", only_us, phone=elsewhere).code == "country_not_allowed"
        assert draft_of("US", only_us, phone_2="+442079460018").alternates == ()

    def test_may_admit_numbers_that_are_not_dialled_by_themselves(self) -> None:
        assert problem_of(phone="1-800-356-9377").code == "not_dialable"
        assert draft_of("US", RowOptions(dialable_only=False), phone="1-800-356-9377").line_type == "toll_free"


@pytest.mark.parametrize(
    ("text", "code"),
    [("us", "US"), ("GB", "GB"), ("U.S.A.", "US"), ("+44", "GB"), ("1", "US"), ("0049", "DE"), ("44.0", "GB"),
     ("Deutschland", "DE"), ("The Netherlands", "NL"), ("Côte d’Ivoire", "CI"), ("Mexico", "MX"), ("Россия", "RU"),
     ("日本", "JP"), ("O'zbekiston", "UZ"), ("England", "GB"), ("999", None), ("Freedonia", None), ("Congo", None),
     ("", None), ("-", None)],
)  # fmt: skip
def test_countries_are_understood_in_several_forms(text: str, code: str | None) -> None:
    assert parse_country(text) == code
