"""Owns the twin's own doors under /_twin: scripting people, planning faults, and reading what happened."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from twin.accounts import Account
from twin.errors import DoorError
from twin.faults import Fault
from twin.identifiers import is_sid
from twin.phone_numbers import is_client, normalise
from twin.population import Behaviour
from twin.world import World

_MAX_LOG_PAGE = 10_000
Door = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Doors:
    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        table: list[tuple[str, str, Door]] = [
            ("GET", "/_twin/health", self.health),
            ("DELETE", "/_twin", self.reset),
            ("POST", "/_twin/accounts", self.add_account),
            ("POST", "/_twin/keys", self.add_key),
            ("POST", "/_twin/numbers", self.own_number),
            ("POST", "/_twin/applications", self.set_application),
            ("POST", "/_twin/scripts", self.script),
            ("POST", "/_twin/population", self.set_population),
            ("GET", "/_twin/population", self.show_population),
            ("POST", "/_twin/clients", self.register_client),
            ("POST", "/_twin/inbound", self.call_in),
            ("POST", "/_twin/hangup", self.hang_up),
            ("POST", "/_twin/press", self.press),
            ("POST", "/_twin/say", self.say),
            ("POST", "/_twin/faults", self.plan_faults),
            ("GET", "/_twin/faults", self.show_faults),
            ("DELETE", "/_twin/faults", self.clear_faults),
            ("GET", "/_twin/log", self.show_log),
            ("GET", "/_twin/calls", self.list_calls),
        ]
        return [web.route(method, path, _guarded(door)) for method, path, door in table]

    async def health(self, _request: web.Request) -> web.Response:
        live = sum(not call.is_over for account in self._world.accounts.values() for call in account.calls.values())
        return _answer({"status": "ok", "live_calls": live, "log_entries": self._world.log.last})

    async def reset(self, _request: web.Request) -> web.Response:
        await self._world.reset()
        return _answer({"status": "reset"})

    async def add_account(self, request: web.Request) -> web.Response:
        """Found an account, or change the token or the calls per second of one that exists."""
        body = await _read(request, {"sid", "auth_token", "calls_per_second", "max_queue"})
        sid = body.get("sid")
        if not isinstance(sid, str) or not is_sid(sid, "AC"):
            raise DoorError("sid must be AC and 32 hexadecimal digits")
        rate = body.get("calls_per_second")
        if rate is not None and (isinstance(rate, bool) or not isinstance(rate, int | float) or rate <= 0):
            raise DoorError("calls_per_second must be a positive number")
        account = self._world.accounts.get(sid)
        if account is None:
            if not isinstance(body.get("auth_token"), str) or not body["auth_token"]:
                raise DoorError("auth_token is missing")
            account = self._world.add_account(sid, body["auth_token"], rate or 1.0)
        else:
            account.auth_token = body.get("auth_token") or account.auth_token
            if rate is not None:
                account.placement.set_rate(rate)
        if "max_queue" in body:
            account.placement.max_waiting = body["max_queue"]
        return _answer({"sid": account.sid, "calls_per_second": account.placement.calls_per_second})

    async def add_key(self, request: web.Request) -> web.Response:
        body = await _read(request, {"account_sid", "sid", "secret"})
        sid, secret = body.get("sid"), body.get("secret")
        if not isinstance(secret, str) or not secret:
            raise DoorError("secret is missing")
        if sid is not None and not is_sid(str(sid), "SK"):
            raise DoorError("sid must be SK and 32 hexadecimal digits")
        return _answer({"sid": self._world.new_key(self._account(body), secret, sid)})

    async def own_number(self, request: web.Request) -> web.Response:
        known = {"phone_number", "account_sid", "voice_url", "voice_method", "status_callback", "friendly_name",
                 "voice_application_sid"}  # fmt: skip
        body = await _read(request, known)
        number = normalise(str(body.get("phone_number", "")))
        if number is None:
            raise DoorError("phone_number must be a phone number")
        values = {key: value for key, value in body.items() if key not in ("phone_number", "account_sid")}
        owned = self._world.own_number(self._account(body), number, **values)
        owned.values.update(values)
        return _answer({"sid": owned.sid, "phone_number": number})

    async def set_application(self, request: web.Request) -> web.Response:
        """Change an application without credentials: `voice_url` and whatever else it holds."""
        body = await _read(request, None)
        sid = body.pop("sid", None)
        for account in self._world.accounts.values():
            application = account.applications.get(str(sid))
            if application is not None:
                if unknown := set(body) - set(application.values):
                    raise DoorError(f"unknown: {', '.join(sorted(unknown))}")
                application.values.update(body)
                return _answer({"sid": application.sid, **application.values})
        raise DoorError(f"no such application: {sid}")

    async def script(self, request: web.Request) -> web.Response:
        body = await _read(request, None)
        if isinstance(body.get("to"), str):
            body["to"] = normalise(body["to"]) or body["to"]
        waiting = self._world.scripts.add(body)
        return _answer({"to": body["to"], "waiting": waiting})

    async def set_population(self, request: web.Request) -> web.Response:
        self._world.population.configure(await _read(request, None))
        return await self.show_population(request)

    async def show_population(self, _request: web.Request) -> web.Response:
        return _answer(_plain(self._world.population.settings))

    async def register_client(self, request: web.Request) -> web.Response:
        body = await _read(request, {"identity", "registered", "ring_seconds", "answers"})
        identity = str(body.get("identity", "")).removeprefix("client:")
        if not identity:
            raise DoorError("identity is missing")
        clients = self._world.exchange.clients
        if body.get("registered", True):
            clients.register(identity, float(body.get("ring_seconds", 1.0)), answers=bool(body.get("answers", True)))
        else:
            clients.unregister(identity)
        return _answer({"registered": clients.identities()})

    async def call_in(self, request: web.Request) -> web.Response:
        known = {"from", "to", "params", "talk_seconds", "patience_seconds", "digits", "speech"}
        body = await _read(request, known)
        from_, to, params = body.get("from"), body.get("to"), body.get("params", {})
        if not isinstance(from_, str) or not isinstance(to, str):
            raise DoorError("from and to are needed")
        if not isinstance(params, dict):
            raise DoorError("params must be an object")
        texts = {str(key): str(value) for key, value in params.items()}
        call = self._world.call_in(from_, to, texts, self._caller(from_, body))
        return _answer({"call_sid": call.sid, "account_sid": call.account.sid})

    def _caller(self, from_: str, body: dict[str, Any]) -> Behaviour:
        """A softphone stays until it is hung up; anybody else behaves as the population does."""
        talk, patience = body.get("talk_seconds"), body.get("patience_seconds")
        digits, speech = (_texts(body.get(name)) for name in ("digits", "speech"))
        if not is_client(from_):
            drawn = self._world.population.draw(from_)
            talk = drawn.talk_seconds if talk is None else talk
            patience = drawn.patience_seconds if patience is None else patience
        return Behaviour(talk_seconds=talk, patience_seconds=patience, digits=digits, speech=speech)

    async def hang_up(self, request: web.Request) -> web.Response:
        """The far person puts the receiver down."""
        body = await _read(request, {"call_sid"})
        call = self._world.find_call(body.get("call_sid"))
        self._world.exchange.hang_up(call)
        return _answer(call.snapshot())

    async def press(self, request: web.Request) -> web.Response:
        body = await _read(request, {"call_sid", "digits"})
        call = self._world.find_call(body.get("call_sid"))
        call.keys.extend(_texts(body.get("digits")))
        call.heard.set()
        return _answer(call.snapshot())

    async def say(self, request: web.Request) -> web.Response:
        body = await _read(request, {"call_sid", "speech"})
        call = self._world.find_call(body.get("call_sid"))
        call.words.extend(_texts(body.get("speech")))
        call.heard.set()
        return _answer(call.snapshot())

    async def plan_faults(self, request: web.Request) -> web.Response:
        planned = self._world.faults.plan(await _read(request, None))
        return _answer({"planned": [fault.present() for fault in planned]})

    async def show_faults(self, _request: web.Request) -> web.Response:
        faults: list[Fault] = self._world.faults.faults
        return _answer({"faults": [fault.present() for fault in faults]})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._world.faults.clear()
        return _answer({"faults": []})

    async def show_log(self, request: web.Request) -> web.Response:
        try:
            since = int(request.query.get("since", "0"))
            limit = min(int(request.query.get("limit", str(_MAX_LOG_PAGE))), _MAX_LOG_PAGE)
        except ValueError:
            raise DoorError("since and limit must be whole numbers") from None
        entries = self._world.log.since(since, limit, request.query.get("kind"))
        return _answer({"entries": entries, "last": self._world.log.last})

    async def list_calls(self, request: web.Request) -> web.Response:
        everything = request.query.get("all") == "true"
        calls = [
            call.snapshot()
            for account in self._world.accounts.values()
            for call in account.calls.values()
            if everything or not call.is_over
        ]
        return _answer({"calls": calls})

    def _account(self, body: dict[str, Any]) -> Account:
        """The account a door is about: the one named, or the first."""
        sid = body.get("account_sid", self._world.settings.account_sid)
        account = self._world.accounts.get(sid)
        if account is None:
            raise DoorError(f"no such account: {sid}")
        return account


def _guarded(door: Door) -> Door:
    async def open_door(request: web.Request) -> web.StreamResponse:
        try:
            return await door(request)
        except DoorError as error:
            return _answer({"error": str(error)}, 400)
        except (TypeError, ValueError) as error:
            # A value of the wrong type somewhere inside the JSON.
            return _answer({"error": f"invalid value: {error}"}, 400)

    return open_door


async def _read(request: web.Request, known: set[str] | None) -> dict[str, Any]:
    try:
        body = json.loads(await request.text() or "{}")
    except json.JSONDecodeError as error:
        raise DoorError(f"not JSON: {error}") from None
    if not isinstance(body, dict):
        raise DoorError("a JSON object is expected")
    if known is not None and (unknown := set(body) - known):
        raise DoorError(f"unknown: {', '.join(sorted(unknown))}")
    return body


def _answer(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(text) for text in value) if isinstance(value, list) else (str(value),)


def _plain(settings: Any) -> dict[str, Any]:
    return asdict(settings)
