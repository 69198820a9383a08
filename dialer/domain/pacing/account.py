"""The account of abandonments: what the limit allows, what was spent, and at which rate to go on spending.

Each live answer earns `target` abandonments, each abandonment costs one. Debts and credits are never forgotten; they
are settled evenly over the answers to come, so that a bad minute is not paid for by an idle hour and a quiet morning is
not squandered in a burst at noon.
"""

import math
from collections.abc import Mapping
from typing import Any, Self

SHORTEST_SETTLING = 80.0
"""Answers over which a balance is settled, at least."""
SETTLING_SECONDS = 1800.0
"""And, on a busy floor, about as many answers as come in this time."""
MOST_SPENDING = 1.6
"""Of the target: the fastest spending of a credit."""
RESERVED = 2.2
"""Standard deviations of the balance that are kept back, so that a shift ends within its limit wherever it ends."""
RESERVED_OF_EARNED = 0.35
"""Of what the answers have earned so far: the reserve is laid by gradually."""
SAVING_BELOW = 0.75
PRIOR_YIELD = 1.0
"""Abandonments per answer, divided by the price, before any were seen."""
LEAST_YIELD, MOST_YIELD = 0.5, 1.6
"""What floors of all sizes were measured at lies between these; a burst must not teach otherwise."""
PRIOR_ABANDONMENTS = 6.0
PRIOR_PER_SETTLING_ANSWER = 1 / 130
"""How many abandonments the prior is worth: more on a busy floor, which sees as many within minutes."""
YIELD_MEMORY = 3000.0
"""In answers."""


class AbandonmentAccount:
    """Balance in abandonments; negative is debt."""

    def __init__(self, target: float):
        self.target = target
        self.balance = 0.0
        self.live_answers = 0
        self.abandoned = 0
        self._recent_answers = 0.0
        self._first_at: float | None = None
        self._last_at = 0.0
        self._spent = 0.0
        self._priced = 0.0

    def observe(self, at: float, *, was_abandoned: bool) -> None:
        """Book one live answer, when it is known how it ended."""
        price = self.price
        self.live_answers += 1
        self.abandoned += was_abandoned
        self.balance += self.target - was_abandoned
        kept = math.exp(-1.0 / YIELD_MEMORY)
        self._spent = self._spent * kept + was_abandoned
        self._priced = self._priced * kept + price
        if self._first_at is None:
            self._first_at = self._last_at = at
        elapsed = max(0.0, at - self._last_at)
        self._recent_answers = self._recent_answers * math.exp(-elapsed / SETTLING_SECONDS) + 1.0
        self._last_at += elapsed

    @property
    def settling_answers(self) -> float:
        """Answers over which the balance is to be settled."""
        if self._first_at is None:
            return SHORTEST_SETTLING
        observed = 1.0 - math.exp(-(self._last_at - self._first_at + 60.0) / SETTLING_SECONDS)
        return max(SHORTEST_SETTLING, self._recent_answers / observed)

    @property
    def reserve(self) -> float:
        """Abandonments kept back: a balance that is steered to nothing is below it half of the time.

        One that returns to its aim over n answers varies by sqrt(target * n / 2) (an Ornstein-Uhlenbeck process).
        """
        whole = RESERVED * math.sqrt(self.target * self.settling_answers / 2.0)
        return min(whole, RESERVED_OF_EARNED * self.target * self.live_answers)

    @property
    def rate(self) -> float:
        """Abandonments per answer to aim at now."""
        if self.target <= 0.0:
            return 0.0
        settled = (self.balance - self.reserve) / (self.target * self.settling_answers)
        return self.target * (math.exp(settled) if settled < 0 else min(1.0 + settled, MOST_SPENDING))

    @property
    def is_saving(self) -> bool:
        """Whether a debt holds spending well below the target."""
        return self.balance < 0.0 and self.rate < SAVING_BELOW * self.target

    @property
    def price(self) -> float:
        """The highest chance of an abandonment at which one more call is placed now."""
        prior = PRIOR_ABANDONMENTS + PRIOR_PER_SETTLING_ANSWER * self.settling_answers
        seen = (prior * PRIOR_YIELD + self._spent) / (prior + self._priced)
        return self.rate / min(max(seen, LEAST_YIELD), MOST_YIELD)

    def to_state(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "balance": self.balance,
            "live_answers": self.live_answers,
            "abandoned": self.abandoned,
            "recent_answers": self._recent_answers,
            "first_at": self._first_at,
            "last_at": self._last_at,
            "spent": self._spent,
            "priced": self._priced,
        }

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what `to_state` gave."""
        self.balance, self.live_answers = state["balance"], state["live_answers"]
        self.abandoned, self._recent_answers = state["abandoned"], state["recent_answers"]
        self._first_at, self._last_at = state["first_at"], state["last_at"]
        self._spent, self._priced = state["spent"], state["priced"]
        return self
