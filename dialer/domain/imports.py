"""What an import is: where it stands, what became of its rows, and how it meets people who are there already."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from dialer.domain.errors import Invalid

MAX_TRIES = 3
"""How often an import is begun at one place. What stops it there three times would stop it for ever."""
MAX_FILE_BYTES = 1024**3
MAX_TENANT_DUPLICATES_DAYS = 3_650


class ImportStatus(StrEnum):
    """Where an import stands. `queued` waits for a worker; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({ImportStatus.QUEUED, ImportStatus.RUNNING})


class OnDuplicate(StrEnum):
    """What becomes of a row whose person the campaign has already."""

    SKIP = "skip"
    UPDATE = "update"


class MatchBy(StrEnum):
    """By what a row's person is recognised. Where a row has no external id, by its phone."""

    PHONE = "phone"
    EXTERNAL_ID = "external_id"


@dataclass(frozen=True)
class ImportCounts:
    """What became of rows. `total` is valid, invalid, duplicates and dnc together; `valid` is inserted and updated.

    `warnings` are cells that were left out of rows that are valid.
    """

    total: int = 0
    valid: int = 0
    invalid: int = 0
    duplicates: int = 0
    dnc: int = 0
    inserted: int = 0
    updated: int = 0
    warnings: int = 0

    def __add__(self, other: "ImportCounts") -> "ImportCounts":
        return ImportCounts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True)
class ImportChoices:
    """What whoever imports a list of leads decides about it.

    `tenant_duplicates_days`: a number that any campaign of the tenant got within so many days is a duplicate, too.
    `has_consent` speaks for rows that say nothing about consent. What is None is found out from the file, or is the
    campaign's.
    """

    on_duplicate: OnDuplicate = OnDuplicate.SKIP
    match_by: MatchBy = MatchBy.PHONE
    tenant_duplicates_days: int | None = None
    default_region: str | None = None
    has_consent: bool | None = None
    try_plus: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    sheet: str | None = None

    def check(self) -> "ImportChoices":
        """Raise Invalid for what makes no sense."""
        days = self.tenant_duplicates_days
        if days is not None and not 1 <= days <= MAX_TENANT_DUPLICATES_DAYS:
            raise Invalid.field("tenant_duplicates_days", f"must be between 1 and {MAX_TENANT_DUPLICATES_DAYS:,}")
        return self

    def as_record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "ImportChoices":
        """What `as_record` wrote."""
        chosen = dict(record)
        chosen["on_duplicate"] = OnDuplicate(chosen["on_duplicate"])
        chosen["match_by"] = MatchBy(chosen["match_by"])
        return cls(**chosen)


@dataclass(frozen=True)
class Progress:
    """How far an import is. `percent` is by bytes of the file; None while nobody can say."""

    percent: float | None
    rows_per_second: float | None


def measure_progress(
    status: ImportStatus,
    *,
    bytes_done: int,
    bytes_total: int,
    rows_done: int,
    started_at: datetime | None,
    seen_at: datetime | None,
) -> Progress:
    """Say how far an import is; `seen_at` is its end, or when its runner was last at work."""
    percent = None
    if status == ImportStatus.COMPLETED:
        percent = 100.0
    elif bytes_total and (bytes_done or not rows_done):
        # Reading runs ahead of storing: what was read is not what is done. Of a workbook nobody can say.
        percent = round(min(99.9, 100 * bytes_done / bytes_total), 1)
    rate = None
    if started_at is not None and seen_at is not None and seen_at > started_at:
        rate = round(rows_done / (seen_at - started_at).total_seconds(), 1)
    return Progress(percent, rate)
