"""The agent's desk: one snapshot for a page that was reloaded, in few statements, and the day so far."""

from datetime import timedelta

import pytest

from dialer.domain.agents import AgentState, AgentStatus
from dialer.domain.calls import CallState
from dialer.domain.errors import Forbidden, Invalid, NotFound
from dialer.domain.principals import Role
from dialer.store.screen_pops import find_current_screen_pop
from dialer.usecases import agents, breaks, call_reports, desk, scripts
from dialer.usecases.agent_events import incoming_call
from tests.builders.agents import make_agent
from tests.builders.calls import make_conversation
from tests.builders.floor import open_conversation, open_floor
from tests.builders.promises import acting, promise
from tests.statements import counted


@pytest.fixture
def floor(services):
    return open_floor(services, wrap_up_seconds=30)


def look(floor, agent_id, **more):
    return desk.load_desk(floor.services, actor=acting(floor, agent_id), agent_id=agent_id, **more)


def today(floor, agent_id, **more):
    return desk.load_day(floor.services, actor=acting(floor, agent_id), agent_id=agent_id, **more)


def end(floor, call_id, seconds=60):
    floor.services.clock.advance(seconds=seconds)
    floor.report(call_id, CallState.COMPLETED, duration=seconds)


def test_an_empty_desk_says_who_and_since_when(floor, clock):
    agent_id = floor.console_agent(name="Ben")
    since = clock.now()
    clock.advance(minutes=5)
    found = look(floor, agent_id)
    assert (found.agent.agent.name, found.agent.agent.state, found.agent.agent.state_since) == (
        "Ben", AgentState.AVAILABLE, since,
    )  # fmt: skip
    assert (found.call, found.last_call, found.preview, found.lead, found.script) == (None, None, None, None, ())
    assert found.agent.has_socket
    assert [reason.key for reason in found.agent.break_reasons][:2] == ["lunch", "short_break"]


def test_in_a_call_the_desk_has_the_person_the_script_and_what_may_be_concluded(floor):
    call_id, agent_id = open_conversation(floor)
    supervisor = acting(floor, role=Role.SUPERVISOR)
    text = "Hello {first_name}, {agent_name} of {campaign_name}"
    scripts.save_script(floor.services, actor=supervisor, campaign_id=floor.campaign_id, text=text)
    found = look(floor, agent_id)
    assert (found.call.id, found.call.is_over, found.agent.agent.state) == (call_id, False, AgentState.TALKING)
    assert (found.lead.id, found.lead.first_name) == (found.call.lead_id, "Sara")
    assert found.local_time.time_zone == "America/Los_Angeles"
    assert found.local_time.local_time == "2026-03-04T10:00"
    assert "".join(span.text for span in found.script[0].spans).startswith("Hello Sara, Agent")
    assert [one.digit for one in found.dispositions] == list(range(1, 9))


def test_a_screen_pop_tells_where_the_person_is(floor, feed):
    _, agent_id = open_conversation(floor)
    live = next(told.payload for told in feed.to_agents if told.event == "incoming:call")
    with floor.services.transaction(floor.tenant_id) as tx:
        again = find_current_screen_pop(tx.session, agent_id)
    assert live == incoming_call(again)
    assert live["time_zone"] == "America/Los_Angeles"


def test_while_it_is_wrapped_up_the_call_stays_on_the_desk_with_what_was_written(floor, clock):
    call_id, agent_id = open_conversation(floor)
    call_reports.set_call_notes(
        floor.services, actor=acting(floor, agent_id), call_id=call_id, notes="asks for a price"
    )
    end(floor, call_id)
    found = look(floor, agent_id)
    assert (found.call.id, found.call.is_over, found.call.notes) == (call_id, True, "asks for a price")
    assert (found.wrap_up.until, found.wrap_up.extension_left_seconds) == (clock.now() + timedelta(seconds=30), 120)
    assert found.last_call is None


def test_after_the_wrap_up_the_call_is_the_last_one(floor):
    call_id, agent_id = open_conversation(floor)
    end(floor, call_id)
    agents.set_agent_status(
        floor.services, actor=acting(floor, agent_id), agent_id=agent_id, status=AgentStatus.AVAILABLE
    )
    found = look(floor, agent_id)
    assert (found.call, found.last_call.id, found.lead, found.wrap_up) == (None, call_id, None, None)


def test_earlier_calls_to_the_person_are_there_and_the_present_one_is_not(floor, services):
    call_id, agent_id = open_conversation(floor)
    eve = make_agent(services.database, tenant_id=floor.tenant_id, name="Eve")
    make_conversation(
        services.database, tenant_id=floor.tenant_id, agent_id=eve, lead_id=floor.call(call_id).lead_id,
        campaign_id=floor.campaign_id, at=services.clock.now() - timedelta(days=1), notes="call in March",
        agent_disposition="callback",
    )  # fmt: skip
    (past,) = look(floor, agent_id).history
    assert (past.agent_name, past.notes, past.agent_disposition) == ("Eve", "call in March", "callback")


