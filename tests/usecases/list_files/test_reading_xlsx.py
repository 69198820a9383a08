"""Workbooks: what a spreadsheet keeps becomes the text that it shows, and nothing dangerous is unpacked."""

import io
import random
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from dialer.domain.errors import Invalid
from dialer.usecases.list_files import detect_dialect, open_list
from tests.usecases.list_files.files import open_bytes, rows_of, source_of

NAME = "leads.xlsx"


def workbook(
    *rows: Sequence[Any], formats: dict[str, str] | None = None, sheets: dict[str, Any] | None = None
) -> bytes:
    """A workbook with these rows in its first sheet; `formats` by cell, such as {"B2": "00000"}."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    for place, shown in (formats or {}).items():
        sheet[place].number_format = shown
    for title, more in (sheets or {}).items():
        other = book.create_sheet(title)
        for row in more:
            other.append(row)
    return saved(book)


def saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="{0}.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{0}.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType="{0}.sharedStrings+xml"/></Types>'
).format("application/vnd.openxmlformats-officedocument.spreadsheetml")
_RELATION = (
    '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
)
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def as_excel(rows: str, *, texts: Sequence[str], head: str = "") -> bytes:
    """A workbook with its texts apart, as Excel writes it; `head` goes before the texts' part."""
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(_RELATION.format("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships"><sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(
            _RELATION.format("rId1", "worksheet", "worksheets/sheet1.xml")
            + _RELATION.format("rId2", "sharedStrings", "sharedStrings.xml")
        ),
        "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"{head}<sst {_MAIN}>{items}</sst>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def with_part(content: bytes, name: str, change: Any, *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same workbook with one of its parts changed, or made."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", packing) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return file.getvalue()


def only_row(content: bytes) -> tuple[str, ...]:
    [(_, cells, _, _)] = rows_of(list(open_bytes(content, filename=NAME).batches()))
    return cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4155550132, "4155550132"),
        (4155550132.0, "4155550132"),
        (14155550132, "14155550132"),
        ("(415) 555-0132", "(415) 555-0132"),
        ("00442079460018", "00442079460018"),
        (1234567890123456, "1.23456789012346E+15"),
        (12.5, "12.5"),
        (-3, "-3"),
        (True, "TRUE"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31), "2026-01-31"),  # noqa: DTZ001 -- as a spreadsheet has it
        (datetime(2026, 1, 31, 10, 30), "2026-01-31T10:30:00"),  # noqa: DTZ001
        (time(10, 30), "10:30:00"),
        ("two\r\nlines", "two\nlines"),
        ("a_x000D_\nb", "a\nb"),
        ("=1+1", ""),
    ],
)
def test_a_cell_becomes_the_text_that_it_shows(value: Any, text: str) -> None:
    assert only_row(workbook(["phone", "value", "end"], ["x", value, "y"])) == ("x", text, "y")


def test_leading_zeros_that_only_the_format_shows_are_kept() -> None:
    content = workbook(["phone", "zip", "id"], ["x", 2134, 7], formats={"B2": "00000", "C2": "0"})
    assert only_row(content) == ("x", "02134", "7")


def test_a_phone_number_shown_as_a_date_is_still_a_number() -> None:
    content = workbook(["phone", "day"], [4155550132, 46053], formats={"A2": "yyyy-mm-dd", "B2": "dd.mm.yyyy"})
    assert only_row(content) == ("4155550132", "2026-01-31")


def test_a_style_that_is_nowhere_described_is_no_damage() -> None:
    assert only_row(as_excel(f'{HEADER}<row r="2"><c r="A2" s="7"><v>4155550132</v></c></row>', texts=["phone"])) == (
        "4155550132",
    )


