"""Leads and calls as files."""

from uuid import UUID

from flask import Response

from api.context import principal, services
from api.surfaces.dialer.schemas.lead_export import CallExportQuery, LeadExportQuery
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.domain.spans import parse_span
from dialer.usecases import lead_export as usecases
from dialer.usecases.lead_export import Download

exports = surface.resource("exports", url_prefix="", tag="Exports")


@exports.get(
    "/campaigns/<uuid:campaign_id>/leads/export",
    role=Role.SUPERVISOR,
    query=LeadExportQuery,
    produces="text/csv",
    errors=(404, 409),
)
def export_leads(campaign_id: UUID, query: LeadExportQuery) -> Response:
    """Download a campaign's leads as CSV or XLSX, sent while it is read.

    Every custom field has a column, `custom_fields.<name>`. Cells of a CSV file that a spreadsheet would evaluate, as
    it would phone numbers, begin with an apostrophe, which an import takes off again: importing the file gives the
    same leads. An XLSX file holds texts only. At most two exports at once.
    """
    return _answer(
        usecases.export_leads(
            services(),
            actor=principal(),
            campaign_id=CampaignId(campaign_id),
            chosen=query.to_filter(),
            file_format=query.format,
            with_outcomes=query.with_ == "outcomes",
        )
    )


@exports.get("/calls/export", role=Role.SUPERVISOR, query=CallExportQuery, produces="text/csv", errors=(404, 409))
def export_calls(query: CallExportQuery) -> Response:
    """Download calls as CSV or XLSX, the oldest first, sent while it is read. At most two exports at once."""
    return _answer(
        usecases.export_calls(
            services(),
            actor=principal(),
            campaign_id=None if query.campaign_id is None else CampaignId(query.campaign_id),
            span=parse_span(query.date_from, query.date_to),
            file_format=query.format,
        )
    )


def _answer(file: Download) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"'}
    return Response(file.chunks, content_type=file.content_type, headers=headers)
