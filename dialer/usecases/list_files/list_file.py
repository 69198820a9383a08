"""A list file as its readers show it: a header, and batches of rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialer.domain.errors import Invalid
from dialer.usecases.list_files.dialect import FileDialect
from dialer.usecases.list_files.records import Records

MAX_COLUMNS = 1_500


@dataclass(frozen=True)
class RowBatch:
    """Some rows, blank ones left out, as columns.

    `numbers` are their rows in a spreadsheet: blank rows count, line breaks inside cells do not. `ragged` are the rows,
    by their place in the batch, whose cells cannot be told apart: there are more than the header has, or, when they
    are `unclosed` as well, a quote is never closed. `records_read` is how far the file has been read: what `skip_rows`
    takes.
    """

    numbers: Sequence[int]
    columns: Sequence[Sequence[str]]
    ragged: frozenset[int]
    records_read: int
    unclosed: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.numbers)


class ListFile(ABC):
    """A file whose dialect is known. Every call of `batches` reads it anew from its beginning."""

    def __init__(self, dialect: FileDialect, header: Sequence[str]):
        if len(header) > MAX_COLUMNS:
            raise Invalid.field("file", f"has {len(header):,} columns; at most {MAX_COLUMNS:,} are read; remove some")
        self.dialect = dialect
        self.header = tuple(header)

    @property
    def has_guessed(self) -> bool:
        """Whether some text read so far had bytes that its encoding does not have, and was read as best it could be."""
        return False

    def batches(self, *, batch_rows: int = 5000, skip_rows: int = 0) -> Iterator[RowBatch]:
        """The rows below the header. `skip_rows` of them, blank ones counted, were read before and are passed over."""
        records_read = 0
        for records in self._records(batch_rows=batch_rows, skip_rows=skip_rows):
            first = self.dialect.header_row + skip_rows + records_read + 1
            records_read += records.count
            batch = _without_blank(records, first, skip_rows + records_read)
            if batch.numbers:
                yield batch

    def sample(self, rows: int = 10) -> list[tuple[str, ...]]:
        """The first rows that are not blank, for a preview or to propose a mapping."""
        found: list[tuple[str, ...]] = []
        for batch in self.batches(batch_rows=max(rows, 1)):
            found += [row for index, row in enumerate(zip(*batch.columns, strict=True)) if index not in batch.ragged]
            if len(found) >= rows:
                break
        return found[:rows]

    @abstractmethod
    def _records(self, *, batch_rows: int, skip_rows: int) -> Iterator[Records]:
        """The records below the header, blank ones included, after the skipped ones."""


def made_up_header(width: int) -> list[str]:
    """Names for the columns of a file that has none."""
    return [f"column {number}" for number in range(1, width + 1)]


def _without_blank(records: Records, first: int, records_read: int) -> RowBatch:
    columns = records.columns
    numbers: Sequence[int] = range(first, first + records.count)
    ragged, unclosed = records.ragged, records.unclosed
    suspects = [index for index, cell in enumerate(columns[0]) if not cell or cell.isspace()]
    blank = {index for index in suspects if not any(column[index].strip() for column in columns)} - ragged
    if blank:
        kept = [index for index in range(records.count) if index not in blank]
        places = {index: place for place, index in enumerate(kept)}
        numbers = [numbers[index] for index in kept]
        columns = [[column[index] for index in kept] for column in columns]
        ragged = frozenset(places[index] for index in ragged)
        unclosed = frozenset(places[index] for index in unclosed)
    return RowBatch(numbers, columns, ragged, records_read, unclosed)
