"""What a pacer may learn from. With machine detection on, `Answered` is observed when detection is done."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dialed:
    """A call was placed."""

    call_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Answered:
    """A call was answered, by a person or by a machine; a machine's call ends here."""

    call_id: str
    at: float
    by: Literal["human", "machine"]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A call ended without an answer."""

    call_id: str
    at: float
    outcome: Literal["busy", "no_answer", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Connected:
    """A person who answered is with an agent."""

    call_id: str
    agent_id: str
    at: float


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A person who answered was not reached in time."""

    call_id: str
    at: float


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """A conversation ended; the agent's wrap-up begins."""

    call_id: str
    agent_id: str
    at: float


@dataclass(frozen=True, slots=True)
class WrapUpEnded:
    """An agent is ready for the next call."""

    agent_id: str
    at: float


@dataclass(frozen=True, slots=True)
class AgentJoined:
    """An agent began to take calls."""

    agent_id: str
    at: float


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """An agent stopped taking calls."""

    agent_id: str
    at: float


PacingEvent = Dialed | Answered | Unanswered | Connected | Abandoned | TalkEnded | WrapUpEnded | AgentJoined | AgentLeft
