"""A real twin on a free port, Twilio's own client pointed at it, and a server that receives its webhooks."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from twin.app import TwinServer
from twin.world import TwinSettings, World

ACCOUNT = "AC" + "a1" * 16
TOKEN = "the-first-account-token"
TIME_FACTOR = 50.0
# Carrier seconds that a busy machine may be late: more than a second of real time.
SLACK = 60


class TwinClient(TwilioHttpClient):
    """Sends to the twin what was meant for api.twilio.com."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=20)
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(url)
        return super().request(method, urlunsplit((self._base.scheme, self._base.netloc, *parts[2:])), *args, **kwargs)


class Received:
    def __init__(self, method: str, path: str, headers: dict[str, str], body: str) -> None:
        self.method = method
        self.raw_path = path
        self.path = urlsplit(path).path
        self.headers = headers
        self.query = {k: v[0] for k, v in parse_qs(urlsplit(path).query, keep_blank_values=True).items()}
        self.lists = parse_qs(body, keep_blank_values=True)
        self.form = {k: v[0] for k, v in self.lists.items()}
        self.at = time.monotonic()


Responder = Callable[[Received], tuple[int, str, str]]


class Receiver:
    """A webhook server that answers what it was told to and remembers everything it got."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self._answers: dict[str, Responder] = {}
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                got = Received(self.command, self.path, dict(self.headers), body)
                with receiver._changed:
                    receiver.requests.append(got)
                    receiver._changed.notify_all()
                status, content_type, text = receiver._answer(got)
                if status == 0:  # drop the connection
                    self.close_connection = True
                    return
                payload = text.encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", text)
                    payload = b""
                if content_type:
                    self.send_header("Content-Type", content_type)
                self.send_header("Set-Cookie", "visited=yes")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = _serve  # noqa: N815 - the names http.server looks for

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A twin that gave up waiting is not this server's trouble."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def _answer(self, got: Received) -> tuple[int, str, str]:
        responder = self._answers.get(got.path)
        return responder(got) if responder else (204, "", "")

    def on(self, path: str, answer: str | Responder, *, status: int = 200, content_type: str = "text/xml") -> str:
        """Answer a path with a document (or by a function) and return its address."""
        if callable(answer):
            self._answers[path] = answer
        else:
            self._answers[path] = lambda _: (status, content_type, answer)
        return self.url + path

    def at(self, path: str) -> list[Received]:
        return [got for got in list(self.requests) if got.path == path]

    def wait(self, path: str, count: int = 1, timeout: float = 20.0, **form: str) -> list[Received]:
        """Wait until so many requests to a path have come whose form has these values."""

        def found() -> list[Received]:
            return [r for r in self.at(path) if all(r.form.get(k) == v for k, v in form.items())]

        deadline = time.monotonic() + timeout
        with self._changed:
            while len(found()) < count:
                left = deadline - time.monotonic()
                if left <= 0:
                    seen = [(r.path, r.form) for r in self.requests]
                    raise AssertionError(f"{count} × {path} {form} never came; seen: {seen}")
                self._changed.wait(left)
        return found()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Twin:
    """A twin running in a thread of this process."""

    def __init__(self, **settings: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        given = {"account_sid": ACCOUNT, "auth_token": TOKEN, "time_factor": TIME_FACTOR, "calls_per_second": 500.0}
        self.url = self._run(self._start(TwinSettings(**(given | settings))))
        self.client = Client(ACCOUNT, TOKEN, http_client=TwinClient(self.url))

    async def _start(self, settings: TwinSettings) -> str:
        self._server = TwinServer(World(settings), "127.0.0.1", 0)
        return await self._server.start()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    def stop(self) -> None:
        self._run(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def door(self, path: str, body: dict[str, Any] | None = None, *, method: str = "", expect: int = 200) -> Any:
        verb = method or ("GET" if body is None else "POST")
        answer = requests.request(verb, self.url + "/_twin" + path, json=body, timeout=10)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def rest(self, method: str, path: str, auth: tuple[str, str] | None = (ACCOUNT, TOKEN), **kwargs: Any) -> Any:
        """A plain request below the account's address."""
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT}{path}"
        return requests.request(method, url, auth=auth, timeout=10, **kwargs)

    def log(self, kind: str | None = None) -> list[dict[str, Any]]:
        suffix = f"?kind={kind}" if kind else ""
        return self.door("/log" + suffix)["entries"]

    def warnings(self) -> list[int]:
        return [entry["code"] for entry in self.log("warning")]

    def script(self, to: str, **behaviour: Any) -> None:
        self.door("/scripts", {"to": to, **behaviour})

    def until(self, call_sid: str, *statuses: str, timeout: float = 20.0) -> Any:
        """Wait until a call has one of these statuses (any terminal one by default) and return it."""
        wanted = statuses or ("completed", "busy", "no-answer", "failed", "canceled")
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            call = self.client.calls(call_sid).fetch()
            if call.status in wanted:
                return call
            time.sleep(0.01)
        raise AssertionError(f"{call_sid} is {call.status}, not {wanted}")


def eventually(check: Callable[[], Any], timeout: float = 20.0) -> Any:
    """Wait until something is true and return it."""
    deadline = time.monotonic() + timeout
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("it never became true")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def shared_twin() -> Iterator[Twin]:
    twin = Twin()
    yield twin
    twin.stop()


@pytest.fixture
def twin(shared_twin: Twin) -> Twin:
    """The session's twin, emptied: starting one costs little, but hundreds of times would."""
    shared_twin.door("", method="DELETE")
    shared_twin.door("/accounts", {"sid": ACCOUNT, "calls_per_second": 500})
    return shared_twin


@pytest.fixture
def new_twin() -> Iterator[Callable[..., Twin]]:
    """Start twins of one's own, with other settings."""
    started: list[Twin] = []

    def start(**settings: Any) -> Twin:
        started.append(Twin(**settings))
        return started[-1]

    yield start
    for twin in started:
        twin.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def number() -> str:
    """A number nobody else uses."""
    return f"+1415{uuid.uuid4().int % 10_000_000:07d}"
