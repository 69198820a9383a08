"""Owns every HTTP request the twin sends: signing, time-outs, retries, redirects, faults, and its log entry."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import aiohttp
from yarl import URL

from twin.connection_overrides import ConnectionOverrides, parse_overrides
from twin.faults import Fault, FaultPlan
from twin.log import WitnessLog, shortened
from twin.signing import Fields, sign

_LOGGER = logging.getLogger(__name__)
MAX_BODY_BYTES = 64 * 1024
_MAX_REDIRECTS = 10
_LEGAL_IN_URL = "%:/?#[]@!$&'()*+,;=-._~"
# How long an event waits for the answer to the one before it, so that slow receivers still see the true order.
_ORDER_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True)
class Webhook:
    """One request to be sent; `kind` and `event` say what it is about, for faults and the log."""

    kind: str
    url: str
    method: str
    fields: Fields
    auth_token: str
    account_sid: str
    event: str | None = None
    call_sid: str | None = None
    to: str | None = None


@dataclass
class Reply:
    """The answer, or the Twilio error number that stands for there being none."""

    url: str
    status: int | None = None
    content_type: str = ""
    body: str = ""
    error: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class _Attempt:
    reply: Reply
    failure: str | None  # ct, rt, 4xx, 5xx: the words of the `rp` override


class CookieBag:
    """Cookies kept for one call, by host, as Twilio keeps them."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}

    def header(self, url: str) -> str | None:
        cookies = self._cookies.get(urlsplit(url).hostname or "")
        return "; ".join(f"{name}={value}" for name, value in cookies.items()) if cookies else None

    def keep(self, url: str, set_cookie: list[str]) -> None:
        for line in set_cookie:
            try:
                parsed = SimpleCookie(line)
            except CookieError:
                continue
            host = self._cookies.setdefault(urlsplit(url).hostname or "", {})
            host.update({name: morsel.value for name, morsel in parsed.items()})


class WebhookSender:
    def __init__(self, log: WitnessLog, faults: FaultPlan) -> None:
        self._log = log
        self._faults = faults
        self._tasks: set[asyncio.Task[Any]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        # A short keep-alive: common servers close idle connections after 2 s, and a request must not meet that.
        connector = aiohttp.TCPConnector(limit=2000, limit_per_host=0, keepalive_timeout=1.0)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
        )

    async def close(self) -> None:
        await self.drain()
        if self._session is not None:
            await self._session.close()

    async def drain(self) -> None:
        """Cancel everything under way, and whatever that starts in turn, until nothing is left."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(set(self._tasks), timeout=1.0)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something in the background and keep it alive until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        """Forget a finished task; an exception in one is a defect of the twin and must not pass in silence."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.append("defect", error=repr(error))
            _LOGGER.error("twin_defect", exc_info=error)

    def faults_for(self, webhook: Webhook) -> list[Fault]:
        return self._faults.strike_webhook(webhook.kind, webhook.event, webhook.to, webhook.call_sid)

    async def send(
        self, webhook: Webhook, *, cookies: CookieBag | None = None, faults: list[Fault] | None = None
    ) -> Reply:
        """Send, following redirects with GET. Never raises: what went wrong is in the reply's `error`."""
        struck = self.faults_for(webhook) if faults is None else faults
        effects = {fault.effect for fault in struck}
        delay = sum(fault.seconds for fault in struck if fault.effect == "delayed")
        if delay:
            await asyncio.sleep(delay)
        token = str(uuid.uuid4())
        if "lost" in effects:
            self._entry(webhook, webhook.url.partition("#")[0], None, token, effects).update(done=True, lost=True)
            return Reply(url=webhook.url, error=11205)
        if "duplicated" in effects:
            self.spawn(self._follow(webhook, token, None, effects))
        return await self._follow(webhook, token, cookies, effects)

    async def report(self, webhook: Webhook, faults: list[Fault] | None = None) -> None:
        """Send an event whose answer changes nothing; a bad answer is only warned about, as Twilio does."""
        reply = await self.send(webhook, faults=faults)
        if reply.error is not None:
            code = 15003 if reply.status is not None else reply.error
            message = f"{webhook.kind} callback to {webhook.url} failed ({reply.status})"
            self._log.warning(code, message, call_sid=webhook.call_sid, account_sid=webhook.account_sid)

    async def _follow(self, webhook: Webhook, token: str, cookies: CookieBag | None, effects: set[str]) -> Reply:
        for _ in range(_MAX_REDIRECTS + 1):
            reply = await self._send_one(webhook, token, cookies, effects)
            location = reply.headers.get("Location")
            if reply.status not in (301, 302, 303, 307, 308) or not location:
                return reply
            # Twilio follows with GET and the fields are lost, whatever the first method was.
            webhook = replace(webhook, url=urljoin(reply.url, location), method="GET", fields=[])
        return Reply(url=webhook.url, error=11215)

    async def _send_one(self, webhook: Webhook, token: str, cookies: CookieBag | None, effects: set[str]) -> Reply:
        address, overrides = parse_overrides(webhook.url)
        address = quote(address, safe=_LEGAL_IN_URL)
        posted: Fields = webhook.fields
        if webhook.method == "GET":
            if webhook.fields:
                address += ("&" if "?" in address else "?") + urlencode(webhook.fields)
            posted = []
        signature = sign(webhook.auth_token, address, posted)
        if "badly-signed" in effects:
            signature = sign("not-" + webhook.auth_token, address, posted)
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": token,
        }
        data = None
        if webhook.method != "GET":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            data = urlencode(posted).encode()
        if cookies is not None and (cookie := cookies.header(address)):
            headers["Cookie"] = cookie
        entry = self._entry(webhook, address, signature, token, effects)
        attempt = await self._try_all(webhook, address, overrides, headers, data, entry)
        reply = attempt.reply
        if cookies is not None and "Set-Cookie" in reply.headers:
            cookies.keep(address, reply.headers["Set-Cookie"].split("\n"))
        return reply

    async def _try_all(
        self,
        webhook: Webhook,
        address: str,
        overrides: ConnectionOverrides,
        headers: dict[str, str],
        data: bytes | None,
        entry: dict[str, Any],
    ) -> _Attempt:
        started = time.monotonic()
        attempt = _Attempt(Reply(url=address, error=11205), "ct")
        for _ in range(1, overrides.max_retries + 2):
            left = overrides.total_seconds - (time.monotonic() - started)
            if left <= 0:
                break
            attempt = await self._attempt(webhook.method, address, overrides, left, headers, data)
            reply = attempt.reply
            tried = {
                "status": reply.status,
                "failure": attempt.failure,
                "ms": round((time.monotonic() - started) * 1000, 1),
            }
            entry["attempts"].append(tried)
            entry.update(status=reply.status, error=reply.error, body=shortened(reply.body), ms=tried["ms"])
            if attempt.failure is None or attempt.failure not in overrides.retried:
                break
        entry["done"] = True
        return attempt

    async def _attempt(
        self,
        method: str,
        address: str,
        overrides: ConnectionOverrides,
        left: float,
        headers: dict[str, str],
        data: bytes | None,
    ) -> _Attempt:
        assert self._session is not None, "the sender is not open"  # nosec B101 # noqa: S101
        timeout = aiohttp.ClientTimeout(
            total=left, sock_connect=overrides.connect_seconds, sock_read=overrides.read_seconds
        )
        reply = Reply(url=address)
        try:
            url = URL(address, encoded=True)
            async with self._session.request(
                method, url, data=data, headers=headers, allow_redirects=False, timeout=timeout
            ) as response:
                reply.status = response.status
                reply.content_type = response.headers.get("Content-Type", "")
                reply.headers = {name: response.headers[name] for name in ("Location",) if name in response.headers}
                if "Set-Cookie" in response.headers:
                    reply.headers["Set-Cookie"] = "\n".join(response.headers.getall("Set-Cookie"))
                raw = await _read_up_to(response, MAX_BODY_BYTES + 1)
                reply.body = raw.decode(response.charset or "utf-8", errors="replace")
                if len(raw) > MAX_BODY_BYTES:
                    reply.error = 11750
        except aiohttp.ClientConnectorSSLError:
            return _failed(reply, 11220, "ct")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, ValueError):
            return _failed(reply, 11205, "ct")
        except (TimeoutError, aiohttp.ClientError, OSError, LookupError):
            return _failed(reply, 11200, "rt")
        if reply.status >= 400:
            reply.error = 11200
            return _Attempt(reply, "4xx" if reply.status < 500 else "5xx")
        return _Attempt(reply, None)

    def _entry(
        self, webhook: Webhook, address: str, signature: str | None, token: str, effects: set[str]
    ) -> dict[str, Any]:
        entry = self._log.append(
            "webhook",
            webhook=webhook.kind,
            event=webhook.event,
            account_sid=webhook.account_sid,
            call_sid=webhook.call_sid,
            method=webhook.method,
            url=address,
            form=_as_object(webhook.fields),
            signature=signature,
            idempotency_token=token,
            attempts=[],
            status=None,
            error=None,
            body=None,
            ms=None,
            done=False,
        )
        if effects:
            entry["faults"] = sorted(effects)
        return entry


