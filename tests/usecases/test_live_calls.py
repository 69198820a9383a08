"""Hold and recording of calls that go on: whoever comes last is obeyed, and nothing is done by halves."""

import threading

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import CallNotInProgress, Conflict, Forbidden, NotFound, Unavailable
from dialer.domain.ids import CallId
from dialer.domain.principals import Principal
from dialer.usecases import live_calls
from dialer.usecases.services import Services
from tests.builders.control import as_agent, as_supervisor
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.fakes import FrozenClock


@pytest.fixture
def talk(services: Services) -> tuple[Floor, CallId, Principal]:
    """Ben talks with somebody in a campaign that records."""
    floor = open_floor(services, record_calls=True)
    call_id, agent_id = open_conversation(floor)
    return floor, call_id, as_agent(floor, agent_id)


def asked(floor: Floor, *verbs: str) -> list[str]:
    return [verb for verb, _, _ in floor.carrier.done if verb in verbs]


def test_a_callee_on_hold_hears_music_and_his_agent_is_told(talk: tuple[Floor, CallId, Principal]) -> None:
    floor, call_id, ben = talk
    held = live_calls.hold_call(floor.services, actor=ben, call_id=call_id)
    assert (held.is_on_hold, held.hold_since) == (True, floor.services.clock.now())
    assert floor.carrier.done[-1] == ("hold", floor.sid(call_id), f"agent_{ben.agent_id}")
    changed = [event.payload for event in floor.feed.to_agents if event.event == "call:changed"]
    assert (changed[-1]["is_on_hold"], changed[-1]["recording"]) == (True, "on")


def test_holds_are_added_up_and_the_end_of_the_call_ends_the_last(
    talk: tuple[Floor, CallId, Principal], clock: FrozenClock
) -> None:
    floor, call_id, ben = talk
    live_calls.hold_call(floor.services, actor=ben, call_id=call_id)
    clock.advance(seconds=20)
    live_calls.hold_call(floor.services, actor=ben, call_id=call_id)
    resumed = live_calls.resume_call(floor.services, actor=ben, call_id=call_id)
    assert (resumed.is_on_hold, resumed.hold_seconds) == (False, 20)
    live_calls.resume_call(floor.services, actor=ben, call_id=call_id)
    live_calls.hold_call(floor.services, actor=ben, call_id=call_id)
    clock.advance(seconds=5)
    floor.report(call_id, CallState.COMPLETED)
    assert (floor.call(call_id).hold_seconds, floor.call(call_id).held_since) == (25, None)


def test_a_hold_that_the_carrier_refuses_never_was(talk: tuple[Floor, CallId, Principal]) -> None:
    floor, call_id, ben = talk
    floor.carrier.will_be_unavailable()
    with pytest.raises(Unavailable):
        live_calls.hold_call(floor.services, actor=ben, call_id=call_id)
    assert (floor.call(call_id).held_since, floor.call(call_id).hold_seconds) == (None, 0)


def test_after_a_lost_answer_the_hold_is_shown_and_either_button_settles_it(
    talk: tuple[Floor, CallId, Principal],
) -> None:
    floor, call_id, ben = talk
    floor.carrier.will_lose_the_answer()
    with pytest.raises(Unavailable):
        live_calls.hold_call(floor.services, actor=ben, call_id=call_id)
    assert floor.call(call_id).held_since is not None, "he may be hearing music, so it must be possible to end it"
    assert not live_calls.resume_call(floor.services, actor=ben, call_id=call_id).is_on_hold
    assert asked(floor, "hold", "resume") == ["hold", "resume"]


