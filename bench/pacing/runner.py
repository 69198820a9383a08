"""Runs shifts on all cores, searches in hindsight where a rival has something to search, and keeps what it has done."""

import heapq
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace

from bench.pacing.contestants import Contestant
from bench.pacing.fingerprint import fingerprint
from bench.pacing.results import LIMIT, Pooled, ShiftFigures, best
from dialer.simulator import Scenario, simulate_shift

SCOUTS = 2
CLEARLY_BELOW = 0.8 * LIMIT
CLEARLY_ABOVE = 1.25 * LIMIT


@dataclass(frozen=True)
class Job:
    """One shift to be simulated."""

    scenario: Scenario
    contestant: Contestant
    setting: float | None
    seed: int


def simulate(job: Job) -> ShiftFigures:
    """Run it, wherever."""
    started = time.perf_counter()
    shift = simulate_shift(job.scenario, job.contestant.pacer(job.scenario, job.setting), job.seed)
    return ShiftFigures.of(shift, seed=job.seed, took_seconds=time.perf_counter() - started)


Measuring = Generator[list[Job], list[ShiftFigures], Pooled]


def measure_pacer(contestant: Contestant, scenario: Scenario, seeds: Sequence[int]) -> Measuring:
    """Ask for shifts until the result is known. A search bisects its values on the very seeds that count: hindsight.

    A setting that is far from the limit after a few shifts is judged by these; what is chosen has run them all.
    """
    if contestant.search is None:
        return (yield from _measure_setting(contestant, scenario, seeds, None))
    walk = _bisect if contestant.search.is_monotone else _try_all
    tried = yield from walk(contestant, scenario, seeds, contestant.search.values)
    while (chosen := best(tried.values())) is not None and len(chosen.shifts) < len(seeds):
        tried[_setting(chosen)] = yield from _measure_rest(contestant, scenario, seeds, chosen)
    if chosen is not None:
        return chosen
    least = min(tried.values(), key=lambda pooled: pooled.abandonment_rate)
    return (yield from _measure_rest(contestant, scenario, seeds, least)) if len(least.shifts) < len(seeds) else least


Walking = Generator[list[Job], list[ShiftFigures], dict[float, Pooled]]


def _bisect(contestant: Contestant, scenario: Scenario, seeds: Sequence[int], values: Sequence[float]) -> Walking:
    tried: dict[float, Pooled] = {}
    low, high = 0, len(values) - 1
    while low <= high:
        middle = (low + high) // 2
        setting = values[middle]
        tried[setting] = yield from _measure_setting(contestant, scenario, seeds[:SCOUTS], setting)
        if len(seeds) > SCOUTS and CLEARLY_BELOW < tried[setting].abandonment_rate < CLEARLY_ABOVE:
            tried[setting] = yield from _measure_rest(contestant, scenario, seeds, tried[setting])
        if tried[setting].is_within_limit:
            low = middle + 1
        else:
            high = middle - 1
    return tried


def _try_all(contestant: Contestant, scenario: Scenario, seeds: Sequence[int], values: Sequence[float]) -> Walking:
    tried: dict[float, Pooled] = {}
    for setting in values:
        tried[setting] = yield from _measure_setting(contestant, scenario, seeds[:SCOUTS], setting)
    return tried


def _setting(pooled: Pooled) -> float:
    assert pooled.setting is not None
    return pooled.setting


def _measure_setting(
    contestant: Contestant, scenario: Scenario, seeds: Sequence[int], setting: float | None
) -> Measuring:
    figures = yield [Job(scenario, contestant, setting, seed) for seed in seeds]
    return Pooled(scenario.name, contestant.name, tuple(figures), setting, fingerprint(contestant, scenario))


def _measure_rest(contestant: Contestant, scenario: Scenario, seeds: Sequence[int], scouts: Pooled) -> Measuring:
    rest = yield from _measure_setting(contestant, scenario, seeds[len(scouts.shifts) :], scouts.setting)
    return replace(rest, shifts=scouts.shifts + rest.shifts)


@dataclass
class _Task:
    """One result in the making: the figures that its present step still waits for."""

    measuring: Measuring
    cost: float
    figures: list[ShiftFigures | None] = field(default_factory=list)

    def begin(self, figures: list[ShiftFigures] | None) -> list[Job] | Pooled:
        """The next step's jobs, or the result."""
        try:
            jobs = next(self.measuring) if figures is None else self.measuring.send(figures)
        except StopIteration as finished:
            result: Pooled = finished.value
            return result
        self.figures = [None] * len(jobs)
        return jobs

    def collect(self, place: int, figures: ShiftFigures) -> list[ShiftFigures] | None:
        """All figures of the step, once the last has come."""
        self.figures[place] = figures
        whole = [f for f in self.figures if f is not None]
        return whole if len(whole) == len(self.figures) else None


def measure_all(
    pairs: Iterable[tuple[Contestant, Scenario]],
    seeds: Sequence[int],
    *,
    workers: int,
    on_result: Callable[[Pooled], None],
) -> None:
    """Measure each pair, big floors first; `on_result` hears of each result. One worker: in this process."""
    tasks = [
        _Task(measure_pacer(contestant, scenario, seeds), scenario.agents * scenario.shift_seconds)
        for contestant, scenario in pairs
    ]
    if workers == 1:
        for task in tasks:
            _measure_here(task, on_result)
    elif tasks:
        spawning = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, spawning, initializer=_end_with, initargs=(os.getpid(),)) as pool:
            _measure_in(pool, tasks, workers, on_result)


def _end_with(parent: int) -> None:
    """Let this worker end when the process that started it is gone, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _measure_here(task: _Task, on_result: Callable[[Pooled], None]) -> None:
    step = task.begin(None)
    while not isinstance(step, Pooled):
        step = task.begin([simulate(job) for job in step])
    on_result(step)


def _measure_in(
    pool: ProcessPoolExecutor, tasks: list[_Task], workers: int, on_result: Callable[[Pooled], None]
) -> None:
    waiting: list[tuple[float, int, _Task, int, Job]] = []
    running: dict[Future[ShiftFigures], tuple[_Task, int]] = {}
    queued = 0

    def take(task: _Task, step: list[Job] | Pooled) -> None:
        nonlocal queued
        if isinstance(step, Pooled):
            on_result(step)
            return
        for place, job in enumerate(step):
            queued += 1
            heapq.heappush(waiting, (-task.cost, queued, task, place, job))

    for task in tasks:
        take(task, task.begin(None))
    try:
        while waiting or running:
            while waiting and len(running) < 2 * workers:
                _, _, task, place, job = heapq.heappop(waiting)
                running[pool.submit(simulate, job)] = task, place
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                task, place = running.pop(future)
                whole = task.collect(place, future.result())
                if whole is not None:
                    take(task, task.begin(whole))
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
