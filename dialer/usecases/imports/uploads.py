"""Uploaded files: read where they lie, and kept in PostgreSQL for the worker that imports them."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from dialer.domain.errors import Invalid, TooLarge
from dialer.domain.ids import ImportId, TenantId
from dialer.domain.imports import MAX_FILE_BYTES
from dialer.store import import_files
from dialer.store.import_files import CHUNK_BYTES
from dialer.store.session import Transaction
from dialer.usecases.services import Services

HEAD_BYTES = 256 * 1024
"""How much of a file its dialect is told from."""


@dataclass(frozen=True)
class Upload:
    """A file as it came. `source` gives its bytes afresh at every call, never all of them at once."""

    filename: str
    size: int
    source: Callable[[], BinaryIO]

    @classmethod
    def of_bytes(cls, filename: str, content: bytes) -> "Upload":
        """A file that is in memory anyway."""
        return cls(printable(filename), len(content), lambda: io.BytesIO(content))

    @classmethod
    def of_stream(cls, filename: str, stream: BinaryIO) -> "Upload":
        """A file on disk, or spooled by whoever received it. The stream stays open; it is the caller's."""
        size = stream.seek(0, io.SEEK_END)
        return cls(printable(filename), size, lambda: io.BufferedReader(_Rewound(stream)))

    def head(self) -> bytes:
        """The beginning. Raises TooLarge for a file over the limit, Invalid for one without a byte."""
        if self.size > MAX_FILE_BYTES:
            raise TooLarge(f"The file is larger than {MAX_FILE_BYTES // 1024**3} GiB; split it.")
        if self.size == 0:
            raise Invalid.field("file", "is empty")
        with self.source() as stream:
            return stream.read(HEAD_BYTES)


def printable(filename: str) -> str:
    """A file's name as it may be stored and shown."""
    return "".join(character for character in filename if character.isprintable())[:300]


def keep_file(tx: Transaction, upload: Upload, *, import_id: ImportId, tenant_id: TenantId) -> None:
    """Keep a file for its import, within the transaction that makes the import: there is none without its file."""
    with upload.source() as stream:
        position = 0
        while content := stream.read(CHUNK_BYTES):
            import_files.insert_chunk(tx.session, import_id, position, content, tenant_id=tenant_id)
            position += 1


class KeptFile:
    """A kept file: `source` reads it afresh, one piece in memory at a time, each in a short transaction of its own."""

    def __init__(self, services: Services, *, tenant_id: TenantId, import_id: ImportId, size: int):
        self.bytes_read = 0
        """How far the stream that was opened last has been read."""
        self._services = services
        self._tenant_id = tenant_id
        self._import_id = import_id
        self._size = size

    def source(self) -> BinaryIO:
        """The bytes from the beginning."""
        return io.BufferedReader(_Pieces(self._piece_at, self._size, self._note))

    def _piece_at(self, position: int) -> bytes:
        with self._services.transaction(self._tenant_id) as tx:
            content = import_files.find_chunk(tx.session, self._import_id, position)
        if content is None:
            raise Invalid("The uploaded file is not kept any more; upload it again.")
        return content

    def _note(self, bytes_read: int) -> None:
        self.bytes_read = bytes_read


class _Pieces(io.RawIOBase):
    """Pieces one after the other."""

    def __init__(self, piece_at: Callable[[int], bytes], size: int, note: Callable[[int], None]):
        self._piece_at = piece_at
        self._size = size
        self._note = note
        self._place = 0
        self._piece = (-1, b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._place >= self._size:
            return 0
        position, offset = divmod(self._place, CHUNK_BYTES)
        if self._piece[0] != position:
            self._piece = (position, self._piece_at(position))
        part = self._piece[1][offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        self._note(self._place)
        return len(part)


class _Rewound(io.RawIOBase):
    """Another's stream from its beginning; closing it leaves the other open."""

    def __init__(self, stream: BinaryIO):
        stream.seek(0)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)
