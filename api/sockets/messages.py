"""What clients may say. Names of fields are the contract's."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.agents import AgentStatus


class Message(BaseModel):
    """A client's message: an object with exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JoinAgent(Message):
    """`agent:join`: this is the console of an agent."""

    agentId: UUID  # noqa: N815
    tenantId: UUID | None = None  # noqa: N815


class SetAgentStatus(Message):
    """`agent:status`: what the agent is ready for; a break may have its reason."""

    agentId: UUID  # noqa: N815
    status: AgentStatus
    break_reason_id: UUID | None = None


class CallReceived(Message):
    """`call:received`: the call is on the agent's screen."""

    callId: UUID  # noqa: N815


class WatchWallboard(Message):
    """`wallboard:watch`: tell the floor, or the part of it that belongs to these campaigns or this group."""

    campaign_ids: list[UUID] | None = Field(None, max_length=100)
    agent_group_id: UUID | None = None


class UnwatchWallboard(Message):
    """`wallboard:unwatch`: no more of it."""
