"""What the forecasting rivals learn: chance and time of a live answer, lengths of talk and wrap-up.

Not one product's way: the published forecasts name the quantities, not how to estimate them. Means forget with the
number of calls, later on larger floors; the first ones are helped by a guess. Outcomes count in the order in which
calls were placed: answers come sooner than the ends of calls that nobody answers, and would count too much at first.
"""

from dataclasses import dataclass, field

from dialer.domain.pacing.events import (
    AgentJoined,
    AgentLeft,
    Answered,
    Connected,
    Dialed,
    PacingEvent,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)

MEMORY = 200.0
MEMORY_PER_AGENT = 5.0


@dataclass
class ForgettingMean:
    """A mean that starts as `guess`, worth `worth` values."""

    guess: float
    worth: float = 5.0
    _value: float = field(init=False)
    _weight: float = field(init=False)

    def __post_init__(self) -> None:
        self._value, self._weight = self.guess, self.worth

    @property
    def value(self) -> float:
        """The mean so far."""
        return self._value

    def add(self, value: float, memory: float) -> None:
        """One more; all before it weigh as much as `memory` values at most."""
        self._weight = min(self._weight + 1.0, memory)
        self._value += (value - self._value) / self._weight


class Learned:
    """Means of the floor. A call that failed says nothing of people: it counts neither as an answer nor against one."""

    def __init__(self) -> None:
        self.answer_chance = ForgettingMean(0.25, worth=20.0)
        self.answer_seconds = ForgettingMean(10.0)
        self.talk = ForgettingMean(90.0)
        self.wrap_up = ForgettingMean(10.0)
        self._agents = 0
        self._placed_at: dict[str, float] = {}
        self._outcomes: dict[str, float | None] = {}
        self._connected_at: dict[str, float] = {}
        self._wraps_since: dict[str, float] = {}

    def observe(self, event: PacingEvent) -> None:
        """Learn from one event."""
        match event:
            case Dialed(call_id=call, at=at):
                self._placed_at[call] = at
            case Answered(call_id=call, at=at, by=by):
                if by == "human":
                    self.answer_seconds.add(at - self._placed_at[call], self._memory)
                self._note_outcome(call, 1.0 if by == "human" else 0.0)
            case Unanswered(call_id=call, outcome=outcome):
                self._note_outcome(call, None if outcome in ("failed", "canceled") else 0.0)
            case Connected(call_id=call, at=at):
                self._connected_at[call] = at
            case TalkEnded(call_id=call, agent_id=agent, at=at):
                self.talk.add(at - self._connected_at.pop(call), self._memory)
                self._wraps_since[agent] = at
            case WrapUpEnded(agent_id=agent, at=at):
                self.wrap_up.add(at - self._wraps_since.pop(agent), self._memory)
            case AgentJoined():
                self._agents += 1
            case AgentLeft(agent_id=agent):
                self._agents -= 1
                self._wraps_since.pop(agent, None)

    @property
    def _memory(self) -> float:
        return max(MEMORY, MEMORY_PER_AGENT * self._agents)

    def _note_outcome(self, call: str, outcome: float | None) -> None:
        self._outcomes[call] = outcome
        while self._placed_at and (first := next(iter(self._placed_at))) in self._outcomes:
            del self._placed_at[first]
            known = self._outcomes.pop(first)
            if known is not None:
                self.answer_chance.add(known, self._memory)
