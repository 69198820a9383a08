"""A reverse proxy as careless as they come: it rewrites scheme, host and port, and takes a prefix off the path."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The application on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with _running(server):
        yield server.server_port


@contextmanager
def proxied(upstream: int, *, prefix: str, keeps_prefix: bool = False) -> Iterator[int]:
    """A proxy that answers for `prefix` and asks the server behind it, to which it names itself."""

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            headers |= {"Host": f"10.9.8.7:{upstream}", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
            path = self.path if keeps_prefix else self.path.removeprefix(prefix)
            connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=5)
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    with _running(server):
        yield server.server_port


@contextmanager
def _running(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
