"""What a file is, told from its first bytes: workbook or text, encoding, delimiter, header row."""

import io
import zipfile
from collections import Counter

from dialer.domain.errors import Invalid
from dialer.usecases.list_files.dialect import FileDialect
from dialer.usecases.list_files.encodings import TextDecoder, detect_encoding, looks_binary
from dialer.usecases.list_files.foreign import (
    ZIP,
    foreign,
    refuse_foreign_archive,
    refuse_foreign_bytes,
    refuse_foreign_text,
)
from dialer.usecases.list_files.headers import count_known, find_header
from dialer.usecases.list_files.records import RecordReader

DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS = 65_536
_SAMPLE_ROWS = 60


def detect_dialect(
    head: bytes, *, filename: str, is_whole: bool, encoding: str | None = None, delimiter: str | None = None
) -> FileDialect:
    """Tell how a file is written from its beginning, 256 KB or more of it unless it is shorter.

    `encoding` and `delimiter` are what somebody knows better. Raises Invalid, with what to do instead, for an empty
    file and for anything that is neither delimited text nor an XLSX workbook.
    """
    if not head.strip(b"\0\t\n\r\f\v \x1a"):
        raise Invalid.field("file", "is empty")
    if head.startswith(ZIP):
        return _workbook(head, filename, is_whole=is_whole)
    refuse_foreign_bytes(head)
    found, alternatives = (encoding, ()) if encoding else detect_encoding(head, is_whole=is_whole)
    text = TextDecoder(found).decode(head, is_last=is_whole)
    if not text.strip():
        raise Invalid.field("file", "is empty")
    if looks_binary(text):
        raise foreign("not a text file")
    refuse_foreign_text(text)
    body, declared = split_separator_line(text)
    cut_by = delimiter or declared or _detect_delimiter(body)
    header = find_header(_sample(body, cut_by))
    guess = (f"The file does not say its encoding; it was read as {found}",) if alternatives else ()
    return FileDialect(
        format="csv",
        encoding=found,
        delimiter=cut_by,
        has_header=header.has_header,
        header_row=header.row,
        alternatives=alternatives,
        notes=header.notes + guess,
    )


def split_separator_line(text: str) -> tuple[str, str | None]:
    """The text without a leading `sep=;` line, which Excel writes and hides, and the delimiter that it names."""
    first, end, rest = text.partition("\n")
    name, equals, delimiter = first.strip('" ').partition("=")
    delimiter = "\t" if delimiter in ("\\t", "\t") else delimiter
    if name.lower() != "sep" or not equals or len(delimiter) != 1 or delimiter.isalnum() or not end:
        return text, None
    return rest, delimiter


def _detect_delimiter(text: str) -> str:
    """The delimiter that cuts most rows into the same number of cells; of several, the one that shows known headers."""

    def fitness(delimiter: str) -> tuple[int, int, int]:
        rows = [row for row in _sample(text, delimiter) if any(cell.strip() for cell in row)]
        if not rows:
            return (0, 0, 0)
        widths = Counter(len(row) for row in rows)
        width, count = max(widths.items(), key=lambda each: (each[1], each[0]))
        if width == 1:
            return (0, 0, 0)
        known = max(count_known(row) for row in rows[:10])
        return (round(5 * count / len(rows)), known, width)

    return max(DELIMITERS, key=fitness)


def _sample(text: str, delimiter: str) -> list[list[str]]:
    cut = text[:_SAMPLE_CHARACTERS]
    if len(cut) < len(text):
        cut = cut[: cut.rfind("\n") + 1] or cut
    rows, unclosed = RecordReader(iter([cut]), delimiter).read_rows(_SAMPLE_ROWS)
    # Of a row that is not well quoted nothing is known, but it keeps its place.
    return [row if index not in unclosed else [] for index, row in enumerate(rows)] or [[]]


def _workbook(head: bytes, filename: str, *, is_whole: bool) -> FileDialect:
    """A workbook lists its parts at its end, and each has its name at its head: what is not whole shows some."""
    if is_whole:
        try:
            names = zipfile.ZipFile(io.BytesIO(head)).namelist()
        except (zipfile.BadZipFile, ValueError):
            raise Invalid.field(
                "file", "is a damaged Excel workbook or ZIP archive; save it again and upload that"
            ) from None
    else:
        names = _part_names(head)
        if filename.lower().endswith((".xlsx", ".xlsm")) and "[Content_Types].xml" in names:
            names.append("xl/")
    refuse_foreign_archive(names)
    return FileDialect(format="xlsx", encoding="", delimiter="", header_row=0)


def _part_names(head: bytes) -> list[str]:
    names = []
    for piece in head.split(ZIP)[1:]:
        length = int.from_bytes(piece[22:24], "little")
        names.append(piece[26 : 26 + length].decode("utf-8", "replace"))
    return names
