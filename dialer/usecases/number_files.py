"""Files that are lists of phone numbers: tables with phone columns, one number a line, or a national registry's own."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO

from dialer.domain.errors import Invalid
from dialer.domain.lead_rows import ALIASES, looks_like_phone, normalize_header
from dialer.domain.lead_rows.aliases import ALTERNATE_ALIASES, NUMBERED_ALTERNATES
from dialer.usecases.list_files import FileDialect, ListFile, RowBatch, detect_dialect, open_list
from dialer.usecases.list_files.headers import count_known

_HEAD_BYTES = 256 * 1024
_SAMPLE_ROWS = 50
_AREA_CODE = re.compile(r"\d{3}")
_PHONE_NAMES = frozenset([*ALIASES["phone"], *ALTERNATE_ALIASES, *itertools.chain(*NUMBERED_ALTERNATES.values())])
_LOCAL_NUMBER = re.compile(r"\d{7}")


@dataclass(frozen=True)
class NumberBatch:
    """Cells that should hold numbers, with their rows; of a row with several, each that is not empty."""

    rows: Sequence[int]
    numbers: Sequence[str]
    records_read: int


class NumberFile:
    """A list of numbers, read as a stream. See `ListFile` for `records_read` and `skip_rows`.

    `file`, `columns` and `is_split` make it again, in another process.
    """

    def __init__(self, file: ListFile, columns: Sequence[int], *, is_split: bool):
        self.file = file
        self.columns = tuple(columns)
        self.is_split = is_split

    def batches(self, *, batch_rows: int = 5000, skip_rows: int = 0) -> Iterator[NumberBatch]:
        """The numbers in the file's order; a row without any gives one empty text, so that it can be reported."""
        for batch in self.file.batches(batch_rows=batch_rows, skip_rows=skip_rows):
            yield self.numbers_of(batch)

    def numbers_of(self, batch: RowBatch) -> NumberBatch:
        """The numbers of some rows of the file."""
        rows, numbers = self._numbers(batch)
        return NumberBatch(rows, numbers, batch.records_read)

    def _numbers(self, batch: RowBatch) -> tuple[Sequence[int], Sequence[str]]:
        columns = [batch.columns[column] for column in self.columns]
        if self.is_split:
            return batch.numbers, list(map(str.__add__, *columns))
        if len(columns) == 1:
            return batch.numbers, columns[0]
        said = [
            (number, cell)
            for number, cells in zip(batch.numbers, zip(*columns, strict=True), strict=True)
            for cell in [text for text in cells if text.strip()] or [""]
        ]
        return [number for number, _ in said], [cell for _, cell in said]


def open_numbers(source: Callable[[], BinaryIO], *, filename: str = "") -> NumberFile:
    """Open a list of numbers. Of a table, every column that is called a phone is read: whoever is listed has them all.

    A file of one column needs no header. Area code and number in two columns, as the American registry writes them,
    are put together. Raises Invalid for a file that is no list, or in which nothing names or looks like a phone.
    """
    head, is_whole = _read_head(source)
    dialect = detect_dialect(head, filename=filename, is_whole=is_whole)
    # Whatever stands first may be a number like the others, if a strange one.
    bare = open_list(source, _without_header(dialect))
    if len(bare.header) == 1:
        is_headed = any(count_known(row) for row in bare.sample(1))
        return NumberFile(open_list(source, dialect) if is_headed else bare, [0], is_split=False)
    if len(bare.header) == 2 and _are_split(rows := bare.sample(_SAMPLE_ROWS)):
        is_headed = dialect.has_header and not _are_split(rows[:1])
        return NumberFile(open_list(source, dialect) if is_headed else bare, [0, 1], is_split=True)
    file = open_list(source, dialect)
    columns = _phone_columns(file.header, file.sample(_SAMPLE_ROWS))
    if not columns:
        raise Invalid.field("file", "no phone column found; name it in the header, or upload one number a line")
    return NumberFile(file, columns, is_split=False)


def _read_head(source: Callable[[], BinaryIO]) -> tuple[bytes, bool]:
    """The beginning of a stream, which may come in small pieces, and whether that is all of it."""
    head = b""
    with closing(source()) as stream:
        while len(head) < _HEAD_BYTES and (piece := stream.read(_HEAD_BYTES - len(head))):
            head += piece
        return head, len(head) < _HEAD_BYTES or not stream.read(1)


def _are_split(rows: Sequence[Sequence[str]]) -> bool:
    """Whether most of these rows are an area code and a number."""
    split = [row for row in rows if _AREA_CODE.fullmatch(row[0].strip()) and _LOCAL_NUMBER.fullmatch(row[1].strip())]
    return len(split) * 2 > len(rows)


def _without_header(dialect: FileDialect) -> FileDialect:
    """The same, the header read as a row like the others, if there is one."""
    if not dialect.has_header:
        return dialect
    return replace(dialect, has_header=False, header_row=max(dialect.header_row - 1, 0))


def _phone_columns(header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[int]:
    """The columns that are called phones; else those whose values look like phones."""
    named = [column for column, name in enumerate(header) if normalize_header(name) in _PHONE_NAMES]
    return named or [
        column
        for column in range(len(header))
        if sum(1 for row in sample if looks_like_phone(row[column])) * 2 > len(sample)
    ]
