"""The forecast: exact sums are exact, the approximation is as good, and the outlook is what a floor's draws come to."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dialer.domain.pacing.durations import BINS, LONGEST, SECONDS, DurationModel, Floats, cumulate
from dialer.domain.pacing.forecast import EXACT_UP_TO, LONGEST_STEP, MOMENTS, Curves, Load, Outlook
from dialer.domain.pacing.ringing import LONGEST_RING

seeds = st.integers(0, 2**32 - 1)
chances = st.floats(0, 1) | st.sampled_from([0.0, 1.0])
NO_MORE = np.zeros(1, dtype=np.intp)


def columns(count: int, seed: int, *, low: float = 0.0, high: float = 1.0) -> Floats:
    """So many things' chances to take an agent at each moment."""
    return np.random.default_rng(seed).uniform(low, high, (count, MOMENTS))


def approximated(rows: Floats, agents: int) -> Floats:
    """What the approximation says where the exact sum could be had as well."""
    result: Floats = Load(rows, agents).all_taken_with(np.zeros(MOMENTS), NO_MORE)[0]
    return result


def enumerated(rows: Floats, agents: int) -> Floats:
    """The chance of `agents` or more among the rows, by going through all that may happen."""
    cases = np.array(list(product((False, True), repeat=len(rows)))).reshape(2 ** len(rows), len(rows))
    likely = np.array([np.where(case[:, None], rows, 1 - rows).prod(axis=0) for case in cases if case.sum() >= agents])
    return likely.sum(axis=0) if likely.size else np.zeros(MOMENTS)


@given(st.integers(0, 9), seeds, st.lists(chances, max_size=4), st.integers(1, 12), st.integers(0, 9))
@settings(deadline=None, max_examples=25)
def test_small_loads_are_exact(count: int, seed: int, certain: list[float], agents: int, added: int) -> None:
    rows = np.concatenate((columns(count, seed), np.repeat(np.array(certain).reshape(-1, 1), MOMENTS, axis=1)))[:9]
    load = Load(rows[added:], agents)
    for row in rows[:added]:
        load.add(row)
    assert load.is_exact
    assert load.all_taken() == pytest.approx(enumerated(rows, agents), abs=1e-12)


@given(st.integers(40, EXACT_UP_TO - 1), seeds, st.floats(0.0, 0.6), st.floats(0.4, 1.0), st.floats(-3, 3))
@settings(deadline=None, max_examples=60)
def test_the_approximation_is_as_good_for_forty_to_seventy(
    count: int, seed: int, low: float, high: float, spreads: float
) -> None:
    rows = columns(count, seed, low=low, high=max(low, high))
    variance = (rows * (1 - rows)).sum(axis=0)
    assume(variance.min() > 1)
    agents = min(max(1, round(rows.sum(axis=0).mean() + spreads * variance.mean() ** 0.5)), count)
    off = np.abs(approximated(rows, agents) - Load(rows, agents).all_taken())
    # Its error shrinks as the variance grows: three hundredths of one over it; a price is some hundredths.
    assert np.all(off < 0.03 / variance)


def test_the_approximation_minds_that_unlikely_things_come_seldom_but_several_at_once() -> None:
    rows = np.full((69, MOMENTS), 0.06)
    off = [abs(approximated(rows, agents) - Load(rows, agents).all_taken()).max() for agents in range(3, 12)]
    assert max(off) < 0.008


@given(st.integers(0, 30), seeds, st.integers(1, 20), st.integers(1, 10))
@settings(deadline=None, max_examples=40)
def test_one_call_more_never_frees_an_agent(count: int, seed: int, agents: int, calls: int) -> None:
    load, before = Load(columns(count, seed), agents), np.zeros(MOMENTS)
    for row in columns(calls, seed + 1):
        after = load.all_taken()
        assert np.all(after >= before - 1e-12)
        assert np.all((after >= -1e-12) & (after <= 1 + 1e-12))
        load.add(row)
        before = after


@given(seeds, st.integers(1, 60))
@settings(deadline=None, max_examples=20)
def test_the_change_from_exact_to_approximate_is_hardly_felt(seed: int, agents: int) -> None:
    rows = columns(EXACT_UP_TO + 1, seed)
    load = Load(rows[: EXACT_UP_TO - 2], agents)
    load.add(rows[EXACT_UP_TO - 2])
    load.add(rows[EXACT_UP_TO - 1])
    assert load.is_exact
    before = load.all_taken()
    load.add(rows[EXACT_UP_TO])
    assert not load.is_exact
    assert np.all(load.all_taken() > before - 0.005)
    assert load.all_taken() == pytest.approx(Load(rows, agents).all_taken(), abs=1e-9)


@given(seeds, st.integers(1, 90))
@settings(deadline=None, max_examples=20)
def test_many_calls_at_once_are_as_many_one_by_one(seed: int, agents: int) -> None:
    rows, call = columns(80, seed), columns(1, seed + 1)[0]
    one_by_one, at_once = Load(rows, agents), Load(rows, agents).all_taken_with(call, np.arange(4))
    for expected in at_once:
        assert one_by_one.all_taken() == pytest.approx(expected, abs=1e-9)
        one_by_one.add(call)


