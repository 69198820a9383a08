"""Reports over HTTP."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.reports import CampaignReportAnswer, CampaignReportOut
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.usecases.floor_report import campaign_report

reports = surface.resource("reports", url_prefix="/campaigns", tag="Reports")


@reports.get("/<uuid:campaign_id>/report", role=Role.SUPERVISOR, returns=CampaignReportAnswer, errors=(404,))
def show_campaign_report(campaign_id: UUID) -> CampaignReportAnswer:
    """Report on a campaign: dispositions, retries, abandonment, occupancy, latencies."""
    report = campaign_report(services(), actor=principal(), campaign_id=CampaignId(campaign_id))
    return CampaignReportAnswer(report=CampaignReportOut.model_validate(report))
