"""Pacers that anybody might bring."""

from dialer.domain.pacing import Snapshot
from dialer.domain.pacing.events import PacingEvent
from dialer.simulator import Scenario


class LinesPacer:
    """So many lines for each idle agent, and `extra` besides."""

    def __init__(self, lines: float = 1.0, *, extra: int = 0):
        self.lines, self.extra = lines, extra

    def observe(self, event: PacingEvent) -> None:
        """Nothing to learn."""

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The lines that are missing."""
        return max(0, int(self.lines * snapshot.idle_agents) + self.extra - len(snapshot.ringing))


def make_told(scenario: Scenario) -> LinesPacer:
    """A factory that wants the scenario."""
    return ToldPacer(scenario)


class ToldPacer(LinesPacer):
    """One that is told the scenario."""

    def __init__(self, scenario: Scenario):
        super().__init__()
        self.told = scenario


FACTORIES = {"plain": LinesPacer, "told": make_told}
