# ruff: noqa: F811 - fixtures that are imported are named as arguments again
"""The promises of `LiveCallControl`, kept by the fake and by Twilio's adapter against the twin."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from twilio.rest import Client

from dialer.domain.calls import CallState
from dialer.domain.errors import CallNotInProgress, CarrierRefused, CarrierUnavailable
from dialer.domain.ids import AgentId
from dialer.domain.seats import Seat, agent_room
from dialer.ports import CallRequest
from tests.contracts.test_carrier import (  # noqa: F401 - its sides, as fixtures
    ACCOUNT,
    CALL_ID,
    FROM,
    Side,
    TwinSide,
    number,
    place,
    side,
    twin_url,
    webhooks,
)

KEYED = replace(ACCOUNT, api_key_sid="SK" + "1" * 32, api_key_secret="s" * 32, twiml_app_sid="AP" + "1" * 32)


@pytest.fixture
def talking(side: Side, number: str) -> tuple[str, AgentId]:
    """A callee in an agent's conference."""
    call_sid, agent_id = place(side, number), AgentId(uuid.uuid4())
    side.bring_to(call_sid, CallState.ANSWERED)
    side.seat(call_sid, agent_id)
    return call_sid, agent_id


def test_whoever_is_in_a_conference_is_held_and_brought_back_any_number_of_times(
    side: Side,
    talking: tuple[str, AgentId],
) -> None:
    call_sid, agent_id = talking
    for is_on_hold in (True, True, False, False):
        side.carrier.set_hold(ACCOUNT, call_sid=call_sid, room=agent_room(agent_id), is_on_hold=is_on_hold)
    if isinstance(side, TwinSide):
        assert side.carrier.list_participants(ACCOUNT, conference_name=agent_room(agent_id)) == {call_sid}


def test_how_a_supervisor_is_heard_can_be_changed(side: Side, talking: tuple[str, AgentId]) -> None:
    call_sid, agent_id = talking
    for mode in ("listen", "barge"):
        side.carrier.set_supervision(ACCOUNT, call_sid=call_sid, room=agent_room(agent_id), mode=mode, coached_sid=None)
        if isinstance(side, TwinSide):
            conferences = client_of(side).conferences
            (conference,) = conferences.list(friendly_name=agent_room(agent_id), limit=1)
            participant = conferences(conference.sid or "").participants(call_sid).fetch()
            assert participant.muted is (mode == "listen")


def test_what_is_recorded_can_be_paused_and_resumed_any_number_of_times(side: Side, number: str) -> None:
    side.script(number)
    request = CallRequest(CALL_ID, uuid.uuid4(), number, FROM, 25, amd=None, wait_for_beep=False, record=True)
    call_sid = side.carrier.place_call(ACCOUNT, request).call_sid
    side.bring_to(call_sid, CallState.ANSWERED)
    for _ in range(2):
        side.carrier.pause_recording(ACCOUNT, call_sid=call_sid)
        assert recordings_of(side, call_sid) <= {"paused"}
    for _ in range(2):
        side.carrier.resume_recording(ACCOUNT, call_sid=call_sid)
        assert recordings_of(side, call_sid) <= {"in-progress"}


def client_of(side: TwinSide) -> Client:
    return side.carrier._client(ACCOUNT)


def recordings_of(side: Side, call_sid: str) -> set[str]:
    """How the recordings of a call stand at the twin; nothing is known of the fake's."""
    if not isinstance(side, TwinSide):
        return set()
    found = {str(one.status) for one in client_of(side).calls(call_sid).recordings.list()}
    assert found
    return found


def test_a_leg_is_moved_from_one_conference_into_another(side: Side, talking: tuple[str, AgentId]) -> None:
    call_sid, agent_id = talking
    room = f"room_{uuid.uuid4()}"
    side.carrier.take_seat(ACCOUNT, call_sid=call_sid, seat=Seat(room, "call_1", call_id=CALL_ID, has_music=True))
    if isinstance(side, TwinSide):
        side.await_seat(call_sid, room)
        assert side.carrier.list_participants(ACCOUNT, conference_name=agent_room(agent_id)) == set()


def test_what_is_over_is_neither_held_nor_moved_nor_paused(side: Side, talking: tuple[str, AgentId]) -> None:
    call_sid, agent_id = talking
    side.bring_to(call_sid, CallState.COMPLETED)
    room = agent_room(agent_id)
    with pytest.raises(CallNotInProgress):
        side.carrier.set_hold(ACCOUNT, call_sid=call_sid, room=room, is_on_hold=True)
    with pytest.raises(CallNotInProgress):
        side.carrier.set_supervision(ACCOUNT, call_sid=call_sid, room=room, mode="barge", coached_sid=None)
    with pytest.raises(CallNotInProgress):
        side.carrier.take_seat(ACCOUNT, call_sid=call_sid, seat=Seat("room_x", "call_1", call_id=CALL_ID))
    with pytest.raises(CallNotInProgress):
        side.carrier.pause_recording(ACCOUNT, call_sid=call_sid)


def test_trouble_with_steering_is_told(side: Side, talking: tuple[str, AgentId]) -> None:
    side.be_busy_with_others()
    with pytest.raises(CarrierUnavailable):
        side.carrier.set_hold(ACCOUNT, call_sid=talking[0], room=agent_room(talking[1]), is_on_hold=True)


def test_a_telephone_that_a_call_goes_to_is_a_call_of_its_own(side: Side, number: str) -> None:
    side.script(number)
    placed = side.carrier.call_transfer_target(
        ACCOUNT, transfer_id=uuid.uuid4(), to_number=number, from_number=FROM, ring_timeout_seconds=25
    )
    found = side.carrier.fetch_call(ACCOUNT, call_sid=placed.call_sid)
    assert found is not None
    assert found.to_number == number


def test_a_ticket_names_its_bearer_and_needs_a_key_and_an_app(side: Side) -> None:
    now = datetime.now(UTC)
    ticket = side.carrier.issue_voice_ticket(KEYED, identity="agent_7", now=now, seconds=3600)
    assert ticket.kind == "simulated"
    if isinstance(side, TwinSide):
        told = jwt.decode(ticket.token, "s" * 32, algorithms=["HS256"])
        assert told["grants"]["identity"] == "agent_7"
        assert told["grants"]["voice"]["outgoing"]["application_sid"] == KEYED.twiml_app_sid
        assert abs(told["exp"] - (now + timedelta(hours=1)).timestamp()) <= 1
        assert "s" * 32 not in repr(ticket)
    for lacking in ({"api_key_sid": None}, {"twiml_app_sid": None}):
        with pytest.raises(CarrierRefused):
            side.carrier.issue_voice_ticket(replace(KEYED, **lacking), identity="agent_7", now=now, seconds=60)
