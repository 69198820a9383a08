"""Issabel's (formerly Elastix') call centre: free agents, and those whose conversation is all but certain to end.

Source: github.com/IssabelFoundation/callcenter at 861d284, setup/dialer_process/dialer/Predictor.class.php,
CampaignProcess.class.php (numbers of calls, overcommit) and Campania.class.php (means). The original looks at its
campaigns every three seconds, this one at every tick; machines that were detected are no success here.
"""

import math
from collections import deque

from dialer.domain.pacing.events import Answered, Connected, Dialed, PacingEvent, TalkEnded, Unanswered
from dialer.domain.pacing.snapshot import Snapshot

LEAST_TALKS = 10
INITIAL_ANSWER_SECONDS = 8.0
REMEMBERED_ANSWERS = 20
WINDOW_SECONDS = 1800.0
LEAST_CALLS = 10
LOWEST_ANSWER_RATE = 0.20


class IssabelPacer:
    """`certainty` is its quality of service: how sure the end of a conversation must be. `overcommits` divides what is
    wanted by the answer rate of the last half hour, 20 % at least."""

    def __init__(self, *, certainty: float = 0.97, overcommits: bool = True):
        self.certainty = certainty
        self.overcommits = overcommits
        self._talks = 0
        self._mean_talk = 0.0
        self._answer_seconds: deque[float] = deque(maxlen=REMEMBERED_ANSWERS)
        self._placed_at: dict[str, float] = {}
        self._connected_at: dict[str, float] = {}
        self._ended: deque[tuple[float, bool]] = deque()
        self._successes = 0

    def observe(self, event: PacingEvent) -> None:
        """Learn the mean talk of all conversations, the mean time to the last 20 answers, and the answer rate."""
        match event:
            case Dialed(call_id=call, at=at):
                self._placed_at[call] = at
            case Unanswered(call_id=call) | Answered(call_id=call, by="machine"):
                self._note(self._placed_at.pop(call), success=False)
            case Answered(call_id=call, at=at):
                placed_at = self._placed_at.pop(call)
                self._answer_seconds.append(at - placed_at)
                self._note(placed_at, success=True)
            case Connected(call_id=call, at=at):
                self._connected_at[call] = at
            case TalkEnded(call_id=call, at=at):
                self._talks += 1
                self._mean_talk += (at - self._connected_at.pop(call) - self._mean_talk) / self._talks

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """Agents free or soon free, less people who wait, less calls without an answer yet; then the overcommitment."""
        wanted = snapshot.idle_agents + self.soon_free(snapshot) - len(snapshot.waiting)
        wanted = max(0, max(0, wanted) - len(snapshot.ringing))
        if wanted and self.overcommits:
            rate = self.answer_rate(snapshot.now)
            if rate is not None:
                return math.floor(wanted / max(rate, LOWEST_ANSWER_RATE) + 0.5)
        return wanted

    def soon_free(self, snapshot: Snapshot) -> int:
        """Talks that, were they exponential, had ended by now with `certainty`, an answer's time added."""
        if self._talks < LEAST_TALKS or not snapshot.agents:
            return 0
        missing = REMEMBERED_ANSWERS - len(self._answer_seconds)
        answer = (sum(self._answer_seconds) + missing * INITIAL_ANSWER_SECONDS) / REMEMBERED_ANSWERS
        needed = -math.log(1.0 - self.certainty) * self._mean_talk - answer
        return sum(a.state == "talking" and snapshot.now - a.since >= needed for a in snapshot.agents)

    def answer_rate(self, now: float) -> float | None:
        """Of the calls placed in the last half hour that have ended ringing; None with too few, or none answered."""
        while self._ended and self._ended[0][0] < now - WINDOW_SECONDS:
            self._successes -= self._ended.popleft()[1]
        if len(self._ended) < LEAST_CALLS or not self._successes:
            return None
        return self._successes / len(self._ended)

    def _note(self, placed_at: float, *, success: bool) -> None:
        self._ended.append((placed_at, success))
        self._successes += success
