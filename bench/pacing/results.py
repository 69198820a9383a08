"""What was measured: figures of single shifts, pooled over seeds, kept as JSON beside the machine they were made on."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from dialer.simulator import Shift

LIMIT = 0.03
"""Abandoned of all live answers: FTC, Telemarketing Sales Rule, 16 CFR 310.4(b)(4)(i)."""


@dataclass(frozen=True)
class ShiftFigures:
    """One shift of one pacer. Plain numbers, so that it crosses processes and files."""

    seed: int
    seconds: float
    placed: int
    human: int
    connected: int
    abandoned: int
    worst_half_hour: float
    busy_seconds: float
    logged_in_seconds: float
    took_seconds: float

    @classmethod
    def of(cls, shift: Shift, *, seed: int, took_seconds: float) -> Self:
        """The figures of a simulated shift; `took_seconds` is what the simulation needed."""
        return cls(
            seed=seed,
            seconds=shift.seconds,
            placed=shift.placed,
            human=shift.human,
            connected=shift.connected,
            abandoned=shift.abandoned,
            worst_half_hour=round(shift.worst_half_hour(), 5),
            busy_seconds=round(shift.talk_seconds + shift.wrap_up_seconds, 1),
            logged_in_seconds=round(shift.logged_in_seconds, 1),
            took_seconds=round(took_seconds, 2),
        )


@dataclass(frozen=True)
class Pooled:
    """All shifts of one pacer in one scenario. `setting` is what a search chose."""

    scenario: str
    pacer: str
    shifts: tuple[ShiftFigures, ...]
    setting: float | None = None
    fingerprint: str = ""

    @property
    def occupancy(self) -> float:
        """Talk and wrap-up, of the time agents were there."""
        logged_in = math.fsum(s.logged_in_seconds for s in self.shifts)
        return math.fsum(s.busy_seconds for s in self.shifts) / logged_in if logged_in else 0.0

    @property
    def abandonment_rate(self) -> float:
        """Abandoned, of live answers connected or abandoned."""
        abandoned = sum(s.abandoned for s in self.shifts)
        ended = abandoned + sum(s.connected for s in self.shifts)
        return abandoned / ended if ended else 0.0

    @property
    def is_within_limit(self) -> bool:
        """At or below 3.0 %, not rounded."""
        return self.abandonment_rate <= LIMIT

    @property
    def worst_half_hour(self) -> float:
        """Of any shift."""
        return max(s.worst_half_hour for s in self.shifts)

    @property
    def connects_per_hour(self) -> float:
        """Conversations an hour, of the whole floor."""
        return sum(s.connected for s in self.shifts) / math.fsum(s.seconds for s in self.shifts) * 3600.0

    @property
    def took_seconds(self) -> float:
        """Time of the simulations."""
        return math.fsum(s.took_seconds for s in self.shifts)


@dataclass(frozen=True)
class Person:
    """How a pacer is presented; one without a label is not in the picture."""

    title: str
    role: str
    label: str = ""


@dataclass
class Results:
    """Everything that a table or a picture needs."""

    seeds: tuple[int, ...]
    is_quick: bool = False
    machine: dict[str, str] = field(default_factory=dict)
    scenarios: dict[str, str] = field(default_factory=dict)
    pacers: dict[str, Person] = field(default_factory=dict)
    pooled: list[Pooled] = field(default_factory=list)

    def find(self, scenario: str, pacer: str) -> Pooled | None:
        """The one result, if it was measured."""
        return next((p for p in self.pooled if (p.scenario, p.pacer) == (scenario, pacer)), None)

    def of_scenario(self, scenario: str) -> list[Pooled]:
        """All results of a scenario."""
        return [p for p in self.pooled if p.scenario == scenario]

    def of_pacer(self, pacer: str) -> list[Pooled]:
        """All results of a pacer, in the order of the scenarios."""
        return [p for name in self.scenarios for p in self.pooled if (p.scenario, p.pacer) == (name, pacer)]

    def role_of(self, pacer: str) -> str:
        """Engine, planner, rival, ablation or guest."""
        return self.pacers[pacer].role

    def winner(self, scenario: str) -> Pooled | None:
        """The highest occupancy within the limit; planner and ablations do not compete."""
        return best(p for p in self.of_scenario(scenario) if self.role_of(p.pacer) not in ("planner", "ablation"))

    def best_rival(self, scenario: str) -> Pooled | None:
        """The highest occupancy within the limit among the rivals."""
        return best(p for p in self.of_scenario(scenario) if self.role_of(p.pacer) == "rival")

    def share_of_planner(self, pooled: Pooled) -> float | None:
        """Occupancy as a share of the planner's; None without one."""
        informed = self.find(pooled.scenario, "planner")
        return None if informed is None or not informed.occupancy else pooled.occupancy / informed.occupancy

    def save(self, file: Path) -> None:
        """Write it as JSON, one result a line."""
        head = {
            "seeds": self.seeds,
            "is_quick": self.is_quick,
            "machine": self.machine,
            "scenarios": self.scenarios,
            "pacers": {name: [p.title, p.role, p.label] for name, p in self.pacers.items()},
            "columns": [f.name for f in fields(ShiftFigures)],
        }
        lines = [
            json.dumps([p.scenario, p.pacer, p.setting, p.fingerprint, [astuple(s) for s in p.shifts]])
            for p in self.pooled
        ]
        body = (
            json.dumps(head, indent=1, ensure_ascii=False)[:-2]
            + ',\n "results": [\n  '
            + ",\n  ".join(lines)
            + "\n ]\n}\n"
        )
        partial = file.with_name(file.name + ".new")
        partial.write_text(body)
        partial.replace(file)

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read what `save` wrote. Raises ValueError for a file of other columns."""
        read: dict[str, Any] = json.loads(file.read_text())
        if read["columns"] != [f.name for f in fields(ShiftFigures)]:
            raise ValueError(f"{file} was written by another version of the bench")
        return cls(
            seeds=tuple(read["seeds"]),
            is_quick=read["is_quick"],
            machine=read["machine"],
            scenarios=read["scenarios"],
            pacers={name: Person(*person) for name, person in read["pacers"].items()},
            pooled=[_pooled(line) for line in read["results"]],
        )


def best(candidates: Iterable[Pooled]) -> Pooled | None:
    """The highest occupancy of those within the limit."""
    return max((p for p in candidates if p.is_within_limit), key=lambda p: p.occupancy, default=None)


def _pooled(line: Sequence[Any]) -> Pooled:
    scenario, pacer, setting, fingerprint, shifts = line
    return Pooled(scenario, pacer, tuple(ShiftFigures(*s) for s in shifts), setting, fingerprint)
