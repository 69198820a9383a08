"""Comparing our lines with the carrier's list: what was lost is known within seconds, for one look at each account."""

import pytest

from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId
from dialer.usecases import agent_legs, sweeps
from dialer.usecases.line_sweeps import sweep_lines
from dialer.usecases.services import Services
from tests.builders.floor import Floor, genuine, open_conversation, open_floor
from tests.fakes import FrozenClock

S = CallState


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services)


def console_leg(floor: Floor, agent_id: AgentId, call_sid: str = "CA" + "9" * 32) -> str:
    """A console calls in; no conference reports anything."""
    agent_legs.connect_agent_leg(floor.services, agent_id=agent_id, call_sid=call_sid, authenticate=genuine)
    floor.carrier.has_caller(call_sid)
    return call_sid


@pytest.mark.parametrize("told", [S.BUSY, S.NO_ANSWER, S.COMPLETED])
def test_an_end_that_was_never_reported_is_known_six_seconds_later(
    floor: Floor, clock: FrozenClock, told: CallState
) -> None:
    floor.console_agent()
    floor.leads(2)
    call_id = floor.dial()
    floor.report(call_id, S.RINGING)
    floor.carrier.knows(floor.sid(call_id), told)
    clock.advance(seconds=6)
    assert sweep_lines(floor.services) == 1
    assert floor.call(call_id).state == told
    assert len(floor.plan()) == 1, "the campaign dials on"


def test_a_conversation_whose_end_was_never_reported_frees_its_agent(floor: Floor, clock: FrozenClock) -> None:
    call_id, agent_id = open_conversation(floor)
    floor.carrier.knows(floor.sid(call_id), S.COMPLETED, duration_seconds=30)
    clock.advance(seconds=30)
    sweep_lines(floor.services)
    assert (floor.call(call_id).state, floor.agent(agent_id).state) == ("completed", "wrapping_up")


def test_an_answer_that_was_never_reported_is_known(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.carrier.knows(floor.sid(call_id), S.ANSWERED)
    clock.advance(seconds=6)
    sweep_lines(floor.services)
    assert floor.call(call_id).state == "answered"


def test_what_the_carrier_has_too_costs_one_look_in_all(
    floor: Floor, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, _ = open_conversation(floor)
    floor.carrier.knows(floor.sid(call_id), S.ANSWERED)
    monkeypatch.setattr(floor.carrier, "fetch_call", None)
    clock.advance(minutes=1)
    assert sweep_lines(floor.services) == 0
    assert floor.call(call_id).state == "bridged"


def test_a_list_that_lags_behind_does_no_harm(
    floor: Floor, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, agent_id = open_conversation(floor)
    floor.carrier.knows(floor.sid(call_id), S.ANSWERED)
    monkeypatch.setattr(floor.carrier, "list_open_calls", lambda account: {})
    clock.advance(seconds=6)
    assert sweep_lines(floor.services) == 1
    assert (floor.call(call_id).state, floor.agent(agent_id).state) == ("bridged", "talking")


def test_one_tenant_s_calls_are_never_taken_for_another_s_on_the_same_account(
    services: Services, floor: Floor, clock: FrozenClock
) -> None:
    cleo = open_floor(services, caller_id=floor.campaign().caller_id)
    for each in (floor, cleo):
        each.console_agent()
        each.leads(1, phone="+14155550142")
    theirs = cleo.dial()
    floor.carrier.will_lose_the_answer(but_accept=False)
    ours = floor.dial()
    clock.advance(seconds=6)
    floor.sweep()
    call = floor.call(ours)
    assert (call.state, call.call_sid) == ("unresolved", None)
    assert call.missing_since is not None, "looked for, and not found"
    assert cleo.call(theirs).call_sid == cleo.sid(theirs)


def test_an_agent_s_leg_whose_joining_was_never_reported_is_his(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    call_sid = console_leg(floor, agent_id)
    floor.carrier.conferences[f"agent_{agent_id}"] = {call_sid}
    clock.advance(seconds=6)
    sweep_lines(floor.services)
    assert floor.agent(agent_id).console_leg_sid == call_sid
    assert "dialer.dialing.agent_became_available" in floor.queue.names


def test_a_leg_that_is_not_in_its_conference_is_nobody_s(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    console_leg(floor, agent_id)
    clock.advance(seconds=6)
    sweep_lines(floor.services)
    assert floor.agent(agent_id).console_leg_sid is None


def test_a_leg_that_has_ended_unseen_is_taken_from_its_agent(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    call_sid = console_leg(floor, agent_id)
    floor.change("update agents set console_leg_sid = :sid where id = :id", sid=call_sid, id=agent_id)
    del floor.carrier.calls[call_sid]
    clock.advance(seconds=6)
    sweep_lines(floor.services)
    assert floor.agent(agent_id).console_leg_sid is None


def test_a_leg_beside_which_there_is_no_console_is_hung_up(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    call_sid = console_leg(floor, agent_id)
    floor.change("delete from agent_sockets where agent_id = :id", id=agent_id)
    clock.advance(seconds=110)
    sweep_lines(floor.services)
    assert floor.queue.names == []
    clock.advance(seconds=20)
    sweep_lines(floor.services)
    floor.run_tasks()
    assert floor.carrier.done == [("hang_up", call_sid, "")]


def test_a_machine_that_keeps_its_agent_is_ended_again(services: Services, clock: FrozenClock) -> None:
    floor = open_floor(services, amd_enabled=True)
    call_id, agent_id = open_conversation(floor)
    floor.detect(call_id, "machine_start")
    floor.queue.clear()  # Redis was flushed
    clock.advance(seconds=5)
    assert sweeps.sweep_machines(services) == 0
    clock.advance(seconds=2)
    assert sweeps.sweep_machines(services) == 1
    floor.run_tasks()
    assert floor.carrier.done == [("hang_up", floor.sid(call_id), "")]
    assert floor.agent(agent_id).held_call_ids == []
    assert sweeps.sweep_machines(services) == 0
