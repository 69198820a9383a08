"""The plan: which fault, how often, at which moment, with which dice. All of it follows from the seed."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from faults.scenario import Scenario

MOMENTS = (0.5, 4.0)
"""How many seconds of undisturbed dialling come before a fault, at least and at most."""


@dataclass(frozen=True)
class Injection:
    """One fault to come: after so many seconds of undisturbed dialling, with dice of its own."""

    name: str
    turn: int
    after_seconds: float
    seed: str

    def dice(self) -> random.Random:
        """The fault's own dice: the same whatever else is in the plan."""
        return random.Random(self.seed)  # noqa: S311 - reproducible on purpose


def make_plan(
    scenarios: Collection[Scenario], *, seed: int, times: int, moments: tuple[float, float] = MOMENTS
) -> dict[str, Sequence[Injection]]:
    """Every fault so many times. A fault has the same moments whether it is injected alone or among the others."""
    return {
        scenario.name: [_injection(scenario.name, seed, turn, moments) for turn in range(times)]
        for scenario in scenarios
    }


def _injection(name: str, seed: int, turn: int, moments: tuple[float, float]) -> Injection:
    key = f"{seed}|{name}|{turn}"
    moment = random.Random(f"{key}|moment").uniform(*moments)  # noqa: S311 - reproducible on purpose
    return Injection(name, turn, round(moment, 3), key)
