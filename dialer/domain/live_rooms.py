"""The names under which browsers listen: who emits and who serves sockets must agree on them."""

from dialer.domain.ids import AgentId, TenantId

# The pub/sub channel between all processes of one installation.
CHANNEL = "dialer.live"


def agent_room(agent_id: AgentId) -> str:
    """The consoles of one agent, and supervisors who look on."""
    return f"agent:{agent_id}"


def tenant_room(tenant_id: TenantId) -> str:
    """The supervisors and admins of one tenant."""
    return f"tenant:{tenant_id}"
