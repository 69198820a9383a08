"""The generated lead list holds what it promises, as the product's own import reads it."""

import io

import pytest

from demo.leads import LeadFile, Mix, make_lead_file
from demo.places import PLACES, Place
from dialer.domain.lead_rows import LeadDraft, RowProblem, judge_batch, propose_mapping
from dialer.usecases.list_files import detect_dialect, open_list

every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.timezone)


def rows_of(file: LeadFile, place: Place) -> list[LeadDraft | RowProblem]:
    dialect = detect_dialect(file.content, filename="leads.csv", is_whole=True)
    opened = open_list(lambda: io.BytesIO(file.content), dialect)
    mapping = propose_mapping(opened.header, opened.sample()).mapping
    judged: list[LeadDraft | RowProblem] = []
    for batch in opened.batches():
        drafts, problems = judge_batch(batch.columns, mapping, default_region=place.region, ragged=batch.ragged)
        refused = {problem.index: problem for problem in problems if problem.severity == "refused"}
        judged += [draft or refused[index] for index, draft in enumerate(drafts)]
    return judged


def test_the_same_seed_and_place_give_the_same_file() -> None:
    assert make_lead_file(seed=5, place=PLACES[0]) == make_lead_file(seed=5, place=PLACES[0])


def test_another_seed_or_place_gives_another_file() -> None:
    files = [make_lead_file(seed=seed, place=place).content for seed in (5, 6) for place in PLACES[:2]]
    assert len(set(files)) == 4


@every_place
def test_an_import_finds_exactly_what_was_promised(place: Place) -> None:
    file = make_lead_file(seed=7, place=place)
    rows = rows_of(file, place)
    drafts = [row for row in rows if isinstance(row, LeadDraft)]
    stopped = [d for d in drafts if d.do_not_call or d.phone_normalized in file.suppressed]
    callable_numbers = [d.phone_normalized for d in drafts if d not in stopped]
    found = {
        "total": len(rows),
        "valid": len(set(callable_numbers)),
        "invalid": len(rows) - len(drafts),
        "duplicates": len(callable_numbers) - len(set(callable_numbers)),
        "dnc": len(stopped),
        "inserted": len(set(callable_numbers)),
    }
    assert found == file.promised()
    assert set(callable_numbers) == file.good


def test_two_thousand_rows_are_the_default() -> None:
    assert make_lead_file(seed=1, place=PLACES[0]).promised()["total"] == 2000


def test_bad_rows_are_bad_in_many_ways() -> None:
    rows = rows_of(make_lead_file(seed=7, place=PLACES[0]), PLACES[0])
    codes = {row.code for row in rows if isinstance(row, RowProblem)}
    assert codes >= {"missing", "digits_lost", "too_short", "several_numbers", "ragged_row", "unknown_country"}


def test_spreadsheet_damage_that_can_be_undone_is_in_the_file_and_undone() -> None:
    file = make_lead_file(seed=7, place=PLACES[0])
    written = {row.phone for row in rows_of(file, PLACES[0]) if isinstance(row, LeadDraft)}
    assert any(phone.endswith(".0") for phone in written)
    assert any(phone.startswith('="') for phone in written)
    assert b",'+1" in file.content
    assert not any(phone.startswith("'") for phone in written)


def test_unknown_columns_arrive_as_custom_fields() -> None:
    drafts = [row for row in rows_of(make_lead_file(seed=7, place=PLACES[0]), PLACES[0]) if isinstance(row, LeadDraft)]
    assert {"Plan", "Renewal Date"} <= drafts[0].custom_fields.keys()


def test_some_suppressed_numbers_are_not_in_the_file() -> None:
    file = make_lead_file(seed=7, place=PLACES[0])
    in_file = {row.phone_normalized for row in rows_of(file, PLACES[0]) if isinstance(row, LeadDraft)}
    assert len(set(file.suppressed) - in_file) == file.mix.listed_elsewhere


def test_the_mix_can_be_smaller() -> None:
    mix = Mix(total=30, invalid=5, duplicates=3, listed=2, marked=1, listed_elsewhere=1)
    file = make_lead_file(seed=7, place=PLACES[3], mix=mix)
    assert len(rows_of(file, PLACES[3])) == 30
    assert len(file.good) == 19
