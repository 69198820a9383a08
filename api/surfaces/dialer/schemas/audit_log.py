"""The audit log as shown to admins."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from api.surfaces.dialer.schemas.base import Answer, In, Instant, InstantIn, Out

Word = Annotated[str, StringConstraints(max_length=100)]


class AuditQuery(In):
    """Which entries."""

    actor_id: UUID | None = Field(None, description="Who did it.")
    action: Word | None = Field(None, examples=["campaign.changed"])
    object_type: Word | None = Field(None, examples=["campaign"])
    object_id: Word | None = None
    since: InstantIn | None = None
    until: InstantIn | None = None
    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    cursor: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="`next_cursor` of the page before."
    )


class AuditEntryOut(Out):
    """One thing that somebody did."""

    id: str
    at: Instant
    actor_id: UUID | None = Field(description="Null is the system itself, or somebody who was not logged in.")
    actor_email: str | None
    action: str
    object_type: str
    object_id: str | None
    changes: dict[str, Any] = Field(
        description="By field: `before` and `after`. Secrets, and the last digits of numbers, are masked."
    )
    via: str | None = Field(description="The operation that was called, as it is named in this document.")
    address: str | None = Field(description="The network address the request came from.")
    request_id: str | None


class AuditAnswer(Answer):
    """A page of the audit log, the latest first."""

    entries: list[AuditEntryOut]
    count: int
    next_cursor: str | None = Field(description="Leads to older entries; null at the end.")
