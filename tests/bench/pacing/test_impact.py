"""Impact Dialing's ratio: its replay, its choice and its factor."""

import random

import pytest

from bench.pacing.rivals.impact import ImpactPacer, choose_ratio, replay
from tests.bench.pacing.floors import floor, tell_abandoned, tell_talks, tell_unanswered


def test_a_replay_of_certain_answers_keeps_the_agent_busy_but_for_the_ringing() -> None:
    """Dialled in second 0, answered in 10, free in 45: held for 11 s, then for 10 of each 45 s."""
    result = replay([30] * 10, agents=1, ratio=1.0, dice=random.Random(1))
    assert result.abandonment == 0.0
    assert result.utilisation == pytest.approx(1 - (11 + 5 * 10) / 240)


def test_a_replay_at_two_lines_for_one_agent_abandons_every_second_answer() -> None:
    assert replay([30] * 10, agents=1, ratio=2.0, dice=random.Random(1)).abandonment == 0.5


def test_nobody_answers_in_a_replay_of_unanswered_calls() -> None:
    result = replay([0] * 10, agents=2, ratio=3.0, dice=random.Random(1))
    assert (result.utilisation, result.abandonment) == (0.0, 0.0)


def test_the_choice_is_a_sixth_of_calls_per_answer() -> None:
    talks = [60] * 25 + [0] * 75
    chosen = choose_ratio(talks, agents=30, target=0.5, dice=random.Random(1))
    assert chosen in [pytest.approx(step / 6 * 4) for step in range(2, 7)]
    assert chosen > 1.0


def test_no_candidate_within_the_target_means_one() -> None:
    assert choose_ratio([60] * 50 + [0] * 50, agents=30, target=0.0, dice=random.Random(1)) == 1.0


def test_the_ratio_is_chosen_each_minute_from_fifty_calls_of_half_an_hour() -> None:
    pacer = ImpactPacer(target=0.9)
    tell_unanswered(pacer, 40, at=50.0)
    tell_talks(pacer, 9, talk=60.0, at=50.0)
    pacer.calls_to_place(floor(talking=30, now=60.0))
    assert pacer.chosen == 1.0
    tell_talks(pacer, 1, talk=61.0, at=55.0)
    pacer.calls_to_place(floor(talking=30, now=119.0))
    assert pacer.chosen == 1.0
    pacer.calls_to_place(floor(talking=30, now=120.0))
    assert pacer.chosen > 1.0
    pacer.calls_to_place(floor(talking=30, now=1900.0))
    assert pacer.chosen == 1.0


def test_fewer_than_five_agents_get_one_line_each() -> None:
    pacer = ImpactPacer(target=0.9)
    tell_unanswered(pacer, 80)
    tell_talks(pacer, 20, talk=60.0)
    pacer.calls_to_place(floor(talking=4, now=60.0))
    assert pacer.chosen == 1.0
    pacer.calls_to_place(floor(talking=5, now=120.0))
    assert pacer.chosen > 1.0


def test_the_factor_is_at_most_four_and_three_quarters_of_it_above_the_target() -> None:
    pacer = ImpactPacer()
    pacer.chosen = 6.0
    tell_talks(pacer, 97, talk=60.0)
    tell_abandoned(pacer, 3)
    assert pacer.factor(0.0) == 4.0
    tell_abandoned(pacer, 1, at=1.0)
    assert pacer.factor(1.0) == 3.0
    pacer.chosen = 1.2
    assert pacer.factor(1.0) == 1.0


def test_ten_quiet_minutes_bring_the_factor_back_to_one() -> None:
    pacer = ImpactPacer()
    pacer.chosen = 3.0
    tell_unanswered(pacer, 1, at=100.0)
    assert (pacer.factor(700.0), pacer.factor(701.0)) == (3.0, 1.0)


def test_lines_are_for_agents_on_hold_less_those_ringing_or_just_answered() -> None:
    pacer = ImpactPacer()
    pacer.chosen = 2.5
    tell_unanswered(pacer, 1)
    assert pacer.calls_to_place(floor(idle=3, talking=5, ringing=2, waiting=1)) == 4
