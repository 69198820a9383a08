"""What clients may say. Names of fields are the contract's."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dialer.domain.agents import AgentStatus


class Message(BaseModel):
    """A client's message: an object with exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JoinAgent(Message):
    """`agent:join`: this is the console of an agent."""

    agentId: UUID  # noqa: N815
    tenantId: UUID | None = None  # noqa: N815


class SetAgentStatus(Message):
    """`agent:status`: what the agent is ready for."""

    agentId: UUID  # noqa: N815
    status: AgentStatus


class CallReceived(Message):
    """`call:received`: the call is on the agent's screen."""

    callId: UUID  # noqa: N815
