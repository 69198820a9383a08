"""Agents over HTTP."""

from typing import cast
from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.agents import (
    AgentAnswer,
    AgentOut,
    AgentsAnswer,
    AgentsQuery,
    AgentStatsAnswer,
    AgentStatsOut,
    AgentStatsQuery,
    AgentStatusIn,
    BreakSecondsOut,
    CreateAgentIn,
    UpdateAgentIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentGroupId, AgentId, BreakReasonId
from dialer.domain.principals import Role
from dialer.domain.spans import parse_span
from dialer.usecases import agents as usecases
from dialer.usecases.agents import AgentView

agents = surface.resource("agents", url_prefix="/agents", tag="Agents")


def _answer(agent: AgentView) -> AgentAnswer:
    return AgentAnswer(agent=AgentOut.model_validate(agent))


@agents.get("", role=Role.AGENT, query=AgentsQuery, returns=AgentsAnswer)
def list_agents(query: AgentsQuery) -> AgentsAnswer:
    """List agents by name.

    Somebody in the role of an agent finds only himself.
    """
    group = None if query.agent_group_id is None else AgentGroupId(query.agent_group_id)
    page = usecases.list_agents(services(), actor=principal(), **{**query.model_dump(), "agent_group_id": group})
    shown = [AgentOut.model_validate(agent) for agent in page.agents]
    return AgentsAnswer(agents=shown, count=len(shown), total=page.total)


@agents.post("", role=Role.ADMIN, body=CreateAgentIn, returns=AgentAnswer, status=201, errors=(409,))
def create_agent(body: CreateAgentIn) -> AgentAnswer:
    """Add an agent, offline at first."""
    return _answer(usecases.create_agent(services(), actor=principal(), **body.model_dump()))


@agents.get("/<uuid:agent_id>", role=Role.AGENT, returns=AgentAnswer, errors=(404,))
def show_agent(agent_id: UUID) -> AgentAnswer:
    """Show one agent: oneself, or any for supervisors."""
    return _answer(usecases.load_agent(services(), actor=principal(), agent_id=AgentId(agent_id)))


@agents.put("/<uuid:agent_id>", role=Role.ADMIN, body=UpdateAgentIn, returns=AgentAnswer, errors=(404, 409))
def update_agent(agent_id: UUID, body: UpdateAgentIn) -> AgentAnswer:
    """Change what is sent of an agent."""
    changes = cast("usecases.AgentChanges", body.model_dump(exclude_unset=True))
    return _answer(usecases.update_agent(services(), actor=principal(), agent_id=AgentId(agent_id), changes=changes))


@agents.delete("/<uuid:agent_id>", role=Role.ADMIN, returns=AgentAnswer, errors=(404, 409))
def deactivate_agent(agent_id: UUID) -> AgentAnswer:
    """Deactivate an agent; calls and figures stay.

    Refused while the agent has a call.
    """
    return _answer(usecases.deactivate_agent(services(), actor=principal(), agent_id=AgentId(agent_id)))


@agents.put("/<uuid:agent_id>/status", role=Role.AGENT, body=AgentStatusIn, returns=AgentAnswer, errors=(404, 409))
def set_agent_status(agent_id: UUID, body: AgentStatusIn) -> AgentAnswer:
    """Declare what an agent is ready for: one's own status, or anybody's for supervisors.

    It ends wrap-up. During a call it takes effect when the call is over; until then the agent is shown as busy. A break
    may have its reason, which may be changed while it lasts.
    """
    reason = None if body.break_reason_id is None else BreakReasonId(body.break_reason_id)
    agent = usecases.set_agent_status(
        services(), actor=principal(), agent_id=AgentId(agent_id), status=body.status, break_reason_id=reason
    )
    return _answer(agent)


@agents.get("/<uuid:agent_id>/stats", role=Role.AGENT, query=AgentStatsQuery, returns=AgentStatsAnswer, errors=(404,))
def agent_stats(agent_id: UUID, query: AgentStatsQuery) -> AgentStatsAnswer:
    """Count an agent's calls and time: one's own, or anybody's for supervisors."""
    span = parse_span(query.date_from, query.date_to)
    found = usecases.agent_stats(services(), actor=principal(), agent_id=AgentId(agent_id), span=span)
    stats = AgentStatsOut(
        total_calls=found.calls.total_calls,
        answered_calls=found.calls.answered_calls,
        avg_talk_time=found.calls.avg_talk_time,
        total_talk_time=found.calls.total_talk_time,
        occupancy=found.occupancy.ratio,
        seconds_by_state=dict(found.occupancy.seconds_by_state),
        breaks=[BreakSecondsOut.model_validate(one) for one in found.occupancy.breaks],
    )
    return AgentStatsAnswer(agent=AgentOut.model_validate(found.agent), stats=stats)
