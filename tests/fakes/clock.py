"""A clock that stands still until told otherwise."""

from datetime import UTC, datetime, timedelta

# A Wednesday, 13:00 in New York, 10:00 in Los Angeles, 18:00 in London: inside the calling hours of all of them.
NOON = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)


class FrozenClock:
    """`clock.advance(seconds=5)` or `clock.at = …` moves it; with `clock.is_right = False` nobody believes it."""

    def __init__(self, at: datetime = NOON):
        self.at = at
        self.is_right = True

    def now(self) -> datetime:
        return self.at

    def agrees_with(self, other: datetime) -> bool:
        """As `is_right` says: no real clock agrees with one that stands still."""
        return self.is_right

    def advance(self, **duration: float) -> datetime:
        """Move on by `seconds=…`, `minutes=…`, `days=…`."""
        self.at += timedelta(**duration)
        return self.at
