"""Reasons for breaks."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from api.surfaces.dialer.schemas.base import Answer, In, Out
from dialer.domain.breaks import MAX_MINUTES, MAX_NAME

ReasonName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
Minutes = Annotated[
    int | None, Field(ge=1, le=MAX_MINUTES, description="How long it may last; null: as long as it takes.")
]
Position = Annotated[int, Field(ge=0, le=10_000, description="Smaller ones come first.")]


class BreakReasonsQuery(In):
    """Which reasons to list."""

    include_inactive: bool = Field(default=False, description="Also those that are not offered at present.")


class CreateBreakReasonIn(In):
    """A new reason; without a position it comes last."""

    name: ReasonName
    is_paid: bool = False
    max_minutes: Minutes = None
    is_active: bool = True
    position: Position | None = None


class UpdateBreakReasonIn(In):
    """What to change; what is not sent stays."""

    name: ReasonName | None = None
    is_paid: bool | None = None
    max_minutes: Minutes = None
    is_active: bool | None = None
    position: Position | None = None

    @field_validator("name", "is_paid", "is_active", "position")
    @classmethod
    def _has_a_value(cls, sent: object) -> object:
        if sent is None:
            raise ValueError("must not be null")
        return sent


class BreakReasonOut(Out):
    """A reason. `key` is set while it is one that the product brought along: a page may show it in its own language."""

    id: UUID
    key: str | None
    name: str
    is_paid: bool
    max_minutes: int | None
    is_active: bool
    position: int


class BreakReasonAnswer(Answer):
    """One reason."""

    break_reason: BreakReasonOut


class BreakReasonsAnswer(Answer):
    """All reasons, in their order."""

    break_reasons: list[BreakReasonOut]
    count: int
