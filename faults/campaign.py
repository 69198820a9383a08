"""Runs a plan on a floor: inject, measure until dialling goes on, let it settle, judge."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from faults.floor import Floor
from faults.history import Violation
from faults.plan import Injection
from faults.scenario import NotInjected, Scenario
from faults.settling import Judge

RESUME_SECONDS = 15.0
_CALM_SECONDS = 3.0
_PATIENCE_SECONDS = 60.0


@dataclass
class Result:
    """What came of one fault."""

    name: str
    injected: int = 0
    resume_seconds: list[float] = field(default_factory=list)
    settle_seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)
    not_injected: list[str] = field(default_factory=list)


def conduct(
    floor: Floor,
    judge: Judge,
    scenarios: Mapping[str, Scenario],
    plan: Mapping[str, Sequence[Injection]],
    tell: Callable[[Result], None],
) -> None:
    """Inject everything, one fault after the other, while the campaign goes on; each result is told at once."""
    for name, injections in plan.items():
        tell(try_fault(floor, judge, scenarios[name], injections))


def try_fault(floor: Floor, judge: Judge, scenario: Scenario, injections: Sequence[Injection]) -> Result:
    """Inject one fault several times, then judge what it has left behind."""
    result = inject(floor, scenario, injections, resume_seconds=RESUME_SECONDS)
    settled = judge.settle(since=datetime.now(UTC), seconds=scenario.settle_seconds)
    result.settle_seconds = settled.seconds
    result.violations += settled.violations
    return result


def inject(floor: Floor, scenario: Scenario, injections: Sequence[Injection], *, resume_seconds: float) -> Result:
    """Inject one fault several times, and measure each time until the carrier accepts a call again."""
    result = Result(scenario.name)
    for injection in injections:
        _await_calm(floor)
        time.sleep(injection.after_seconds)
        try:
            aftermath = scenario.inject(floor, injection.dice())
        except NotInjected as reason:
            result.not_injected.append(str(reason))
            continue
        result.injected += 1
        result.violations += aftermath.violations
        resumed_at = floor.await_calls(after=aftermath.ended_at, seconds=_PATIENCE_SECONDS)
        seconds = _PATIENCE_SECONDS if resumed_at is None else resumed_at - aftermath.ended_at
        result.resume_seconds.append(seconds)
        if seconds > resume_seconds:
            result.violations.append(Violation("dialling_not_resumed", f"not within {seconds:.1f} s"))
    return result


def _await_calm(floor: Floor) -> None:
    """The next fault is to meet a floor that dials."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while floor.await_calls(after=time.time() - _CALM_SECONDS, seconds=1.0) is None:
        if time.monotonic() > deadline:
            return
