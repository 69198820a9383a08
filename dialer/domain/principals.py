"""Who is asking, and what each role may do."""

from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.errors import Forbidden, SecondFactorNeeded
from dialer.domain.ids import AgentId, TenantId, UserId


class Role(StrEnum):
    """Roles of a tenant, widest first."""

    OWNER = "owner"
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


_RANK = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2, Role.OWNER: 3}


@dataclass(frozen=True)
class Principal:
    """The authenticated user behind a request. `agent_id` is set when the user works as an agent.

    Of an admin who still has to set up a second factor, `role` is that of an agent.
    """

    tenant_id: TenantId
    user_id: UserId
    role: Role
    session_id: str
    agent_id: AgentId | None = None
    lacks_second_factor: bool = False

    def has_at_least(self, role: Role) -> bool:
        """Tell whether this principal's role includes everything `role` may do."""
        return _RANK[self.role] >= _RANK[role]

    def require(self, role: Role) -> None:
        """Raise Forbidden unless this principal's role includes `role`."""
        if self.lacks_second_factor and not self.has_at_least(role):
            raise SecondFactorNeeded("Your organization wants a second factor of its admins: set yours up first.")
        if not self.has_at_least(role):
            raise Forbidden(f"This needs the role {role} or above.")
