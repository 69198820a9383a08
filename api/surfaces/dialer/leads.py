"""`/api/leads`."""

from typing import cast
from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.leads import (
    CreateLeadIn,
    LeadAnswer,
    LeadDetailsIn,
    LeadOut,
    LeadsAnswer,
    LeadsQuery,
    UpdateLeadIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId, LeadId
from dialer.domain.principals import Role
from dialer.usecases import leads as usecases

leads = surface.resource("leads", url_prefix="/leads")


@leads.get("", role=Role.AGENT, query=LeadsQuery, returns=LeadsAnswer, errors=(404,))
def list_leads(query: LeadsQuery) -> LeadsAnswer:
    """List a campaign's leads in the order in which they came."""
    page = usecases.list_leads(
        services(),
        actor=principal(),
        campaign_id=CampaignId(query.campaign_id),
        status=query.status,
        limit=query.limit,
        offset=query.offset,
    )
    shown = [LeadOut.of(lead) for lead in page.leads]
    return LeadsAnswer(leads=shown, count=len(shown), total=page.total)


@leads.get("/<uuid:lead_id>", role=Role.AGENT, returns=LeadAnswer, errors=(404,))
def show_lead(lead_id: UUID) -> LeadAnswer:
    """Show one lead."""
    return LeadAnswer(lead=LeadOut.of(usecases.load_lead(services(), actor=principal(), lead_id=LeadId(lead_id))))


@leads.post("", role=Role.ADMIN, body=CreateLeadIn, returns=LeadAnswer, status=201, errors=(404, 409))
def create_lead(body: CreateLeadIn) -> LeadAnswer:
    """Add one person to a campaign, callable at once if it is active."""
    lead = usecases.create_lead(
        services(),
        actor=principal(),
        campaign_id=CampaignId(body.campaign_id),
        phone=body.phone,
        details=_sent(body, besides=("campaign_id", "phone")),
    )
    return LeadAnswer(lead=LeadOut.of(lead))


@leads.put("/<uuid:lead_id>", role=Role.AGENT, body=UpdateLeadIn, returns=LeadAnswer, errors=(404, 409))
def update_lead(lead_id: UUID, body: UpdateLeadIn) -> LeadAnswer:
    """Correct a lead.

    What is left out stays. Agents may change names, notes and priority, admins everything.
    """
    lead = usecases.update_lead(services(), actor=principal(), lead_id=LeadId(lead_id), changes=_sent(body))
    return LeadAnswer(lead=LeadOut.of(lead))


@leads.delete("/<uuid:lead_id>", role=Role.ADMIN, returns=Message, errors=(404, 409))
def delete_lead(lead_id: UUID) -> Message:
    """Delete a lead that is neither in the hopper nor in a call.

    One that was called is emptied of its person instead: the records of its calls stay.
    """
    usecases.delete_lead(services(), actor=principal(), lead_id=LeadId(lead_id))
    return Message(message="Lead deleted")


def _sent(body: LeadDetailsIn, besides: tuple[str, ...] = ()) -> usecases.LeadChanges:
    sent: object = {name: getattr(body, name) for name in body.model_fields_set if name not in besides}
    return cast("usecases.LeadChanges", sent)
