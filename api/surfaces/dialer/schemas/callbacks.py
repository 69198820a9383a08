"""Promised calls."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.surfaces.dialer.schemas.base import Answer, In, Instant, LongText, Out, PageQuery, ShortText
from dialer.domain.callbacks import (
    DEFAULT_FALLBACK_MINUTES,
    MAX_FALLBACK_MINUTES,
    MIN_FALLBACK_MINUTES,
    CallbackState,
)
from dialer.domain.ids import AgentId
from dialer.usecases.callbacks import Owner

_ABSENT: Any = None
TIME_ZONE_TEXT = "In which the time is meant, if not in the callee's own."
CallbackTime = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Field(
        description="ISO date and time on the callee's clock, or with an offset; to the minute.",
        examples=["2026-11-23T10:30", "2026-11-23T10:30-05:00"],
    ),
]
CallbackAgent = Annotated[
    Literal["me"] | UUID | None, Field(description="Who is to call: oneself, an agent, or null for the team.")
]
FallbackMinutes = Annotated[
    int,
    Field(
        ge=MIN_FALLBACK_MINUTES,
        le=MAX_FALLBACK_MINUTES,
        description="How long after its time an agent's own promise is his alone; then it is the team's.",
    ),
]


def owner_of(agent: Literal["me"] | UUID | None) -> Owner:
    """Who is to call, as use cases have it."""
    return AgentId(agent) if isinstance(agent, UUID) else agent


class PromiseCallbackIn(In):
    """What is promised. A time that the callee's clock shows twice is the first of both; a skipped one is refused."""

    at: CallbackTime
    agent_id: CallbackAgent = None
    time_zone: ShortText | None = Field(None, description=TIME_ZONE_TEXT)
    note: LongText | None = None
    fallback_minutes: FallbackMinutes = DEFAULT_FALLBACK_MINUTES


class ChangeCallbackIn(In):
    """What of a promise is changed; what is absent stays."""

    at: CallbackTime = _ABSENT
    agent_id: CallbackAgent = None
    time_zone: ShortText = Field(_ABSENT, description=TIME_ZONE_TEXT)
    note: LongText | None = None
    fallback_minutes: FallbackMinutes = _ABSENT


class CallbacksQuery(PageQuery):
    """Which promises to list, by when they are due; a bare date in `to` includes that day."""

    state: CallbackState | None = None
    agent_id: UUID | None = None
    campaign_id: UUID | None = None
    lead_id: UUID | None = None
    date_from: str | None = Field(None, alias="from", description="ISO date or date-time, UTC unless it has a zone.")
    date_to: str | None = Field(None, alias="to", description="ISO date or date-time, included.")


class CallbackReportQuery(In):
    """Which promises to report on, by when they were due."""

    campaign_id: UUID | None = None
    date_from: str | None = Field(None, alias="from", description="ISO date or date-time, UTC unless it has a zone.")
    date_to: str | None = Field(None, alias="to", description="ISO date or date-time, included.")


class CallbackOut(Out):
    """A promise. `local_time` is the callee's clock in `time_zone` at `due_at`.

    `agent_id` null: the team's. `late_seconds` tells by how much a kept one was late; `reason` why another one ended.
    """

    id: UUID
    campaign_id: UUID
    campaign_name: str
    lead_id: UUID
    first_name: str | None
    last_name: str | None
    phone: str
    agent_id: UUID | None
    agent_name: str | None
    due_at: Instant
    time_zone: str
    local_time: str
    fallback_minutes: int
    note: str | None
    state: CallbackState
    reason: str | None
    promised_in_call_id: UUID | None
    call_id: UUID | None
    late_seconds: int | None
    handed_over_from: UUID | None
    handed_over_at: Instant | None
    created_by: UUID | None
    created_at: Instant
    updated_at: Instant
    ended_at: Instant | None


class CallbackAnswer(Answer):
    """One promise."""

    callback: CallbackOut


class CallbacksAnswer(Answer):
    """A page of promises, the earliest first; `count` is its length, `total` counts all."""

    callbacks: list[CallbackOut]
    count: int
    total: int


class CallbackFiguresOut(Out):
    """Promises by what became of them. On time is within a minute; `late` ones were kept later than that.

    `handed_over` ones went from their agent to the team, whatever became of them then.
    """

    promised: int
    open: int
    kept: int
    kept_on_time: int
    late: int
    average_late_seconds: float | None
    max_late_seconds: int | None
    missed: int
    cancelled: int
    handed_over: int


class AgentCallbackFiguresOut(CallbackFiguresOut):
    """The promises that one agent made his own; without an agent, the team's."""

    agent_id: UUID | None
    agent_name: str | None


class CallbackReportOut(Out):
    """All promises, and by agent."""

    totals: CallbackFiguresOut
    agents: list[AgentCallbackFiguresOut]


class CallbackReportAnswer(Answer):
    """How promises were kept."""

    report: CallbackReportOut
