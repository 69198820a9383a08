"""Agent groups on the dialer surface."""

from typing import Any
from uuid import UUID

from pydantic import Field

from api.surfaces.dialer.schemas.base import Answer, In, Instant, LongText, Out, ShortText

_ABSENT: Any = None


class CreateAgentGroupIn(In):
    """A new team."""

    name: ShortText
    description: LongText | None = None


class UpdateAgentGroupIn(In):
    """What of a team changes."""

    name: ShortText = _ABSENT
    description: LongText | None = None


class AgentGroupOut(Out):
    """A team."""

    id: UUID
    tenant_id: UUID
    name: str
    description: str | None
    members_count: int = Field(description="How many active agents belong to it.")
    created_at: Instant
    updated_at: Instant


class AgentGroupAnswer(Answer):
    """One team."""

    agent_group: AgentGroupOut


class AgentGroupsAnswer(Answer):
    """A page of teams."""

    agent_groups: list[AgentGroupOut]
    count: int
    total: int
