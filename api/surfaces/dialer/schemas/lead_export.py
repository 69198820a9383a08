"""Exports of leads and calls on the dialer surface."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, Json

from api.surfaces.dialer.schemas.base import In, InstantIn, ShortText
from api.surfaces.dialer.schemas.lead_filters import LeadFilterIn
from dialer.domain.errors import Invalid
from dialer.domain.lead_filters import LeadFilter
from dialer.usecases.lead_export import FileFormat
from dialer.usecases.leads import LeadStatus, Priority


class LeadExportQuery(In):
    """Which leads, and as what. Conditions that are used often have parameters of their own, all go into `filter`."""

    format: FileFormat = "csv"
    with_: Literal["outcomes"] | None = Field(None, alias="with", description="Adds how the last call of each ended.")
    status: LeadStatus | None = None
    list_id: UUID | None = None
    import_id: UUID | None = None
    priority: Priority | None = None
    country: ShortText | None = None
    state: ShortText | None = None
    last_disposition: ShortText | None = None
    attempts_min: int | None = Field(None, ge=0, le=1_000)
    attempts_max: int | None = Field(None, ge=0, le=1_000)
    created_after: InstantIn | None = None
    created_before: InstantIn | None = None
    last_called_after: InstantIn | None = None
    last_called_before: InstantIn | None = None
    filter: Annotated[Json[LeadFilterIn] | None, BeforeValidator(lambda text: text or None)] = Field(
        None, description="A JSON object of conditions, as for `POST /api/leads/bulk`; instead of the parameters above."
    )

    def to_filter(self) -> LeadFilter:
        """The same for the use case. Raises Invalid when a condition is given in both ways."""
        single = self.model_fields_set - {"format", "with_", "filter"}
        if self.filter is None:
            return LeadFilterIn(**{name: getattr(self, name) for name in single}).to_filter()
        if single:
            raise Invalid.field("filter", f"stands instead of {', '.join(sorted(single))}")
        return self.filter.to_filter()


class CallExportQuery(In):
    """Which calls, and as what."""

    format: FileFormat = "csv"
    campaign_id: UUID | None = None
    date_from: str | None = Field(None, description="ISO date or date-time, UTC unless it has a zone.")
    date_to: str | None = Field(None, description="ISO date or date-time, included.")
