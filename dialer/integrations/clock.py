"""The real time."""

from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(seconds=15)
"""Far more than time servers leave between two machines, or a busy machine between two looks; far less than any rule
about hours or delays can forgive."""


class SystemClock:
    """The `Clock` port over the machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)

    def agrees_with(self, other: datetime) -> bool:
        """False if the machine's clock, or the other one, is wrong."""
        return abs(self.now() - other) <= TOLERANCE
