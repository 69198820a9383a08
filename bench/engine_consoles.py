"""The agents of the engine bench, as a process of its own: a Socket.IO client and a headset for each.

Reads a plan as JSON from the first line of standard input, prints `{"ready": …}` when everybody has joined, and at the
end of its input what it saw. One event loop serves them all: what it costs is measured beside the product's processes.
"""

import asyncio
import gc
import json
import sys
import time
from typing import Any

import aiohttp
import socketio

Plan = dict[str, Any]
_AT_ONCE = 8
_PATIENCE_SECONDS = 60.0


class Floor:
    """Everybody's consoles, and one supervisor who looks on."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._clients: list[socketio.AsyncClient] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.shown = self.confirmed = self.ended = self.watched = 0
        self.troubles: list[str] = []

    async def open(self) -> None:
        """Let everybody arrive, a few at a time."""
        turn = asyncio.Semaphore(_AT_ONCE)
        async with aiohttp.ClientSession() as twin:

            async def arrive(seat: dict[str, str]) -> None:
                async with turn:
                    await self._seat(seat, twin)

            await asyncio.gather(*(arrive(seat) for seat in self._plan["seats"]))
        watcher = await self._connect(self._plan["supervisor"])
        watcher.on("agent:status:updated", self._watch)

    async def close(self) -> None:
        """Disconnect."""
        await asyncio.gather(*(client.disconnect() for client in self._clients), return_exceptions=True)

    async def _connect(self, token: str) -> socketio.AsyncClient:
        client = socketio.AsyncClient(reconnection=True, handle_sigint=False)
        await client.connect(self._plan["url"], auth={"token": token}, transports=["websocket"], wait_timeout=30)
        self._clients.append(client)
        return client

    async def _seat(self, seat: dict[str, str], twin: aiohttp.ClientSession) -> None:
        client = await self._connect(seat["token"])
        has_audio = asyncio.Event()

        def confirm(call: dict[str, Any]) -> None:
            self.shown += 1
            task = asyncio.create_task(self._say(client, "call:received", {"callId": call["callId"]}))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        def note_audio(audio: dict[str, Any]) -> None:
            if audio.get("connected"):
                has_audio.set()

        client.on("incoming:call", confirm)
        client.on("call:ended", self._end)
        client.on("agent:audio", note_audio)
        await self._say(client, "agent:join", {"agentId": seat["agent_id"]})
        leg = {"from": f"client:agent_{seat['agent_id']}", "to": self._plan["app_sid"]}
        async with twin.post(self._plan["twin_url"] + "/_twin/inbound", json=leg) as answer:
            answer.raise_for_status()
        await asyncio.wait_for(has_audio.wait(), _PATIENCE_SECONDS)
        await self._say(client, "agent:status", {"agentId": seat["agent_id"], "status": "available"})

    async def _say(self, client: socketio.AsyncClient, event: str, body: dict[str, str]) -> None:
        try:
            answer = await client.call(event, body, timeout=30)
        except Exception as problem:
            self.troubles.append(f"{event}: {type(problem).__name__}")
            return
        if answer.get("success"):
            self.confirmed += event == "call:received"
        else:
            self.troubles.append(f"{event}: {answer.get('error')}")

    def _end(self, _call: dict[str, Any]) -> None:
        self.ended += 1

    def _watch(self, _status: dict[str, Any]) -> None:
        self.watched += 1


async def main() -> None:
    """Arrive, work until the input ends, tell."""
    loop = asyncio.get_running_loop()
    floor = Floor(json.loads(await loop.run_in_executor(None, sys.stdin.readline)))
    began = time.monotonic()
    await floor.open()
    gc.freeze()
    seconds = round(time.monotonic() - began, 1)
    _say({"ready": len(floor._plan["seats"]), "seconds": seconds, "troubles": floor.troubles})
    await loop.run_in_executor(None, sys.stdin.read)
    await floor.close()
    _say({"shown": floor.shown, "confirmed": floor.confirmed, "ended": floor.ended, "watched": floor.watched,
          "troubles": floor.troubles[:20], "trouble_count": len(floor.troubles)})  # fmt: skip


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
