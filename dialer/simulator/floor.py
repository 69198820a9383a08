"""The floor itself: a discrete-event simulation in virtual time, driven by a heap of moments and a pacer's ticks."""

import math
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, Literal

import numpy as np

from dialer.domain.pacing import (
    Abandoned,
    AgentJoined,
    AgentLeft,
    AgentState,
    Answered,
    Connected,
    Dialed,
    Pacer,
    Snapshot,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)
from dialer.simulator.distributions import LEAST_DRAW
from dialer.simulator.measures import Shift
from dialer.simulator.people import DRAWS_PER_CALL, Draws, Fate
from dialer.simulator.scenario import Breaks, Change, Scenario

BLOCK = 1024


def simulate_shift(scenario: Scenario, pacer: Pacer, seed: int) -> Shift:
    """Run a whole shift. Call number k is the same person with the same patience under every pacer, and agent number n
    asks for breaks after the same hours of work (common random numbers), so a difference between two pacers is theirs,
    not luck's."""
    return Floor(scenario, pacer, seed).run()


class _Agent:
    """On the floor while in `Floor._agents`; employed until a change of staff lets him go."""

    __slots__ = ("agent_id", "dice", "is_employed", "is_leaving", "joined_at", "since", "state")

    def __init__(self, agent_id: str, dice: np.random.Generator):
        self.agent_id = agent_id
        self.dice = dice
        self.is_employed = True
        self.is_leaving = False
        self.joined_at = 0.0
        self.state = "idle"
        self.since = 0.0


class _Call:
    __slots__ = ("answered_at", "call_id", "fate")

    def __init__(self, call_id: str, fate: Fate):
        self.call_id = call_id
        self.fate = fate
        self.answered_at = 0.0


