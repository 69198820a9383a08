"""Supervisors on live calls: who hears whom, who is told, and that nobody stays where a call was."""

from dataclasses import replace

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import Conflict, Forbidden, NotFound, Unavailable
from dialer.domain.ids import AgentId, CallId
from dialer.domain.principals import Principal
from dialer.domain.seats import Seat, SupervisionMode
from dialer.store import live_calls as live_store
from dialer.usecases import live_calls, supervision
from dialer.usecases.services import Services
from tests.builders.control import (
    as_agent,
    as_supervisor,
    events,
    join_as_supervisor,
    report_supervisor,
    seats_taken,
    wear_headset,
)
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.fakes import FrozenClock

LEG = "CA" + "f" * 32
Talk = tuple[Floor, CallId, AgentId, Principal]


@pytest.fixture
def talk(services: Services) -> Talk:
    """Ben talks with somebody; Ada may listen, with an account that is set up for headsets."""
    floor = open_floor(services)
    keyed = replace(services.platform_account, api_key_sid="SK1", api_key_secret="secret", twiml_app_sid="AP1")
    services.account_cache[floor.tenant_id] = (float("inf"), keyed)
    call_id, agent_id = open_conversation(floor)
    wear_headset(floor, agent_id)
    return floor, call_id, agent_id, as_supervisor(floor)


def supervise(talk: Talk, mode: SupervisionMode) -> supervision.Supervising:
    floor, call_id, _, ada = talk
    return supervision.supervise_call(floor.services, actor=ada, call_id=call_id, mode=mode)


def join(talk: Talk, mode: SupervisionMode) -> Seat:
    supervise(talk, mode)
    seat = join_as_supervisor(talk[0].services, talk[3].user_id)
    assert seat is not None
    return seat


def told_to_ben(talk: Talk) -> list[str]:
    told = events(talk[0], "supervision:changed", talk[2])
    return [one["mode"] for one in told[-1]["supervision"]] if told else []


@pytest.mark.parametrize(
    ("mode", "is_muted", "coaches", "told"),
    [("listen", True, False, []), ("whisper", False, True, ["whisper"]), ("barge", False, False, ["barge"])],
)
def test_the_headset_is_seated_as_was_said_and_the_agent_knows_whom_he_can_hear(
    talk: Talk, mode: SupervisionMode, is_muted: bool, coaches: bool, told: list[str]
) -> None:
    floor, call_id, ben, _ = talk
    seat = join(talk, mode)
    assert (seat.room, seat.is_muted, seat.ends_room) == (f"agent_{ben}", is_muted, False)
    assert seat.coached_sid == (floor.agent(ben).console_leg_sid if coaches else None)
    assert told_to_ben(talk) == told
    everybody = [e.payload for e in floor.feed.to_tenants if e.event == "supervision:changed"][-1]["supervision"]
    assert [(one["name"], one["mode"], one["joined"]) for one in everybody] == [("Ada Example", mode, True)]  # type: ignore[attr-defined]
    shown = live_calls.load_live_call(floor.services, actor=as_agent(floor, ben), call_id=call_id)
    assert [one.mode for one in shown.supervision] == told


def test_the_token_is_for_a_headset_of_the_supervisors_own(talk: Talk) -> None:
    found = supervise(talk, "listen")
    assert found.voice.token == f"ticket of supervisor_{talk[3].user_id}"
    assert found.supervision.joined_at is None


def test_the_way_of_taking_part_can_be_changed_and_changing_it_twice_is_harmless(talk: Talk) -> None:
    floor, _, ben, _ = talk
    join(talk, "listen")
    for _ in range(2):
        supervise(talk, "whisper")
    supervise(talk, "barge")
    assert floor.carrier.done[-1] == ("barge", LEG, f"agent_{ben}")
    assert told_to_ben(talk) == ["barge"]
    rows = floor.rows("select * from supervisions")
    assert [(row.mode, row.ended_at) for row in rows] == [("barge", None)]


def test_a_change_that_the_carrier_refuses_has_not_happened(talk: Talk) -> None:
    floor = talk[0]
    join(talk, "listen")
    floor.carrier.will_be_unavailable()
    with pytest.raises(Unavailable):
        supervise(talk, "barge")
    assert floor.rows("select mode from supervisions")[0].mode == "listen"


def test_whoever_listens_elsewhere_is_on_the_first_call_no_more(talk: Talk) -> None:
    floor, _, _, ada = talk
    join(talk, "listen")
    other, _ = open_conversation(floor)
    supervision.supervise_call(floor.services, actor=ada, call_id=other, mode="listen")
    rows = floor.rows("select * from supervisions where ended_at is null")
    assert [row.call_id for row in rows] == [other]
    floor.run_tasks()
    assert ("hang_up", LEG, "") in floor.carrier.done


def test_leaving_twice_is_harmless_and_the_headset_is_hung_up(talk: Talk) -> None:
    floor, call_id, _, ada = talk
    join(talk, "listen")
    for _ in range(2):
        supervision.leave_call(floor.services, actor=ada, call_id=call_id)
    floor.run_tasks()
    assert floor.carrier.done.count(("hang_up", LEG, "")) == 1
    assert floor.rows("select * from supervisions where ended_at is null") == []


