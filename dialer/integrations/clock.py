"""The real time."""

from datetime import UTC, datetime


class SystemClock:
    """The `Clock` port over the machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)