class Channel:
    """Sends the events of one call or one conference in their true order, unless a planned fault says otherwise."""

    def __init__(self, sender: WebhookSender) -> None:
        self._sender = sender
        self._last: asyncio.Task[Any] | None = None
        self._held: list[tuple[Webhook, list[Fault]]] = []

    def post(self, webhook: Webhook) -> None:
        faults = self._sender.faults_for(webhook)
        if any(fault.effect == "reordered" for fault in faults):
            self._held.append((webhook, faults))
            self._sender.spawn(self._release_later())
            return
        self._queue(webhook, faults)
        self._release()

    def _queue(self, webhook: Webhook, faults: list[Fault]) -> None:
        self._last = self._sender.spawn(self._after(self._last, webhook, faults))

    async def _after(self, previous: asyncio.Task[Any] | None, webhook: Webhook, faults: list[Fault]) -> None:
        if previous is not None and not previous.done():
            await asyncio.wait([previous], timeout=_ORDER_PATIENCE_SECONDS)
        await self._sender.report(webhook, faults)

    async def _release_later(self) -> None:
        await asyncio.sleep(_ORDER_PATIENCE_SECONDS)
        self._release()

    def _release(self) -> None:
        held, self._held = self._held, []
        for webhook, faults in held:
            self._queue(webhook, faults)


async def _read_up_to(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read at most `limit` bytes: a body beyond Twilio's limit is an error, not something to hold in memory."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size >= limit:
            break
    return b"".join(chunks)


def _failed(reply: Reply, code: int, failure: str) -> _Attempt:
    reply.error = code
    reply.status = None
    return _Attempt(reply, failure)


def _as_object(fields: Fields) -> dict[str, Any]:
    """Show a form as an object; a repeated key becomes a list."""
    shown: dict[str, Any] = {}
    for key, value in fields:
        if key in shown:
            known = shown[key]
            shown[key] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            shown[key] = value
    return shown
