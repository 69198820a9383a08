"""Who could take a call over."""

from uuid import UUID

from api.surfaces.dialer.schemas.base import Answer, Out


class TargetAgentOut(Out):
    """An agent who is free and can be reached."""

    id: UUID
    name: str
    agent_group_id: UUID | None


class TargetGroupOut(Out):
    """A team; `available` of it are free and can be reached."""

    id: UUID
    name: str
    available: int


class TransferTargetsAnswer(Answer):
    """Agents and teams by name."""

    agents: list[TargetAgentOut]
    groups: list[TargetGroupOut]
