"""What rows of an imported list say, and what is wrong with them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.lead_rows import ColumnMapping, LeadDraft, judge_batch
from tests.domain.lead_rows.rows import draft_of, judge, problem_of


def test_a_whole_row_becomes_a_draft() -> None:
    row = {
        "phone": " (415) 555-2671 ", "first name": "Sara", "last name": "Ahmed", "email": "sara@example.com",
        "country": "usa", "type": "carrier", "priority": "HIGH", "notes": "VIP", "company": "ABC Corp", "empty": "",
        "customer id": "C-7", "state": "ca", "zip": "94107", "time zone": "america/los angeles", "opt in": "yes",
        "home phone": "415 555 2672", "city": "Oakland", "Plan": "Gold",
    }  # fmt: skip
    [draft], problems = judge(row)
    assert problems == []
    assert draft == LeadDraft(
        phone="(415) 555-2671", phone_normalized="+14155552671", first_name="Sara", last_name="Ahmed",
        email="sara@example.com", country="US", type="carrier", priority=0, notes="VIP", external_id="C-7", state="CA",
        postal_code="94107", time_zone="America/Los_Angeles", consent=True, alternates=("+14155552672",),
        custom_fields={"company": "ABC Corp", "city": "Oakland", "Plan": "Gold"}, region="US",
        line_type="fixed_or_mobile",
    )  # fmt: skip


def test_what_is_not_said_is_none() -> None:
    [draft], _ = judge({"phone": "+14155552671", "email": "", "notes": "  "})
    assert draft == LeadDraft(
        "+14155552671", "+14155552671", country="US", region="US", line_type="fixed_or_mobile"
    )  # fmt: skip


def test_a_full_name_is_split() -> None:
    draft = draft_of(name="Sara bint Ahmed")
    assert (draft.first_name, draft.last_name) == ("Sara", "bint Ahmed")
    assert draft_of(name="Sara").last_name is None


def test_a_full_name_beside_split_names_is_only_kept() -> None:
    draft = draft_of(name="Sara Ahmed", first_name="S.")
    assert (draft.first_name, draft.last_name, draft.custom_fields) == ("S.", None, {"name": "Sara Ahmed"})


class TestTheCountry:
    def test_of_the_row_decides_how_its_number_is_read(self) -> None:
        draft = draft_of(phone="2079460018", country="United Kingdom")
        assert (draft.phone_normalized, draft.country, draft.region) == ("+442079460018", "GB", "GB")

    def test_that_is_unknown_makes_a_number_ambiguous(self) -> None:
        problem = problem_of(phone="2079460018", country="Freedonia")
        assert (problem.field, problem.code, problem.value, problem.column) == (
            "country", "unknown_country", "Freedonia", "country",
        )  # fmt: skip

    def test_need_not_be_known_where_the_number_is_international(self) -> None:
        draft = draft_of(phone="+442079460018", country="Freedonia")
        assert (draft.phone_normalized, draft.country, draft.region) == ("+442079460018", "Freedonia", "GB")

    def test_is_the_numbers_where_the_row_says_none(self) -> None:
        assert draft_of(phone="+442079460018").country == "GB"

    def test_that_is_unknown_is_no_matter_where_the_phone_is_missing(self) -> None:
        assert problem_of(phone="", country="Freedonia").code == "missing"


def test_an_extension_is_kept_as_a_custom_field_unless_there_is_one() -> None:
    assert draft_of(phone="415-555-2671 ext. 77").custom_fields == {"extension": "77"}
    assert draft_of(phone="415-555-2671 ext. 77", extension="9").custom_fields == {"extension": "9"}


def test_texts_that_look_like_formulas_are_kept_as_they_are() -> None:
    assert draft_of(notes='=HYPERLINK("http://evil")').notes == '=HYPERLINK("http://evil")'


def test_texts_that_an_export_made_harmless_are_restored() -> None:
    assert draft_of(notes="'=1+1", company="'@Home").notes == "=1+1"
    assert draft_of(company="'@Home").custom_fields == {"company": "@Home"}
    assert draft_of(last_name="'t Hooft").last_name == "'t Hooft"


class TestDoNotCall:
    @pytest.mark.parametrize("word", ["yes", "TRUE", "1", "x", "DNC"])
    def test_may_be_said_by_the_row_itself(self, word: str) -> None:
        assert draft_of(do_not_call=word).do_not_call

    @pytest.mark.parametrize("word", ["no", "FALSE", "0", "", "N/A"])
    def test_may_be_denied(self, word: str) -> None:
        assert not draft_of(do_not_call=word).do_not_call

    def test_is_assumed_where_the_answer_is_neither_and_told(self) -> None:
        [draft], [warning] = judge({"phone": "+14155552671", "dnc": "2026-01-31"})
        assert draft is not None
        assert draft.do_not_call
        assert (warning.code, warning.severity, warning.column) == ("unknown_answer", "warning", "dnc")


@pytest.mark.parametrize(
    ("row", "field", "code", "column"),
    [
        ({"Tel": "invalid"}, "phone", "not_a_number", "Tel"),
        ({"Tel": ""}, "phone", "missing", "Tel"),
        ({"Tel": "1.4155E+10"}, "phone", "digits_lost", "Tel"),
        ({"Tel": "#N/A"}, "phone", "spreadsheet_error", "Tel"),
        ({"Tel": "##########"}, "phone", "spreadsheet_error", "Tel"),
        ({"Tel": "436 555 2671"}, "phone", "possible_not_valid", "Tel"),
        ({"Tel": "415 555 2671 / 415 555 2672"}, "phone", "several_numbers", "Tel"),
        ({"Tel": "911"}, "phone", "emergency", "Tel"),
        ({"Tel": "+14155552671", "priority": "urgent"}, "priority", "unknown_priority", "priority"),
        ({"Tel": "+14155552671", "first name": "x" * 201}, "first_name", "too_long", "first name"),
        ({"Tel": "+14155552671", "story": "x" * 5001}, "custom_fields.story", "too_long", "story"),
        ({"Tel": "+14155552671", "city": "x" * 5001}, "city", "too_long", "city"),
    ],
)
def test_a_bad_row_is_data_and_says_what_is_wrong(row: dict[str, str], field: str, code: str, column: str) -> None:
    drafts, [problem] = judge(row)
    assert drafts == [None]
    assert (problem.field, problem.code, problem.column, problem.severity) == (field, code, column, "refused")
    assert len(problem.value) <= 100


def test_problems_name_their_rows_and_the_rows_stay_aligned() -> None:
    rows = [{"phone": phone} for phone in ("bad", "+14155552671", "", "+14155552672")]
    drafts, problems = judge(*rows)
    assert [draft.phone_normalized if draft else None for draft in drafts] == [
        None, "+14155552671", None, "+14155552672",
    ]  # fmt: skip
    assert [(problem.index, problem.code) for problem in problems] == [(0, "not_a_number"), (2, "missing")]


def test_rows_whose_cells_cannot_be_told_apart_are_refused_whatever_they_say() -> None:
    mapping = ColumnMapping(("phone",), ("Tel",))
    columns = [["+14155552671", "+14155552672", "911", "+14155552674"]]
    drafts, problems = judge_batch(columns, mapping, default_region="US", ragged={0, 1, 2}, unclosed={1})
    assert [draft is not None for draft in drafts] == [False, False, False, True]
    assert [(problem.index, problem.field, problem.code) for problem in problems] == [
        (0, "row", "ragged_row"), (1, "row", "unclosed_quote"), (2, "row", "ragged_row"),
    ]  # fmt: skip


def test_no_rows_are_no_trouble() -> None:
    assert judge_batch([], ColumnMapping(()), default_region="US") == ([], [])
    assert judge_batch([[]], ColumnMapping(("phone",)), default_region="US") == ([], [])


TARGETS = ("phone", "country", "priority", "full_name", "do_not_call", "custom_fields.x", None, "phone2", "time_zone",
           "postal_code", "external_id", "consent", "state", "city")  # fmt: skip
MAPPING = ColumnMapping(TARGETS, tuple("abcdefghijklmn"))
CELL = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "+14155552671", "4155552672", "US", "high", "yes", "no", "#N/A", "1.2E+15", "2134", "12.0"]),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(CELL, min_size=14, max_size=14), min_size=1, max_size=5), st.sampled_from(["US", "GB", "ZZ"]))
def test_no_row_makes_judging_raise_and_none_is_judged_by_its_neighbours(rows: list[list[str]], region: str) -> None:
    drafts, problems = judge_batch(list(zip(*rows, strict=True)), MAPPING, default_region=region)
    assert len(drafts) == len(rows)
    for index, row in enumerate(rows):
        [alone], its_problems = judge_batch([[cell] for cell in row], MAPPING, default_region=region)
        assert drafts[index] == alone
        here = [(p.field, p.code, p.value, p.severity) for p in problems if p.index == index]
        assert here == [(p.field, p.code, p.value, p.severity) for p in its_problems]
        refused = [severity for *_, severity in here if severity == "refused"]
        assert len(refused) == (1 if alone is None else 0)
        assert alone is not None or len(here) == 1
