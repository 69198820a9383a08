"""The plan follows from its seed; the report's status says whether anything was violated or left out."""

import json
from pathlib import Path

import pytest

from faults.campaign import Result
from faults.history import Violation
from faults.plan import make_plan
from faults.report import Run, render_table, write_json
from faults.scenarios import SCENARIOS

DOUBLED = Violation("called_twice_for_one_attempt", "call 1")


def test_a_fault_has_the_same_moments_and_dice_alone_as_among_the_others() -> None:
    everything = make_plan(SCENARIOS.values(), seed=4711, times=3)
    alone = make_plan([SCENARIOS["redis_paused"]], seed=4711, times=3)
    assert alone["redis_paused"] == everything["redis_paused"]
    assert alone["redis_paused"][0].dice().random() == everything["redis_paused"][0].dice().random()


def test_another_seed_makes_another_plan() -> None:
    one, other = (make_plan([SCENARIOS["deploy"]], seed=seed, times=1)["deploy"] for seed in (1, 2))
    assert one[0].after_seconds != other[0].after_seconds


@pytest.mark.parametrize(
    ("result", "is_whole", "status"),
    [
        (Result("deploy", injected=1), True, 0),
        (Result("deploy", injected=1, violations=[DOUBLED]), True, 1),
        (Result("deploy", not_injected=["nobody came"]), True, 2),
        (Result("deploy", injected=1), False, 2),
    ],
)
def test_the_exit_status_tells_a_violation_from_something_left_out(result: Result, is_whole: bool, status: int) -> None:
    assert Run(1, results=[result], is_whole=is_whole).exit_status == status


def test_the_table_shows_each_fault_and_what_was_violated(tmp_path: Path) -> None:
    run = Run(7, results=[Result("deploy", injected=2, resume_seconds=[1.0, 4.0], violations=[DOUBLED])])
    table = render_table(run)
    assert "| deploy | 2 | 1 | 2.5 | 4.0 | 0 |" in table
    assert "deploy: called_twice_for_one_attempt: call 1" in table
    write_json(tmp_path / "faults.json", run)
    written = json.loads((tmp_path / "faults.json").read_text())
    assert (written["seed"], written["faults"][0]["violations"][0]["what"]) == (7, "call 1")
