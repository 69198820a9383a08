"""Impact Dialing's ratio, chosen every minute by replaying recent calls at six candidate ratios.

Source: github.com/impactdialing/impactdialing at 1e585bc, app/models/predictive.rb, simulated_values.rb,
simulated_call_attempt.rb and simulated_caller.rb. Better than the original in six ways: its window moves (there its
begin is fixed when the process starts), it takes the newest hundred calls of it, calls still under way are left out
(there they count as unanswered), a replayed agent never gets two people at once, nor another line in the second in
which he gets his call, and a machine's verdict is no conversation.
"""

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.pacing.events import Abandoned, Answered, Connected, Dialed, PacingEvent, TalkEnded, Unanswered
from dialer.domain.pacing.snapshot import Snapshot

CHOOSE_SECONDS = 60.0
WINDOW_SECONDS = 1800.0
NEWEST_CALLS = 100
LEAST_CALLS = 50
LEAST_AGENTS = 5
CANDIDATES = 6
REPLAY_SECONDS = 240
ANSWERED_RINGS = 10
UNANSWERED_RINGS = 15
WRAP_UP = 5
SLOWED = 0.75
QUIET_SECONDS = 600.0


@dataclass(frozen=True)
class Replay:
    """What one replay came to."""

    utilisation: float
    abandonment: float


def replay(talks: Sequence[int], agents: int, ratio: float, dice: random.Random) -> Replay:
    """Four minutes in steps of a second. `talks` holds seconds of conversation of each recent call, 0 for unanswered.

    A call can be replayed again as soon as it is over. Who is answered while no agent is on hold is abandoned at once.
    """
    idle_calls = list(range(len(talks)))
    ends: dict[int, list[tuple[str, int]]] = {}
    on_hold, ringing = agents, 0
    held = answered = abandoned = 0
    for second in range(REPLAY_SECONDS):
        held += on_hold
        arrived = []
        for what, call in ends.pop(second, ()):
            if what == "rung":
                ringing -= 1
                if talks[call]:
                    arrived.append(call)
                else:
                    idle_calls.append(call)
            else:
                on_hold += 1
                idle_calls.append(call)
        for call in arrived:
            answered += 1
            if on_hold:
                on_hold -= 1
                ends.setdefault(second + talks[call] + WRAP_UP, []).append(("free", call))
            else:
                abandoned += 1
                idle_calls.append(call)
        wanted = min(int(on_hold * ratio - ringing), len(idle_calls))
        for _ in range(wanted):
            place = dice.randrange(len(idle_calls))
            idle_calls[place], idle_calls[-1] = idle_calls[-1], idle_calls[place]
            call = idle_calls.pop()
            ringing += 1
            rings = ANSWERED_RINGS if talks[call] else UNANSWERED_RINGS
            ends.setdefault(second + rings, []).append(("rung", call))
    return Replay(1.0 - held / (agents * REPLAY_SECONDS), abandoned / answered if answered else 0.0)


def choose_ratio(talks: Sequence[int], agents: int, target: float, dice: random.Random) -> float:
    """Of k/6 of the calls per answer, k from 1 to 6, never below 1: the busiest with abandonment below the target."""
    answered = sum(talk > 0 for talk in talks)
    best, best_utilisation = 1.0, 0.0
    if not answered:
        return best
    for step in range(1, CANDIDATES + 1):
        ratio = max(1.0, step / CANDIDATES * len(talks) / answered)
        result = replay(talks, agents, ratio, dice)
        if result.abandonment < target and result.utilisation > best_utilisation:
            best, best_utilisation = ratio, result.utilisation
    return best


class ImpactPacer:
    """`highest_ratio` is its global limit of calls per agent; with less than `least_agents` the ratio is 1."""

    def __init__(self, target: float = 0.03, *, highest_ratio: float = 4.0, least_agents: int = LEAST_AGENTS):
        self.target = target
        self.highest_ratio = highest_ratio
        self.least_agents = least_agents
        self.chosen = 1.0
        self._dice = random.Random(1)
        self._finished: deque[tuple[float, int]] = deque(maxlen=NEWEST_CALLS)
        self._placed_at: dict[str, float] = {}
        self._connected_at: dict[str, float] = {}
        self._connected = 0
        self._abandoned = 0
        self._last_dialed = -QUIET_SECONDS
        self._choose_at = CHOOSE_SECONDS

    def observe(self, event: PacingEvent) -> None:
        """Remember how each call ended and how long its conversation was."""
        match event:
            case Dialed(call_id=call, at=at):
                self._placed_at[call] = self._last_dialed = at
            case Unanswered(call_id=call) | Answered(call_id=call, by="machine"):
                self._finished.append((self._placed_at.pop(call), 0))
            case Connected(call_id=call, at=at):
                self._connected += 1
                self._connected_at[call] = at
            case TalkEnded(call_id=call, at=at):
                self._finished.append((self._placed_at.pop(call), max(1, int(at - self._connected_at.pop(call)))))
            case Abandoned(call_id=call):
                self._abandoned += 1
                self._finished.append((self._placed_at.pop(call), 1))

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The factor times the agents on hold, less what rings or was just answered."""
        if snapshot.now >= self._choose_at:
            self._choose_at += CHOOSE_SECONDS
            self.chosen = self._choose(snapshot)
        wanted = self.factor(snapshot.now) * snapshot.idle_agents - len(snapshot.ringing) - len(snapshot.waiting)
        return max(0, int(wanted))

    def factor(self, now: float) -> float:
        """The chosen ratio, slowed to three quarters while the campaign's whole abandonment is above the target."""
        if now - self._last_dialed > QUIET_SECONDS:
            return 1.0
        factor = min(self.chosen, self.highest_ratio)
        ended = self._connected + self._abandoned
        if ended and self._abandoned / ended > self.target:
            return max(1.0, SLOWED * factor)
        return factor

    def _choose(self, snapshot: Snapshot) -> float:
        recent = [talk for placed, talk in self._finished if placed >= snapshot.now - WINDOW_SECONDS]
        agents = len(snapshot.agents)
        if agents < self.least_agents or len(recent) < LEAST_CALLS:
            return 1.0
        return choose_ratio(recent, agents, self.target, self._dice)
