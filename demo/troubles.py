"""What went wrong for simulated people: counted and shown, never swallowed and never the end of the demo."""

import threading
from collections import Counter


class Troubles:
    """Counts by what was being done; keeps the first message of each kind. Used by many threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._lock = threading.Lock()

    def add(self, doing: str, problem: object) -> None:
        """Note one failure."""
        words = f"{type(problem).__name__}: {problem}" if isinstance(problem, Exception) else str(problem)
        with self._lock:
            self._counts[doing] += 1
            self._first.setdefault(doing, words)

    @property
    def total(self) -> int:
        """How many there were in all."""
        with self._lock:
            return self._counts.total()

    def lines(self) -> list[str]:
        """One line for each kind, the most frequent first."""
        with self._lock:
            return [f"{count} × {doing}: {self._first[doing]}" for doing, count in self._counts.most_common()]
