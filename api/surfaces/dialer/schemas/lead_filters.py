"""Which leads of a campaign are meant, on the dialer surface: for exports and for changes to many leads at once."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import Field, model_validator

from api.surfaces.dialer.schemas.base import In, InstantIn, ShortText
from dialer.domain.lead_filters import MAX_VALUES, CustomFieldCondition, CustomFieldTest, LeadFilter
from dialer.domain.lead_rows import PRIORITIES
from dialer.usecases.leads import LeadStatus, Priority

T = TypeVar("T")
Few = Annotated[list[T], Field(min_length=1, max_length=100)]
Many = Annotated[list[T], Field(min_length=1, max_length=MAX_VALUES)]


class CustomFieldIn(In):
    """What a custom field must say. `missing` true: nothing; false: something."""

    equals: str | None = Field(None, max_length=5_000)
    contains: str | None = Field(None, min_length=1, max_length=5_000)
    missing: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "CustomFieldIn":
        if len([value for value in (self.equals, self.contains, self.missing) if value is not None]) != 1:
            raise ValueError("say equals, contains or missing, and one of them only")
        return self

    def condition(self, name: str) -> CustomFieldCondition:
        """The same for the use case."""
        if self.missing is not None:
            return CustomFieldCondition(name, "missing" if self.missing else "present")
        test: CustomFieldTest = "equals" if self.equals is not None else "contains"
        return CustomFieldCondition(name, test, self.equals if self.equals is not None else self.contains)


class LeadFilterIn(In):
    """Every condition given must hold; in a list, any of its values will do."""

    status: LeadStatus | Few[LeadStatus] | None = None
    list_id: UUID | Few[UUID] | None = None
    import_id: UUID | Few[UUID] | None = None
    priority: Priority | Few[Priority] | None = None
    country: ShortText | Few[ShortText] | None = None
    state: ShortText | Few[ShortText] | None = None
    custom_fields: Annotated[dict[ShortText, CustomFieldIn], Field(max_length=20)] | None = None
    last_disposition: ShortText | Few[ShortText] | None = Field(
        None, description="How the last call ended, in the system's word or the agent's."
    )
    attempts_min: int | None = Field(None, ge=0, le=1_000)
    attempts_max: int | None = Field(None, ge=0, le=1_000)
    created_after: InstantIn | None = None
    created_before: InstantIn | None = None
    last_called_after: InstantIn | None = None
    last_called_before: InstantIn | None = None
    phone: Many[ShortText] | None = Field(None, description="Numbers of the lead, its own or further ones.")
    external_id: Many[ShortText] | None = None
    ids: Many[UUID] | None = None

    def to_filter(self) -> LeadFilter:
        """The same for the use case; numbers are still as they were written."""
        return LeadFilter(
            statuses=_texts(self.status),
            list_ids=_ids(self.list_id),
            import_ids=_ids(self.import_id),
            priorities=tuple(PRIORITIES[word] for word in _texts(self.priority)),
            countries=_texts(self.country),
            states=_texts(self.state),
            custom_fields=tuple(test.condition(name) for name, test in (self.custom_fields or {}).items()),
            last_dispositions=_texts(self.last_disposition),
            attempts_min=self.attempts_min,
            attempts_max=self.attempts_max,
            created_after=self.created_after,
            created_before=self.created_before,
            last_called_after=self.last_called_after,
            last_called_before=self.last_called_before,
            phones=_texts(self.phone),
            external_ids=_texts(self.external_id),
            ids=_ids(self.ids),
        )


class BulkFilterIn(LeadFilterIn):
    """As for exports; `all` true says that every lead of the campaign is meant, which an empty filter does not."""

    all: Literal[True] | None = None


def _texts(given: str | Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def _ids(given: UUID | Sequence[UUID] | None) -> tuple[UUID, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, UUID) else tuple(given)
