"""That the scenarios are what they say, and as hard as they must be."""

from itertools import pairwise

import pytest

from bench.pacing.scenarios import GROUPS, HOUR, SCENARIOS, drift, group_of, lunch, outage, people, quick, trickle
from dialer.simulator import People, Scenario

ALL = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


def populations(scenario: Scenario) -> list[People]:
    return [scenario.people, *(change.people for change in scenario.changes if change.people)]


@ALL
def test_changes_come_in_order_within_the_shift(scenario: Scenario) -> None:
    times = [change.at for change in scenario.changes]
    assert times == sorted(times)
    assert all(0 < at < scenario.shift_seconds for at in times)


@ALL
def test_chances_are_chances(scenario: Scenario) -> None:
    for crowd in populations(scenario):
        assert 0.0 <= crowd.live_chance + crowd.machine_chance + crowd.busy_chance + crowd.failed_chance <= 1.0 + 1e-9


@ALL
def test_a_name_tells_the_size_and_a_description_the_rest(scenario: Scenario) -> None:
    most = max([scenario.agents, *(change.agents for change in scenario.changes if change.agents)])
    assert int(scenario.name.partition("-")[0]) == most
    assert group_of(scenario.name) in GROUPS
    assert scenario.description


@ALL
def test_quick_keeps_the_upheavals_within_twenty_minutes(scenario: Scenario) -> None:
    cut = quick(scenario)
    assert (cut.shift_seconds, cut.agents <= 20, len(cut.changes)) == (1200.0, True, len(scenario.changes))
    assert all(change.at < cut.shift_seconds and change.agents != 0 for change in cut.changes)


def test_floors_range_from_three_to_three_hundred_agents() -> None:
    sizes = {int(name.partition("-")[0]) for name in SCENARIOS}
    assert sizes == {3, 5, 10, 20, 50, 100, 300}
    assert all(scenario.shift_seconds == 8 * HOUR for scenario in SCENARIOS.values())


def test_live_answers_range_from_eight_to_fifty_percent() -> None:
    chances = [crowd.live_chance for scenario in SCENARIOS.values() for crowd in populations(scenario)]
    assert (min(chance for chance in chances if chance > 0), max(chances)) == (0.08, 0.5)


def test_machines_are_detected_here_and_reach_agents_there() -> None:
    with_machines = [crowd for s in SCENARIOS.values() for crowd in populations(s) if crowd.machine_chance > 0]
    assert {crowd.detects_machines for crowd in with_machines} == {True, False}


def test_talks_last_from_45_seconds_to_five_minutes_in_the_mean() -> None:
    grid = [(k + 0.5) / 2000 for k in range(2000)]
    means = {name: sum(map(s.people.talk.quantile, grid)) / 2000 for name, s in SCENARIOS.items()}
    assert means["20-plentiful"] == pytest.approx(45, rel=0.05)
    assert means["5-long-talks"] == pytest.approx(300, rel=0.05)


def test_an_outage_ends_with_the_people_it_interrupted() -> None:
    usual = people(0.2)
    begin, end = outage(100.0, 50.0, then=usual)
    assert (begin.at, end.at, end.people) == (100.0, 150.0, usual)
    assert begin.people is not None
    assert begin.people.live_chance == 0.0


def test_a_drift_runs_through_its_corners_in_small_steps() -> None:
    changes = drift(people(0.1), (0.1, 0.3, 0.1), seconds=3200.0, steps=32)
    chances = [0.1, *(change.people.live_chance for change in changes if change.people)]
    assert max(chances) == pytest.approx(0.3)
    assert max(abs(b - a) for a, b in pairwise(chances)) < 0.02


def test_agents_trickle_in_and_go_to_lunch() -> None:
    assert [change.agents for change in trickle(2, 10, until=400.0, steps=4)] == [4, 6, 8, 10]
    assert [(change.at, change.agents) for change in lunch(10, 5.0, staying=4, seconds=60.0)] == [(5.0, 4), (65.0, 10)]
