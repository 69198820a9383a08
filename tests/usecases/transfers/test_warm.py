"""Warm transfers: a word with the colleague first, the callee on hold, and nobody forgotten whoever goes."""

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import Conflict, Forbidden, Unavailable
from dialer.usecases import agent_legs, sweeps, transfer_calls, transfers
from tests.builders.control import as_agent, end_target, events, pick_up, report_agent, seats_taken
from tests.builders.floor import genuine
from tests.fakes import FrozenClock
from tests.usecases.transfers.conftest import Desk

PHONE = "+14155553333"


def visit(desk: Desk) -> None:
    """Ben confers with Dana, as the carrier reports it."""
    desk.transfer("warm")
    leg = desk.legs[desk.ben]
    report_agent(desk.floor, desk.ben, "participant-leave", leg)
    report_agent(desk.floor, desk.ben, "participant-join", leg, room_of=desk.dana)


def go_home(desk: Desk) -> None:
    leg = desk.legs[desk.ben]
    report_agent(desk.floor, desk.ben, "participant-leave", leg, room_of=desk.dana)
    report_agent(desk.floor, desk.ben, "participant-join", leg)


def decide(desk: Desk, how: str) -> None:
    getattr(transfers, f"{how}_transfer")(desk.floor.services, actor=desk.actor, transfer_id=desk.transfer_id)


def test_the_callee_is_on_hold_while_the_agents_confer(desk: Desk) -> None:
    visit(desk)
    assert (desk.row().state, desk.floor.call(desk.call_id).held_since is not None) == ("consulting", True)
    assert ("hold", desk.callee, f"agent_{desk.ben}") in desk.floor.carrier.done
    assert seats_taken(desk.floor) == [(desk.legs[desk.ben], f"agent_{desk.dana}")]
    assert (desk.state_of(desk.ben), desk.state_of(desk.dana)) == ("talking", "talking")
    assert desk.floor.agent(desk.ben).console_leg_sid == desk.legs[desk.ben], "he is elsewhere, not gone"
    assert events(desk.floor, "incoming:call", desk.dana)[0]["transferred_from"]["kind"] == "warm"


def test_nobody_takes_the_two_who_confer_for_forgotten(desk: Desk, clock: FrozenClock) -> None:
    visit(desk)
    clock.advance(minutes=5)
    sweeps.sweep_held_calls(desk.floor.services)
    sweeps.sweep_deserted_calls(desk.floor.services)
    transfer_calls.sweep_transfers(desk.floor.services)
    assert desk.row().state == "consulting"
    assert desk.floor.queue.names.count("dialer.calls.apologise") == 0


def test_completed_the_callee_is_the_colleagues_and_the_agent_is_at_home(desk: Desk, clock: FrozenClock) -> None:
    visit(desk)
    clock.advance(seconds=30)
    decide(desk, "complete")
    decide(desk, "complete")
    go_home(desk)
    call = desk.floor.call(desk.call_id)
    assert (call.agent_id, call.held_since, call.hold_seconds) == (desk.dana, None, 30)
    assert seats_taken(desk.floor)[1:] == [
        (desk.callee, f"agent_{desk.dana}"), (desk.legs[desk.ben], f"agent_{desk.ben}"),
    ]  # fmt: skip
    assert (desk.state_of(desk.ben), desk.row().state) == ("wrapping_up", "completed")
    assert desk.floor.agent(desk.ben).console_leg_sid == desk.legs[desk.ben]


def test_cancelled_the_callee_is_the_agents_again(desk: Desk) -> None:
    visit(desk)
    decide(desk, "cancel")
    decide(desk, "cancel")
    assert (desk.row().state, desk.state_of(desk.dana), desk.state_of(desk.ben)) == (
        "cancelled", "available", "talking",
    )  # fmt: skip
    assert desk.floor.carrier.done[-1] == ("resume", desk.callee, f"agent_{desk.ben}")
    assert desk.floor.call(desk.call_id).held_since is None
    with pytest.raises(Conflict):
        decide(desk, "complete")


@pytest.mark.parametrize(("how", "with_whom"), [("complete", "dana"), ("cancel", "ben")])
def test_merged_all_three_talk_and_then_one_goes(desk: Desk, how: str, with_whom: str) -> None:
    visit(desk)
    decide(desk, "merge")
    decide(desk, "merge")
    assert seats_taken(desk.floor).count((desk.callee, f"agent_{desk.dana}")) == 1, "moved once, asked twice"
    assert (desk.row().state, desk.floor.call(desk.call_id).held_since) == ("consulting", None)
    decide(desk, how)
    winner = getattr(desk, with_whom)
    call = desk.floor.call(desk.call_id)
    assert (call.agent_id, call.conference_name) == (winner, f"agent_{winner}")
    assert (desk.callee, f"agent_{winner}") in seats_taken(desk.floor)


