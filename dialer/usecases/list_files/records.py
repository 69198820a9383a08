"""The records of a delimited text, read in batches with constant memory.

What has no quotes is split by pandas, and by hand where it is not regular: given a choice, pandas drops what it cannot
split in silence. What has quotes is read by the standard library's reader, strictly; a record that is not well quoted
is looked at once more by itself, so that one stray quote neither swallows the rows after it nor ends the file.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialer.domain.errors import Invalid

MAX_RECORD_CHARACTERS = 1_000_000
MAX_RECORD_LINES = 1_000
_MAX_BATCH_CHARACTERS = 4_000_000
_SHOWN = 200

# The standard library's limit is for the whole process, and its default of 131,072 is less than a record may have here.
csv.field_size_limit(MAX_RECORD_CHARACTERS + 1)


@dataclass(frozen=True)
class Records:
    """Some records in the file's order, as columns of equal length, as many as the reader was told.

    `ragged`: those whose cells cannot be told apart, because there are more than that, and not empty, or because a
    quote is opened and never closed; the latter are `unclosed` as well.
    """

    columns: Sequence[Sequence[str]]
    ragged: frozenset[int]
    unclosed: frozenset[int]
    count: int


class RecordReader:
    """Cuts a text that comes in blocks into records. Blank lines are records, and line breaks in quotes are not."""

    def __init__(self, blocks: Iterator[str], delimiter: str):
        self._blocks = blocks
        self._delimiter = delimiter
        self._lines: list[str] = []
        self._position = 0
        self._rest = ""
        self._is_over = False
        self._passed = 0

    def read_rows(self, limit: int) -> tuple[list[list[str]], set[int]]:
        """At most so many records as rows, and which of them have a quote that is never closed; none at the end."""
        group = self._peek(limit)
        if not group:
            return [], set()
        if not any('"' in line for line in group):
            self._advance(len(group))
            return [line.split(self._delimiter) for line in group], set()
        return self._read_quoted(group, None)

    def read_columns(self, limit: int, width: int) -> Records | None:
        """At most so many records, cut to `width` columns; None at the end of the text."""
        group = self._peek(limit)
        if not group:
            return None
        text = "\n".join(group)
        if '"' in text:
            rows, unclosed = self._read_quoted(group, width)
            return rows_as_columns(rows, width, unclosed)
        self._advance(len(group))
        columns = _split_regular(text, group, self._delimiter, width)
        if columns is not None:
            return Records(columns, frozenset(), frozenset(), len(group))
        return rows_as_columns([line.split(self._delimiter) for line in group], width, set())

    def skip(self, count: int) -> int:
        """Pass over so many records without reading their cells; return how many there were."""
        left = count
        while left > 0:
            group = self._peek(min(left, 50_000))
            if not group:
                break
            if any('"' in line for line in group):
                left -= len(self._read_quoted(group, None)[0])
            else:
                self._advance(len(group))
                left -= len(group)
        return count - left

    def _peek(self, limit: int) -> list[str]:
        """The next lines, at most so many and not too much of them, without taking them."""
        self._fill(limit)
        return self._lines[self._position : self._position + limit]

    def _fill(self, lines: int) -> None:
        """Have so many lines at hand, or all that a batch should hold at once, if there are more."""
        pending = sum(map(len, self._lines[self._position :])) if len(self._lines) - self._position < lines else 0
        while len(self._lines) - self._position < lines and pending < _MAX_BATCH_CHARACTERS and not self._is_over:
            block = next(self._blocks, None)
            if block is None:
                self._is_over = True
                found = [self._rest] if self._rest else []
                self._rest = ""
            else:
                *found, self._rest = (self._rest + block).split("\n")
                if len(self._rest) > MAX_RECORD_CHARACTERS:
                    line = self._passed + len(self._lines) - self._position + len(found) + 1
                    raise Invalid.field("file", f"has a line of more than a million characters (line {line:,})")
            self._lines = self._lines[self._position :] + found
            self._position = 0
            pending += sum(map(len, found))

    def _advance(self, lines: int) -> None:
        self._position += lines
        self._passed += lines

    def _read_quoted(self, group: list[str], width: int | None) -> tuple[list[list[str]], set[int]]:
        """The records of these lines, as far as they are complete; at least one. `width`: how many cells they have."""
        lines = [line + "\n" for line in group]
        rows: list[list[str]] = []
        unclosed: set[int] = set()
        start = base = 0
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            try:
                for row in reader:
                    end = base + reader.line_num
                    if end - start > 1 and _is_too_long(lines[start:end]):
                        break
                    rows.append(row or [""])
                    start = end
                else:
                    break
            except csv.Error:
                pass
            taken = self._read_odd(group, start, rows, unclosed, width)
            if taken == 0:
                break
            start += taken
            if start != base + reader.line_num:
                base = start
                reader = csv.reader(lines[start:], delimiter=self._delimiter, strict=True)
        self._advance(start)
        return rows, unclosed

    def _read_odd(
        self, group: list[str], start: int, rows: list[list[str]], unclosed: set[int], width: int | None
    ) -> int:
        """Append the record that strict reading stumbled over; return its lines, 0 if it may end in a later group."""
        line = group[start]
        lenient = csv.reader([line + "\n", "end"], delimiter=self._delimiter)
        row = next(lenient)
        if lenient.line_num == 1:
            # A sloppy quote, as in "ACME" Inc, is read for what it says, unless cells were lost to it.
            if width is not None and len(row) < width:
                unclosed.add(len(rows))
            rows.append(row)
            return 1
        lines = group[start : start + MAX_RECORD_LINES + 1] if start > 0 else self._peek(MAX_RECORD_LINES + 1)
        complete = csv.reader([line + "\n" for line in lines], delimiter=self._delimiter, strict=True)
        try:
            row = next(complete)
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            if start > 0 and is_open and len(lines) <= MAX_RECORD_LINES and not self._is_last(group):
                return 0
        else:
            if not _is_too_long(lines[: complete.line_num]):
                rows.append(row)
                return complete.line_num
        unclosed.add(len(rows))
        rows.append([line[:_SHOWN]])
        return 1

    def _is_last(self, group: list[str]) -> bool:
        return self._is_over and self._position + len(group) == len(self._lines)


def _is_too_long(lines: Sequence[str]) -> bool:
    return len(lines) > MAX_RECORD_LINES or sum(map(len, lines)) > MAX_RECORD_CHARACTERS


def rows_as_columns(rows: list[list[str]], width: int, unclosed: set[int]) -> Records:
    """Rows as columns, each row cut or filled up to the width; a row that loses something is ragged."""
    ragged = set()
    for index, row in enumerate(rows):
        if len(row) > width:
            # Empty surplus is what spreadsheets leave behind.
            if any(cell.strip() for cell in row[width:]):
                ragged.add(index)
            rows[index] = row[:width]
        elif len(row) < width:
            rows[index] = row + [""] * (width - len(row))
    return Records(list(zip(*rows, strict=True)), frozenset(ragged | unclosed), frozenset(unclosed), len(rows))


def cut_empty_end(row: list[str]) -> list[str]:
    """The row without the empty cells at its end."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return row[:width]


def _split_regular(text: str, lines: list[str], delimiter: str, width: int) -> list[list[str]] | None:
    """Lines without quotes as columns if every one of them has exactly `width` cells, else None.

    The first is counted; pandas raises over a later one that is longer; and a shorter one would leave the sum too low.
    """
    if lines[0].count(delimiter) != width - 1 or text.count(delimiter) != (width - 1) * len(lines):
        return None
    import pandas as pd  # here: tens of megabytes that a web process without uploads does not need

    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            quoting=csv.QUOTE_NONE,
            engine="c",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    if len(frame) != len(lines):
        return None
    return [frame[column].tolist() for column in range(width)]
