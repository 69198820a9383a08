"""What if: trials within a time, of floors that compare."""

import json
from collections.abc import Callable
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest

from dialer.domain.pacing import PredictivePacer
from dialer.domain.pacing.what_if import (
    FloorPlan,
    WhatIf,
    abandonment_rate,
    connects_per_agent_hour,
    measure_over,
    occupancy,
)
from dialer.domain.pacing.what_if_records import (
    answer_as_record,
    answer_from_record,
    question_as_record,
    question_from_record,
)
from dialer.simulator.what_if import FEWEST_TRIALS, LEAST_TRIALS, MOST_AGENTS, MOST_TRIALS, TICKS, learn_first, simulate
from tests.builders.learned import make_learned


def make_question(**plan: Any) -> WhatIf:
    """Four agents who dial progressively for an hour, unless told otherwise."""
    wanted = {"agents": 4, "hours": 1.0, "dial_mode": "progressive", "pacing_ratio": 2.0, "max_abandonment_rate": 0.03}
    return WhatIf(FloorPlan(**{**wanted, **plan}), make_learned(), 25.0, 2.0, max_lines=500)


def clock_of(*, seconds_per_look: float) -> Callable[[], float]:
    """Time passes only when somebody looks: the same on every machine."""
    now = [0.0]

    def look() -> float:
        now[0] += seconds_per_look
        return now[0]

    return look


def test_as_many_trials_are_made_as_fit() -> None:
    answer = simulate(make_question(hours=0.25), seconds=3.0, clock=clock_of(seconds_per_look=0.05))
    assert LEAST_TRIALS < len(answer.trials) < MOST_TRIALS


def test_where_simulating_is_quick_a_trial_is_as_long_as_the_shift() -> None:
    answer = simulate(make_question(agents=1, hours=0.15), seconds=2.0, clock=clock_of(seconds_per_look=0.001))
    assert (answer.measured_seconds, answer.tick_seconds) == (540.0, 1.0)


def test_with_time_to_spare_there_is_an_end_all_the_same() -> None:
    answer = simulate(make_question(agents=1, hours=0.05), seconds=1e9, clock=clock_of(seconds_per_look=0.01))
    assert len(answer.trials) == MOST_TRIALS


def test_on_a_machine_that_is_too_slow_trials_are_few_short_and_coarse() -> None:
    answer = simulate(make_question(hours=8.0), seconds=3.0, clock=clock_of(seconds_per_look=5.0))
    assert len(answer.trials) == FEWEST_TRIALS
    assert answer.measured_seconds < 300
    assert answer.tick_seconds == TICKS[-1]


def test_a_large_floor_is_simulated_as_a_smaller_one() -> None:
    answer = simulate(make_question(agents=400, hours=0.25), seconds=1.0, clock=clock_of(seconds_per_look=5.0))
    assert answer.agents == MOST_AGENTS
    assert {half.logged_in_seconds for trial in answer.trials for half in trial.halves} == {
        MOST_AGENTS * answer.measured_seconds / 2
    }


def test_trials_of_two_plans_meet_the_same_people() -> None:
    one, other = (
        simulate(make_question(agents=agents), seconds=1.0, clock=clock_of(seconds_per_look=0.1)) for agents in (3, 6)
    )
    pairs = list(zip(one.trials, other.trials, strict=False))
    assert len(pairs) >= FEWEST_TRIALS
    assert all(first.outcomes == second.outcomes for first, second in pairs)
    assert len({first.outcomes for first, _ in pairs}) == len(pairs)


def test_the_same_question_has_the_same_answer() -> None:
    one, again = (simulate(make_question(), seconds=1.0, clock=clock_of(seconds_per_look=0.1)) for _ in range(2))
    assert one == again


def test_a_ratio_buys_occupancy_with_abandonment_and_progressive_has_none() -> None:
    progressive, ratio = (
        simulate(make_question(agents=8, dial_mode=mode, pacing_ratio=3.0), seconds=2.0,
                 clock=clock_of(seconds_per_look=0.1))
        for mode in ("progressive", "ratio")
    )  # fmt: skip
    busy = [measure_over(answer, occupancy, hours=1.0).expected for answer in (progressive, ratio)]
    lost = [measure_over(answer, abandonment_rate, hours=1.0).expected for answer in (progressive, ratio)]
    assert busy[1] > busy[0] + 0.1
    assert lost[0] == 0.0
    assert lost[1] > 0.02


