"""The consoles of simulated agents: a real Socket.IO client each, an audio leg through the twin's door, a thread."""

import queue
import random
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import socketio

from demo.agents import Doing, Ended, Event, Incoming, Joined, SimulatedAgent
from demo.api import ApiError, HttpClient
from demo.troubles import Troubles

_ACK_SECONDS = 10
_NOBODY_HEARD_SECONDS = 0.5


@dataclass(frozen=True)
class Seat:
    """Where an agent sits: who he is, how he logs in, and the addresses that his console needs."""

    name: str
    email: str
    password: str
    agent_id: str
    tenant_id: str
    url: str
    twin_url: str
    twiml_app_sid: str


class SocketConsole:
    """What a browser with the Voice SDK would be. Events of the socket go to `inbox`."""

    def __init__(self, seat: Seat, troubles: Troubles):
        self.inbox: queue.Queue[Event] = queue.Queue()
        self.calls_shown = 0
        self._seat = seat
        self._troubles = troubles
        self._api = HttpClient(seat.url)
        self._twin = HttpClient(seat.twin_url)
        self._leg_sid: str | None = None
        self._is_leaving = threading.Event()
        self._has_audio = threading.Event()
        self._reconnected = threading.Event()
        self._socket = socketio.Client(reconnection_delay=0.5, reconnection_delay_max=2, handle_sigint=False)
        self._socket.on("connect", self._reconnected.set)
        self._socket.on("incoming:call", self._show)
        self._socket.on("call:ended", self._end)
        self._socket.on("agent:audio", self._note_audio)

    def open(self) -> None:
        """Log in, connect, join, and put the headset on. Raises what the client or the doors raise."""
        credentials = {"email": self._seat.email, "password": self._seat.password}
        token = self._api.post("/api/auth/login", credentials)["token"]
        self._api.use_token(token)
        self._socket.connect(self._seat.url, auth={"token": token}, transports=["websocket"], wait_timeout=_ACK_SECONDS)
        self.join_again()
        self._has_audio.wait(5)

    def join_again(self) -> None:
        """Join as the agent; the answer tells of a call in progress. The headset too, if its leg is gone."""
        self._reconnected.clear()
        try:
            joined = self._say("agent:join", {"agentId": self._seat.agent_id, "tenantId": self._seat.tenant_id})
            if not self._has_audio.is_set():
                self._put_headset_on()
        except Exception:
            self._reconnected.set()
            raise
        call = joined.get("call")
        self.inbox.put(Joined(call["callId"] if call else None))

    def must_join_again(self) -> bool:
        """Whether the socket came back after it had been lost."""
        return self._reconnected.is_set()

    def close(self) -> None:
        """Take the headset off and go."""
        self._is_leaving.set()
        if self._leg_sid is not None:
            try:
                self._twin.post("/_twin/hangup", {"call_sid": self._leg_sid})
            except ApiError as problem:
                self._troubles.add("hanging up the headset", problem)
        # Not `disconnect`, which leaves a client alone that is just trying to come back.
        self._socket.shutdown()
        self._api.close()
        self._twin.close()

    def declare(self, status: str) -> None:
        """Send `agent:status`."""
        self._say("agent:status", {"agentId": self._seat.agent_id, "status": status})

    def confirm(self, call_id: str) -> None:
        """Send `call:received`."""
        self._say("call:received", {"callId": call_id})

    def dial_next(self) -> bool:
        """Take the next lead and say dial, through the API."""
        agent = f"/api/agents/{self._seat.agent_id}"
        try:
            preview = self._api.post(f"{agent}/preview")["preview"]
            if preview is not None:
                self._api.post(f"{agent}/preview/dial", {"preview_id": preview["id"]})
        except ApiError as problem:
            # A rule forbids the call, the campaign has just been paused, or a call of before is still his.
            if problem.status != HTTPStatus.CONFLICT:
                raise
            return False
        return preview is not None

    def hang_up(self, call_id: str) -> None:
        """End the call through the API."""
        self._api.post(f"/api/calls/{call_id}/hangup")

    def conclude(self, call_id: str, disposition: str, *, notes: str | None, callback_at: datetime | None) -> None:
        """Set the disposition through the API."""
        body: dict[str, object] = {"disposition": disposition}
        if notes is not None:
            body["notes"] = notes
        if callback_at is None:
            self._api.put(f"/api/calls/{call_id}/disposition", body)
            return
        try:
            self._api.put(f"/api/calls/{call_id}/disposition", body | {"callback_at": callback_at.isoformat()})
        except ApiError as problem:
            # Nobody may be called at that hour, or the campaign has ended: nothing is promised then.
            if problem.status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT):
                raise
            self._api.put(f"/api/calls/{call_id}/disposition", body | {"disposition": "interested"})

    def _say(self, event: str, body: dict[str, object]) -> dict[str, Any]:
        answer: dict[str, Any] = self._socket.call(event, body, timeout=_ACK_SECONDS) or {}
        if not answer.get("success"):
            raise ApiError(f"{event} was answered {answer}")
        return answer

    def _put_headset_on(self) -> None:
        """What the Voice SDK's `device.connect()` does: the client calls the TwiML app."""
        caller = f"client:agent_{self._seat.agent_id}"
        leg = self._twin.post("/_twin/inbound", {"from": caller, "to": self._seat.twiml_app_sid})
        self._leg_sid = leg["call_sid"]

    def _show(self, call: dict[str, Any]) -> None:
        self.calls_shown += 1
        self.inbox.put(Incoming(call["callId"]))

    def _end(self, call: dict[str, Any]) -> None:
        self.inbox.put(Ended(call["callId"], call.get("disposition"), call.get("wrap_up_until") is not None))

    def _note_audio(self, audio: dict[str, Any]) -> None:
        if audio.get("connected"):
            self._has_audio.set()
        elif not self._is_leaving.is_set():
            self._has_audio.clear()
            self._reconnected.set()


