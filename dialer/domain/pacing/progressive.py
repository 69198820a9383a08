"""One line per idle agent: nobody who answers can be left without one."""

from dialer.domain.pacing.decision import PacingDecision
from dialer.domain.pacing.events import PacingEvent
from dialer.domain.pacing.snapshot import Snapshot


class ProgressivePacer:
    """Places a call for each idle agent who has none on its way. Learns nothing."""

    def observe(self, event: PacingEvent) -> None:
        """Progressive pacing needs no history."""

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """Idle agents, less the calls that ring or wait for them already."""
        return self.decide(snapshot).calls

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """The same, with its reason."""
        idle = snapshot.idle_agents
        calls = max(0, idle - len(snapshot.ringing) - len(snapshot.waiting))
        return PacingDecision(calls, "agents_spoken_for" if snapshot.agents else "no_agents", idle)
