"""Files for the readers, made from text or bytes, handed out in pieces as small as a test wants."""

import io
from collections.abc import Callable
from typing import BinaryIO, cast

from dialer.usecases.list_files import FileDialect, ListFile, RowBatch, detect_dialect, open_list


class Trickle(io.RawIOBase):
    """A stream that cannot be rewound and gives a few bytes at a time, as a socket does."""

    def __init__(self, content: bytes, piece: int):
        self._content = content
        self._piece = piece
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """The next few bytes, however many were asked for."""
        found = self._content[self._at : self._at + self._piece]
        self._at += len(found)
        return found


def source_of(content: bytes, *, piece: int = 1 << 20) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, Trickle(content, piece))


def dialect_of(content: bytes | str, *, filename: str = "list.csv") -> FileDialect:
    data = content.encode() if isinstance(content, str) else content
    return detect_dialect(data[: 1 << 20], filename=filename, is_whole=len(data) <= 1 << 20)


def open_bytes(content: bytes | str, *, filename: str = "list.csv", piece: int = 1 << 20) -> ListFile:
    data = content.encode() if isinstance(content, str) else content
    return open_list(source_of(data, piece=piece), dialect_of(data, filename=filename))


def rows_of(batches: list[RowBatch]) -> list[tuple[int, tuple[str, ...], bool, bool]]:
    """Every row with its number, its cells, and whether it is ragged or unclosed."""
    return [
        (number, cells, index in batch.ragged, index in batch.unclosed)
        for batch in batches
        for index, (number, cells) in enumerate(zip(batch.numbers, zip(*batch.columns, strict=True), strict=True))
    ]


def read(content: bytes | str, *, batch_rows: int = 5000, skip_rows: int = 0) -> list[tuple[str, ...]]:
    """The cells of all rows."""
    batches = list(open_bytes(content).batches(batch_rows=batch_rows, skip_rows=skip_rows))
    return [cells for _, cells, _, _ in rows_of(batches)]
