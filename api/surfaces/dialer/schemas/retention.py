"""How long a tenant keeps what, on the dialer surface."""

from typing import Annotated

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Out
from dialer.usecases.retention import MAX_DAYS, Retention, RetentionDays

Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]


class RetentionIn(In):
    """For how many days what is kept; null, for good. All four have to be said."""

    leads_days: Days | None = Field(description="The person in leads that are done with, from their last call on.")
    calls_days: Days | None = Field(description="Number, notes and recording of calls. Times and outcomes stay.")
    recordings_days: Days | None = Field(description="Recordings, which the carrier is asked to delete.")
    import_errors_days: Days | None = Field(description="Rows that imports refused.")

    def to_days(self) -> RetentionDays:
        """The same for the use case."""
        return RetentionDays(**self.model_dump())


class RetentionDueOut(Out):
    """How much is older than the settings say and still there."""

    leads: int
    calls: int
    recordings: int
    import_errors: int


class RetentionOut(Out):
    """For how many days what is kept; null: for good."""

    leads_days: int | None
    calls_days: int | None
    recordings_days: int | None
    import_errors_days: int | None


class RetentionAnswer(Answer):
    """The settings, what the next sweeps will be about, and what speaks against the settings."""

    retention: RetentionOut
    due: RetentionDueOut
    warnings: list[str]

    @classmethod
    def of(cls, retention: Retention) -> "RetentionAnswer":
        """Present the settings."""
        return cls(
            retention=RetentionOut.model_validate(retention.days),
            due=RetentionDueOut.model_validate(retention.due),
            warnings=list(retention.warnings),
        )
