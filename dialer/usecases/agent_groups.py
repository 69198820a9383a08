"""Agent groups: the teams that campaigns draw their agents from."""

from dataclasses import dataclass

from dialer.domain.errors import Conflict, Invalid, NotFound
from dialer.domain.ids import AgentGroupId
from dialer.domain.principals import Principal, Role
from dialer.store import agent_groups as store
from dialer.store.agent_groups import AgentGroup
from dialer.store.session import Transaction
from dialer.usecases.services import Services


@dataclass(frozen=True)
class AgentGroupPage:
    """One page of groups, and how many there are in all."""

    agent_groups: tuple[AgentGroup, ...]
    total: int


def list_agent_groups(services: Services, *, actor: Principal, limit: int, offset: int) -> AgentGroupPage:
    """List the tenant's groups by name."""
    with services.transaction(actor.tenant_id) as tx:
        page = store.list_agent_groups(tx.session, limit=limit, offset=offset)
        return AgentGroupPage(tuple(page), store.count_agent_groups(tx.session))


def load_agent_group(services: Services, *, actor: Principal, group_id: AgentGroupId) -> AgentGroup:
    """Show one group. Raises NotFound."""
    with services.transaction(actor.tenant_id) as tx:
        return _load(tx, group_id)


def create_agent_group(services: Services, *, actor: Principal, name: str, description: str | None) -> AgentGroup:
    """Create an empty group. Raises Conflict when the name is taken."""
    actor.require(Role.ADMIN)
    checked = _check_name(name)
    with services.transaction(actor.tenant_id) as tx:
        now = services.clock.now()
        group_id = store.insert_agent_group(
            tx.session, tenant_id=actor.tenant_id, name=checked, description=description, now=now
        )
        if group_id is None:
            raise Conflict("There is an agent group with this name already.")
        return _load(tx, group_id)


def update_agent_group(
    services: Services, *, actor: Principal, group_id: AgentGroupId, changes: dict[str, str | None]
) -> AgentGroup:
    """Change `name` or `description`, whichever is among the changes. Raises Conflict when the name is taken."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        group = _load(tx, group_id)
        name = _check_name(changes.get("name", group.name) or "")
        description = changes.get("description", group.description)
        store.update_agent_group(tx.session, group_id, name=name, description=description, now=services.clock.now())
        return _load(tx, group_id)


def delete_agent_group(services: Services, *, actor: Principal, group_id: AgentGroupId) -> None:
    """Remove a group; its agents stay, without one.

    Raises Conflict while a scheduled, active or paused campaign relies on it: without its group that campaign would
    use every agent of the tenant.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        _load(tx, group_id)
        users = store.list_campaigns_using(tx.session, group_id)
        if users:
            raise Conflict(f"The agent group is used by {', '.join(users[:3])}; give that campaign another one first.")
        store.delete_agent_group(tx.session, group_id)


def _check_name(name: str) -> str:
    stripped = name.strip()
    if not 1 <= len(stripped) <= 200:
        raise Invalid.field("name", "must be 1 to 200 characters long")
    return stripped


def _load(tx: Transaction, group_id: AgentGroupId) -> AgentGroup:
    group = store.find_agent_group(tx.session, group_id)
    if group is None:
        raise NotFound("There is no agent group with this id.")
    return group
