"""Owns the front door of the REST API: routes, authentication, planned faults, errors, JSON or XML."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web
from multidict import MultiDict, MultiMapping

from twin.accounts import Account
from twin.errors import TwilioError, not_found
from twin.faults import Fault
from twin.rest.request import Answer, RestRequest
from twin.rest.routes import ROUTES
from twin.rest.xml import to_xml

if TYPE_CHECKING:
    from twin.world import World

_LOGGER = logging.getLogger(__name__)
Handler = Callable[[RestRequest], Awaitable[Answer]]
_ROOT = "/2010-04-01/"
_ACCOUNT_ITSELF = re.compile(r"/2010-04-01/Accounts(/[^/]+)?")
_MEDIA = ("wav", "mp3")
_EXTENSION = re.compile(r"(.*)\.(json|xml|csv|wav|mp3)")


def _compiled() -> list[tuple[re.Pattern[str], dict[str, Handler]]]:
    """Turn `Accounts/{account}/Calls/{call}` into patterns, with the methods each path knows."""
    table: dict[str, dict[str, Handler]] = {}
    for method, path, handler in ROUTES:
        table.setdefault(path, {})[method] = handler
    return [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), methods) for path, methods in table.items()]


class RestApi:
    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = _compiled()

    async def serve(self, web_request: web.Request) -> web.StreamResponse:
        """Answer one request, log it with its answer, and let planned faults strike before and after."""
        started = time.monotonic()
        path = web_request.rel_url.raw_path
        form: MultiMapping[str] = MultiDict()
        if web_request.method == "POST":
            form = await _read_form(web_request)
        entry = self._world.log.append(
            "request",
            method=web_request.method,
            path=path,
            query=dict(web_request.query),
            form=_as_object(form),
            status=None,
            code=None,
            done=False,
        )
        struck = self._world.faults.strike_rest(web_request.method, path, form.get("To"))
        if struck:
            entry["faults"] = [fault.effect for fault in struck]
        response = await self._answer(web_request, path, form, struck, entry)
        entry.update(status=response.status, ms=round((time.monotonic() - started) * 1000, 1), done=True)
        if any(fault.effect.startswith("reset") for fault in struck):
            entry["status"] = None
            _drop_connection(web_request)
        return response

    async def _answer(
        self,
        web_request: web.Request,
        path: str,
        form: MultiMapping[str],
        struck: list[Fault],
        entry: dict[str, Any],
    ) -> web.Response:
        known = _EXTENSION.fullmatch(path)
        bare, extension = (known[1], known[2]) if known else (path, "")
        try:
            effects = {fault.effect for fault in struck}
            slow = sum(fault.seconds for fault in struck if fault.effect == "slow")
            if slow:
                await asyncio.sleep(slow)
            if "reset-before-accept" in effects:
                return web.Response(status=500)
            for effect in ("429", "500", "503"):
                if effect in effects:
                    raise TwilioError(int("20" + effect))
            handler, ids = self._route(web_request.method, bare, extension, path)
            account = self._authenticate(web_request, path, ids)
            entry["account_sid"] = account.sid
            request = RestRequest(
                self._world, account, web_request.method, path, web_request.query, form, ids, extension
            )
            answer = await handler(request)
        except TwilioError as error:
            entry.update(code=error.code, message=error.message)
            return _refuse(error, extension)
        except Exception as error:  # a defect of the twin itself: say so in the witness, answer as Twilio would
            _LOGGER.exception("twin_defect", extra={"path": path})
            entry.update(code=20500, defect=repr(error))
            return _refuse(TwilioError(20500), extension)
        if answer.body is not None and "sid" in answer.body:
            entry["sid"] = answer.body["sid"]
        elif answer.body is not None and "call_sid" in answer.body:
            entry["sid"] = answer.body["call_sid"]
        return _render(answer, extension)

    def _route(self, method: str, bare: str, extension: str, path: str) -> tuple[Handler, dict[str, str]]:
        bare = bare.removeprefix(_ROOT)
        for pattern, methods in self._routes:
            match = pattern.fullmatch(bare)
            if match is None:
                continue
            ids = {name: unquote(value) for name, value in match.groupdict().items()}
            if extension in _MEDIA and "recording" not in ids:
                break
            if method not in methods:
                raise TwilioError(20004, f"Method {method} is not allowed for {path}")
            return methods[method], ids
        # Twilio asks who you are before it says that something is not there; the twin need not.
        raise not_found(path)

    def _authenticate(self, web_request: web.Request, path: str, ids: dict[str, str]) -> Account:
        """Find the account by Basic credentials: its SID and token, or the SID and secret of one of its keys."""
        username, password = _credentials(web_request.headers.get("Authorization", ""))
        for account in self._world.accounts.values():
            if not account.secret_is(username, password):
                continue
            wanted = ids.get("account")
            is_key = username != account.sid
            if wanted is not None and wanted != account.sid:
                break
            if is_key and _ACCOUNT_ITSELF.fullmatch(path):
                break  # standard keys cannot reach the account itself
            if account.status == "suspended" and web_request.method == "POST" and len(ids) > 1:
                raise TwilioError(10001)
            return account
        raise TwilioError(20003)


async def _read_form(web_request: web.Request) -> MultiMapping[str]:
    if not web_request.content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        await web_request.read()
        return MultiDict()
    posted = await web_request.post()
    return MultiDict((name, value) for name, value in posted.items() if isinstance(value, str))


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        username, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return username, password


def _refuse(error: TwilioError, extension: str) -> web.Response:
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return _render(Answer(error.status, error.body(), name="RestException", headers=headers), extension)


def _render(answer: Answer, extension: str) -> web.Response:
    headers = {"Twilio-Request-Duration": "0.010", "Twilio-Concurrent-Requests": "1", **answer.headers}
    if answer.media is not None:
        return web.Response(body=answer.media, status=answer.status, content_type=answer.media_type, headers=headers)
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    if extension == "json":
        text = json.dumps(answer.body)
        return web.Response(text=text, status=answer.status, content_type="application/json", headers=headers)
    text = to_xml(answer.name, answer.body)
    return web.Response(text=text, status=answer.status, content_type="application/xml", headers=headers)


def _drop_connection(web_request: web.Request) -> None:
    if web_request.transport is not None:
        web_request.transport.abort()


def _as_object(form: MultiMapping[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in form:
        values = form.getall(name)
        shown[name] = values[0] if len(values) == 1 else values
    return shown
