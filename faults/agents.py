"""The simulated agents of the demo, each with a browser that may vanish and come back."""

import queue
import random
import threading
import time
from dataclasses import dataclass, field

from demo.agents import Doing, Event, Incoming, SimulatedAgent
from demo.consoles import Seat, SocketConsole
from demo.troubles import Troubles

_NOBODY_HEARD_SECONDS = 0.5
_TRY_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 2.0


class Browser(SocketConsole):
    """A console whose plug can be pulled."""

    _looked_at = 0.0

    def must_join_again(self) -> bool:
        """Also when the headset was hung up and nobody said so: the voice SDK knows by itself."""
        now = time.monotonic()
        if self._leg_sid is not None and now - self._looked_at > _LOOK_SECONDS:
            self._looked_at = now
            live = {call["call_sid"] for call in self._twin.get("/_twin/calls")["calls"]}
            if self._leg_sid not in live:
                self._leg_sid = None
                self._has_audio.clear()
                return True
        return super().must_join_again()

    def vanish(self, *, with_audio: bool) -> None:
        """Be gone without a word. The headset goes with the browser, or a little later when the network is to blame."""
        self._is_leaving.set()
        self._socket.eio.disconnect(abort=True)
        self._socket.shutdown()
        if with_audio and self._leg_sid is not None:
            self._twin.post("/_twin/hangup", {"call_sid": self._leg_sid})
        self._api.close()
        self._twin.close()


@dataclass
class Vanishing:
    """An order to vanish: at the first moment somebody is busy so, for so many seconds."""

    at: str
    seconds: float
    with_audio: bool
    agent_id: str | None = None
    vanished_at: float | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Person:
    """One agent at one seat, on a thread of his own."""

    def __init__(self, staff: "Staff", seat: Seat, seed: int, factor: float):
        self.seat = seat
        self.is_here = False
        self.here_since = 0.0
        self.doing_since = 0.0
        self.doing = Doing.ARRIVING
        self._staff = staff
        self._seed = seed
        self._factor = factor
        self._days = 0
        self.thread = threading.Thread(target=self._live, name=seat.name, daemon=True)

    def _live(self) -> None:
        while not self._staff.closing.is_set():
            try:
                gone_for = self._work()
            except Exception as problem:
                self._staff.troubles.add("arriving", problem)
                gone_for = _TRY_AGAIN_SECONDS
            self.is_here = False
            self._staff.closing.wait(gone_for)

    def _work(self) -> float:
        """From arriving to vanishing or going home; returns how long the agent is away then."""
        self._days += 1
        browser = Browser(self.seat, self._staff.troubles)
        dice = random.Random(f"{self._seed}|{self.seat.name}|{self._days}")  # noqa: S311 - reproducible on purpose
        agent = SimulatedAgent(browser, dice, self._staff.troubles, seconds_per_second=self._factor)
        browser.open()
        self.is_here, self.here_since = True, time.monotonic()
        while not self._staff.closing.is_set():
            event = self._next_event(browser, agent)
            order = self._staff.order_for(self.seat.agent_id, agent.doing, event)
            if order is not None:
                browser.vanish(with_audio=order.with_audio)
                order.vanished_at = time.time()
                order.done.set()
                return order.seconds
            self._turn(browser, agent, event)
            if agent.doing is not self.doing:
                self.doing, self.doing_since = agent.doing, time.monotonic()
        agent.leave()
        browser.close()
        return 0.0

    def _next_event(self, browser: Browser, agent: SimulatedAgent) -> Event | None:
        pause = _NOBODY_HEARD_SECONDS
        if agent.due_at is not None:
            pause = max(0.001, min(pause, agent.due_at - time.monotonic()))
        try:
            return browser.inbox.get(timeout=pause)
        except queue.Empty:
            return None

    def _turn(self, browser: Browser, agent: SimulatedAgent, event: Event | None) -> None:
        if event is None:
            agent.act(time.monotonic())
        else:
            agent.hear(event, time.monotonic())
        if browser.must_join_again():
            try:
                browser.join_again()
            except Exception as problem:
                self._staff.troubles.add("joining again", problem)
                time.sleep(_TRY_AGAIN_SECONDS)


class Staff:
    """Everybody. Threads, because Socket.IO's client is one."""

    def __init__(self, seats: list[Seat], *, seed: int, factor: float, troubles: Troubles):
        self.troubles = troubles
        self.closing = threading.Event()
        self.people = [Person(self, seat, seed, factor) for seat in seats]
        self._order: Vanishing | None = None
        self._lock = threading.Lock()

    def open(self, *, timeout_seconds: float = 60.0) -> int:
        """Let everybody arrive; return how many are here."""
        for person in self.people:
            person.thread.start()
        deadline = time.monotonic() + timeout_seconds
        while self.here < len(self.people) and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.here

    @property
    def here(self) -> int:
        """How many are at their seats."""
        return sum(person.is_here for person in self.people)

    def waiting_for(self, seconds: float) -> list[Person]:
        """Who has been here and waiting for a call for so long."""
        now = time.monotonic()
        return [
            person
            for person in self.people
            if person.is_here and person.doing is Doing.WAITING
            and now - max(person.here_since, person.doing_since) > seconds
        ]  # fmt: skip

    def vanish(self, at: str, *, seconds: float, with_audio: bool, timeout_seconds: float = 30.0) -> Vanishing | None:
        """Have the first person vanish who is `ringing`, `talking` or `writing up`. None if nobody came to that."""
        order = Vanishing(at, seconds, with_audio)
        with self._lock:
            self._order = order
        if not order.done.wait(timeout_seconds):
            with self._lock:
                self._order = None
            return None
        return order

    def order_for(self, agent_id: str, doing: Doing, event: Event | None) -> Vanishing | None:
        """The order, once, for the first person whom it fits."""
        with self._lock:
            order = self._order
            if order is None:
                return None
            fits = isinstance(event, Incoming) if order.at == "ringing" else doing == order.at
            if not fits:
                return None
            order.agent_id, self._order = agent_id, None
            return order

    def close(self) -> None:
        """Send everybody home."""
        self.closing.set()
        for person in self.people:
            if person.thread.is_alive():
                person.thread.join(15)