def test_rows_and_cells_need_not_say_where_they_are() -> None:
    content = as_excel(
        f"{HEADER}<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>", texts=["phone"]
    )
    found = rows_of(list(open_bytes(content, filename=NAME).batches()))
    assert [(number, cells, ragged) for number, cells, ragged, _ in found] == [(2, ("1",), True), (4, ("3",), False)]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2000000"><c r="A2000000"><v>1</v></c></row>',
        '<row r="2"><c r="XFE2"><v>1</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>99</v></c></row>',
        '<row r="2"><c r="A2"><v>many</v></c></row>',
    ],
    ids=["row-too-far", "column-too-far", "text-nowhere", "number-that-is-none"],
)
def test_what_no_spreadsheet_writes_is_damage(row: str) -> None:
    with pytest.raises(Invalid, match="damaged"):
        list(open_bytes(as_excel(HEADER + row, texts=["phone"]), filename=NAME).batches())


def test_a_workbook_as_excel_writes_it_is_read() -> None:
    """Texts apart from the cells, large numbers with an exponent, formulas with their last value, errors by name."""
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>4.155550132E9</v></c><c r="B2" t="s"><v>3</v></c><c r="C2" t="e"><v>#N/A</v></c></row>'
        '<row r="5"><c r="A5"><f>A2+1</f><v>4155550133</v></c><c r="B5" t="str"><f>B2</f><v>Ann</v></c></row>'
    )
    content = as_excel(rows, texts=["phone", "name", "state", "Zo\u00eb"])
    found = rows_of(list(open_bytes(content, filename=NAME).batches()))
    assert [(number, cells) for number, cells, _, _ in found] == [
        (2, ("4155550132", "Zo\u00eb", "#N/A")), (5, ("4155550133", "Ann", "")),
    ]  # fmt: skip


def test_rows_are_numbered_as_the_spreadsheet_does() -> None:
    content = workbook(["Our customers"], [], ["phone", "name"], ["1", "a"], [], ["", " "], ["2"], ["3", "b", "c"])
    opened = open_bytes(content, filename=NAME)
    assert (opened.dialect.header_row, opened.dialect.sheet, opened.header) == (3, "Sheet", ("phone", "name"))
    assert any("Row 3" in note for note in opened.dialect.notes)
    found = rows_of(list(opened.batches(batch_rows=2)))
    assert [(number, cells, ragged) for number, cells, ragged, _ in found] == [
        (4, ("1", "a"), False), (7, ("2", ""), False), (8, ("3", "b"), True),
    ]  # fmt: skip


@pytest.mark.parametrize("skipped", range(6))
def test_reading_goes_on_where_it_stopped(skipped: int) -> None:
    content = workbook(["phone"], *[[str(n)] if n != 2 else [] for n in range(5)])
    opened = open_bytes(content, filename=NAME)
    rest = rows_of(list(opened.batches(batch_rows=2, skip_rows=skipped)))
    assert [number for number, *_ in rest] == [n + 2 for n in range(skipped, 5) if n != 2]


def test_the_first_visible_sheet_with_something_in_it_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(sheets={"Notes": [["x"], ["y"]], "Leads": [["phone"], ["1"]]})))
    book["Notes"].sheet_state = "hidden"
    opened = open_bytes(saved(book), filename=NAME)
    assert (opened.dialect.sheet, opened.header) == ("Leads", ("phone",))


def test_a_sheet_can_be_named() -> None:
    content = workbook(["phone"], ["1"], sheets={"More": [["phone"], ["2"]]})
    dialect = detect_dialect(content, filename=NAME, is_whole=True)
    opened = open_list(source_of(content), replace(dialect, sheet="More"))
    assert [cells for _, cells, _, _ in rows_of(list(opened.batches()))] == [("2",)]
    with pytest.raises(Invalid, match="no sheet 'Less'; it has 'Sheet', 'More'"):
        open_list(source_of(content), replace(dialect, sheet="Less"))


