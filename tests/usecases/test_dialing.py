"""Placing: at most once, whatever the carrier answers and wherever the worker dies."""

import time as time_module
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import CarrierRefused
from dialer.domain.ids import CallId
from dialer.ports import CallRequest, CarrierAccount, PlacedCall
from dialer.store import calls as call_store
from dialer.store import placements
from dialer.usecases import dialing
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor


class Killed(BaseException):
    """The process dies here: nobody catches this."""


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services, amd_enabled=True, voicemail_message_url="https://example.com/vm.mp3", record_calls=True)


def lead_of(floor: Floor, call_id: CallId) -> Any:
    return floor.lead(floor.call(call_id).lead_id)


def test_a_planned_call_is_placed_with_the_settings_of_its_campaign(floor: Floor, planned: CallId) -> None:
    floor.place(planned)
    (request,) = floor.carrier.placed
    lead = lead_of(floor, planned)
    assert (request.call_id, request.lead_id, request.to_number) == (planned, lead.id, lead.phone_normalized)
    assert (request.from_number, request.ring_timeout_seconds) == ("+14155550100", 25)
    assert (request.amd, request.wait_for_beep, request.record) == ("async", True, True)
    call = floor.call(planned)
    assert (call.state, call.call_sid, call.placed_at) == ("placed", floor.sid(planned), floor.services.clock.now())
    assert (lead.status, lead.call_attempts) == ("calling", 1)


def test_the_verdict_and_its_inputs_are_stored_with_the_attempt(floor: Floor, planned: CallId) -> None:
    floor.place(planned)
    (attempt,) = floor.attempts(floor.call(planned).lead_id)
    assert (attempt.number, attempt.allowed, attempt.verdict["reasons"]) == (1, True, [])
    assert attempt.verdict["inputs"]["lead_status"] == "queued"


def test_placing_is_committed_before_the_carrier_is_asked(floor: Floor, planned: CallId) -> None:
    seen = []

    def look(account: CarrierAccount, request: CallRequest) -> PlacedCall:
        seen.append((floor.call(planned).state, lead_of(floor, planned).call_attempts))
        return PlacedCall("CA" + "1" * 32, 0.0)

    floor.carrier.place_call = look  # type: ignore[method-assign]
    floor.place(planned)
    assert seen == [("placing", 1)]


def test_a_second_run_of_the_same_task_places_nothing(floor: Floor, planned: CallId) -> None:
    floor.place(planned)
    floor.place(planned)
    assert len(floor.carrier.placed) == 1
    assert lead_of(floor, planned).call_attempts == 1


def test_a_call_that_does_not_exist_is_nobodys(floor: Floor) -> None:
    floor.place(CallId(floor.campaign_id))
    assert floor.carrier.placed == []


def test_another_tenants_worker_cannot_place_a_call(services: Services, floor: Floor, planned: CallId) -> None:
    cleo = open_floor(services)
    cleo.place(planned)
    assert floor.carrier.placed == []
    assert floor.call(planned).state == "planned"


def test_a_dead_number_ends_its_lead(floor: Floor, planned: CallId) -> None:
    floor.carrier.will_refuse("21211")
    floor.place(planned)
    call, lead = floor.call(planned), lead_of(floor, planned)
    assert (call.state, call.disposition, call.hangup_cause) == ("failed", "failed", "carrier 21211")
    assert (lead.status, lead.status_reason) == ("failed", "carrier 21211")
    assert floor.campaign().status == "active"


@pytest.mark.parametrize("code", ["21210", "20003", "21205"])
def test_what_the_carrier_would_refuse_for_every_lead_pauses_the_campaign_and_frees_the_lead(
    floor: Floor, planned: CallId, code: str
) -> None:
    floor.carrier.will_refuse(code)
    floor.place(planned)
    lead, campaign = lead_of(floor, planned), floor.campaign()
    assert floor.call(planned).state == "cancelled"
    assert (lead.status, lead.call_attempts) == ("pending", 0), "an attempt that was not accepted does not count"
    assert campaign.status == "paused"
    assert code in campaign.pacing_note
    (told,) = floor.feed.to_tenants
    assert (told.event, told.payload["campaign_id"], told.payload["status"]) == (
        "campaign:updated", str(floor.campaign_id), "paused",
    )  # fmt: skip


