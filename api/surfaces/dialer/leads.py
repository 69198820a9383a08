"""`/api/leads`."""

from collections.abc import Sequence
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
from dialer.usecases import lead_search
from dialer.usecases import leads as usecases
from dialer.usecases.leads import Lead

leads = surface.resource("leads", url_prefix="/leads")


@leads.get("", role=Role.AGENT, query=LeadsQuery, returns=LeadsAnswer, errors=(404,))
def list_leads(query: LeadsQuery) -> LeadsAnswer:
    """List a campaign's leads.

    By cursor a page takes as long among a million leads as among a hundred; `offset` is for small lists.
    """
    campaign_id = CampaignId(query.campaign_id)
    if query.offset:
        old = usecases.list_leads(
            services(),
            actor=principal(),
            campaign_id=campaign_id,
            status=query.status,
            limit=query.limit,
            offset=query.offset,
        )
        return _answer(old.leads, old.total, is_exact=True, cursor=None)
    page = lead_search.search_leads(
        services(),
        actor=principal(),
        campaign_id=campaign_id,
        wanted=query.to_search(),
        typed=query.q,
        page=lead_search.PageWish(query.sort, query.cursor, query.limit, query.how_to_count),
    )
    return _answer(page.leads, page.total, is_exact=page.is_total_exact, cursor=page.cursor)


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


def _answer(leads: Sequence[Lead], total: int | None, *, is_exact: bool, cursor: str | None) -> LeadsAnswer:
    shown = [LeadOut.of(lead) for lead in leads]
    return LeadsAnswer(leads=shown, count=len(shown), total=total, total_is_exact=is_exact, next_cursor=cursor)


def _sent(body: LeadDetailsIn, besides: tuple[str, ...] = ()) -> usecases.LeadChanges:
    sent: object = {name: getattr(body, name) for name in body.model_fields_set if name not in besides}
    return cast("usecases.LeadChanges", sent)
