"""Leads and their imports on the dialer surface."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, Json, JsonValue

from api.surfaces.dialer.schemas.access import Email
from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery
from dialer.domain.lead_rows import PRIORITIES, ImportCounts
from dialer.usecases.lead_import import ImportReport
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
    type: str | None = Field(None, max_length=100)
    priority: Priority = _ABSENT
    notes: str | None = Field(None, max_length=10_000)
    custom_fields: CustomFields = _ABSENT


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


class LeadUploadIn(In):
    """The form fields beside the file."""

    campaign_id: UUID
    field_mapping: Annotated[Json[dict[str, str | None]] | None, BeforeValidator(lambda text: text or None)] = Field(
        None,
        description="JSON object from column header to lead field; null or `ignore` skips a column, "
        "`custom_fields.<name>` keeps it under that name. Columns not named are recognised or kept as custom fields.",
    )


class LeadOut(Out):
    """A person on a campaign's list."""

    id: UUID
    campaign_id: UUID
    tenant_id: UUID
    phone: str
    phone_normalized: str
    first_name: str | None
    last_name: str | None
    email: str | None
    country: str | None
    type: str | None
    priority: Priority
    custom_fields: dict[str, JsonValue]
    notes: str | None
    status: LeadStatus
    status_reason: str | None
    call_attempts: int
    last_call_at: Instant | None
    next_call_at: Instant | None = Field(description="Not before then; null: at once, or never again.")
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


class ImportCountsOut(Out):
    """What became of the rows: total is valid, invalid, duplicates and dnc together."""

    total: int
    valid: int
    invalid: int
    duplicates: int
    dnc: int
    inserted: int


class RowErrorOut(Out):
    """A row that was left out, by its number in a spreadsheet (the header is row 1)."""

    row: int
    field: str
    value: str
    error: str
    code: str


class LeadUploadAnswer(Answer):
    """What became of an uploaded file."""

    message: str = "CSV processed successfully"
    import_id: UUID
    results: ImportCountsOut
    errors: list[RowErrorOut] = Field(description="The first hundred rows that were left out.")
    errors_truncated: bool

    @classmethod
    def of(cls, report: ImportReport) -> "LeadUploadAnswer":
        """Present an import."""
        counts: ImportCounts = report.counts
        return cls(
            import_id=report.import_id,
            results=ImportCountsOut.model_validate(counts),
            errors=[
                RowErrorOut(row=left.row, field=left.problem.field, value=left.problem.value,
                            error=left.problem.message, code=left.problem.code)
                for left in report.left_out
            ],
            errors_truncated=report.is_truncated,
        )  # fmt: skip
