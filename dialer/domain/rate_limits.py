"""How somebody stands against a limit of so many requests per window."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """`is_over` is true once more than `limit` were counted; `reset_seconds` is how long until some are free again."""

    limit: int
    counted: int
    reset_seconds: float

    @property
    def remaining(self) -> int:
        """How many more are allowed now."""
        return max(0, self.limit - self.counted)

    @property
    def is_over(self) -> bool:
        """Tell whether the limit was passed, not merely reached."""
        return self.counted > self.limit
