"""The interface that every pacing mode keeps, and the choice of one."""

from decimal import Decimal
from typing import Protocol

from dialer.domain.pacing.events import PacingEvent
from dialer.domain.pacing.progressive import ProgressivePacer
from dialer.domain.pacing.ratio import RatioPacer
from dialer.domain.pacing.snapshot import Snapshot


class Pacer(Protocol):
    """Decides how many calls to place. The caller applies the outer bounds: leads ready, gates, lines."""

    def observe(self, event: PacingEvent) -> None:
        """Learn from one event. Events come in the order of their times."""

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The number of calls to place now; never negative, none without agents."""


def choose_pacer(dial_mode: str, pacing_ratio: Decimal) -> Pacer:
    """The pacer of a campaign's dial mode. Raises ValueError for a mode that does not exist."""
    match dial_mode:
        case "progressive":
            return ProgressivePacer()
        case "ratio":
            return RatioPacer(float(pacing_ratio))
        case _:
            raise ValueError(f"unknown dial mode {dial_mode!r}")
