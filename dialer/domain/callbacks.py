"""Calls that were promised to a person: at what moment, to the minute on his own clock, and whose turn it is then."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialer.domain.errors import Invalid
from dialer.domain.ids import AgentId


class CallbackState(StrEnum):
    """What has become of a promise. `offered`: on its agent's screen. `handed_over`: the team's, for want of him."""

    PROMISED = "promised"
    OFFERED = "offered"
    HANDED_OVER = "handed_over"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


OPEN = frozenset({CallbackState.PROMISED, CallbackState.OFFERED, CallbackState.HANDED_OVER})

DEFAULT_FALLBACK_MINUTES = 15
MIN_FALLBACK_MINUTES, MAX_FALLBACK_MINUTES = 1, 45
"""An agent's own promise is the team's after so many minutes; the team has a quarter of an hour left at least."""
ON_TIME = timedelta(seconds=60)
MISSED_AFTER = timedelta(minutes=60)
MAX_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class PromisedTime:
    """The moment of a promise, and how it was spoken: wall time in the callee's zone."""

    due_at: datetime
    time_zone: str
    local_time: str


def parse_promised_time(given: str, zone: ZoneInfo, *, now: datetime, field: str = "at") -> PromisedTime:
    """Read an ISO date and time: on the callee's clock, or with an offset. To the minute.

    A time that his clock shows twice is the first of both. Raises Invalid for what is no time, has passed, lies more
    than a year ahead, or is skipped by his clock.
    """
    due_at = _parse(given, zone, field)
    if due_at <= now:
        raise Invalid.field(field, f"must be in the future; it is {_spoken(now, zone)} where the callee is")
    if due_at - now > MAX_AHEAD:
        raise Invalid.field(field, "must be within a year")
    return promised_time(due_at, zone)


def promised_time(due_at: datetime, zone: ZoneInfo) -> PromisedTime:
    """The same moment as it is spoken in this zone."""
    return PromisedTime(due_at, zone.key, due_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"))


def _parse(given: str, zone: ZoneInfo, field: str) -> datetime:
    try:
        # A bare date is no time, though Python takes it for midnight.
        at = datetime.fromisoformat(given.strip()) if "T" in given or " " in given.strip() else None
        if at is None or not 1970 <= at.year <= 2999:
            raise ValueError
    except ValueError:
        raise Invalid.field(field, "must be an ISO 8601 date and time, such as 2026-11-23T10:30") from None
    at = at.replace(second=0, microsecond=0)
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    instant = at.replace(tzinfo=zone, fold=0).astimezone(UTC)
    shown = instant.astimezone(zone)
    if shown.replace(tzinfo=None) != at:
        skipped = f"{at:%H:%M} does not exist on {at:%Y-%m-%d} in {zone.key}, where the clock is set forward"
        raise Invalid.field(field, f"{skipped}: say {shown:%H:%M}")
    return instant


def speak_time(at: datetime, zone: ZoneInfo) -> str:
    """An instant for people: on the callee's clock, with his zone, and in UTC."""
    return f"{_spoken(at, zone)} ({at.astimezone(UTC):%Y-%m-%dT%H:%M}Z)"


def _spoken(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def held_until(due_at: datetime, *, agent_id: AgentId | None, fallback_minutes: int) -> datetime:
    """When the hopper may take the lead: the team's at once when it is due, an agent's after he had his time."""
    return due_at if agent_id is None else due_at + timedelta(minutes=fallback_minutes)


class Turn(StrEnum):
    """What is to be done with an open promise now. `wait` leaves it to the hopper, its agent, or the time."""

    WAIT = "wait"
    OFFER = "offer"
    HAND_OVER = "hand_over"
    MISS = "miss"


@dataclass(frozen=True)
class OpenPromise:
    """An open promise with all that its turn depends on. `may_call`: the campaign dials at this moment."""

    due_at: datetime
    agent_id: AgentId | None
    fallback_minutes: int
    lead_status: str
    campaign_status: str
    may_call: bool
    agent_is_free: bool
    agent_skipped: bool


def decide_turn(promise: OpenPromise, at: datetime) -> Turn:
    """Decide what is to be done now with an open promise.

    Nothing while the lead is in the hopper, on a screen or in a call: what comes of that decides. The agent of the
    promise has `fallback_minutes` to dial; then, or when he declines, it is the team's. After an hour, or when its
    campaign has ended, it is missed.
    """
    if at < promise.due_at or promise.lead_status != "pending":
        return Turn.WAIT
    if at >= promise.due_at + MISSED_AFTER or promise.campaign_status in ("completed", "cancelled"):
        return Turn.MISS
    if promise.agent_id is None:
        return Turn.WAIT
    if promise.agent_skipped or at >= promise.due_at + timedelta(minutes=promise.fallback_minutes):
        return Turn.HAND_OVER
    return Turn.OFFER if promise.may_call and promise.agent_is_free else Turn.WAIT


def why_missed(promise: OpenPromise) -> str:
    """Why nobody called, in words."""
    if promise.campaign_status != "active":
        return f"the campaign is {promise.campaign_status}"
    return "nobody was free within an hour" if promise.may_call else "the person might not be called"
