"""Leads and calls as files."""

from functools import partial
from uuid import UUID

from flask import Response

from api.context import api_settings, principal, services
from api.recording_links import address_of
from api.surfaces.dialer.schemas.lead_export import CallExportQuery, LeadExportQuery
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.domain.spans import parse_span
from dialer.usecases import lead_export as usecases
from dialer.usecases.audit_log import record_download
from dialer.usecases.lead_export import Download

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

exports = surface.resource("exports", url_prefix="", tag="Exports")


@exports.get(
    "/campaigns/<uuid:campaign_id>/leads/export",
    role=Role.SUPERVISOR,
    query=LeadExportQuery,
    produces="text/csv",
    also_produces=(XLSX,),
    errors=(404, 409),
)
def export_leads(campaign_id: UUID, query: LeadExportQuery) -> Response:
    """Download a campaign's leads as CSV or XLSX, sent while it is read.

    Every custom field has a column, `custom_fields.<name>`. Cells of a CSV file that a spreadsheet would evaluate, as
    it would phone numbers, begin with an apostrophe, which an import takes off again: importing the file gives the
    same leads. An XLSX file holds texts only. At most two exports at once.
    """
    file = usecases.export_leads(
        services(),
        actor=principal(),
        campaign_id=CampaignId(campaign_id),
        chosen=query.to_filter(),
        file_format=query.format,
        with_outcomes=query.with_ == "outcomes",
    )
    return _answer(file, "leads.exported", campaign_id, query.format)


@exports.get(
    "/calls/export",
    role=Role.SUPERVISOR,
    query=CallExportQuery,
    produces="text/csv",
    also_produces=(XLSX,),
    errors=(404, 409),
)
def export_calls(query: CallExportQuery) -> Response:
    """Download calls as CSV or XLSX, the oldest first, sent while it is read. At most two exports at once."""
    file = usecases.export_calls(
        services(),
        actor=principal(),
        campaign_id=None if query.campaign_id is None else CampaignId(query.campaign_id),
        span=parse_span(query.date_from, query.date_to),
        file_format=query.format,
        recording_address=partial(address_of, public_url=api_settings().public_url),
    )
    return _answer(file, "calls.exported", query.campaign_id, query.format)


def _answer(file: Download, action: str, campaign_id: UUID | None, file_format: str) -> Response:
    record_download(
        services(),
        actor=principal(),
        action=action,
        object_type="campaign",
        object_id=campaign_id,
        details={"format": file_format},
    )
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"'}
    return Response(file.chunks, content_type=file.content_type, headers=headers)
