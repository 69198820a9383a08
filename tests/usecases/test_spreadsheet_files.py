"""Files for spreadsheets, written while they are sent."""

import csv
import io
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest

from dialer.usecases.spreadsheet_files import Chunks, Row, csv_chunks, download, xlsx_chunks

TROUBLE = ["=1+1", "+14155550132", "-5", "@SUM(A1)", "\tx", "\rx", "a,b;c", 'say "hi"', "two\nlines", "Ümläut 漢字", ""]


def pages(*rows: Row, header: Row = ("one", "two")) -> Iterator[list[Row]]:
    yield [header]
    for row in rows:
        yield [row]


def sheets_of(content: bytes) -> list[list[tuple[object, ...]]]:
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    return [[tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in workbook.worksheets]


def test_every_csv_cell_is_quoted_and_none_begins_like_a_formula() -> None:
    content = b"".join(csv_chunks(pages(TROUBLE, header=TROUBLE))).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert len(rows) == 2
    assert [cell.removeprefix("'") for cell in rows[1]] == TROUBLE
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])
    assert content.startswith('"\'=1+1","\'+14155550132",')


def test_a_csv_file_says_once_that_it_is_utf_8() -> None:
    content = b"".join(csv_chunks(pages(("a", "b"), ("c", "d"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1


def test_a_workbook_holds_texts_and_no_formula() -> None:
    content = b"".join(xlsx_chunks(pages(TROUBLE, header=[f"h{n}" for n in range(len(TROUBLE))])))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    # An empty cell is not written, and a workbook breaks lines as texts do.
    assert ["" if cell.value is None else cell.value for cell in sheet[2]] == TROUBLE
    assert {cell.data_type for cell in sheet[2]} <= {"s", "inlineStr", "n"}
    assert [cell.data_type for cell in sheet[2] if cell.value is None] == ["n"]


def test_what_a_workbook_cannot_hold_is_replaced_or_cut() -> None:
    ((_, (marked, long)),) = sheets_of(b"".join(xlsx_chunks(pages(("a\x01b<&>", "x" * 40_000)))))
    assert (marked, long) == ("a\ufffdb<&>", "x" * 32_767)


@pytest.mark.parametrize(("rows", "expected"), [(0, [1]), (2, [3]), (3, [3, 2]), (4, [3, 3]), (5, [3, 3, 2])])
def test_a_full_sheet_is_followed_by_another_with_the_header(rows: int, expected: list[int]) -> None:
    lines = [(str(number), "x") for number in range(rows)]
    sheets = sheets_of(b"".join(xlsx_chunks(pages(*lines), rows_per_sheet=2)))
    assert [len(sheet) for sheet in sheets] == expected
    assert all(sheet[0] == ("one", "two") for sheet in sheets)
    assert [row for sheet in sheets for row in sheet[1:]] == lines


def test_a_page_larger_than_a_sheet_goes_on_in_the_next() -> None:
    def one_page() -> Iterator[list[Row]]:
        yield [("one",)]
        yield [(str(number),) for number in range(5)]

    sheets = sheets_of(b"".join(xlsx_chunks(one_page(), rows_per_sheet=2)))
    assert [row for sheet in sheets for row in sheet[1:]] == [(str(number),) for number in range(5)]


def test_columns_are_lettered_like_a_spreadsheet_s() -> None:
    header = [f"h{number}" for number in range(800)]
    content = b"".join(xlsx_chunks(pages(header=header)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    for letters, column in (("A", 0), ("Z", 25), ("AA", 26), ("ZZ", 701), ("AAA", 702)):
        assert f'<c r="{letters}1" t="inlineStr"><is><t xml:space="preserve">h{column}</t>' in sheet


def test_bytes_are_sent_before_all_rows_are_read() -> None:
    read = []

    def counted() -> Iterator[list[Row]]:
        for number in range(100):
            read.append(number)
            yield [(str(number),)]

    for chunks in (csv_chunks(counted()), xlsx_chunks(counted())):
        read.clear()
        assert next(chunks) is not None
        assert len(read) <= 2


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_reader_who_goes_away_ends_the_reading(file_format: str) -> None:
    ended = []

    def endless() -> Iterator[list[Row]]:
        try:
            while True:
                yield [("x",)]
        finally:
            ended.append(True)

    file = download("leads", file_format, endless())  # type: ignore[arg-type]
    next(file.chunks)
    file.chunks.close()
    assert ended == [True]


def test_what_is_refused_is_refused_before_anything_is_sent() -> None:
    def refusing() -> Iterator[bytes]:
        raise LookupError("no")
        yield b""

    with pytest.raises(LookupError):
        Chunks(refusing())
