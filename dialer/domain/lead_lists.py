"""What a list is: a named part of a campaign's leads, dialled in proportion to its weight."""

from dataclasses import dataclass
from typing import TypedDict

from dialer.domain.errors import FieldError, Invalid

MAX_LISTS = 100
MIN_WEIGHT, MAX_WEIGHT = 1, 100


@dataclass(frozen=True)
class ListSettings:
    """Everything about a list that its owner decides. An inactive list is not dialled."""

    name: str
    weight: int = 1
    is_active: bool = True


class ListChanges(TypedDict, total=False):
    """What of a list is set or changed; what is absent stays."""

    name: str
    weight: int
    is_active: bool


def check_list(settings: ListSettings) -> ListSettings:
    """The same settings in normal form. Raises Invalid naming every wrong field."""
    name, mistakes = settings.name.strip(), []
    if not 1 <= len(name) <= 200:
        mistakes.append(FieldError("name", "must be 1 to 200 characters long"))
    if not MIN_WEIGHT <= settings.weight <= MAX_WEIGHT:
        mistakes.append(FieldError("weight", f"must be between {MIN_WEIGHT} and {MAX_WEIGHT}"))
    if mistakes:
        raise Invalid("; ".join(f"{mistake.field}: {mistake.message}" for mistake in mistakes), fields=tuple(mistakes))
    return ListSettings(name, settings.weight, settings.is_active)
