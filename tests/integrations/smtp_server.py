"""A mail server on a free port: speaks as much SMTP (RFC 5321) as a sender needs, and keeps what it takes."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


@dataclass
class MailServer:
    """`taken` lists the messages. `answers` overrides the answer to a command: `{"RCPT": "550 no such mailbox"}`."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)


class _Conversation(socketserver.StreamRequestHandler):
    state: MailServer

    def handle(self) -> None:
        self._say("220 test ready")
        while line := self.rfile.readline():
            verb = line.decode().strip().split(" ")[0].upper()
            self.state.commands.append(line.decode().strip())
            if verb in self.state.answers:
                self._say(self.state.answers[verb])
            elif verb == "DATA":
                self._take()
            elif verb == "EHLO":
                self._say("250-test\r\n250 8BITMIME")
            else:
                self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.state.taken.append(cast("EmailMessage", message_from_bytes(b"".join(lines), policy=policy.SMTP)))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run the server while the block runs."""
    state = MailServer()
    handler = type("Conversation", (_Conversation,), {"state": state})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()
