"""Previewing leads before they are dialled."""

from typing import Any
from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, ShortText
from dialer.domain.calls import CallState
from dialer.usecases.previews import Preview


class OfferPreviewIn(In):
    """Which lead is wanted."""

    campaign_id: UUID | None = Field(None, description="Null: any preview campaign that the agent serves.")


class DialPreviewIn(In):
    """Which lead the agent looked at."""

    preview_id: UUID = Field(description="The preview on the screen: pressed twice, it is dialled once.")


class SkipPreviewIn(In):
    """Which lead the agent does not want to call, and why."""

    preview_id: UUID
    reason: ShortText


class PreviewLeadOut(Out):
    """The lead as the agent sees it."""

    id: UUID
    phone: str
    first_name: str | None
    last_name: str | None
    email: str | None
    country: str | None
    notes: str | None
    custom_fields: dict[str, Any]
    call_attempts: int
    last_call_at: Instant | None


class PreviewOut(Out):
    """A lead on an agent's screen; until `expires_at` nobody else gets it."""

    id: UUID
    agent_id: UUID
    campaign_id: UUID
    campaign_name: str
    lead: PreviewLeadOut
    offered_at: Instant
    expires_at: Instant
    callback_id: UUID | None = Field(description="The open promise to call this lead; skipped, it is the team's.")
    callback_due_at: Instant | None
    callback_note: str | None

    @classmethod
    def of(cls, preview: Preview) -> "PreviewOut":
        """Present a preview with its lead."""
        facts = {name: getattr(preview, name) for name in PreviewLeadOut.model_fields if name != "id"}
        own = {name: getattr(preview, name) for name in cls.model_fields if name != "lead"}
        return cls.model_validate({**own, "lead": {**facts, "id": preview.lead_id}})


class PreviewAnswer(Answer):
    """What is on the screen; null when nothing is."""

    preview: PreviewOut | None
    message: str | None = Field(None, description="Why there is no lead to look at.")


class PreviewedCallOut(Out):
    """The call that an agent's word led to. `state` is planned at first; what follows comes as events."""

    id: UUID
    preview_id: UUID
    state: CallState


class PreviewedCallAnswer(Answer):
    """The call."""

    call: PreviewedCallOut
