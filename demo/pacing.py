"""What the product says of its pacing, by `GET /api/campaigns/:id/pacing`, in words for the view and the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo.wording import percent

# What kept a decision from being more calls, as it is said to somebody who looks on.
BOUND_BY = {
    "risk": "one call more would risk too much",
    "budget": "abandonments are being paid back",
    "ratio": "the ratio's lines are on their way",
    "agents_spoken_for": "every idle agent has a line",
    "no_agents": "no agent is ready",
    "calls_per_second": "the carrier's calls per second",
    "account_lines": "the carrier's lines",
    "leads": "no more leads are due",
    "preview": "agents say whom to call",
}


@dataclass(frozen=True)
class Pacing:
    """One reading; shares are of 1, and what the mode does not know is None."""

    dial_mode: str
    effective_mode: str | None
    reason: str
    live_answer_chance: float | None
    live_answers: int
    abandoned: int
    rate: float | None
    max_rate: float
    upper_bound: float
    is_exhausted: bool

    @property
    def mode(self) -> str:
        """The dial mode, and the one that was decided in where it is another."""
        if self.effective_mode in (None, self.dial_mode):
            return self.dial_mode
        return f"{self.dial_mode}, now {self.effective_mode}"

    @property
    def standing(self) -> str:
        """Where the campaign stands by its abandonment standard."""
        exhausted = ", used up" if self.is_exhausted else ""
        return f"{self.counted}, at most {percent(self.max_rate)}{exhausted}"

    @property
    def counted(self) -> str:
        """The abandonments of its window, and the answers."""
        return f"{self.abandoned} of {self.live_answers}"

    @property
    def confidence(self) -> str:
        """What may be said of the true rate after so many answers."""
        return f"the true rate is below {percent(self.upper_bound)} with 95 % confidence"


def read_pacing(answer: Mapping[str, Any]) -> Pacing:
    """One reading from the endpoint's `pacing`."""
    now = answer["now"]
    standing = now["abandonment"]
    return Pacing(
        dial_mode=now["dial_mode"],
        effective_mode=now["effective_mode"],
        reason=_reason(now["last_decision"]),
        live_answer_chance=now["live_answer_chance"],
        live_answers=standing["live_answers"],
        abandoned=standing["abandoned"],
        rate=standing["rate"],
        max_rate=standing["max_rate"],
        upper_bound=standing["upper_bound"],
        is_exhausted=standing["is_exhausted"],
    )


def _reason(decision: Mapping[str, Any] | None) -> str:
    """The decision in a line: what was asked for, what is expected, and what it weighed."""
    if decision is None:
        return "none yet"
    parts = [f"{decision['planned']} placed", *decision["why"]]
    if decision["bound_by"] != "risk":
        parts.append(BOUND_BY.get(decision["bound_by"], decision["bound_by"].replace("_", " ")))
    if decision["expected_free_agents"] is not None:
        free, answers = (
            f"{decision['expected_free_agents']:.1f} agents free",
            f"{decision['expected_answers']:.1f} answers",
        )
        parts += [
            f"one more: risk {percent(decision['abandonment_chance'])}, accepted {percent(decision['price'])}",
            f"within {decision['horizon_seconds']:.0f} s {free}, {answers}",
        ]
    return "; ".join(parts)
