"""The report of one campaign's run, for supervisors and for the demo: everything derived from rows when asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.pacing.abandonment import AbandonmentStanding
from dialer.domain.principals import Principal, Role
from dialer.store import floor_report as store
from dialer.store.abandonment import load_abandonment_standing
from dialer.store.agent_states import Occupancy, floor_occupancy
from dialer.store.call_reports import (
    CallFilter,
    CallStatistics,
    DispositionCount,
    count_by_disposition,
    summarize_calls,
)
from dialer.usecases.services import Services


@dataclass(frozen=True)
class CampaignReport:
    """What became of a campaign's leads and calls. `occupancy` spans from its first call to its end or now.

    `abandonment` is of the whole run; `standing` is what counts by the campaign's rule, at its end or now.
    """

    campaign: store.ReportedCampaign
    calls: CallStatistics
    dispositions: tuple[DispositionCount, ...]
    calls_by_state: Mapping[str, int]
    leads_by_status: Mapping[str, int]
    retries_scheduled: int
    abandonment: store.Abandonment
    standing: AbandonmentStanding
    occupancy: Occupancy
    latency: store.LatencyPercentiles


def campaign_report(services: Services, *, actor: Principal, campaign_id: CampaignId) -> CampaignReport:
    """Report on a campaign, running or over. Raises NotFound."""
    actor.require(Role.SUPERVISOR)
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        session = tx.session
        campaign = store.find_reported_campaign(session, campaign_id)
        if campaign is None:
            raise NotFound("There is no campaign with this id.")
        until = min(campaign.ended_at or now, now)
        since = campaign.first_call_at or campaign.started_at or until
        chosen = CallFilter(campaign_id=campaign_id)
        return CampaignReport(
            campaign=campaign,
            calls=summarize_calls(session, chosen=chosen),
            dispositions=tuple(count_by_disposition(session, chosen=chosen)),
            calls_by_state=store.count_calls_by_state(session, campaign_id),
            leads_by_status=store.count_leads_by_status(session, campaign_id),
            retries_scheduled=store.count_retries_scheduled(session, campaign_id),
            abandonment=store.load_abandonment(session, campaign_id),
            standing=load_abandonment_standing(session, campaign_id=campaign_id, now=until),
            occupancy=floor_occupancy(session, campaign_id=campaign_id, since=min(since, until), until=until),
            latency=store.latency_percentiles(session, campaign_id),
        )
