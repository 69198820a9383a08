"""Questions and answers of a simulation as JSON values, for the way between two processes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dialer.domain.pacing.learned import LearnedDurations, LearnedFloor
from dialer.domain.pacing.what_if import FloorPlan, Outcomes, SimulatedFloor, Tally, Trial, WhatIf

_DURATIONS = ("answer_time", "machine_answer_time", "unanswered_time", "talk", "wrap_up")


def question_as_record(question: WhatIf) -> dict[str, Any]:
    """A question as JSON values."""
    return asdict(question)


def question_from_record(record: Mapping[str, Any]) -> WhatIf:
    """The question that `question_as_record` described."""
    learned = dict(record["learned"])
    for name in _DURATIONS:
        part = learned[name]
        learned[name] = LearnedDurations(tuple(part["edges"]), tuple(part["shares"]), part["seen"])
    return WhatIf(**{**record, "plan": FloorPlan(**record["plan"]), "learned": LearnedFloor(**learned)})


def answer_as_record(answer: SimulatedFloor) -> dict[str, Any]:
    """An answer as JSON values."""
    return asdict(answer)


def answer_from_record(record: Mapping[str, Any]) -> SimulatedFloor:
    """The answer that `answer_as_record` described."""
    trials = tuple(
        Trial(Outcomes(**trial["outcomes"]), tuple(Tally(**half) for half in trial["halves"]))
        for trial in record["trials"]
    )
    return SimulatedFloor(**{**record, "trials": trials})
