"""How much faster or slower things happen now than the long memory says: drift, seen at several speeds at once.

Each speed keeps its own ratio of events seen to events expected; how well each would have foretold the latest events
decides how much it is believed (dynamic model averaging: Raftery, Kárný and Ettler, Technometrics 52, 2010). In quiet
times that is the slow one, which is precise; after a change the quick one, which is there already.
"""

import math
from collections.abc import Mapping
from typing import Any, Self

MEMORIES = (12.0, 60.0, 400.0)
"""In events, seen or expected, whichever are more."""
ANCHOR = 3.0
"""Expected events by which each ratio is drawn towards 1."""
BELIEF_KEPT = 0.97
"""Of the evidence for a speed, per expected event."""
LEAST_BELIEF = 0.01
USUAL_BELIEFS = (0.06, 0.12, 0.22, 0.6)
"""By speed, the quickest first, then "nothing has changed": what beliefs return to as their evidence grows old."""


class Tempo:
    """The ratio of events to expectation, 1 when all is as it was."""

    def __init__(self) -> None:
        self._seen = [0.0] * len(MEMORIES)
        self._expected = [0.0] * len(MEMORIES)
        self._belief = list(USUAL_BELIEFS)

    @property
    def ratio(self) -> float:
        """The believed ratio: a mean over the speeds, the last of which is "nothing has changed"."""
        return sum(b * r for b, r in zip(self._belief, self._ratios(), strict=True))

    def observe(self, seen: float, expected: float) -> None:
        """Learn that `seen` events came where the long memory expected `expected`."""
        if seen <= 0 and expected <= 0:
            return
        ratios = self._ratios()
        evidence = [seen * math.log(ratio) - ratio * expected for ratio in ratios]
        best = max(evidence)
        kept = BELIEF_KEPT**expected
        weighed = [
            usual ** (1 - kept) * belief**kept * math.exp(e - best)
            for usual, belief, e in zip(USUAL_BELIEFS, self._belief, evidence, strict=True)
        ]
        total = sum(weighed)
        floored = [max(weight / total, LEAST_BELIEF) for weight in weighed]
        total = sum(floored)
        self._belief = [weight / total for weight in floored]
        for index, memory in enumerate(MEMORIES):
            kept = math.exp(-max(seen, expected) / memory)
            self._seen[index] = self._seen[index] * kept + seen
            self._expected[index] = self._expected[index] * kept + expected

    def _ratios(self) -> list[float]:
        return [
            min(max((s + ANCHOR) / (e + ANCHOR), 0.05), 20.0) for s, e in zip(self._seen, self._expected, strict=True)
        ] + [1.0]

    def to_state(self) -> dict[str, Any]:
        """JSON values."""
        return {"seen": list(self._seen), "expected": list(self._expected), "belief": list(self._belief)}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what `to_state` gave."""
        self._seen, self._expected = list(state["seen"]), list(state["expected"])
        self._belief = list(state["belief"])
        return self
