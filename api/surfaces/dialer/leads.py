"""`/api/leads`."""

from typing import cast
from uuid import UUID

from flask import Response
from werkzeug.datastructures import FileStorage

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.leads import (
    CreateLeadIn,
    LeadAnswer,
    LeadDetailsIn,
    LeadOut,
    LeadsAnswer,
    LeadsQuery,
    LeadUploadAnswer,
    LeadUploadIn,
    UpdateLeadIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId, LeadId
from dialer.domain.principals import Role
from dialer.usecases import lead_import
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


@leads.get("/template/csv", role=Role.AGENT, produces="text/csv")
def download_lead_template() -> Response:
    """Download an empty CSV file with the headers that an upload understands."""
    headers = {"Content-Disposition": 'attachment; filename="leads-template.csv"'}
    return Response(lead_import.TEMPLATE, mimetype="text/csv", headers=headers)


@leads.post(
    "/upload",
    role=Role.ADMIN,
    form=LeadUploadIn,
    files=("file",),
    returns=LeadUploadAnswer,
    errors=(404, 409, 413, 415),
)
def upload_leads(form: LeadUploadIn, file: FileStorage) -> LeadUploadAnswer:
    """Import a CSV file into a campaign: up to 20 MB and 10,000 rows.

    Rows without a callable number, numbers that the campaign has already and numbers on the do-not-call list are left
    out and reported. When the file itself makes no sense nothing is stored. Uploading a file again adds nothing.
    """
    report = lead_import.import_leads(
        services(),
        actor=principal(),
        campaign_id=CampaignId(form.campaign_id),
        filename=file.filename or "",
        content=_content(file),
        field_mapping=form.field_mapping,
    )
    return LeadUploadAnswer.of(report)


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
    """Delete a lead that is neither in the hopper nor in a call, with the records of its calls."""
    usecases.delete_lead(services(), actor=principal(), lead_id=LeadId(lead_id))
    return Message(message="Lead deleted")


def _sent(body: LeadDetailsIn, besides: tuple[str, ...] = ()) -> usecases.LeadChanges:
    sent: object = {name: getattr(body, name) for name in body.model_fields_set if name not in besides}
    return cast("usecases.LeadChanges", sent)


def _content(file: FileStorage) -> bytes:
    """Everything in the file, which is closed at once: a big one lies in a temporary file."""
    with file.stream:
        return file.stream.read()
