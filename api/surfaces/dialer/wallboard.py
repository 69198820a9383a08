"""The wallboard over HTTP: what the pages get as frames, in one piece."""

from api.context import principal, services
from api.surfaces.dialer.schemas.wallboard import WallboardAnswer, WallboardOut, WallboardQuery
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentGroupId, CampaignId
from dialer.domain.principals import Role
from dialer.domain.wallboard import Chosen
from dialer.usecases.wallboard import load_wallboard

wallboard = surface.resource("wallboard", url_prefix="/wallboard", tag="Wallboard")


@wallboard.get("", role=Role.SUPERVISOR, query=WallboardQuery, returns=WallboardAnswer, errors=(404,))
def show_wallboard(query: WallboardQuery) -> WallboardAnswer:
    """Show the floor as of now: agents, calls in flight, campaigns, figures over all of them, and the last hour.

    All of it is one moment's. With a campaign or a group, the part of it that is theirs. Who wants to follow the floor
    says `wallboard:watch` over Socket.IO instead, and gets what has changed, at most once a second.
    """
    chosen = Chosen(
        campaign_ids=None if query.campaign_id is None else frozenset({CampaignId(query.campaign_id)}),
        agent_group_id=None if query.agent_group_id is None else AgentGroupId(query.agent_group_id),
    )
    found = load_wallboard(services(), actor=principal(), chosen=chosen)
    return WallboardAnswer(wallboard=WallboardOut.model_validate({"at": found.at, **found.board.as_json()}))
