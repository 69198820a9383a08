"""Which column of a list is taken for what."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.errors import Invalid
from dialer.domain.lead_rows import ColumnMapping, MappingProposal, normalize_header, propose_mapping


def targets(*headers: str, **given: Mapping[str, str | None]) -> tuple[str | None, ...]:
    return propose_mapping(headers, **given).mapping.targets


def hows(proposal: MappingProposal) -> list[tuple[str | None, str]]:
    return [(column.target, column.how) for column in proposal.columns]


@pytest.mark.parametrize(
    "header",
    ["phone", "Phone Number", "PHONE_NUMBER", "phone-no", "\ufeffPhone #", "Phone1", "Téléphone", "телефон", "MSISDN",
     "Cell Phone", "Tel No.", "Lead Phone"],
)  # fmt: skip
def test_phone_columns_go_by_many_names(header: str) -> None:
    assert targets(header) == ("phone",)


@pytest.mark.parametrize("header", ["phone type", "phone consent", "fax", "Fax Number", "telephones", "phone valid"])
def test_a_header_that_merely_resembles_phone_is_none(header: str) -> None:
    assert targets("number", header) == ("phone", f"custom_fields.{header}")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("First Name", "first_name"), ("fname", "first_name"), ("Имя", "first_name"), ("Vorname", "first_name"),
        ("Surname", "last_name"), ("Nachname", "last_name"), ("Full Name", "full_name"), ("E-Mail", "email"),
        ("ZIP", "postal_code"), ("Zip Code", "postal_code"), ("Post Code", "postal_code"), ("PLZ", "postal_code"),
        ("State/Province", "state"), ("ST", "state"), ("Region", "state"), ("Town", "city"),
        ("Street Address", "address"), ("Country Code", "country"), ("ID", "external_id"), ("CRM ID", "external_id"),
        ("Account Number", "external_id"), ("Time Zone", "time_zone"), ("GMT offset", "time_zone"),
        ("Company Name", "company"), ("Organization", "company"), ("Opt-In", "consent"), ("DNC", "do_not_call"),
    ],
)  # fmt: skip
def test_other_columns_go_by_many_names_too(header: str, target: str) -> None:
    assert targets("phone", header) == ("phone", target)


class TestSeveralPhones:
    def test_the_best_named_is_dialled_first_and_the_others_are_its_alternates(self) -> None:
        assert targets("Mobile", "Phone", "Fax") == ("phone2", "phone", "custom_fields.Fax")

    def test_numbered_ones_keep_their_number_and_the_rest_fill_the_gaps(self) -> None:
        assert targets("Work Phone", "Phone 3", "Phone", "Home #") == ("phone2", "phone3", "phone", "phone4")

    @pytest.mark.parametrize("header", ["Home Phone", "work phone", "Office Phone", "Alt. Phone"])
    def test_one_that_usually_comes_second_is_the_phone_when_it_is_alone(self, header: str) -> None:
        assert targets("name", header) == ("full_name", "phone")

    def test_more_than_five_are_kept_as_custom_fields(self) -> None:
        headers = ("phone", "home phone", "work phone", "office phone", "business phone", "alt phone")
        assert targets(*headers)[1:] == ("phone2", "phone3", "phone4", "phone5", "custom_fields.alt phone")

    def test_a_fax_is_never_one_of_them(self) -> None:
        assert targets("phone", "Fax") == ("phone", "custom_fields.Fax")

    def test_a_number_of_something_is_not_taken_for_another_phone(self) -> None:
        assert targets("phone", "number", "#") == ("phone", "custom_fields.number", "custom_fields.#")


class TestAnExplicitMapping:
    def test_is_followed(self) -> None:
        explicit = {
            "First Name": "first_name", "Last Name": "last_name", "Phone Number": "phone", "Country Code": "country",
        }  # fmt: skip
        headers = ("First Name", "Last Name", "Phone Number", "Country Code", "Shoe Size")
        assert targets(*headers, explicit=explicit) == (
            "first_name", "last_name", "phone", "country", "custom_fields.Shoe Size",
        )  # fmt: skip

    def test_wins_over_known_headers(self) -> None:
        assert targets("phone", "backup", explicit={"backup": "phone"}) == ("custom_fields.phone", "phone")

    def test_finds_columns_whatever_their_case(self) -> None:
        assert targets(" Tel ", explicit={"tel": "phone"}) == ("phone",)

    @pytest.mark.parametrize("nothing", [None, "", "ignore"])
    def test_can_leave_a_column_out(self, nothing: str | None) -> None:
        assert targets("phone", "salary", explicit={"salary": nothing}) == ("phone", None)

    def test_can_name_a_custom_field(self) -> None:
        assert targets("phone", "Firma", explicit={"Firma": "custom_fields.company"})[1] == "custom_fields.company"

    def test_can_name_every_target(self) -> None:
        explicit = {"a": "phone", "b": "phone3", "c": "external_id", "d": "time_zone", "e": "consent", "f": "city"}
        assert targets(*explicit, explicit=explicit) == tuple(explicit.values())

    @pytest.mark.parametrize(
        ("headers", "explicit", "told"),
        [
            (("name", "email"), {}, "'name', 'email'"),
            (("phone",), {"Telephone": "phone"}, "no column 'Telephone'"),
            (("phone", "x"), {"x": "shoe_size"}, "shoe_size"),
            (("a", "b"), {"a": "phone", "b": "phone"}, "two columns"),
            (("phone", "b"), {"b": "custom_fields."}, "custom_fields."),
            (("phone", "b"), {"b": "custom_fields.a\0b"}, "custom_fields."),
            (("phone", "b"), {"b": "notes", "B": "type"}, "mapped twice"),
            (("phone",), {"": "phone"}, "no column"),
            (("phone",), {"phone": "ignore"}, "no phone column"),
        ],
    )
    def test_that_makes_no_sense_is_refused(
        self, headers: tuple[str, ...], explicit: Mapping[str, str], told: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            propose_mapping(headers, explicit=explicit)
        assert told in refusal.value.message


class TestARememberedMapping:
    def test_is_used_where_headers_are_the_same(self) -> None:
        before = propose_mapping(["Raqam", "Ism", "X"], explicit={"Raqam": "phone", "Ism": "first_name", "X": None})
        proposal = propose_mapping([" RAQAM", "ism", "X", "New"], remembered=before.as_remembered())
        assert hows(proposal) == [
            ("phone", "remembered"), ("first_name", "remembered"), (None, "remembered"),
            ("custom_fields.New", "custom"),
        ]  # fmt: skip

    def test_gives_way_to_what_the_caller_says(self) -> None:
        found = targets("a", "b", remembered={"a": "phone", "b": "notes"}, explicit={"b": "phone"})
        assert found == ("custom_fields.a", "phone")

    def test_of_a_target_that_there_is_no_longer_is_forgotten(self) -> None:
        assert targets("phone", "x", remembered={"x": "shoe_size"}) == ("phone", "custom_fields.x")

    def test_is_not_made_of_columns_without_a_name(self) -> None:
        headers = ["column 1", "column 2", ""]
        proposal = propose_mapping(headers, explicit={"column 1": "phone"})
        assert proposal.as_remembered() == {}
        with pytest.raises(Invalid):
            propose_mapping(["column 1"], remembered={"column 1": "phone"})


class TestValues:
    ROWS = (("Ann", "(415) 555-0132", "ann@example.com", "2026-01-31"), ("Bob", "4155550133", "", "2026-02-01"))

    def test_tell_the_phone_where_no_header_does(self) -> None:
        proposal = propose_mapping(["column 1", "column 2", "column 3", "column 4"], self.ROWS)
        assert hows(proposal)[1:3] == [("phone", "values"), ("email", "values")]
        assert not proposal.is_certain
        assert any("column 2" in problem for problem in proposal.problems)

    def test_do_not_outvote_a_header(self) -> None:
        proposal = propose_mapping(["phone", "b", "c", "d"], self.ROWS)
        assert hows(proposal)[:2] == [("phone", "header"), ("custom_fields.b", "custom")]
        assert proposal.is_certain
        assert any("No value in 'phone'" in problem for problem in proposal.problems)

    def test_that_are_dates_or_few_are_no_phones(self) -> None:
        with pytest.raises(Invalid, match="no phone column"):
            propose_mapping(["a", "b"], [("2026-01-31", "x"), ("01/31/2026", "4155550132"), ("20260131", "y")])

    def test_are_not_needed(self) -> None:
        assert propose_mapping(["phone"], [("",), ("",)]).mapping.targets == ("phone",)


def test_a_header_that_comes_twice_is_named_with_its_places() -> None:
    with pytest.raises(Invalid, match=r"more than once: 'Phone' \(columns 1, 3\); 'b' \(columns 2, 4\)"):
        propose_mapping(["Phone", "b", "phone ", "B"])


def test_columns_without_a_name_may_be_several() -> None:
    assert targets("phone", "", "") == ("phone", "custom_fields.column_2", "custom_fields.column_3")


def test_no_two_columns_are_kept_under_one_name() -> None:
    found = targets("phone", "", "column_2", "x" * 200, "x" * 199, "Firma", "company",
                    explicit={"Firma": "custom_fields.company"})  # fmt: skip
    assert len(set(found)) == len(found)


def test_a_mapping_survives_its_record() -> None:
    mapping = propose_mapping(["phone", "x", "y"], explicit={"y": None}).mapping
    assert ColumnMapping.from_record(json.loads(json.dumps(mapping.as_record()))) == mapping


def test_headers_are_compared_without_case_marks_and_punctuation() -> None:
    assert normalize_header(" \ufeffE-Mail_Address ") == "e mail address"
    assert normalize_header("Phone #") == "phone number"
    assert normalize_header("#") == ""


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_headers_are_mapped_one_to_one_or_refused_with_a_reason(headers: list[str]) -> None:
    try:
        mapping = propose_mapping(["Phone", *headers]).mapping
    except Invalid:
        names = [header.strip().casefold() for header in ["Phone", *headers] if header.strip()]
        assert len(set(names)) < len(names)
    else:
        assert len(mapping.targets) == len(headers) + 1
        assert len(set(mapping.targets)) == len(headers) + 1
        assert mapping.column_of("phone") is not None
        assert mapping.column_of("nothing of the kind") is None