def test_a_settled_dialect_reads_the_same_again() -> None:
    content = workbook(["Title"], ["phone", "name"], ["1", "a"])
    opened = open_bytes(content, filename=NAME)
    again = open_list(source_of(content), type(opened.dialect).from_record(opened.dialect.as_record()))
    assert again.header == opened.header
    assert rows_of(list(again.batches())) == rows_of(list(opened.batches()))


def test_without_a_header_columns_go_by_their_place() -> None:
    opened = open_bytes(workbook([4155550132, "Ann"], [4155550133, "Bob"]), filename=NAME)
    assert (opened.header, opened.dialect.has_header) == (("column 1", "column 2"), False)
    assert len(rows_of(list(opened.batches()))) == 2


def test_a_workbook_is_known_by_its_first_bytes() -> None:
    content = workbook(["phone"], *[[str(n)] for n in range(3000)])
    dialect = detect_dialect(content[:2000], filename=NAME, is_whole=False)
    assert dialect.format == "xlsx"
    assert open_list(source_of(content, piece=777), dialect).header == ("phone",)


def test_a_wrong_size_in_the_file_hides_no_rows() -> None:
    def smaller(sheet: bytes) -> bytes:
        assert b'<dimension ref="A1:A4"' in sheet
        return sheet.replace(b'ref="A1:A4"', b'ref="A1"')

    content = with_part(workbook(["phone"], ["1"], ["2"], ["3"]), "xl/worksheets/sheet1.xml", smaller)
    assert len(rows_of(list(open_bytes(content, filename=NAME).batches()))) == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (workbook(), "without anything in it"),
        (workbook(["phone", "name"]), "header but no rows"),
        (workbook([f"c{n}" for n in range(1600)], ["1"] * 1600), "1,600 columns"),
        (with_part(workbook(["phone"], ["1"]), "xl/workbook.xml", lambda part: part[:100]), "damaged"),
        (with_part(workbook(["phone"], ["1"]), "xl/worksheets/sheet1.xml", lambda part: part[:-90]), "damaged"),
        (workbook(["phone"], ["1"])[:-30], "damaged"),
    ],
    ids=["empty", "header-only", "too-wide", "broken-book", "broken-sheet", "cut-off"],
)
def test_a_workbook_that_cannot_be_read_says_so(content: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        list(open_bytes(content, filename=NAME).batches())


def test_damage_far_down_is_told_with_its_place() -> None:
    content = workbook(["phone"], *[[str(n)] for n in range(500)])
    broken = with_part(content, "xl/worksheets/sheet1.xml", lambda part: part[: len(part) * 3 // 4])
    opened = open_bytes(broken, filename=NAME)
    with pytest.raises(Invalid, match="in or after row"):
        list(opened.batches(batch_rows=50))


def test_a_bomb_is_not_unpacked() -> None:
    content = with_part(workbook(["phone"], ["1"]), "xl/worksheets/sheet1.xml", lambda part: part + b" " * 30_000_000)
    assert len(content) < 100_000
    with pytest.raises(Invalid, match="too large for a workbook when unpacked"):
        open_bytes(content, filename=NAME)


def test_texts_too_large_to_hold_are_refused() -> None:
    noise = random.Random(3).randbytes(1_000_000) * 110
    content = with_part(
        workbook(["phone"], ["1"]), "xl/sharedStrings.xml", lambda part: part + noise, packing=zipfile.ZIP_STORED
    )
    with pytest.raises(Invalid, match="too large for a workbook"):
        open_bytes(content, filename=NAME)


_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_entities_are_not_expanded(part: str) -> None:
    content = with_part(workbook(["phone"], ["1"]), part, lambda old: _LAUGHS.encode() + old)
    with pytest.raises(Invalid, match="damaged"):
        open_bytes(content, filename=NAME)


def test_entities_are_not_expanded_among_the_texts_either() -> None:
    content = as_excel('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts=["&b;"], head=_LAUGHS)
    with pytest.raises(Invalid, match="damaged"):
        open_bytes(content, filename=NAME)
