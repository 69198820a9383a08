"""The SQL statements that a piece of work sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from dialer.store.session import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Every statement of this database's connections while the block runs."""
    executed: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        executed.append(statement)

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield executed
    finally:
        event.remove(database.engine, "before_cursor_execute", count)
