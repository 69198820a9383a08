"""What happens next to a person who answered: the carrier adapter turns each step into its own markup."""

from dataclasses import dataclass

from dialer.domain.ids import AgentId, CallId


@dataclass(frozen=True)
class JoinAgent:
    """Into the standing conference of an agent who is there already."""

    call_id: CallId
    agent_id: AgentId


@dataclass(frozen=True)
class HoldForPhoneAgent:
    """Into the call's own conference, while the agent's phone is rung."""

    call_id: CallId


@dataclass(frozen=True)
class WaitForAgent:
    """Stay on the line for about a second, then ask again."""

    call_id: CallId


@dataclass(frozen=True)
class Apologise:
    """Hear the abandonment message, and press a key to opt out; then the call ends."""

    call_id: CallId
    message: str


@dataclass(frozen=True)
class ConfirmOptOut:
    """Hear that no call will follow; then the call ends."""


@dataclass(frozen=True)
class LeaveVoicemail:
    """Play the campaign's message to a machine; then the call ends."""

    message_url: str


@dataclass(frozen=True)
class HangUp:
    """The call ends."""


CalleeStep = JoinAgent | HoldForPhoneAgent | WaitForAgent | Apologise | ConfirmOptOut | LeaveVoicemail | HangUp
