"""Seats of a workplace: how many of a worker's processes may do long work at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dialer.store.session import Database


@contextmanager
def take_seat(database: Database, *, workplace: str, kind: str, seats: int) -> Iterator[bool]:
    """Try to take one of the seats for a kind of work; tells whether one was free.

    It belongs to a connection, so that a process that dies frees it.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        names = [f"{kind} seat {workplace} {seat}" for seat in range(seats)]
        taken = next((name for name in names if connection.execute(_TRY_LOCK, {"name": name}).scalar()), None)
        try:
            yield taken is not None
        finally:
            try:
                if taken is not None:
                    connection.execute(_UNLOCK, {"name": taken})
            except DBAPIError:
                connection.invalidate()  # it broke, and has freed the seat by that


_TRY_LOCK = text("select pg_try_advisory_lock(hashtextextended(:name, 0))")
_UNLOCK = text("select pg_advisory_unlock(hashtextextended(:name, 0))")
