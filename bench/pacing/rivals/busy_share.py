"""Lines for free agents, and for a share of the busy ones.

Source: Sinch Contact Center, predictive dialling: calls = free + ratio × busy, the ratio raised until the target of
abandonment is met (docs.cc.sinch.com, cio1615834134197). How it is raised is not published; here `share` is fixed over
a shift and chosen in hindsight, and may go beyond one.
"""

from dialer.domain.pacing.events import PacingEvent
from dialer.domain.pacing.snapshot import Snapshot


class BusySharePacer:
    """Keeps `share` of a line for each busy agent besides one for each free agent."""

    def __init__(self, share: float):
        self.share = share

    def observe(self, event: PacingEvent) -> None:
        """The rule needs no history."""

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """Lines wanted, less those ringing and people who wait, rounded down."""
        idle = snapshot.idle_agents
        busy = len(snapshot.agents) - idle
        return max(0, int(idle + self.share * busy + 1e-9) - len(snapshot.ringing) - len(snapshot.waiting))
