"""Schema upgrades and the application role's rights, on a real server."""

import psycopg2
import pytest
from sqlalchemy import create_engine, text

from dialer.store.migrate import MigrationError, current_revision, is_at_head, newest_revision, upgrade


def _scalar(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.scalar(text(statement))
    finally:
        engine.dispose()


def test_an_empty_database_is_brought_to_the_newest_revision(empty_database_urls):
    assert current_revision(empty_database_urls.owner) is None
    upgrade(empty_database_urls.owner, empty_database_urls.application)
    assert current_revision(empty_database_urls.owner) == newest_revision()
    assert is_at_head(empty_database_urls.application)


def test_upgrading_twice_changes_nothing(fresh_database_urls):
    upgrade(fresh_database_urls.owner, fresh_database_urls.application)
    assert is_at_head(fresh_database_urls.owner)


def test_the_application_may_not_touch_the_schema(database_urls):
    with pytest.raises(Exception, match="permission denied"):
        _scalar(database_urls.application, "create table public.mine (id int)")


def test_the_application_gets_rights_to_tables_made_later(fresh_database_urls):
    statements = "create table public.later (id int); insert into public.later values (7)"
    engine = create_engine(fresh_database_urls.owner)
    with engine.begin() as connection:
        connection.execute(text(statements))
    engine.dispose()
    assert _scalar(fresh_database_urls.application, "select id from public.later") == 7


def test_the_application_cannot_bypass_row_level_security(database_urls):
    assert _scalar(
        database_urls.application,
        "select not rolsuper and not rolbypassrls and not rolcreatedb from pg_roles where rolname = current_user",
    )


def test_a_role_that_cannot_be_created_is_explained(empty_database_urls):
    stranger = empty_database_urls.application.replace("dialer_app:", "stranger:")
    with pytest.raises(MigrationError, match="stranger does not exist"):
        upgrade(empty_database_urls.owner, stranger)


def test_a_superuser_creates_the_missing_role(postgres_server, empty_database_urls):
    name = empty_database_urls.owner.rsplit("/", 1)[1]
    superuser = (
        f"postgresql+psycopg2://postgres@/{name}?host={postgres_server.socket_folder}&port={postgres_server.port}"
    )
    newcomer = empty_database_urls.application.replace("dialer_app:application", "newcomer:pa'ss%25word")
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(newcomer.replace("+psycopg2", "")).close()
    upgrade(superuser, newcomer)
    assert is_at_head(newcomer)
