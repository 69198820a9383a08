"""Changes to many leads at once, on the dialer surface."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue, model_validator

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, ShortText
from api.surfaces.dialer.schemas.lead_filters import BulkFilterIn
from dialer.domain.errors import Invalid
from dialer.domain.ids import CampaignId, ListId
from dialer.usecases.bulk_leads import BulkAction, BulkChange, BulkJob, BulkPreview, BulkStatus
from dialer.usecases.leads import LeadStatus, Priority

_CUSTOM = "custom_fields."
# Where null has no meaning, a field that may be left out has no real default: `model_fields_set` tells what was sent.
_ABSENT: Any = None


class BulkChangesIn(In):
    """What the leads get. What is left out stays; of the custom fields only those named change, null removes one.

    `custom_fields.<name>` may be written as a field of its own.
    """

    priority: Priority = _ABSENT
    status: Literal["pending", "completed"] = Field(_ABSENT, description="pending: start over, due at once.")
    list_id: UUID = Field(_ABSENT, description="A list of the same campaign.")
    type: str | None = Field(None, max_length=100)
    notes: str | None = Field(None, max_length=10_000)
    custom_fields: Annotated[dict[ShortText, JsonValue], Field(min_length=1, max_length=200)] = _ABSENT

    @model_validator(mode="before")
    @classmethod
    def _gather_custom_fields(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        single = {name[len(_CUSTOM) :]: value for name, value in given.items() if name.startswith(_CUSTOM)}
        if not single or not isinstance(given.get("custom_fields", {}), dict):
            return given
        rest = {name: value for name, value in given.items() if not name.startswith(_CUSTOM)}
        return {**rest, "custom_fields": {**given.get("custom_fields", {}), **single}}

    def to_changes(self) -> dict[str, Any]:
        """The changes that were sent, as JSON."""
        sent: dict[str, Any] = self.model_dump(mode="json", include=self.model_fields_set)
        return sent


class BulkTargetIn(In):
    """Where leads go: another campaign, on its first list or the one named; or another list of their own."""

    campaign_id: UUID | None = None
    list_id: UUID | None = None


class BulkIn(In):
    """Which leads of a campaign, and what becomes of them."""

    campaign_id: UUID
    filter: BulkFilterIn
    action: BulkAction
    changes: BulkChangesIn | None = Field(None, description="With update.")
    target: BulkTargetIn | None = Field(None, description="With move and copy.")
    with_history: bool = Field(
        default=False,
        description="With delete: also delete the calls. Otherwise leads with calls are emptied of their person and "
        "the calls stay, as the law of many places wants it for years.",
    )
    dry_run: bool = Field(default=False, description="Count the leads, show a few, and change nothing.")

    def to_change(self) -> BulkChange:
        """The same for the use case. Raises Invalid for an empty filter."""
        if not self.filter.model_fields_set:
            raise Invalid.field("filter", 'is empty; for every lead of the campaign say {"all": true}')
        target = self.target or BulkTargetIn()
        return BulkChange(
            self.action,
            self.changes.to_changes() if self.changes else {},
            to_campaign_id=None if target.campaign_id is None else CampaignId(target.campaign_id),
            to_list_id=None if target.list_id is None else ListId(target.list_id),
            with_history=self.with_history,
        )


class BulkJobOut(Out):
    """A change to many leads, and how far it has come."""

    id: UUID
    campaign_id: UUID
    action: BulkAction
    status: BulkStatus
    matched: int | None = Field(description="How many leads the filter matched; null until they were looked for.")
    done: int
    anonymised: int = Field(description="Of those done: to be deleted, but with calls that have to stay on record.")
    skipped: dict[str, int] = Field(
        description="How many leads were left alone, by reason: in_a_call, do_not_call, suppressed, duplicate, changed "
        "(they match no more), gone."
    )
    failure: str | None
    created_at: Instant
    updated_at: Instant
    finished_at: Instant | None

    @classmethod
    def of(cls, job: BulkJob) -> "BulkJobOut":
        """Present a job."""
        return cls.model_validate(
            {**vars(job), "skipped": {name: count for name, count in job.skipped.items() if count}}
        )


class BulkJobAnswer(Answer):
    """One job."""

    job: BulkJobOut


class MatchedLeadOut(Out):
    """A lead that a filter matches."""

    id: UUID
    phone_normalized: str
    first_name: str | None
    last_name: str | None
    status: LeadStatus


class BulkAnswer(Answer):
    """The job; of a dry run the count and a few examples instead."""

    dry_run: bool
    matched: int | None = None
    examples: list[MatchedLeadOut] | None = None
    job: BulkJobOut | None = None

    @classmethod
    def of_preview(cls, preview: BulkPreview) -> "BulkAnswer":
        """Present a dry run."""
        examples = [MatchedLeadOut.model_validate(lead) for lead in preview.examples]
        return cls(dry_run=True, matched=preview.matched, examples=examples)
