"""The agent's desk over HTTP: one snapshot, the wrap-up, the day so far."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.agents import AgentAnswer, AgentOut
from api.surfaces.dialer.schemas.desk import (
    AgentDayAnswer,
    AgentDayOut,
    DeskAnswer,
    DeskOut,
    DeskQuery,
    ExtendWrapUpIn,
    WrapUpAnswer,
    WrapUpOut,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentId
from dialer.domain.principals import Role
from dialer.usecases import desk as usecases
from dialer.usecases import wrap_ups

desk = surface.resource("desk", url_prefix="/agents", tag="The agent's desk")


@desk.get("/<uuid:agent_id>/desk", role=Role.AGENT, query=DeskQuery, returns=DeskAnswer, errors=(404,))
def show_desk(agent_id: UUID, query: DeskQuery) -> DeskAnswer:
    """Show all that is before an agent, as one snapshot: one's own, or anybody's for supervisors.

    The call that goes on or is being wrapped up with its lead, the script filled in, what may be concluded; a lead that
    is previewed; one's own callbacks that are due by the end of today.
    """
    found = usecases.load_desk(services(), actor=principal(), agent_id=AgentId(agent_id), zone=query.zone)
    return DeskAnswer(desk=DeskOut.of(found))


@desk.get("/<uuid:agent_id>/today", role=Role.AGENT, query=DeskQuery, returns=AgentDayAnswer, errors=(404,))
def show_agent_day(agent_id: UUID, query: DeskQuery) -> AgentDayAnswer:
    """Count what an agent has done today: one's own, or anybody's for supervisors."""
    found = usecases.load_day(services(), actor=principal(), agent_id=AgentId(agent_id), zone=query.zone)
    return AgentDayAnswer(today=AgentDayOut.of(found))


@desk.post(
    "/<uuid:agent_id>/wrap-up/extend", role=Role.AGENT, body=ExtendWrapUpIn, returns=WrapUpAnswer, errors=(404, 409)
)
def extend_wrap_up(agent_id: UUID, body: ExtendWrapUpIn) -> WrapUpAnswer:
    """Make the wrap-up longer, by what the campaign has left of its limit at most.

    Refused once it is over, and when the limit is used up.
    """
    found = wrap_ups.extend_wrap_up(services(), actor=principal(), agent_id=AgentId(agent_id), seconds=body.seconds)
    return WrapUpAnswer(agent=AgentOut.model_validate(found.agent), wrap_up=WrapUpOut.model_validate(found.wrap_up))


@desk.post("/<uuid:agent_id>/wrap-up/finish", role=Role.AGENT, returns=AgentAnswer, errors=(404,))
def finish_wrap_up(agent_id: UUID) -> AgentAnswer:
    """End the wrap-up now; what the agent has declared holds from here on. Repeating it changes nothing."""
    agent = wrap_ups.finish_wrap_up(services(), actor=principal(), agent_id=AgentId(agent_id))
    return AgentAnswer(agent=AgentOut.model_validate(agent))
