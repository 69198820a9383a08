"""Erasure of persons on the dialer surface."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery
from dialer.usecases.erasure import Erasure, ErasureReason


class ErasePersonIn(In):
    """Who is to be erased, by one of the three, and on what ground."""

    phone: str | None = Field(None, min_length=1, max_length=64)
    external_id: str | None = Field(None, min_length=1, max_length=200)
    lead_id: UUID | None = None
    reason: ErasureReason = "requested"
    reference: str | None = Field(
        None,
        pattern=r"^[A-Za-z][A-Za-z0-9./_-]{0,63}$",
        description="The name of the request elsewhere, such as a ticket's number. Nothing of the person.",
    )
    linked: bool = Field(default=True, description="Also leads that share an external id or another number with these.")


class ErasureOut(Out):
    """The evidence of an erasure. Nothing in it tells who it was."""

    id: UUID
    status: Literal["done", "waiting"] = Field(description="waiting: a lead is in a call and is erased when that ends.")
    requested_by: UUID | None
    reason: ErasureReason
    reference: str | None
    counts: dict[str, int] = Field(
        description="leads, waiting, calls, recordings (which the carrier is asked to delete), numbers (kept as "
        "hashes), suppressions, import_problems."
    )
    requested_at: Instant
    finished_at: Instant | None

    @classmethod
    def of(cls, erasure: Erasure) -> "ErasureOut":
        """Present the evidence."""
        return cls.model_validate({**vars(erasure), "status": "done" if erasure.finished_at else "waiting"})


class ErasureAnswer(Answer):
    """One erasure."""

    erasure: ErasureOut


class ErasuresAnswer(Answer):
    """A page of erasures, newest first."""

    erasures: list[ErasureOut]
    count: int
    total: int


class ErasuresQuery(PageQuery):
    """Which part of the list."""
