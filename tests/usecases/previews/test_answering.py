"""Whoever answers a previewed call reaches the agent who dialled it."""

import pytest

from dialer.domain.callee_steps import HoldForPhoneAgent, JoinAgent, WaitForAgent
from dialer.domain.calls import CallState
from dialer.domain.campaigns import DialMode
from dialer.domain.ids import AgentId
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.usecases.previews.desk import dial_next


def test_the_answer_goes_to_the_agent_who_dialled_though_others_have_waited_longer(floor: Floor) -> None:
    floor.console_agent(name="Longest idle")
    ben = floor.console_agent(name="Ben", idle_since=floor.services.clock.now())
    floor.leads(1)
    call_id = dial_next(floor, ben)
    assert floor.answer(call_id) == JoinAgent(call_id, ben)
    floor.join(call_id)
    assert (floor.call(call_id).state, floor.call(call_id).agent_id) == ("bridged", ben)
    assert [e.audience for e in floor.feed.to_agents if e.event == "incoming:call"] == [ben]
    floor.services.clock.advance(seconds=30)
    floor.report(call_id, CallState.COMPLETED)
    assert floor.ledger(call_id) == ("reached", 0, False)
    assert (floor.agent(ben).state, floor.agent(ben).held_call_ids) == ("wrapping_up", [])


def test_the_answer_reported_twice_or_after_its_status_is_announced_once(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.report(call_id, CallState.ANSWERED)
    assert floor.answer(call_id) == floor.answer(call_id) == JoinAgent(call_id, ben)
    assert floor.feed.events.count("incoming:call") == 1


def test_an_agent_with_a_phone_is_rung_for_his_own_call(floor: Floor) -> None:
    ben = floor.phone_agent()
    floor.leads(1)
    call_id = dial_next(floor, ben)
    assert floor.answer(call_id) == HoldForPhoneAgent(call_id)
    floor.run_tasks()
    assert floor.carrier.rung_agents == [(call_id, floor.agent(ben).phone)]


def test_nobody_elses_answer_takes_the_kept_agent(services: Services, floor: Floor, ben: AgentId) -> None:
    other = open_floor(services, floor.tenant_id)
    other.leads(1)
    other_call = other.dial()
    floor.leads(1)
    dial_next(floor, ben)
    assert other.answer(other_call) == WaitForAgent(other_call)


@pytest.mark.parametrize("end", [CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELLED])
def test_an_agent_is_free_when_his_call_is_not_answered(floor: Floor, ben: AgentId, end: CallState) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.report(call_id, end)
    agent = floor.agent(ben)
    assert (agent.state, agent.held_call_ids, agent.wrap_up_until) == ("available", [], None)
    assert "dialer.dialing.agent_became_available" in floor.queue.names


@pytest.mark.parametrize("code", ["21211", "21210", "20003"])
def test_an_agent_is_free_when_the_carrier_refuses(floor: Floor, ben: AgentId, code: str) -> None:
    floor.leads(1)
    floor.carrier.will_refuse(code)
    dial_next(floor, ben)
    assert (floor.agent(ben).state, floor.agent(ben).held_call_ids) == ("available", [])


def test_a_machine_frees_the_agent(services: Services) -> None:
    floor = open_floor(services, dial_mode=DialMode.PREVIEW, amd_enabled=True, amd_mode="sync")
    ben = floor.console_agent()
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.answer(call_id, "machine_end_beep")
    assert floor.agent(ben).held_call_ids == []


def test_an_answer_whose_agent_has_gone_finds_another(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.change("update agents set disconnected_at = :now where id = :id", now=floor.services.clock.now(), id=ben)
    colleague = floor.console_agent()
    assert floor.answer(call_id) == JoinAgent(call_id, colleague)
    assert (floor.agent(ben).held_call_ids, floor.call(call_id).agent_id) == ([], colleague)


def test_an_answer_whose_agent_has_gone_is_never_left_in_silence(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.change("update agents set console_leg_sid = null where id = :id", id=ben)
    assert floor.answer(call_id) == WaitForAgent(call_id)
    assert floor.call(call_id).agent_id is None
    floor.services.clock.advance(seconds=2)
    floor.poll(call_id)
    assert floor.ledger(call_id) == ("abandoned", 2000, True)


def test_a_break_declared_while_it_rings_is_taken_after_the_call(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.change("update agents set status = 'break' where id = :id", id=ben)
    assert floor.answer(call_id) == JoinAgent(call_id, ben)
