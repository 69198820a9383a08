"""Files of rows: whatever the bytes, rows or a refusal with a reason."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.errors import Invalid, TooLarge
from dialer.usecases.csv_files import read_rows
from dialer.usecases.number_files import read_numbers

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(lambda text: text.strip())


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.text('ab1,;\t|"\n\r \0=ü', max_size=60).map(str.encode)))
def test_no_bytes_make_reading_raise_anything_but_a_refusal(content: bytes) -> None:
    with suppress(Invalid, TooLarge):
        numbers = [row.number for row in read_rows(content)]
        assert numbers == sorted(set(numbers))
    with suppress(Invalid, TooLarge):
        assert all(isinstance(raw, str) for _, raw in read_numbers(content))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("phone", "name", "city"), *rows])
    found = list(read_rows(file.getvalue().encode()))
    assert [row.cells for row in found] == [("phone", "name", "city"), *rows]
    assert [row.number for row in found] == list(range(1, len(rows) + 2))
    assert not any(row.is_ragged for row in found)


@pytest.mark.parametrize(
    ("row", "is_ragged"),
    [("1,2,3", False), ("1,2,3,", False), ("1,2,3,,,,", False), ("1,2", False), ("1", False), ("1,2,3,4", True),
     ("1,2,3,,,,7", True), ("1,,", False)],
)  # fmt: skip
def test_a_row_is_ragged_when_its_cells_cannot_be_told_apart(row: str, is_ragged: bool) -> None:
    [_, found] = read_rows(f"a,b,c\n{row}\n".encode())
    assert found.is_ragged is is_ragged


def test_a_quote_that_is_never_closed_is_refused_with_the_line() -> None:
    with pytest.raises(Invalid, match="line 4"):
        list(read_rows(b'a,b\n1,2\n3,"4\n5,6\n'))
