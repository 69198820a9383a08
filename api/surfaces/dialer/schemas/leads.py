"""Leads on the dialer surface."""

from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, Field, JsonValue, WithJsonSchema, model_validator

from api.surfaces.dialer.schemas.access import Email
from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery
from dialer.domain.lead_rows import PRIORITIES
from dialer.domain.lead_search import Count, LeadSearch, LeadSort
from dialer.usecases.leads import Lead, LeadStatus, Priority

_PRIORITY_WORDS = {number: word for word, number in PRIORITIES.items()}
# Where null has no meaning, a field that may be left out has no real default: `model_fields_set` tells what was sent.
_ABSENT: Any = None
_SORTS = (
    "created: in the order in which they came. priority: high ones first. last_called: never called ones last. "
    "next_call: by the time for which they wait, then all who wait for none. name: by last name, then first, those "
    "without a last name last. A minus turns the order round."
)

Name = Annotated[str, Field(max_length=200)]
Country = Annotated[str, Field(min_length=2, max_length=2)]
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


def _parts(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


T = TypeVar("T")
# Several values in one parameter, with commas between.
Listed = Annotated[
    list[T], BeforeValidator(_parts), Field(max_length=100), WithJsonSchema({"type": "string", "maxLength": 4_000})
]


class LeadsQuery(PageQuery):
    """Which leads are wanted. With `cursor` there is no `offset`."""

    campaign_id: UUID
    status: LeadStatus | None = None
    statuses: Listed[LeadStatus] | None = Field(None, description="Any of these; commas between.")
    list_ids: Listed[UUID] | None = Field(None, description="On any of these lists; commas between.")
    priorities: Listed[Priority] | None = Field(None, description="Any of these; commas between.")
    countries: Listed[Country] | None = Field(None, description="In any of these, two letters each; commas between.")
    called: bool | None = Field(None, description="Whether the lead has ever been called.")
    has_callback: bool | None = Field(None, description="Whether a call is promised.")
    suppressed: bool | None = Field(None, description="Whether the lead is not to be called, whoever wanted that.")
    q: Annotated[str, Field(max_length=200)] | None = Field(
        None,
        description="Words that names or the e-mail begin with; digits that a number begins with, or, four or more, "
        "ends with; or the whole external id.",
    )
    sort: LeadSort = Field("created", description=_SORTS)
    cursor: Annotated[str, Field(max_length=2_000)] | None = Field(None, description="Of the answer before.")
    count: Count | None = Field(
        None,
        description="exact: `total` counts them all. capped: up to 10,000. none: `total` is null. Left out: exact as "
        "long as there are only campaign, status, limit and offset, else capped.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "LeadsQuery":
        if self.offset and self._asks_more:
            raise ValueError("offset goes with campaign_id, status and limit only; use cursor")
        if self.count == "exact" and self._narrows:
            raise ValueError("only a campaign or one status of it is counted exactly; use capped")
        return self

    @property
    def how_to_count(self) -> Count:
        """What `count` says, or what is meant without it."""
        return self.count or ("capped" if self._asks_more else "exact")

    @property
    def _asks_more(self) -> bool:
        return bool(self.model_fields_set - {"campaign_id", "status", "limit", "offset", "count"})

    @property
    def _narrows(self) -> bool:
        return bool(self.model_fields_set - {"campaign_id", "status", "limit", "offset", "count", "sort", "cursor"})

    def to_search(self) -> LeadSearch:
        """The same for the use case, but for `q`."""
        return LeadSearch(
            statuses=tuple(self.statuses or ([self.status] if self.status else ())),
            list_ids=tuple(self.list_ids or ()),
            priorities=tuple(PRIORITIES[word] for word in self.priorities or ()),
            countries=tuple(self.countries or ()),
            was_called=self.called,
            has_callback=self.has_callback,
            is_suppressed=self.suppressed,
        )


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
    total: int | None = Field(description="How many there are in all, as `count` asked; null: not counted.")
    total_is_exact: bool = Field(description="False: there are more than `total`, or nobody counted.")
    next_cursor: str | None = Field(
        description="For the next page in this order; null: there is none. A page may hold fewer than `limit` and yet "
        "have a next one: after a good many leads that did not fit, an answer says how far it came."
    )
