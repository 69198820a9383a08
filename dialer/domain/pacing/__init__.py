"""How many calls to place now. Pure: no clock, no I/O; seconds are floats on the campaign's clock."""

from dialer.domain.pacing.decision import PacingDecision
from dialer.domain.pacing.events import (
    Abandoned,
    AgentJoined,
    AgentLeft,
    Answered,
    Connected,
    Dialed,
    PacingEvent,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)
from dialer.domain.pacing.pacer import Pacer, choose_pacer
from dialer.domain.pacing.predictive import PredictivePacer
from dialer.domain.pacing.progressive import ProgressivePacer
from dialer.domain.pacing.ratio import RatioPacer
from dialer.domain.pacing.snapshot import AgentState, Snapshot

__all__ = [
    "Abandoned",
    "AgentJoined",
    "AgentLeft",
    "AgentState",
    "Answered",
    "Connected",
    "Dialed",
    "Pacer",
    "PacingDecision",
    "PacingEvent",
    "PredictivePacer",
    "ProgressivePacer",
    "RatioPacer",
    "Snapshot",
    "TalkEnded",
    "Unanswered",
    "WrapUpEnded",
    "choose_pacer",
]
