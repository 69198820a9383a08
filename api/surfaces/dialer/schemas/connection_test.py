"""The connection test, on the dialer surface."""

from typing import Literal, Self

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Out
from dialer.usecases.connection_test import PARTS, Part, StepResult


class ConnectionTestIn(In):
    """What is to be tried."""

    parts: list[Part] = Field(
        list(PARTS), min_length=1, max_length=3, description="The carrier, the public address, mail to yourself."
    )


class StepOut(Out):
    """One step: what came of it, and what to do."""

    name: str
    part: Part
    outcome: Literal["ok", "warning", "failed", "skipped"]
    code: str = Field(description="The finding for programs; stable.")
    message: str
    advice: str
    facts: dict[str, str] = Field(description="Figures and names that belong to the finding.")
    milliseconds: int


class ConnectionTestAnswer(Answer):
    """All steps that were wanted, in their order. The answer is 200 whatever they found."""

    is_good: bool = Field(description="No step has failed.")
    steps: list[StepOut]

    @classmethod
    def of(cls, results: tuple[StepResult, ...]) -> Self:
        """Present what was found."""
        steps = [
            StepOut(
                name=result.name,
                part=result.part,
                outcome=result.finding.outcome,
                code=result.finding.code,
                message=result.finding.message,
                advice=result.finding.advice,
                facts=dict(result.finding.facts),
                milliseconds=result.milliseconds,
            )
            for result in results
        ]
        return cls(is_good=all(step.outcome != "failed" for step in steps), steps=steps)
