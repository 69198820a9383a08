"""The live view drawn to text, from readings."""

import io

import pytest
from rich.console import Console

from demo.view import History, Progress, render_line, render_view
from tests.demo.samples import DECISION, NOT_MEASURED_YET, NOTHING_YET, make_figures

DIALLING = Progress("dialling", elapsed_seconds=30, total_seconds=120)


def drawn(width: int, *, history: History | None = None, progress: Progress = DIALLING, nothing: bool = False) -> str:
    figures = make_figures(report=NOT_MEASURED_YET, **NOTHING_YET) if nothing else make_figures()
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(render_view(figures, history or History(), progress, title="Renewals", width=width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_view_shows_calls_agents_and_quality_and_fits(width: int) -> None:
    text = drawn(width)
    for shown in (
        "in conversation",
        "wrapping up",
        "75.6 %",
        "3.0 %",
        "240 of 1,860",
        "90 s left",
        "12 / 48",
        "predictive",
        "62 %",
        "3 of 100",
        "at most 3.0 %",
    ):
        assert shown in text
    assert max(len(line) for line in text.splitlines()) <= width


def test_a_view_of_eighty_columns_fits_on_one_screen() -> None:
    assert len(drawn(80).splitlines()) <= 40


def test_calls_on_their_way_are_counted_together() -> None:
    line = next(line for line in drawn(140).splitlines() if "being placed" in line)
    assert " 2 " in line


def test_the_view_shows_the_last_decision_with_what_it_weighed() -> None:
    text = drawn(140)
    assert "2 placed; one more: risk 4.1 %, accepted 3.2 %; within 16 s 3.2 agents free, 2.8 answers" in text


def test_a_mode_that_forecasts_nothing_says_what_kept_it_from_more_calls() -> None:
    decision = dict.fromkeys(DECISION) | {"planned": 0, "bound_by": "agents_spoken_for", "why": []}
    pacing = make_figures(pacing={"dial_mode": "progressive", "last_decision": decision}).pacing
    assert pacing.reason == "0 placed; every idle agent has a line"


def test_a_mode_that_is_not_the_campaigns_is_named_with_it() -> None:
    decision = DECISION | {"why": ["the abandonment budget is used up"]}
    pacing = make_figures(pacing={"effective_mode": "progressive", "last_decision": decision}).pacing
    assert pacing.mode == "predictive, now progressive"
    assert "the abandonment budget is used up" in pacing.reason


def test_nothing_measured_yet_can_be_drawn() -> None:
    text = drawn(80, nothing=True)
    assert "not measured yet" in text
    assert "0 of 0" in text


def test_troubles_are_shown() -> None:
    assert "3, see the report" in drawn(80, progress=Progress("dialling", 30, 120, troubles=3))
    assert "troubles" not in drawn(80)


def test_calls_per_second_are_those_of_the_last_seconds() -> None:
    history = History()
    for second, placed in enumerate([0, 0, 0, 0, 0, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]):
        history.add(float(second), make_figures(calls_placed=placed))
    assert history.calls_per_second() == pytest.approx(2.0)


def test_there_is_no_rate_before_the_second_reading() -> None:
    history = History()
    assert history.calls_per_second() == 0.0
    history.add(0.0, make_figures())
    assert history.calls_per_second() == 0.0


def test_the_curve_is_highest_where_most_calls_were_talking() -> None:
    history = History()
    for second, talking in enumerate([0, 4, 8]):
        history.add(float(second), make_figures(calls_by_state={"bridged": talking}))
    curve = history.conversations_curve(24)
    assert (curve[0], curve[2], len(curve)) == ("▁", "█", 3)


def test_one_line_says_the_same_without_a_terminal() -> None:
    line = render_line(make_figures(), History(), DIALLING)
    for shown in ("261 calls placed", "84 conversations", "8 in conversation", "8 talking", "75.6 %", "3.0 %"):
        assert shown in line
    assert "\n" not in line
