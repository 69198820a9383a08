"""Gates: what stops a lead from being dialled, which of them comes first, and when it opens.

Lasting gates come before passing ones: somebody on a do-not-call list is not "outside hours" at night.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

GATES = (
    "campaign", "list", "finished", "dnc", "no_phone", "not_permitted", "in_flight", "cap", "retry", "callback",
    "hours",
)  # fmt: skip
"""In this order. campaign: not active, or its schedule has ended. list: switched off. finished: the lead is completed
or failed. dnc: on a do-not-call list or marked. no_phone: no number that may be dialled. not_permitted: consent is
missing, calls are banned, or nobody knows the local time. in_flight: in the hopper, on an agent's screen, in a call.
cap: attempts used up, or a wait after an earlier call. retry: waits for its next attempt. callback: waits for a
promised time. hours: outside the hours of the rules or of the campaign."""
_ORDER = {name: place for place, name in enumerate(GATES)}

GATE_OF_CODE: Mapping[str, str] = {
    "campaign_not_active": "campaign",
    "schedule_ended": "campaign",
    "do_not_call": "dnc",
    "suppressed": "dnc",
    "on_registry": "dnc",
    "invalid_number": "no_phone",
    "possible_not_valid": "no_phone",
    "not_dialable": "no_phone",
    "phone_not_usable": "no_phone",
    "emergency": "no_phone",
    "country_not_allowed": "not_permitted",
    "consent_required": "not_permitted",
    "banned": "not_permitted",
    "unknown_time_zone": "not_permitted",
    "in_flight": "in_flight",
    "attempts_exhausted": "cap",
    "attempt_cap": "cap",
    "conversation_wait": "cap",
    "refusal_wait": "cap",
    "abandoned_wait": "cap",
    "outside_hours": "hours",
    "closed_day": "hours",
    "holiday": "hours",
    "holiday_calendar_missing": "hours",
    "closure": "hours",
    "campaign_window": "hours",
}
"""The gate behind each code of a verdict. What is not here concerns a planned call and no lead."""


@dataclass(frozen=True)
class Gate:
    """Something that stops a lead. `clears_at`: when time alone will have opened it; None: never by itself."""

    gate: str
    code: str
    message: str
    clears_at: datetime | None = None
    rule: str | None = None


def in_order(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """The first gate first; of two gates of one kind, the one that stays longer."""
    forever = float("inf")

    def place(gate: Gate) -> tuple[int, float]:
        return _ORDER[gate.gate], -(forever if gate.clears_at is None else gate.clears_at.timestamp())

    return tuple(sorted(gates, key=place))
