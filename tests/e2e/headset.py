"""A headset as the console's page wears it: a token from the API, and a connection to the simulated carrier."""

import contextlib
import json
import socket
import threading
from typing import Any
from urllib.parse import urlencode

import websocket

from tests.e2e.world import PATIENCE_SECONDS, eventually


class Headset:
    """One leg. It lasts until `take_off`, until the browser vanishes, or until the product ends it."""

    def __init__(self, voice: dict[str, Any]):
        address = voice["url"].replace("http", "ws", 1) + "?" + urlencode({"token": voice["token"]})
        self._socket = websocket.create_connection(address, timeout=PATIENCE_SECONDS)
        self.told: list[dict[str, Any]] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.call_sid: str = eventually(lambda: self._of("accepted"), what="the headset is accepted")["call_sid"]

    @property
    def is_over(self) -> bool:
        """The carrier has said that the leg is over."""
        return bool(self._of("disconnected"))

    def vanish(self) -> None:
        """The page is gone without a goodbye."""
        with contextlib.suppress(OSError):
            self._socket.sock.shutdown(socket.SHUT_RDWR)
        self._close()

    def take_off(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self._socket.send(json.dumps({"do": "hangup"}))
        self._close()

    def _close(self) -> None:
        self._socket.shutdown()
        self._listener.join(10)

    def _of(self, event: str) -> dict[str, Any]:
        return next((one for one in self.told if one["event"] == event), {})

    def _listen(self) -> None:
        with contextlib.suppress(OSError, websocket.WebSocketException, ValueError, AttributeError):
            while True:
                self.told.append(json.loads(self._socket.recv()))
