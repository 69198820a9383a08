"""What a campaign puts on its agents' desks, over HTTP: its script, and what may be concluded."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.dispositions import (
    CampaignDispositionsAnswer,
    DispositionChoiceOut,
    SaveDispositionsIn,
)
from api.surfaces.dialer.schemas.scripts import SaveScriptIn, ScriptAnswer, ScriptOut, ScriptQuery
from api.surfaces.dialer.surface import surface
from dialer.domain.call_words import AgentDisposition
from dialer.domain.ids import CampaignId, LeadId
from dialer.domain.principals import Role
from dialer.usecases import campaign_dispositions, scripts
from dialer.usecases.campaign_dispositions import CampaignDispositions
from dialer.usecases.scripts import ScriptView

campaign_desks = surface.resource("campaign_desks", url_prefix="/campaigns", tag="Scripts and dispositions")


def _script(view: ScriptView) -> ScriptAnswer:
    return ScriptAnswer(script=ScriptOut.model_validate(view))


def _dispositions(campaign_id: UUID, found: CampaignDispositions) -> CampaignDispositionsAnswer:
    return CampaignDispositionsAnswer(
        campaign_id=campaign_id,
        dispositions=[DispositionChoiceOut.model_validate(one) for one in found.dispositions],
        is_default=found.is_default,
        outcomes=list(AgentDisposition),
    )


@campaign_desks.get(
    "/<uuid:campaign_id>/script", role=Role.AGENT, query=ScriptQuery, returns=ScriptAnswer, errors=(404,)
)
def show_script(campaign_id: UUID, query: ScriptQuery) -> ScriptAnswer:
    """Show a campaign's script, as it was written and as it reads; with a lead, filled in for that person."""
    lead = None if query.lead_id is None else LeadId(query.lead_id)
    return _script(
        scripts.load_script(services(), actor=principal(), campaign_id=CampaignId(campaign_id), lead_id=lead)
    )


@campaign_desks.put(
    "/<uuid:campaign_id>/script", role=Role.SUPERVISOR, body=SaveScriptIn, returns=ScriptAnswer, errors=(404, 409)
)
def save_script(campaign_id: UUID, body: SaveScriptIn) -> ScriptAnswer:
    """Write a campaign's script; warnings tell of fields that no lead will fill."""
    view = scripts.save_script(
        services(),
        actor=principal(),
        campaign_id=CampaignId(campaign_id),
        text=body.text,
        seen=body.updated_at,
        dry_run=body.dry_run,
    )
    return _script(view)


@campaign_desks.get(
    "/<uuid:campaign_id>/dispositions", role=Role.AGENT, returns=CampaignDispositionsAnswer, errors=(404,)
)
def list_campaign_dispositions(campaign_id: UUID) -> CampaignDispositionsAnswer:
    """List what agents may conclude in a campaign, in order and with their digits."""
    found = campaign_dispositions.load_dispositions(services(), actor=principal(), campaign_id=CampaignId(campaign_id))
    return _dispositions(campaign_id, found)


@campaign_desks.put(
    "/<uuid:campaign_id>/dispositions",
    role=Role.ADMIN,
    body=SaveDispositionsIn,
    returns=CampaignDispositionsAnswer,
    errors=(404,),
)
def save_campaign_dispositions(campaign_id: UUID, body: SaveDispositionsIn) -> CampaignDispositionsAnswer:
    """Replace what agents may conclude in a campaign; null goes back to the product's own list."""
    sent = None if body.dispositions is None else [one.model_dump() for one in body.dispositions]
    found = campaign_dispositions.save_dispositions(
        services(), actor=principal(), campaign_id=CampaignId(campaign_id), dispositions=sent
    )
    return _dispositions(campaign_id, found)
