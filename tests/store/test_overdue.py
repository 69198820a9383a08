"""One sweeper at a time, and what look-ups over all tenants give away."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dialer.domain.calls import CallState
from dialer.store import overdue
from dialer.store.session import Database
from dialer.usecases import line_sweeps, sweeps
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services)


def test_one_sweeps_at_a_time_and_then_the_next(database: Database) -> None:
    with overdue.sole_sweeper(database, "x") as first, overdue.sole_sweeper(database, "x") as second:
        assert (first, second) == (True, False)
        with overdue.sole_sweeper(database, "y") as other:
            assert other
    with overdue.sole_sweeper(database, "x") as again:
        assert again


def test_a_sweeper_whose_session_is_ended_has_freed_the_sweep(database: Database) -> None:
    with overdue.sole_sweeper(database, "x") as first:
        assert first
        with database.transaction() as tx:
            tx.session.execute(
                text("select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and pid <> "
                     "pg_backend_pid() and database = (select oid from pg_database where datname = current_database())")
            )  # fmt: skip
        with overdue.sole_sweeper(database, "x") as second:
            assert second


def test_a_sweeper_who_is_silent_for_a_minute_is_let_go_and_nobody_else_is(database: Database) -> None:
    def limit() -> str:
        with database.transaction() as tx:
            return str(tx.session.execute(text("select current_setting('idle_session_timeout')")).scalar_one())

    with overdue.sole_sweeper(database, "x"), database.engine.connect() as connection:
        holders = text("select count(*) from pg_locks where locktype = 'advisory'")
        assert connection.execute(holders).scalar_one() == 1
    assert {limit() for _ in range(3)} == {"0"}


def test_beside_another_a_sweep_does_nothing(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    floor.plan()
    floor.services.clock.advance(minutes=1)  # type: ignore[attr-defined]
    with overdue.sole_sweeper(floor.services.database, "calls"):
        assert sweeps.sweep_calls(floor.services) == 0
    with overdue.sole_sweeper(floor.services.database, "lines"):
        assert line_sweeps.sweep_lines(floor.services) == 0
    assert sweeps.sweep_calls(floor.services) == 1


def test_looking_for_overdue_calls_over_all_tenants_gives_away_ids_only(services: Services, floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    later = services.clock.now() + timedelta(seconds=1)
    with services.transaction() as tx:
        found = overdue.list_calls_to_sweep(tx.session, before={CallState.PLACED: later}, max_rows=10)
        lines = overdue.list_lines(tx.session, before=later)
        assert tx.session.execute(text("select count(*) from calls")).scalar() == 0
    assert found == [(floor.tenant_id, call_id, CallState.PLACED)]
    assert lines == [overdue.Line(floor.tenant_id, call_id, floor.sid(call_id), CallState.PLACED)]


def test_calls_that_were_looked_at_wait_for_another_turn_and_so_do_those_above_the_limit(floor: Floor) -> None:
    for _ in range(2):
        floor.console_agent()
    floor.leads(2)
    first, _ = floor.plan()
    later = floor.services.clock.now() + timedelta(seconds=1)
    wanted = {CallState.PLANNED: later, CallState.PLACED: later}
    with floor.services.transaction() as tx:
        assert len(overdue.list_calls_to_sweep(tx.session, before=wanted, max_rows=1)) == 1
        assert len(overdue.list_calls_to_sweep(tx.session, before=wanted, max_rows=9)) == 2
    floor.change("update calls set reconciled_at = :at where id = :id", id=first, at=later)
    with floor.services.transaction() as tx:
        assert len(overdue.list_calls_to_sweep(tx.session, before=wanted, max_rows=9)) == 1
