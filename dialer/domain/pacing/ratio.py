"""A fixed number of lines per idle agent."""

import math

from dialer.domain.pacing.decision import PacingDecision
from dialer.domain.pacing.events import PacingEvent
from dialer.domain.pacing.snapshot import Snapshot


class RatioPacer:
    """Keeps `ratio` lines on their way for each idle agent. With 1.0 it is progressive. Learns nothing."""

    def __init__(self, ratio: float):
        if not ratio >= 1.0:
            raise ValueError("a ratio below 1.0 would leave idle agents without a line")
        self.ratio = ratio

    def observe(self, event: PacingEvent) -> None:
        """A fixed ratio needs no history."""

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The lines wanted for the agents who are idle and not spoken for by a waiting person, less those ringing."""
        return self.decide(snapshot).calls

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """The same, with its reason."""
        idle = snapshot.idle_agents
        free = max(0, idle - len(snapshot.waiting))
        calls = max(0, math.floor(self.ratio * free) - len(snapshot.ringing))
        return PacingDecision(calls, "ratio" if snapshot.agents else "no_agents", idle)
