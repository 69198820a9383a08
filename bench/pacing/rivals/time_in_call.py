"""A forecast that looks at how long each agent has been in call.

Source: US patents 5,640,445 and 5,926,528 (EIS): each busy agent counts with the chance that the call ends within a
window. The patents move the window with the abandonment by constants that are not published; here the window is the
mean time to an answer, and `scale` corrects the whole, fixed over a shift and chosen in hindsight. Better than the
source: an idle agent always has one line.
"""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence

import numpy as np

from bench.pacing.rivals.forecast import LOWEST_ANSWER_CHANCE
from bench.pacing.rivals.learned import Learned
from dialer.domain.pacing.events import Connected, PacingEvent, WrapUpEnded
from dialer.domain.pacing.snapshot import Snapshot

REMEMBERED_CALLS = 300
LEAST_CALLS = 20


class TimeInCallPacer:
    """Progressive until 20 calls are known from their answer to the end of wrap-up."""

    def __init__(self, scale: float):
        self.scale = scale
        self.learned = Learned()
        self._handled: deque[float] = deque(maxlen=REMEMBERED_CALLS)
        self._sorted: list[float] = []
        self._known: np.ndarray[tuple[int], np.dtype[np.float64]] | None = None
        self._connected_at: dict[str, float] = {}

    def observe(self, event: PacingEvent) -> None:
        """Learn the means, and how long calls are handled."""
        self.learned.observe(event)
        match event:
            case Connected(agent_id=agent, at=at):
                self._connected_at[agent] = at
            case WrapUpEnded(agent_id=agent, at=at):
                self._remember(at - self._connected_at.pop(agent))

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The calls whose answers are missing for `scale` times the agents expected free; progressive at least."""
        idle = snapshot.idle_agents
        progressive = max(0, idle - len(snapshot.ringing) - len(snapshot.waiting))
        if len(self._sorted) < LEAST_CALLS or not snapshot.agents:
            return progressive
        begun = self._connected_at
        busy = [snapshot.now - begun.get(a.agent_id, a.since) for a in snapshot.agents if a.state != "idle"]
        free = idle + self.expected_ends(busy, self.learned.answer_seconds.value)
        chance = max(LOWEST_ANSWER_CHANCE, self.learned.answer_chance.value)
        missing = self.scale * free - len(snapshot.waiting) - chance * len(snapshot.ringing)
        return max(progressive, math.floor(missing / chance + 1e-9))

    def expected_ends(self, lasted: Sequence[float], window: float) -> float:
        """The sum over calls handled so long: of remembered calls that lasted as long, the share over by the window."""
        if self._known is None:
            self._known = np.array(self._sorted)
        so_far = np.array(lasted)
        ended_before = self._known.searchsorted(so_far)
        open_then = self._known.size - ended_before
        end_within = self._known.searchsorted(so_far + window) - ended_before
        return float((end_within / np.maximum(open_then, 1)).sum())

    def _remember(self, seconds: float) -> None:
        if len(self._handled) == REMEMBERED_CALLS:
            del self._sorted[bisect_left(self._sorted, self._handled[0])]
        self._handled.append(seconds)
        insort(self._sorted, seconds)
        self._known = None
