"""What a campaign's pacing does now and did in the last hour, and why: for supervisors."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.pacing import Snapshot
from dialer.domain.pacing.abandonment import AbandonmentStanding
from dialer.domain.principals import Principal, Role
from dialer.store import pacing_decisions, pacing_floor, pacing_series
from dialer.store.abandonment import load_abandonment_standing
from dialer.store.pacing_decisions import KeptDecision
from dialer.store.pacing_series import PacingMinute
from dialer.usecases.services import Services

SERIES_SPAN = timedelta(minutes=60)


@dataclass(frozen=True)
class PacingView:
    """`last_decision` is the newest that was kept: at most ten seconds old while the campaign dials."""

    status: str
    dial_mode: str
    last_paced_at: datetime | None
    note: str | None
    snapshot: Snapshot
    lines_in_flight: int
    last_decision: KeptDecision | None
    standing: AbandonmentStanding
    minutes: tuple[PacingMinute, ...]


def load_pacing(services: Services, *, actor: Principal, campaign_id: CampaignId) -> PacingView:
    """Show a campaign's floor as pacing sees it. Reads only, and takes no lock. Raises NotFound."""
    actor.require(Role.SUPERVISOR)
    now = services.clock.now()
    begun = now.replace(second=0, microsecond=0)
    with services.transaction(actor.tenant_id) as tx:
        session = tx.session
        headline = pacing_floor.find_headline(session, campaign_id=campaign_id)
        floor = pacing_floor.load_floor(
            session, campaign_id=campaign_id, now=now, saved_before=now - timedelta(days=1), is_active=False
        )
        if headline is None or floor is None:
            raise NotFound("There is no campaign with this id.")
        return PacingView(
            status=headline.status,
            dial_mode=floor.campaign.dial_mode,
            last_paced_at=headline.last_paced_at,
            note=headline.note,
            snapshot=floor.snapshot,
            lines_in_flight=floor.lines_in_flight,
            last_decision=pacing_decisions.find_last_decision(session, campaign_id=campaign_id),
            standing=load_abandonment_standing(session, campaign_id=campaign_id, now=now),
            minutes=tuple(
                pacing_series.list_pacing_minutes(
                    session, campaign_id=campaign_id, since=begun - SERIES_SPAN, until=now
                )
            ),
        )
