"""The floor against formulas that are a century old: where theory knows the answer, the simulator gives it.

Tolerances come from the spread over independent seeds: the mean of R shifts lies within t standard errors of the truth
but once in a thousand times (Student's t, R - 1 degrees of freedom). Seeds are fixed, so a green test stays green.
"""

import math
from collections.abc import Iterator
from itertools import count
from statistics import fmean, stdev

import pytest

from dialer.domain.pacing import Answered, Connected
from dialer.simulator import People, Scenario, Shift
from dialer.simulator.distributions import Distribution, Exponential, Fixed, Lognormal, Uniform
from tests.simulator.witness import PoissonPacer, Witness, witnessed

TICK = 5.0
TALK = 60.0
WARM_UP = 600.0
SEEDS = range(16)
T_15 = 4.07
"""Student's t of 15 degrees of freedom, two-sided, 1 in 1,000."""


def erlang_b(agents: int, load: float) -> float:
    """Blocking at `load` erlangs. Erlang 1917; Cooper, Introduction to Queueing Theory (1981), section 3.3."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """Chance to wait, nobody giving up. Erlang 1917; Cooper (1981), section 3.4."""
    blocked = erlang_b(agents, load)
    return agents * blocked / (agents - load * (1 - blocked))


def erlang_a(agents: int, load: float, patience: float) -> float:
    """Chance to hang up while waiting, `patience` in units of talk. The queue's stationary law, states multiplied by
    rates up and divided by rates down. Palm 1957; Garnett, Mandelbaum and Reiman, M&SOM 4 (2002), section 2."""
    weight, total, hang_ups = 1.0, 1.0, 0.0
    for n in count(1):
        weight *= load / (min(n, agents) + max(0, n - agents) / patience)
        total += weight
        hang_ups += weight * max(0, n - agents) / patience
        if n > agents and weight < 1e-12 * total:
            return hang_ups / total / load
    raise AssertionError


def floor(agents: int, *, talk: Distribution, max_wait: float, patience: Distribution | None = None) -> Scenario:
    """Everybody answers, within a tick; nothing but talk keeps an agent."""
    people = People(1.0, answer_time=Uniform(0.0, TICK), talk=talk, wrap_up=Fixed(0.0), patience=patience)
    return Scenario("erlang", agents, people, 3 * 3600.0, tick_seconds=TICK, max_wait_seconds=max_wait)


def shifts(scenario: Scenario, load: float) -> Iterator[tuple[Shift, Witness]]:
    """One shift a seed, `load` erlangs offered to each."""
    for seed in SEEDS:
        yield witnessed(scenario, seed, PoissonPacer(load * TICK / TALK, seed))


def lost_share(shift: Shift) -> float:
    counted = [was_abandoned for at, was_abandoned in shift.answers if at > WARM_UP]
    return sum(counted) / len(counted)


def busy_share(shift: Shift, agents: int) -> float:
    """An empty floor lacks at first what it would have carried for a talk's length; answers come half a tick late."""
    return shift.talk_seconds / (agents * (shift.seconds - TALK - TICK / 2))


def waits_after_warm_up(witness: Witness) -> list[float]:
    answered = {event.call_id: event.at for event in witness.events(Answered)}
    connected = [(event.at, answered[event.call_id]) for event in witness.events(Connected)]
    return [at - answered_at for at, answered_at in connected if answered_at > WARM_UP]


def assert_mean(sample: list[float], truth: float, *, no_wider_than: float) -> None:
    """The sample's mean is `truth` as far as its spread can tell, and the spread tells enough."""
    tolerance = T_15 * stdev(sample) / math.sqrt(len(sample))
    assert tolerance < no_wider_than * truth, "too few shifts to tell"
    assert fmean(sample) == pytest.approx(truth, abs=tolerance)


@pytest.mark.parametrize("talk", [Exponential(TALK), Lognormal.with_mean(TALK, 1.0)], ids=["exponential", "lognormal"])
def test_without_waiting_the_share_abandoned_is_erlang_b(talk: Distribution) -> None:
    """Whatever talks look like: the loss formula knows only their mean."""
    agents, load = 10, 8.0
    seen = [shift for shift, _ in shifts(floor(agents, talk=talk, max_wait=0.0), load)]
    blocked = erlang_b(agents, load)
    assert_mean([lost_share(shift) for shift in seen], blocked, no_wider_than=0.2)
    assert_mean([busy_share(shift, agents) for shift in seen], load * (1 - blocked) / agents, no_wider_than=0.03)


@pytest.mark.parametrize(("agents", "load", "width"), [(8, 5.5, 0.35), (14, 10.0, 0.4)])
def test_with_endless_waiting_the_chance_to_wait_is_erlang_c(agents: int, load: float, width: float) -> None:
    chances, means, busy = [], [], []
    for shift, witness in shifts(floor(agents, talk=Exponential(TALK), max_wait=math.inf), load):
        assert shift.abandoned == 0
        waits = waits_after_warm_up(witness)
        chances.append(sum(wait > 1e-9 for wait in waits) / len(waits))
        means.append(fmean(waits))
        busy.append(busy_share(shift, agents))
    assert_mean(chances, erlang_c(agents, load), no_wider_than=width)
    assert_mean(means, erlang_c(agents, load) * TALK / (agents - load), no_wider_than=1.8 * width)
    assert_mean(busy, load / agents, no_wider_than=0.05)


def test_people_of_exponential_patience_hang_up_as_in_erlang_a() -> None:
    agents, load, patience = 10, 10.0, 0.5
    scenario = floor(agents, talk=Exponential(TALK), max_wait=math.inf, patience=Exponential(patience * TALK))
    seen = [shift for shift, _ in shifts(scenario, load)]
    assert all(shift.hung_up == shift.abandoned for shift in seen)
    assert_mean([lost_share(shift) for shift in seen], erlang_a(agents, load, patience), no_wider_than=0.2)
