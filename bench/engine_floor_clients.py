"""Closed-loop clients for two servers in turn: each connection sends its next request when it has its answer.

Reads a plan as JSON from standard input, prints requests, seconds and failures of each server. Written on bare streams:
what the clients take of the machine, the servers do not get.
"""

import asyncio
import json
import sys
import time
from typing import Any
from urllib.parse import urlencode

_TURN_SECONDS = 1.0


class Server:
    """One server's requests, the connections to it, and what came of them."""

    def __init__(self, plan: dict[str, Any]):
        self._port = plan["port"]
        self._requests = iter([_rendered(request) for request in plan["requests"]])
        self._streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.requests = self.failures = 0
        self.seconds = 0.0
        self.is_out = False

    async def connect(self, connections: int) -> None:
        """Open the connections, and warm the server with a request on each."""
        for _ in range(connections):
            self._streams.append(await asyncio.open_connection("127.0.0.1", self._port))

    async def take_turn(self, seconds: float, *, counts: bool = True) -> None:
        """Keep every connection busy for so long."""
        before, began = (self.requests, self.failures), time.perf_counter()
        until = began + seconds
        await asyncio.gather(*(self._work(reader, writer, until) for reader, writer in self._streams))
        if counts:
            self.seconds += time.perf_counter() - began
        else:
            self.requests, self.failures = before

    async def _work(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: float) -> None:
        while time.perf_counter() < until:
            request = next(self._requests, None)
            if request is None:
                self.is_out = True
                return
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if length and int(length):
                await reader.readexactly(int(length))
            self.requests += 1
            self.failures += not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204"))


def _rendered(request: dict[str, Any]) -> bytes:
    body = urlencode(request["form"]).encode()
    head = (
        f"POST {request['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {request['signature']}\r\n\r\n"
    )
    return head.encode() + body


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Turn by turn; the first turn of each is for warming."""
    servers = {name: Server(plan[name]) for name in ("floor", "status")}
    for server in servers.values():
        await server.connect(plan["connections"])
        await server.take_turn(_TURN_SECONDS / 2, counts=False)
    over = time.monotonic() + plan["seconds"]
    while time.monotonic() < over and not any(server.is_out for server in servers.values()):
        for server in servers.values():
            await server.take_turn(_TURN_SECONDS / 2)
    return {
        name: {"requests": server.requests, "seconds": server.seconds, "failures": server.failures}
        for name, server in servers.items()
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
