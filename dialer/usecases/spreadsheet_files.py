"""Files for spreadsheets, written as they are sent: row by row, never whole in memory or on disk.

XLSX is written here rather than by openpyxl: even its write-only mode finishes all sheets on disk before the first byte
can be sent.
"""

import csv
import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from dialer.domain.spreadsheet_cells import neutralise

FileFormat = Literal["csv", "xlsx"]
Row = Sequence[str]
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_PER_SHEET = 1_048_575
"""Below the header; a spreadsheet program shows no more."""
MAX_CELL = 32_767
"""Longer text is cut, since spreadsheet programs refuse a file with such a cell. CSV has no limit."""
MAX_SHEET_BYTES = 2_000_000_000
"""A larger part of an archive needs an extension of its format that some spreadsheet programs cannot read."""


@dataclass
class Download:
    """A file on its way out. `chunks` is iterated once, or closed: the transaction that feeds it is open until then."""

    filename: str
    content_type: str
    chunks: "Chunks"


class Chunks:
    """The bytes of a file. The first have been made already, so that what can be refused was refused."""

    def __init__(self, chunks: Iterator[bytes]):
        self._chunks = chunks
        self._first: bytes | None = next(chunks)

    def __iter__(self) -> "Chunks":
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        return next(self._chunks) if first is None else first

    def close(self) -> None:
        """End the transaction behind it; without effect at the end."""
        if hasattr(self._chunks, "close"):
            self._chunks.close()


def download(name: str, file_format: FileFormat, pages: Iterator[list[Row]]) -> Download:
    """Write pages of rows, the first of which is the header alone, as a file."""
    write = csv_chunks if file_format == "csv" else xlsx_chunks
    return Download(f"{name}.{file_format}", CONTENT_TYPES[file_format], Chunks(write(pages)))


def csv_chunks(pages: Iterator[list[Row]]) -> Iterator[bytes]:
    """Every cell in quotes, and none that a spreadsheet would evaluate; a byte order mark says that it is UTF-8."""
    with closing(pages):  # type: ignore[type-var]
        mark = "\ufeff"
        for page in pages:
            text = io.StringIO()
            writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            writer.writerows([neutralise(cell) for cell in row] for row in page)
            yield (mark + text.getvalue()).encode()
            mark = ""


def xlsx_chunks(pages: Iterator[list[Row]], *, rows_per_sheet: int = ROWS_PER_SHEET) -> Iterator[bytes]:
    """A workbook of texts alone: none is a formula, whatever it begins with. Each sheet begins with the header."""
    with closing(pages):  # type: ignore[type-var]
        pipe = _Pipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            (header,) = next(pages)
            sheets = 0
            rest: list[Row] | None = []
            while rest is not None:
                sheets += 1
                with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w") as part:
                    sheet = _Sheet(header, rows_per_sheet)
                    part.write(sheet.opening())
                    yield pipe.take()
                    while rest is not None and not sheet.is_full:
                        xml, rest = sheet.rows(rest)
                        part.write(xml)
                        yield pipe.take()
                        rest = rest or next(pages, None)
                    part.write(b"</sheetData></worksheet>")
            for name, content in _frame(sheets):
                archive.writestr(name, content)
        yield pipe.take()


class _Pipe(io.RawIOBase):
    """What a ZIP archive is written to: it cannot go back, and what it has got is taken away."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """What has been written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


class _Sheet:
    """Rows as the XML of one sheet."""

    def __init__(self, header: Row, rows_per_sheet: int):
        self._header = header
        self._letters = [_letters(column) for column in range(len(header))]
        self._limit = rows_per_sheet + 1
        self._number = 0
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether the next row belongs on another sheet."""
        return self._number >= self._limit or self._bytes > MAX_SHEET_BYTES

    def opening(self) -> bytes:
        """All before the first row, and the header."""
        xml, _ = self.rows([self._header])
        return f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode() + xml

    def rows(self, rows: list[Row]) -> tuple[bytes, list[Row]]:
        """As many rows as there is room for, and those that are left over."""
        fitting = rows[: self._limit - self._number]
        xml = "".join(self._row(row) for row in fitting).encode()
        self._bytes += len(xml)
        return xml, rows[len(fitting) :]

    def _row(self, row: Row) -> str:
        self._number += 1
        number = self._number
        cells = [
            f'<c r="{letters}{number}" t="inlineStr"><is><t xml:space="preserve">{_escape(cell)}</t></is></c>'
            for letters, cell in zip(self._letters, row, strict=True)
            if cell
        ]
        return f'<row r="{number}">{"".join(cells)}</row>'


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# XML has no words for them, escaped or not.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _escape(cell: str) -> str:
    if cell[0] == "'":
        # Not that a workbook needs it; but an import would take an apostrophe that was there before for one of ours.
        cell = neutralise(cell)
    text = html.escape(cell[:MAX_CELL], quote=False)
    if not text.isprintable():
        # A parser would make a line feed of a lone carriage return.
        text = _IMPOSSIBLE.sub("\ufffd", text).replace("\r", "&#13;")
    return text


def _letters(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _frame(sheets: int) -> Iterable[tuple[str, str]]:
    """The parts that make an archive of sheets a workbook."""
    numbers = range(1, sheets + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n in numbers
    )
    types = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{overrides}</Types>'
    )
    yield "[Content_Types].xml", types
    root = (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    yield "_rels/.rels", root
    listed = "".join(f'<sheet name="Sheet {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>',
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>',
    )