def test_of_hold_and_resume_at_once_the_carrier_ends_up_as_the_row_says(
    talk: tuple[Floor, CallId, Principal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two connections: the hold reaches the carrier only after the resume was noted, asked for and done."""
    floor, call_id, ben = talk
    is_noted, may_go_on = threading.Event(), threading.Event()
    straight, orders = floor.carrier.set_hold, []

    def slow(account: object, *, call_sid: str, room: str, is_on_hold: bool) -> None:
        if not orders:
            orders.append("slow")
            is_noted.set()
            assert may_go_on.wait(10)
        orders.append("hold" if is_on_hold else "resume")
        straight(account, call_sid=call_sid, room=room, is_on_hold=is_on_hold)  # type: ignore[arg-type]

    monkeypatch.setattr(floor.carrier, "set_hold", slow)
    holding = threading.Thread(
        target=live_calls.hold_call, args=(floor.services,), kwargs={"actor": ben, "call_id": call_id}
    )
    holding.start()
    assert is_noted.wait(10)
    live_calls.resume_call(floor.services, actor=ben, call_id=call_id)
    may_go_on.set()
    holding.join(10)
    assert floor.call(call_id).held_since is None
    assert orders[-1] == "resume", orders


def test_a_paused_recording_is_noted_only_once_nothing_is_recorded(talk: tuple[Floor, CallId, Principal]) -> None:
    floor, call_id, ben = talk
    floor.carrier.will_lose_the_answer()
    with pytest.raises(Unavailable):
        live_calls.pause_recording(floor.services, actor=ben, call_id=call_id)
    assert floor.call(call_id).recording_paused_at is None, "whoever believes it says what must not be kept"
    paused = live_calls.pause_recording(floor.services, actor=ben, call_id=call_id)
    assert (paused.is_recording, paused.is_recording_paused) == (True, True)
    resumed = live_calls.resume_recording(floor.services, actor=ben, call_id=call_id)
    assert not resumed.is_recording_paused
    assert asked(floor, "pause_recording", "resume_recording")[-1] == "resume_recording"


def test_what_is_not_recorded_cannot_be_paused(services: Services) -> None:
    floor = open_floor(services)
    call_id, agent_id = open_conversation(floor)
    with pytest.raises(Conflict):
        live_calls.pause_recording(services, actor=as_agent(floor, agent_id), call_id=call_id)
    assert floor.carrier.done == []


def test_a_callee_who_has_just_hung_up_cannot_be_held(
    talk: tuple[Floor, CallId, Principal], monkeypatch: pytest.MonkeyPatch
) -> None:
    floor, call_id, ben = talk

    def is_gone(*_: object, **__: object) -> None:
        raise CallNotInProgress("gone")

    monkeypatch.setattr(floor.carrier, "set_hold", is_gone)
    with pytest.raises(Conflict):
        live_calls.hold_call(floor.services, actor=ben, call_id=call_id)
    assert floor.call(call_id).held_since is None


def test_only_the_calls_agent_and_supervisors_steer_it(talk: tuple[Floor, CallId, Principal]) -> None:
    floor, call_id, _ = talk
    for stranger in (as_agent(floor, floor.console_agent()), as_agent(floor, None)):
        with pytest.raises(Forbidden):
            live_calls.hold_call(floor.services, actor=stranger, call_id=call_id)
        with pytest.raises(Forbidden):
            live_calls.load_live_call(floor.services, actor=stranger, call_id=call_id)
    assert live_calls.hold_call(floor.services, actor=as_supervisor(floor), call_id=call_id).is_on_hold


def test_cleos_supervisor_finds_no_such_call(talk: tuple[Floor, CallId, Principal], services: Services) -> None:
    _, call_id, _ = talk
    cleo = as_supervisor(open_floor(services))
    for steer in (live_calls.hold_call, live_calls.resume_call, live_calls.pause_recording, live_calls.load_live_call):
        with pytest.raises(NotFound):
            steer(services, actor=cleo, call_id=call_id)


def test_a_call_that_is_over_is_not_steered(talk: tuple[Floor, CallId, Principal]) -> None:
    floor, call_id, ben = talk
    floor.report(call_id, CallState.COMPLETED)
    with pytest.raises(Conflict):
        live_calls.resume_call(floor.services, actor=ben, call_id=call_id)
    shown = live_calls.load_live_call(floor.services, actor=ben, call_id=call_id)
    assert (shown.state, shown.is_recording) == ("completed", False)
