"""Prepared statements and the entry of a tenant, on a real PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from dialer.domain.ids import TenantId
from dialer.store.prepared import prepared
from dialer.store.session import Database
from tests.builders.agents import make_agent, make_tenant
from tests.conftest import DatabaseUrls
from tests.statements import counted

_SAY = prepared("select cast(:word as text) || cast(:word as text) as said, cast(:numbers as integer[]) as numbers")
_PREPARED = text("select count(*) from pg_prepared_statements where name like 'dialer_%'")
_AGENTS = "select count(*) from agents"


@pytest.fixture
def one_connection(database_urls: DatabaseUrls) -> Iterator[Database]:
    """A pool of one: every transaction has the same connection."""
    single = Database(database_urls.application, pool_size=1, max_overflow=0)
    yield single
    single.dispose()


def say(database: Database, word: str | None) -> tuple[object, object]:
    with database.transaction() as tx:
        return tuple(tx.session.execute(_SAY, {"word": word, "numbers": [1, 2]}).one())


@pytest.mark.parametrize("word", ["plain", "O'Neill", "100 %", "%(word)s", "$1", "a; b", "c\\d", "ü"])
def test_values_are_values_whatever_they_look_like(one_connection: Database, word: str) -> None:
    assert say(one_connection, word) == (word + word, [1, 2])


def test_nothing_is_a_value_too(one_connection: Database) -> None:
    assert say(one_connection, None) == (None, [1, 2])


def test_a_statement_is_prepared_once_for_each_connection(one_connection: Database) -> None:
    for word in ("a", "b", "c"):
        say(one_connection, word)
    with one_connection.transaction() as tx:
        assert tx.session.execute(_PREPARED).scalar_one() == 1


def test_what_was_prepared_survives_a_transaction_that_is_rolled_back(one_connection: Database) -> None:
    with one_connection.transaction() as tx:
        tx.session.execute(_SAY, {"word": "a", "numbers": []})
        tx.session.rollback()
    assert say(one_connection, "b") == ("bb", [1, 2])


def test_a_new_connection_prepares_for_itself(one_connection: Database) -> None:
    say(one_connection, "a")
    one_connection.engine.dispose()
    assert say(one_connection, "b") == ("bb", [1, 2])


@pytest.fixture
def tenant_id(database: Database) -> TenantId:
    tenant = make_tenant(database)
    make_agent(database, tenant_id=tenant)
    return tenant


@pytest.mark.parametrize("statement", [text(_AGENTS), prepared(_AGENTS)], ids=["plain", "prepared"])
def test_the_first_statement_of_a_transaction_sees_its_tenant_and_no_other(
    one_connection: Database, database: Database, tenant_id: TenantId, statement: object
) -> None:
    with one_connection.transaction(make_tenant(database)) as tx:
        assert tx.session.execute(statement).scalar_one() == 0
    with one_connection.transaction(tenant_id) as tx:
        assert tx.session.execute(statement).scalar_one() == 1


def test_a_tenant_that_was_entered_and_never_asked_about_is_left_behind(
    one_connection: Database, tenant_id: TenantId
) -> None:
    with one_connection.transaction(tenant_id):
        pass
    with one_connection.transaction() as tx:
        assert tx.session.execute(text(_AGENTS)).scalar_one() == 0


def test_a_tenant_is_left_with_its_transaction(one_connection: Database, tenant_id: TenantId) -> None:
    with one_connection.transaction(tenant_id) as tx:
        assert tx.session.execute(text(_AGENTS)).scalar_one() == 1
    with one_connection.transaction() as tx:
        assert tx.session.execute(text(_AGENTS)).scalar_one() == 0


def test_a_tenant_stays_entered_when_the_first_savepoint_is_rolled_back(
    one_connection: Database, tenant_id: TenantId
) -> None:
    with one_connection.transaction(tenant_id) as tx:
        with pytest.raises(ZeroDivisionError), tx.session.begin_nested():
            raise ZeroDivisionError
        assert tx.session.execute(text(_AGENTS)).scalar_one() == 1


def test_many_rows_at_once_may_be_a_transactions_first_statement(one_connection: Database, tenant_id: TenantId) -> None:
    with one_connection.transaction(tenant_id) as tx:
        rename = text("update agents set name = :name where tenant_id = :tenant_id")
        tx.session.execute(rename, [{"name": name, "tenant_id": tenant_id} for name in ("Ben", "Dana")])
        assert tx.session.execute(text("select name from agents")).scalar_one() == "Dana"


def test_entering_a_tenant_is_no_message_of_its_own(one_connection: Database, tenant_id: TenantId) -> None:
    with counted(one_connection) as sent, one_connection.transaction(tenant_id) as tx:
        tx.session.execute(text(_AGENTS))
    assert len(sent) == 1
