"""A person who answers: an agent at once, an agent within two seconds, or the message. Never silence."""

from datetime import timedelta

import pytest

from dialer.domain.callee_steps import (
    Apologise,
    HangUp,
    HoldForPhoneAgent,
    JoinAgent,
    LeaveVoicemail,
    WaitForAgent,
)
from dialer.domain.calls import CallState
from dialer.domain.errors import Forbidden
from dialer.domain.ids import CallId
from dialer.store.schema.base import new_id
from dialer.usecases import call_answering
from dialer.usecases.call_answering import AnswerReport
from dialer.usecases.services import Services
from tests.builders.floor import Floor, genuine, open_floor
from tests.fakes import FrozenClock

VOICEMAIL = "https://example.com/voicemail.mp3"


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services, abandonment_message="Nobody is free. Sorry.", wrap_up_seconds=10)


def two_calls(floor: Floor) -> tuple[CallId, CallId]:
    """Two calls on their way though by now one agent only is there."""
    second_agent = floor.console_agent()
    floor.console_agent()
    floor.leads(2)
    first, second = floor.plan()
    floor.place(first)
    floor.place(second)
    floor.change("update agents set status = 'break' where id = :id", id=second_agent)
    return first, second


def test_a_person_who_answers_joins_the_idle_agent_at_once(floor: Floor) -> None:
    agent_id = floor.console_agent()
    floor.leads(1, first_name="Sara", notes="VIP")
    call_id = floor.dial()
    assert floor.answer(call_id) == JoinAgent(call_id, agent_id)
    call, agent, now = floor.call(call_id), floor.agent(agent_id), floor.services.clock.now()
    assert (call.state, call.agent_id, call.conference_name) == ("answered", agent_id, f"agent_{agent_id}")
    assert (call.answered_at, call.agent_reserved_at, call.answer_deadline_at) == (now, now, now + timedelta(seconds=2))
    assert (agent.state, agent.held_call_ids) == ("reserved", [call_id])
    (told,) = floor.feed.to_agents
    assert (told.audience, told.event, told.payload["callId"]) == (agent_id, "incoming:call", str(call_id))
    assert (told.payload["first_name"], told.payload["notes"]) == ("Sara", "VIP")


def test_the_agent_who_has_been_idle_longest_gets_the_call(floor: Floor) -> None:
    floor.console_agent(idle_since=floor.services.clock.now())
    patient = floor.console_agent(idle_since=floor.services.clock.now() - timedelta(minutes=1))
    floor.leads(1)
    (call_id,) = floor.plan()[:1]
    floor.place(call_id)
    assert floor.answer(call_id) == JoinAgent(call_id, patient)


def test_an_agent_at_a_phone_is_rung_and_the_callee_held_meanwhile(floor: Floor) -> None:
    agent_id = floor.phone_agent()
    floor.leads(1)
    call_id = floor.dial()
    assert floor.answer(call_id) == HoldForPhoneAgent(call_id)
    call = floor.call(call_id)
    assert (call.state, call.agent_id, call.conference_name) == ("waiting", agent_id, f"call_{call_id}")
    assert "dialer.calls.ring_agent_phone" in floor.queue.names


