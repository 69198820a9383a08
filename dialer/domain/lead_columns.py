"""The columns of exported leads. A file that we wrote can be imported again, and gives the same leads.

Columns that an import understands bear the names of its targets. The others say what became of the lead here; in a file
with the column `dialer_lead_id`, which nobody else writes, an import leaves them out instead of keeping them as custom
fields.
"""

from collections.abc import Sequence

MARK = "dialer_lead_id"
PERSON = (
    "external_id", "first_name", "last_name", "email", "country", "state", "postal_code", "time_zone", "type",
    "priority", "consent", "do_not_call", "notes",
)  # fmt: skip
STANDING = (
    "list", "status", "status_reason", "call_attempts", "last_call_at", "next_call_at", "callback_at", "created_at",
)  # fmt: skip
OUTCOME = (
    "last_disposition", "last_agent_disposition", "last_agent", "last_answered_by", "last_talk_seconds",
    "last_call_notes",
)  # fmt: skip
_OURS = frozenset({MARK, *STANDING, *OUTCOME})


def phone_headers(most: int) -> list[str]:
    """The headers of the phones of people who have up to so many: `phone`, `phone2` and on."""
    return ["phone", *(f"phone{number}" for number in range(2, most + 1))]


def ours_alone(headers: Sequence[str]) -> frozenset[int]:
    """The columns, by position, that say nothing about a person, if the headers are those of an export."""
    names = [header.replace("\ufeff", "").strip() for header in headers]
    return frozenset(column for column, name in enumerate(names) if name in _OURS) if MARK in names else frozenset()
