"""Why a lead is or is not dialled: `/api/leads/:id/dialability`, and the same for campaigns."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.dialability import (
    CampaignDialabilityAnswer,
    CampaignDialabilityOut,
    DryRunAnswer,
    DryRunIn,
    DryRunOut,
    LeadDialabilityAnswer,
    LeadDialabilityOut,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId, LeadId
from dialer.domain.principals import Role
from dialer.usecases import dialability as usecases
from dialer.usecases import dry_run as dry_runs

of_leads = surface.resource("lead_dialability", url_prefix="/leads", tag="Dialability")
of_campaigns = surface.resource("campaign_dialability", url_prefix="/campaigns", tag="Dialability")


@of_leads.get("/<uuid:lead_id>/dialability", role=Role.AGENT, returns=LeadDialabilityAnswer, errors=(404,))
def explain_lead(lead_id: UUID) -> LeadDialabilityAnswer:
    """Say what stops a lead from being dialled now: the first gate, all others, and when they open."""
    found = usecases.explain_lead(services(), actor=principal(), lead_id=LeadId(lead_id))
    return LeadDialabilityAnswer(dialability=LeadDialabilityOut.of(found))


@of_campaigns.get(
    "/<uuid:campaign_id>/dialability", role=Role.SUPERVISOR, returns=CampaignDialabilityAnswer, errors=(404,)
)
def summarize_campaign(campaign_id: UUID) -> CampaignDialabilityAnswer:
    """Count a campaign's leads by what stops them first, list by list."""
    found = usecases.summarize_campaign(services(), actor=principal(), campaign_id=CampaignId(campaign_id))
    return CampaignDialabilityAnswer(dialability=CampaignDialabilityOut.of(found))


@of_campaigns.post(
    "/<uuid:campaign_id>/dry-run", role=Role.SUPERVISOR, body=DryRunIn, returns=DryRunAnswer, errors=(404,)
)
def dry_run(campaign_id: UUID, body: DryRunIn) -> DryRunAnswer:
    """See before the start how many leads could be called now and in each hour to come, and what stops the others.

    Calls nobody and changes nothing.
    """
    found = dry_runs.dry_run(services(), actor=principal(), campaign_id=CampaignId(campaign_id), days=body.days)
    return DryRunAnswer(dry_run=DryRunOut.of(found))
