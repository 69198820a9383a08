"""Owns the door for browsers: a headset whose leg lasts as long as its WebSocket.

The page connects with an access token as Twilio's SDK would (`?token=…`, other keys become parameters of the call). It
is told `accepted`, `muted`, `digits` and `disconnected`, and may order `mute`, `unmute`, `digits` and `hangup`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any

from aiohttp import WSMsgType, web

from twin.carrier.calls import Call
from twin.errors import DoorError
from twin.population import Behaviour
from twin.world import World

# Twilio notices a browser that vanished about so late; real seconds, as networks know no time factor.
_VANISHED_SECONDS = 1.5
_HEARTBEAT_SECONDS = 4.0
_REFUSED = 4401
_LOOK_SECONDS = 0.05


class RefusedToken(Exception):
    """An access token that Twilio would not take; the message begins with its error number."""


class Softphones:
    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS)
        await socket.prepare(request)
        try:
            identity, app_sid = self._read_token(request.query.get("token", ""))
            params = {key: value for key, value in request.query.items() if key != "token"}
            behaviour = Behaviour(talk_seconds=None, patience_seconds=None)
            call = self._world.call_in(f"client:{identity}", app_sid, params, behaviour)
        except (RefusedToken, DoorError) as error:
            await socket.close(code=_REFUSED, message=str(error).encode()[:120])
            return socket
        watching = asyncio.ensure_future(self._watch(call, socket))
        try:
            await self._obey(call, socket)
        finally:
            watching.cancel()
            self._abandon(call)
        return socket

    async def _obey(self, call: Call, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                order = json.loads(message.data)
                verb = order["do"]
            except (ValueError, TypeError, KeyError):
                continue
            if verb in ("mute", "unmute"):
                self._world.exchange.rooms.silence(call, silent=verb == "mute")
                await socket.send_json({"event": "muted", "muted": verb == "mute"})
            elif verb == "digits":
                digits = str(order.get("digits", ""))[:32]
                self._world.log.append("softphone", call_sid=call.sid, digits=digits)
                await socket.send_json({"event": "digits", "digits": digits})
            elif verb == "hangup":
                self._world.exchange.hang_up(call)

    async def _watch(self, call: Call, socket: web.WebSocketResponse) -> None:
        """Tell the page when its leg is connected and when it is over."""
        while call.answered_at is None and not call.is_over:
            await asyncio.sleep(_LOOK_SECONDS)
        if not call.is_over:
            await socket.send_json({"event": "accepted", "call_sid": call.sid})
            await call.over.wait()
        await socket.send_json({"event": "disconnected", "reason": call.status})
        await socket.close()

    def _abandon(self, call: Call) -> None:
        """The connection is gone: without a goodbye the carrier needs a moment to notice."""
        if not call.is_over:
            loop = asyncio.get_running_loop()
            loop.call_later(_VANISHED_SECONDS, self._world.exchange.hang_up, call)

    def _read_token(self, token: str) -> tuple[str, str]:
        """Whose headset it is, and the application that it calls. Raises RefusedToken with Twilio's number."""
        try:
            head, body, signature = token.split(".")
            claims = _decoded(body)
        except (ValueError, binascii.Error):
            raise RefusedToken("20101 Invalid Access Token") from None
        account = self._world.accounts.get(str(claims.get("sub")))
        secret = None if account is None else account.keys.get(str(claims.get("iss")))
        if secret is None:
            raise RefusedToken("20103 Invalid Access Token issuer/subject")
        expected = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(_bytes(signature), expected):
            raise RefusedToken("20107 Invalid Access Token signature")
        if not isinstance(claims.get("exp"), int) or claims["exp"] <= time.time():
            raise RefusedToken("20104 Access Token has expired or expiration date is invalid")
        grants = claims.get("grants") or {}
        identity = grants.get("identity")
        app_sid = ((grants.get("voice") or {}).get("outgoing") or {}).get("application_sid")
        if not identity or not app_sid:
            raise RefusedToken("20106 Invalid Access Token grants")
        return str(identity), str(app_sid)


def _decoded(part: str) -> dict[str, Any]:
    found = json.loads(_bytes(part))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
