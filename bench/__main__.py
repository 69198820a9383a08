"""`python -m bench [NAME…]`: run the named benches, or all, and print a table each."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Options, Report
from bench.machine import describe_machine
from dialer.logging import configure_logging

# In the order in which they run. Each module has `measure(options) -> Report`, and says in its docstring what it does.
BENCHES = {
    "pacing": "bench.pacing.brief",
    "ticks": "bench.pacing_ticks",
    "claims": "bench.claims",
    "import": "bench.lead_import",
    "dialability": "bench.dialability",
    "leads": "bench.leads",
    "sql": "bench.call_sql",
    "answers": "bench.answers",
    "engine": "bench.engine",
    "idle": "bench.idle",
    "twin": "bench.twin_load",
    "neighbours": "bench.neighbours",
    "wallboard": "bench.wallboard",
    "console": "bench.console",
}


def main(arguments: list[str] | None = None) -> int:
    """Status 1 with `--strict` if a budget was missed."""
    options = _parser().parse_args(arguments)
    configure_logging("CRITICAL")  # what the product logs would tear the tables
    console = Console(width=None if sys.stdout.isatty() else 130)
    machine = describe_machine()
    console.print("  ".join(f"[dim]{name}[/] {value}" for name, value in machine.items()), highlight=False)
    how = Options(quick=options.quick, full=options.full, verbose=options.verbose)
    reports = []
    for name in options.names or BENCHES:
        started = time.monotonic()
        measure: Callable[[Options], Report] = import_module(BENCHES[name]).measure
        report = measure(how)
        _print(console, report, seconds=time.monotonic() - started)
        reports.append(report)
    if options.json is not None:
        options.json.write_text(json.dumps(as_json(machine, reports, quick=how.quick), indent=2) + "\n")
    missed = any(figure.is_met is False for report in reports for figure in report.figures)
    return 1 if missed and options.strict else 0


def as_json(machine: Mapping[str, str], reports: list[Report], *, quick: bool) -> dict[str, object]:
    """Machine and figures, for comparing runs."""
    benches = {
        report.name: {
            "measured": report.measured,
            "figures": [asdict(figure) | {"is_met": figure.is_met} for figure in report.figures],
            "details": report.details,
        }
        for report in reports
    }
    return {"machine": dict(machine), "quick": quick, "benches": benches}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="The benchmarks; all of them without a name.")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BENCHES, []], help=", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="a few seconds each: that they run, not what they show")
    parser.add_argument("--full", action="store_true", help="also what takes long: ten million leads")
    parser.add_argument("--verbose", action="store_true", help="query plans and other details")
    parser.add_argument("--strict", action="store_true", help="end with status 1 if a budget was missed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write machine and figures here, too")
    return parser


def _print(console: Console, report: Report, *, seconds: float) -> None:
    table = Table(title=f"{report.name}: {report.measured}", title_justify="left", caption=f"{seconds:.0f} s",
                  caption_justify="left")  # fmt: skip
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("budget")
    table.add_column("met")
    for figure in report.figures:
        table.add_row(figure.name, _shown(figure), figure.unit, figure.budget, _VERDICTS[figure.is_met])
    console.print()
    console.print(table, highlight=False)
    for detail in report.details:
        console.print(detail, highlight=False, markup=False, soft_wrap=True)


_VERDICTS = {True: "[green]yes[/]", False: "[bold red]NO[/]", None: ""}


def _shown(figure: Figure) -> str:
    if float(figure.value).is_integer() and abs(figure.value) >= 10:
        return f"{figure.value:,.0f}"
    return f"{figure.value:,.4g}" if abs(figure.value) < 1000 else f"{figure.value:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
