"""`/api/campaigns`."""

from typing import cast
from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.campaigns import (
    CampaignAnswer,
    CampaignChangeAnswer,
    CampaignOut,
    CampaignsAnswer,
    CampaignsQuery,
    CloneCampaignIn,
    CreateCampaignIn,
    UpdateCampaignIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.campaigns import CampaignChanges, CampaignSettings, change_settings
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.usecases import campaigns as usecases

campaigns = surface.resource("campaigns", url_prefix="/campaigns")


@campaigns.get("", role=Role.AGENT, query=CampaignsQuery, returns=CampaignsAnswer)
def list_campaigns(query: CampaignsQuery) -> CampaignsAnswer:
    """List campaigns, newest first."""
    page = usecases.list_campaigns(
        services(), actor=principal(), status=query.status, limit=query.limit, offset=query.offset
    )
    shown = [CampaignOut.of(view) for view in page.campaigns]
    return CampaignsAnswer(campaigns=shown, count=len(shown), total=page.total)


@campaigns.get("/<uuid:campaign_id>", role=Role.AGENT, returns=CampaignAnswer, errors=(404,))
def show_campaign(campaign_id: UUID) -> CampaignAnswer:
    """Show one campaign."""
    view = usecases.load_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id))
    return CampaignAnswer(campaign=CampaignOut.of(view))


@campaigns.post("", role=Role.ADMIN, body=CreateCampaignIn, returns=CampaignAnswer, status=201)
def create_campaign(body: CreateCampaignIn) -> CampaignAnswer:
    """Create a campaign in draft.

    Only a name and a caller id are required; the answer shows what was chosen for the rest.
    """
    settings = change_settings(CampaignSettings(body.name, body.caller_id), _changes(body))
    view = usecases.create_campaign(services(), actor=principal(), settings=settings)
    return CampaignAnswer(campaign=CampaignOut.of(view))


@campaigns.put("/<uuid:campaign_id>", role=Role.ADMIN, body=UpdateCampaignIn, returns=CampaignAnswer, errors=(404, 409))
def update_campaign(campaign_id: UUID, body: UpdateCampaignIn) -> CampaignAnswer:
    """Change a campaign's settings.

    What is left out stays as it is. An active campaign dials by the new settings, its mode too, from its next tick on.
    """
    view = usecases.update_campaign(
        services(), actor=principal(), campaign_id=CampaignId(campaign_id), changes=_changes(body)
    )
    return CampaignAnswer(campaign=CampaignOut.of(view))


@campaigns.post("/<uuid:campaign_id>/start", role=Role.SUPERVISOR, returns=CampaignChangeAnswer, errors=(404, 409))
def start_campaign(campaign_id: UUID) -> CampaignChangeAnswer:
    """Start or resume dialling.

    Before its schedule_start a campaign becomes scheduled instead. Starting an active campaign changes nothing.
    """
    return _changed(usecases.start_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id)))


@campaigns.post("/<uuid:campaign_id>/resume", role=Role.SUPERVISOR, returns=CampaignChangeAnswer, errors=(404, 409))
def resume_campaign(campaign_id: UUID) -> CampaignChangeAnswer:
    """Resume dialling: another word for start."""
    return _changed(usecases.start_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id)))


@campaigns.post("/<uuid:campaign_id>/pause", role=Role.SUPERVISOR, returns=CampaignChangeAnswer, errors=(404, 409))
def pause_campaign(campaign_id: UUID) -> CampaignChangeAnswer:
    """Stop placing calls.

    Calls already placed run to their end. Pausing a paused campaign changes nothing.
    """
    return _changed(usecases.pause_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id)))


@campaigns.post("/<uuid:campaign_id>/complete", role=Role.SUPERVISOR, returns=CampaignChangeAnswer, errors=(404, 409))
def complete_campaign(campaign_id: UUID) -> CampaignChangeAnswer:
    """Declare a campaign finished. It may be started again."""
    return _changed(usecases.complete_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id)))


@campaigns.post("/<uuid:campaign_id>/cancel", role=Role.ADMIN, returns=CampaignChangeAnswer, errors=(404, 409))
def cancel_campaign(campaign_id: UUID) -> CampaignChangeAnswer:
    """Give a campaign up for good."""
    return _changed(usecases.cancel_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id)))


@campaigns.post(
    "/<uuid:campaign_id>/clone",
    role=Role.ADMIN,
    body=CloneCampaignIn,
    returns=CampaignAnswer,
    status=201,
    errors=(404,),
)
def clone_campaign(campaign_id: UUID, body: CloneCampaignIn) -> CampaignAnswer:
    """Create a draft with the same settings.

    The schedule is not copied; the leads are if asked for, uncalled and without those who must not be called.
    """
    view = usecases.clone_campaign(
        services(), actor=principal(), campaign_id=CampaignId(campaign_id), name=body.name, with_leads=body.with_leads
    )
    return CampaignAnswer(campaign=CampaignOut.of(view))


@campaigns.delete("/<uuid:campaign_id>", role=Role.ADMIN, returns=Message, errors=(404, 409))
def delete_campaign(campaign_id: UUID) -> Message:
    """Delete a draft, completed or cancelled campaign with its leads and calls."""
    usecases.delete_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id))
    return Message(message="Campaign deleted")


def _changes(body: UpdateCampaignIn) -> CampaignChanges:
    changes: dict[str, object] = {name: getattr(body, name) for name in body.model_fields_set}
    if "retry_policy" in changes:
        changes["retry_policy"] = body.retry_policy.model_dump(exclude_unset=True)
    return cast("CampaignChanges", changes)


def _changed(change: usecases.StatusChange) -> CampaignChangeAnswer:
    return CampaignChangeAnswer(
        message=change.message, campaign=CampaignOut.of(change.view), warnings=list(change.warnings)
    )
