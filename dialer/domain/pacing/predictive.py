"""The predictive pacer: learns the floor from events and places calls ahead of the agents who will be free."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from dialer.domain.pacing.account import AbandonmentAccount
from dialer.domain.pacing.decision import PacingDecision
from dialer.domain.pacing.durations import Floats
from dialer.domain.pacing.events import PacingEvent
from dialer.domain.pacing.forecast import MOMENTS, Load, Outlook
from dialer.domain.pacing.learned import LearnedFloor
from dialer.domain.pacing.memory import FloorMemory
from dialer.domain.pacing.ringing import LONGEST_RING
from dialer.domain.pacing.snapshot import Snapshot

STATE_VERSION = 1
MOST_LINES_PER_AGENT = 40
"""A bound on what a mistaken estimate could do; at an answer chance of 5 % twenty lines are what an agent needs."""

BLOCK = 64
"""Numbers of further calls that are looked at together, where the approximation serves."""
HOPELESS_CHANCE, HOPELESS_PRICES = 0.2, 4.0
"""Where the approximation is so far above the price, the exact chance is above it too, and not worth its time."""


class PredictivePacer:
    """Keeps abandonment at or below `target_abandonment` of live answers with agents as busy as that allows.

    It places one more call while the chance that its answer would find no agent within `max_wait_seconds` is below a
    price; the price follows the account of abandonments. A decision depends on what was observed and on the snapshot,
    on nothing else.
    """

    def __init__(self, target_abandonment: float = 0.03, max_wait_seconds: float = 2.0):
        if not 0.0 <= target_abandonment < 1.0:
            raise ValueError("target_abandonment is a share of live answers: at least 0, below 1")
        if not max_wait_seconds >= 0.0:
            raise ValueError("max_wait_seconds is at least 0")
        self.target_abandonment = target_abandonment
        self.max_wait_seconds = max_wait_seconds
        self.account = AbandonmentAccount(target_abandonment)
        self.memory = FloorMemory()

    def observe(self, event: PacingEvent) -> None:
        """Learn from one event. An end of what never began, or has ended already, changes nothing: repeat at will."""
        ended = self.memory.observe(event)
        if ended is not None:
            self.account.observe(event.at, was_abandoned=ended == "abandoned")

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The number of calls to place now; never negative, none without agents."""
        return self.decide(snapshot).calls

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """The number of calls to place now, and why. Changes nothing: the same state and snapshot, the same answer."""
        idle = snapshot.idle_agents
        if not snapshot.agents:
            return PacingDecision(0, "no_agents", 0, budget=self.account.balance, price=self.account.price)
        outlook = self.memory.outlook(self.max_wait_seconds)
        floor = _FloorAhead(outlook, snapshot)
        price = self.account.price
        calls, chance = floor.calls_within(price)
        return PacingDecision(
            calls=calls,
            bound_by="budget" if self.account.is_saving else "risk",
            idle_agents=idle,
            horizon_seconds=float(outlook.span),
            expected_free_agents=float(len(snapshot.agents) - floor.busy[-1]),
            expected_answers=float(floor.answers.sum()),
            live_answer_chance=float(outlook.answered[0].sum()),
            abandonment_chance=chance,
            price=price,
            budget=self.account.balance,
        )

    def learned(self) -> LearnedFloor:
        """What is known of the people called and of the agents' work, in plain figures."""
        return self.memory.learned()

    def to_state(self) -> dict[str, Any]:
        """All that was learned, as JSON values; under 64 KB whatever the floor."""
        return {
            "version": STATE_VERSION,
            "target_abandonment": self.target_abandonment,
            "max_wait_seconds": self.max_wait_seconds,
            "account": self.account.to_state(),
            "memory": self.memory.to_state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The pacer that `to_state` described. Raises ValueError for a state of another version."""
        if state.get("version") != STATE_VERSION:
            raise ValueError(f"a pacing state of version {state.get('version')!r} cannot be read")
        pacer = cls(state["target_abandonment"], state["max_wait_seconds"])
        pacer.account.restore(state["account"])
        pacer.memory.restore(state["memory"])
        return pacer


class _FloorAhead:
    """The floor of one snapshot over the coming ring time, and how many calls it bears."""

    def __init__(self, outlook: Outlook, snapshot: Snapshot):
        self._agents = len(snapshot.agents)
        talking = [snapshot.now - agent.since for agent in snapshot.agents if agent.state == "talking"]
        wrapping_up = [snapshot.now - agent.since for agent in snapshot.agents if agent.state == "wrap_up"]
        busy = np.concatenate(
            (outlook.talking(_ages(talking)), outlook.wrapping_up(_ages(wrapping_up)),
             np.ones((len(snapshot.waiting), MOMENTS)))
        )  # fmt: skip
        rang = _ages([snapshot.now - placed_at for placed_at in snapshot.ringing])
        rang = rang[rang < LONGEST_RING].astype(int)
        self.busy = busy.sum(axis=0)
        self.answers: Floats = outlook.answered[rang].sum(axis=0)
        self._load = Load(np.concatenate((busy, outlook.occupied[rang])), self._agents)
        self._answered = outlook.answered[0]
        self._occupied = outlook.occupied[0]
        self._live_chance = max(float(self._answered.sum()), 1e-9)
        self._most = max(0, MOST_LINES_PER_AGENT * self._agents - len(snapshot.ringing))

    def calls_within(self, price: float) -> tuple[int, float]:
        """The calls before the first whose chance is above the price, and that chance. A higher price, never fewer."""
        if self._load.is_exact:
            hopeless = self._chance(self._load.all_taken_with(self._occupied, _NO_MORE)[0])
            if hopeless > max(HOPELESS_CHANCE, HOPELESS_PRICES * price):
                return 0, hopeless
        calls = 0
        chance = 0.0
        while calls < self._most and self._load.is_exact:
            chance = self._chance(self._load.all_taken())
            if chance > price:
                return calls, chance
            self._load.add(self._occupied)
            calls += 1
        further = 0
        while calls + further < self._most:
            block = np.arange(further, min(further + BLOCK, self._most - calls))
            chances = self._load.all_taken_with(self._occupied, block) @ self._answered / self._live_chance
            above = np.flatnonzero(chances > price)
            if above.size:
                return calls + further + int(above[0]), float(chances[above[0]])
            further += len(block)
            chance = float(chances[-1])
        return calls + further, chance

    def _chance(self, all_taken: Floats) -> float:
        return float(self._answered @ all_taken) / self._live_chance


_NO_MORE = np.zeros(1, dtype=np.intp)


def _ages(seconds: list[float]) -> Floats:
    return np.maximum(np.array(seconds, dtype=np.float64), 0.0)
