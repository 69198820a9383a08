"""Delimited text as a list file."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import BinaryIO

from dialer.domain.errors import Invalid
from dialer.usecases.list_files.detect import split_separator_line
from dialer.usecases.list_files.dialect import FileDialect
from dialer.usecases.list_files.encodings import TextDecoder
from dialer.usecases.list_files.list_file import ListFile, made_up_header
from dialer.usecases.list_files.records import RecordReader, Records, cut_empty_end

_BLOCK_BYTES = 256 * 1024
_SAMPLE_ROWS = 200
_SEPARATOR_LINE = 20


class CsvFile(ListFile):
    """Delimited text, read block by block; the source need not be seekable."""

    def __init__(self, source: Callable[[], BinaryIO], dialect: FileDialect):
        self._source = source
        self._has_guessed = False
        super().__init__(dialect, self._find_header(dialect))

    @property
    def has_guessed(self) -> bool:
        """Whether bytes were met that the encoding does not have."""
        return self._has_guessed

    def _records(self, *, batch_rows: int, skip_rows: int) -> Iterator[Records]:
        with closing(self._source()) as stream:
            reader = RecordReader(self._blocks(stream, self.dialect.encoding), self.dialect.delimiter)
            reader.skip(self.dialect.header_row + skip_rows)
            while (records := reader.read_columns(batch_rows, len(self.header))) is not None:
                yield records

    def _find_header(self, dialect: FileDialect) -> list[str]:
        with closing(self._source()) as stream:
            reader = RecordReader(self._blocks(stream, dialect.encoding), dialect.delimiter)
            reader.skip(dialect.header_row - 1 if dialect.has_header else dialect.header_row)
            header, unclosed = reader.read_rows(1) if dialect.has_header else ([], set())
            rows = _first_rows(reader)
        if unclosed:
            raise Invalid.field("file", f"has a quote in its header, row {dialect.header_row}, that is never closed")
        used = max((len(cut_empty_end(row)) for row in rows), default=0)
        if not dialect.has_header:
            if not used:
                raise Invalid.field("file", "is empty")
            return made_up_header(used)
        named = len(cut_empty_end(header[0])) if header else 0
        if not named:
            raise Invalid.field("file", f"has no header in row {dialect.header_row}")
        if not used:
            raise Invalid.field("file", "has a header but no rows")
        return header[0][: max(named, used)]

    def _blocks(self, stream: BinaryIO, encoding: str) -> Iterator[str]:
        """The text of the file without the line that names its delimiter."""
        decoder = TextDecoder(encoding)
        text, is_first, is_last = "", True, False
        while not is_last:
            piece = stream.read(_BLOCK_BYTES)
            is_last = not piece
            text += decoder.decode(piece, is_last=is_last)
            self._has_guessed = self._has_guessed or decoder.has_guessed
            if is_first and "\n" not in text[:_SEPARATOR_LINE] and len(text) < _SEPARATOR_LINE and not is_last:
                continue
            if is_first:
                text, _ = split_separator_line(text)
                is_first = False
            if text:
                yield text
            text = ""


def _first_rows(reader: RecordReader) -> list[list[str]]:
    """The first rows that tell how many columns are in use; none if nothing follows."""
    while True:
        rows, _ = reader.read_rows(_SAMPLE_ROWS)
        if not rows or any(cut_empty_end(row) for row in rows):
            return rows
