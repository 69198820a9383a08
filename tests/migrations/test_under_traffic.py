"""The newest migrations, applied to a database on which the release before them works on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from dialer.store.migrate import configuration, current_revision, newest_revision, upgrade
from tests.conftest import DatabaseUrls
from tests.migrations.previous_release import REVISION, ROWS, Traffic, at_work

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def old(empty_database_urls: DatabaseUrls) -> DatabaseUrls:
    """A database of the previous release, with rows."""
    upgrade(empty_database_urls.owner, empty_database_urls.application, revision=REVISION)
    run(empty_database_urls, ROWS)
    return empty_database_urls


@contextmanager
def connected(urls: DatabaseUrls) -> Iterator[Any]:
    """The owner's connection, without a transaction until one is begun."""
    connection = psycopg2.connect(urls.owner.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def run(urls: DatabaseUrls, script: str) -> Any:
    with connected(urls) as cursor:
        cursor.execute(script)
        return cursor.fetchone()[0] if cursor.description else None


def downgrade(urls: DatabaseUrls) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, REVISION)
    engine.dispose()


def work(urls: DatabaseUrls, seconds: float) -> Traffic:
    with at_work(urls) as traffic:
        time.sleep(seconds)
    return traffic


def test_the_previous_release_works_on_during_and_after_the_upgrade_and_after_a_downgrade(old: DatabaseUrls) -> None:
    with at_work(old) as during:
        time.sleep(0.3)
        upgrade(old.owner, old.application)
        time.sleep(0.3)
    assert (during.failures, current_revision(old.owner)) == ([], newest_revision())
    assert during.longest_seconds < 5, "nobody waits longer than a lock is waited for"
    after = work(old, 0.3)
    assert (after.failures, after.done > 4) == ([], True)
    downgrade(old)
    assert current_revision(old.owner) == REVISION
    assert work(old, 0.3).failures == []
    upgrade(old.owner, old.application)
    assert current_revision(old.owner) == newest_revision(), "and up again"


def test_an_upgrade_gives_way_to_who_holds_a_table_and_is_tried_again(old: DatabaseUrls) -> None:
    with holding(old, "calls") as reader:
        threading.Timer(1.0, reader.rollback).start()
        upgrade(old.owner, old.application)
    assert current_revision(old.owner) == newest_revision()


@contextmanager
def holding(urls: DatabaseUrls, table: str) -> Iterator[Any]:
    """Somebody reads a table in a transaction that lasts."""
    connection = psycopg2.connect(urls.owner.replace("+psycopg2", ""))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"lock table {table} in access share mode")
            yield connection
    finally:
        connection.close()


def test_an_upgrade_that_was_killed_half_way_is_carried_on(old: DatabaseUrls, tmp_path: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"], "DATABASE_URL": old.application, "DATABASE_OWNER_URL": old.owner,
        "DIALER_HOME": str(tmp_path),
    }  # fmt: skip
    with holding(old, "login_sessions"):
        process = subprocess.Popen([sys.executable, "-m", "dialer", "db", "upgrade"], cwd=ROOT, env=environ)
        waiting = "select count(*) from pg_locks where relation = 'login_sessions'::regclass and not granted"
        deadline = time.monotonic() + 30
        while not run(old, waiting):
            assert process.poll() is None, "it does not wait"
            assert time.monotonic() < deadline, "it does not begin"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert current_revision(old.owner) == "0011", "what was whole is there, and nothing of what was not"
    upgrade(old.owner, old.application)
    assert current_revision(old.owner) == newest_revision()
    assert work(old, 0.2).failures == []


def test_an_index_that_was_left_half_built_is_built_anew(old: DatabaseUrls) -> None:
    index = "create index concurrently ix_leads_in_order on leads (list_id, turn, dial_key, id)"
    with connected(old) as writer, connected(old) as builder:
        writer.execute("begin; update leads set notes = 'busy'")
        builder.execute("set statement_timeout = '300ms'")
        with pytest.raises(psycopg2.errors.QueryCanceled):
            builder.execute(index)
        writer.execute("rollback")
    is_valid = "select indisvalid from pg_index where indexrelid = 'ix_leads_in_order'::regclass"
    assert run(old, is_valid) is False
    upgrade(old.owner, old.application)
    assert run(old, is_valid) is True