def test_a_preview_is_simulated_as_progressive() -> None:
    preview, progressive = (
        simulate(make_question(dial_mode=mode), seconds=1.0, clock=clock_of(seconds_per_look=0.1))
        for mode in ("preview", "progressive")
    )
    assert preview == progressive


def test_what_is_expected_of_a_progressive_floor_is_what_renewal_theory_says() -> None:
    """An agent's cycle: calls until one is answered, talk, wrap-up. The tick adds half a second per call."""
    question = make_question(agents=20, hours=4.0)
    answer = simulate(question, seconds=2.0, clock=clock_of(seconds_per_look=0.02))
    live, machine, failed, busy, silent = 0.25, 0.3, 0.05, 0.04, 0.36
    ring = live * 9.75 + machine * 17.3 + failed * 1.15 + busy * 2.0 + silent * 25.0
    work = 60.0 + 13.6
    cycle = (ring + 0.5) / live + work
    assert measure_over(answer, occupancy, hours=4.0).expected == pytest.approx(work / cycle, rel=0.04)
    assert measure_over(answer, connects_per_agent_hour, hours=4.0).expected == pytest.approx(3600 / cycle, rel=0.04)


def test_a_predictive_plan_begins_with_what_the_campaigns_pacer_had_saved() -> None:
    """A state that cannot be read shows that it is read; the plan's limit replaces the state's."""
    saved = PredictivePacer(0.5).to_state()
    question = replace(make_question(dial_mode="predictive", max_abandonment_rate=0.01), pacer_state=saved)
    answer = simulate(question, seconds=1.0, clock=clock_of(seconds_per_look=1.0))
    assert fmean(half.abandoned for trial in answer.trials for half in trial.halves) < 1.0
    with pytest.raises(ValueError, match="version"):
        simulate(replace(question, pacer_state={"version": "old"}), seconds=1.0, clock=clock_of(seconds_per_look=1.0))


def test_a_predictive_pacer_that_knows_little_learns_the_floor_first() -> None:
    question = replace(make_question(agents=8, dial_mode="predictive"), begins_at=5000.0)
    learned = learn_first(question, until=30.0, clock=clock_of(seconds_per_look=0.1))
    assert learned.pacer_state is not None
    known = PredictivePacer.from_state(learned.pacer_state).learned()
    assert known.calls > 300
    assert known.live_chance == pytest.approx(0.25, abs=0.1)
    assert learned.begins_at > 5000.0
    assert replace(learned, pacer_state=None, begins_at=5000.0) == question


def test_who_knows_enough_or_needs_no_memory_learns_nothing_first() -> None:
    known = replace(make_question(dial_mode="predictive"), pacer_state=PredictivePacer().to_state())
    for question in (known, make_question(dial_mode="ratio")):
        assert learn_first(question, until=3.0, clock=clock_of(seconds_per_look=0.1)) is question


def test_fewer_agents_than_planned_share_the_carriers_lines_with_the_others() -> None:
    wide, narrow = (
        simulate(replace(make_question(agents=200), max_lines=lines), seconds=1.0, clock=clock_of(seconds_per_look=1.0))
        for lines in (500, 100)
    )
    connects = [measure_over(answer, connects_per_agent_hour, hours=1.0).expected for answer in (wide, narrow)]
    assert connects[1] < 0.6 * connects[0]


def test_questions_and_answers_survive_the_way_between_processes() -> None:
    question = replace(make_question(), pacer_state=PredictivePacer().to_state())
    answer = simulate(make_question(agents=1), seconds=1.0, clock=clock_of(seconds_per_look=1.0))
    assert question_from_record(json.loads(json.dumps(question_as_record(question)))) == question
    assert answer_from_record(json.loads(json.dumps(answer_as_record(answer)))) == answer
