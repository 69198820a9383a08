"""The door for browsers: a headset whose leg lasts as long as its connection."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from tests.twin.conftest import ACCOUNT, Receiver, Twin, eventually

KEY, SECRET = "SK" + "7" * 32, "the-secret-of-the-key-that-signs-headsets"
ROOM = "<Response><Dial><Conference>desk</Conference></Dial></Response>"


@pytest.fixture
def app_sid(twin: Twin, receiver: Receiver) -> str:
    twin.door("/keys", {"sid": KEY, "secret": SECRET})
    return str(twin.client.applications.create(friendly_name="Desk", voice_url=receiver.on("/voice", ROOM)).sid)


def token(app_sid: str, *, secret: str = SECRET, identity: str = "agent_1", seconds: int = 60) -> str:
    made = AccessToken(ACCOUNT, KEY, secret, identity=identity, valid_until=int(time.time()) + seconds)
    made.add_grant(VoiceGrant(outgoing_application_sid=app_sid))
    return str(made.to_jwt())


def headset(
    twin: Twin, ticket: str, use: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[Any]], query: str = ""
) -> Any:
    """Connect as a browser does and use the connection."""

    async def connect() -> Any:
        async with aiohttp.ClientSession() as session:
            address = f"{twin.url}/_twin/softphone?token={ticket}{query}"
            async with session.ws_connect(address) as socket:
                return await use(socket)

    return asyncio.run(connect())


async def told(socket: aiohttp.ClientWebSocketResponse) -> Any:
    return await asyncio.wait_for(socket.receive_json(), 5)


def test_a_headset_calls_its_application_and_is_in_the_room_as_long_as_it_is_connected(
    twin: Twin, receiver: Receiver, app_sid: str
) -> None:
    async def stay(socket: aiohttp.ClientWebSocketResponse) -> str:
        accepted = await told(socket)
        assert accepted["event"] == "accepted"
        return str(accepted["call_sid"])

    call_sid = headset(twin, token(app_sid), stay, "&shift=late")
    form = receiver.wait("/voice")[0].form
    assert (form["From"], form["shift"], form["CallSid"]) == ("client:agent_1", "late", call_sid)
    assert twin.client.calls(call_sid).fetch().status == "in-progress", "a browser that vanishes is noticed later"
    assert twin.until(call_sid, timeout=5).status == "completed"


def test_a_headset_that_hangs_up_is_gone_at_once_and_is_told(twin: Twin, app_sid: str) -> None:
    async def hang_up(socket: aiohttp.ClientWebSocketResponse) -> list[Any]:
        first = await told(socket)
        await socket.send_json({"do": "digits", "digits": "12#"})
        keyed = await told(socket)
        await socket.send_str("not json")
        await socket.send_json({"do": "hangup"})
        return [first, keyed, await told(socket)]

    first, keyed, last = headset(twin, token(app_sid), hang_up)
    assert (keyed, last["event"]) == ({"event": "digits", "digits": "12#"}, "disconnected")
    assert twin.client.calls(first["call_sid"]).fetch().status == "completed"


def test_a_headset_that_the_product_ends_is_told(twin: Twin, app_sid: str) -> None:
    async def be_ended(socket: aiohttp.ClientWebSocketResponse) -> Any:
        accepted = await told(socket)
        await asyncio.to_thread(lambda: twin.client.calls(accepted["call_sid"]).update(status="completed"))
        return await told(socket)

    assert headset(twin, token(app_sid), be_ended) == {"event": "disconnected", "reason": "completed"}


def test_whoever_hears_only_a_muted_headset_hears_nobody(twin: Twin, receiver: Receiver, app_sid: str) -> None:
    watched = f'<Conference statusCallback="{receiver.url}/room" statusCallbackEvent="speaker">desk</Conference>'
    receiver.on("/voice", f"<Response><Dial>{watched}</Dial></Response>")
    caller = {"from": "+12125550123", "to": app_sid, "talk_seconds": 6000, "patience_seconds": 6000}
    callee = twin.door("/inbound", caller)["call_sid"]

    async def mute(socket: aiohttp.ClientWebSocketResponse) -> Any:
        await told(socket)
        speaking = {"CallSid": callee, "StatusCallbackEvent": "participant-speech-start"}
        await asyncio.to_thread(receiver.wait, "/room", **speaking)
        await socket.send_json({"do": "mute"})
        answer = await told(socket)
        silent = {"CallSid": callee, "StatusCallbackEvent": "participant-speech-stop"}
        await asyncio.to_thread(receiver.wait, "/room", **silent)
        await socket.send_json({"do": "unmute"})
        await asyncio.to_thread(receiver.wait, "/room", 2, **speaking)
        return answer

    assert headset(twin, token(app_sid), mute) == {"event": "muted", "muted": True}


@pytest.mark.parametrize(
    ("changed", "number"),
    [({"secret": "another-secret-that-nobody-knows-of-here"}, "20107"), ({"seconds": -5}, "20104")],
)
def test_a_wrong_token_is_refused_with_twilios_number(
    twin: Twin, app_sid: str, changed: dict[str, Any], number: str
) -> None:
    async def be_refused(socket: aiohttp.ClientWebSocketResponse) -> tuple[int | None, str]:
        message = await asyncio.wait_for(socket.receive(), 5)
        return socket.close_code, str(message.extra)

    code, why = headset(twin, token(app_sid, **changed), be_refused)
    assert (code, why[:5]) == (4401, number)
    assert eventually(lambda: not twin.door("/calls")["calls"])


@pytest.mark.parametrize("nonsense", ["", "a.b.c", "é", json.dumps({})])
def test_nonsense_is_no_token(twin: Twin, nonsense: str) -> None:
    async def be_refused(socket: aiohttp.ClientWebSocketResponse) -> int | None:
        await asyncio.wait_for(socket.receive(), 5)
        return socket.close_code

    assert headset(twin, nonsense, be_refused) == 4401
