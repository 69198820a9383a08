"""The do-not-call list on the dialer surface."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from api.surfaces.dialer.schemas.base import (
    Answer,
    In,
    Instant,
    InstantIn,
    LongText,
    Message,
    Out,
    PageQuery,
    ShortText,
)
from api.surfaces.dialer.schemas.registries import RegistryOut
from dialer.usecases.suppressions_uploads import SuppressionUpload


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
    registries: list[RegistryOut] = Field(
        description="The national lists that name the number: it is not called while they do."
    )
    erased: bool = Field(description="The number belongs to somebody whose data were erased.")


class RemoveSuppressionQuery(In):
    """What becomes of the leads that the entry took off their lists."""

    restore_leads: bool = Field(default=False, description="Put them back, unless another entry holds them.")


class RemovedSuppressionAnswer(Message):
    """An entry is gone."""

    leads_restored: int


class OptOutIn(In):
    """Who must not call the person of this call again, and what was said."""

    scope: Literal["tenant", "campaign"] = "tenant"
    note: LongText | None = None


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
    """What became of an uploaded list, or who will see to it."""

    message: str = "List processed successfully"
    import_id: UUID | None = Field(None, description="With 202: the import that goes through the file.")
    results: SuppressionCountsOut | None = Field(description="With 200.")
    errors: list[NumberErrorOut]
    errors_truncated: bool

    @classmethod
    def queued(cls, import_id: UUID) -> "SuppressionUploadAnswer":
        """Present a list that a worker goes through."""
        message = "The list is being imported; its numbers hold as they are stored"
        return cls(message=message, import_id=import_id, results=None, errors=[], errors_truncated=False)

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
