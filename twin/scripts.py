"""Owns what was scripted for the next calls to a number; scripts queue up, one is used per call."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from twin.errors import DoorError
from twin.population import Behaviour, Population

_OUTCOMES = ("answer", "busy", "no-answer", "failed")
_MACHINE_ENDS = {"machine_end_beep": "beep", "machine_end_silence": "silence", "machine_end_other": "other"}
_ANSWERED_BY = ("human", "machine", "machine_start", "fax", "unknown", *_MACHINE_ENDS)
_SECONDS = ("ring_seconds", "talk_seconds", "patience_seconds", "detection_seconds", "greeting_seconds")
_KNOWN = {
    *("to", "outcome", "answered_by", "digits", "speech", "skip_ringing", "sip_code", "refuse_with", "times"),
    *_SECONDS,
}
# A scripted person who is left in silence hangs up this long after he would have finished talking.
_SCRIPTED_PATIENCE_SECONDS = 5.0


@dataclass
class _Script:
    changes: dict[str, Any]
    times: int  # 0: for ever


class ScriptBook:
    """Scripted behaviours by number, in front of the population that answers for everybody else."""

    def __init__(self, population: Population) -> None:
        self._population = population
        self._scripts: dict[str, deque[_Script]] = {}

    def add(self, script: dict[str, Any]) -> int:
        """Queue a script and return how many now wait for that number. Raises DoorError when it makes no sense."""
        number, changes = parse_script(script)
        times = script.get("times", 1)
        if not isinstance(times, int) or times < 0:
            raise DoorError("times must be a whole number, 0 for ever")
        waiting = self._scripts.setdefault(number, deque())
        waiting.append(_Script(changes, times))
        return len(waiting)

    def refusal(self, number: str) -> int | None:
        """Take the code with which the next call to a number must be refused, if that is what was scripted."""
        waiting = self._scripts.get(number)
        if waiting and "refuse_with" in waiting[0].changes:
            return int(self._take(number)["refuse_with"])
        return None

    def next_behaviour(self, number: str) -> Behaviour:
        drawn = self._population.draw(number)
        return scripted(drawn, self._take(number)) if self._scripts.get(number) else drawn

    def _take(self, number: str) -> dict[str, Any]:
        waiting = self._scripts[number]
        script = waiting[0]
        if script.times == 1:
            waiting.popleft()
        elif script.times > 1:
            script.times -= 1
        if not waiting:
            del self._scripts[number]
        return script.changes

    def waiting(self) -> dict[str, int]:
        return {number: len(scripts) for number, scripts in self._scripts.items()}

    def clear(self) -> None:
        self._scripts.clear()


def scripted(drawn: Behaviour, changes: dict[str, Any]) -> Behaviour:
    """Lay a script over what the population would have done: a script that names an outcome is free of chance."""
    outcome = changes.get("outcome", "answer")
    talk = changes.get("talk_seconds", 30.0)
    answered_by, verdict, greeting_end = _kind(changes.get("answered_by", "human"))
    default_patience = talk + _SCRIPTED_PATIENCE_SECONDS if answered_by == "human" else None
    return replace(
        drawn,
        outcome=outcome,
        answered_by=answered_by,
        verdict=verdict,
        greeting_end=greeting_end,
        ring_seconds=changes.get("ring_seconds", None if outcome == "no-answer" else 2.0),
        skip_ringing=changes.get("skip_ringing", outcome == "failed"),
        talk_seconds=talk,
        patience_seconds=changes.get("patience_seconds", default_patience),
        detection_seconds=changes.get("detection_seconds", None if verdict == "unknown" else 3.0),
        greeting_seconds=changes.get("greeting_seconds", 8.0 if answered_by == "machine" else 1.5),
        digits=changes.get("digits", ()),
        speech=changes.get("speech", ()),
        sip_code=changes.get("sip_code"),
    )


def _kind(word: str) -> tuple[str, str, str]:
    """Return who answers, what detection will say of him, and how his greeting ends."""
    if word in _MACHINE_ENDS:
        return "machine", "machine", _MACHINE_ENDS[word]
    if word == "machine_start":
        return "machine", "machine", "beep"
    return ("human" if word == "unknown" else word), word, "beep"


def parse_script(script: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    number = script.get("to")
    if not isinstance(number, str) or not number:
        raise DoorError("to: the number to script is missing")
    if unknown := set(script) - _KNOWN:
        raise DoorError(f"unknown: {', '.join(sorted(unknown))}")
    changes = {key: value for key, value in script.items() if key not in ("to", "times") and value is not None}
    for name, words in (("outcome", _OUTCOMES), ("answered_by", _ANSWERED_BY)):
        if changes.get(name, words[0]) not in words:
            raise DoorError(f"{name} must be one of {', '.join(words)}")
    _check_numbers(changes)
    for name in ("digits", "speech"):
        if name in changes:
            changes[name] = _texts(name, changes[name])
    return number, changes


def _check_numbers(changes: dict[str, Any]) -> None:
    for name in _SECONDS:
        value = changes.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise DoorError(f"{name} must be a number of seconds")
    for name in ("sip_code", "refuse_with"):
        if not isinstance(changes.get(name, 0), int):
            raise DoorError(f"{name} must be a whole number")


def _texts(name: str, value: Any) -> tuple[str, ...]:
    """Accept one text or a list of texts, one for each time the callee is asked."""
    texts = (str(value),) if isinstance(value, str | int) else tuple(value) if isinstance(value, list) else None
    if texts is None or not all(isinstance(text, str) for text in texts):
        raise DoorError(f"{name} must be a text or a list of texts")
    return texts
