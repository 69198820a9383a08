"""Reasons for breaks: what may be said of one."""

from dialer.domain.errors import Invalid

MAX_NAME = 60
MAX_MINUTES = 24 * 60
MAX_REASONS = 50


def check_name(name: str) -> str:
    """The name of a reason. Raises Invalid."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= MAX_NAME:
        raise Invalid.field("name", f"must have between 1 and {MAX_NAME} characters")
    return cleaned


def check_minutes(minutes: int | None) -> int | None:
    """How long such a break may last; None: as long as it takes. Raises Invalid."""
    if minutes is not None and not 1 <= minutes <= MAX_MINUTES:
        raise Invalid.field("max_minutes", f"must be between 1 and {MAX_MINUTES}")
    return minutes
