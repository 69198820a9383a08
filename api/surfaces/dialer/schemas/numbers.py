"""The numbers a tenant calls from, on the dialer surface."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out
from dialer.usecases.caller_numbers import MAX_LABEL, NumbersPage, NumberView

_Label = Annotated[str, StringConstraints(max_length=MAX_LABEL)]


class NumbersQuery(In):
    """Which numbers are wanted, and how much about them."""

    limit: int = Field(200, ge=1, le=500, description="How many at most.")
    offset: int = Field(0, ge=0, le=1_000_000, description="How many to skip.")
    search: str | None = Field(None, max_length=100, description="A part of the number or of its name.")
    figures: bool = Field(default=False, description="Also count what was placed from each in the last seven days.")


class AddNumberIn(In):
    """A number that the carrier's list does not name."""

    phone: str = Field(max_length=40, description="In E.164.")
    label: _Label | None = None


class NameNumberIn(In):
    """A name for a number."""

    label: _Label | None = Field(description="Null goes back to the carrier's name for it.")


class NumberCampaignOut(Out):
    """An unfinished campaign and the number that it shows."""

    id: UUID
    name: str
    status: str
    caller_id: str


class NumberFiguresOut(Out):
    """Calls placed from a number in the last seven days."""

    calls: int
    answered: int = Field(description="By people or machines.")
    answer_rate: float | None = Field(description="Of calls placed, between 0 and 1; null without any.")
    last_used_at: Instant | None = Field(description="Null: not in the last seven days.")


class NumberOut(Out):
    """A number to call from."""

    id: UUID
    e164: str
    label: str = Field(description="The tenant's name for it, else the carrier's, else the number itself.")
    own_label: str | None = Field(description="The tenant's own name for it.")
    kind: Literal["owned", "verified", "manual"]
    has_voice: bool = Field(description="False: the carrier places no calls from it.")
    is_active: bool = Field(description="False: the carrier no longer names it.")
    synced_at: Instant | None = Field(description="When the carrier last named it.")
    campaigns: list[NumberCampaignOut] = Field(description="Unfinished campaigns that show it.")
    figures: NumberFiguresOut | None = Field(description="Null unless asked for.")

    @classmethod
    def of(cls, view: NumberView) -> Self:
        """Present a number."""
        number, figures = view.number, view.figures
        shown: dict[str, Any] = {name: getattr(number, name) for name in ("id", "e164", "kind", "has_voice")}
        return cls(
            **shown,
            label=number.label or number.carrier_label or number.e164,
            own_label=number.label,
            is_active=number.is_active,
            synced_at=number.synced_at,
            campaigns=[NumberCampaignOut.model_validate(use) for use in view.campaigns],
            figures=None
            if figures is None
            else NumberFiguresOut(
                calls=figures.calls,
                answered=figures.answered,
                answer_rate=round(figures.answered / figures.calls, 4) if figures.calls else None,
                last_used_at=figures.last_used_at,
            ),
        )


class NumberAnswer(Answer):
    """One number."""

    number: NumberOut


class NumbersAnswer(Answer):
    """A page of numbers, those in use at the carrier first."""

    numbers: list[NumberOut]
    count: int
    total: int
    synced_at: Instant | None = Field(description="When the carrier was last asked for its list; null: never.")
    unlisted: list[NumberCampaignOut] = Field(
        description="Unfinished campaigns that show a number which the list does not have. The carrier may refuse it."
    )

    @classmethod
    def of(cls, page: NumbersPage) -> Self:
        """Present a page."""
        return cls(
            numbers=[NumberOut.of(view) for view in page.numbers],
            count=len(page.numbers),
            total=page.total,
            synced_at=page.synced_at,
            unlisted=[NumberCampaignOut.model_validate(use) for use in page.unlisted],
        )


class SyncAnswer(Answer):
    """What the carrier's list has changed here."""

    added: int
    changed: int
    gone: int = Field(description="Numbers that the carrier no longer names.")
