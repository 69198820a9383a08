"""The table of in-flight states: everything follows it, and what outlasts it is found."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dialer.commands import doctor as command
from dialer.domain import in_flight
from dialer.domain.calls import IN_FLIGHT, CallState
from dialer.domain.in_flight import TABLE, InFlight
from dialer.store.doctor_stuck import FOUND_BY, UNMEASURED, stuck_queries
from dialer.store.session import Database
from dialer.usecases import agent_presence, bulk_leads, pacing, previews, sessions, sweeps
from dialer.usecases.imports import views
from dialer.usecases.services import Services
from scheduler.jobs import JOBS
from tests.architecture.source import ROOT
from tests.builders.floor import Floor, open_conversation, open_floor

EVERY = {job.task: timedelta(seconds=job.seconds) for job in JOBS}
# What makes each row of the table come true on a floor with an ended call, a live one, a lead and an agent.
_AGO = ":now - interval '400 days'"
LONG_AGO = {
    "call planned": f"update calls set state = 'planned', state_changed_at = {_AGO}",
    "call placing": f"update calls set state = 'placing', state_changed_at = {_AGO}",
    "call unresolved": f"update calls set state = 'unresolved', state_changed_at = {_AGO}, reconciled_at = :now",
    "call placed": f"update calls set state = 'placed', state_changed_at = {_AGO}",
    "call ringing": f"update calls set state = 'ringing', state_changed_at = {_AGO}",
    "call answered": f"update calls set state = 'answered', state_changed_at = {_AGO}",
    "call waiting": f"update calls set state = 'waiting', state_changed_at = {_AGO}",
    "call bridged": f"update calls set state = 'bridged', state_changed_at = {_AGO}",
    "call given to an agent's phone": f"""update calls set state = 'waiting', conference_name = 'call_' || id,
        agent_reserved_at = {_AGO}""",
    "call abandoned, its end unknown": f"""update calls set state = 'abandoned', ended_at = null,
        state_changed_at = {_AGO}""",
    "call a machine's, with an agent": f"""
        with machines as (update calls set answered_by = 'machine_start' returning id, tenant_id),
             freed as (update agents set updated_at = {_AGO})
        insert into call_events (tenant_id, call_id, event_key, kind, payload, received_at)
        select tenant_id, id, 'amd', 'machine_detection', '{{}}', {_AGO} from machines""",
    "call bridged to an agent who is gone": f"update agents set console_leg_sid = null, updated_at = {_AGO}",
    "lead queued": f"update leads set status = 'queued', claimed_until = {_AGO}",
    "preview offered": f"""insert into previews (id, tenant_id, campaign_id, lead_id, agent_id, state, offered_at,
        expires_at) select gen_random_uuid(), l.tenant_id, campaign_id, l.id, a.id, 'offered', {_AGO}, {_AGO}
        from leads l, agents a limit 1""",
    "preview offered to an absent agent": f"""with gone as (update agents set disconnected_at = {_AGO})
        insert into previews (id, tenant_id, campaign_id, lead_id, agent_id, state, offered_at,
        expires_at) select gen_random_uuid(), l.tenant_id, campaign_id, l.id, a.id, 'offered', :now, :now
        from leads l, agents a limit 1""",
    "preview dialled, its call unresolved": f"update calls set state = 'unresolved', state_changed_at = {_AGO}",
    "callback due": f"""with lead as (update leads set status = 'pending' returning *)
        insert into callbacks (id, tenant_id, campaign_id, lead_id, due_at, time_zone, local_time, fallback_minutes,
        state, created_at, updated_at) select gen_random_uuid(), tenant_id, campaign_id, id, {_AGO}, 'UTC', '', 15,
        'promised', :now, :now from lead""",
    "agent wrapping up": f"update agents set wrap_up_until = {_AGO}",
    "console silent": f"update agent_sockets set last_seen_at = {_AGO}",
    "agent without a console": f"update agents set held_call_ids = '{{}}', disconnected_at = {_AGO}",
    "leg not joined": f"""with agent as (update agents set console_leg_sid = null returning *)
        insert into agent_legs (call_sid, tenant_id, agent_id, kind, conference_name, started_at)
        select 'CA' || id, tenant_id, id, 'console', '', {_AGO} from agent""",
    "leg without a console": f"""with agent as (update agents set held_call_ids = '{{}}', updated_at = {_AGO}
        returning *), gone as (delete from agent_sockets)
        insert into agent_legs (call_sid, tenant_id, agent_id, kind, conference_name, started_at)
        select 'CA' || id, tenant_id, id, 'console', '', {_AGO} from agent""",
    "transfer requested": f"""insert into transfers (id, tenant_id, call_id, kind, room, state, requested_at)
        select gen_random_uuid(), tenant_id, id, 'cold', '', 'requested', {_AGO} from calls""",
    "transfer ringing": f"""insert into transfers (id, tenant_id, call_id, kind, room, state, requested_at)
        select gen_random_uuid(), tenant_id, id, 'cold', '', 'ringing', {_AGO} from calls""",
    "transfer consulting, one of the two gone": f"""
        with gone as (update agents set console_leg_sid = null, updated_at = {_AGO})
        insert into transfers (id, tenant_id, call_id, from_agent_id, kind, room, state, requested_at)
        select gen_random_uuid(), tenant_id, id, agent_id, 'warm', '', 'consulting', :now from calls""",
    "supervision expected": f"""with somebody as (insert into users (id, tenant_id, email, password_hash, first_name,
        last_name, role, is_active, created_at) select gen_random_uuid(), id, 'y@example.com', '', '', '', 'agent',
        true, :now from tenants limit 1 returning *)
        insert into supervisions (id, tenant_id, call_id, user_id, mode, requested_at)
        select gen_random_uuid(), c.tenant_id, c.id, s.id, 'listen', {_AGO} from calls c, somebody s""",
    "supervision on an ended call": f"""with somebody as (insert into users (id, tenant_id, email, password_hash,
        first_name, last_name, role, is_active, created_at) select gen_random_uuid(), id, 'z@example.com', '', '', '',
        'agent', true, :now from tenants limit 1 returning *),
        ended as (update calls set state = 'completed', state_changed_at = {_AGO})
        insert into supervisions (id, tenant_id, call_id, user_id, mode, requested_at, joined_at)
        select gen_random_uuid(), c.tenant_id, c.id, s.id, 'listen', {_AGO}, {_AGO} from calls c, somebody s""",
    "campaign scheduled": f"update campaigns set status = 'scheduled', schedule_start = {_AGO}",
    "campaign being reordered": f"update campaigns set reordered_up_to = '', reordered_at = {_AGO}",
    "import queued or running": f"""insert into imports (id, tenant_id, campaign_id, filename, status, created_at)
        select gen_random_uuid(), tenant_id, id, '', 'running', {_AGO} from campaigns""",
    "import over, its file kept": f"""insert into imports (id, tenant_id, campaign_id, filename, status, created_at,
        finished_at) select gen_random_uuid(), tenant_id, id, '', 'failed', {_AGO}, {_AGO} from campaigns""",
    "bulk job finding or running": f"""insert into bulk_jobs (id, tenant_id, campaign_id, action, filter, changes,
        status, created_at, updated_at) select gen_random_uuid(), tenant_id, id, 'delete', '{{}}', '{{}}', 'running',
        {_AGO}, {_AGO} from campaigns""",
    "erasure waiting": f"""insert into erasures (id, tenant_id, reason, requested_at, look_again_at)
        select gen_random_uuid(), id, 'requested', {_AGO}, {_AGO} from tenants""",
    "recording to be deleted": f"""insert into recordings_to_delete (recording_sid, tenant_id, listed_at, ask_at)
        select 'RE' || id, id, {_AGO}, {_AGO} from tenants""",
    "registry ended, its numbers kept": f"""insert into dnc_registries (id, tenant_id, name, jurisdiction,
        published_on, status, created_at, ended_at) select gen_random_uuid(), id, 'n', 'US', '2026-01-01', 'failed',
        {_AGO}, {_AGO} from tenants""",
    "pacing events to learn from": f"update pacing_events set at = {_AGO}",
    "login session expired": f"""with somebody as (insert into users (id, tenant_id, email, password_hash, first_name,
        last_name, role, is_active, created_at) select gen_random_uuid(), id, 'x@example.com', '', '', '', 'agent',
        true, :now from tenants limit 1 returning *)
        insert into login_sessions (id, tenant_id, user_id, refresh_token_id, created_at, expires_at)
        select gen_random_uuid(), tenant_id, id, gen_random_uuid(), {_AGO}, {_AGO} from somebody""",
}  # fmt: skip


@pytest.fixture
def floor(services: Services) -> Floor:
    """A conversation that goes on."""
    floor = open_floor(services)
    open_conversation(floor)
    return floor


def measured() -> dict[str, tuple[InFlight, str]]:
    return {row.name: (row, query) for queries in stuck_queries().values() for row, query in queries}


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in TABLE}) == len(TABLE)


def test_every_state_of_a_call_that_is_not_final_is_in_the_table() -> None:
    assert {CallState(state) for state in in_flight.CALL_STATES} == IN_FLIGHT


def test_every_row_is_looked_for_by_the_doctor_or_says_why_not() -> None:
    looked_for = set(measured())
    others = {row.name for row in (*FOUND_BY, *UNMEASURED)}
    assert looked_for | others == {row.name for row in TABLE}
    assert not looked_for & others


@pytest.mark.parametrize("row", [row for row in TABLE if row.sweep in EVERY], ids=lambda row: row.name)
def test_a_sweep_has_two_turns_before_anything_is_called_stuck(row: InFlight) -> None:
    assert row.margin >= 2 * EVERY[row.sweep]


def test_every_sweep_of_the_table_is_sent() -> None:
    by_hand = {row.sweep for row in TABLE if not row.sweep.startswith("dialer.")}
    assert {row.sweep for row in TABLE} - by_hand <= set(EVERY)
    assert by_hand == {in_flight.LEAD_CALLING.sweep}


def test_whoever_was_placing_a_call_is_known_to_be_dead_and_its_agent_free_within_fifteen_seconds() -> None:
    turn, tick = EVERY[in_flight.CALL_PLACING.sweep], EVERY["dialer.dialing.pace_active_campaigns"]
    for row in (in_flight.CALL_PLANNED, in_flight.CALL_PLACING):
        assert row.expiry + turn + tick <= timedelta(seconds=14)
    lines = in_flight.LINE_UNDER_WAY
    assert 2 * EVERY[lines.sweep] + tick <= timedelta(seconds=14)
    assert lines.expiry <= EVERY[lines.sweep]


def test_what_expires_by_itself_expires_by_the_table() -> None:
    assert pacing.CLAIM_LIFE == previews.CLAIM_LIFE == in_flight.LEAD_CLAIM
    assert in_flight.CALL_PLANNED.expiry > pacing.PLACEMENT_LIFE
    assert in_flight.AGENT_WITHOUT_CONSOLE.expiry == agent_presence.GRACE
    assert in_flight.BULK_JOB.expiry == bulk_leads.STALLED
    assert in_flight.IMPORT_OPEN.expiry == views.SILENT_AFTER
    assert in_flight.SESSION_EXPIRED.expiry == sessions._KEPT_FOR
    assert set(sweeps.REPAIRS) == IN_FLIGHT


def test_a_floor_that_works_has_nothing_that_is_stuck(floor: Floor, owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        for name, (_, query) in measured().items():
            assert list(tx.session.execute(text(query), {"now": floor.services.clock.now()})) == [], name


def test_what_outlasts_its_state_is_found(floor: Floor, owner_database: Database) -> None:
    assert set(LONG_AGO) == set(measured())
    missed = []
    with owner_database.transaction() as tx:
        for name, (_, query) in measured().items():
            values = {"now": floor.services.clock.now()}
            with tx.session.begin_nested() as damage:
                tx.session.execute(text(LONG_AGO[name].replace(":now", "cast(:now as timestamptz)")), values)
                found = list(tx.session.execute(text(query), values))
                damage.rollback()
            if not found or any(row.tenant_id is None or row.id is None for row in found):
                missed.append(name)
    assert missed == []


def test_the_runbook_shows_the_table() -> None:
    assert command.states_table() in (ROOT / "docs/runbook.md").read_text()


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    command._print_states(as_json=False)
    printed = capsys.readouterr().out
    assert all(f"| {row.name} |" in printed for row in TABLE)
