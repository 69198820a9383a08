"""The do-not-call list on the dialer surface."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, InstantIn, LongText, Out, PageQuery, ShortText
from dialer.usecases.suppressions import SuppressionUpload


def _restore_plus(text: object) -> object:
    # A plus sign that a client did not escape arrives as a space.
    return "+" + text[1:] if isinstance(text, str) and text.startswith(" ") else text


class AddSuppressionIn(In):
    """A number never to call again."""

    phone: str = Field(min_length=1, max_length=64)
    campaign_id: UUID | None = Field(None, description="Only this campaign must not call it; null: none may.")
    reason: ShortText | None = None
    note: LongText | None = None
    expires_at: InstantIn | None = Field(None, description="Until when; null: for ever.")


class SuppressionsQuery(PageQuery):
    """Which entries are wanted."""

    search: str | None = Field(None, max_length=40, description="Any part of the number.")
    campaign_id: UUID | None = None


class CheckSuppressionQuery(In):
    """The number in question."""

    phone: Annotated[str, BeforeValidator(_restore_plus)] = Field(min_length=1, max_length=64)


class SuppressionUploadIn(In):
    """The form fields beside the file."""

    campaign_id: Annotated[UUID | None, BeforeValidator(lambda text: text or None)] = None
    reason: Annotated[ShortText | None, BeforeValidator(lambda text: text or None)] = None
    default_region: Annotated[str | None, BeforeValidator(lambda text: text or None)] = Field(
        None, max_length=2, description="Country of numbers written without one: the campaign's, else US."
    )


class SuppressionOut(Out):
    """A number not to be called."""

    id: UUID
    tenant_id: UUID
    campaign_id: UUID | None
    phone: str = Field(validation_alias="phone_normalized")
    reason: str
    source: str
    note: str | None
    created_by: UUID | None
    created_at: Instant
    expires_at: Instant | None


class SuppressionAnswer(Answer):
    """One entry."""

    message: str
    entry: SuppressionOut


class SuppressionsAnswer(Answer):
    """A page of entries."""

    entries: list[SuppressionOut]
    count: int
    total: int


class CheckSuppressionAnswer(Answer):
    """Whether a number may be called at all."""

    phone: str
    suppressed: bool = Field(description="No campaign may call it.")
    entries: list[SuppressionOut] = Field(description="What holds now, entries of single campaigns included.")


class SuppressionCountsOut(Out):
    """What became of the rows: total is all others together."""

    total: int
    added: int
    already_listed: int
    duplicates: int
    invalid: int


class NumberErrorOut(Out):
    """A row that holds no phone number."""

    row: int
    field: str = "phone"
    value: str
    error: str
    code: str


class SuppressionUploadAnswer(Answer):
    """What became of an uploaded list."""

    message: str = "List processed successfully"
    results: SuppressionCountsOut
    errors: list[NumberErrorOut]
    errors_truncated: bool

    @classmethod
    def of(cls, upload: SuppressionUpload) -> "SuppressionUploadAnswer":
        """Present an upload."""
        return cls(
            results=SuppressionCountsOut.model_validate(upload),
            errors=[
                NumberErrorOut(row=problem.row, value=problem.value, error=problem.message, code=problem.code)
                for problem in upload.problems
            ],
            errors_truncated=upload.problems_truncated,
        )
