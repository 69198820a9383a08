"""The cable between one browser and the server: bytes go through until somebody pulls it out."""

import contextlib
import socket
import threading


class Cable:
    """A relay on a port of its own. Cutting it resets what is open and refuses what is new."""

    def __init__(self, server_port: int):
        self._server_port = server_port
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Pull it out."""
        with self._lock:
            self._is_cut = True
            ends, self._ends = self._ends, set()
        for end in ends:
            _break(end)

    def mend(self) -> None:
        """Put it back."""
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        """Throw it away."""
        self.cut()
        _break(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port), timeout=10)
            except OSError:
                _break(browser)
                continue
            server.settimeout(None)
            with self._lock:
                is_whole = not self._is_cut
                if is_whole:
                    self._ends |= {browser, server}
            for source, target in ((browser, server), (server, browser)):
                if is_whole:
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()
                else:
                    _break(source)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
        with self._lock:
            is_ours = source in self._ends
            self._ends.discard(source)
        if is_ours:
            source.close()


def _break(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
