"""Agents: what they are, what they declare, what they have done."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from api.surfaces.dialer.schemas.access import Email
from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery, ShortText
from dialer.domain.agents import AgentState, AgentStatus

WorkingHours = Annotated[
    dict[str, dict[str, str]],
    Field(
        max_length=7,
        description="By weekday, HH:MM; an end before the start is the next day's.",
        examples=[{"monday": {"start": "09:00", "end": "17:00"}}],
    ),
]
AgentPhone = Annotated[str, StringConstraints(max_length=40), Field(examples=["+14155553333"])]
CallsAtOnce = Annotated[
    int, Field(ge=1, le=10, description="How many calls the agent may hold at once; the console holds one.")
]


class AgentsQuery(PageQuery):
    """Which agents to list."""

    status: AgentStatus | None = Field(None, description="The status that is shown: busy also while in a call.")
    agent_group_id: UUID | None = None
    include_inactive: bool = Field(default=False, description="Deactivated agents too.")


class CreateAgentIn(In):
    """A new agent. Without `user_id`, the user with the same e-mail address is taken if he works as no agent yet."""

    name: ShortText
    phone: AgentPhone | None = None
    email: Email | None = None
    agent_group_id: UUID | None = None
    max_concurrent_calls: CallsAtOnce = 1
    working_hours: WorkingHours | None = None
    user_id: UUID | None = None


class UpdateAgentIn(In):
    """What to change; what is not sent stays."""

    name: ShortText | None = None
    phone: AgentPhone | None = None
    email: Email | None = None
    agent_group_id: UUID | None = None
    max_concurrent_calls: CallsAtOnce | None = None
    working_hours: WorkingHours | None = None
    user_id: UUID | None = None
    is_active: bool | None = Field(None, description="true brings a deactivated agent back.")

    @field_validator("name", "max_concurrent_calls", "working_hours", "is_active")
    @classmethod
    def _has_a_value(cls, sent: object) -> object:
        if sent is None:
            raise ValueError("must not be null")
        return sent


class AgentStatusIn(In):
    """What the agent is ready for."""

    status: AgentStatus
    break_reason_id: UUID | None = Field(None, description="Why; with the status break only.")


class AgentStatsQuery(In):
    """Which days to count; a bare date in `date_to` includes that day."""

    date_from: str | None = Field(
        None, description="ISO date or date-time, UTC unless it has a zone.", examples=["2024-01-01"]
    )
    date_to: str | None = Field(None, description="ISO date or date-time, included.", examples=["2024-01-31"])


class AgentOut(Out):
    """An agent. `status` is busy while the agent is at work for a callee, else what he declared."""

    id: UUID
    tenant_id: UUID
    user_id: UUID | None
    name: str
    phone: str | None
    email: str | None
    agent_group_id: UUID | None
    status: AgentStatus
    declared_status: AgentStatus
    state: AgentState
    max_concurrent_calls: int
    current_calls: int
    total_calls_handled: int
    total_call_duration_seconds: int
    working_hours: dict[str, dict[str, str]]
    is_active: bool
    since: Instant = Field(description="From when the agent is in his state, or on a break for this reason.")
    break_reason_id: UUID | None
    break_reason: str | None
    wrap_up_until: Instant | None
    wrap_up_extended_seconds: int
    created_at: Instant
    updated_at: Instant
    last_active_at: Instant | None


class AgentAnswer(Answer):
    """One agent."""

    agent: AgentOut


class AgentsAnswer(Answer):
    """A page of agents; `count` is its length, `total` that of the whole list."""

    agents: list[AgentOut]
    count: int
    total: int


class BreakSecondsOut(Out):
    """Time on breaks for one reason; without an id, for none that was given."""

    break_reason_id: UUID | None
    name: str | None
    is_paid: bool | None
    seconds: float


class AgentStatsOut(Out):
    """Calls given to the agent and talked on, seconds; `occupancy` is the share of logged-in time spent for callees."""

    total_calls: int
    answered_calls: int
    avg_talk_time: float
    total_talk_time: int
    occupancy: float | None
    seconds_by_state: dict[AgentState, float]
    breaks: list[BreakSecondsOut] = Field(description="The seconds of the state paused, by their reasons.")


class AgentStatsAnswer(Answer):
    """An agent and his figures."""

    agent: AgentOut
    stats: AgentStatsOut
