"""Lists of numbers: do-not-call lists in whatever form. To miss a number here is to call somebody who forbade it."""

from contextlib import suppress
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.errors import Invalid
from dialer.usecases.number_files import open_numbers
from tests.usecases.list_files.files import source_of


def numbers(text: str) -> list[tuple[int, str]]:
    return numbers_of(text.encode())


def numbers_of(content: bytes) -> list[tuple[int, str]]:
    batches = open_numbers(source_of(content, piece=7)).batches(batch_rows=3)
    return [found for batch in batches for found in zip(batch.rows, batch.numbers, strict=True)]


def test_one_number_a_line_needs_no_header() -> None:
    assert numbers("+14155550132\n+14155550133\n") == [(1, "+14155550132"), (2, "+14155550133")]


def test_a_header_that_we_know_is_no_number() -> None:
    assert numbers("Phone Number\n+14155550132\n") == [(2, "+14155550132")]


@pytest.mark.parametrize("first", ["5550132", "abc", "4155550132 (Ann)", "tel 4155550132"])
def test_a_first_line_that_we_do_not_know_is_a_number_like_the_others(first: str) -> None:
    assert numbers(f"{first}\n+14155550133\n") == [(1, first), (2, "+14155550133")]


def test_a_single_number_is_a_list() -> None:
    assert numbers("5550132") == [(1, "5550132")]
    assert numbers("4155550132\n") == [(1, "4155550132")]


def test_of_a_table_the_phone_column_is_read() -> None:
    assert numbers("name,phone,reason\nAnn,+14155550132,asked\nBob,,asked\n") == [(2, "+14155550132"), (3, "")]


def test_all_phones_of_a_person_are_listed() -> None:
    text = "home phone,work phone,phone\n1,2,3\n,5,\n,,\nx,,\n"
    assert numbers(text) == [(2, "1"), (2, "2"), (2, "3"), (3, "5"), (5, "x")]


def test_two_columns_of_one_name_are_both_read() -> None:
    assert numbers("phone,phone\n1,2\n") == [(2, "1"), (2, "2")]


def test_columns_without_known_names_are_told_by_their_values() -> None:
    assert numbers("2026-01-31,4155550132\n2026-02-01,4155550133\n") == [(1, "4155550132"), (2, "4155550133")]


def test_a_ragged_row_is_listed_all_the_same() -> None:
    assert numbers("phone,reason\n4155550132,a,b\n") == [(2, "4155550132")]


def test_the_american_registry_writes_area_code_and_number_apart() -> None:
    assert numbers("201,2001234\n202,2005678\n") == [(1, "2012001234"), (2, "2022005678")]


def test_a_table_without_phones_is_refused() -> None:
    with pytest.raises(Invalid, match="no phone column"):
        numbers("name,city\nAnn,Oakland\n")


def test_a_list_of_many_is_read_in_batches_and_from_anywhere() -> None:
    content = "phone\n" + "".join(f"415555{n:04d}\n" for n in range(1000))
    opened = open_numbers(source_of(content.encode(), piece=1000))
    batches = list(opened.batches(batch_rows=300))
    assert [len(batch.numbers) for batch in batches] == [300, 300, 300, 100]
    rest = list(opened.batches(skip_rows=batches[1].records_read))
    assert [number for batch in rest for number in batch.numbers] == [f"415555{n:04d}" for n in range(600, 1000)]
    assert rest[0].rows[0] == 602


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.text('ab1,;\t|"\n\r \0=ü', max_size=60).map(str.encode)))
def test_no_bytes_make_reading_raise_anything_but_a_refusal(content: bytes) -> None:
    with suppress(Invalid):
        found = numbers_of(content)
        assert all(isinstance(cast(object, raw), str) for _, raw in found)
        assert [row for row, _ in found] == sorted(row for row, _ in found)
