"""The predictive pacer: bounds that hold for every floor and every history, and what it makes of what it has seen."""

import json
from dataclasses import replace
from functools import cache
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing import AgentState, PredictivePacer, Snapshot
from dialer.domain.pacing.predictive import MOST_LINES_PER_AGENT
from dialer.simulator import Change, People, Scenario, simulate_shift
from tests.domain.pacing.floors import answers, calls_that, copied, floor, recorded, taught

HISTORY = recorded().events
LENGTHS = (0, 5, 60, 400, len(HISTORY))
TARGETS = (0.0, 0.01, 0.03, 0.06, 0.3)
ages = st.floats(0, 4000)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    return floor(
        draw(st.integers(0, 12)),
        talking=draw(st.lists(ages, max_size=12)),
        wrap_up=draw(st.lists(ages, max_size=5)),
        rings=draw(st.lists(st.floats(-1, 120), max_size=40)),
        waits=draw(st.lists(st.floats(0, 3), max_size=3)),
    )


@cache
def pacer_after(length: int, target: float = 0.03) -> PredictivePacer:
    """Shared between examples: deciding changes nothing, as a test below holds it to."""
    return taught(HISTORY[:length], target)


pacers = st.sampled_from(LENGTHS).map(pacer_after)


@given(pacers, snapshots())
@settings(deadline=None)
def test_the_number_is_never_negative_and_never_beyond_reason(pacer: PredictivePacer, snapshot: Snapshot) -> None:
    calls = pacer.calls_to_place(snapshot)
    assert 0 <= calls <= max(0, MOST_LINES_PER_AGENT * len(snapshot.agents) - len(snapshot.ringing))


@given(pacers, st.lists(st.floats(0, 100), max_size=20))
@settings(deadline=None, max_examples=30)
def test_without_agents_nothing_is_placed(pacer: PredictivePacer, rings: list[float]) -> None:  # type: ignore[type-arg]
    decision = pacer.decide(floor(0, rings=rings))
    assert (decision.calls, decision.bound_by) == (0, "no_agents")


@given(st.sampled_from(LENGTHS), snapshots(), st.sampled_from(TARGETS), st.sampled_from(TARGETS))
@settings(deadline=None)
def test_more_risk_allowed_never_means_fewer_calls(length: int, snapshot: Snapshot, one: float, other: float) -> None:  # type: ignore[type-arg]
    low, high = sorted((one, other))
    assert pacer_after(length, low).calls_to_place(snapshot) <= pacer_after(length, high).calls_to_place(snapshot)


@given(pacers, snapshots())
@settings(deadline=None, max_examples=50)
def test_the_same_state_and_snapshot_give_the_same_decision_in_any_process(
    pacer: PredictivePacer, snapshot: Snapshot
) -> None:  # type: ignore[type-arg]
    decided = pacer.decide(snapshot)
    assert pacer.decide(snapshot) == decided
    assert copied(pacer).decide(snapshot) == decided


@pytest.mark.parametrize("taken_over_every", [1, 7, 50])
def test_a_pacer_handed_from_process_to_process_decides_as_one_that_stayed(taken_over_every: int) -> None:
    stayed, handed = PredictivePacer(), PredictivePacer()
    for number, event in enumerate(HISTORY[:700]):
        stayed.observe(event)
        handed.observe(event)
        if number % taken_over_every == 0:
            handed = copied(handed)
    assert handed.to_state() == stayed.to_state()
    assert handed.decide(floor(2, talking=(30, 90))) == stayed.decide(floor(2, talking=(30, 90)))


def test_the_state_stays_small_on_the_largest_floor_and_when_ends_get_lost() -> None:
    pacer = taught(recorded(300, 60.0, people=People(0.1)).events)
    for number in range(3_000):
        pacer.observe(
            replace(calls_that("busy", 1)[0], call_id=f"never-heard-of-again-{number}", at=60.0 + number / 50)
        )
    assert len(json.dumps(pacer.to_state())) < 64_000


def test_a_state_of_another_version_is_refused() -> None:
    state = PredictivePacer().to_state() | {"version": 0}
    with pytest.raises(ValueError, match="version 0"):
        PredictivePacer.from_state(state)


@pytest.mark.parametrize("target", [-0.1, 1.0, float("nan")])
def test_a_target_that_is_no_share_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="target_abandonment"):
        PredictivePacer(target)


@given(st.lists(st.sampled_from(HISTORY[:300]), max_size=60), snapshots())
@settings(deadline=None, max_examples=50)
def test_events_out_of_order_twice_or_from_nowhere_do_no_harm(events: list, snapshot: Snapshot) -> None:  # type: ignore[type-arg]
    assert taught(events).calls_to_place(snapshot) >= 0


def test_an_event_told_twice_counts_once() -> None:
    once, twice = taught(HISTORY[:400]), PredictivePacer()
    for event in HISTORY[:400]:
        twice.observe(event)
        twice.observe(event)
    assert (twice.account.live_answers, twice.account.abandoned) == (once.account.live_answers, once.account.abandoned)
    assert twice.learned().calls == pytest.approx(once.learned().calls)


@given(pacers, snapshots())
@settings(deadline=None, max_examples=50)
def test_an_agent_who_leaves_never_means_more_calls(pacer: PredictivePacer, snapshot: Snapshot) -> None:  # type: ignore[type-arg]
    staying = replace(snapshot, agents=snapshot.agents[1:])
    assert pacer.calls_to_place(staying) <= pacer.calls_to_place(snapshot)


