"""Two sessions at once: threads that start together, and locks that are waited for, without sleeps."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import text

from dialer.store.session import Database

T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T]:
    """Run these together, each in a thread of its own, all starting at one barrier; return what they return."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        barrier.wait(timeout=10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, work) for work in works]]


@contextmanager
def in_background(work: Callable[[], T]) -> Iterator["Future[T]"]:
    """Run this in another thread while the block runs."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work)


def until_somebody_waits_for_a_lock(owner_database: Database, *, sessions: int = 1) -> None:
    """Return once so many sessions of this database are blocked by others."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with owner_database.transaction() as tx:
            waiting = tx.session.execute(
                text(
                    "select count(*) from pg_stat_activity where datname = current_database() "
                    "and cardinality(pg_blocking_pids(pid)) > 0"
                )
            ).scalar()
        if (waiting or 0) >= sessions:
            return
    raise AssertionError("nobody waited for a lock")