def test_asked_again_the_answer_is_the_same_step_and_nothing_else_changes(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    first = floor.answer(call_id)
    before, told = floor.call(call_id), len(floor.feed.to_agents)
    floor.services.clock.advance(seconds=1)  # type: ignore[attr-defined]
    floor.console_agent()
    assert floor.answer(call_id) == first
    assert floor.call(call_id) == before
    assert len(floor.feed.to_agents) == told


def test_two_people_never_get_the_same_agent(floor: Floor) -> None:
    first, second = two_calls(floor)
    assert isinstance(floor.answer(first), JoinAgent)
    assert floor.answer(second) == WaitForAgent(second)
    assert floor.call(second).state == "waiting"


def test_a_person_who_waits_gets_the_agent_who_becomes_free_in_time(floor: Floor, clock: FrozenClock) -> None:
    first, second = two_calls(floor)
    floor.answer(first)
    floor.answer(second)
    clock.advance(seconds=1)
    assert floor.poll(second) == WaitForAgent(second)
    floor.report(first, CallState.COMPLETED)
    clock.advance(seconds=0.9)
    assert isinstance(floor.poll(second), JoinAgent)
    floor.join(second)
    assert (floor.call(second).state, floor.ledger(second)) == ("bridged", None)
    floor.report(second, CallState.COMPLETED)
    assert floor.ledger(second) == ("reached", 1900, False)


@pytest.mark.parametrize(("milliseconds", "abandoned"), [(1999, False), (2000, True), (2001, True)])
def test_exactly_at_two_seconds_the_person_hears_the_message(
    floor: Floor, clock: FrozenClock, milliseconds: int, abandoned: bool
) -> None:
    first, second = two_calls(floor)
    floor.answer(first)
    floor.answer(second)
    clock.advance(milliseconds=milliseconds)
    step = floor.poll(second)
    if not abandoned:
        assert step == WaitForAgent(second)
        return
    call, lead = floor.call(second), floor.lead(floor.call(second).lead_id)
    assert step == Apologise(second, "Nobody is free. Sorry.")
    assert (call.state, call.disposition, call.ended_at) == ("abandoned", "abandoned", None)
    assert floor.ledger(second) == ("abandoned", milliseconds, True)
    assert (lead.status, lead.next_call_at) == ("pending", clock.now() + timedelta(hours=24))


def test_an_agent_who_becomes_free_after_two_seconds_is_too_late(floor: Floor, clock: FrozenClock) -> None:
    first, second = two_calls(floor)
    floor.answer(first)
    floor.answer(second)
    floor.report(first, CallState.COMPLETED)
    clock.advance(seconds=2)
    assert isinstance(floor.poll(second), Apologise)
    assert call_answering.offer_waiting_calls(floor.services, tenant_id=floor.tenant_id) == 0


def test_the_message_is_repeated_when_the_carrier_asks_again_and_booked_once(floor: Floor, clock: FrozenClock) -> None:
    first, second = two_calls(floor)
    floor.answer(first)
    floor.answer(second)
    clock.advance(seconds=2)
    floor.poll(second)
    clock.advance(seconds=3)
    floor.console_agent()
    assert floor.poll(second) == floor.answer(second) == Apologise(second, "Nobody is free. Sorry.")
    assert floor.ledger(second) == ("abandoned", 2000, True)


def test_the_carriers_end_of_an_abandoned_call_fills_its_facts_and_moves_nothing(
    floor: Floor, clock: FrozenClock
) -> None:
    first, second = two_calls(floor)
    floor.answer(first)
    floor.answer(second)
    clock.advance(seconds=2)
    floor.poll(second)
    ended_at = clock.advance(seconds=6)
    floor.report(second, CallState.COMPLETED, duration=8)
    call = floor.call(second)
    assert (call.state, call.ended_at, call.duration_seconds) == ("abandoned", ended_at, 8)
    assert floor.lead(call.lead_id).call_attempts == 1


def test_waiting_people_are_offered_to_agents_longest_waiting_first(floor: Floor, clock: FrozenClock) -> None:
    agents = [floor.console_agent() for _ in range(3)]
    floor.leads(3)
    calls = floor.plan()
    for call_id in calls:
        floor.place(call_id)
    floor.change("update agents set status = 'break'")
    for call_id in calls:
        floor.answer(call_id)
        clock.advance(seconds=0.2)
    floor.change("update agents set status = 'available' where id = :id", id=agents[1])
    assert call_answering.offer_waiting_calls(floor.services, tenant_id=floor.tenant_id) == 1
    assert [floor.call(call_id).agent_id for call_id in calls] == [agents[1], None, None]
    assert floor.carrier.done == [("join_agent_conference", floor.sid(calls[0]), str(agents[1]))]
    assert call_answering.offer_waiting_calls(floor.services, tenant_id=floor.tenant_id) == 0


def test_a_move_that_the_carrier_did_not_carry_out_is_made_by_the_next_poll(floor: Floor, clock: FrozenClock) -> None:
    first, second = two_calls(floor)
    floor.answer(first)
    floor.answer(second)
    floor.report(first, CallState.COMPLETED)
    floor.carrier.will_be_unavailable()
    assert call_answering.offer_waiting_calls(floor.services, tenant_id=floor.tenant_id) == 1
    assert floor.poll(second) == JoinAgent(second, floor.call(second).agent_id)


def test_a_waiting_person_of_another_tenant_is_not_offered(services: Services, floor: Floor) -> None:
    first, second = two_calls(floor)
    floor.answer(first)
    floor.answer(second)
    cleo = open_floor(services)
    cleo.console_agent()
    assert call_answering.offer_waiting_calls(services, tenant_id=cleo.tenant_id) == 0


@pytest.mark.parametrize(
    ("answered_by", "message_url", "step"),
    [
        ("machine_end_beep", VOICEMAIL, LeaveVoicemail(VOICEMAIL)),
        ("machine_end_silence", VOICEMAIL, LeaveVoicemail(VOICEMAIL)),
        ("machine_start", VOICEMAIL, HangUp()),
        ("machine_end_beep", None, HangUp()),
        ("fax", VOICEMAIL, HangUp()),
    ],
)
def test_a_machine_found_before_the_answer_takes_no_agent(
    services: Services, answered_by: str, message_url: str | None, step: object
) -> None:
    floor = open_floor(services, amd_enabled=True, amd_mode="sync", voicemail_message_url=message_url)
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    assert floor.answer(call_id, answered_by) == floor.answer(call_id, answered_by) == step
    assert (floor.call(call_id).state, floor.agent(agent_id).state) == ("answered", "available")
    floor.report(call_id, CallState.COMPLETED)
    assert floor.ledger(call_id) is None
    assert floor.call(call_id).disposition == ("failed" if answered_by == "fax" else "voicemail")


def test_detection_before_the_answer_is_part_of_the_wait_that_is_measured(
    services: Services, clock: FrozenClock
) -> None:
    floor = open_floor(services, amd_enabled=True, amd_mode="sync")
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id, "human", detection_milliseconds=3500)
    floor.join(call_id)
    floor.report(call_id, CallState.COMPLETED)
    assert floor.ledger(call_id) == ("late", 3500, False)


