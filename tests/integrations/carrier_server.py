"""A tiny server in the place of api.twilio.com: captures what was sent, answers what it was told to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CALL_SID = "CA" + "5" * 32


def call_json(**changes: Any) -> dict[str, Any]:
    """A call as the official document draws it."""
    call = {
        "sid": CALL_SID, "account_sid": "AC" + "1" * 32, "to": "+14155550123", "from": "+14155550100",
        "status": "queued",
        "start_time": None, "end_time": None, "duration": None, "price": None, "price_unit": "USD", "answered_by": None,
        "direction": "outbound-api", "queue_time": "0", "api_version": "2010-04-01", "parent_call_sid": None,
        "date_created": "Wed, 04 Mar 2026 15:00:00 +0000", "date_updated": None, "uri": "", "subresource_uris": {},
    }  # fmt: skip
    return {**call, **changes}


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    authorization: str


@dataclass
class CarrierServer:
    """`status` and `body` are the next answers; `reset` drops the connection, `seconds` is how long it thinks."""

    status: int = 201
    body: Any = field(default_factory=call_json)
    reset: bool = False
    seconds: float = 0.0
    requests: list[Request] = field(default_factory=list)
    url: str = ""

    def refuse(self, code: int, status: int = 400) -> None:
        """Answer with an error in Twilio's form."""
        self.status = status
        self.body = {"code": code, "message": f"error {code}", "more_info": "https://www.twilio.com", "status": status}

    @property
    def sent(self) -> dict[str, list[str]]:
        """The form of the only request there was."""
        (request,) = self.requests
        return request.form


@contextmanager
def carrier_server() -> Iterator[CarrierServer]:
    answers = CarrierServer()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            form, query = (parse_qs(text, keep_blank_values=True) for text in (raw, parts.query))
            answers.requests.append(
                Request(self.command, parts.path, query, form, self.headers.get("Authorization", ""))
            )
            time.sleep(answers.seconds)
            if answers.reset:
                self.connection.close()
                return
            payload = answers.body.encode() if isinstance(answers.body, str) else json.dumps(answers.body).encode()
            self.send_response(answers.status)
            self.send_header("Content-Type", "text/html" if isinstance(answers.body, str) else "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that has gone is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    answers.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