class Floor:
    """All simulated agents, a thread each."""

    def __init__(
        self,
        seats: list[Seat],
        *,
        seed: int,
        seconds_per_second: float,
        troubles: Troubles,
        previews: bool = False,
    ):
        self._troubles = troubles
        self._closing = threading.Event()
        self._is_late = threading.Event()
        self._consoles = [SocketConsole(seat, troubles) for seat in seats]
        self._agents = [
            SimulatedAgent(
                console,
                random.Random(f"{seed}|{seat.name}"),  # nosec B311 # noqa: S311 - reproducible on purpose
                troubles,
                seconds_per_second=seconds_per_second,
                previews=previews,
            )
            for seat, console in zip(seats, self._consoles, strict=True)
        ]
        self._threads = [
            threading.Thread(target=self._work, args=(agent, console), name=seat.name, daemon=True)
            for seat, agent, console in zip(seats, self._agents, self._consoles, strict=True)
        ]

    def open(self, *, timeout_seconds: float = 30.0) -> int:
        """Let everybody arrive; return how many are waiting for calls."""
        for thread in self._threads:
            thread.start()
        deadline = time.monotonic() + timeout_seconds
        while self.ready < len(self._agents) and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.ready

    @property
    def ready(self) -> int:
        """How many have arrived."""
        return sum(agent.doing not in (Doing.ARRIVING, Doing.GONE) for agent in self._agents)

    @property
    def calls_shown(self) -> int:
        """How many `incoming:call` events reached a console."""
        return sum(console.calls_shown for console in self._consoles)

    def finish_up(self) -> None:
        """Have everybody bring his conversation to an end."""
        self._is_late.set()

    def close(self) -> None:
        """Send everybody home. Safe to call twice."""
        self._closing.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=15)

    def _work(self, agent: SimulatedAgent, console: SocketConsole) -> None:
        try:
            console.open()
            while not self._closing.is_set():
                self._turn(agent, console)
            agent.leave()
        except Exception as problem:
            self._troubles.add("working", problem)
        try:
            console.close()
        except Exception as problem:
            self._troubles.add("going home", problem)

    def _turn(self, agent: SimulatedAgent, console: SocketConsole) -> None:
        if self._is_late.is_set():
            agent.finish_up(time.monotonic())
        pause = _NOBODY_HEARD_SECONDS
        if agent.due_at is not None:
            pause = max(0.001, min(pause, agent.due_at - time.monotonic()))
        try:
            agent.hear(console.inbox.get(timeout=pause), time.monotonic())
        except queue.Empty:
            agent.act(time.monotonic())
        if console.must_join_again():
            try:
                console.join_again()
            except Exception as problem:
                self._troubles.add("joining again", problem)
                time.sleep(1)