class Floor:
    """One shift under way. `now` is seconds on the pacer's clock, which shows `begins_at` when the shift begins.

    Events come in the order of their times. An agent who is to leave is reported by `AgentLeft` at once; the end of
    the talk in hand is still told, that of the wrap-up after it is not. Back from a break, the same agent joins again.
    """

    def __init__(self, scenario: Scenario, pacer: Pacer, seed: int, *, begins_at: float = 0.0):
        self.scenario = scenario
        self.pacer = pacer
        self.begins_at = begins_at
        self.now = begins_at
        self.shift = Shift()
        self._tell = pacer.observe
        self._people = scenario.people
        self._seed = seed
        self._dice = np.random.default_rng(seed)
        self._draws: list[Draws] = []
        self._moments: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._sequence = count()
        self._ticks = count()
        self._idle: deque[_Agent] = deque()
        self._staff: list[_Agent] = []
        self._agents_hired = 0
        self._placed = 0
        self._agents: dict[str, _Agent] = {}
        self._seen: dict[str, AgentState] = {}
        self._seen_agents: tuple[AgentState, ...] | None = None
        self._ringing: dict[_Call, float] = {}
        self._waiting: dict[_Call, float] = {}
        self._talking = 0
        self._counts_from = begins_at

        self._apply(Change(0.0, agents=scenario.agents))
        for change in scenario.changes:
            self._at(begins_at + change.at, self._apply, change)
        self._at(begins_at, self._tick)

    def run(self) -> Shift:
        """From the first tick to the end of the shift; calls still in flight then are counted as such."""
        self.advance(self.scenario.shift_seconds)
        self._take_stock()
        return self.shift

    def advance(self, seconds: float) -> None:
        """Go on until so many seconds after the begin; what happens at that very moment is left for later."""
        until = self.begins_at + seconds
        moments = self._moments
        while moments and moments[0][0] < until:
            self.now, _, happens, arguments = heappop(moments)
            happens(*arguments)
        self.now = until

    def take_shift(self) -> Shift:
        """What the shift came to so far; counting begins anew. A call counts where it was placed, an end where it came,
        so the parts of a shift add up and a single one need not."""
        self._take_stock()
        shift, self.shift = self.shift, Shift()
        self._counts_from = self.now
        return shift

    def snapshot(self) -> Snapshot:
        """The floor as the pacer sees it: agents who are leaving are not on it."""
        if self._seen_agents is None:
            self._seen_agents = tuple(self._seen.values())
        return Snapshot(self.now, self._seen_agents, tuple(self._ringing.values()), tuple(self._waiting.values()))

    def _at(self, at: float, happens: Callable[..., None], *arguments: object) -> None:
        heappush(self._moments, (at, next(self._sequence), happens, arguments))

    def _tick(self) -> None:
        for _ in range(self._allowed(self.pacer.calls_to_place(self.snapshot()))):
            self._place()
        self._at(self.begins_at + (next(self._ticks) + 1) * self.scenario.tick_seconds, self._tick)

    def _allowed(self, wanted: int) -> int:
        if wanted < 0:
            raise ValueError(f"a pacer asked for {wanted} calls")
        if self.scenario.max_lines is not None:
            lines = self._talking + len(self._ringing) + len(self._waiting)
            wanted = min(wanted, max(0, self.scenario.max_lines - lines))
        if self.scenario.leads is not None:
            wanted = min(wanted, self.scenario.leads - self._placed)
        return wanted

    def _place(self) -> None:
        if not self._draws:
            self._draws = self._more_draws()
        self.shift.placed += 1
        self._placed += 1
        call = _Call(f"c{self._placed}", self._people.fate(self._draws.pop()))
        self._ringing[call] = self.now
        self._tell(Dialed(call.call_id, self.now))
        self._at(self.now + call.fate.rings_seconds, self._stop_ringing, call)

    def _more_draws(self) -> list[Draws]:
        """For the next calls, the last of the list first."""
        block = self._dice.random((BLOCK, DRAWS_PER_CALL)).clip(LEAST_DRAW, 1 - LEAST_DRAW)
        return [(who, when, detection, talk, wrap_up, patience)
                for who, when, detection, talk, wrap_up, patience in block[::-1].tolist()]  # fmt: skip

    def _stop_ringing(self, call: _Call) -> None:
        del self._ringing[call]
        match call.fate.outcome:
            case "human":
                self.shift.human += 1
                self._answer(call)
            case "machine":
                self.shift.machine += 1
                self._tell(Answered(call.call_id, self.now, "machine"))
            case unanswered:
                setattr(self.shift, unanswered, getattr(self.shift, unanswered) + 1)
                self._tell(Unanswered(call.call_id, self.now, unanswered))

    def _answer(self, call: _Call) -> None:
        call.answered_at = self.now
        self._tell(Answered(call.call_id, self.now, "human"))
        if self._idle:
            self._connect(self._idle.popleft(), call)
            return
        self.shift.waited += 1
        self._waiting[call] = self.now
        waits = min(self.scenario.max_wait_seconds, call.fate.patience_seconds)
        if waits < math.inf:
            self._at(self.now + waits, self._abandon, call)

    def _abandon(self, call: _Call) -> None:
        if self._waiting.pop(call, None) is None:
            return
        self.shift.abandoned += 1
        self.shift.hung_up += call.fate.patience_seconds < self.scenario.max_wait_seconds
        self.shift.answers.append((call.answered_at - self.begins_at, True))
        self._tell(Abandoned(call.call_id, self.now))

    def _connect(self, agent: _Agent, call: _Call) -> None:
        self.shift.connected += 1
        self.shift.answers.append((call.answered_at - self.begins_at, False))
        self._talking += 1
        self._move(agent, "talking")
        self._tell(Connected(call.call_id, agent.agent_id, self.now))
        self._at(self.now + call.fate.talk_seconds, self._end_talk, agent, call)

    def _end_talk(self, agent: _Agent, call: _Call) -> None:
        self.shift.talk_seconds += self.now - agent.since
        self._talking -= 1
        self._move(agent, "wrap_up")
        self._tell(TalkEnded(call.call_id, agent.agent_id, self.now))
        self._at(self.now + call.fate.wrap_up_seconds, self._end_wrap_up, agent)

    def _end_wrap_up(self, agent: _Agent) -> None:
        self.shift.wrap_up_seconds += self.now - agent.since
        if agent.is_leaving:
            self._leave(agent)
            return
        self._tell(WrapUpEnded(agent.agent_id, self.now))
        self._be_idle(agent)

    def _be_idle(self, agent: _Agent) -> None:
        self._move(agent, "idle")
        if self._waiting:
            call = next(iter(self._waiting))
            del self._waiting[call]
            self._connect(agent, call)
        else:
            self._idle.append(agent)

    def _move(self, agent: _Agent, state: Literal["idle", "talking", "wrap_up"]) -> None:
        agent.state = state
        agent.since = self.now
        if not agent.is_leaving:
            self._seen[agent.agent_id] = AgentState(agent.agent_id, state, self.now)
            self._seen_agents = None

    def _apply(self, change: Change) -> None:
        if change.people is not None:
            self._people = change.people
        if change.agents is not None:
            dismissed = self._staff[change.agents :]
            del self._staff[change.agents :]
            for agent in dismissed:
                agent.is_employed = False
                self._ask_to_leave(agent)
            while len(self._staff) < change.agents:
                self._hire()

    def _hire(self) -> None:
        self._agents_hired += 1
        own_dice = np.random.default_rng((self._seed, self._agents_hired))
        agent = _Agent(f"a{self._agents_hired}", own_dice)
        self._staff.append(agent)
        self._join(agent)

    def _join(self, agent: _Agent) -> None:
        agent.is_leaving = False
        agent.joined_at = self.now
        self._agents[agent.agent_id] = agent
        self._tell(AgentJoined(agent.agent_id, self.now))
        if self.scenario.breaks:
            self._at(self.now + self._drawn(agent, self.scenario.breaks, "every"), self._ask_to_leave, agent)
        self._be_idle(agent)

    def _ask_to_leave(self, agent: _Agent) -> None:
        """For a break or for good; nothing for one who is on his way out already, or gone."""
        if agent.is_leaving:
            return
        agent.is_leaving = True
        del self._seen[agent.agent_id]
        self._seen_agents = None
        self._tell(AgentLeft(agent.agent_id, self.now))
        if agent.state == "idle":
            self._idle.remove(agent)
            self._leave(agent)

    def _leave(self, agent: _Agent) -> None:
        del self._agents[agent.agent_id]
        self.shift.logged_in_seconds += self.now - agent.joined_at
        if agent.is_employed and self.scenario.breaks:
            self._at(self.now + self._drawn(agent, self.scenario.breaks, "lasts"), self._come_back, agent)

    def _come_back(self, agent: _Agent) -> None:
        if agent.is_employed:
            self._join(agent)

    def _drawn(self, agent: _Agent, breaks: Breaks, which: Literal["every", "lasts"]) -> float:
        u = max(LEAST_DRAW, agent.dice.random())
        return (breaks.every if which == "every" else breaks.lasts).quantile(u)

    def _take_stock(self) -> None:
        """Book what the agents' states have lasted so far, and what is in flight."""
        self.shift.seconds = self.now - self._counts_from
        self.shift.ringing_at_end = len(self._ringing)
        self.shift.waiting_at_end = len(self._waiting)
        for agent in self._agents.values():
            self.shift.logged_in_seconds += self.now - agent.joined_at
            if agent.state == "talking":
                self.shift.talk_seconds += self.now - agent.since
            elif agent.state == "wrap_up":
                self.shift.wrap_up_seconds += self.now - agent.since
            agent.joined_at = agent.since = self.now