def test_two_supervisors_see_each_other(talk: Talk) -> None:
    floor, call_id, _, _ = talk
    join(talk, "listen")
    sam = as_supervisor(floor, "Sam")
    supervision.supervise_call(floor.services, actor=sam, call_id=call_id, mode="whisper")
    shown = live_calls.load_live_call(floor.services, actor=sam, call_id=call_id)
    assert [one.name for one in shown.supervision] == ["Ada Example", "Sam Example"]
    with floor.services.transaction(floor.tenant_id) as tx:
        assert [one.call_id for one in live_store.list_supervisions(tx.session)] == [call_id, call_id]


@pytest.mark.parametrize("is_task_lost", [False, True])
def test_after_the_call_the_supervisor_is_let_go_and_never_hears_the_next(talk: Talk, is_task_lost: bool) -> None:
    floor, call_id, _, ada = talk
    join(talk, "listen")
    floor.report(call_id, CallState.COMPLETED)
    if is_task_lost:
        assert supervision.sweep_supervisions(floor.services) == 1
    for _ in range(2):
        floor.run_tasks()
    assert floor.carrier.done.count(("hang_up", LEG, "")) == 1
    assert join_as_supervisor(floor.services, ada.user_id) is None


def test_whoever_never_came_is_forgotten(talk: Talk, clock: FrozenClock) -> None:
    supervise(talk, "listen")
    clock.advance(seconds=59)
    assert supervision.sweep_supervisions(talk[0].services) == 0
    clock.advance(seconds=2)
    assert supervision.sweep_supervisions(talk[0].services) == 1
    assert join_as_supervisor(talk[0].services, talk[3].user_id) is None


def test_taken_over_the_callee_is_the_supervisors_and_the_agent_writes_up(talk: Talk) -> None:
    floor, call_id, ben, ada = talk
    seat = join(talk, "listen")
    for _ in range(2):
        taken = supervision.take_over_call(floor.services, actor=ada, call_id=call_id)
    report_supervisor(floor.services, seat, "participant-leave", LEG)
    room = f"room_{taken.id}"
    assert seats_taken(floor) == [(LEG, room), (floor.sid(call_id), room)], "moved once, asked twice"
    assert (floor.agent(ben).state, floor.call(call_id).state) == ("wrapping_up", "bridged")
    assert floor.call(call_id).conference_name == room
    assert taken.has_taken_over
    assert floor.rows("select * from supervisions where ended_at is null"), "he left one room for another"
    floor.report(call_id, CallState.COMPLETED)
    assert floor.call(call_id).disposition == "answered"


def test_a_call_cannot_be_taken_over_from_outside_it(talk: Talk) -> None:
    floor, call_id, ben, ada = talk
    supervise(talk, "listen")
    with pytest.raises(Conflict):
        supervision.take_over_call(floor.services, actor=ada, call_id=call_id)
    assert floor.agent(ben).state == "talking"


def test_taking_over_that_the_carrier_refuses_leaves_the_agent_his_callee(talk: Talk) -> None:
    floor, call_id, ben, ada = talk
    join(talk, "barge")
    floor.carrier.will_be_unavailable()
    with pytest.raises(Unavailable):
        supervision.take_over_call(floor.services, actor=ada, call_id=call_id)
    assert (floor.agent(ben).state, floor.call(call_id).conference_name) == ("talking", f"agent_{ben}")


def test_agents_do_not_listen_and_nobody_listens_to_himself(talk: Talk) -> None:
    floor, call_id, ben, _ = talk
    with pytest.raises(Forbidden):
        supervision.supervise_call(floor.services, actor=as_agent(floor, ben), call_id=call_id, mode="listen")
    own = as_supervisor(floor)
    with pytest.raises(Conflict):
        supervision.supervise_call(
            floor.services,
            actor=Principal(own.tenant_id, own.user_id, own.role, "s", ben),
            call_id=call_id,
            mode="listen",
        )


def test_cleos_supervisor_finds_nothing_and_his_headset_is_put_nowhere(talk: Talk, services: Services) -> None:
    _, call_id, _, _ = talk
    cleo = as_supervisor(open_floor(services))
    with pytest.raises(NotFound):
        supervision.supervise_call(services, actor=cleo, call_id=call_id, mode="listen")
    with pytest.raises(NotFound):
        supervision.leave_call(services, actor=cleo, call_id=call_id)
    assert join_as_supervisor(services, cleo.user_id) is None
    with pytest.raises(Forbidden):
        supervision.connect_supervisor_leg(
            services, user_id=talk[3].user_id, call_sid=LEG, authenticate=lambda _: False
        )


def test_without_a_key_nobody_can_listen_and_the_answer_says_what_is_missing(services: Services) -> None:
    floor = open_floor(services)
    call_id, _ = open_conversation(floor)
    with pytest.raises(Conflict, match="API key or a TwiML app"):
        supervision.supervise_call(services, actor=as_supervisor(floor), call_id=call_id, mode="listen")
    assert floor.rows("select * from supervisions") == []