def test_own_callbacks_of_today_are_there_by_the_zone_of_the_viewer(floor, services):
    agent_id = floor.console_agent()
    (soon, late) = floor.leads(2)
    for lead_id, hours in ((soon, 2), (late, 8)):
        promise(floor, lead_id, services.clock.now() + timedelta(hours=hours), agent_id=agent_id)
    due = services.clock.now() + timedelta(hours=2)
    assert [callback.due_at for callback in look(floor, agent_id, zone="UTC").callbacks] == [due]
    assert len(look(floor, agent_id, zone="America/Los_Angeles").callbacks) == 2


def test_the_whole_desk_costs_six_statements_at_most(floor, database):
    call_id, agent_id = open_conversation(floor)
    actor = acting(floor, agent_id)
    with counted(database) as statements:
        desk.load_desk(floor.services, actor=actor, agent_id=agent_id)
    assert len(statements) <= 6, statements
    end(floor, call_id)
    with counted(database) as statements:
        desk.load_desk(floor.services, actor=actor, agent_id=agent_id)
    assert len(statements) <= 6, statements


def test_one_sees_ones_own_desk_and_supervisors_any(floor, services):
    ben, bea = floor.console_agent(), floor.console_agent()
    elsewhere = open_floor(services)
    for read in (desk.load_desk, desk.load_day):
        with pytest.raises(Forbidden):
            read(services, actor=acting(floor, bea), agent_id=ben)
        with pytest.raises(NotFound):
            read(services, actor=acting(elsewhere, role=Role.OWNER), agent_id=ben)
        with pytest.raises(Invalid):
            read(services, actor=acting(floor, ben), agent_id=ben, zone="Mars/Olympus")
        read(services, actor=acting(floor, role=Role.SUPERVISOR), agent_id=ben)


def test_the_day_counts_calls_and_seconds(floor, clock):
    call_id, agent_id = open_conversation(floor)
    end(floor, call_id, seconds=80)
    clock.advance(seconds=20)
    actor = acting(floor, agent_id)
    agents.set_agent_status(floor.services, actor=actor, agent_id=agent_id, status=AgentStatus.AVAILABLE)
    clock.advance(seconds=100)
    found = today(floor, agent_id)
    assert (found.calls, found.conversations, found.talk_seconds, found.hold_seconds) == (1, 1, 80, 0)
    assert (found.seconds(AgentState.TALKING), found.seconds(AgentState.WRAPPING_UP)) == (80, 20)
    assert (found.occupancy.ratio, found.average_handle_seconds) == (0.5, 100)


def test_the_conversation_that_goes_on_is_in_no_average(floor, clock):
    _, agent_id = open_conversation(floor)
    clock.advance(seconds=40)
    found = today(floor, agent_id)
    assert (found.conversations, found.talk_seconds, found.average_handle_seconds) == (1, 40, None)


def test_the_day_counts_what_was_concluded_and_promised(floor, clock):
    call_id, agent_id = open_conversation(floor)
    actor = acting(floor, agent_id)
    call_reports.set_call_disposition(floor.services, actor=actor, call_id=call_id, disposition=None, key="interested")
    clock.advance(seconds=1)
    found = today(floor, agent_id)
    assert [(one.key, one.label, one.count) for one in found.dispositions] == [("interested", "Interested", 1)]


def test_breaks_of_the_day_are_told_by_their_reasons(floor, clock, services):
    agent_id = floor.console_agent()
    actor = acting(floor, agent_id)
    lunch, short, *_ = breaks.list_break_reasons(services, actor=actor)
    for reason, seconds in ((lunch, 600), (short, 60), (None, 30)):
        agents.set_agent_status(
            services, actor=actor, agent_id=agent_id, status=AgentStatus.BREAK,
            break_reason_id=None if reason is None else reason.id,
        )  # fmt: skip
        clock.advance(seconds=seconds)
    found = today(floor, agent_id)
    assert [(one.name, one.is_paid, one.seconds) for one in found.breaks] == [
        ("Lunch", False, 600), ("Short break", True, 60), (None, None, 30),
    ]  # fmt: skip
    assert found.seconds(AgentState.PAUSED) == 690


def test_the_day_costs_three_statements(floor, database):
    agent_id = floor.console_agent()
    actor = acting(floor, agent_id)
    with counted(database) as statements:
        desk.load_day(floor.services, actor=actor, agent_id=agent_id)
    assert len(statements) <= 3, statements


def test_yesterday_is_not_today_where_the_agent_sits(floor, clock):
    call_id, agent_id = open_conversation(floor)
    end(floor, call_id)
    clock.advance(hours=7)
    assert (today(floor, agent_id, zone="UTC").calls, today(floor, agent_id, zone="America/New_York").calls) == (0, 1)
