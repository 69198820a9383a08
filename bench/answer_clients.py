"""The world outside, as a process of its own: the carrier that posts answers, and the agents' Socket.IO clients.

Reads a plan as JSON from standard input, prints what it measured as JSON. Latencies count from the moment a request was
due, not from when it could be sent, so a server that falls behind is not flattered.
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


class Consoles:
    """Agents' browsers: they note when each call was shown to them."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._clients: list[socketio.AsyncClient] = []
        self.shown_at: dict[str, float] = {}

    async def open(self) -> None:
        """Connect and join, a few at a time."""
        for agent_id in self._plan["agents"]:
            client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
            client.on("incoming:call", self._note)
            await client.connect(
                self._plan["url"], auth={"token": self._plan["token"]}, transports=["websocket"], wait_timeout=30
            )
            answer = await client.call("agent:join", {"agentId": agent_id}, timeout=30)
            assert answer["success"], answer
            self._clients.append(client)

    async def close(self) -> None:
        """Disconnect."""
        for client in self._clients:
            await client.disconnect()

    def _note(self, payload: dict[str, Any]) -> None:
        self.shown_at[payload["callId"]] = time.perf_counter()


async def post_at_rate(
    requests: list[dict[str, Any]], *, per_second: float
) -> tuple[dict[str, float], list[float], list[int]]:
    """Post each when its time has come, whether or not the ones before are answered: due times, latencies, statuses."""
    due: dict[str, float] = {}
    latencies: list[float] = []
    statuses: list[int] = []
    connector = aiohttp.TCPConnector(limit=0)

    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(request: dict[str, Any], due_at: float) -> None:
            due[request["call_id"]] = due_at
            async with session.post(request["url"], data=request["form"], headers=request["headers"]) as response:
                await response.read()
            latencies.append((time.perf_counter() - due_at) * 1000)
            statuses.append(response.status)

        begin = time.perf_counter() + 0.1
        tasks = []
        for number, request in enumerate(requests):
            due_at = begin + number / per_second
            await asyncio.sleep(max(0.0, due_at - time.perf_counter()))
            tasks.append(asyncio.create_task(post(request, due_at)))
        await asyncio.gather(*tasks)
    return due, latencies, statuses


async def run(plan: Plan) -> dict[str, Any]:
    """Floor, answers, floor."""
    consoles = Consoles(plan)
    await consoles.open()
    rate = plan["per_second"]
    await post_at_rate(plan["warm_floor"], per_second=rate)
    await post_at_rate(plan["warm_answers"], per_second=rate)
    gc.disable()
    half = len(plan["floor"]) // 2
    _, floor_before, floor_statuses = await post_at_rate(plan["floor"][:half], per_second=rate)
    due, answers, statuses = await post_at_rate(plan["answers"], per_second=rate)
    _, floor_after, more_statuses = await post_at_rate(plan["floor"][half:], per_second=rate)
    await asyncio.sleep(1)
    pops = [(consoles.shown_at[call] - at) * 1000 for call, at in due.items() if call in consoles.shown_at]
    await consoles.close()
    return {
        "floor": floor_before + floor_after, "answers": answers, "pops": pops,
        "failures": sum(status != 200 for status in floor_statuses + statuses + more_statuses),
    }  # fmt: skip


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
