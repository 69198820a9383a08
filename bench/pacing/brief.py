"""The short bench of `make bench`: the engine against the best that rivals do on a few floors; how fast it decides."""

import os

from bench.figures import Options, Report
from bench.pacing.__main__ import measure as measure_pacers
from bench.pacing.contestants import ENGINE, RIVALS, planner
from bench.pacing.decisions import measure_decisions, measure_growth
from bench.pacing.results import LIMIT, Results
from bench.pacing.scenarios import BRIEF, SCENARIOS, quick

RIVAL_NAMES = ("progressive", "ratio", "vicidial-hard-limit", "vicidial-hard-limit-available", "impact", "forecast")
LEAST_SHARE_OF_PLANNER = 0.97


def measure(options: Options) -> Report:
    """Whole shifts, two of each; the full table is `make bench-pacing`."""
    scenarios = [SCENARIOS[name] for name in BRIEF]
    if options.quick:
        scenarios = [quick(scenario) for scenario in scenarios[:1]]
    informed = planner()
    contestants = [ENGINE, *(c for c in RIVALS if c.name in RIVAL_NAMES)]
    results = measure_pacers(
        contestants if informed is None else [informed, *contestants],
        scenarios,
        seeds=(1,) if options.quick else (1, 2),
        is_quick=options.quick,
        workers=1 if options.quick else os.cpu_count() or 1,
    )
    shifts = "twenty-minute shifts" if options.quick else "eight-hour shifts, two each"
    report = Report("pacing", f"the engine and its rivals on {len(scenarios)} simulated floors, {shifts}")
    _add_scenarios(report, results, holds_budgets=not options.quick)
    if options.quick:
        measure_decisions(report, warm_seconds=10.0, measured_seconds=10.0)
    else:
        measure_decisions(report, warm_seconds=1200.0, measured_seconds=300.0)
    if options.full:
        measure_growth(report)
    return report


def _add_scenarios(report: Report, results: Results, *, holds_budgets: bool) -> None:
    for scenario in results.scenarios:
        engine = results.find(scenario, ENGINE.name)
        if engine is None:
            continue
        share = results.share_of_planner(engine)
        report.add(f"{scenario}: occupancy", 100 * engine.occupancy, "%")
        report.add(f"{scenario}: abandoned", 100 * engine.abandonment_rate, "%",
                   at_most=100 * LIMIT if holds_budgets else None)  # fmt: skip
        if share is not None:
            report.add(f"{scenario}: of the planner's occupancy", 100 * share, "%",
                       at_least=100 * LEAST_SHARE_OF_PLANNER if holds_budgets else None)  # fmt: skip
        rival = results.best_rival(scenario)
        if rival is not None:
            name, ahead = results.pacers[rival.pacer].title, engine.occupancy - rival.occupancy
            report.add(f"{scenario}: above the best rival, {name}", 100 * ahead, "points",
                       at_least=0.0 if holds_budgets else None)  # fmt: skip
