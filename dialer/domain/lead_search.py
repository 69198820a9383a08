"""What is asked of a table of leads: filters, one order, and where the page before ended."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads
from typing import Literal
from uuid import UUID

from dialer.domain.errors import Invalid

LeadSort = Literal["created", "-created", "priority", "last_called", "-last_called", "next_call", "name"]
"""created: in the order in which they came; a minus turns it round. last_called: never called ones last. next_call:
those who wait for a time by it, then the others. name: by last name, those without one last."""
Count = Literal["exact", "capped", "none"]
SortKey = datetime | tuple[str, str] | None

STATUSES = ("pending", "queued", "calling", "completed", "failed", "dnc")
LEAST_ENDING = 4
"""So many digits may be the end of a number; fewer are looked for at its beginning alone."""
LEAST_DIGITS = 3
_NO_NUMBER = re.compile(r"[^\d\s()+./\-]")


@dataclass(frozen=True)
class SearchText:
    """What somebody typed: words that names and e-mails begin with, or digits of a number, and in any case perhaps an
    external id."""

    text: str
    words: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    ending: str | None = None


@dataclass(frozen=True)
class Position:
    """After which lead a page begins. `section`: orders put their leads into a few sections, one after the other."""

    sort: LeadSort
    section: int
    key: SortKey
    lead_id: UUID

    def to_cursor(self) -> str:
        """The same for an address."""
        key = self.key.isoformat() if isinstance(self.key, datetime) else self.key
        return urlsafe_b64encode(dumps([self.sort, self.section, key, str(self.lead_id)]).encode()).decode().rstrip("=")

    @classmethod
    def from_cursor(cls, cursor: str, sort: LeadSort) -> "Position":
        """Read what `to_cursor` wrote. Raises Invalid for anything else, and for a cursor of another order."""
        try:
            written = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            of_sort, section, key, lead_id = loads(written)
            if of_sort != sort or section not in (0, 1, 2):
                raise ValueError
            return cls(sort, section, _read_key(sort, section, key), UUID(lead_id))
        except (ValueError, TypeError, AttributeError):
            raise Invalid.field("cursor", "is none of this order; begin without one") from None


@dataclass(frozen=True)
class LeadSearch:
    """Conditions that must all hold; one that is empty or None does not restrict. `is_suppressed`: not to be called."""

    statuses: tuple[str, ...] = ()
    list_ids: tuple[UUID, ...] = ()
    priorities: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    was_called: bool | None = None
    has_callback: bool | None = None
    is_suppressed: bool | None = None
    text: SearchText | None = None

    def wanted_statuses(self) -> tuple[str, ...]:
        """Those that may be found; none if conditions contradict each other."""
        given = self.statuses or STATUSES
        if self.is_suppressed is None:
            return tuple(given)
        return tuple(status for status in given if (status == "dnc") is self.is_suppressed)


def parse_search_text(typed: str, calling_codes: Sequence[int]) -> SearchText | None:
    """Read what somebody typed; None for nothing. Numbers may be written without one of the `calling_codes`."""
    text = " ".join(typed.split())
    if not text:
        return None
    digits = "".join(re.findall(r"[0-9]", text))
    if _NO_NUMBER.search(text) or len(digits) < LEAST_DIGITS:
        return SearchText(text, words=tuple(sorted(text.split(), key=len, reverse=True))[:5])
    beginnings = [f"+{digits}"]
    if not text.startswith("+"):
        beginnings += [f"+{code}{digits.removeprefix('0')}" for code in calling_codes]
    has_end = not text.startswith("+") and len(digits) >= LEAST_ENDING
    return SearchText(text, beginnings=tuple(beginnings), ending=digits if has_end else None)


def _read_key(sort: LeadSort, section: int, key: object) -> SortKey:
    """The key of an order that has one; raises ValueError for what is none."""
    if sort in ("created", "-created", "priority") or section > 0:
        if key is not None:
            raise ValueError
        return None
    if sort == "name":
        if not isinstance(key, list) or [type(part) for part in key] != [str, str] or "\x00" in "".join(key):
            raise ValueError
        return (key[0], key[1])
    at = datetime.fromisoformat(str(key))
    if at.tzinfo is None:
        raise ValueError
    return at
