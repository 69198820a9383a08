"""A pacer that hands every question on to another one and remembers all that it was told; and scenarios at random."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from dialer.domain.pacing import Dialed, Pacer, PacingEvent, ProgressivePacer, RatioPacer, Snapshot
from dialer.simulator import Breaks, Change, People, Scenario, Shift, carrier_outage, simulate_shift
from dialer.simulator.distributions import Distribution, Exponential, Fixed, Lognormal, Uniform


@dataclass
class Witness:
    """`seen` holds events and snapshots in the order in which they came."""

    pacer: Pacer = field(default_factory=ProgressivePacer)
    seen: list[PacingEvent | Snapshot] = field(default_factory=list)

    def observe(self, event: PacingEvent) -> None:
        self.seen.append(event)
        self.pacer.observe(event)

    def calls_to_place(self, snapshot: Snapshot) -> int:
        self.seen.append(snapshot)
        return self.pacer.calls_to_place(snapshot)

    def events(self, *kinds: type) -> list[Any]:
        return [each for each in self.seen if isinstance(each, kinds)]

    @property
    def snapshots(self) -> list[Snapshot]:
        return [each for each in self.seen if isinstance(each, Snapshot)]

    def dialed_at(self) -> dict[str, float]:
        return {event.call_id: event.at for event in self.events(Dialed)}


class PoissonPacer:
    """Asks the agents nothing: at each tick a Poisson number of calls. Answered after a uniform part of a tick, they
    are answered as a Poisson process of `per_tick` a tick."""

    def __init__(self, per_tick: float, seed: int):
        self.per_tick = per_tick
        self.dice = np.random.default_rng((seed, 1_000_000))

    def observe(self, event: PacingEvent) -> None:
        pass

    def calls_to_place(self, snapshot: Snapshot) -> int:
        return int(self.dice.poisson(self.per_tick))


def witnessed(scenario: Scenario, seed: int, pacer: Pacer | None = None) -> tuple[Shift, Witness]:
    witness = Witness(pacer or ProgressivePacer())
    return simulate_shift(scenario, witness, seed), witness


def make_scenario(**what: Any) -> Scenario:
    """Ten minutes of four agents with a little of everybody on the line, unless told otherwise."""
    people = what.pop("people", People(0.4, 0.2, 0.1, 0.1, talk=Lognormal(30, 0.8)))
    return Scenario(**{"name": "floor", "agents": 4, "people": people, "shift_seconds": 600.0, **what})


talk: st.SearchStrategy[Distribution] = st.sampled_from([Lognormal(20, 1), Fixed(15.0), Exponential(40)])
wrap_up: st.SearchStrategy[Distribution] = st.sampled_from([Fixed(0.0), Lognormal(8, 0.5)])
patience: st.SearchStrategy[Distribution | None] = st.sampled_from([None, Exponential(1.5), Uniform(0.5, 4)])


@st.composite
def people(draw: st.DrawFn) -> People:
    parts = [draw(st.floats(0.01, 1)) for _ in range(5)]
    live, machine, busy, failed = (part / sum(parts) for part in parts[:4])
    return People(
        live,
        machine,
        busy,
        failed,
        talk=draw(talk),
        wrap_up=draw(wrap_up),
        detects_machines=draw(st.booleans()),
        patience=draw(patience),
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Floors of every kind for ten minutes, agents coming and going."""
    first = draw(people())
    changes = tuple(
        Change(at, agents=agents) for at, agents in draw(st.lists(st.tuples(st.floats(0, 600), st.integers(0, 8))))
    )
    if draw(st.booleans()):
        changes += carrier_outage(first, begins_at=100, ends_at=200, failing=draw(st.floats(0.1, 1)))
    return make_scenario(
        people=first,
        agents=draw(st.integers(0, 8)),
        changes=changes,
        tick_seconds=draw(st.sampled_from([0.5, 1.0, 3.0])),
        max_wait_seconds=draw(st.sampled_from([0.0, 2.0, 10.0, math.inf])),
        max_lines=draw(st.one_of(st.none(), st.integers(0, 20))),
        leads=draw(st.one_of(st.none(), st.integers(0, 300))),
        breaks=draw(st.one_of(st.none(), st.just(Breaks(every=Exponential(90), lasts=Uniform(5, 60))))),
    )


pacers: st.SearchStrategy[Callable[[], Pacer]] = st.sampled_from(
    [ProgressivePacer, lambda: RatioPacer(1.8), lambda: RatioPacer(4)]
)
seeds = st.integers(0, 2**32)