def test_a_carrier_that_is_unavailable_costs_no_attempt_and_the_lead_is_tried_half_a_minute_later(
    floor: Floor, planned: CallId
) -> None:
    floor.carrier.will_be_unavailable()
    floor.place(planned)
    lead = lead_of(floor, planned)
    assert floor.call(planned).state == "cancelled"
    assert (lead.status, lead.call_attempts) == ("pending", 0)
    assert lead.next_call_at == floor.services.clock.now() + timedelta(seconds=30)
    assert floor.campaign().status == "active"
    floor.services.clock.advance(seconds=31)  # type: ignore[attr-defined]
    floor.dial()
    assert [attempt.number for attempt in floor.attempts(lead.id)] == [1, 2]
    assert len(floor.carrier.placed) == 1


@pytest.mark.parametrize("but_accept", [True, False])
def test_an_unknown_outcome_is_never_placed_again(floor: Floor, planned: CallId, but_accept: bool) -> None:
    floor.carrier.will_lose_the_answer(but_accept=but_accept)
    floor.place(planned)
    floor.place(planned)
    assert floor.plan() == []
    assert len(floor.carrier.placed) == int(but_accept)
    assert (floor.call(planned).state, lead_of(floor, planned).status) == ("unresolved", "calling")


def test_a_bug_in_the_adapter_is_an_unknown_outcome_too_and_is_not_swallowed(floor: Floor, planned: CallId) -> None:
    def stumble(account: CarrierAccount, request: CallRequest) -> PlacedCall:
        raise KeyError("sid")

    floor.carrier.place_call = stumble  # type: ignore[method-assign]
    with pytest.raises(KeyError):
        floor.place(planned)
    assert floor.call(planned).state == "unresolved"


def _after(function: Callable[..., Any]) -> Callable[..., Any]:
    def die(*args: Any, **kwargs: Any) -> Any:
        function(*args, **kwargs)
        raise Killed

    return die


def _before(function: Callable[..., Any]) -> Callable[..., Any]:
    def die(*args: Any, **kwargs: Any) -> Any:
        raise Killed

    return die


@pytest.mark.parametrize("wrap", [_before, _after])
@pytest.mark.parametrize(
    ("owner", "step"),
    [
        ("gate", "leave"), (placements, "lock_planned_call"), (placements, "begin_placing"),
        ("carrier", "place_call"), (call_store, "update_call"),
    ],
)  # fmt: skip
def test_a_worker_that_dies_anywhere_leaves_a_lead_that_is_called_at_most_once_and_not_forgotten(
    floor: Floor, planned: CallId, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, wrap: Any
) -> None:
    target = getattr(floor.services, owner) if isinstance(owner, str) else owner
    monkeypatch.setattr(target, step, wrap(getattr(target, step)))
    with pytest.raises(Killed):
        floor.place(planned)
    monkeypatch.undo()
    assert len(floor.carrier.placed) <= 1
    was_placed = len(floor.carrier.placed)
    floor.place(planned)  # the broker delivers the task again
    assert len(floor.carrier.placed) <= 1, "the lead was called twice"
    for _ in range(25):
        floor.services.clock.advance(seconds=15)  # type: ignore[attr-defined]
        floor.sweep()
    call, lead = floor.call(planned), lead_of(floor, planned)
    if floor.carrier.placed:
        assert call.call_sid == floor.sid(planned), "the call that the carrier has was not found again"
        assert (call.state, lead.status) == ("placed", "calling")
    else:
        assert was_placed == 0
        assert (call.state, lead.status, lead.call_attempts) == ("cancelled", "pending", 0)


def test_a_webhook_that_overtakes_the_answer_of_the_carrier_keeps_its_state(floor: Floor, planned: CallId) -> None:
    place = floor.carrier.place_call

    def ring_at_once(account: CarrierAccount, request: CallRequest) -> PlacedCall:
        placed = place(account, request)
        floor.report(planned, CallState.RINGING)
        return placed

    floor.carrier.place_call = ring_at_once  # type: ignore[method-assign]
    floor.place(planned)
    call = floor.call(planned)
    assert (call.state, call.call_sid) == ("ringing", floor.sid(planned))
    assert call.placed_at is not None


def test_a_refusal_that_comes_after_the_call_has_moved_on_changes_nothing(floor: Floor, planned: CallId) -> None:
    def answer_then_refuse(account: CarrierAccount, request: CallRequest) -> PlacedCall:
        floor.answer(planned)
        floor.join(planned)
        raise CarrierRefused("confused", scope="request", carrier_code=21205)

    floor.carrier.place_call = answer_then_refuse  # type: ignore[method-assign]
    floor.place(planned)
    assert (floor.call(planned).state, lead_of(floor, planned).status) == ("bridged", "calling")


