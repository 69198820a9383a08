"""Leads on the dialer surface."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from api.surfaces.dialer.schemas.access import Email
from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery
from dialer.domain.lead_rows import PRIORITIES
from dialer.usecases.leads import Lead, LeadStatus, Priority

_PRIORITY_WORDS = {number: word for word, number in PRIORITIES.items()}
# Where null has no meaning, a field that may be left out has no real default: `model_fields_set` tells what was sent.
_ABSENT: Any = None

Name = Annotated[str, Field(max_length=200)]
CustomFields = Annotated[dict[str, JsonValue], Field(max_length=200)]


class LeadDetailsIn(In):
    """What can be said about a lead besides its number."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    country: str | None = Field(None, max_length=100)
    state: str | None = Field(None, max_length=100, description="State or province; its rules and time zones count.")
    postal_code: str | None = Field(None, max_length=20)
    time_zone: str | None = Field(None, max_length=64, description="An IANA name, if it is known where the person is.")
    consent: bool | None = Field(None, description="Consent to be called; null: as the campaign says.")
    external_id: str | None = Field(None, max_length=200, description="Leads that share one are one person.")
    type: str | None = Field(None, max_length=100)
    priority: Priority = _ABSENT
    notes: str | None = Field(None, max_length=10_000)
    custom_fields: CustomFields = _ABSENT
    alternates: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        _ABSENT, max_length=9, description="The person's further numbers, in the order in which to try them."
    )
    list_id: UUID | None = Field(None, description="A list of the campaign; null: its first.")


class CreateLeadIn(LeadDetailsIn):
    """One more person for a campaign."""

    campaign_id: UUID
    phone: str = Field(min_length=1, max_length=64)


class UpdateLeadIn(LeadDetailsIn):
    """What of a lead changes. Agents may send names, notes and priority."""

    phone: str = Field(_ABSENT, min_length=1, max_length=64)
    status: Literal["pending", "completed"] = Field(_ABSENT, description="pending: start over, due at once.")
    do_not_call: bool = Field(_ABSENT, description="True also puts the number on the do-not-call list.")


class LeadsQuery(PageQuery):
    """Which leads are wanted."""

    campaign_id: UUID
    status: LeadStatus | None = None


class LeadOut(Out):
    """A person on a campaign's list."""

    id: UUID
    campaign_id: UUID
    tenant_id: UUID
    list_id: UUID
    external_id: str | None
    phone: str
    phone_normalized: str
    alternates: list[str]
    first_name: str | None
    last_name: str | None
    email: str | None
    country: str | None
    state: str | None
    postal_code: str | None
    time_zone: str | None
    consent: bool | None
    type: str | None
    priority: Priority
    custom_fields: dict[str, JsonValue]
    notes: str | None
    status: LeadStatus
    status_reason: str | None
    call_attempts: int
    last_call_at: Instant | None
    next_call_at: Instant | None = Field(description="Not before then; null: at once, or never again.")
    callback_at: Instant | None = Field(description="When a call was promised.")
    do_not_call: bool
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, lead: Lead) -> "LeadOut":
        """Present a lead."""
        waits = lead.status in ("pending", "queued") and lead.next_call_at > lead.created_at
        shown = {
            "priority": _PRIORITY_WORDS[lead.priority],
            "next_call_at": lead.next_call_at if waits else None,
            "alternates": list(lead.alternates),
        }
        return cls.model_validate({**vars(lead), **shown})


class LeadAnswer(Answer):
    """One lead."""

    lead: LeadOut


class LeadsAnswer(Answer):
    """A page of leads."""

    leads: list[LeadOut]
    count: int = Field(description="How many are in this answer.")
    total: int = Field(description="How many there are in all.")
