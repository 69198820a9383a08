"""What headers and cells of an imported list mean."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.errors import Invalid
from dialer.domain.lead_rows import (
    ColumnMapping,
    LeadDraft,
    RowProblem,
    map_columns,
    normalize_header,
    parse_country,
    parse_row,
)


def targets(*headers: str, explicit: Mapping[str, str | None] | None = None) -> tuple[str | None, ...]:
    return map_columns(headers, explicit or {}).targets


def parse(cells: Mapping[str, str], region: str = "US") -> LeadDraft | RowProblem:
    return parse_row(list(cells.values()), map_columns(list(cells), {}), region)


@pytest.mark.parametrize(
    "header",
    ["phone", "Phone Number", "PHONE_NUMBER", "phone-no", "\ufeffPhone #", "Phone1", "Téléphone", "телефон", "MSISDN"],
)
def test_phone_columns_go_by_many_names(header: str) -> None:
    assert targets(header) == ("phone",)


@pytest.mark.parametrize("header", ["phone type", "phone consent", "fax", "telephones"])
def test_a_header_that_merely_resembles_phone_is_none(header: str) -> None:
    assert targets("number", header) == ("phone", f"custom_fields.{header}")


def test_the_best_of_several_phone_columns_is_dialled_and_the_others_are_kept() -> None:
    assert targets("Mobile", "Phone", "Fax") == ("custom_fields.Mobile", "phone", "custom_fields.Fax")


def test_the_contract_example_mapping_is_followed() -> None:
    explicit = {
        "First Name": "first_name", "Last Name": "last_name", "Phone Number": "phone", "Country Code": "country",
    }  # fmt: skip
    headers = ("First Name", "Last Name", "Phone Number", "Country Code", "Shoe Size")
    assert targets(*headers, explicit=explicit) == (
        "first_name", "last_name", "phone", "country", "custom_fields.Shoe Size",
    )  # fmt: skip


def test_an_explicit_mapping_wins_over_known_headers() -> None:
    assert targets("phone", "backup", explicit={"backup": "phone"}) == ("custom_fields.phone", "phone")


def test_columns_of_an_explicit_mapping_are_found_whatever_their_case() -> None:
    assert targets(" Tel ", explicit={"tel": "phone"}) == ("phone",)


@pytest.mark.parametrize("nothing", [None, "", "ignore"])
def test_a_column_can_be_left_out(nothing: str | None) -> None:
    assert targets("phone", "salary", explicit={"salary": nothing}) == ("phone", None)


def test_a_custom_field_can_be_named() -> None:
    assert targets("phone", "Firma", explicit={"Firma": "custom_fields.company"})[1] == "custom_fields.company"


def test_a_nameless_column_gets_a_name() -> None:
    assert targets("phone", "") == ("phone", "custom_fields.column_2")


@pytest.mark.parametrize(
    ("headers", "explicit", "told"),
    [
        (("name", "email"), {}, "'name', 'email'"),
        (("phone", "Phone "), {}, "more than once"),
        (("phone",), {"Telephone": "phone"}, "no column 'Telephone'"),
        (("phone", "x"), {"x": "shoe_size"}, "shoe_size"),
        (("a", "b"), {"a": "phone", "b": "phone"}, "two columns"),
        (("phone", "b"), {"b": "custom_fields."}, "custom_fields."),
        (("phone", "b"), {"b": "custom_fields.a\0b"}, "custom_fields."),
        (("phone", "b"), {"b": "notes", "B": "type"}, "mapped twice"),
        (("phone",), {"": "phone"}, "no column"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(
    headers: tuple[str, ...], explicit: Mapping[str, str], told: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        map_columns(headers, explicit)
    assert told in refusal.value.message


def test_a_whole_row_becomes_a_draft() -> None:
    row = {
        "phone": " (415) 555-2671 ", "first name": "Sara", "last name": "Ahmed", "email": "sara@example.com",
        "country": "usa", "type": "carrier", "priority": "HIGH", "notes": "VIP", "company": "ABC Corp", "empty": "",
    }  # fmt: skip
    assert parse(row) == LeadDraft(
        phone="(415) 555-2671", phone_normalized="+14155552671", first_name="Sara", last_name="Ahmed",
        email="sara@example.com", country="US", type="carrier", priority=0, notes="VIP",
        custom_fields={"company": "ABC Corp"},
    )  # fmt: skip


def test_a_full_name_is_split() -> None:
    draft = parse({"phone": "+14155552671", "name": "Sara bint Ahmed"})
    assert isinstance(draft, LeadDraft)
    assert (draft.first_name, draft.last_name) == ("Sara", "bint Ahmed")


def test_a_full_name_beside_split_names_is_only_kept() -> None:
    draft = parse({"phone": "+14155552671", "name": "Sara Ahmed", "first name": "S."})
    assert isinstance(draft, LeadDraft)
    assert (draft.first_name, draft.last_name, draft.custom_fields) == ("S.", None, {"name": "Sara Ahmed"})


def test_the_country_of_the_row_decides_how_its_number_is_read() -> None:
    draft = parse({"phone": "2079460018", "country": "United Kingdom"})
    assert isinstance(draft, LeadDraft)
    assert (draft.phone_normalized, draft.country) == ("+442079460018", "GB")


def test_a_number_in_an_unknown_country_is_not_guessed() -> None:
    problem = parse({"phone": "2079460018", "country": "Freedonia"})
    assert isinstance(problem, RowProblem)
    assert (problem.field, problem.code, problem.value) == ("country", "unknown_country", "Freedonia")


def test_an_international_number_needs_no_known_country() -> None:
    draft = parse({"phone": "+442079460018", "country": "Freedonia"})
    assert isinstance(draft, LeadDraft)
    assert (draft.phone_normalized, draft.country) == ("+442079460018", "Freedonia")


def test_without_a_country_the_number_tells_it() -> None:
    draft = parse({"phone": "+442079460018"})
    assert isinstance(draft, LeadDraft)
    assert draft.country == "GB"


def test_an_extension_is_kept_as_a_custom_field() -> None:
    draft = parse({"phone": "415-555-2671 ext. 77"})
    assert isinstance(draft, LeadDraft)
    assert (draft.phone_normalized, draft.custom_fields) == ("+14155552671", {"extension": "77"})


def test_formulas_are_kept_as_they_are() -> None:
    draft = parse({"phone": "+14155552671", "notes": '=HYPERLINK("http://evil")'})
    assert isinstance(draft, LeadDraft)
    assert draft.notes == '=HYPERLINK("http://evil")'


@pytest.mark.parametrize("word", ["yes", "TRUE", "1", "x"])
def test_a_row_may_say_itself_that_it_must_not_be_called(word: str) -> None:
    draft = parse({"phone": "+14155552671", "Do Not Call": word})
    assert isinstance(draft, LeadDraft)
    assert draft.do_not_call


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"phone": "invalid"}, "phone", "not_a_number"),
        ({"phone": ""}, "phone", "missing"),
        ({"phone": "1.4155E+10"}, "phone", "digits_lost"),
        ({"phone": "+14155552671", "priority": "urgent"}, "priority", "unknown_priority"),
        ({"phone": "+14155552671", "first name": "x" * 201}, "first_name", "too_long"),
        ({"phone": "+14155552671", "story": "x" * 5001}, "custom_fields.story", "too_long"),
    ],
)
def test_a_bad_row_is_data_and_says_what_is_wrong(row: dict[str, str], field: str, code: str) -> None:
    problem = parse(row)
    assert isinstance(problem, RowProblem)
    assert (problem.field, problem.code) == (field, code)
    assert len(problem.value) <= 100


@pytest.mark.parametrize(
    ("text", "code"),
    [("us", "US"), ("GB", "GB"), ("U.S.A.", "US"), ("+44", "GB"), ("1", "US"), ("0049", "DE"), ("Deutschland", "DE"),
     ("999", None), ("Freedonia", None), ("", None)],
)  # fmt: skip
def test_countries_are_understood_in_several_forms(text: str, code: str | None) -> None:
    assert parse_country(text) == code


def test_headers_are_compared_without_case_marks_and_punctuation() -> None:
    assert normalize_header(" \ufeffE-Mail_Address ") == "e mail address"


MAPPING = ColumnMapping(("phone", "country", "priority", "full_name", "do_not_call", "custom_fields.x", None))


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=9), st.sampled_from(["US", "GB", "ZZ"]))
def test_no_row_makes_parsing_raise(cells: list[str], region: str) -> None:
    assert isinstance(parse_row(cells, MAPPING, region), LeadDraft | RowProblem)


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_headers_are_mapped_one_to_one_or_refused_with_a_reason(headers: list[str]) -> None:
    try:
        mapping = map_columns(["Phone", *headers], {})
    except Invalid:
        names = [header.strip().casefold() for header in ["Phone", *headers] if header.strip()]
        assert len(set(names)) < len(names)
    else:
        assert len(mapping.targets) == len(headers) + 1
        assert mapping.targets.count("phone") == 1
        assert mapping.column_of("phone") is not None
        assert mapping.column_of("nothing of the kind") is None
