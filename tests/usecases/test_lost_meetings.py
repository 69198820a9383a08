"""Callee and agent who talk although nobody reported that they met, and callees who sit alone."""

import pytest

from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId
from dialer.usecases import sweeps
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock

S = CallState


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services)


def answered(floor: Floor, agent_id: AgentId) -> CallId:
    """Somebody who was sent to an agent; no conference reports anything."""
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.carrier.knows(floor.sid(call_id), S.ANSWERED)
    assert floor.call(call_id).agent_id == agent_id
    return call_id


def sit(floor: Floor, call_id: CallId, *others: str) -> None:
    """The carrier says that the callee and these others are in the call's conference."""
    floor.carrier.conferences[floor.call(call_id).conference_name] = {floor.sid(call_id), *others}


def test_a_conversation_at_a_console_is_known_within_seconds(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    call_id = answered(floor, agent_id)
    reserved_at = floor.call(call_id).agent_reserved_at
    sit(floor, call_id, floor.agent(agent_id).console_leg_sid)
    clock.advance(seconds=6)
    for _ in range(2):
        floor.sweep()
    call = floor.call(call_id)
    assert (call.state, call.bridged_at) == ("bridged", reserved_at)
    assert floor.agent(agent_id).state == "talking"
    clock.advance(seconds=30)
    floor.report(call_id, S.COMPLETED, duration=36)
    ended = floor.call(call_id)
    assert (ended.disposition, ended.talk_seconds, floor.ledger(call_id)) == ("answered", 36, ("reached", 0, False))
    assert floor.agent(agent_id).state == "wrapping_up"


def test_a_late_report_of_the_meeting_changes_nothing_any_more(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    call_id = answered(floor, agent_id)
    sit(floor, call_id, floor.agent(agent_id).console_leg_sid)
    clock.advance(seconds=6)
    floor.sweep()
    before = floor.call(call_id)
    clock.advance(minutes=1)
    floor.join(call_id)
    after = floor.call(call_id)
    assert (after.state, after.bridged_at) == (before.state, before.bridged_at)


def test_an_agent_who_picked_up_his_phone_is_known_to_talk(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.phone_agent()
    call_id = answered(floor, agent_id)
    floor.run_tasks()
    leg = floor.rows("select call_sid from agent_legs where call_id = :id", id=call_id)[0].call_sid
    sit(floor, call_id, leg)
    clock.advance(seconds=6)
    floor.sweep()
    assert (floor.call(call_id).state, floor.agent(agent_id).state) == ("bridged", "talking")


def test_a_phone_that_still_rings_is_waited_for_and_then_given_up(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.phone_agent()
    call_id = answered(floor, agent_id)
    floor.run_tasks()
    sit(floor, call_id)
    clock.advance(seconds=24)
    floor.sweep()
    assert floor.call(call_id).state == "waiting"
    clock.advance(seconds=6)
    floor.sweep()
    assert (floor.call(call_id).state, floor.agent(agent_id).held_call_ids) == ("abandoned", [])
    floor.run_tasks()
    assert ("play_abandonment_message", floor.sid(call_id)) in [done[:2] for done in floor.carrier.done]


def test_while_the_carrier_cannot_be_asked_nobody_is_given_up(floor: Floor, clock: FrozenClock) -> None:
    call_id = answered(floor, floor.phone_agent())
    floor.run_tasks()
    clock.advance(seconds=30)
    floor.carrier.will_be_unavailable()
    floor.sweep()
    assert floor.call(call_id).state == "waiting"


def test_a_callee_alone_in_a_console_s_conference_hears_the_message(floor: Floor, clock: FrozenClock) -> None:
    call_id = answered(floor, floor.console_agent())
    sit(floor, call_id)
    clock.advance(seconds=6)
    for _ in range(2):
        floor.sweep()
    floor.run_tasks()
    assert [done[:2] for done in floor.carrier.done] == [("play_abandonment_message", floor.sid(call_id))]


def test_a_callee_on_his_way_to_the_conference_is_left_alone(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    call_id = answered(floor, agent_id)
    floor.carrier.conferences[f"agent_{agent_id}"] = {floor.agent(agent_id).console_leg_sid}
    clock.advance(seconds=40)
    floor.sweep()
    floor.run_tasks()
    assert (floor.call(call_id).state, floor.carrier.done) == ("answered", [])


def test_a_person_whose_answer_was_never_reported_hears_the_message(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.carrier.knows(floor.sid(call_id), S.ANSWERED)
    clock.advance(seconds=76)
    floor.sweep()
    assert (floor.call(call_id).state, floor.call(call_id).agent_id) == ("answered", None)
    clock.advance(seconds=6)
    floor.sweep()
    floor.run_tasks()
    assert floor.call(call_id).state == "abandoned"
    assert [done[:2] for done in floor.carrier.done] == [("play_abandonment_message", floor.sid(call_id))]
    assert floor.agent(agent_id).state == "available"


def test_somebody_who_picked_up_when_nobody_told_the_carrier_what_to_say_is_in_the_ledger(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.report(call_id, S.COMPLETED, duration=0)
    assert floor.call(call_id).answered_at is not None
    assert floor.ledger(call_id) == ("hung_up", 0, False)


@pytest.mark.parametrize(("minutes", "verb"), [(3, "play_abandonment_message"), (6, "hang_up")])
def test_an_abandoned_callee_who_is_still_on_the_line_is_not_forgotten(
    floor: Floor, clock: FrozenClock, minutes: int, verb: str
) -> None:
    call_id = abandoned(floor, clock)
    floor.queue.clear()  # Redis was flushed
    clock.advance(minutes=minutes)
    floor.sweep()
    floor.run_tasks()
    assert [done[:2] for done in floor.carrier.done] == [(verb, floor.sid(call_id))]


def test_the_end_of_an_abandoned_call_is_found_out_once(floor: Floor, clock: FrozenClock) -> None:
    call_id = abandoned(floor, clock)
    ended_at = clock.now()
    floor.carrier.knows(floor.sid(call_id), S.COMPLETED, ended_at=ended_at, duration_seconds=9)
    clock.advance(minutes=3)
    assert sweeps.sweep_calls(floor.services) == 1
    assert sweeps.sweep_calls(floor.services) == 0
    call = floor.call(call_id)
    assert (call.state, call.ended_at, call.duration_seconds) == ("abandoned", ended_at, 9)


def abandoned(floor: Floor, clock: FrozenClock) -> CallId:
    """Somebody who waited for too long, and whose call's end nobody reports."""
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.change("update agents set status = 'break' where id = :id", id=agent_id)
    floor.answer(call_id)
    floor.carrier.knows(floor.sid(call_id), S.ANSWERED)
    clock.advance(seconds=3)
    floor.poll(call_id)
    assert floor.call(call_id).state == "abandoned"
    return call_id
