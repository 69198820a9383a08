"""Every state in which something can be stuck, and its way out when no webhook and no task ever comes."""

import pytest

from dialer.domain import in_flight
from dialer.domain.calls import IN_FLIGHT, CallState
from dialer.domain.ids import CallId
from dialer.usecases import line_sweeps, lost_meetings, sweeps
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.fakes import FrozenClock

S = CallState


def waiting(floor: Floor) -> CallId:
    """Somebody who answered when nobody was free."""
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.change("update agents set status = 'break' where id = :id", id=agent_id)
    floor.answer(call_id)
    return call_id


def told(floor: Floor, call_id: CallId) -> list[str]:
    """What sweeps have left in the call's history."""
    rows = floor.rows(
        "select event_key from call_events where call_id = :id and kind = 'sweep' order by id", id=call_id
    )
    return [row.event_key for row in rows]


def test_every_state_in_flight_has_its_sweep() -> None:
    assert set(sweeps.REPAIRS) == IN_FLIGHT == {S(state) for state in in_flight.CALL_STATES}


def test_a_planned_call_that_nobody_placed_gives_its_lead_back(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    (call_id,) = floor.plan()
    clock.advance(seconds=10)
    floor.sweep()
    assert floor.call(call_id).state == "planned"
    clock.advance(seconds=2)
    floor.sweep()
    assert (floor.call(call_id).state, floor.lead(lead_id).status) == ("cancelled", "pending")
    floor.place(call_id)
    assert floor.carrier.placed == []
    assert told(floor, call_id) == ["sweep:withdrawn"]
    assert len(floor.plan()) == 1, "the campaign dials on"


def test_a_lead_that_was_claimed_without_a_call_comes_back(floor: Floor, clock: FrozenClock) -> None:
    (lead_id,) = floor.leads(1)
    floor.change("update leads set status = 'queued', claimed_until = :at where id = :id", id=lead_id, at=clock.now())
    assert sweeps.sweep_claims(floor.services) == 0
    clock.advance(seconds=1)
    assert sweeps.sweep_claims(floor.services) == 1
    assert sweeps.sweep_claims(floor.services) == 0
    assert floor.lead(lead_id).status == "pending"


def test_an_expired_claim_with_a_call_in_flight_is_left_to_the_call(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    floor.plan()
    clock.advance(minutes=5)
    assert sweeps.sweep_claims(floor.services) == 0
    assert floor.lead(lead_id).status == "queued"


def test_whoever_was_placing_and_is_gone_leaves_an_unresolved_call(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(1)
    (call_id,) = floor.plan()
    floor.change("update calls set state = 'placing', placing_at = :at where id = :id", id=call_id, at=clock.now())
    clock.advance(seconds=8)
    floor.sweep()
    assert floor.call(call_id).state == "placing"
    assert floor.plan() == []
    clock.advance(seconds=2)
    floor.sweep()
    assert floor.call(call_id).state == "unresolved"
    assert told(floor, call_id) == ["sweep:unresolved"]


def test_ten_seconds_after_a_worker_died_while_placing_its_agent_is_dialled_for_again(
    floor: Floor, clock: FrozenClock
) -> None:
    floor.console_agent()
    floor.leads(2)
    (call_id,) = floor.plan()
    floor.change("update calls set state = 'placing', placing_at = :at where id = :id", id=call_id, at=clock.now())
    floor.change("update leads set status = 'calling' where id = :id", id=floor.call(call_id).lead_id)
    clock.advance(seconds=10)
    assert floor.plan() == [], "nobody has asked the carrier yet"
    floor.sweep()
    (next_call,) = floor.plan()
    assert floor.call(next_call).lead_id != floor.call(call_id).lead_id, "whom it may be ringing"


@pytest.mark.parametrize("told", [S.NO_ANSWER, S.BUSY, S.FAILED, S.CANCELLED])
def test_an_end_that_was_never_reported_is_fetched(floor: Floor, clock: FrozenClock, told: CallState) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.carrier.knows(floor.sid(call_id), told)
    clock.advance(seconds=76)
    floor.sweep()
    assert floor.call(call_id).state == told


def test_a_person_whom_the_carrier_no_longer_asks_about_is_apologised_to(floor: Floor, clock: FrozenClock) -> None:
    call_id = waiting(floor)
    clock.advance(seconds=26)
    floor.sweep()
    floor.sweep()
    assert floor.call(call_id).state == "abandoned"
    assert floor.ledger(call_id) == ("abandoned", 26_000, True)
    floor.run_tasks()
    assert [verb for verb, _, _ in floor.carrier.done] == ["play_abandonment_message"]


def test_a_conversation_whose_beginning_was_never_reported_is_not_interrupted(floor: Floor, clock: FrozenClock) -> None:
    call_id = waiting(floor)
    floor.change("update agents set status = 'available'")
    floor.poll(call_id)
    clock.advance(seconds=26)
    floor.sweep()
    floor.run_tasks()
    assert floor.call(call_id).state == "waiting"
    assert floor.carrier.done == []


def test_a_machine_that_listens_to_its_message_is_not_interrupted(services: Services, clock: FrozenClock) -> None:
    floor = open_floor(services, amd_enabled=True, voicemail_message_url="https://example.com/vm.mp3")
    call_id = waiting(floor)
    floor.detect(call_id, "machine_end_beep")
    floor.run_tasks()
    clock.advance(seconds=26)
    floor.sweep()
    floor.run_tasks()
    assert [verb for verb, _, _ in floor.carrier.done] == ["leave_voicemail"]
    floor.carrier.knows(floor.sid(call_id), S.COMPLETED)
    clock.advance(seconds=26)
    floor.sweep()
    assert (floor.call(call_id).state, floor.call(call_id).disposition) == ("completed", "voicemail")


def test_a_callee_whom_his_agent_has_left_hears_the_message_also_when_the_first_task_is_lost(
    floor: Floor, clock: FrozenClock
) -> None:
    _, agent_id = open_conversation(floor)
    now = clock.now()
    floor.change("update agents set console_leg_sid = null, updated_at = :now where id = :id", id=agent_id, now=now)
    clock.advance(seconds=14)
    sweeps.sweep_deserted_calls(floor.services)
    assert "dialer.calls.apologise" not in floor.queue.names
    clock.advance(seconds=2)
    for _ in range(3):
        sweeps.sweep_deserted_calls(floor.services)
    assert floor.queue.names.count("dialer.calls.apologise") == 1
    floor.queue.clear()  # Redis was flushed
    clock.advance(seconds=lost_meetings.APOLOGY_SECONDS)
    sweeps.sweep_deserted_calls(floor.services)
    floor.run_tasks()
    assert [verb for verb, _, _ in floor.carrier.done] == ["play_abandonment_message"]


def test_an_agent_is_freed_from_a_call_that_has_ended(floor: Floor, clock: FrozenClock) -> None:
    call_id, agent_id = open_conversation(floor)
    floor.change("update calls set state = 'completed', ended_at = :now where id = :id", id=call_id, now=clock.now())
    clock.advance(seconds=11)
    assert sweeps.sweep_held_calls(floor.services) == 1
    assert sweeps.sweep_held_calls(floor.services) == 0
    assert floor.agent(agent_id).state == "available"


def test_an_agent_who_talks_is_left_alone(floor: Floor, clock: FrozenClock) -> None:
    _, agent_id = open_conversation(floor)
    clock.advance(minutes=10)
    assert sweeps.sweep_held_calls(floor.services) == 0
    assert floor.agent(agent_id).state == "talking"


def test_one_call_that_cannot_be_repaired_does_not_keep_the_others_from_it(
    floor: Floor, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        floor.console_agent()
    floor.leads(2)
    poison, other = floor.plan()
    floor.place(poison)
    floor.place(other)
    floor.carrier.knows(floor.sid(other), S.BUSY)
    fetch = floor.carrier.fetch_call

    def stumble(account: object, *, call_sid: str) -> object:
        if call_sid == floor.sid(poison):
            raise KeyError("status")
        return fetch(account, call_sid=call_sid)  # type: ignore[arg-type]

    monkeypatch.setattr(floor.carrier, "fetch_call", stumble)
    clock.advance(seconds=80)
    floor.sweep()
    assert (floor.call(poison).state, floor.call(other).state) == ("placed", "busy")


def test_prices_are_fetched_for_ended_calls_and_asked_for_once_a_minute(floor: Floor, clock: FrozenClock) -> None:
    call_id, _ = open_conversation(floor)
    floor.report(call_id, S.COMPLETED, duration=10)
    assert sweeps.sweep_costs(floor.services) == 0
    assert floor.call(call_id).cost_checked_at is None, "billing takes a while"
    clock.advance(seconds=21)
    assert sweeps.sweep_costs(floor.services) == 0
    floor.carrier.knows(floor.sid(call_id), S.COMPLETED, cost="0.014", cost_unit="USD")
    assert sweeps.sweep_costs(floor.services) == 0
    clock.advance(seconds=61)
    assert sweeps.sweep_costs(floor.services) == 1
    assert sweeps.sweep_costs(floor.services) == 0


def test_prices_and_legs_wait_while_the_carrier_cannot_be_asked(floor: Floor, clock: FrozenClock) -> None:
    call_id, agent_id = open_conversation(floor)
    floor.report(call_id, S.COMPLETED, duration=10)
    floor.change(
        "insert into agent_legs (call_sid, tenant_id, agent_id, kind, conference_name, started_at) "
        "values ('CAleg', :tenant_id, :agent_id, 'console', 'x', :now)",
        tenant_id=floor.tenant_id, agent_id=agent_id, now=clock.now(),
    )  # fmt: skip
    clock.advance(minutes=2)
    floor.carrier.will_be_unavailable()
    assert sweeps.sweep_costs(floor.services) == 0
    floor.carrier.will_be_unavailable()
    assert line_sweeps.sweep_lines(floor.services) == 0
    assert len(floor.rows("select * from agent_legs where ended_at is null")) == 1
    line_sweeps.sweep_lines(floor.services)
    assert floor.rows("select * from agent_legs where ended_at is null") == []


def test_a_sweep_repairs_the_calls_of_every_tenant(services: Services, floor: Floor, clock: FrozenClock) -> None:
    cleo = open_floor(services)
    calls = []
    for each in (floor, cleo):
        each.console_agent()
        each.leads(1)
        calls.append((each, *each.plan()))
    clock.advance(seconds=16)
    assert sweeps.sweep_calls(services) == 2
    assert {each.call(call_id).state for each, call_id in calls} == {"cancelled"}
