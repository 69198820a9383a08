"""Lists on the dialer surface."""

from typing import Any
from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, ShortText
from dialer.domain.lead_lists import MAX_WEIGHT, MIN_WEIGHT

_ABSENT: Any = None
_WEIGHT = "Its share of the dialling, in proportion to the weights of the campaign's other lists."
_ACTIVE = "Whether its leads are dialled."


class CreateListIn(In):
    """A new list."""

    name: ShortText
    weight: int = Field(1, ge=MIN_WEIGHT, le=MAX_WEIGHT, description=_WEIGHT)
    is_active: bool = Field(default=True, description=_ACTIVE)


class UpdateListIn(In):
    """What of a list changes."""

    name: ShortText = _ABSENT
    weight: int = Field(_ABSENT, ge=MIN_WEIGHT, le=MAX_WEIGHT, description=_WEIGHT)
    is_active: bool = Field(_ABSENT, description=_ACTIVE)


class DeleteListQuery(In):
    """Where the leads of a list go when it is deleted."""

    move_to: UUID | None = Field(None, description="Another list of the same campaign; needed if there are leads.")


class LeadCountsOut(Out):
    """Leads by status."""

    pending: int = Field(0, description="Wait for their turn or their time.")
    queued: int = Field(0, description="In the hopper, or on an agent's screen.")
    calling: int = Field(0, description="In a call.")
    completed: int = 0
    failed: int = Field(0, description="Given up.")
    dnc: int = Field(0, description="Not to be called.")


class ListOut(Out):
    """A named part of a campaign's leads."""

    id: UUID
    tenant_id: UUID
    campaign_id: UUID
    name: str
    weight: int = Field(description=_WEIGHT)
    is_active: bool = Field(description=_ACTIVE)
    total: int = Field(description="How many leads it has.")
    counts: LeadCountsOut
    created_at: Instant
    updated_at: Instant


class ListAnswer(Answer):
    """One list."""

    list: ListOut


class ListsAnswer(Answer):
    """A campaign's lists; never more than a hundred."""

    lists: list[ListOut]
    count: int
