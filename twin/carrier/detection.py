"""Owns answering machine detection: which verdict a person or machine earns, and after how long."""

from __future__ import annotations

from dataclasses import dataclass

from twin.carrier.calls import DetectionOrder
from twin.population import Behaviour


@dataclass(frozen=True)
class Verdict:
    answered_by: str
    seconds: float

    @property
    def milliseconds(self) -> str:
        return str(round(self.seconds * 1000))


_FAX_SECONDS = 1.5


def judge_answer(behaviour: Behaviour, order: DetectionOrder) -> Verdict:
    """Decide the verdict as Twilio's two modes do: at once for `Enable`, at the greeting's end for machines else."""
    limit = order.timeout_seconds
    heard = behaviour.verdict or behaviour.answered_by
    if heard == "unknown":
        # Nothing was heard: the silence time-out decides, unless a script says when.
        silence = behaviour.detection_seconds
        return Verdict("unknown", min(order.silence_timeout_ms / 1000 if silence is None else silence, limit))
    seconds = behaviour.detection_seconds
    if heard == "fax":
        return _within(Verdict("fax", _FAX_SECONDS if seconds is None else seconds), limit)
    seconds = 3.0 if seconds is None else seconds
    if heard == "human":
        return _within(Verdict("human", seconds), limit)
    if order.mode == "Enable":
        return _within(Verdict("machine_start", seconds), limit)
    until_end = max(seconds, behaviour.greeting_seconds)
    if until_end > limit:
        return Verdict("machine_end_other", limit)
    return Verdict(f"machine_end_{behaviour.greeting_end}", until_end)


def _within(verdict: Verdict, limit: float) -> Verdict:
    return verdict if verdict.seconds <= limit else Verdict("unknown", limit)
