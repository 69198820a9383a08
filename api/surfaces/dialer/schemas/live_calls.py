"""Calls that go on, and what may be done with them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out


class LiveTransferOut(Out):
    """A transfer that is under way, or the last that was."""

    id: UUID
    kind: Literal["cold", "warm"]
    state: Literal["requested", "ringing", "consulting", "completed", "failed", "cancelled"]
    from_agent_id: UUID | None
    from_agent_name: str | None
    to_agent_id: UUID | None
    to_agent_name: str | None
    to_phone: str | None
    reason: str | None = Field(description="Why it failed or was cancelled.")
    is_merged: bool = Field(description="All three hear one another.")
    requested_at: Instant


class SupervisionOut(Out):
    """A supervisor on a call."""

    user_id: UUID
    name: str
    mode: Literal["listen", "whisper", "barge"]
    has_taken_over: bool
    requested_at: Instant
    joined_at: Instant | None = Field(description="When his headset was in the call; null until then.")


class LiveCallOut(Out):
    """How a call stands. Its agent sees of `supervision` only those whom he can hear."""

    call_id: UUID
    agent_id: UUID | None
    state: str
    answered_at: Instant | None
    bridged_at: Instant | None
    is_on_hold: bool
    hold_since: Instant | None
    hold_seconds: int = Field(description="How long earlier holds of this call lasted in all.")
    is_recording: bool
    is_recording_paused: bool
    transfer: LiveTransferOut | None
    supervision: list[SupervisionOut]


class LiveCallAnswer(Answer):
    """One call as it stands."""

    call: LiveCallOut


TransferPhone = Annotated[str, StringConstraints(max_length=40), Field(examples=["+14155553333"])]


class TransferTargetIn(In):
    """Exactly one of these."""

    agent_id: UUID | None = None
    agent_group_id: UUID | None = Field(None, description="Whoever of this group has been idle longest.")
    phone: TransferPhone | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "TransferTargetIn":
        if sum(one is not None for one in (self.agent_id, self.agent_group_id, self.phone)) != 1:
            raise ValueError("must name exactly one of agent_id, agent_group_id, phone")
        return self


class TransferIn(In):
    """Where a call goes, and whether the agent confers first."""

    kind: Literal["cold", "warm"] = Field(description="Warm: the agent talks with whoever takes the call first.")
    to: TransferTargetIn


class SupervisionIn(In):
    """How a supervisor takes part."""

    mode: Literal["listen", "whisper", "barge"] = Field(description="Heard by nobody, by the agent alone, or by both.")


class VoiceOut(Out):
    """What a browser's headset calls in with: at the carrier, or, of a simulated one, at `url`."""

    kind: Literal["twilio", "simulated"]
    token: str
    url: str | None
    expires_at: Instant


class VoiceAnswer(Answer):
    """A token for a headset."""

    voice: VoiceOut


class SupervisionAnswer(Answer):
    """How the supervisor takes part, and what his headset calls in with."""

    supervision: SupervisionOut
    voice: VoiceOut


class TakenOverAnswer(Answer):
    """The call is the supervisor's."""

    supervision: SupervisionOut
