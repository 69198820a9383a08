"""Text files of rows, as spreadsheets and CRMs write them: encoding, delimiter, quoting, ragged rows.

pandas stays in here, and no DataFrame leaves: rows come out as plain texts. What the cells mean is for the callers.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from dialer.domain.errors import Invalid, TooLarge

MAX_FILE_BYTES = 20 * 1024 * 1024
_MAX_COLUMNS = 300
_CHUNK_ROWS = 2_000
_DELIMITERS = ",;\t|"
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_FOREIGN_FORMATS = (
    (b"PK\x03\x04", "an Excel workbook or ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed file"),
)


@dataclass(frozen=True)
class CsvRow:
    """One record. `number` is its row in a spreadsheet: blank rows count, line breaks inside cells do not.

    Cells that are missing at its end are empty. `is_ragged` when it has more cells than the header and they are not
    empty; its cells are then not to be trusted.
    """

    number: int
    cells: tuple[str, ...]
    is_ragged: bool


def read_rows(content: bytes) -> Iterator[CsvRow]:
    """Read a file row by row, the header first, blank rows left out.

    Raises TooLarge over 20 MB; Invalid for a file that is empty, not text, or has a quote that is never closed.
    """
    if len(content) > MAX_FILE_BYTES:
        raise TooLarge(f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB; split it.")
    text = _decode(content)
    if not text.strip():
        raise Invalid.field("file", "is empty")
    text, delimiter = _find_delimiter(text)
    body = text.lstrip("\n")
    _check_quoting(body, delimiter)
    yield from _read(body, delimiter, skipped=len(text) - len(body))


def _check_quoting(text: str, delimiter: str) -> None:
    """Walk through the file once before pandas does: given `on_bad_lines`, it drops what it cannot split in silence."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        message = f"cannot be read as CSV up to line {reader.line_num} ({error}); is a quote never closed?"
        raise Invalid.field("file", message) from None


def _read(text: str, delimiter: str, *, skipped: int) -> Iterator[CsvRow]:
    import pandas as pd  # here: tens of megabytes that a web process without uploads does not need

    width = len(next(csv.reader(io.StringIO(text), delimiter=delimiter)))
    if width > _MAX_COLUMNS:
        raise Invalid.field("file", f"has more than {_MAX_COLUMNS} columns")

    def cut(cells: list[str]) -> list[str]:
        # Only called for rows longer than one column too many. Empty surplus is what spreadsheets leave behind.
        return [*cells[:width], "".join(cells[width:])]

    # One column more than the header has, so that a surplus cell shows; a missing cell is NaN, an empty one is "".
    chunks = pd.read_csv(
        io.StringIO(text),
        sep=delimiter,
        header=None,
        names=list(range(width + 1)),
        index_col=False,
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
        engine="python",
        on_bad_lines=cut,
        chunksize=_CHUNK_ROWS,
    )
    number = skipped
    for chunk in chunks:
        for cells in chunk.to_numpy(dtype=object).tolist():
            number += 1
            row = _row(number, cells, width)
            if row is not None:
                yield row


def _row(number: int, cells: list[object], width: int) -> CsvRow | None:
    texts = tuple(cell if isinstance(cell, str) else "" for cell in cells)
    if not any(text.strip() for text in texts):
        return None
    return CsvRow(number, texts[:width], is_ragged=bool(texts[width].strip()))


def _decode(content: bytes) -> str:
    for signature, name in _FOREIGN_FORMATS:
        if content.startswith(signature):
            raise Invalid.field("file", f"is {name}; save it as CSV and upload that")
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    if marked is None and _looks_binary(content):
        raise Invalid.field("file", "is not a text file; save it as CSV and upload that")
    text = _decode_as(content, marked)
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _decode_as(content: bytes, marked: str | None) -> str:
    if marked is not None:
        try:
            return content.decode(marked)
        except UnicodeDecodeError:
            raise Invalid.field("file", f"begins like {marked} text but is not") from None
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _looks_binary(content: bytes) -> bool:
    sample = content[:65_536]
    controls = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\f\v\x1a")
    return controls > 5 and controls * 100 > len(sample)


def _find_delimiter(text: str) -> tuple[str, str]:
    """The text without a leading `sep=` line, which Excel writes and hides, and the delimiter."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == 5:
        return rest, first[4] if first[4] in _DELIMITERS else ","
    lines = [_outside_quotes(line) for line in text.split("\n", 30)[:30] if line.strip()]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        return (counts.count(counts[0]) if counts[0] else 0, counts[0])

    return text, max(_DELIMITERS, key=fitness)


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
