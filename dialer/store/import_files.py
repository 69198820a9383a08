"""Uploaded files in SQL, piece by piece: web and worker share no disk, and a file may be larger than memory."""

import zlib

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import ImportId, TenantId

CHUNK_BYTES = 1024 * 1024
"""Every piece but the last has so many bytes, so that a place in the file tells its piece."""


def insert_chunk(session: Session, import_id: ImportId, position: int, content: bytes, *, tenant_id: TenantId) -> None:
    """Store one piece. Compressed a little: text shrinks to a third in less time than writing the rest would take."""
    packed = zlib.compress(content, level=1)
    values = {"import_id": import_id, "position": position, "tenant_id": tenant_id, "content": packed}
    session.execute(_INSERT, values)


def find_chunk(session: Session, import_id: ImportId, position: int) -> bytes | None:
    """One piece as it was uploaded; None when it is not there, or not any more."""
    found = session.execute(_FIND, {"import_id": import_id, "position": position}).scalar_one_or_none()
    return zlib.decompress(found) if found is not None else None


def delete_chunks(session: Session, import_id: ImportId) -> None:
    """Remove a file."""
    session.execute(text("delete from import_chunks where import_id = :import_id"), {"import_id": import_id})


_INSERT = text(
    """
    insert into import_chunks (import_id, position, tenant_id, content)
    values (:import_id, :position, :tenant_id, :content)
    """
)
_FIND = text("select content from import_chunks where import_id = :import_id and position = :position")
