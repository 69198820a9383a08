"""National do-not-call lists on the dialer surface."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, ShortText

Status = Literal["loading", "active", "superseded", "failed", "removed"]


class UploadRegistryIn(In):
    """What is said about a registry's version, beside its file."""

    name: ShortText = Field(description="Versions of one name and jurisdiction follow each other.")
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$", to_upper=True)] = (
        Field(description="Where it binds: US, GB, US-TX; also the country of numbers written without one.")
    )
    published_on: date = Field(description="The day of this version, from which its age counts.")


class RegistriesQuery(In):
    """Which versions are wanted."""

    status: Annotated[Status | None, BeforeValidator(lambda text: text or None)] = None


class RegistryOut(Out):
    """One version of a national do-not-call list."""

    id: UUID
    name: str
    jurisdiction: str
    published_on: date
    status: Status = Field(description="Only an active version is consulted.")
    is_stale: bool = Field(description="Older than 31 days: a newer version is due.")
    import_id: UUID | None = Field(description="The import that brings or brought its numbers.")
    total: int = Field(description="How many numbers it lists; while it is loading, so far.")
    problems: int = Field(description="Lines of its file that hold no number.")
    created_by: UUID | None
    created_at: Instant
    activated_at: Instant | None
    ended_at: Instant | None


class RegistryAnswer(Answer):
    """One version."""

    message: str
    registry: RegistryOut


class RegistriesAnswer(Answer):
    """Every version, newest first."""

    registries: list[RegistryOut]
