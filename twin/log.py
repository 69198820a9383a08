"""Owns the witness: everything the twin received, sent and changed, in order, within bounded memory."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any

from twin.clock import Clock

MAX_ENTRIES = 200_000
_BODY_KEPT = 2_000


class WitnessLog:
    """An append-only list that forgets its oldest entries beyond `MAX_ENTRIES`.

    An entry is appended when its request starts, so the order is the order of sending and receiving; its answer is
    filled in later, and `done` turns true with it.
    """

    def __init__(self, clock: Clock, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._entries: deque[dict[str, Any]] = deque(maxlen=max_entries)
        self._next = 1

    def append(self, kind: str, **fields: Any) -> dict[str, Any]:
        entry: dict[str, Any] = {"n": self._next, "at": self._clock.now().isoformat(), "kind": kind, **fields}
        self._next += 1
        self._entries.append(entry)
        return entry

    def warning(self, code: int, message: str, **fields: Any) -> None:
        self.append("warning", code=code, message=message, **fields)

    def since(self, n: int, limit: int, kind: str | None = None) -> list[dict[str, Any]]:
        """Return up to `limit` entries numbered above `n`, oldest first."""
        first = self._next - len(self._entries)
        found = islice(self._entries, max(0, n + 1 - first), None)
        if kind is not None:
            found = (entry for entry in found if entry["kind"] == kind)  # type: ignore[assignment]
        return list(islice(found, limit))

    @property
    def last(self) -> int:
        return self._next - 1

    def clear(self) -> None:
        self._entries.clear()


def shortened(body: str) -> str:
    """Cut a body to what the log keeps."""
    return body if len(body) <= _BODY_KEPT else body[:_BODY_KEPT] + f"… ({len(body)} characters)"
