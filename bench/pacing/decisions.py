"""How long the engine thinks: real decisions on busy simulated floors, one a second, each on another snapshot."""

import gc
import json
import time
from dataclasses import replace

from bench.figures import Report, median, percentile
from bench.pacing.scenarios import people
from dialer.domain.pacing import PredictivePacer, Snapshot
from dialer.domain.pacing.events import PacingEvent
from dialer.simulator import Scenario, simulate_shift

BUDGETS = {100: 5.0, 500: 20.0}
"""Median milliseconds of a decision, by agents."""

MAX_STATE_BYTES = 64 * 1024
WEEK_SECONDS = 7 * 24 * 3600.0


class TimedPacer:
    """The engine with a stopwatch: milliseconds of each decision, by its time on the campaign's clock."""

    def __init__(self, engine: PredictivePacer | None = None):
        self.engine = engine or PredictivePacer()
        self.times: list[tuple[float, float]] = []

    def observe(self, event: PacingEvent) -> None:
        """Pass it on."""
        self.engine.observe(event)

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """Decide against the clock."""
        started = time.perf_counter()
        calls = self.engine.calls_to_place(snapshot)
        self.times.append((snapshot.now, (time.perf_counter() - started) * 1000))
        return calls

    def between(self, begin: float, end: float) -> list[float]:
        """The milliseconds of the decisions in that span."""
        return [milliseconds for now, milliseconds in self.times if begin <= now < end]


def measure_decisions(report: Report, *, warm_seconds: float, measured_seconds: float) -> None:
    """Median and tail by size of floor, after some learning, against the budgets."""
    for agents, budget in BUDGETS.items():
        pacer = TimedPacer()
        end = warm_seconds + measured_seconds
        gc.disable()
        try:
            simulate_shift(_busy(agents, end), pacer, 1)
        finally:
            gc.enable()
        times = pacer.between(warm_seconds, end)
        report.add(f"decision, {agents} agents, median", median(times), "ms", at_most=budget)
        report.add(f"decision, {agents} agents, p99", percentile(times, 99), "ms")


def measure_growth(report: Report, *, weeks: float = 1.0, agents: int = 10) -> None:
    """Neither the time of a decision nor the state grows while a small floor dials around the clock."""
    pacer = TimedPacer()
    end = weeks * WEEK_SECONDS
    simulate_shift(_busy(agents, end), pacer, 1)
    hour = min(3600.0, end / 4)
    early, late = median(pacer.between(hour, 2 * hour)), median(pacer.between(end - hour, end))
    report.add(
        f"decision after {weeks:g} weeks against its first hours, {agents} agents", late / early, "×", at_most=1.5
    )
    report.add("state after that", len(json.dumps(pacer.engine.to_state())), "bytes", at_most=MAX_STATE_BYTES)


def _busy(agents: int, seconds: float) -> Scenario:
    usual = Scenario(f"{agents} agents", agents, people(0.20, machines=0.30, talk=150.0))
    return replace(usual, shift_seconds=seconds)
