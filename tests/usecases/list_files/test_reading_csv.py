"""Delimited text, however it is quoted and cut into pieces: held against the standard library's reader."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.errors import Invalid
from dialer.usecases.list_files import FileDialect, open_list
from dialer.usecases.list_files.records import MAX_RECORD_LINES
from tests.usecases.list_files.files import open_bytes, read, rows_of, source_of

CELL = st.one_of(
    st.text('ab7,;\t|"\n \u00a0ü\u2028\x85\x0b=', max_size=8),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\x1a\ufeff"), max_size=12),
)
NASTY = st.text('ab1,"\n \t', max_size=60)
COMMAS = FileDialect("csv", "utf-8", ",", has_header=True, header_row=1)


def expected(table: list[list[str]], width: int) -> list[tuple[int, tuple[str, ...], bool, bool]]:
    """What a file that a writer wrote from this table must be read as, its first row being the header."""
    found = []
    for number, row in enumerate(table[1:], start=2):
        cells = (*row[:width], *[""] * (width - len(row)))
        surplus = any(cell.strip() for cell in row[width:])
        if surplus or any(cell.strip() for cell in cells):
            found.append((number, cells, surplus, False))
    return found


@settings(deadline=None, max_examples=200)
@given(
    table=st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    batch_rows=st.integers(1, 7),
    piece=st.integers(1, 40),
)
def test_what_a_writer_wrote_is_read_back_whatever_the_pieces(
    table: list[list[str]], quoting: int, delimiter: str, line_end: str, batch_rows: int, piece: int
) -> None:
    header = ["phone", "b", "c"]
    file = io.StringIO()
    # A last row without an empty end: columns that no row uses are not read at all.
    whole = [header, *table, ["x", "y", "z"]]
    if line_end == "\r":
        quoting = csv.QUOTE_ALL  # or else the writer leaves \n unquoted, which then ends a line as well
    csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=line_end).writerows(whole)
    dialect = FileDialect("csv", "utf-8", delimiter)
    opened = open_list(source_of(file.getvalue().encode(), piece=piece), dialect)
    assert opened.header == ("phone", "b", "c")
    assert rows_of(list(opened.batches(batch_rows=batch_rows))) == expected(whole, 3)


@settings(deadline=None, max_examples=200)
@given(text=NASTY, batch_rows=st.integers(1, 5))
def test_text_that_is_well_quoted_is_read_as_the_standard_library_reads_it(text: str, batch_rows: int) -> None:
    content = "phone,b\nx,y\n" + text
    try:
        table = list(csv.reader(io.StringIO(content), strict=True))
    except csv.Error:
        return
    opened = open_list(source_of(content.encode(), piece=3), COMMAS)
    assert rows_of(list(opened.batches(batch_rows=batch_rows))) == expected([row or [""] for row in table], 2)


@settings(deadline=None, max_examples=200)
@given(text=NASTY, batch_rows=st.integers(1, 4), piece=st.integers(1, 9), skipped=st.integers(0, 12))
def test_where_reading_pauses_and_goes_on_makes_no_difference(
    text: str, batch_rows: int, piece: int, skipped: int
) -> None:
    content = ("phone,b\nx,y\n" + text).encode()
    at_once = rows_of(list(open_list(source_of(content), COMMAS).batches()))
    opened = open_list(source_of(content, piece=piece), COMMAS)
    assert rows_of(list(opened.batches(batch_rows=batch_rows))) == at_once
    later = rows_of(list(opened.batches(batch_rows=batch_rows, skip_rows=skipped)))
    assert later == [row for row in at_once if row[0] > 1 + skipped]


@settings(deadline=None, max_examples=150)
@given(text=NASTY, batch_rows=st.integers(1, 4))
def test_records_read_is_where_to_go_on_from(text: str, batch_rows: int) -> None:
    opened = open_list(source_of(("phone,b\nx,y\n" + text).encode()), COMMAS)
    batches = list(opened.batches(batch_rows=batch_rows))
    for done, batch in enumerate(batches, start=1):
        rest = rows_of(list(opened.batches(skip_rows=batch.records_read)))
        assert rest == rows_of(batches[done:])


@pytest.mark.parametrize(
    ("row", "is_ragged"),
    [("1,2,3", False), ("1,2,3,", False), ("1,2,3,,,,", False), ("1,2", False), ("1", False), ("1,2,3,4", True),
     ("1,2,3,,,,7", True), ("1,,", False), ('"1",2,3,"4"', True), ('"1",2', False)],
)  # fmt: skip
def test_a_row_is_ragged_when_its_cells_cannot_be_told_apart(row: str, is_ragged: bool) -> None:
    [batch] = open_bytes(f"phone,b,c\n1,2,3\n{row}\n").batches()
    assert batch.ragged == ({1} if is_ragged else set())
    assert batch.unclosed == set()


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    content = 'phone,b\n1,"two\nlines"\n\n,\n2,x\n \t\n"3","y"\n'
    [batch] = open_bytes(content).batches()
    assert list(batch.numbers) == [2, 5, 7]
    assert batch.records_read == 6


def test_one_row_too_long_among_regular_ones_is_not_dropped() -> None:
    rows = ["4155550132,x"] * 3000 + ["4155550133,x,y"] + ["4155550134,x"] * 3000
    [first, second] = open_bytes("phone,b\n" + "\n".join(rows)).batches(batch_rows=4000)
    assert (len(first), len(second)) == (4000, 2001)
    assert (first.ragged, second.ragged) == ({3000}, set())


def test_a_row_too_long_and_one_too_short_do_not_make_up_for_one_another() -> None:
    [batch] = open_bytes("phone,b\n1,2\n3\n4,5,6\n").batches()
    assert (batch.ragged, [list(column) for column in batch.columns]) == ({2}, [["1", "3", "4"], ["2", "", "5"]])


class TestAQuoteThatIsNeverClosed:
    def test_costs_its_own_row_only(self) -> None:
        rows = rows_of(list(open_bytes('phone,b\n1,x\n2,"y\n3,z\n4,z\n').batches()))
        assert [(number, unclosed) for number, _, _, unclosed in rows] == [
            (2, False),
            (3, True),
            (4, False),
            (5, False),
        ]
        assert rows[2][1] == ("3", "z")

    def test_is_found_when_the_next_quote_closes_it_by_chance(self) -> None:
        rows = rows_of(list(open_bytes('phone,b\n1,"Bob\n2,"Al"\n3,"Cy"\n').batches()))
        assert [(cells, unclosed) for _, cells, _, unclosed in rows[1:]] == [(("2", "Al"), False), (("3", "Cy"), False)]
        assert rows[0][3]

    def test_does_not_eat_a_long_file(self) -> None:
        count = 5 * MAX_RECORD_LINES
        content = "phone,b\n" + '0,"oops\n' + "".join(f"{n},x\n" for n in range(1, count))
        batches = list(open_bytes(content).batches(batch_rows=700))
        assert sum(map(len, batches)) == count
        assert [row[0] for row in rows_of(batches) if row[3]] == [2]

    def test_makes_the_row_ragged_as_well(self) -> None:
        [batch] = open_bytes('phone,b\n1,x\n2,"y\n').batches()
        assert batch.unclosed <= batch.ragged

    def test_in_the_header_is_refused(self) -> None:
        with pytest.raises(Invalid, match="quote in its header, row 1"):
            open_list(source_of(b'phone,"b\n1,2\n'), COMMAS)


def test_a_long_cell_of_many_lines_is_read() -> None:
    lines = "\n".join(f"line {n}" for n in range(MAX_RECORD_LINES - 1))
    assert read(f'phone,notes\n1,"{lines}"\n2,x\n', batch_rows=10) == [("1", lines), ("2", "x")]


def test_a_cell_with_too_many_lines_is_taken_for_a_quote_that_is_never_closed() -> None:
    content = 'phone,notes\n1,"' + "x\n" * MAX_RECORD_LINES + '"\n2,x\n'
    for batch_rows in (10, 5000):
        rows = rows_of(list(open_bytes(content).batches(batch_rows=batch_rows)))
        assert rows[0][3]
        assert rows[-1][:2] == (MAX_RECORD_LINES + 3, ("2", "x"))


def test_sloppy_quotes_within_one_line_are_read_for_what_they_say() -> None:
    assert read('phone,b\n1,"ACME" Inc\n2,5" pipe\n3,"5"" pipe"\n') == [
        ("1", "ACME Inc"), ("2", '5" pipe'), ("3", '5" pipe'),
    ]  # fmt: skip


def test_a_sloppy_quote_that_swallowed_a_cell_is_not_read_for_anything() -> None:
    [batch] = open_bytes('phone,b,c\n1,"x",y\n2,"never closed,"y"\n3,"a" b,c\n').batches()
    assert (batch.unclosed, batch.ragged) == ({1}, {1})
    assert [column[2] for column in batch.columns] == ["3", "a b", "c"]


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(Invalid, match="more than a million characters"):
        read(b"phone,b\n1,2\n" + b"x" * 3_000_000)


def test_cells_stay_the_texts_they_are() -> None:
    assert read("phone,b,c,d\n00501,NA,1e5,null\n7.10,NaN,True,#N/A\n") == [
        ("00501", "NA", "1e5", "null"), ("7.10", "NaN", "True", "#N/A"),
    ]  # fmt: skip


def test_a_block_of_blank_rows_yields_no_batch() -> None:
    batches = list(open_bytes("phone,b\n1,2\n" + ",\n" * 50 + "3,4\n").batches(batch_rows=10))
    assert [list(batch.numbers) for batch in batches] == [[2], [53]]
    assert batches[-1].records_read == 52
