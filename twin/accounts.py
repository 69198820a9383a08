"""Owns an account: its credentials and everything filed under it."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from twin.identifiers import new_sid

if TYPE_CHECKING:
    from twin.carrier.calls import Call
    from twin.carrier.conferences import Conference
    from twin.carrier.placement import PlacementQueue
    from twin.carrier.queues import WaitingQueue
    from twin.carrier.recordings import Recording

# Finished calls, conferences and recordings beyond this many are forgotten, oldest first.
MAX_KEPT = 100_000


@dataclass
class Settings:
    """A resource that only holds what it was told: a number, an application, a verified caller id."""

    sid: str
    date_created: datetime
    date_updated: datetime
    values: dict[str, Any]


@dataclass(eq=False)
class Account:
    sid: str
    auth_token: str
    placement: PlacementQueue
    date_created: datetime
    friendly_name: str = "Twin account"
    status: str = "active"
    keys: dict[str, str] = field(default_factory=dict)
    calls: OrderedDict[str, Call] = field(default_factory=OrderedDict)
    conferences: OrderedDict[str, Conference] = field(default_factory=OrderedDict)
    recordings: OrderedDict[str, Recording] = field(default_factory=OrderedDict)
    queues: OrderedDict[str, WaitingQueue] = field(default_factory=OrderedDict)
    numbers: OrderedDict[str, Settings] = field(default_factory=OrderedDict)
    applications: OrderedDict[str, Settings] = field(default_factory=OrderedDict)
    caller_ids: OrderedDict[str, Settings] = field(default_factory=OrderedDict)

    def secret_is(self, username: str, password: str) -> bool:
        expected = self.auth_token if username == self.sid else self.keys.get(username)
        return expected is not None and hmac.compare_digest(expected.encode(), password.encode())

    def number(self, phone_number: str) -> Settings | None:
        return next((n for n in self.numbers.values() if n.values["phone_number"] == phone_number), None)

    def owns(self, phone_number: str) -> bool:
        verified = any(c.values["phone_number"] == phone_number for c in self.caller_ids.values())
        return verified or self.number(phone_number) is not None

    def live_conference(self, name: str) -> Conference | None:
        """Find the one conference of that name that has not ended; a name is used again after its end."""
        for conference in reversed(self.conferences.values()):
            if conference.friendly_name == name and conference.status != "completed":
                return conference
        return None

    def own_number(self, values: dict[str, Any], now: datetime) -> Settings:
        """File a number under this account; a number already owned is returned as it is."""
        known = self.number(values["phone_number"])
        if known is not None:
            return known
        number = Settings(new_sid("PN"), now, now, values)
        self.numbers[number.sid] = number
        return number


def forget_oldest(filed: OrderedDict[str, Any], is_over: Any) -> None:
    """Keep memory bounded: drop finished entries from the old end, stopping at the first that still lives."""
    while len(filed) > MAX_KEPT:
        sid, oldest = next(iter(filed.items()))
        if not is_over(oldest):
            return
        del filed[sid]