def test_calls_are_placed_ahead_for_agents_who_will_be_free() -> None:
    pacer = taught(calls_that("human", 400, every=3.0) + calls_that("no_answer", 400, begin=1.0, every=3.0, after=25.0))
    # All talks took sixty seconds, all wrap-ups ten, and people answer after eight.
    assert pacer.calls_to_place(floor(wrap_up=(6.0,) * 6)) > pacer.calls_to_place(floor(talking=(5.0,) * 6)) == 0


def test_a_talk_longer_than_any_seen_is_not_about_to_end() -> None:
    pacer = taught(calls_that("human", 400, every=3.0))
    overdue = pacer.decide(floor(talking=(900.0,) * 5))
    due = pacer.decide(floor(talking=(58.0,) * 5))
    assert overdue.expected_free_agents is not None
    assert due.expected_free_agents is not None
    assert overdue.expected_free_agents < 0.5 * due.expected_free_agents


def test_failed_calls_do_not_pull_down_the_chance_of_an_answer() -> None:
    usual = recorded(10, 1500.0).events
    before = taught(usual).decide(floor(3)).live_answer_chance
    after = (
        taught(usual + calls_that("failed", 500, begin=1600.0, every=0.2, after=1.0))
        .decide(floor(3))
        .live_answer_chance
    )
    assert before is not None
    assert after is not None
    assert after == pytest.approx(before, rel=0.1)


def test_a_silent_outage_is_not_taken_for_a_list_that_nobody_answers() -> None:
    usual = recorded(10, 1500.0).events
    silence = calls_that("no_answer", 300, begin=1550.0, every=1.0, after=25.0)
    before, after = taught(usual).decide(floor(3)), taught(usual + silence).decide(floor(3))
    assert before.live_answer_chance is not None
    assert after.live_answer_chance is not None
    assert after.live_answer_chance > 0.5 * before.live_answer_chance


def test_a_list_that_answers_twice_as_often_is_noticed_within_minutes() -> None:
    usual = recorded(20, 2400.0, people=People(0.12)).events
    better = recorded(20, 400.0, people=People(0.36), seed=2).events
    moved = [replace(event, at=event.at + 3700.0) for event in better]
    assert taught(usual).learned().live_chance == pytest.approx(0.12, rel=0.2)
    assert 0.25 < taught(usual + moved).learned().live_chance < 0.45


def test_what_is_learned_is_what_the_people_are() -> None:
    learned = recorded(20, 3600.0).pacer.learned()
    assert learned.live_chance == pytest.approx(0.2, rel=0.15)
    assert learned.machine_chance == pytest.approx(0.3, rel=0.15)
    assert learned.failed_chance < 0.01


def test_debts_make_it_careful_and_are_not_forgotten() -> None:
    clean, indebted = taught(answers(300, abandoned=0)), taught(answers(300, abandoned=60))
    late = taught(answers(300, abandoned=60) + answers(300, abandoned=0, begin=400.0))
    asked = floor(2, talking=(40.0,) * 10)
    prices = [pacer.decide(asked).price for pacer in (clean, late, indebted)]
    assert prices == sorted(prices, reverse=True)  # type: ignore[type-var]
    assert late.decide(asked).budget == pytest.approx(600 * 0.03 - 60)
    assert indebted.decide(asked).bound_by == "budget"


def test_a_credit_is_not_spent_in_a_burst() -> None:
    rich = taught(answers(1000, abandoned=0))
    assert rich.account.balance == pytest.approx(30.0)
    assert rich.account.rate <= 1.6 * 0.03


def test_waiting_people_are_served_before_more_are_called() -> None:
    pacer = taught(HISTORY)
    assert pacer.calls_to_place(floor(3, waits=(0.5, 0.7, 1.0))) <= pacer.calls_to_place(floor(3))
    assert pacer.calls_to_place(floor(3, waits=(0.5, 0.7, 1.0))) == 0


def test_two_agents_are_enough_to_be_predictive() -> None:
    pacer = recorded(2, 3600.0, people=People(0.1)).pacer
    # One agent idle, one line on its way that has rung too long to be likely: another is worth its risk.
    assert pacer.calls_to_place(floor(1, talking=(100.0,), rings=(19.0,))) >= 1
    assert pacer.calls_to_place(floor(0, talking=(20.0, 20.0))) == 0


def test_a_new_floor_begins_carefully() -> None:
    decision = PredictivePacer().decide(floor(20))
    assert 20 <= decision.calls <= 60


@pytest.mark.parametrize("live_chance", [0.1, 0.45])
def test_a_large_floor_begins_without_a_burst(live_chance: float) -> None:
    scenario = Scenario("cold", 60, People(live_chance), 180.0)
    shifts = [simulate_shift(scenario, PredictivePacer(), seed) for seed in range(6)]
    assert min(shift.connected for shift in shifts) >= 60
    assert fmean(shift.abandonment_rate for shift in shifts) < 0.1


def test_the_end_of_a_silent_outage_brings_no_burst() -> None:
    silence = (Change(1500.0, people=People(0.0)), Change(2100.0, people=People(0.2)))
    scenario = Scenario("outage", 30, People(0.2), 2400.0, changes=silence)
    shift = simulate_shift(scenario, PredictivePacer(), seed=1)
    back = [was_abandoned for at, was_abandoned in shift.answers if at > 2100.0]
    assert len(back) >= 30
    assert sum(back) <= 0.15 * len(back)


def test_agents_are_seen_by_the_snapshot_alone() -> None:
    stranger = Snapshot(100.0, (AgentState("nobody-told", "idle", 99.0),), (), ())
    assert PredictivePacer().calls_to_place(stranger) >= 1
