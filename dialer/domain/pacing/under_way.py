"""Things that have begun and not ended, by name: calls that ring, talks, wrap-ups."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Self

import numpy as np

from dialer.domain.pacing.durations import Floats

MOST = 1200
"""Of one kind; the oldest go first. It bounds the state, whatever is reported and whatever is lost."""
SHORT = 8


class UnderWay:
    """When each began, in whole milliseconds, so that a saved state says exactly what a running one knows."""

    def __init__(self) -> None:
        self._began: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._began)

    def begin(self, name: str, at: float) -> None:
        """Begun, or begun anew."""
        short = _short(name)
        self._began.pop(short, None)
        if len(self._began) >= MOST:
            del self._began[next(iter(self._began))]
        self._began[short] = round(at * 1000)

    def end(self, name: str, at: float) -> float | None:
        """How many seconds it lasted; None for what never began or has ended already."""
        began = self._began.pop(_short(name), None)
        return None if began is None else max(0.0, at - began / 1000)

    def ages(self, at: float) -> Floats:
        """Seconds since each began."""
        return np.maximum(at - np.array(list(self._began.values()), dtype=np.float64) / 1000, 0.0)

    def forget(self, at: float, longest: float) -> None:
        """Drop what began more than `longest` seconds ago: its end was never reported."""
        oldest = (at - longest) * 1000
        for name in [name for name, began in self._began.items() if began < oldest]:
            del self._began[name]

    def to_state(self) -> dict[str, Any]:
        """JSON values: a moment, and how many milliseconds after it each began."""
        base = min(self._began.values(), default=0)
        return {"base": base, "began": {name: began - base for name, began in self._began.items()}}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what `to_state` gave."""
        self._began = {name: state["base"] + began for name, began in state["began"].items()}
        return self


def _short(name: str) -> str:
    """Long names are replaced by a digest: a thousand under way at once are told apart by 48 bits."""
    if len(name) <= SHORT:
        return name
    return b64encode(blake2b(name.encode(), digest_size=6).digest()).decode()
