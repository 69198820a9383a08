"""Which leads of a campaign are meant: a small language for exports and for changes to many leads at once.

Every condition that is given must hold; within one, any of its values will do. `dialer.store.lead_matches` puts it into
SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from dialer.domain.errors import Invalid
from dialer.domain.phone_numbers import PhoneProblem, parse_phone_number

CustomFieldTest = Literal["equals", "contains", "missing", "present"]
MAX_VALUES = 1_000
"""How many numbers or ids may be named one by one."""


@dataclass(frozen=True)
class CustomFieldCondition:
    """What a custom field must say; letters count as they are, except for `contains`. Only these two need a value."""

    name: str
    test: CustomFieldTest
    value: str | None = None


@dataclass(frozen=True)
class LeadFilter:
    """Conditions on leads; one that is empty or None does not restrict.

    `priorities`: 0 high, 1 normal, 2 low. `last_dispositions`: the last call's outcome, the system's or the agent's.
    `phones`: in E.164, the lead's own or a further one. From `…_after` on, and before `…_before`.
    """

    statuses: tuple[str, ...] = ()
    list_ids: tuple[UUID, ...] = ()
    import_ids: tuple[UUID, ...] = ()
    priorities: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    custom_fields: tuple[CustomFieldCondition, ...] = ()
    last_dispositions: tuple[str, ...] = ()
    attempts_min: int | None = None
    attempts_max: int | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    last_called_after: datetime | None = None
    last_called_before: datetime | None = None
    phones: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    ids: tuple[UUID, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether no condition restricts anything."""
        return self == LeadFilter()

    def without_people(self) -> "LeadFilter":
        """The same without what names people one by one: for keeping, and for asking again about leads once found."""
        return replace(self, phones=(), external_ids=(), ids=())

    def to_json(self) -> dict[str, object]:
        """The conditions that restrict, as JSON."""
        return {name: _plain(value) for name, value in vars(self).items() if value not in ((), None)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "LeadFilter":
        """Read what `to_json` wrote."""
        return cls(
            **{field.name: _READ[str(field.name)](kept[field.name]) for field in fields(cls) if field.name in kept}
        )


def check_filter(chosen: LeadFilter) -> LeadFilter:
    """The same filter, if it makes sense. Raises Invalid that names the condition."""
    for name in ("phones", "external_ids", "ids"):
        if len(getattr(chosen, name)) > MAX_VALUES:
            raise Invalid.field(f"filter.{name}", f"names more than {MAX_VALUES}")
    for low, high in (("attempts_min", "attempts_max"), ("created_after", "created_before"),
                      ("last_called_after", "last_called_before")):  # fmt: skip
        least, most = getattr(chosen, low), getattr(chosen, high)
        if least is not None and most is not None and least > most:
            raise Invalid.field(f"filter.{high}", f"lies before {low}")
    return chosen


def with_parsed_phones(chosen: LeadFilter, default_region: str) -> LeadFilter:
    """The same filter with its phones in E.164. Raises Invalid for one that is no number."""
    numbers = [parse_phone_number(phone, default_region, dialable_only=False) for phone in chosen.phones]
    for phone, number in zip(chosen.phones, numbers, strict=True):
        if isinstance(number, PhoneProblem):
            raise Invalid.field("filter.phone", f"{phone[:40]!r}: {number.message}")
    return replace(chosen, phones=tuple(number.e164 for number in numbers if not isinstance(number, PhoneProblem)))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, CustomFieldCondition):
        return vars(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _ids(kept: list[str]) -> tuple[UUID, ...]:
    return tuple(UUID(text) for text in kept)


def _conditions(kept: list[dict[str, Any]]) -> tuple[CustomFieldCondition, ...]:
    return tuple(CustomFieldCondition(**condition) for condition in kept)


_TEXTS = ("statuses", "priorities", "countries", "states", "last_dispositions", "phones", "external_ids")
_READ: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, tuple),
    **dict.fromkeys(("list_ids", "import_ids", "ids"), _ids),
    **dict.fromkeys(("created_after", "created_before", "last_called_after", "last_called_before"),
                    datetime.fromisoformat),
    **dict.fromkeys(("attempts_min", "attempts_max"), int),
    "custom_fields": _conditions,
}  # fmt: skip
