"""What every schema of the dialer surface shares: strict input, plain output, pages, instants."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
)


class In(BaseModel):
    """Something a client sends. Unknown fields are refused, surrounding spaces dropped.

    For partial updates make every field optional and read `model_fields_set`; None is a value, not "not sent".
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, frozen=True)


class Out(BaseModel):
    """Something a client receives; `Out.model_validate(dataclass)` reads attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True, json_schema_serialization_defaults_required=True)


class Answer(Out):
    """A whole answer body: subclass it and add what the contract puts beside `success`."""

    success: Literal[True] = True


class Message(Answer):
    """Done, in words."""

    message: str


class Failure(BaseModel):
    """Every error of this surface."""

    success: Literal[False] = False
    error: str = Field(description="What is wrong, for people.")
    code: str = Field(description="The same for programs; stable.")
    fields: list["FieldFailure"] | None = Field(None, description="Which fields are wrong, when fields are.")
    details: dict[str, JsonValue] | None = Field(None, description="What a program may want to know besides.")


class FieldFailure(BaseModel):
    """One thing wrong with one field."""

    field: str
    message: str


class PageQuery(In):
    """Which part of a list is wanted."""

    limit: int = Field(50, ge=1, le=100, description="How many at most.")
    offset: int = Field(0, ge=0, le=10_000_000, description="How many to skip.")


def _of_our_times(at: datetime) -> datetime:
    # The ends of Python's calendar overflow as soon as a zone is applied.
    if not 1970 <= at.year <= 2999:
        raise ValueError("must lie between the years 1970 and 2999")
    return at


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# An instant going out: UTC, ISO 8601, `Z`.
Instant = Annotated[datetime, PlainSerializer(_iso, return_type=str, when_used="json")]
# An instant coming in: a zone is required, since a local time without one is a guess.
InstantIn = Annotated[AwareDatetime, AfterValidator(_of_our_times)]
# Texts of a sane length.
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(max_length=5_000)]
