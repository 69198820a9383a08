"""What a bench reports: figures with units and, where one is set, the budget they are held against."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One measured value. `at_most` or `at_least` is its budget."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def budget(self) -> str:
        """The budget in words; empty where there is none."""
        if self.at_most is not None:
            return f"≤ {self.at_most:,g} {self.unit}"
        return "" if self.at_least is None else f"≥ {self.at_least:,g} {self.unit}"

    @property
    def is_met(self) -> bool | None:
        """Whether the budget is met; None where there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least


@dataclass
class Report:
    """Figures of one bench, how they were measured, and text that a person may want to read besides."""

    name: str
    measured: str
    figures: list[Figure] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(
        self, name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None
    ) -> None:
        """Report one more figure."""
        self.figures.append(Figure(name, value, unit, at_most, at_least))

    def add_percentiles(
        self,
        name: str,
        values: Sequence[float],
        unit: str,
        *,
        p99_at_most: float | None = None,
        p95_at_most: float | None = None,
    ) -> None:
        """Report p50, p95 and p99 of a sample."""
        budgets = {95: p95_at_most, 99: p99_at_most}
        for share in (50, 95, 99):
            self.add(f"{name}, p{share}", percentile(values, share), unit, at_most=budgets.get(share))


@dataclass(frozen=True)
class Options:
    """How thoroughly to measure, and how much to tell."""

    quick: bool = False
    full: bool = False
    verbose: bool = False


def percentile(values: Sequence[float], share: int) -> float:
    """The value that `share` percent of the sample do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 100) - 1))]


median = statistics.median
