"""What a reader of the events alone would know of a floor; it refuses whatever cannot follow from what came before."""

from collections import defaultdict

from dialer.domain.pacing import (
    Abandoned,
    AgentJoined,
    AgentLeft,
    Answered,
    Connected,
    Dialed,
    PacingEvent,
    Snapshot,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)


class Ledger:
    """Calls by state, agents by state, and the seconds that agents spent in each.

    An agent is `on_floor` between `AgentJoined` and `AgentLeft`. Of one who left in wrap-up no event tells the end.
    """

    def __init__(self, max_wait: float):
        self.max_wait = max_wait
        self.now = 0.0
        self.calls: dict[str, str] = {}
        self.since: dict[str, float] = {}
        self.agents: dict[str, str] = {}
        self.on_floor: set[str] = set()
        self.talking_to: dict[str, str] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def advance(self, to: float) -> None:
        assert to >= self.now, "events come in the order of their times"
        for agent, state in self.agents.items():
            if state == "talking" or agent in self.on_floor:
                self.seconds[state] += to - self.now
        self.now = to

    def see(self, seen: PacingEvent | Snapshot) -> None:
        self.advance(seen.now if isinstance(seen, Snapshot) else seen.at)
        match seen:
            case Snapshot():
                self.compare(seen)
            case Connected(call, agent, _):
                assert agent in self.on_floor
                self.move_agent(agent, "idle", "talking")
                longest = min(since for other, since in self.since.items() if self.calls[other] == "waiting")
                assert self.since[call] == longest, "who has waited longest is first"
                self.move_call(call, "waiting", "talking")
                self.talking_to[agent] = call
            case TalkEnded(call, agent, _):
                assert self.talking_to.pop(agent) == call
                self.move_agent(agent, "talking", "wrap_up")
                self.move_call(call, "talking", "over")
            case WrapUpEnded(agent, _):
                assert agent in self.on_floor
                self.move_agent(agent, "wrap_up", "idle")
            case AgentJoined() | AgentLeft():
                self.see_staff(seen)
            case _:
                self.see_call(seen)

    def see_staff(self, event: AgentJoined | AgentLeft) -> None:
        agent = event.agent_id
        if isinstance(event, AgentLeft):
            self.on_floor.remove(agent)
            if self.agents[agent] == "idle":
                self.agents[agent] = "away"
        else:
            assert agent not in self.on_floor
            assert self.agents.get(agent) != "talking"
            self.on_floor.add(agent)
            self.agents[agent] = "idle"

    def see_call(self, event: PacingEvent) -> None:
        match event:
            case Dialed(call, _):
                assert call not in self.calls
                self.calls[call] = "ringing"
                self.since[call] = self.now
            case Answered(call, _, "human"):
                self.move_call(call, "ringing", "waiting")
            case Answered(call, _, _) | Unanswered(call, _, _):
                self.move_call(call, "ringing", "over")
            case Abandoned(call, _):
                assert self.now - self.since[call] <= self.max_wait + 1e-9
                self.move_call(call, "waiting", "over")

    def move_call(self, call: str, before: str, after: str) -> None:
        assert self.calls[call] == before
        self.calls[call] = after
        self.since[call] = self.now

    def move_agent(self, agent: str, before: str, after: str) -> None:
        assert self.agents[agent] == before
        self.agents[agent] = after

    def compare(self, snapshot: Snapshot) -> None:
        shown = {agent.agent_id: agent.state for agent in snapshot.agents}
        assert shown == {agent: self.agents[agent] for agent in self.on_floor}, "none who is leaving is on the floor"
        for state, times in (("ringing", snapshot.ringing), ("waiting", snapshot.waiting)):
            assert sorted(times) == sorted(self.since[call] for call in self.calls if self.calls[call] == state)
        assert all(snapshot.now - since <= self.max_wait + 1e-9 for since in snapshot.waiting)
