"""Answers a `WhatIf` within seconds: as many trials as fit, each with people as they may be, the floor warmed up."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from dialer.domain.pacing import Pacer, PredictivePacer, choose_pacer
from dialer.domain.pacing.what_if import SimulatedFloor, Tally, Trial, WhatIf
from dialer.simulator.floor import Floor
from dialer.simulator.learned_people import outcomes_of, possible_people, probable_people
from dialer.simulator.people import People
from dialer.simulator.scenario import Change, Scenario

LEAST_TRIALS = 8
"""What trials are sized for; FEWEST_TRIALS is what an answer rests on when the machine was slower than the pilot."""
FEWEST_TRIALS = 5
MOST_TRIALS = 200
WISHED_TRIALS = 24
WARM_UP_SECONDS = 150.0
ARRIVAL_SECONDS = 90.0
"""Agents come one after another: all at once they would talk and end in waves for a long time."""
SHORTEST_SECONDS = (90.0, 240.0)
SHORTEST_AGENT_SECONDS = 9000.0
"""Measured per trial; a shorter stretch is mostly luck, on a small floor more than on a large one."""
PILOT_SECONDS = 40.0
PILOT_TICK = 2.0
TICKS = (1.0, 2.0, 3.0, 4.0)
"""Seconds between decisions: the first that leaves time for enough trials."""
MOST_AGENTS = 100
"""Larger floors are simulated at this size: what a floor gains by its size it has nearly gained by then."""
LEARNED_CALLS = 600.0
"""A predictive pacer that knows fewer calls learns the floor first, once for all trials: what is asked for is how it
dials in the hours to come, not how it begins."""
LEARNING_SHARE = 0.25
"""Of the time there is, at most."""
LEARNING_STEP_SECONDS = 30.0


@dataclass(frozen=True)
class _Setup:
    agents: int
    tick_seconds: float
    measured_seconds: float


def simulate(question: WhatIf, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> SimulatedFloor:
    """Trials of a plan for about so many seconds of real time; at least FEWEST_TRIALS even if that takes longer.

    Trial k of two questions with the same seed meets the same people, call by call, so that they compare.
    """
    ends_at = clock() + seconds
    asked = learn_first(question, until=clock() + LEARNING_SHARE * seconds, clock=clock)
    setup = _set_up(asked, ends_at=ends_at, clock=clock)
    trials: list[Trial] = []
    longest = 0.0
    while len(trials) < MOST_TRIALS:
        begun_at = clock()
        if len(trials) >= LEAST_TRIALS and begun_at + longest > ends_at:
            break
        if len(trials) >= FEWEST_TRIALS and begun_at > ends_at:
            break
        trials.append(_trial(asked, setup, seed=question.seed + len(trials)))
        longest = max(longest, clock() - begun_at)
    return SimulatedFloor(tuple(trials), setup.measured_seconds, setup.tick_seconds, setup.agents)


def learn_first(question: WhatIf, *, until: float, clock: Callable[[], float]) -> WhatIf:
    """The same question, its pacer having learned from the people as they probably are."""
    calls = 0.0 if question.pacer_state is None else question.learned.calls
    if question.plan.dial_mode != "predictive" or calls >= LEARNED_CALLS:
        return question
    pacer = _predictive(question)
    floor = _floor(question, pacer, agents=min(question.plan.agents, MOST_AGENTS))
    while clock() < until and calls + floor.shift.placed < LEARNED_CALLS:
        floor.advance(floor.now - floor.begins_at + LEARNING_STEP_SECONDS)
    return replace(question, pacer_state=pacer.to_state(), begins_at=floor.now)


def _set_up(question: WhatIf, *, ends_at: float, clock: Callable[[], float]) -> _Setup:
    """Size the trials by a short pilot: long ones if simulating is quick, coarse ones if it is slow."""
    agents = min(question.plan.agents, MOST_AGENTS)
    floor = _floor(question, _pacer(question), agents=agents, tick_seconds=PILOT_TICK)
    floor.advance(ARRIVAL_SECONDS)
    begun_at = clock()
    floor.advance(ARRIVAL_SECONDS + PILOT_SECONDS)
    cost = max(1e-9, (clock() - begun_at) / PILOT_SECONDS)
    # Decisions are what costs: half as many, twice the time that can be simulated.
    affordable = 0.7 * (ends_at - clock()) / cost / PILOT_TICK
    shortest = min(max(SHORTEST_AGENT_SECONDS / agents, SHORTEST_SECONDS[0]), SHORTEST_SECONDS[1])
    tick = next((tick for tick in TICKS if _longest(affordable * tick, LEAST_TRIALS) >= shortest), TICKS[-1])
    longest = _longest(affordable * tick, WISHED_TRIALS)
    return _Setup(agents, tick, min(question.plan.hours * 3600.0, max(shortest, longest)))


def _longest(affordable: float, trials: int) -> float:
    return affordable / trials - WARM_UP_SECONDS


def _trial(question: WhatIf, setup: _Setup, *, seed: int) -> Trial:
    dice = np.random.default_rng((seed, 0, 1))
    people = possible_people(question.learned, dice, ring_timeout_seconds=question.ring_timeout_seconds)
    floor = _floor(
        question, _pacer(question), agents=setup.agents, people=people, tick_seconds=setup.tick_seconds, seed=seed
    )
    floor.advance(WARM_UP_SECONDS)
    floor.take_shift()
    return Trial(outcomes_of(people), tuple(_halves(floor, setup.measured_seconds)))


def _floor(
    question: WhatIf,
    pacer: Pacer,
    *,
    agents: int,
    people: People | None = None,
    tick_seconds: float = TICKS[0],
    seed: int = 0,
) -> Floor:
    """A floor of the probable people, unless told otherwise. Fewer agents than planned have as many lines each."""
    arrivals = (Change(ARRIVAL_SECONDS * come / agents, agents=come + 1) for come in range(1, agents))
    scenario = Scenario(
        "what if",
        1,
        people or probable_people(question.learned, ring_timeout_seconds=question.ring_timeout_seconds),
        tick_seconds=tick_seconds,
        max_wait_seconds=question.max_wait_seconds,
        max_lines=max(1, question.max_lines * agents // question.plan.agents),
        changes=tuple(arrivals),
    )
    return Floor(scenario, pacer, seed, begins_at=question.begins_at)


def _halves(floor: Floor, seconds: float) -> Iterator[Tally]:
    for share in (0.5, 1.0):
        floor.advance(WARM_UP_SECONDS + share * seconds)
        shift = floor.take_shift()
        yield Tally(
            seconds=shift.seconds,
            placed=shift.placed,
            connected=shift.connected,
            abandoned=shift.abandoned,
            busy_seconds=shift.talk_seconds + shift.wrap_up_seconds,
            logged_in_seconds=shift.logged_in_seconds,
        )


def _pacer(question: WhatIf) -> Pacer:
    """The pacer of the plan's mode. A preview is simulated as if every agent dialled at once."""
    plan = question.plan
    match plan.dial_mode:
        case "predictive":
            return _predictive(question)
        case "preview":
            return choose_pacer("progressive", Decimal(1))
        case mode:
            return choose_pacer(mode, Decimal(str(plan.pacing_ratio)))


def _predictive(question: WhatIf) -> PredictivePacer:
    target = question.plan.max_abandonment_rate
    if question.pacer_state is None:
        return PredictivePacer(target, question.max_wait_seconds)
    return PredictivePacer.from_state({**question.pacer_state, "target_abandonment": target})
