"""Many sockets on few threads: what the library does with four threads for each socket is done here with two.

The library starts a thread for every ping it is going to send, and another one for each socket that reads ahead of the
thread which waits for what was read. With hundreds of consoles that is most of what the process does while nothing
happens, and webhooks wait for it.
"""

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import simple_websocket  # type: ignore[import-untyped]
from engineio import packet
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from engineio.exceptions import EngineIOError
from engineio.socket import Socket
from flask_socketio import SocketIO
from wsproto.utilities import LocalProtocolError


def use_few_threads(socketio: SocketIO) -> None:
    """Send every ping from one thread, and read each socket on the thread that waits for it."""
    engine = socketio.server.eio
    # The library keeps one dictionary for all servers of a process.
    engine._async = {**engine._async, "websocket": _WebSocketOfRequest}
    engine.start_background_task = _Pinger(engine).start_task


class _Pinger:
    """Takes the pings out of the tasks that an Engine.IO server starts, and sends each when its time has come."""

    def __init__(self, engine: Any):
        self._engine = engine
        self._start: Callable[..., Any] = engine.start_background_task
        # All wait equally long, so the first to come is the first to go.
        self._due: deque[tuple[float, Any]] = deque()
        self._lock = threading.Lock()
        self._arrived = threading.Event()
        self._thread: threading.Thread | None = None

    def start_task(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What the server calls for anything that is to run beside it."""
        client = getattr(target, "__self__", None)
        if getattr(target, "__func__", None) is not Socket._send_ping:
            return self._start(target, *args, **kwargs)
        with self._lock:
            self._due.append((time.monotonic() + self._engine.ping_interval, client))
            if self._thread is None:
                # With the first client, so that it lives in the process that serves.
                self._thread = threading.Thread(target=self._ping_for_ever, name="pinger", daemon=True)
                self._thread.start()
        self._arrived.set()
        return self._thread

    def _ping_for_ever(self) -> None:
        while True:
            self._arrived.wait()
            with self._lock:
                if not self._due:
                    self._arrived.clear()
                    continue
                due_at, client = self._due.popleft()
            time.sleep(max(0.0, due_at - time.monotonic()))
            if client.closing or client.closed:
                continue
            try:
                client.last_ping = time.time()
                client.send(packet.Packet(packet.PING))
            except EngineIOError:
                # It was closed this very moment.
                continue


class _WebSocketOfRequest(SimpleWebSocketWSGI):  # type: ignore[misc]
    """The library's, over a connection without a thread of its own."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one connection until it ends."""
        self.ws = _Connection(environ, thread_class=_NoThread, max_message_size=None)
        answer: Iterable[bytes] = self.app(self)
        if self.ws.mode == "gunicorn":
            raise StopIteration
        if self.ws.mode == "werkzeug":
            raise ConnectionError
        return answer

    def wait(self) -> Any:
        """The next message; None once the connection has ended."""
        try:
            return self.ws.receive()
        except simple_websocket.ConnectionClosed:
            return None


class _NoThread:
    """Stands where the library would start a thread that reads."""

    def __init__(self, target: Callable[..., Any]):
        self.name = "(_thread)"

    def start(self) -> None:
        """Nothing is read before somebody waits for it."""


class _Connection(simple_websocket.Server):  # type: ignore[misc]
    """Reads on the thread that waits."""

    def receive(self, timeout: float | None = None) -> Any:
        """The next message. Raises ConnectionClosed once the connection has ended."""
        while self.connected and not self.input_buffer:
            self._read()
        if self.input_buffer:
            return self.input_buffer.pop(0)
        raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)

    def close(self, reason: Any = None, message: str | None = None) -> None:
        """Say goodbye, and wait for no answer: who reads here would wait for ever for a client that has vanished."""
        super().close(reason, message)
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        try:
            received = self.sock.recv(self.receive_bytes)
            if not received:
                self.connected = False
                return
            self.ws.receive_data(received)
            self.connected = self._handle_events()
        except (OSError, LocalProtocolError):
            self.connected = False
