"""Processor time and memory of the parts of a running stack, each with all its processes."""

import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Usage:
    """One part: seconds of processor since it began, those of ended children included, and memory of its own."""

    processor_seconds: float = 0.0
    private_megabytes: float = 0.0


def look(parts: Mapping[str, int], *, memory: bool = True) -> dict[str, Usage]:
    """What each part, named by its first process, has used until now."""
    return {name: _look_at(process_id, memory=memory) for name, process_id in parts.items()}


def seconds_of(process_ids: list[int]) -> float:
    """Processor time of these processes alone."""
    total = 0.0
    for process_id in process_ids:
        try:
            times = psutil.Process(process_id).cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _look_at(process_id: int, *, memory: bool) -> Usage:
    seconds = private = 0.0
    try:
        root = psutil.Process(process_id)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return Usage()
    for process in family:
        try:
            times = process.cpu_times()
            seconds += times.user + times.system
            # On Linux: what children used that have ended.
            seconds += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
            if memory:
                # What would be free if the process ended: pages that it shares with others are nobody's growth.
                private += process.memory_full_info().uss / 1e6
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return Usage(seconds, private)


@dataclass(frozen=True)
class MemoryLine:
    """Memory of one part over time: the first and the last third's median, and the straight line through all."""

    first: float
    last: float
    megabytes_per_minute: float


class MemoryWatch:
    """Looks at every part's memory now and then, on a thread of its own."""

    def __init__(self, parts: Mapping[str, int], *, every_seconds: float):
        self._parts = dict(parts)
        self._every = every_seconds
        self._samples: list[tuple[float, dict[str, Usage]]] = []
        self._over = threading.Event()

    @contextmanager
    def watching(self) -> Iterator["MemoryWatch"]:
        """Look while the block runs."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def lines(self, *, since: float) -> dict[str, MemoryLine]:
        """How each part's memory went since this moment of the monotonic clock."""
        kept = [(at, usages) for at, usages in self._samples if at >= since]
        return {name: _line([(at, usages[name].private_megabytes) for at, usages in kept]) for name in self._parts}

    def _watch(self) -> None:
        while not self._over.is_set():
            self._samples.append((time.monotonic(), look(self._parts)))
            self._over.wait(self._every)


def _line(points: list[tuple[float, float]]) -> MemoryLine:
    values = [value for _, value in points]
    third = max(1, len(values) // 3)
    slope = statistics.linear_regression([at for at, _ in points], values).slope if len(points) > 1 else 0.0
    return MemoryLine(statistics.median(values[:third]), statistics.median(values[-third:]), 60 * slope)
