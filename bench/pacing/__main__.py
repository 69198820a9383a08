"""`python -m bench.pacing`: pacers against one another on simulated floors. `draw` and `table` show an earlier run."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.machine import describe_machine
from bench.pacing.contestants import Contestant, ablations, find_contestant, standard
from bench.pacing.fingerprint import fingerprint
from bench.pacing.results import Person, Pooled, Results
from bench.pacing.runner import measure_all
from bench.pacing.scenarios import SCENARIOS, quick
from bench.pacing.table import print_tables
from dialer.simulator import Scenario

SEEDS = 5
SAVE_SECONDS = 10.0


def main(arguments: list[str] | None = None) -> int:
    """Status 2 for a name that does not exist."""
    arguments = sys.argv[1:] if arguments is None else arguments
    console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
    if arguments[:1] == ["draw"]:
        return _draw(arguments[1:])
    if arguments[:1] == ["table"]:
        return _table(console, arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        contestants = _contestants(options.pacer, with_ablations=options.ablations)
        scenarios = _scenarios(options.scenario, is_quick=options.quick)
    except (ValueError, ImportError, AttributeError, SyntaxError) as error:
        console.print(str(error), style="red", markup=False)
        return 2
    results = measure(
        contestants,
        scenarios,
        seeds=range(options.first_seed, options.first_seed + options.seeds),
        is_quick=options.quick,
        workers=options.workers,
        file=options.json,
        again=options.again,
        console=console,
    )
    print_tables(console, results, brief=options.brief)
    return 0


def measure(
    contestants: Sequence[Contestant],
    scenarios: Sequence[Scenario],
    *,
    seeds: Sequence[int],
    is_quick: bool,
    workers: int,
    file: Path | None = None,
    again: bool = False,
    console: Console | None = None,
) -> Results:
    """Measure each contestant in each scenario. What `file` holds of the same sources and seeds is kept."""
    results = Results(
        seeds=tuple(seeds),
        is_quick=is_quick,
        machine=dict(describe_machine()),
        scenarios={s.name: s.description for s in scenarios},
        pacers={c.name: Person(c.title, c.role, c.label) for c in contestants},
    )
    kept = _kept(file, results.seeds) if file is not None and not again else {}
    pairs = []
    for scenario in scenarios:
        for contestant in contestants:
            known = kept.get((scenario.name, contestant.name, fingerprint(contestant, scenario)))
            if known is not None:
                results.pooled.append(known)
            else:
                pairs.append((contestant, scenario))
    with _progress(console) as progress:
        task = progress.add_task("", total=len(results.pooled) + len(pairs), completed=len(results.pooled))
        saved_at = time.monotonic()

        def take(pooled: Pooled) -> None:
            nonlocal saved_at
            results.pooled.append(pooled)
            progress.update(task, advance=1, description=f"{pooled.scenario} {pooled.pacer}")
            if file is not None and time.monotonic() > saved_at + SAVE_SECONDS:
                results.save(file)
                saved_at = time.monotonic()

        measure_all(pairs, results.seeds, workers=workers, on_result=take)
    _order(results)
    if file is not None:
        results.save(file)
    return results


def _kept(file: Path, seeds: tuple[int, ...]) -> dict[tuple[str, str, str], Pooled]:
    if not file.exists():
        return {}
    before = Results.load(file)
    same = (p for p in before.pooled if tuple(s.seed for s in p.shifts) == seeds)
    return {(p.scenario, p.pacer, p.fingerprint): p for p in same}


def _order(results: Results) -> None:
    scenarios, pacers = list(results.scenarios), list(results.pacers)
    results.pooled.sort(key=lambda p: (scenarios.index(p.scenario), pacers.index(p.pacer)))


def _progress(console: Console | None) -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=console, transient=True, disable=console is None or not console.is_terminal)


def _contestants(names: list[str] | None, *, with_ablations: bool) -> list[Contestant]:
    chosen = list(standard()) if not names else [find_contestant(name) for name in names]
    if with_ablations:
        if not ablations():
            raise ValueError("there are no ablations yet: bench/pacing/ablations.py is missing")
        # Beside the engine and the planner; rivals only if they were named.
        chosen = [c for c in chosen if names or c.role != "rival"] + list(ablations())
    return chosen


def _scenarios(names: list[str] | None, *, is_quick: bool) -> list[Scenario]:
    unknown = [name for name in names or () if name not in SCENARIOS]
    if unknown:
        raise ValueError(f"no such scenario: {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    chosen = [SCENARIOS[name] for name in names or SCENARIOS]
    return [quick(scenario) for scenario in chosen] if is_quick else chosen


def _draw(arguments: list[str]) -> int:
    from bench.pacing.picture import draw

    parser = argparse.ArgumentParser(prog="python -m bench.pacing draw", description="Draw an earlier run.")
    parser.add_argument("results", type=Path, metavar="RESULTS.json")
    parser.add_argument("picture", type=Path, metavar="PICTURE.svg")
    options = parser.parse_args(arguments)
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    options.picture.write_text(draw(Results.load(options.results)))
    return 0


def _table(console: Console, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pacing table", description="Print an earlier run.")
    parser.add_argument("results", type=Path, metavar="RESULTS.json")
    parser.add_argument("--brief", action="store_true", help="without the tables of the single scenarios")
    options = parser.parse_args(arguments)
    print_tables(console, Results.load(options.results), brief=options.brief)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.pacing",
        description="Pacers on simulated floors. Also: draw RESULTS.json PICTURE.svg, table RESULTS.json.",
    )
    parser.add_argument("--scenario", nargs="+", metavar="NAME", help=f"only these of: {', '.join(SCENARIOS)}")
    names = ", ".join(contestant.name for contestant in standard())
    parser.add_argument(
        "--pacer",
        nargs="+",
        metavar="NAME",
        help=f"only these of: {names}; or any module:Class or 'module:Class(key=value)'",
    )
    parser.add_argument(
        "--seeds", type=int, default=SEEDS, metavar="N", help=f"shifts of each pair; {SEEDS} if not given"
    )
    parser.add_argument("--first-seed", type=int, default=1, metavar="N", help="for people whom nobody has met before")
    parser.add_argument("--ablations", action="store_true", help="the engine with a part taken out, instead of rivals")
    parser.add_argument("--quick", action="store_true", help="twenty-minute shifts, twenty agents: only that it runs")
    parser.add_argument("--brief", action="store_true", help="print no tables of single scenarios")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results here; what is still good is reused")
    parser.add_argument("--again", action="store_true", help="measure everything again")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes; all cores")
    return parser


if __name__ == "__main__":
    sys.exit(main())