def test_what_is_certain_is_certain_for_large_floors_too() -> None:
    certain = np.ones((100, MOMENTS))
    assert np.all(Load(certain, 100).all_taken() > 0.999)
    assert np.all(Load(certain, 101).all_taken() < 0.001)
    assert np.all(Load(np.zeros((100, MOMENTS)), 1).all_taken() < 0.001)


def test_as_long_as_there_are_more_agents_than_things_one_is_free() -> None:
    assert Load(np.ones((3, MOMENTS)), 4).all_taken().tolist() == [0.0] * MOMENTS


def drawn_curves(seed: int, *, live: float = 0.03, other: float = 0.05) -> Curves:
    """Hazards of no shape at all."""
    random = np.random.default_rng(seed)
    live_hazard, other_hazard = random.exponential(live, LONGEST_RING), random.exponential(other, LONGEST_RING)
    return Curves(
        np.concatenate(([0.0], np.cumsum(live_hazard))),
        np.concatenate(([0.0], np.cumsum(other_hazard))),
        random.exponential(1 / 25, BINS),
        random.exponential(1 / 8, BINS),
    )


def outlook_of(curves: Curves, *, live: float = 1.0, talk: float = 1.0, wait: float = 2.0) -> Outlook:
    return Outlook(curves, live_tempo=live, talk_tempo=talk, max_wait_seconds=wait)


def lasting(summed: Floats, random: np.random.Generator, age: float = 0.0, tempo: float = 1.0) -> Floats:
    """So many seconds more, drawn from a hazard summed up by second."""
    grid = np.arange(len(summed), dtype=np.float64)
    begun = float(np.interp(age, grid, summed))
    # Where the hazard is used up it never ends.
    goal = begun + random.exponential(1.0, DRAWS) / tempo
    return np.where(goal < summed[-1], np.interp(goal, summed, grid) - age, np.inf)


DRAWS = 8000
BY_CHANCE = 4.5 * 0.5 / DRAWS**0.5
"""Four and a half standard deviations of a share: all the shares of a test stay within it but once in a thousand."""
FOR_THE_SECONDS = 0.02
"""The forecast thinks in whole seconds."""
CLOSE = BY_CHANCE + FOR_THE_SECONDS


def judgings(outlook: Outlook, wait: int) -> tuple[int, Floats]:
    """Seconds to a cell, and the moments at which an answer in each cell must have an agent."""
    step = outlook.span // MOMENTS
    return step, np.arange(MOMENTS, dtype=np.float64) * step + step // 2 + wait


@pytest.mark.parametrize(("seed", "live", "other", "wait"), [(1, 0.1, 0.3, 0), (2, 0.1, 0.1, 2), (3, 0.03, 0.03, 2)])
@pytest.mark.parametrize("age", [0, 13])
def test_ringing_calls_are_answered_and_hold_an_agent_as_often_as_draws_do(
    seed: int, live: float, other: float, wait: int, age: int
) -> None:
    curves, random = drawn_curves(seed, live=live, other=other), np.random.default_rng(seed)
    outlook = outlook_of(curves, live=1.3, talk=1.5, wait=wait)
    step, judged = judgings(outlook, wait)
    answered = lasting(curves.live, random, age, 1.3)
    answered[lasting(curves.other, random, age) < answered] = np.inf
    free = answered + lasting(cumulate(curves.talk), random, tempo=1.5) + lasting(cumulate(curves.wrap_up), random)
    cells = np.array([((answered >= cell * step) & (answered < (cell + 1) * step)).mean() for cell in range(MOMENTS)])
    # Calls answered after the middle of a cell come too late to compete with its answers.
    middle = np.arange(MOMENTS) * step + (step + 1) // 2
    taken = [((answered < last) & (free > at)).mean() for last, at in zip(middle, judged, strict=True)]
    assert outlook.answered[age] == pytest.approx(cells, abs=CLOSE)
    assert outlook.occupied[age][judged >= middle] == pytest.approx(np.array(taken)[judged >= middle], abs=CLOSE)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("age", [0.0, 7.0, 140.0])
def test_talks_and_wrap_ups_end_as_often_as_draws_do(seed: int, age: float) -> None:
    curves, random = drawn_curves(seed), np.random.default_rng(seed)
    outlook, talk, wrap_up = outlook_of(curves, talk=0.7), cumulate(curves.talk), cumulate(curves.wrap_up)
    _, judged = judgings(outlook, 2)
    free = lasting(talk, random, age, 0.7) + lasting(wrap_up, random)
    written = lasting(wrap_up, random, age)
    by_draws = np.array([[(free > at).mean(), (written > at).mean()] for at in judged]).T
    assert outlook.talking(np.array([age]))[0] == pytest.approx(by_draws[0], abs=CLOSE)
    assert outlook.wrapping_up(np.array([age]))[0] == pytest.approx(by_draws[1], abs=CLOSE)