def test_the_place_at_the_gate_is_given_back_whatever_becomes_of_the_placement(floor: Floor, planned: CallId) -> None:
    floor.place(planned)
    floor.place(planned)
    assert floor.gate.left == [planned, planned]

    def stumble(account: CarrierAccount, request: CallRequest) -> PlacedCall:
        raise KeyError("sid")

    floor.carrier.place_call = stumble  # type: ignore[method-assign]
    floor.console_agent()
    floor.leads(1)
    (another,) = floor.plan()
    with pytest.raises(KeyError):
        floor.place(another)
    assert floor.gate.left[2:] == [another]


def test_only_the_time_that_the_carrier_takes_counts_against_the_tenant(
    floor: Floor, planned: CallId, monkeypatch: pytest.MonkeyPatch
) -> None:
    took: list[float] = []
    accept = floor.carrier.place_call

    def take_long(account: CarrierAccount, request: CallRequest) -> PlacedCall:
        time_module.sleep(0.05)
        return accept(account, request)

    monkeypatch.setattr(floor.carrier, "place_call", take_long)
    monkeypatch.setattr(floor.services.gate, "leave", lambda *_, took_seconds, **__: took.append(took_seconds))
    floor.place(planned)
    floor.place(planned)
    assert 0.05 <= took[0] < 5
    assert took[1] == 0.0, "a call that was placed already asks nobody"


def test_a_call_whose_start_came_too_late_is_not_placed_and_its_lead_goes_back(floor: Floor, planned: CallId) -> None:
    floor.services.clock.advance(seconds=11)  # type: ignore[attr-defined]
    floor.place(planned)
    assert floor.carrier.placed == []
    assert floor.call(planned).hangup_cause == "placement_expired"
    assert (lead_of(floor, planned).status, lead_of(floor, planned).call_attempts) == ("pending", 0)


def test_a_campaign_paused_between_planning_and_placing_places_nothing(floor: Floor, planned: CallId) -> None:
    floor.change("update campaigns set status = 'paused'")
    floor.place(planned)
    call, lead = floor.call(planned), lead_of(floor, planned)
    assert floor.carrier.placed == []
    assert (call.state, call.hangup_cause) == ("cancelled", "campaign_not_active")
    assert (lead.status, lead.call_attempts) == ("pending", 0)
    (attempt,) = floor.attempts(lead.id)
    assert (attempt.allowed, attempt.verdict["reasons"][0]["code"]) == (False, "campaign_not_active")


def test_calling_hours_that_close_between_planning_and_placing_close_in_time(floor: Floor, planned: CallId) -> None:
    floor.change(
        "update campaigns set calling_hours_start = :start, calling_hours_end = :end", start=time(9), end=time(18, 0)
    )
    floor.place(planned)
    assert floor.carrier.placed == []
    assert (floor.call(planned).state, lead_of(floor, planned).status) == ("cancelled", "pending")


def test_a_lead_deleted_from_its_hopper_is_not_called(floor: Floor, planned: CallId) -> None:
    floor.change("update leads set status = 'completed'")
    floor.place(planned)
    assert floor.carrier.placed == []
    assert (floor.call(planned).state, lead_of(floor, planned).status) == ("cancelled", "completed")


def test_attempts_that_are_used_up_end_the_lead(floor: Floor, planned: CallId) -> None:
    floor.change("update leads set call_attempts = 3")
    floor.place(planned)
    assert floor.carrier.placed == []
    assert lead_of(floor, planned).status == "failed"


def test_pausing_withdraws_what_was_planned_and_leaves_what_was_placed(floor: Floor) -> None:
    floor.console_agent()
    floor.console_agent()
    floor.leads(2)
    first, second = floor.plan()
    floor.place(first)
    floor.change("update campaigns set status = 'paused'")
    for _ in range(2):
        dialing.withdraw_planned_calls(floor.services, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id)
    assert (floor.call(first).state, floor.call(second).state) == ("placed", "cancelled")
    assert (lead_of(floor, first).status, lead_of(floor, second).status) == ("calling", "pending")


def test_planned_calls_that_may_still_be_placed_are_not_withdrawn(floor: Floor, planned: CallId) -> None:
    dialing.withdraw_planned_calls(floor.services, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id)
    assert floor.call(planned).state == "planned"


def test_a_call_that_the_carrier_would_dial_much_later_is_withdrawn(
    floor: Floor, planned: CallId, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = floor.carrier.place_call
    late = lambda *request: PlacedCall(accept(*request).call_sid, queue_seconds=40.0)  # noqa: E731
    monkeypatch.setattr(floor.carrier, "place_call", late)
    floor.place(planned)
    floor.run_tasks()
    assert floor.carrier.done == [("cancel", floor.sid(planned), "")]
