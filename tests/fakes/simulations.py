"""Simulated floors that are not simulated: every trial comes out as told."""

from collections.abc import Sequence

from dialer.domain.pacing.what_if import Outcomes, SimulatedFloor, Tally, Trial, WhatIf


def make_floor(
    *,
    agents: int = 10,
    occupancies: Sequence[float] = (0.8,) * 8,
    calls_per_agent_hour: float = 60.0,
    connects_per_agent_hour: float = 20.0,
    abandoned_per_agent_hour: float = 0.5,
    outcomes: Outcomes | None = None,
    agents_simulated: int | None = None,
) -> SimulatedFloor:
    """One trial per occupancy, each of two half hours alike."""
    halves = 0.5 * agents
    trials = tuple(
        Trial(
            outcomes or Outcomes(live=0.3, machine=0.2, busy=0.1, no_answer=0.35, failed=0.05),
            (
                Tally(
                    seconds=1800.0,
                    placed=round(calls_per_agent_hour * halves),
                    connected=round(connects_per_agent_hour * halves),
                    abandoned=round(abandoned_per_agent_hour * halves),
                    busy_seconds=occupancy * agents * 1800.0,
                    logged_in_seconds=agents * 1800.0,
                ),
            )
            * 2,
        )
        for occupancy in occupancies
    )
    return SimulatedFloor(trials, measured_seconds=3600.0, tick_seconds=1.0, agents=agents_simulated or agents)


class InstantSimulations:
    """`simulations.asked` lists the questions; `simulations.trouble` is raised instead of an answer."""

    def __init__(self) -> None:
        self.asked: list[WhatIf] = []
        self.trouble: Exception | None = None

    def simulate(self, questions: Sequence[WhatIf], *, seconds: float) -> list[SimulatedFloor]:
        self.asked += questions
        if self.trouble is not None:
            raise self.trouble
        return [make_floor(agents=question.plan.agents) for question in questions]
