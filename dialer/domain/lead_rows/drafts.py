"""What a row of a list says about a person, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dialer.domain.phone_numbers import LineType

PRIORITIES = {"high": 0, "normal": 1, "low": 2}
Severity = Literal["refused", "warning"]


@dataclass(frozen=True, slots=True)
class LeadDraft:
    """A lead as a row describes it, not yet stored. `phone` is what the file said, `phone_normalized` E.164.

    `alternates` are the person's further numbers, in E.164 and the order in which to try them. `region` and
    `line_type` are the number's; `country` is what the row says, else the number's. None everywhere: not said.
    """

    phone: str
    phone_normalized: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    country: str | None = None
    type: str | None = None
    priority: int = PRIORITIES["normal"]
    notes: str | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    do_not_call: bool = False
    external_id: str | None = None
    state: str | None = None
    postal_code: str | None = None
    time_zone: str | None = None
    alternates: tuple[str, ...] = ()
    consent: bool | None = None
    region: str | None = None
    line_type: LineType | None = None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row: the lead's field, a stable code, what the cell said and a sentence for people.

    `column` is the header, `index` the row's place in its batch. A row with a `refused` problem becomes no lead; a
    `warning` names a cell that was left out of one.
    """

    field: str
    code: str
    value: str
    message: str
    column: str = ""
    severity: Severity = "refused"
    index: int = 0
