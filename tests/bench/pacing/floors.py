"""Floors at one moment, and stories of calls, for the rivals' tests."""

from bench.pacing.rivals.learned import Learned
from dialer.domain.pacing import (
    Abandoned,
    AgentState,
    Answered,
    Connected,
    Dialed,
    Pacer,
    Snapshot,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)


def floor(
    *, idle: int = 0, talking: int = 0, wrap_up: int = 0, ringing: int = 0, waiting: int = 0, now: float = 0.0,
    since: float = 0.0,
) -> Snapshot:  # fmt: skip
    """So many of each; agents are in their state since `since`."""
    states = ["idle"] * idle + ["talking"] * talking + ["wrap_up"] * wrap_up
    agents = tuple(AgentState(f"a{n}", state, since) for n, state in enumerate(states))  # type: ignore[arg-type]
    return Snapshot(now, agents, (now,) * ringing, (now,) * waiting)


def tell_unanswered(pacer: Pacer | Learned, count: int, *, at: float = 0.0, outcome: str = "no_answer") -> None:
    """Calls that nobody answered."""
    for number in range(count):
        call = f"u{at}-{outcome}-{number}"
        pacer.observe(Dialed(call, at))
        pacer.observe(Unanswered(call, at, outcome))  # type: ignore[arg-type]


def tell_talks(
    pacer: Pacer | Learned, count: int, *, talk: float, at: float = 0.0, rings: float = 0.0, wrap_up: float = 0.0
) -> None:
    """Calls that were answered and talked `talk` seconds, each with an agent of its own."""
    for number in range(count):
        call, agent = f"t{at}-{talk}-{number}", f"w{at}-{talk}-{number}"
        pacer.observe(Dialed(call, at))
        pacer.observe(Answered(call, at + rings, "human"))
        pacer.observe(Connected(call, agent, at + rings))
        pacer.observe(TalkEnded(call, agent, at + rings + talk))
        pacer.observe(WrapUpEnded(agent, at + rings + talk + wrap_up))


def tell_abandoned(pacer: Pacer | Learned, count: int, *, at: float = 0.0) -> None:
    """People who were not reached in time."""
    for number in range(count):
        call = f"x{at}-{number}"
        pacer.observe(Dialed(call, at))
        pacer.observe(Answered(call, at, "human"))
        pacer.observe(Abandoned(call, at))
