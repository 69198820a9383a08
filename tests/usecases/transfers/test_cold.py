"""Cold transfers: the agent is free at once, and the callee is never left alone."""

import threading

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from dialer.store.schema.base import new_id
from dialer.usecases import sweeps, transfer_calls, transfers
from dialer.usecases.services import Services
from dialer.usecases.transfers import TransferTarget
from tests.builders.agents import make_agent_group
from tests.builders.control import as_agent, as_supervisor, end_target, events, pick_up, seats_taken
from tests.builders.floor import open_floor
from tests.fakes import FrozenClock
from tests.usecases.transfers.conftest import Desk

PHONE = "+14155553333"


def test_the_colleague_has_the_callee_and_the_agent_writes_up(desk: Desk) -> None:
    moved = desk.transfer("cold")
    assert seats_taken(desk.floor) == [(desk.callee, f"agent_{desk.dana}")]
    assert (desk.state_of(desk.ben), desk.state_of(desk.dana)) == ("wrapping_up", "talking")
    call = desk.floor.call(desk.call_id)
    assert (call.agent_id, call.conference_name, call.state) == (desk.dana, f"agent_{desk.dana}", "bridged")
    assert moved.transfer is not None
    assert moved.transfer.state == "completed"
    (shown,) = events(desk.floor, "incoming:call", desk.dana)
    assert (shown["callId"], shown["transferred_from"]["agent_id"]) == (str(desk.call_id), str(desk.ben))
    assert [e["state"] for e in events(desk.floor, "transfer:changed", desk.ben)] == ["requested", "completed"]


def test_the_end_of_the_call_is_the_colleagues_and_no_abandonment(desk: Desk) -> None:
    desk.transfer("cold")
    desk.floor.report(desk.call_id, CallState.COMPLETED)
    assert desk.state_of(desk.dana) == "wrapping_up"
    ledger = desk.floor.ledger(desk.call_id)
    assert ledger is not None
    assert ledger[0] == "reached"
    assert events(desk.floor, "call:ended", desk.ben)[0]["reason"] == "transferred"


def test_whoever_is_free_of_a_group_gets_the_callee(desk: Desk, services: Services) -> None:
    group = make_agent_group(services.database, tenant_id=desk.floor.tenant_id)
    with pytest.raises(Conflict):
        desk.transfer("cold", agent_group_id=group)
    erik = desk.floor.console_agent(agent_group_id=group)
    desk.transfer("cold", agent_group_id=group)
    assert desk.floor.call(desk.call_id).agent_id == erik


@pytest.mark.parametrize("trouble", ["will_be_unavailable", "will_refuse"])
def test_what_the_carrier_refuses_changes_nothing(desk: Desk, trouble: str) -> None:
    scripted = getattr(desk.floor.carrier, trouble)
    scripted("21220") if trouble == "will_refuse" else scripted()
    with pytest.raises(Unavailable):
        desk.transfer("cold")
    assert (desk.row().state, desk.state_of(desk.ben), desk.state_of(desk.dana)) == ("failed", "talking", "available")
    assert desk.floor.call(desk.call_id).agent_id == desk.ben


@pytest.mark.parametrize("is_done", [True, False])
def test_after_a_lost_answer_the_sweep_finds_out_what_the_carrier_did(
    desk: Desk, clock: FrozenClock, is_done: bool
) -> None:
    desk.floor.carrier.will_lose_the_answer(but_accept=is_done)
    with pytest.raises(Unavailable):
        desk.transfer("cold")
    assert desk.row().state == "requested"
    if is_done:
        desk.floor.carrier.conferences[f"agent_{desk.dana}"] = {desk.callee, desk.legs[desk.dana]}
    clock.advance(seconds=13)
    transfer_calls.sweep_transfers(desk.floor.services)
    expected = ("completed", desk.dana) if is_done else ("failed", desk.ben)
    assert (desk.row().state, desk.floor.call(desk.call_id).agent_id) == expected
    assert desk.state_of(desk.ben if is_done else desk.dana) != "talking"


