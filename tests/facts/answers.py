"""Asking the commands as a script would, and telling where they and the oracle disagree."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.facts.oracle import END_OF_TIME, Case, Reading, Verdict, judge

ROOT = Path(__file__).parents[2]
SHOWN = 40


def ask(command: str, lines: Iterable[str | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The command's answers, a line each; from a machine whose own time zone is far away."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    answer = subprocess.run(
        [sys.executable, "-m", "dialer", command],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "TZ": "Asia/Tokyo", "PYTHONIOENCODING": "utf-8"},
        timeout=250,
        check=False,
    )
    assert "Traceback" not in answer.stderr, answer.stderr[-3000:]
    answers = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(answers) == text.count("\n"), (
        f"{len(answers)} answers to {text.count(chr(10))} lines\n{answer.stderr[-3000:]}"
    )
    return answers


def next_moment(answer: Mapping[str, Any]) -> datetime | None:
    """`next_allowed_utc` as a moment."""
    text = answer["next_allowed_utc"]
    return None if text is None else datetime.fromisoformat(text)


def disagreements(cases: Iterable[Case], answers: Iterable[Mapping[str, Any]]) -> list[str]:
    """A readable line for each case that no reading of the facts allows."""
    problems = []
    for case, answer in zip(cases, answers, strict=True):
        problem = disagreement(case, answer)
        if problem:
            asked = json.dumps({name: value for name, value in case.items() if name != "id"})
            problems.append(f"{case['id']}\n  {asked}\n  {problem}; said {json.dumps(answer)}")
    return problems


def disagreement(case: Case, answer: Mapping[str, Any]) -> str | None:
    """What is wrong with one answer, or None."""
    if answer.get("id") != case["id"]:
        return "answers another case"
    if not answer["allowed"] and not all({"code", "rule"} <= reason.keys() for reason in answer["reasons"] or [{}]):
        return "blocked without a reason that names its rule"
    strict = judge(case, Reading.STRICT)
    if says(answer, strict):
        return None
    lenient = judge(case, Reading.LENIENT)
    if answer["allowed"] not in {strict.allowed, lenient.allowed}:
        return f"should be {'allowed' if strict.allowed else 'blocked'}"
    return wrong_moment(answer, strict, lenient)


def says(answer: Mapping[str, Any], verdict: Verdict) -> bool:
    """An allowed call needs no next moment, or has this one."""
    said = next_moment(answer)
    at_the_moment = said == verdict.next_at or (verdict.allowed and said is None)
    return answer["allowed"] is verdict.allowed and at_the_moment


def wrong_moment(answer: Mapping[str, Any], strict: Verdict, lenient: Verdict) -> str | None:
    """`next_allowed_utc` must lie between the lenient and the strict reading's."""
    said = next_moment(answer)
    early = min(verdict.next_at or verdict.searched for verdict in (strict, lenient))
    late = max(verdict.next_at or END_OF_TIME for verdict in (strict, lenient))
    if early <= (said or END_OF_TIME) <= late or (answer["allowed"] and said is None):
        return None
    return f"should next be allowed at {strict.next_at}" + (f" or from {lenient.next_at}" if early != late else "")


def told(problems: list[str]) -> str:
    """The first problems, and how many there are."""
    return f"{len(problems)} disagreements\n" + "\n".join(problems[:SHOWN])
