"""`/api/agent-groups`."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.agent_groups import (
    AgentGroupAnswer,
    AgentGroupOut,
    AgentGroupsAnswer,
    CreateAgentGroupIn,
    UpdateAgentGroupIn,
)
from api.surfaces.dialer.schemas.base import Message, PageQuery
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentGroupId
from dialer.domain.principals import Role
from dialer.usecases import agent_groups as usecases

agent_groups = surface.resource("agent_groups", url_prefix="/agent-groups")


@agent_groups.get("", role=Role.AGENT, query=PageQuery, returns=AgentGroupsAnswer)
def list_agent_groups(query: PageQuery) -> AgentGroupsAnswer:
    """List agent groups by name."""
    page = usecases.list_agent_groups(services(), actor=principal(), limit=query.limit, offset=query.offset)
    shown = [AgentGroupOut.model_validate(group) for group in page.agent_groups]
    return AgentGroupsAnswer(agent_groups=shown, count=len(shown), total=page.total)


@agent_groups.get("/<uuid:agent_group_id>", role=Role.AGENT, returns=AgentGroupAnswer, errors=(404,))
def show_agent_group(agent_group_id: UUID) -> AgentGroupAnswer:
    """Show one agent group."""
    group = usecases.load_agent_group(services(), actor=principal(), group_id=AgentGroupId(agent_group_id))
    return AgentGroupAnswer(agent_group=AgentGroupOut.model_validate(group))


@agent_groups.post("", role=Role.ADMIN, body=CreateAgentGroupIn, returns=AgentGroupAnswer, status=201, errors=(409,))
def create_agent_group(body: CreateAgentGroupIn) -> AgentGroupAnswer:
    """Create an agent group."""
    group = usecases.create_agent_group(services(), actor=principal(), name=body.name, description=body.description)
    return AgentGroupAnswer(agent_group=AgentGroupOut.model_validate(group))


@agent_groups.put(
    "/<uuid:agent_group_id>", role=Role.ADMIN, body=UpdateAgentGroupIn, returns=AgentGroupAnswer, errors=(404, 409)
)
def update_agent_group(agent_group_id: UUID, body: UpdateAgentGroupIn) -> AgentGroupAnswer:
    """Rename or describe an agent group."""
    group = usecases.update_agent_group(
        services(),
        actor=principal(),
        group_id=AgentGroupId(agent_group_id),
        changes=body.model_dump(exclude_unset=True),
    )
    return AgentGroupAnswer(agent_group=AgentGroupOut.model_validate(group))


@agent_groups.delete("/<uuid:agent_group_id>", role=Role.ADMIN, returns=Message, errors=(404, 409))
def delete_agent_group(agent_group_id: UUID) -> Message:
    """Delete an agent group that no scheduled, active or paused campaign uses. Its agents stay."""
    usecases.delete_agent_group(services(), actor=principal(), group_id=AgentGroupId(agent_group_id))
    return Message(message="Agent group deleted")
