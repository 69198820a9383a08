"""What is run for a result, and what a search in hindsight settles on."""

from dataclasses import replace

import pytest

from bench.pacing.contestants import Contestant, Search
from bench.pacing.results import Pooled, ShiftFigures
from bench.pacing.runner import Job, measure_all, measure_pacer
from bench.pacing.scenarios import SCENARIOS, quick
from tests.bench.pacing.guests import LinesPacer

SCENARIO = replace(quick(SCENARIOS["3-typical"]), shift_seconds=120.0)


def figures(seed: int, *, abandoned: float, occupancy: float) -> ShiftFigures:
    return ShiftFigures(
        seed, 100.0, 0, 0, 1000 - int(1000 * abandoned), int(1000 * abandoned), 0.0, occupancy, 1.0, 0.0
    )


def answered(contestant: Contestant, seeds: list[int], abandonment: dict[float, float]) -> tuple[Pooled, list[Job]]:
    """The result if each setting abandons so much, and is the busier the bolder; and all jobs that were asked for."""
    measuring, asked = measure_pacer(contestant, SCENARIO, seeds), []
    step = next(measuring)
    while True:
        asked += step
        told = [figures(j.seed, abandoned=abandonment[j.setting or 0], occupancy=0.1 * (j.setting or 0)) for j in step]
        try:
            step = measuring.send(told)
        except StopIteration as finished:
            return finished.value, asked


def searching(*values: float, is_monotone: bool = True) -> Contestant:
    return Contestant("x", "x", LinesPacer, search=Search("lines", values, is_monotone))


def test_without_a_search_each_seed_is_run_once() -> None:
    pooled, asked = answered(Contestant("x", "x", LinesPacer), [4, 5, 6], {0: 0.01})
    assert [shift.seed for shift in pooled.shifts] == [job.seed for job in asked] == [4, 5, 6]
    assert pooled.setting is None


@pytest.mark.parametrize("boldest", [1, 2, 3, 4, 5, 6, 7])
def test_a_search_finds_the_boldest_setting_that_holds_the_limit(boldest: int) -> None:
    abandonment = {value: 0.03 if value <= boldest else 0.031 for value in range(1, 8)}
    pooled, _ = answered(searching(*range(1, 8)), [1, 2, 3], abandonment)
    assert (pooled.setting, len(pooled.shifts)) == (boldest, 3)


def test_a_setting_that_is_far_off_is_judged_by_two_shifts_and_the_chosen_one_by_all() -> None:
    pooled, asked = answered(searching(1, 2, 3), [1, 2, 3, 4, 5], {1: 0.0, 2: 0.001, 3: 0.5})
    assert (pooled.setting, len(pooled.shifts)) == (2, 5)
    assert sorted((job.setting, job.seed) for job in asked) == [(2, s) for s in (1, 2, 3, 4, 5)] + [(3, 1), (3, 2)]


def test_a_search_that_holds_the_limit_nowhere_reports_the_least_abandonment() -> None:
    pooled, _ = answered(searching(1, 2, 3), [1, 2, 3], {1: 0.2, 2: 0.3, 3: 0.4})
    assert (pooled.setting, len(pooled.shifts), pooled.is_within_limit) == (1, 3, False)


def test_a_rule_that_corrects_itself_is_tried_at_all_settings() -> None:
    abandonment = {1: 0.01, 2: 0.2, 3: 0.02, 4: 0.2}
    pooled, _ = answered(searching(1, 2, 3, 4, is_monotone=False), [1, 2, 3], abandonment)
    assert (pooled.setting, len(pooled.shifts)) == (3, 3)


def test_the_same_shifts_come_out_of_one_process_and_of_many() -> None:
    alone: list[Pooled] = []
    together: list[Pooled] = []
    pairs = [(Contestant("x", "x", LinesPacer), SCENARIO), (searching(1.0, 2.0), SCENARIO)]
    measure_all(pairs, [1, 2], workers=1, on_result=alone.append)
    measure_all(pairs, [1, 2], workers=2, on_result=together.append)
    assert _without_time(alone) == _without_time(together)


def _without_time(pooled: list[Pooled]) -> list[tuple[object, ...]]:
    return sorted((p.pacer, str(p.setting), *(replace(s, took_seconds=0.0) for s in p.shifts)) for p in pooled)


def test_a_pacer_that_fails_fails_the_run() -> None:
    with pytest.raises(ValueError, match="-1 calls"):
        measure_all([(Contestant("x", "x", NegativePacer), SCENARIO)], [1], workers=1, on_result=print)


class NegativePacer(LinesPacer):
    def calls_to_place(self, snapshot: object) -> int:
        return -1
