"""The table of a run, for people, and the same as JSON, for machines."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from faults.campaign import Result

_HEAD = ("fault", "injected", "violations", "resume, median s", "resume, max s", "settled s")


def render_row(result: Result) -> tuple[str, ...]:
    """One line of the table."""
    times = result.resume_seconds
    return (
        result.name,
        str(result.injected),
        str(len(result.violations)),
        f"{median(times):.1f}" if times else "-",
        f"{max(times):.1f}" if times else "-",
        f"{result.settle_seconds:.0f}",
    )


@dataclass
class Run:
    """What has been done so far. Not whole: stopped, or the floor could not be kept."""

    seed: int
    began: float = field(default_factory=time.monotonic)
    results: list[Result] = field(default_factory=list)
    is_whole: bool = True
    seconds: float = 0.0
    calls: int = 0
    troubles: list[str] = field(default_factory=list)

    def end(self, *, calls: int, troubles: list[str]) -> None:
        """Note how long it took and what came of it besides."""
        self.seconds, self.calls, self.troubles = time.monotonic() - self.began, calls, troubles

    @property
    def exit_status(self) -> int:
        """1 on a violation; 2 if anything was left out."""
        if any(result.violations for result in self.results):
            return 1
        return 2 if not self.is_whole or any(result.not_injected for result in self.results) else 0


def render_table(run: Run) -> str:
    """The table in Markdown, with what was violated below."""
    lines = [_line(_HEAD), _line(("---",) * len(_HEAD)), *(_line(render_row(result)) for result in run.results), ""]
    for result in run.results:
        lines += [f"{result.name}: {violation.check}: {violation.what}" for violation in result.violations]
        lines += [f"{result.name}: not injected: {reason}" for reason in result.not_injected]
    injected = sum(result.injected for result in run.results)
    violations = sum(len(result.violations) for result in run.results)
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    lines.append(
        f"{injected} faults, {violations} violations, {run.calls} calls in {run.seconds / 60:.1f} minutes; "
        f"seed {run.seed}; {os.cpu_count()} cores, load {load}"
    )
    return "\n".join(lines)


def write_json(path: Path, run: Run) -> None:
    """Everything about the run."""
    figures = {
        "seed": run.seed,
        "is_whole": run.is_whole,
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "calls": run.calls,
        "seconds": round(run.seconds, 1),
        "troubles_of_agents": run.troubles,
        "faults": [asdict(result) for result in run.results],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
