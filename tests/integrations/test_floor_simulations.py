"""Simulations in processes of their own."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dialer.domain.errors import Unavailable
from dialer.domain.pacing.what_if import FloorPlan, WhatIf
from dialer.integrations import floor_simulations
from dialer.integrations.floor_simulations import SubprocessFloorSimulations
from tests.builders.learned import make_learned

PLAN = FloorPlan(agents=3, hours=0.25, dial_mode="progressive", pacing_ratio=1.0, max_abandonment_rate=0.03)
QUESTION = WhatIf(PLAN, make_learned(), ring_timeout_seconds=25.0, max_wait_seconds=2.0, max_lines=100)


def program(source: str) -> SubprocessFloorSimulations:
    """One that answers in its own way."""
    return SubprocessFloorSimulations(command=(sys.executable, "-c", source))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    monkeypatch.setattr(floor_simulations, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(floor_simulations, "TURN_SECONDS", 0.1)


def test_each_question_gets_its_answer() -> None:
    larger = WhatIf(FloorPlan(6, 0.25, "progressive", 1.0, 0.03), QUESTION.learned, 25.0, 2.0, 100)
    answers = SubprocessFloorSimulations().simulate([QUESTION, larger], seconds=0.5)
    assert [answer.agents for answer in answers] == [3, 6]
    connected = [sum(half.connected for trial in answer.trials for half in trial.halves) for answer in answers]
    assert all(connected)


def test_a_process_that_takes_too_long_is_ended(hurried: None) -> None:
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="took too long"):
        program("import time; time.sleep(60)").simulate([QUESTION], seconds=0.1)
    assert time.monotonic() - begun < 20


def test_a_process_that_fails_is_no_answer() -> None:
    with pytest.raises(Unavailable, match="could not be computed"):
        program("raise SystemExit(3)").simulate([QUESTION], seconds=0.1)


def test_who_comes_while_another_is_being_answered_is_told_to_come_again(hurried: None) -> None:
    simulations = program("import sys, time; sys.stdin.read(); time.sleep(60)")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(simulations.simulate, [QUESTION], seconds=1.5)
        while simulations._turns.acquire(blocking=False):
            simulations._turns.release()
        with pytest.raises(Unavailable, match="Another forecast"):
            simulations.simulate([QUESTION], seconds=0.1)
        assert isinstance(first.exception(), Unavailable)
    with pytest.raises(Unavailable, match="took too long"):
        simulations.simulate([QUESTION], seconds=0.1)


def test_an_answer_that_makes_no_sense_is_none() -> None:
    with pytest.raises(Unavailable, match="could not be computed"):
        program("import sys; sys.stdin.read(); print('[{}]')").simulate([QUESTION], seconds=0.1)


def test_a_simulation_gets_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "never to be seen")
    seen = tmp_path / "environment"
    tell = f"import os, sys; sys.stdin.read(); open({str(seen)!r}, 'w').write(' '.join(os.environ))"
    with pytest.raises(Unavailable):
        program(tell).simulate([QUESTION], seconds=0.1)
    assert "PATH" in seen.read_text().split()
    assert "JWT_SECRET_KEY" not in seen.read_text()
