"""Floors and their events for tests of the predictive pacer."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dialer.domain.pacing import (
    Abandoned,
    AgentState,
    Answered,
    Connected,
    Dialed,
    PacingEvent,
    PredictivePacer,
    Snapshot,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)
from dialer.simulator import People, Scenario, simulate_shift

USUAL = People(0.2, machine_chance=0.3, busy_chance=0.05, detects_machines=True)


@dataclass
class Recorder:
    """A pacer that keeps everything it was told and asked, and passes it on."""

    pacer: PredictivePacer = field(default_factory=PredictivePacer)
    events: list[PacingEvent] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)

    def observe(self, event: PacingEvent) -> None:
        self.events.append(event)
        self.pacer.observe(event)

    def calls_to_place(self, snapshot: Snapshot) -> int:
        self.snapshots.append(snapshot)
        return self.pacer.calls_to_place(snapshot)


def recorded(agents: int = 6, seconds: float = 1200.0, *, people: People = USUAL, seed: int = 1) -> Recorder:
    """A shift that a predictive pacer has led."""
    recorder = Recorder()
    simulate_shift(Scenario("recorded", agents, people, seconds), recorder, seed)
    return recorder


def taught(events: Iterable[PacingEvent], target: float = 0.03) -> PredictivePacer:
    """A pacer that has observed these."""
    pacer = PredictivePacer(target)
    for event in events:
        pacer.observe(event)
    return pacer


def copied(pacer: PredictivePacer) -> PredictivePacer:
    """The pacer as another process would take it over: through JSON."""
    return PredictivePacer.from_state(json.loads(json.dumps(pacer.to_state())))


def floor(
    idle: int = 0, *, now: float = 10_000.0, talking: Sequence[float] = (), wrap_up: Sequence[float] = (),
    rings: Sequence[float] = (), waits: Sequence[float] = (),
) -> Snapshot:  # fmt: skip
    """A floor at `now`; numbers are the ages in seconds of talks, wrap-ups, ringing calls and waits."""
    agents = [AgentState(f"idle{n}", "idle", now - 5) for n in range(idle)]
    agents += [AgentState(f"talking{n}", "talking", now - age) for n, age in enumerate(talking)]
    agents += [AgentState(f"writing{n}", "wrap_up", now - age) for n, age in enumerate(wrap_up)]
    return Snapshot(now, tuple(agents), tuple(now - age for age in rings), tuple(now - age for age in waits))


def calls_that(
    outcome: str, count: int, *, begin: float = 0.0, every: float = 2.0, after: float = 8.0
) -> list[PacingEvent]:
    """So many calls, one after another, that all end alike; a live answer is followed by a talk of a minute."""
    events: list[PacingEvent] = []
    for number in range(count):
        call, agent, at = f"{outcome}-{begin}-{number}", f"agent-{number % 50}", begin + number * every
        events.append(Dialed(call, at))
        ended = at + after
        if outcome in ("human", "machine"):
            events.append(Answered(call, ended, outcome))  # type: ignore[arg-type]
        else:
            events.append(Unanswered(call, ended, outcome))  # type: ignore[arg-type]
        if outcome == "human":
            events += [
                Connected(call, agent, ended),
                TalkEnded(call, agent, ended + 60),
                WrapUpEnded(agent, ended + 70),
            ]
    return sorted(events, key=lambda event: event.at)


def answers(count: int, *, abandoned: int, begin: float = 0.0) -> list[PacingEvent]:
    """Live answers of which the first `abandoned` found nobody, a second apart."""
    events: list[PacingEvent] = []
    for number in range(count):
        call, at = f"live-{begin}-{number}", begin + number * 1.0
        events += [Dialed(call, at), Answered(call, at + 8, "human")]
        events.append(Abandoned(call, at + 10) if number < abandoned else Connected(call, f"agent-{number}", at + 8))
    return sorted(events, key=lambda event: event.at)
