"""What the carrier reports: twice, late, in any order or never; the end is the same."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from dialer.domain.calls import CallState, Verdict
from dialer.domain.errors import Forbidden
from dialer.domain.ids import CallId
from dialer.store.schema.base import new_id
from dialer.usecases import call_events
from dialer.usecases.call_events import StatusReport
from dialer.usecases.services import Services
from tests.builders.floor import Floor, genuine, open_conversation, open_floor
from tests.fakes import FrozenClock

S = CallState


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services, wrap_up_seconds=10)


def outcome(floor: Floor, call_id: CallId) -> tuple[Any, ...]:
    """Everything about a finished call that a report or a retry depends on."""
    call = floor.call(call_id)
    lead, ledger = floor.lead(call.lead_id), floor.ledger(call_id)
    return (call.state, call.disposition, lead.status, lead.status_reason, lead.call_attempts, ledger and ledger[0])


def test_a_conversation_from_ring_to_wrap_up(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    clock.advance(seconds=5)
    assert floor.report(call_id, S.RINGING) == Verdict.APPLIED
    clock.advance(seconds=5)
    floor.answer(call_id)
    floor.report(call_id, S.ANSWERED)
    clock.advance(seconds=0.5)
    floor.join(call_id)
    assert floor.agent(agent_id).state == "talking"
    assert floor.feed.to_agents[-1].event == "call:connected"
    ended_at = clock.advance(seconds=60)
    floor.report(call_id, S.COMPLETED, duration=61)
    call, agent = floor.call(call_id), floor.agent(agent_id)
    assert (call.state, call.disposition, call.duration_seconds, call.talk_seconds) == ("completed", "answered", 61, 60)
    assert (call.ringing_at, call.ended_at) == (ended_at - timedelta(seconds=65.5), ended_at)
    assert (agent.state, agent.wrap_up_until, agent.held_call_ids) == (
        "wrapping_up",
        ended_at + timedelta(seconds=10),
        [],
    )
    assert floor.lead(call.lead_id).status == "completed"
    assert floor.ledger(call_id) == ("reached", 500, False)
    ended = [told for told in floor.feed.to_agents if told.event == "call:ended"]
    assert [(told.audience, told.payload["reason"]) for told in ended] == [(agent_id, "answered")]


@pytest.mark.parametrize("order", list(permutations(["ring", "in-progress", "join", "end"])))
def test_a_conversation_ends_the_same_in_every_order_of_its_reports_each_delivered_twice(
    floor: Floor, clock: FrozenClock, order: tuple[str, ...]
) -> None:
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    clock.advance(seconds=1)
    reports: dict[str, Callable[[], object]] = {
        "ring": lambda: floor.report(call_id, S.RINGING),
        "in-progress": lambda: floor.report(call_id, S.ANSWERED),
        "join": lambda: floor.join(call_id),
        "end": lambda: floor.report(call_id, S.COMPLETED, duration=30),
    }
    for name in order:
        for _ in range(2):
            reports[name]()
    assert outcome(floor, call_id) == ("completed", "answered", "completed", "answered", 1, "reached")
    assert floor.agent(agent_id).held_call_ids == []
    assert floor.call(call_id).bridged_at is not None


@pytest.mark.parametrize("late", [False, True])
def test_a_machines_verdict_before_or_after_the_end_makes_the_same_voicemail(
    services: Services, clock: FrozenClock, late: bool
) -> None:
    floor = open_floor(services, amd_enabled=True, retry_policy={"retry_on_voicemail": True})
    call_id, _ = open_conversation(floor)
    clock.advance(seconds=3)
    if not late:
        floor.detect(call_id, "machine_start")
    floor.report(call_id, S.COMPLETED, duration=3)
    if late:
        assert outcome(floor, call_id)[1:3] == ("answered", "completed")
        floor.detect(call_id, "machine_start")
        floor.detect(call_id, "machine_start")
    assert outcome(floor, call_id) == ("completed", "voicemail", "pending", "voicemail", 1, None)
    call = floor.call(call_id)
    assert (call.talk_seconds, floor.lead(call.lead_id).next_call_at) == (None, call.ended_at + timedelta(minutes=60))


def test_a_late_verdict_takes_an_abandonment_out_of_the_ledger_and_leaves_a_changed_lead_alone(
    services: Services, clock: FrozenClock
) -> None:
    floor = open_floor(services, amd_enabled=True)
    agent_id = floor.console_agent()
    (lead_id,) = floor.leads(1)
    call_id = floor.dial()
    floor.change("update agents set status = 'break' where id = :id", id=agent_id)
    floor.answer(call_id)
    clock.advance(seconds=2)
    floor.poll(call_id)
    assert floor.ledger(call_id) == ("abandoned", 2000, True)
    floor.change("update leads set status = 'dnc', status_reason = 'asked' where id = :id", id=lead_id)
    floor.detect(call_id, "machine_end_beep")
    assert floor.ledger(call_id) is None
    assert floor.call(call_id).disposition == "voicemail"
    assert (floor.lead(lead_id).status, floor.lead(lead_id).status_reason) == ("dnc", "asked")


def test_a_late_verdict_does_not_touch_a_lead_that_is_being_called_again(
    services: Services, clock: FrozenClock
) -> None:
    floor = open_floor(services, amd_enabled=True)
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    first = floor.dial()
    floor.answer(first)
    floor.report(first, S.COMPLETED)
    clock.advance(hours=2)
    assert floor.lead(lead_id).status == "pending"
    second = floor.dial()
    floor.report(second, S.NO_ANSWER)
    floor.detect(first, "machine_end_beep")
    lead = floor.lead(lead_id)
    assert (lead.status, lead.status_reason, lead.call_attempts) == ("pending", "no_answer", 2)


@pytest.mark.parametrize(
    ("end", "flag", "disposition"),
    [(S.NO_ANSWER, "retry_on_no_answer", "no_answer"), (S.BUSY, "retry_on_busy", "busy")],
)
@pytest.mark.parametrize("retried", [True, False])
def test_what_was_not_reached_is_retried_by_policy(
    services: Services, clock: FrozenClock, end: CallState, flag: str, disposition: str, retried: bool
) -> None:
    floor = open_floor(services, retry_policy={flag: retried, "delay_minutes": 30, "max_attempts": 2})
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    call_id = floor.dial()
    floor.report(call_id, S.RINGING)
    floor.report(call_id, end, duration=0)
    lead = floor.lead(lead_id)
    assert floor.call(call_id).disposition == disposition
    if not retried:
        assert lead.status == "failed"
        return
    assert (lead.status, lead.next_call_at) == ("pending", clock.now() + timedelta(minutes=30))
    clock.advance(minutes=29)
    assert floor.plan() == []
    clock.advance(minutes=1)
    floor.report(floor.dial(), end)
    assert floor.lead(lead_id).status == "failed", "two attempts were allowed"
    clock.advance(days=3)
    assert floor.plan() == []


@pytest.mark.parametrize("end", [S.BUSY, S.NO_ANSWER, S.FAILED, S.CANCELLED, S.COMPLETED])
def test_every_report_delivered_again_changes_nothing(floor: Floor, clock: FrozenClock, end: CallState) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    reports = (S.RINGING, S.ANSWERED, end) if end == S.COMPLETED else (S.RINGING, end)
    for state in reports:
        floor.report(call_id, state)
    call, lead, events = floor.call(call_id), floor.lead(floor.call(call_id).lead_id), len(floor.feed.events)
    clock.advance(seconds=30)
    for state in reversed(reports):
        assert floor.report(call_id, state) == Verdict.DUPLICATE
    assert (floor.call(call_id), floor.lead(call.lead_id)) == (call, lead)
    assert len(floor.feed.events) == events
    assert len(floor.rows("select * from call_events where call_id = :id", id=call_id)) == len(reports)


def test_a_person_who_hung_up_before_an_agent_came_is_tried_again(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    clock.advance(seconds=1)
    floor.report(call_id, S.COMPLETED, duration=1)
    assert outcome(floor, call_id) == ("completed", "answered", "pending", "hung_up_before_agent", 1, "hung_up")
    agent = floor.agent(agent_id)
    assert (agent.state, agent.idle_since) == ("available", clock.now())
    assert "dialer.dialing.agent_became_available" in floor.queue.names


def test_a_call_whose_answer_was_never_reported_was_answered_all_the_same(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    clock.advance(seconds=60)
    floor.report(call_id, S.COMPLETED, duration=20)
    floor.report(call_id, S.ANSWERED)
    call = floor.call(call_id)
    assert (call.disposition, call.answered_at) == ("answered", clock.now() - timedelta(seconds=20))
    assert floor.ledger(call_id) == ("abandoned", 20_000, False)


def test_facts_only_fill(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    answered_at = clock.now()
    clock.advance(seconds=3)
    floor.report(call_id, S.ANSWERED)
    floor.report(call_id, S.RINGING)
    call = floor.call(call_id)
    assert (call.answered_at, call.ringing_at, call.state) == (answered_at, clock.now(), "answered")


def test_an_impossible_report_is_recorded_and_moves_nothing(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    (call_id,) = floor.plan()
    assert floor.report(call_id, S.ANSWERED) == Verdict.ILLEGAL
    assert floor.call(call_id).state == "planned"
    (event,) = floor.rows("select * from call_events where call_id = :id", id=call_id)
    assert (event.kind, event.verdict) == ("status", "illegal")


def test_the_agent_of_a_machine_is_free_only_after_the_carrier_has_moved_the_machine(services: Services) -> None:
    floor = open_floor(services, amd_enabled=True, voicemail_message_url="https://example.com/vm.mp3")
    call_id, agent_id = open_conversation(floor)
    floor.detect(call_id, "machine_end_beep")
    assert floor.agent(agent_id).state == "talking", "the machine still talks in his conference"
    floor.carrier.will_be_unavailable()
    with pytest.raises(Exception, match="try again"):
        floor.run_tasks()
    assert floor.agent(agent_id).state == "talking"
    floor.queue.send("dialer.calls.end_machine_call", tenant_id=str(floor.tenant_id), call_id=str(call_id))
    floor.run_tasks()
    assert floor.carrier.done == [("leave_voicemail", floor.sid(call_id), "https://example.com/vm.mp3")]
    agent = floor.agent(agent_id)
    assert (agent.state, agent.wrap_up_until) == ("available", None), "nobody wraps up after a machine"


@pytest.mark.parametrize(("answered_by", "verb"), [("machine_end_beep", "hang_up"), ("fax", "hang_up")])
def test_a_machine_without_a_message_is_hung_up_on(services: Services, answered_by: str, verb: str) -> None:
    floor = open_floor(services, amd_enabled=True)
    call_id, _ = open_conversation(floor)
    floor.detect(call_id, answered_by)
    floor.run_tasks()
    assert [done[0] for done in floor.carrier.done] == [verb]


@pytest.mark.parametrize("answered_by", ["human", "unknown"])
def test_whoever_is_not_a_machine_goes_on_talking(services: Services, answered_by: str) -> None:
    floor = open_floor(services, amd_enabled=True)
    call_id, agent_id = open_conversation(floor)
    floor.detect(call_id, answered_by)
    floor.run_tasks()
    assert floor.carrier.done == []
    assert (floor.call(call_id).answered_by, floor.agent(agent_id).state) == (answered_by, "talking")


def test_a_machine_that_has_hung_up_by_itself_frees_its_agent(services: Services) -> None:
    floor = open_floor(services, amd_enabled=True)
    call_id, agent_id = open_conversation(floor)
    floor.detect(call_id, "machine_start")
    floor.carrier.knows(floor.sid(call_id), S.COMPLETED)
    floor.run_tasks()
    assert floor.agent(agent_id).state == "available"


def test_the_next_call_of_an_agent_survives_the_end_of_his_machine_call(services: Services) -> None:
    floor = open_floor(services, amd_enabled=True)
    first, agent_id = open_conversation(floor)
    floor.detect(first, "machine_start")
    floor.run_tasks()
    floor.leads(1)
    second = floor.dial()
    floor.answer(second)
    floor.report(first, S.COMPLETED)
    floor.queue.send("dialer.calls.end_machine_call", tenant_id=str(floor.tenant_id), call_id=str(first))
    floor.run_tasks()
    assert floor.agent(agent_id).held_call_ids == [second]


@pytest.mark.parametrize("label", ["call_other", "agent_other", None])
def test_only_the_missing_participant_completes_a_conversation(floor: Floor, label: str | None) -> None:
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id, label or f"agent_{agent_id}")
    assert floor.call(call_id).state == "answered"


def test_a_second_participant_event_does_not_bridge_again(floor: Floor, clock: FrozenClock) -> None:
    call_id, _ = open_conversation(floor)
    bridged_at = floor.call(call_id).bridged_at
    clock.advance(seconds=9)
    floor.join(call_id)
    floor.join(call_id, sequence="7")
    assert floor.call(call_id).bridged_at == bridged_at
    assert [told.event for told in floor.feed.to_agents].count("call:connected") == 1


def test_a_recording_is_kept_once_it_is_there(floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    for status in ("in-progress", "completed", "completed"):
        call_events.record_recording(
            floor.services, call_id=call_id, recording_sid="RE1", status=status, url="https://r", seconds=12,
            payload={}, authenticate=genuine,
        )  # fmt: skip
    call = floor.call(call_id)
    assert (call.recording_sid, call.recording_url, call.recording_seconds) == ("RE1", "https://r", 12)


def test_reports_about_unknown_calls_are_answered_and_leave_nothing_behind(floor: Floor) -> None:
    stranger = CallId(new_id())
    assert floor.report(stranger, S.RINGING) is None
    floor.detect(stranger, "human")
    assert floor.rows("select * from call_events") == []


def test_a_forged_report_is_refused_and_leaves_nothing_behind(floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    before = floor.call(call_id)
    report = StatusReport(call_id, "CA1", "k", S.COMPLETED, 1, None, None, {})
    with pytest.raises(Forbidden):
        call_events.record_call_status(floor.services, report=report, authenticate=lambda _: False)
    assert floor.call(call_id) == before


def test_the_account_that_must_have_signed_is_the_tenants_own(services: Services, floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    asked: list[object] = []
    report = StatusReport(call_id, floor.sid(call_id), "k", S.COMPLETED, 1, None, None, {})

    def authenticate(account: object) -> bool:
        asked.append(account)
        return True

    call_events.record_call_status(services, report=report, authenticate=authenticate)
    assert asked == [services.platform_account]
