"""Runs migrations, each in a transaction of its own, with time-outs: a waiting migration must not stop the product."""

import os

from alembic import context
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.pool import NullPool

from dialer.store.session import database_address

# A migration that waits for a lock makes everybody after it wait too, and callees with them. It also has to give up
# before PostgreSQL looks for deadlocks (after a second), which would end whoever looked first, and a call with him.
# `dialer.store.migrate.upgrade` tries again.
LOCK_TIMEOUT = "200ms"
STATEMENT_TIMEOUT = "15min"


def database_url() -> URL:
    url = (
        context.config.get_main_option("sqlalchemy.url")
        or os.environ.get("DATABASE_OWNER_URL")
        or os.environ.get("DATABASE_URL")
    )
    if not url:
        raise SystemExit("set DATABASE_OWNER_URL or DATABASE_URL")
    return database_address(url)


def migrate(connection: Connection) -> None:
    from dialer.store.schema import Base

    connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"set statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def migrate_online() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    engine = create_engine(database_url(), poolclass=NullPool)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()


def print_sql() -> None:
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_sql()
else:
    migrate_online()
