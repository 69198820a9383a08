"""The interface that every pacing mode keeps, and the choice of one."""

from decimal import Decimal
from typing import Protocol

from dialer.domain.pacing.decision import PacingDecision
from dialer.domain.pacing.events import PacingEvent
from dialer.domain.pacing.predictive import PredictivePacer
from dialer.domain.pacing.progressive import ProgressivePacer
from dialer.domain.pacing.ratio import RatioPacer
from dialer.domain.pacing.snapshot import Snapshot


class Pacer(Protocol):
    """Decides how many calls to place. The caller applies the outer bounds: leads ready, gates, lines."""

    def observe(self, event: PacingEvent) -> None:
        """Learn from one event. Events come in the order of their times."""

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """The number of calls to place now; never negative, none without agents."""


class ExplainedPacer(Pacer, Protocol):
    """A pacer that says why."""

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """`calls_to_place` with its reasons. Changes nothing."""


def choose_pacer(
    dial_mode: str, pacing_ratio: Decimal, *, target_abandonment: float = 0.03, max_wait_seconds: float = 2.0
) -> ExplainedPacer:
    """A fresh pacer of a campaign's dial mode.

    Raises ValueError for a mode that does not exist, and for preview: there the agents place calls, not a pacer.
    """
    match dial_mode:
        case "progressive":
            return ProgressivePacer()
        case "ratio":
            return RatioPacer(float(pacing_ratio))
        case "predictive":
            return PredictivePacer(target_abandonment, max_wait_seconds)
        case _:
            raise ValueError(f"unknown dial mode {dial_mode!r}")
