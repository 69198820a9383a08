"""Asking the carrier: what never came is found out, and nothing is placed again to find out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dialer.domain.calls import CallState
from dialer.domain.ids import CallId
from dialer.usecases.reconciliation import reconcile_call, record_cost
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.fakes import FrozenClock

S = CallState


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services, amd_enabled=True, voicemail_message_url="https://example.com/vm.mp3")


def reconcile(floor: Floor, call_id: CallId) -> None:
    reconcile_call(floor.services, tenant_id=floor.tenant_id, call_id=call_id)


def unresolved(floor: Floor, *, but_accept: bool) -> CallId:
    floor.console_agent()
    floor.leads(1)
    floor.carrier.will_lose_the_answer(but_accept=but_accept)
    call_id = floor.dial()
    assert floor.call(call_id).state == "unresolved"
    return call_id


def test_a_call_that_the_carrier_has_is_adopted_with_its_id(floor: Floor) -> None:
    call_id = unresolved(floor, but_accept=True)
    reconcile(floor, call_id)
    call = floor.call(call_id)
    assert (call.state, call.call_sid) == ("placed", floor.sid(call_id))
    assert len(floor.carrier.placed) == 1


@pytest.mark.parametrize(
    ("state", "lead_status"),
    [(S.RINGING, "calling"), (S.BUSY, "pending"), (S.NO_ANSWER, "pending"), (S.ANSWERED, "calling")],
)
def test_an_adopted_call_takes_the_state_that_the_carrier_tells(
    floor: Floor, state: CallState, lead_status: str
) -> None:
    call_id = unresolved(floor, but_accept=True)
    floor.carrier.knows(floor.sid(call_id), state)
    reconcile(floor, call_id)
    assert floor.call(call_id).state == state
    assert floor.lead(floor.call(call_id).lead_id).status == lead_status


def test_a_call_that_the_carrier_never_accepted_frees_its_lead_after_five_minutes_and_costs_no_attempt(
    floor: Floor, clock: FrozenClock
) -> None:
    call_id = unresolved(floor, but_accept=False)
    clock.advance(minutes=5)
    reconcile(floor, call_id)
    assert floor.call(call_id).state == "unresolved", "its lists lag behind"
    clock.advance(seconds=1)
    for _ in range(2):
        reconcile(floor, call_id)
    call, lead = floor.call(call_id), floor.lead(floor.call(call_id).lead_id)
    assert (call.state, call.hangup_cause) == ("cancelled", "never accepted by the carrier")
    assert (lead.status, lead.call_attempts) == ("pending", 0)
    assert floor.carrier.placed == []


def test_a_webhook_resolves_a_call_before_anybody_asks(floor: Floor) -> None:
    call_id = unresolved(floor, but_accept=True)
    floor.report(call_id, S.RINGING)
    call = floor.call(call_id)
    assert (call.state, call.call_sid) == ("ringing", floor.sid(call_id))


def test_a_call_is_never_taken_for_another_call_that_we_know(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    first = floor.dial()
    floor.report(first, S.NO_ANSWER)
    clock.advance(hours=2)
    floor.carrier.will_lose_the_answer(but_accept=False)
    second = floor.dial()
    reconcile(floor, second)
    assert floor.lead(lead_id).status == "calling"
    assert (floor.call(second).call_sid, floor.call(second).state) == (None, "unresolved")


def test_while_the_carrier_cannot_be_asked_nothing_changes(floor: Floor, clock: FrozenClock) -> None:
    call_id = unresolved(floor, but_accept=False)
    clock.advance(minutes=30)
    floor.carrier.will_be_unavailable()
    reconcile(floor, call_id)
    assert floor.call(call_id).state == "unresolved"


@pytest.mark.parametrize(
    ("told", "state", "disposition"),
    [(S.COMPLETED, "completed", "answered"), (S.FAILED, "failed", "answered"), (S.ANSWERED, "bridged", None)],
)
def test_the_end_of_a_conversation_that_was_never_reported_is_found(
    floor: Floor, told: CallState, state: str, disposition: str | None
) -> None:
    call_id, agent_id = open_conversation(floor)
    floor.carrier.knows(floor.sid(call_id), told, duration_seconds=40)
    reconcile(floor, call_id)
    call = floor.call(call_id)
    assert (call.state, call.disposition) == (state, disposition)
    assert bool(floor.agent(agent_id).held_call_ids) is (state == "bridged")


def test_a_call_that_has_ended_meanwhile_is_left_alone(floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    floor.report(call_id, S.COMPLETED)
    floor.carrier.knows(floor.sid(call_id), S.BUSY)
    before = dict(floor.call(call_id)._mapping)
    reconcile(floor, call_id)
    after = dict(floor.call(call_id)._mapping)
    assert {name for name in after if after[name] != before[name]} == {"reconciled_at"}


@pytest.mark.parametrize("live", [True, False])
def test_a_call_that_the_carrier_has_forgotten_does_not_block_its_lead_for_ever(
    floor: Floor, clock: FrozenClock, live: bool
) -> None:
    if live:
        call_id, agent_id = open_conversation(floor)
    else:
        agent_id = floor.console_agent()
        floor.leads(1)
        call_id = floor.dial()
    floor.carrier.calls.clear()
    clock.advance(minutes=4)
    reconcile(floor, call_id)
    assert floor.call(call_id).state == ("bridged" if live else "placed")
    clock.advance(minutes=2)
    reconcile(floor, call_id)
    call = floor.call(call_id)
    assert (call.state, call.hangup_cause) == ("completed" if live else "cancelled", "unknown to the carrier")
    assert floor.lead(call.lead_id).status == ("completed" if live else "pending")
    assert floor.agent(agent_id).held_call_ids == []


def test_a_machine_whose_agent_was_never_freed_is_ended_again(floor: Floor) -> None:
    call_id, agent_id = open_conversation(floor)
    floor.detect(call_id, "machine_end_beep")
    floor.queue.clear()  # Redis was flushed
    reconcile(floor, call_id)
    floor.run_tasks()
    assert floor.carrier.done == [("leave_voicemail", floor.sid(call_id), "https://example.com/vm.mp3")]
    assert floor.agent(agent_id).held_call_ids == []


def test_a_message_that_is_being_left_is_not_started_anew(floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    floor.detect(call_id, "machine_end_beep")
    floor.run_tasks()
    reconcile(floor, call_id)
    floor.run_tasks()
    assert len(floor.carrier.done) == 1


def test_the_price_is_kept_when_it_has_come(floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    assert not record_cost(floor.services, tenant_id=floor.tenant_id, call_id=call_id)
    floor.carrier.knows(floor.sid(call_id), S.COMPLETED, cost=Decimal("0.0280"), cost_unit="USD")
    assert record_cost(floor.services, tenant_id=floor.tenant_id, call_id=call_id)
    assert (floor.call(call_id).cost, floor.call(call_id).cost_unit) == (Decimal("0.02800"), "USD")


def test_another_tenant_reconciles_nothing_of_ours(services: Services, floor: Floor, clock: FrozenClock) -> None:
    call_id = unresolved(floor, but_accept=False)
    clock.advance(minutes=10)
    cleo = open_floor(services)
    reconcile(cleo, call_id)
    assert floor.call(call_id).state == "unresolved"
    assert clock.now() - floor.call(call_id).created_at == timedelta(minutes=10)
