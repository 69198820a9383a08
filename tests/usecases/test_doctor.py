"""The doctor: silent about a healthy floor, and each of its checks finds what it is for."""

from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.calls import CallState
from dialer.store.doctor_checks import CHECKS, name_of_stuck
from dialer.store.doctor_stuck import stuck_queries
from dialer.store.session import Database
from dialer.usecases import doctor
from dialer.usecases.services import Services
from tests.builders.agents import make_tenant
from tests.builders.floor import Floor, open_conversation, open_floor

_PROMISE = """insert into callbacks (id, tenant_id, campaign_id, lead_id, agent_id, due_at, time_zone, local_time,
                                     fallback_minutes, state, created_at, updated_at)
    select gen_random_uuid(), tenant_id, campaign_id, id, (select id from agents limit 1),
           updated_at - interval '1 hour', 'UTC', '', 15, 'promised', updated_at, updated_at
    from leads where status = 'calling';"""
# What a hand in the database, or a bug, might do to a floor with one live conversation and one that has ended; the
# first check that must find it. Constraints and indexes that would refuse it are taken away first.
DAMAGE = {
    "one_call_in_flight": """update calls set state = 'bridged',
        lead_id = (select lead_id from calls where state = 'bridged')""",
    "one_call_per_number": "update calls set state = 'bridged', to_number = '+14155550199'",
    "attempts_counted": "update leads set call_attempts = call_attempts + 1",
    "verdict_stored": "update attempts set allowed = null",
    "not_suppressed": """insert into suppressions (id, tenant_id, phone_normalized, reason, source, created_at)
        select gen_random_uuid(), tenant_id, to_number, 'requested', 'test', placing_at - interval '1 second'
        from calls""",
    "below_cap": "update attempts set verdict = jsonb_set(verdict, '{inputs,attempts_made}', '3')",
    "not_expired": "update calls set place_before = placing_at",
    "agents_hold_live_calls": """update agents set updated_at = updated_at - interval '1 minute', held_call_ids =
        array(select id from calls where state = 'completed')""",
    "agents_hold_no_more_than_allowed": "update agents set held_call_ids = array(select id from calls)",
    "one_agent_per_call": "update agents set held_call_ids = array(select id from calls where state = 'bridged')",
    "answers_in_ledger": "delete from live_answers",
    "nobody_waits_in_silence": """update calls set state = 'waiting', agent_id = null,
        answered_at = answered_at - interval '1 minute' where state = 'bridged'""",
    "leads_match_calls": "update leads set status = 'calling', updated_at = updated_at - interval '1 hour'",
    "previews_match_leads": """
        with lead as (update leads set status = 'pending' where status = 'completed' returning *)
        insert into previews (id, tenant_id, campaign_id, lead_id, agent_id, state, offered_at, expires_at)
        select gen_random_uuid(), tenant_id, campaign_id, id, (select id from agents limit 1), 'offered', updated_at,
               updated_at + interval '1 day' from lead""",
    "promises_match_leads": "update leads set callback_at = updated_at where status = 'calling'",
    "one_promise_per_lead": f"{_PROMISE} {_PROMISE}",
    "offers_end": f"{_PROMISE} update leads set status = 'pending'",
    "hours_match_ledger": """
        insert into live_answer_hours (campaign_id, hour, tenant_id, reached, abandoned)
        select campaign_id, date_trunc('hour', answered_at, 'UTC'), tenant_id, 7, 0 from live_answers""",
    "pacing_told": "delete from pacing_events where kind = 'dialed'",
    "tenants_apart": "update campaigns set tenant_id = (select id from tenants where name = 'Other')",
    "rows_guarded": "alter table calls disable row level security",
    "inside_hours": """update attempts
        set verdict = jsonb_set(verdict, '{inputs,time_zones}', '["Asia/Tokyo"]')""",
}  # fmt: skip
_UNGUARDED = """
    alter table agents drop constraint ck_agents_holds_no_more_than_allowed;
    drop index uq_calls_lead_in_flight; drop index uq_calls_number_in_flight;
    drop index uq_callbacks_lead_id_open;
"""


@pytest.fixture
def floor(services: Services) -> Floor:
    """One conversation that has ended, and one that goes on."""
    floor = open_floor(services)
    ended, _ = open_conversation(floor)
    floor.report(ended, CallState.COMPLETED, duration=30)
    floor.services.clock.advance(seconds=20)  # type: ignore[attr-defined]
    open_conversation(floor)
    return floor


def findings(database: Database, floor: Floor, role: str) -> dict[str, int]:
    found = doctor.examine(database, clock=floor.services.clock, application_role=role, book=floor.services.rules)
    return {finding.check: finding.count for finding in found}


def test_a_healthy_floor_has_nothing(floor: Floor, owner_database: Database) -> None:
    assert set(findings(owner_database, floor, "dialer_app").values()) == {0}


def test_every_check_is_held_to_finding_something() -> None:
    derived = {name_of_stuck(subject) for subject in stuck_queries()}
    assert set(DAMAGE) | derived | {"application_confined"} == {check.name for check in CHECKS} | {"inside_hours"}
    assert not set(DAMAGE) & derived


@pytest.mark.parametrize("check", DAMAGE)
def test_a_check_finds_what_it_is_for(floor: Floor, owner_database: Database, check: str) -> None:
    make_tenant(floor.services.database, name="Other")
    with owner_database.engine.connect() as connection:
        damaged = _Damaged(connection)
        connection.exec_driver_sql(_UNGUARDED)
        connection.exec_driver_sql(DAMAGE[check])
        found = findings(damaged, floor, "dialer_app")  # type: ignore[arg-type]
        connection.rollback()
    assert found[check] > 0


def test_an_application_that_owns_the_tables_is_found(floor: Floor, owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        owner = tx.session.execute(text("select current_user")).scalar_one()
    assert findings(owner_database, floor, owner)["application_confined"] == 1


class _Damaged:
    """A database seen from inside the transaction that damaged it, so that nothing has to be mended afterwards."""

    def __init__(self, connection: Any):
        self._connection = connection

    def transaction(self) -> Any:
        from contextlib import nullcontext
        from types import SimpleNamespace

        connection = self._connection

        class Session:
            def execute(self, statement: Any, parameters: Any = None) -> Any:
                # The isolation level cannot change in mid-transaction.
                return (
                    None if str(statement).startswith("set transaction") else connection.execute(statement, parameters)
                )

        return nullcontext(SimpleNamespace(session=Session()))