def test_of_two_transfers_at_once_one_is_refused(desk: Desk) -> None:
    erik = desk.floor.console_agent()
    barrier, outcomes = threading.Barrier(2), []

    def ask(to: object) -> None:
        barrier.wait(10)
        try:
            desk.transfer("cold", agent_id=to)
            outcomes.append("done")
        except (Conflict, Forbidden):
            outcomes.append("refused")

    threads = [threading.Thread(target=ask, args=(one,)) for one in (desk.dana, erik)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["done", "refused"]
    holders = desk.floor.rows("select id from agents where :id = any(held_call_ids)", id=desk.call_id)
    assert [row.id for row in holders] == [desk.floor.call(desk.call_id).agent_id]


def test_a_telephone_is_rung_while_the_callee_hears_music_and_the_agent_is_free(desk: Desk) -> None:
    desk.transfer("cold", phone="+1 (415) 555-3333")
    row = desk.row()
    assert (row.state, row.to_phone, desk.state_of(desk.ben)) == ("ringing", PHONE, "wrapping_up")
    assert seats_taken(desk.floor) == [(desk.callee, f"room_{row.id}")]
    seat = pick_up(desk.floor, row.id, row.target_sid)
    assert seat is not None
    assert (seat.room, seat.ends_room) == (f"room_{row.id}", True)
    assert desk.row().state == "completed"
    assert pick_up(desk.floor, row.id, row.target_sid) == seat, "asked again, the same is answered"
    desk.floor.report(desk.call_id, CallState.COMPLETED)
    assert desk.floor.call(desk.call_id).disposition == "answered"


@pytest.mark.parametrize("end", [CallState.NO_ANSWER, CallState.BUSY, CallState.FAILED])
def test_a_callee_whom_no_telephone_answered_comes_back_to_his_agent(desk: Desk, end: CallState) -> None:
    desk.transfer("cold", phone=PHONE)
    for _ in range(2):
        end_target(desk.floor, desk.transfer_id, desk.row().target_sid, end)
    desk.floor.run_tasks()
    assert (desk.row().state, desk.row().reason) == ("failed", str(end))
    assert seats_taken(desk.floor)[-1] == (desk.callee, f"agent_{desk.ben}")
    assert (desk.state_of(desk.ben), desk.floor.call(desk.call_id).agent_id) == ("talking", desk.ben)


def test_if_his_agent_has_gone_another_takes_him_and_else_he_hears_the_message(desk: Desk) -> None:
    desk.transfer("cold", phone=PHONE)
    desk.floor.change("update agents set status = 'break', wrap_up_until = null where id = :id", id=desk.ben)
    end_target(desk.floor, desk.transfer_id, desk.row().target_sid, CallState.NO_ANSWER)
    assert desk.floor.call(desk.call_id).agent_id == desk.dana


def test_with_nobody_there_the_callee_hears_the_message(desk: Desk) -> None:
    desk.transfer("cold", phone=PHONE)
    desk.floor.change("update agents set status = 'break', wrap_up_until = null")
    end_target(desk.floor, desk.transfer_id, desk.row().target_sid, CallState.NO_ANSWER)
    desk.floor.run_tasks()
    assert desk.floor.carrier.done[-1][:2] == ("play_abandonment_message", desk.callee)


def test_a_telephone_whose_end_is_never_reported_is_given_up(desk: Desk, clock: FrozenClock) -> None:
    desk.transfer("cold", phone=PHONE)
    clock.advance(seconds=30)
    transfer_calls.sweep_transfers(desk.floor.services)
    assert desk.row().state == "ringing"
    clock.advance(seconds=11)
    transfer_calls.sweep_transfers(desk.floor.services)
    assert (desk.row().state, desk.row().reason) == ("failed", "no_answer")
    assert ("hang_up", desk.row().target_sid, "") in desk.floor.carrier.done
    assert pick_up(desk.floor, desk.transfer_id, desk.row().target_sid) is None, "it is too late to pick up"


def test_a_callee_who_hangs_up_while_it_rings_silences_the_telephone(desk: Desk) -> None:
    desk.transfer("cold", phone=PHONE)
    desk.floor.report(desk.call_id, CallState.COMPLETED)
    desk.floor.run_tasks()
    assert (desk.row().state, desk.row().reason) == ("cancelled", "callee_left")
    assert ("hang_up", desk.row().target_sid, "") in desk.floor.carrier.done


def test_an_agent_with_a_telephone_takes_the_callee_when_he_picks_up(desk: Desk) -> None:
    finn = desk.floor.phone_agent(PHONE)
    desk.transfer("cold", agent_id=finn)
    assert (desk.row().state, desk.state_of(finn)) == ("ringing", "reserved")
    sweeps.sweep_held_calls(desk.floor.services)
    pick_up(desk.floor, desk.transfer_id, desk.row().target_sid)
    assert (desk.floor.call(desk.call_id).agent_id, desk.state_of(finn)) == (finn, "talking")
    desk.floor.report(desk.call_id, CallState.COMPLETED)
    assert desk.state_of(finn) == "wrapping_up"


@pytest.mark.parametrize(
    ("to", "field"),
    [({"phone": "0900 12345"}, "to.phone"), ({"phone": "+1 900 555 0100"}, "to.phone"),
     ({"agent_id": new_id()}, "to.agent_id"), ({"agent_group_id": new_id()}, "to.agent_group_id")],
)  # fmt: skip
def test_targets_that_are_none_are_refused(desk: Desk, to: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.transfer("cold", **to)
    assert caught.value.fields[0].field == field
    assert desk.floor.rows("select * from transfers") == []


def test_nobody_is_transferred_to_himself_or_to_somebody_who_is_not_free(desk: Desk) -> None:
    with pytest.raises(Invalid):
        desk.transfer("cold", agent_id=desk.ben)
    desk.floor.change("update agents set status = 'break' where id = :id", id=desk.dana)
    with pytest.raises(Conflict):
        desk.transfer("cold")
    assert desk.floor.carrier.done == []


def test_who_hands_over_is_the_agent_or_a_supervisor_and_never_cleo(desk: Desk, services: Services) -> None:
    target = TransferTarget(agent_id=desk.dana)
    cleo = as_supervisor(open_floor(services))
    for actor, refusal in ((as_agent(desk.floor, desk.dana), Forbidden), (cleo, NotFound)):
        with pytest.raises(refusal):
            transfers.transfer_call(services, actor=actor, call_id=desk.call_id, kind="cold", target=target)
    ada = as_supervisor(desk.floor)
    transfers.transfer_call(services, actor=ada, call_id=desk.call_id, kind="cold", target=target)
    for decide in (transfers.complete_transfer, transfers.cancel_transfer, transfers.merge_transfer):
        with pytest.raises(NotFound):
            decide(services, actor=cleo, transfer_id=desk.transfer_id)
