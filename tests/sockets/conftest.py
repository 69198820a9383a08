"""A real Flask-SocketIO server in a thread, real clients, a real Redis between them and whoever emits."""

import queue as queues
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import socketio
import websocket
from flask import Flask
from werkzeug.serving import make_server

from dialer.domain.ids import AgentId
from dialer.integrations.socketio_feed import SocketIoFeed
from dialer.usecases.services import Services
from tests.builders.agents import make_agent

EVENTS = ("incoming:call", "call:ended", "agent:status:updated", "call:connected")


class Browser:
    """One client. `say` returns the acknowledgement; `next_event` waits for one from the server."""

    def __init__(self, url: str):
        self.url = url
        self.client = socketio.Client(reconnection=False)
        self.received: queues.Queue[tuple[str, dict]] = queues.Queue()
        self.refused: object = None
        self.gone = threading.Event()
        self.is_dead = False
        for event in EVENTS:
            self.client.on(event, lambda payload, event=event: self.received.put((event, payload)))
        self.client.on("connect_error", lambda error: setattr(self, "refused", error))
        self.client.on("disconnect", lambda *_: self.gone.set())

    def connect(self, token: str | None = None, *, headers: dict | None = None) -> "Browser":
        auth = None if token is None else {"token": token}
        self.client.connect(self.url, auth=auth, headers=headers or {}, transports=["websocket"], wait_timeout=5)
        return self

    def say(self, event: str, payload: object) -> dict:
        return self.client.call(event, payload, timeout=5)

    def next_event(self, name: str) -> dict:
        """The next event of this name within 5 s; others before it are dropped."""
        while True:
            event, payload = self.received.get(timeout=5)
            if event == name:
                return payload

    def close(self) -> None:
        if self.is_dead:
            self.client.eio.disconnect(abort=True)
        self.client.disconnect()

    def die(self) -> None:
        """Like a laptop that lost its network: the connection stays open and nothing comes any more."""
        self.client.eio._send_packet = lambda packet: None
        self.is_dead = True

    def heard(self) -> list[str]:
        return [event for event, _ in list(self.received.queue)]


@pytest.fixture(autouse=True)
def quick_goodbyes(monkeypatch):
    """The client library waits three seconds for the answer to its closing frame, and leaves refused sockets open."""
    close, connect, opened = websocket.WebSocket.close, websocket.WebSocket.connect, []

    def remembered(self, *arguments, **options):
        opened.append(self)
        return connect(self, *arguments, **options)

    monkeypatch.setattr(websocket.WebSocket, "close", lambda self, *_, **__: close(self, timeout=0))
    monkeypatch.setattr(websocket.WebSocket, "connect", remembered)
    yield
    for connection in opened:
        connection.shutdown()


@pytest.fixture
def services(services: Services, redis_url: str) -> Services:
    """Use cases that emit over the real Redis."""
    return replace(services, feed=SocketIoFeed(redis_url))


@pytest.fixture
def server_url(app: Flask) -> Iterator[str]:
    """A server on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # Closing the server then waits for what its connections are still doing in the database.
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    app.extensions["presence_keeper"].stop()
    app.extensions["relay"].close()
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


@pytest.fixture
def browser(server_url: str) -> Iterator[Browser]:
    """A client that has not connected yet."""
    browser = Browser(server_url)
    yield browser
    browser.close()


@pytest.fixture
def second_browser(server_url: str) -> Iterator[Browser]:
    """Another one."""
    browser = Browser(server_url)
    yield browser
    browser.close()


@pytest.fixture
def bens_agent(ben, services) -> AgentId:
    """The agent that Ben works as: available, with a phone."""
    return make_agent(
        services.database,
        tenant_id=ben.tenant_id,
        user_id=ben.user_id,
        name="Ben",
        phone="+14155553333",
        status="available",
    )
