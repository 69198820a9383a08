"""What an agent declares, what he is doing, and what of both is shown; working hours and phone numbers of agents."""

import re
from collections.abc import Mapping
from enum import StrEnum

from dialer.domain.errors import FieldError, Invalid
from dialer.domain.phone_numbers import PhoneProblem, is_international, parse_phone_number


class AgentStatus(StrEnum):
    """What an agent declares."""

    AVAILABLE = "available"
    BUSY = "busy"
    OFFLINE = "offline"
    BREAK = "break"


class AgentState(StrEnum):
    """What an agent is doing. PostgreSQL computes it from the declared status and the calls held."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RESERVED = "reserved"
    TALKING = "talking"
    WRAPPING_UP = "wrapping_up"
    PAUSED = "paused"


# In these states an agent is at work for a callee, whatever is declared.
OCCUPIED = frozenset({AgentState.RESERVED, AgentState.TALKING, AgentState.WRAPPING_UP})
LOGGED_IN = frozenset(AgentState) - {AgentState.OFFLINE}

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WorkingHours = dict[str, dict[str, str]]

_WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def present_status(status: AgentStatus, state: AgentState) -> AgentStatus:
    """The status that others see: busy while at work for a callee, else what the agent declared."""
    return AgentStatus.BUSY if state in OCCUPIED else status


def parse_working_hours(raw: Mapping[str, object]) -> WorkingHours:
    """Check hours by weekday, such as `{"monday": {"start": "09:00", "end": "17:00"}}`.

    An end before the start is the next day's. Raises Invalid that names every wrong entry.
    """
    mistakes = [mistake for day, hours in raw.items() for mistake in _day_mistakes(day, hours)]
    if mistakes:
        raise Invalid(f"{mistakes[0].field}: {mistakes[0].message}", fields=tuple(mistakes))
    return {
        day: {"start": hours["start"], "end": hours["end"]} for day, hours in raw.items() if isinstance(hours, Mapping)
    }


def _day_mistakes(day: str, hours: object) -> list[FieldError]:
    where = f"working_hours.{day}"
    if day not in WEEKDAYS:
        return [FieldError(where, f"is not a weekday; use {', '.join(WEEKDAYS)}")]
    if not isinstance(hours, Mapping) or set(hours) != {"start", "end"}:
        return [FieldError(where, 'must be an object of "start" and "end"')]
    mistakes = [
        FieldError(f"{where}.{edge}", "must be a time HH:MM")
        for edge in ("start", "end")
        if not isinstance(hours[edge], str) or not _WALL_TIME.fullmatch(hours[edge])
    ]
    if not mistakes and hours["start"] == hours["end"]:
        mistakes.append(FieldError(where, "start and end must differ"))
    return mistakes


def parse_agent_phone(raw: str) -> str:
    """Read the number an agent is called at, in international form, as E.164.

    Raises Invalid, also for lines that cost the caller: nobody is to earn by being our agent.
    """
    if not is_international(raw):
        raise Invalid.field("phone", "must be in international form, such as +14155553333")
    number = parse_phone_number(raw, "ZZ")
    if isinstance(number, PhoneProblem):
        raise Invalid.field("phone", number.message)
    return number.e164
