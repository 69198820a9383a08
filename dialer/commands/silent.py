"""A queue that takes no task and a feed that tells nobody: for commands that run while nothing else does."""

from collections.abc import Mapping

from dialer.domain.ids import AgentId, TenantId


class SilentQueue:
    """The `TaskQueue` port, which may lose every message: what matters is found again by a sweep."""

    def send(self, task: str, *, expires_seconds: float | None = None, **arguments: str | int) -> None:
        """See `TaskQueue.send`. The message is dropped."""


class SilentFeed:
    """The `LiveFeed` port, whose clients see what is true when they connect."""

    def to_agent(self, agent_id: AgentId, event: str, payload: Mapping[str, object]) -> None:
        """See `LiveFeed.to_agent`. Nobody is told."""

    def to_tenant(self, tenant_id: TenantId, event: str, payload: Mapping[str, object]) -> None:
        """See `LiveFeed.to_tenant`. Nobody is told."""
