"""A fixed number of lines per idle agent."""

import math

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
        free = snapshot.idle_agents - len(snapshot.waiting)
        if free <= 0:
            return 0
        return max(0, math.floor(self.ratio * free) - len(snapshot.ringing))
