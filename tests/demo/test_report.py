"""The report, from given figures."""

import io
from collections import Counter
from dataclasses import replace
from typing import Any

from rich.console import Console

from demo.figures import Figures
from demo.report import Run, render_report
from demo.run import judge
from tests.demo.samples import NOT_MEASURED_YET, NOTHING_YET, make_figures

IMPORTED = {"total": 2000, "valid": 1860, "invalid": 60, "duplicates": 40, "dnc": 40, "inserted": 1860}
RUN = Run(
    place="New South Wales",
    timezone="Australia/Sydney",
    seconds_per_second=6.0,
    dialling_seconds=120.0,
    dialling_occupancy=0.812,
    agents=12,
    promised_import=IMPORTED,
    import_results=IMPORTED,
    import_problems=Counter({"missing": 6}),
    calls_shown=143,
    troubles=(),
)


def printed(figures: Figures, width: int = 200, **changes: Any) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(render_report(figures, replace(RUN, **changes)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_report_holds_what_happened() -> None:
    text = printed(make_figures())
    for shown in (
        "261 to 240 leads, 2.2 a second", "84", "14 min 15 s", "no answer", "110  (46 %)",
        "77 leads: 60 no answer, 17 busy", "03:31:00, 03:32:00", "75.6 %", "81.2 %", "talking 70 %", "3.00 %",
        "97 reached within 2.0 s, 1 late, 2 abandoned, 4 hung up",
        "p50 12 ms, p99 48 ms, of 150 answers", "p50 21 ms, p99 104 ms, of 140 answers",
        "p50 15 ms, p99 44 ms", "83, 14 min 00 s", "3.14 USD",
        "3 of 100, at most 3.0 %; the true rate is below 7.6 % with 95 % confidence",
        "120 × one call more would risk too much, 15 × abandonments are being paid back",
        "30 not interested, 9 sale", "yes, every count", "6 times faster",
    ):  # fmt: skip
        assert shown in text


def test_the_report_tells_what_predictive_pacing_learned_and_weighed() -> None:
    text = printed(make_figures(), last_pacing=make_figures().pacing, replay="140 decisions, 0 different")
    for shown in (
        "predictive", "62 %", "2 placed; one more: risk 4.1 %, accepted 3.2 %",
        "within 16 s 3.2 agents free, 2.8 answers",
        "140 decisions, 0 different",
    ):  # fmt: skip
        assert shown in text


def test_the_report_fits_eighty_columns() -> None:
    assert max(len(line) for line in printed(make_figures(), width=80).splitlines()) <= 80


def test_an_import_that_differs_from_the_file_is_said_so() -> None:
    assert "NO: the file was made with" in printed(make_figures(), import_results=IMPORTED | {"invalid": 59})


def test_troubles_of_simulated_people_are_reported() -> None:
    assert "2 × hanging up" in printed(make_figures(), troubles=("2 × hanging up: ApiError: no",))
    assert "Troubles" not in printed(make_figures())


def test_calls_that_did_not_end_are_reported() -> None:
    assert "2 did not end in time" in printed(make_figures(), calls_left=2)


def test_a_run_in_which_nothing_happened_can_be_reported() -> None:
    assert "not measured" in printed(make_figures(report=NOT_MEASURED_YET, **NOTHING_YET))


def test_a_run_without_conversations_fails() -> None:
    assert judge(make_figures(conversations=0), doctor_status=0).exit_status != 0


def test_a_run_with_violations_fails() -> None:
    assert judge(make_figures(), doctor_status=3).exit_status != 0


def test_a_run_with_conversations_and_a_content_doctor_succeeds() -> None:
    assert judge(make_figures(), doctor_status=0).exit_status == 0
