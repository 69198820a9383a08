"""Bringing a database to the newest schema, and giving the application's role what it needs and no more."""

import time
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from dialer.store.session import database_address

log = structlog.get_logger()

_ROOT = Path(__file__).resolve().parents[2]
# Any constant will do, as long as every release uses the same one.
_UPGRADE_LOCK = 7_301_842
_LOOK_AGAIN_SECONDS = 0.3
_TRIES = 300
"""A migration waits a fifth of a second for a lock, so that nobody waits longer behind it, and is then tried again."""


class MigrationError(Exception):
    """The database cannot be brought to the newest schema; the message says what an operator has to do."""


def upgrade(owner_url: str, application_url: str, *, revision: str = "head") -> None:
    """Bring the schema to the newest revision as the owner, then grant the application's role its rights.

    Safe to run again and from several places at once: the second waits, then finds nothing to do. One that was killed
    half-way is carried on by the next. A missing application role is created, which needs a superuser or CREATEROLE.
    One role in both URLs needs no grants.
    """
    engine = _engine(owner_url)
    application = make_url(application_url)
    try:
        with engine.connect() as connection:
            _wait_for_turn(connection)
            separate = application.username not in (None, engine.url.username)
            if separate:
                _ensure_role(connection, application)
            _upgrade_schema(connection, revision)
            if separate:
                _grant(connection, str(application.username))
    finally:
        engine.dispose()


def current_revision(url: str) -> str | None:
    """The revision the database is at; None for an empty one."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def newest_revision() -> str | None:
    """The revision this release needs."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def is_at_head(url: str) -> bool:
    """Whether the database has the schema this release needs."""
    return current_revision(url) == newest_revision()


def known_revisions() -> frozenset[str]:
    """Every revision that this release can bring to its own."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def configuration() -> Config:
    """Alembic's configuration, found from any working folder."""
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "migrations").replace("%", "%%"))
    return config


def _engine(url: str) -> Engine:
    return create_engine(
        database_address(url), poolclass=NullPool, connect_args={"connect_timeout": 10, "application_name": "migrate"}
    )


def _wait_for_turn(connection: Connection) -> None:
    """Take the lock of upgrades. Not by one long statement: an index that is built concurrently would wait for it."""
    while not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _UPGRADE_LOCK}):
        connection.commit()
        time.sleep(_LOOK_AGAIN_SECONDS)
    connection.commit()


def _upgrade_schema(connection: Connection, revision: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    for remaining in reversed(range(_TRIES)):
        try:
            command.upgrade(config, revision)
        except OperationalError as trouble:
            connection.rollback()
            if not isinstance(trouble.orig, _OTHERS_ARE_AT_IT) or remaining == 0:
                raise
            log.info("migration_gave_way", remaining_tries=remaining)
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return


# Somebody held a row or a table for longer than a migration waits.
_OTHERS_ARE_AT_IT = (LockNotAvailable, DeadlockDetected)


def _ensure_role(connection: Connection, application: URL) -> None:
    known = connection.scalar(text("select 1 from pg_roles where rolname = :name"), {"name": application.username})
    may_alter = connection.scalar(text("select rolsuper from pg_roles where rolname = current_user"))
    if known and not may_alter:
        connection.commit()
        return
    quoted = connection.dialect.identifier_preparer.quote(str(application.username))
    # ALTER and CREATE ROLE take no bound parameters, so the server itself quotes the password.
    password = connection.scalar(
        text("select quote_literal(cast(:password as text))"), {"password": application.password or ""}
    )
    # Only a superuser may name these two when it alters a role; a new role has neither by default.
    attributes = "nosuperuser nobypassrls" if may_alter else ""
    verb = "alter" if known else "create"
    try:
        connection.exec_driver_sql(f"{verb} role {quoted} login {attributes} password {password}".replace("%", "%%"))
    except ProgrammingError as error:
        raise MigrationError(
            f"the application's role {application.username} does not exist and {connection.engine.url.username} "
            "may not create it: create it with LOGIN and a password, then run the upgrade again"
        ) from error
    connection.commit()


def _grant(connection: Connection, role: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    quoted, database = quote(role), quote(str(connection.scalar(text("select current_database()"))))
    for statement in _GRANTS:
        connection.exec_driver_sql(statement.format(role=quoted, database=database))
    for table in _APPEND_ONLY:
        if connection.scalar(text("select to_regclass(:table)"), {"table": f"public.{table}"}) is not None:
            connection.exec_driver_sql(f"revoke update, delete, truncate on {table} from {quoted}")
    # Not "all functions": those of pgvector belong to a superuser, and each would warn.
    owned = connection.scalars(
        text(
            "select cast(oid as regprocedure) from pg_proc where proowner = cast(current_user as regrole)"
            " and pronamespace = 'public'::regnamespace"
        )
    )
    for routine in owned.all():
        connection.exec_driver_sql(f"grant execute on routine {routine} to {quoted}")
    connection.commit()


# What is written there stays as it was written, whoever has got hold of the application.
_APPEND_ONLY = ("audit_log",)
_GRANTS = (
    "grant connect, temporary on database {database} to {role}",
    "grant usage on schema public to {role}",
    "grant select, insert, update, delete on all tables in schema public to {role}",
    "grant usage, select on all sequences in schema public to {role}",
    "alter default privileges in schema public grant select, insert, update, delete on tables to {role}",
    "alter default privileges in schema public grant usage, select on sequences to {role}",
    "alter default privileges in schema public grant execute on functions to {role}",
    # The application reads which revision it meets; only the owner moves it.
    "revoke insert, update, delete on alembic_version from {role}",
)
