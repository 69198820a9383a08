"""How shifts are pooled, who wins, and the files of results."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.pacing.__main__ import main
from bench.pacing.results import Person, Pooled, Results, ShiftFigures
from bench.pacing.table import print_tables
from dialer.simulator import Shift

GUEST = "tests.bench.pacing.guests:LinesPacer(lines=2)"


def shift(*, connected: int = 97, abandoned: int = 3, busy: float = 50.0, logged_in: float = 100.0, worst: float = 0.1,
          seed: int = 1) -> ShiftFigures:  # fmt: skip
    return ShiftFigures(seed, 3600.0, 500, 120, connected, abandoned, worst, busy, logged_in, 0.1)


def result(pacer: str, *shifts: ShiftFigures, scenario: str = "s") -> Pooled:
    return Pooled(scenario, pacer, shifts)


def results(*pooled: Pooled) -> Results:
    roles = {"planner": "planner", "predictive": "engine"}
    people = {p.pacer: Person(f"the {p.pacer}", roles.get(p.pacer, "rival"), p.pacer) for p in pooled}
    return Results((1,), scenarios={p.scenario: "a floor" for p in pooled}, pacers=people, pooled=list(pooled))


def test_shifts_are_pooled_by_what_happened_not_by_their_rates() -> None:
    pooled = result("x", shift(connected=90, abandoned=10, busy=10, logged_in=100),
                    shift(connected=900, abandoned=0, busy=190, logged_in=300))  # fmt: skip
    assert (pooled.abandonment_rate, pooled.occupancy) == (0.01, 0.5)
    assert pooled.connects_per_hour == pytest.approx(495.0)


def test_the_worst_half_hour_is_that_of_any_shift() -> None:
    assert result("x", shift(worst=0.05), shift(worst=0.2)).worst_half_hour == 0.2


def test_three_percent_holds_the_limit_and_the_least_more_breaks_it() -> None:
    assert result("x", shift(connected=97, abandoned=3)).is_within_limit
    assert not result("x", shift(connected=96_999, abandoned=3_001)).is_within_limit


def test_figures_are_taken_from_the_shift() -> None:
    simulated = Shift(seconds=3600.0, placed=10, human=4, connected=3, abandoned=1, talk_seconds=40.0,
                      wrap_up_seconds=10.0, logged_in_seconds=200.0)  # fmt: skip
    figures = ShiftFigures.of(simulated, seed=7, took_seconds=0.5)
    assert (figures.seed, figures.placed, figures.connected, figures.abandoned) == (7, 10, 3, 1)
    assert result("x", figures).occupancy == 0.25


def test_the_busiest_within_the_limit_wins_and_the_planner_does_not_compete() -> None:
    measured = results(
        result("planner", shift(busy=99)),
        result("reckless", shift(connected=50, abandoned=50, busy=90)),
        result("predictive", shift(busy=80)),
        result("ratio", shift(busy=70)),
    )
    winner, rival = measured.winner("s"), measured.best_rival("s")
    assert (winner and winner.pacer, rival and rival.pacer) == ("predictive", "ratio")
    assert measured.share_of_planner(measured.pooled[2]) == pytest.approx(80 / 99)


def test_without_a_planner_there_is_no_share_of_one() -> None:
    measured = results(result("ratio", shift()))
    assert measured.share_of_planner(measured.pooled[0]) is None


def test_a_file_of_results_reads_as_it_was_written(tmp_path: Path) -> None:
    measured = results(result("predictive", shift(seed=1), shift(seed=2)), result("ratio", shift()))
    measured.save(tmp_path / "r.json")
    assert Results.load(tmp_path / "r.json") == measured
    json.loads((tmp_path / "r.json").read_text())


def test_tables_mark_who_breaks_the_limit_and_compare_the_engine_with_the_best_rival() -> None:
    console = Console(width=160, record=True, file=StringIO())
    print_tables(console, results(result("predictive", shift(busy=80)), result("ratio", shift(busy=70)),
                                  result("reckless", shift(connected=50, abandoned=50, busy=90))))  # fmt: skip
    text = console.export_text()
    assert "50.00 % ✗" in text
    assert "3.00 % ✗" not in text
    (engine,) = [line for line in text.splitlines() if "+10.0" in line]
    assert "the ratio" in engine


def test_one_command_measures_and_keeps_what_is_still_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.json"
    arguments = ["--quick", "--scenario", "3-typical", "--seeds", "1", "--workers", "1", "--json", str(file)]
    assert main([*arguments, "--pacer", "progressive", GUEST]) == 0
    assert "3-typical: three agents" in capsys.readouterr().out
    measured = Results.load(file)
    assert {p.pacer for p in measured.pooled} == {"progressive", GUEST}
    measured.pooled = [replace(p, shifts=(shift(connected=77),)) for p in measured.pooled]
    measured.save(file)  # as if it had been measured so
    assert main([*arguments, "--pacer", "progressive", "ratio"]) == 0
    kept = {p.pacer for p in Results.load(file).pooled if p.shifts[0].connected == 77}
    assert kept == {"progressive"}
    assert main([*arguments, "--pacer", "progressive", "--again"]) == 0
    assert Results.load(file).pooled[0].shifts[0].connected != 77


def test_a_file_is_shown_again_as_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results(result("ratio", shift())).save(tmp_path / "r.json")
    assert main(["table", str(tmp_path / "r.json"), "--brief"]) == 0
    assert "over all scenarios" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--scenario", "nowhere"], ["--pacer", "nobody"]])
def test_an_unknown_name_is_refused_with_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", *arguments]) == 2
    assert arguments[1] in capsys.readouterr().out