tempos = st.floats(0.05, 20)
ages = st.lists(st.floats(0, 5 * LONGEST), max_size=8).map(np.array)


@given(seeds, tempos, tempos, st.floats(0, 10), ages)
@settings(deadline=None, max_examples=25)
def test_all_chances_are_chances(seed: int, live: float, talk: float, wait: float, lasted: Floats) -> None:
    outlook = outlook_of(drawn_curves(seed), live=live, talk=talk, wait=wait)
    for found in (outlook.answered, outlook.occupied, outlook.talking(lasted), outlook.wrapping_up(lasted)):
        assert found.shape[1] == MOMENTS
        assert np.all((found >= -1e-9) & (found <= 1 + 1e-9))
    assert np.all(outlook.answered.sum(axis=1) <= 1 + 1e-9)
    assert np.all(outlook.occupied <= np.cumsum(outlook.answered, axis=1) + 1e-9)
    assert len(outlook.talking(lasted)) == len(outlook.wrapping_up(lasted)) == len(lasted)


@given(seeds, st.floats(0.1, 5), st.floats(1.0, 4))
@settings(deadline=None, max_examples=15)
def test_talks_that_end_sooner_take_agents_less_and_quicker_answers_more(seed: int, tempo: float, more: float) -> None:
    curves, talks = drawn_curves(seed), np.array([0.0, 10.0, 300.0])
    usual, sooner = outlook_of(curves, talk=tempo), outlook_of(curves, talk=tempo * more)
    assert np.all(sooner.talking(talks) <= usual.talking(talks) + 1e-9)
    assert np.all(sooner.occupied <= usual.occupied + 1e-9)
    assert np.all(outlook_of(curves, live=more).answered.sum(axis=1) >= outlook_of(curves).answered.sum(axis=1) - 1e-9)


def hazards_of(*parts: tuple[int, float, float]) -> Floats:
    """Of durations of which so many are spread around so many seconds."""
    model, random = DurationModel(prior_mean=60.0, memory=1e6), np.random.default_rng(1)
    for count, mean, spread in parts:
        for seconds in random.normal(mean, spread, count):
            model.observe(float(seconds))
    return model.hazard(np.zeros(0))


def with_talks(*parts: tuple[int, float, float]) -> Outlook:
    usual = drawn_curves(1)
    return outlook_of(Curves(usual.live, usual.other, hazards_of(*parts), hazards_of((400, 5.0, 1.0))))


def test_a_talk_near_its_usual_end_frees_an_agent_sooner_than_one_that_began() -> None:
    began, due = with_talks((800, 60.0, 4.0)).talking(np.array([5.0, 58.0]))
    assert np.all(due[4:] < 0.5)
    assert np.all(began[:8] > 0.9)


def test_who_is_past_the_refusals_talks_on() -> None:
    began, past = with_talks((700, 8.0, 2.0), (300, 220.0, 20.0)).talking(np.array([2.0, 30.0]))
    assert began[-1] < 0.5
    assert past[-1] > 0.9


def test_after_a_talk_comes_its_wrap_up() -> None:
    outlook = with_talks((800, 60.0, 4.0))
    talking, writing = outlook.talking(np.array([60.0]))[0], outlook.wrapping_up(np.array([0.0]))[0]
    assert np.all(talking >= writing - 0.02)


def test_ages_beyond_the_grid_are_ages_at_its_end() -> None:
    outlook = outlook_of(drawn_curves(1))
    for rows in (outlook.talking, outlook.wrapping_up):
        end, beyond, far_beyond = rows(np.array([LONGEST * 1.0, len(SECONDS) * 1.0, 1e7]))
        assert beyond == pytest.approx(end, abs=1e-6)
        assert far_beyond == pytest.approx(end, abs=1e-6)


@pytest.mark.parametrize(("answers_after", "step"), [(4, 1), (20, 2), (40, 3), (85, LONGEST_STEP)])
def test_the_moments_span_nearly_all_answers_of_a_call_placed_now(answers_after: int, step: int) -> None:
    live = np.where(np.arange(LONGEST_RING + 1) >= answers_after, 1.0, 0.0)
    curves = Curves(live, np.zeros(LONGEST_RING + 1), np.full(BINS, 0.01), np.full(BINS, 0.1))
    outlook = outlook_of(curves)
    assert (curves.step, outlook.span) == (step, step * MOMENTS)
    assert (outlook.answered[0].sum() > 0.6) == (answers_after < outlook.span)


def test_where_nobody_answers_nobody_is_held() -> None:
    never = np.zeros(LONGEST_RING + 1)
    outlook = outlook_of(Curves(never, never, np.full(BINS, 0.01), np.full(BINS, 0.1)))
    assert outlook.answered.sum() == outlook.occupied.sum() == 0.0
