"""From what a pacer has learned to people who can be simulated: as they probably are, or as they may be."""

import math
from collections.abc import Sequence

import numpy as np

from dialer.domain.pacing.learned import LearnedDurations, LearnedFloor
from dialer.domain.pacing.what_if import Outcomes
from dialer.simulator.distributions import Fixed, Histogram, truncate
from dialer.simulator.people import People

PRIOR_CALLS = 8.0
PRIOR_DURATIONS = 4.0
"""The weight of what is assumed before anything is known."""
RINGS_OUT_WITHIN_SECONDS = 3.0
"""An unanswered call that ended earlier than this before the ring time-out was busy."""


def probable_people(learned: LearnedFloor, *, ring_timeout_seconds: float) -> People:
    """The people in whom all chances are as learned."""
    chances = (learned.live_chance, learned.machine_chance, learned.failed_chance)
    shares = [_shares(durations) for durations in _durations(learned)]
    return _people(learned, chances, shares, ring_timeout_seconds)


def possible_people(learned: LearnedFloor, dice: np.random.Generator, *, ring_timeout_seconds: float) -> People:
    """People as they may be for all that is known: a draw from the posterior of every chance and every duration.

    Chances and shares have a Dirichlet posterior, of which each single one is a Beta; its weight is the number of calls
    or durations that it rests on (Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.4). So a floor of few calls
    varies widely and one of thousands hardly at all.
    """
    given = (learned.live_chance, learned.machine_chance, learned.failed_chance)
    weight = learned.calls + PRIOR_CALLS
    chances = _dirichlet([chance * weight for chance in (*given, max(0.0, 1.0 - math.fsum(given)))], dice)
    shares = [_redrawn(durations, dice) for durations in _durations(learned)]
    return _people(learned, chances[:3], shares, ring_timeout_seconds)


def outcomes_of(people: People) -> Outcomes:
    """How calls to these people end."""
    unanswered = 1.0 - people.live_chance - people.machine_chance - people.busy_chance - people.failed_chance
    return Outcomes(
        people.live_chance, people.machine_chance, people.busy_chance, max(0.0, unanswered), people.failed_chance
    )


def _durations(learned: LearnedFloor) -> tuple[LearnedDurations, ...]:
    return (
        learned.answer_time,
        learned.machine_answer_time,
        learned.unanswered_time,
        learned.talk,
        learned.wrap_up,
    )


def _people(
    learned: LearnedFloor, chances: Sequence[float], shares: Sequence[Sequence[float]], ring_timeout_seconds: float
) -> People:
    live, machine, failed = chances
    answer, machine_answer, unanswered, talk, wrap_up = shares
    unanswered_time = Histogram(learned.unanswered_time.edges, unanswered)
    busy_before = max(0.0, ring_timeout_seconds - RINGS_OUT_WITHIN_SECONDS)
    unanswered_chance = max(0.0, 1.0 - live - machine - failed)
    return People(
        live,
        machine,
        busy_chance=unanswered_chance * unanswered_time.share_below(busy_before),
        failed_chance=failed,
        answer_time=Histogram(learned.answer_time.edges, answer),
        machine_answer_time=Histogram(learned.machine_answer_time.edges, machine_answer),
        busy_time=truncate(unanswered_time, busy_before),
        ring_timeout=Fixed(ring_timeout_seconds),
        talk=Histogram(learned.talk.edges, talk),
        wrap_up=Histogram(learned.wrap_up.edges, wrap_up),
        # What was learned of answers includes the time that detection took, which may end after the ringing.
        detects_machines=True,
        detection=Fixed(0.0),
        latest_answer=math.inf,
    )


def _shares(durations: LearnedDurations) -> list[float]:
    """As they are; where nothing was seen and nothing assumed, anything may be."""
    return list(durations.shares) if math.fsum(durations.shares) > 0 else [1.0] * len(durations.shares)


def _redrawn(durations: LearnedDurations, dice: np.random.Generator) -> list[float]:
    shares = _shares(durations)
    scale = (durations.seen + PRIOR_DURATIONS) / math.fsum(shares)
    return _dirichlet([share * scale for share in shares], dice)


def _dirichlet(weights: Sequence[float], dice: np.random.Generator) -> list[float]:
    """Parts without weight get nothing; a draw of nothing at all falls back to the mean."""
    drawn = dice.standard_gamma(weights)
    total = float(drawn.sum())
    return [float(part) / total for part in drawn] if total > 0 else [w / math.fsum(weights) for w in weights]
