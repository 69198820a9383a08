"""From what a pacer has learned to people who can be simulated."""

from dataclasses import replace
from statistics import fmean, stdev

import numpy as np
import pytest

from dialer.domain.pacing import PredictivePacer, ProgressivePacer, RatioPacer
from dialer.domain.pacing.learned import LearnedDurations, LearnedFloor
from dialer.simulator import People, Scenario, simulate_shift
from dialer.simulator.distributions import Lognormal, Mixture
from dialer.simulator.learned_people import outcomes_of, possible_people, probable_people
from tests.builders.learned import make_learned
from tests.simulator.witness import Witness, make_scenario


def draws(learned: LearnedFloor, count: int = 60) -> list[People]:
    return [possible_people(learned, np.random.default_rng(seed), ring_timeout_seconds=25.0) for seed in range(count)]


def mean_talk(people: People) -> float:
    return fmean(people.talk.quantile((k + 0.5) / 200) for k in range(200))


class Learner(PredictivePacer):
    """Learns as the predictive pacer does and dials as any other."""

    def __init__(self, pacer: ProgressivePacer | RatioPacer):
        super().__init__()
        self.calls_to_place = pacer.calls_to_place  # type: ignore[method-assign]


def test_people_of_whom_much_was_learned_are_those_who_were_called() -> None:
    """The whole way: a floor of known people, the engine that learns from its events, and back to people."""
    talk = Mixture((0.6, 0.4), (Lognormal(15.0, 0.4), Lognormal(180.0, 0.4)))
    true = People(0.3, 0.25, 0.05, 0.05, detects_machines=True, talk=talk)
    learner = Learner(RatioPacer(2))
    simulate_shift(Scenario("floor", 25, true, shift_seconds=2 * 3600.0), learner, 1)
    found = probable_people(learner.learned(), ring_timeout_seconds=25.0)
    outcomes, real = outcomes_of(found), outcomes_of(true)
    for name in ("live", "machine", "busy", "no_answer", "failed"):
        assert getattr(outcomes, name) == pytest.approx(getattr(real, name), abs=0.04), name
    for seconds in (10, 20, 40, 100, 200, 400):
        assert found.talk.share_below(seconds) == pytest.approx(talk.share_below(seconds), abs=0.07), seconds
    for seconds in (5, 12, 20, 40):
        assert found.wrap_up.share_below(seconds) == pytest.approx(true.wrap_up.share_below(seconds), abs=0.07), seconds


def test_chances_and_times_are_those_that_were_learned() -> None:
    people = probable_people(make_learned(), ring_timeout_seconds=25.0)
    outcomes = outcomes_of(people)
    assert (outcomes.live, outcomes.machine, outcomes.failed) == (0.25, 0.3, 0.05)
    assert (outcomes.busy, outcomes.no_answer) == pytest.approx((0.04, 0.36))
    assert mean_talk(people) == pytest.approx(60.0, rel=0.03)


def test_an_answer_known_only_after_the_ring_time_out_still_comes() -> None:
    """With machine detection, the verdict may come when the ringing would have been over."""
    late = LearnedDurations((0.0, 28.0, 30.0), (0.0, 1.0), 100.0)
    people = probable_people(replace(make_learned(live=1.0, machine=0.0, failed=0.0), answer_time=late),
                             ring_timeout_seconds=25.0)  # fmt: skip
    assert 28.0 <= people.fate((0.5,) * 6).rings_seconds <= 30.0


@pytest.mark.parametrize(("calls", "least", "most"), [(0, 0.08, 0.3), (100, 0.02, 0.08), (20_000, 0.0, 0.006)])
def test_the_less_is_known_the_more_people_vary(calls: float, least: float, most: float) -> None:
    drawn = draws(make_learned(calls))
    assert least < stdev(people.live_chance for people in drawn) < most


def test_durations_vary_with_what_is_known_of_them_too() -> None:
    little, much = (stdev(mean_talk(people) for people in draws(make_learned(calls))) for calls in (20, 20_000))
    assert little > 10.0
    assert much < 1.5


def test_people_vary_around_what_was_learned() -> None:
    drawn = draws(make_learned(100), 400)
    assert fmean(people.live_chance for people in drawn) == pytest.approx(0.25, abs=0.01)
    assert fmean(mean_talk(people) for people in drawn) == pytest.approx(60.0, abs=3.0)


def test_a_floor_of_which_nothing_is_known_can_be_simulated() -> None:
    nothing = PredictivePacer().learned()
    assert nothing.calls == 0
    for people in [probable_people(nothing, ring_timeout_seconds=25.0), *draws(nothing, 10)]:
        shift = simulate_shift(make_scenario(people=people), Witness(), 1)
        assert shift.placed > 0