def test_a_merge_that_the_carrier_refuses_can_be_tried_again(desk: Desk) -> None:
    visit(desk)
    desk.floor.carrier.will_be_unavailable()
    with pytest.raises(Unavailable):
        decide(desk, "merge")
    assert desk.row().merged_at is None
    decide(desk, "merge")
    assert desk.row().merged_at is not None


def test_an_agent_who_loses_his_headset_while_conferring_leaves_the_callee_to_the_colleague(
    desk: Desk, clock: FrozenClock
) -> None:
    visit(desk)
    report_agent(desk.floor, desk.ben, "participant-leave", desk.legs[desk.ben], room_of=desk.dana)
    assert desk.floor.agent(desk.ben).console_leg_sid is None
    clock.advance(seconds=9)
    transfer_calls.sweep_transfers(desk.floor.services)
    assert desk.row().state == "consulting", "a page that is reloaded is back by then"
    clock.advance(seconds=2)
    transfer_calls.sweep_transfers(desk.floor.services)
    assert (desk.row().state, desk.floor.call(desk.call_id).agent_id) == ("completed", desk.dana)


def test_a_page_that_is_reloaded_while_conferring_is_back_with_the_colleague(desk: Desk) -> None:
    visit(desk)
    report_agent(desk.floor, desk.ben, "participant-leave", desk.legs[desk.ben], room_of=desk.dana)
    host = agent_legs.connect_agent_leg(
        desk.floor.services, agent_id=desk.ben, call_sid="CA" + "e" * 32, authenticate=genuine
    )
    assert host == desk.dana
    report_agent(desk.floor, desk.ben, "participant-join", "CA" + "e" * 32, room_of=desk.dana)
    assert desk.floor.agent(desk.ben).console_leg_sid == "CA" + "e" * 32


def test_a_colleague_who_loses_his_headset_gives_the_callee_back(desk: Desk, clock: FrozenClock) -> None:
    visit(desk)
    report_agent(desk.floor, desk.dana, "participant-leave", desk.legs[desk.dana])
    clock.advance(seconds=11)
    transfer_calls.sweep_transfers(desk.floor.services)
    assert (desk.row().state, desk.row().reason, desk.state_of(desk.ben)) == ("failed", "agent_lost", "talking")
    assert desk.floor.carrier.done[-1][0] == "resume"


def test_a_callee_who_hangs_up_frees_both_and_no_callee_is_put_where_the_agent_is_not(desk: Desk) -> None:
    visit(desk)
    desk.floor.report(desk.call_id, CallState.COMPLETED)
    assert desk.floor.agent(desk.ben).console_leg_sid is None, "until he is back in his own conference"
    desk.floor.run_tasks()
    assert (desk.row().state, desk.state_of(desk.dana)) == ("cancelled", "available")
    assert seats_taken(desk.floor)[-1] == (desk.legs[desk.ben], f"agent_{desk.ben}")
    go_home(desk)
    assert desk.floor.agent(desk.ben).console_leg_sid == desk.legs[desk.ben]


def test_a_telephone_confers_in_the_agents_own_conference(desk: Desk) -> None:
    desk.transfer("warm", phone=PHONE)
    leg = desk.row().target_sid
    seat = pick_up(desk.floor, desk.transfer_id, leg)
    assert seat is not None
    assert (seat.room, seat.ends_room, desk.row().state) == (f"agent_{desk.ben}", False, "consulting")
    decide(desk, "complete")
    room = f"room_{desk.transfer_id}"
    assert seats_taken(desk.floor) == [(leg, room), (desk.callee, room)]
    assert (desk.floor.call(desk.call_id).conference_name, desk.state_of(desk.ben)) == (room, "wrapping_up")


@pytest.mark.parametrize(("is_answered", "end"), [(False, CallState.NO_ANSWER), (True, CallState.COMPLETED)])
def test_a_telephone_that_is_not_there_gives_the_callee_back(desk: Desk, is_answered: bool, end: CallState) -> None:
    desk.transfer("warm", phone=PHONE)
    if is_answered:
        pick_up(desk.floor, desk.transfer_id, desk.row().target_sid)
    end_target(desk.floor, desk.transfer_id, desk.row().target_sid, end)
    assert (desk.row().state, desk.floor.call(desk.call_id).held_since) == ("failed", None)
    assert desk.floor.carrier.done[-1] == ("resume", desk.callee, f"agent_{desk.ben}")
    assert desk.state_of(desk.ben) == "talking"


def test_with_his_headset_gone_nobody_confers(desk: Desk) -> None:
    report_agent(desk.floor, desk.ben, "participant-leave", desk.legs[desk.ben])
    with pytest.raises(Conflict):
        desk.transfer("warm")
    assert (desk.row().state, desk.state_of(desk.dana)) == ("failed", "available")
    assert desk.floor.call(desk.call_id).held_since is None


def test_the_colleague_does_not_decide(desk: Desk) -> None:
    visit(desk)
    with pytest.raises(Forbidden):
        transfers.complete_transfer(
            desk.floor.services, actor=as_agent(desk.floor, desk.dana), transfer_id=desk.transfer_id
        )
