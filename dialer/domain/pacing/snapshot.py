"""The floor at one moment, as a pacer sees it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AgentState:
    """One agent who takes calls: what he is doing, and since when."""

    agent_id: str
    state: Literal["idle", "talking", "wrap_up"]
    since: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`ringing` holds the placed-at times of calls that may still be answered, `waiting` the answered-at times of
    people who wait for an agent."""

    now: float
    agents: tuple[AgentState, ...]
    ringing: tuple[float, ...]
    waiting: tuple[float, ...]

    @property
    def idle_agents(self) -> int:
        """Agents who could take a call this instant."""
        return sum(agent.state == "idle" for agent in self.agents)
