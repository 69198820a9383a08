"""What a pacer decided, and why: kept for a day, shown to supervisors, replayed offline."""

from dataclasses import asdict, dataclass
from typing import Literal

Bound = Literal["no_agents", "agents_spoken_for", "ratio", "risk", "budget"]


@dataclass(frozen=True, slots=True)
class PacingDecision:
    """How many calls to place, what kept it from being more, and the forecast behind it.

    The forecast spans `horizon_seconds`, the coming ring time; a mode that forecasts nothing leaves its figures None.
    """

    calls: int
    bound_by: Bound
    idle_agents: int
    horizon_seconds: float | None = None
    expected_free_agents: float | None = None
    """Agents idle now or by the horizon, were no further call to reach them."""
    expected_answers: float | None = None
    """Live answers by the horizon among the calls in flight before this decision."""
    live_answer_chance: float | None = None
    """That a call placed now is answered by a person."""
    abandonment_chance: float | None = None
    """Abandonments that one call more would add, per live answer of it."""
    price: float | None = None
    """The highest `abandonment_chance` accepted now."""
    budget: float | None = None
    """Abandonments that the account allows now; negative in debt."""

    def as_record(self) -> dict[str, object]:
        """The decision as JSON values."""
        return asdict(self)
