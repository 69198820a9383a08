"""A live feed that keeps what it was told to show."""

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.ids import AgentId, TenantId


@dataclass(frozen=True)
class FeedEvent:
    audience: AgentId | TenantId
    event: str
    payload: Mapping[str, object]


class RecordingFeed:
    """`feed.to_agents` and `feed.to_tenants` list what was emitted, in order."""

    def __init__(self) -> None:
        self.to_agents: list[FeedEvent] = []
        self.to_tenants: list[FeedEvent] = []

    def to_agent(self, agent_id: AgentId, event: str, payload: Mapping[str, object]) -> None:
        self.to_agents.append(FeedEvent(agent_id, event, payload))

    def to_tenant(self, tenant_id: TenantId, event: str, payload: Mapping[str, object]) -> None:
        self.to_tenants.append(FeedEvent(tenant_id, event, payload))

    @property
    def events(self) -> list[str]:
        """The names of everything emitted: to agents, then to tenants."""
        return [shown.event for shown in self.to_agents + self.to_tenants]

    def clear(self) -> None:
        self.to_agents.clear()
        self.to_tenants.clear()