def test_a_verdict_that_overtakes_the_answer_keeps_the_machine_from_every_agent(services: Services) -> None:
    floor = open_floor(services, amd_enabled=True, voicemail_message_url=VOICEMAIL)
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.detect(call_id, "machine_end_beep")
    assert floor.answer(call_id) == LeaveVoicemail(VOICEMAIL)
    assert floor.agent(agent_id).state == "available"


@pytest.mark.parametrize("end", [CallState.COMPLETED, CallState.BUSY, CallState.CANCELLED])
def test_an_answer_after_the_end_takes_no_agent(floor: Floor, end: CallState) -> None:
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.report(call_id, end)
    assert floor.answer(call_id) == HangUp()
    assert floor.agent(agent_id).state == "available"
    assert floor.call(call_id).state == end


def test_a_call_that_nobody_knows_ends_and_leaves_nothing_behind(floor: Floor) -> None:
    stranger = CallId(new_id())
    assert floor.answer(stranger) == HangUp()
    assert floor.poll(stranger) == HangUp()
    assert floor.rows("select * from call_events") == []


def test_a_request_that_the_account_did_not_sign_is_refused_and_leaves_nothing_behind(floor: Floor) -> None:
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    report = AnswerReport(call_id, floor.sid(call_id), None, 0, {})
    with pytest.raises(Forbidden):
        call_answering.answer_call(floor.services, report=report, authenticate=lambda _: False)
    with pytest.raises(Forbidden):
        call_answering.poll_waiting_call(floor.services, call_id=call_id, authenticate=lambda _: False)
    with pytest.raises(Forbidden):
        call_answering.poll_waiting_call(floor.services, call_id=new_id(), authenticate=lambda _: False)
    assert (floor.call(call_id).state, floor.agent(agent_id).state) == ("placed", "available")
    assert floor.rows("select * from call_events") == []


def test_hold_plays_the_campaigns_message_and_nothing_to_strangers(floor: Floor) -> None:
    floor.phone_agent()
    floor.leads(1)
    call_id = floor.dial()
    assert (
        call_answering.hold_message(floor.services, call_id=call_id, authenticate=genuine) == "Nobody is free. Sorry."
    )
    assert call_answering.hold_message(floor.services, call_id=new_id(), authenticate=genuine) == ""


def test_measured_times_to_twiml_are_kept_once(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    for milliseconds in (12.5, 99.0):
        call_answering.record_answer_timings(
            floor.services, tenant_id=floor.tenant_id, milliseconds={call_id: milliseconds}
        )
    assert floor.call(call_id).twiml_milliseconds == 12.5
