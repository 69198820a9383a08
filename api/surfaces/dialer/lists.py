"""`/api/campaigns/:id/lists` and `/api/lists`."""

from typing import cast
from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.lists import (
    CreateListIn,
    DeleteListQuery,
    ListAnswer,
    ListOut,
    ListsAnswer,
    UpdateListIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.lead_lists import ListChanges, ListSettings
from dialer.domain.principals import Role
from dialer.usecases import lists as usecases

of_campaign = surface.resource("campaign_lists", url_prefix="/campaigns/<uuid:campaign_id>/lists", tag="Lists")
lists = surface.resource("lists", url_prefix="/lists", tag="Lists")


@of_campaign.get("", role=Role.AGENT, returns=ListsAnswer, errors=(404,))
def list_lists(campaign_id: UUID) -> ListsAnswer:
    """List a campaign's lists in the order in which they came, with how many leads each has by status."""
    found = usecases.list_lists(services(), actor=principal(), campaign_id=CampaignId(campaign_id))
    shown = [ListOut.model_validate(entry) for entry in found]
    return ListsAnswer(lists=shown, count=len(shown))


@of_campaign.post("", role=Role.ADMIN, body=CreateListIn, returns=ListAnswer, status=201, errors=(404, 409))
def create_list(campaign_id: UUID, body: CreateListIn) -> ListAnswer:
    """Add a list to a campaign.

    Lists that have leads to call take turns in proportion to their weights, whatever their sizes.
    """
    settings = ListSettings(body.name, body.weight, body.is_active)
    created = usecases.create_list(
        services(), actor=principal(), campaign_id=CampaignId(campaign_id), settings=settings
    )
    return ListAnswer(list=ListOut.model_validate(created))


@lists.put("/<uuid:list_id>", role=Role.ADMIN, body=UpdateListIn, returns=ListAnswer, errors=(404, 409))
def update_list(list_id: UUID, body: UpdateListIn) -> ListAnswer:
    """Rename a list, change its weight, switch it on or off.

    What is left out stays as it is. An active campaign dials by the new settings from its next tick on.
    """
    changes = cast("ListChanges", body.model_dump(exclude_unset=True))
    changed = usecases.update_list(services(), actor=principal(), list_id=ListId(list_id), changes=changes)
    return ListAnswer(list=ListOut.model_validate(changed))


@lists.delete("/<uuid:list_id>", role=Role.ADMIN, query=DeleteListQuery, returns=Message, errors=(404, 409))
def delete_list(list_id: UUID, query: DeleteListQuery) -> Message:
    """Delete a list.

    Its leads, up to ten thousand, go to the list named by move_to. The campaign's first list stays: leads that name no
    list go there.
    """
    move_to = None if query.move_to is None else ListId(query.move_to)
    usecases.delete_list(services(), actor=principal(), list_id=ListId(list_id), move_to=move_to)
    return Message(message="List deleted")
