"""Expected frees against expected answers: the mean-value forecast that most predictive dialers began with.

Source: US patent 4,829,563 (predicted free operators against predicted answers within a window; a weight corrects
them). The horizon is the mean time to an answer; a talk ends as if it had no memory. The patent moves its weight with
the share of unattended calls; here `scale` is fixed over a shift and chosen in hindsight, which no dialer could. Better
than the source: an idle agent always has one line.
"""

import math

from bench.pacing.rivals.learned import Learned
from dialer.domain.pacing.events import PacingEvent
from dialer.domain.pacing.snapshot import Snapshot

LOWEST_ANSWER_CHANCE = 0.02


class ForecastPacer:
    """Places calls until `scale` times the agents expected free by the mean answer meets the answers expected."""

    def __init__(self, scale: float):
        self.scale = scale
        self.learned = Learned()

    def observe(self, event: PacingEvent) -> None:
        """Learn the means."""
        self.learned.observe(event)

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The calls whose answers are still missing, rounded down; those of progressive pacing at least."""
        chance = max(LOWEST_ANSWER_CHANCE, self.learned.answer_chance.value)
        missing = self.scale * self.expected_free(snapshot) - len(snapshot.waiting) - chance * len(snapshot.ringing)
        progressive = snapshot.idle_agents - len(snapshot.waiting) - len(snapshot.ringing)
        return max(0, progressive, math.floor(missing / chance + 1e-9))

    def expected_free(self, snapshot: Snapshot) -> float:
        """Agents idle, and of the others the share that will be by the mean time to an answer."""
        horizon = self.learned.answer_seconds.value
        wrap_up = self.learned.wrap_up.value
        after_talk = -math.expm1(-horizon / (self.learned.talk.value + wrap_up))
        after_wrap_up = -math.expm1(-horizon / max(wrap_up, 0.1))
        shares = {"idle": 1.0, "talking": after_talk, "wrap_up": after_wrap_up}
        return sum(shares[agent.state] for agent in snapshot.agents)
