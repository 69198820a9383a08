"""How figures are written, in the view and in the report alike."""

from collections.abc import Iterable

NOT_MEASURED = "not measured"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 as a percentage."""
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def milliseconds(value: float | None) -> str:
    """A duration."""
    return NOT_MEASURED if value is None else f"{value:.0f} ms"


def minutes(seconds: float) -> str:
    """A duration of people's work."""
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60:02d} s"


def listed(parts: Iterable[str]) -> str:
    """Several things in a row."""
    return ", ".join(parts) or "none"
