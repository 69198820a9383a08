"""The tables: one a scenario, one over all, and the engine beside the best that any rival does within the limit."""

from statistics import fmean

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.pacing.results import LIMIT, Pooled, Results


def print_tables(console: Console, results: Results, *, brief: bool = False) -> None:
    """All of them; `brief` leaves out those of the single scenarios."""
    if not brief:
        for scenario in filter(results.of_scenario, results.scenarios):
            console.print(scenario_table(results, scenario))
            console.print()
    console.print(summary_table(results))
    if any(person.role == "engine" for person in results.pacers.values()):
        console.print()
        console.print(engine_table(results))


def scenario_table(results: Results, scenario: str) -> Table:
    """Every pacer in one scenario: the planner, who holds the limit by occupancy, then who does not."""
    table = _table(f"{scenario}: {results.scenarios[scenario]}")
    for column in ("occupancy", "of planner", "abandoned", "worst ½ h", "connects/h", "set to"):
        table.add_column(column, justify="right")
    winner = results.winner(scenario)
    for pooled in sorted(results.of_scenario(scenario), key=lambda p: _rank(results, p)):
        table.add_row(
            results.pacers[pooled.pacer].title,
            percent(pooled.occupancy, 1),
            percent(results.share_of_planner(pooled), 1),
            abandonment(pooled),
            percent(pooled.worst_half_hour, 1),
            f"{pooled.connects_per_hour:,.0f}",
            "" if pooled.setting is None else f"{pooled.setting:g}",
            style=_style(results, pooled, is_winner=winner is not None and pooled.pacer == winner.pacer),
        )
    return table


def summary_table(results: Results) -> Table:
    """Each pacer over all scenarios that it ran in."""
    table = _table("over all scenarios")
    for column in ("scenarios", "mean occupancy", "of planner", "lowest", "over 3 %", "highest", "worst ½ h",
                   "wins"):  # fmt: skip
        table.add_column(column, justify="right")
    winners = [results.winner(scenario) for scenario in results.scenarios]
    for name, person in sorted(results.pacers.items(), key=lambda item: -_mean_occupancy(results.of_pacer(item[0]))):
        mine = results.of_pacer(name)
        if not mine:
            continue
        shares = [share for p in mine if (share := results.share_of_planner(p)) is not None]
        over = sum(not p.is_within_limit for p in mine)
        table.add_row(
            person.title,
            str(len(mine)),
            percent(_mean_occupancy(mine), 1),
            percent(fmean(shares), 1) if shares else "",
            percent(min(shares), 1) if shares else "",
            f"[red]{over}[/]" if over else "0",
            percent(max(p.abandonment_rate for p in mine), 2),
            percent(max(p.worst_half_hour for p in mine), 1),
            str(sum(w is not None and w.pacer == name for w in winners)),
            style="bold" if person.role == "engine" else "",
        )
    return table


def engine_table(results: Results) -> Table:
    """The engine against the best rival that holds the limit, scenario by scenario."""
    table = _table("the engine, and the best rival that holds the limit")
    for column in ("engine", "abandoned", "worst ½ h", "of planner", "best rival", "abandoned", "ahead by"):
        table.add_column(column, justify="right")
    table.add_column("who", overflow="ellipsis", no_wrap=True)
    for scenario in results.scenarios:
        engine = next((p for p in results.of_scenario(scenario) if results.role_of(p.pacer) == "engine"), None)
        if engine is None:
            continue
        rival = results.best_rival(scenario)
        ahead = None if rival is None else engine.occupancy - rival.occupancy
        table.add_row(
            scenario,
            percent(engine.occupancy, 1),
            abandonment(engine),
            percent(engine.worst_half_hour, 1),
            percent(results.share_of_planner(engine), 1),
            "" if rival is None else percent(rival.occupancy, 1),
            "" if rival is None else percent(rival.abandonment_rate, 2),
            "" if ahead is None else f"[{'green' if ahead > 0 else 'bold red'}]{100 * ahead:+.1f}[/]",
            "" if rival is None else results.pacers[rival.pacer].title,
        )
    return table


def percent(share: float | None, digits: int) -> str:
    """A share as a percentage; nothing for None."""
    return "" if share is None else f"{100 * share:.{digits}f} %"


def abandonment(pooled: Pooled) -> str:
    """The rate, marked where it breaks the limit."""
    shown = percent(pooled.abandonment_rate, 2)
    return shown if pooled.is_within_limit else f"[red]{shown} ✗[/]"


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column("", no_wrap=True, min_width=20)
    return table


def _rank(results: Results, pooled: Pooled) -> tuple[bool, bool, float]:
    return results.role_of(pooled.pacer) != "planner", pooled.abandonment_rate > LIMIT, -pooled.occupancy


def _style(results: Results, pooled: Pooled, *, is_winner: bool) -> str:
    if results.role_of(pooled.pacer) == "planner":
        return "dim"
    return "bold green" if is_winner else "bold" if results.role_of(pooled.pacer) == "engine" else ""


def _mean_occupancy(pooled: list[Pooled]) -> float:
    return fmean(p.occupancy for p in pooled) if pooled else 0.0
