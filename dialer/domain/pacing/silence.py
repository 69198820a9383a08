"""A time without any live answer: the carrier's outage, or people who answer more seldom?

A silence of several expected answers is rarely chance. It is taken for an outage and teaches no more from then on;
unless another follows after few answers: then people do answer more seldom, and it teaches more. Calls dialed into an
outage may never ring, so what was dialed before the call that ends it teaches nothing either.
"""

from collections.abc import Mapping
from typing import Any, Self

LONGEST = 4.0
"""Expected answers; by chance a silence lasts so long once in fifty."""
ANSWERS_BETWEEN_OUTAGES = 10.0
LONGEST_SECOND = 8.0


class Silence:
    """How long the present silence has lasted, in expected answers, and from which dialing on calls teach."""

    def __init__(self) -> None:
        self._lasted = 0.0
        self._answers_since_outage = ANSWERS_BETWEEN_OUTAGES
        self._teaches_from: float | None = None
        self._is_broken = False

    @property
    def is_outage(self) -> bool:
        """Whether nobody has answered for so long that the carrier must be the reason."""
        return not self._is_broken and self._lasted >= self._longest

    @property
    def _longest(self) -> float:
        return LONGEST if self._answers_since_outage >= ANSWERS_BETWEEN_OUTAGES else LONGEST_SECOND

    def teaches(self, dialed_at: float) -> bool:
        """Whether a call dialed then tells about people, as far as is known now."""
        return self._teaches_from is None or dialed_at >= self._teaches_from

    def teaching_for(self, at: float) -> float | None:
        """The age in seconds of the oldest call that teaches; None if all do."""
        return None if self._teaches_from is None else at - self._teaches_from

    def break_off(self, dialed_at: float) -> None:
        """A person answered a call dialed then. Only the first after an outage says where that ended."""
        if self.is_outage:
            self._teaches_from = dialed_at
            self._answers_since_outage = 0.0
            self._is_broken = True

    def go_on(self, seen: float, expected: float) -> float:
        """Count answers seen and expected since the last time; tell how many of the expected ones to learn from.

        Each answer seen was told to `break_off` before.
        """
        if seen:
            self._answers_since_outage += seen
            self._lasted = 0.0
            self._is_broken = False
            return expected
        taught = min(expected, max(0.0, self._longest - self._lasted))
        self._lasted += expected
        return taught

    def to_state(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "lasted": self._lasted,
            "answers_since_outage": self._answers_since_outage,
            "teaches_from": self._teaches_from,
            "is_broken": self._is_broken,
        }

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what `to_state` gave."""
        self._lasted, self._answers_since_outage = state["lasted"], state["answers_since_outage"]
        self._teaches_from, self._is_broken = state["teaches_from"], state["is_broken"]
        return self
