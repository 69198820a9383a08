"""The short bench: that it runs and reports what it must. What it measures is not asserted."""

from bench.figures import Options, Report
from bench.pacing.brief import measure
from bench.pacing.decisions import TimedPacer, measure_growth
from tests.bench.pacing.floors import floor


def test_the_short_bench_reports_occupancy_abandonment_and_the_decision_budgets() -> None:
    report = measure(Options(quick=True))
    names = [figure.name for figure in report.figures]
    assert "3-typical: occupancy" in names
    assert "3-typical: abandoned" in names
    budgets = {figure.name: figure.at_most for figure in report.figures if figure.at_most is not None}
    assert budgets == {"decision, 100 agents, median": 5.0, "decision, 500 agents, median": 20.0}


def test_decisions_are_timed_by_their_place_in_the_shift() -> None:
    pacer = TimedPacer()
    for now in (1.0, 2.0, 3.0):
        pacer.calls_to_place(floor(idle=1, now=now))
    assert len(pacer.between(2.0, 3.0)) == 1
    assert all(milliseconds > 0 for milliseconds in pacer.between(0.0, 9.0))


def test_growth_is_measured_on_the_clock_and_in_bytes() -> None:
    report = Report("x", "x")
    measure_growth(report, weeks=0.002, agents=2)
    assert [figure.unit for figure in report.figures] == ["×", "bytes"]
