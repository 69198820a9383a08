"""What pacing leaves behind: old rows to delete, and the last calls of a campaign that stopped, still to be learned."""

from datetime import timedelta

from dialer.domain import in_flight
from dialer.domain.ids import CampaignId, TenantId
from dialer.store import pacing_events, pacing_floor
from dialer.usecases.pacing import learn_only
from dialer.usecases.services import Services

KEEP_EVENTS = in_flight.PACING_EVENTS.expiry
KEEP_DECISIONS = timedelta(days=1)
MAX_ROWS = 20_000
"""A busy floor writes some hundred rows a second in all; a sweep each minute keeps up with that."""


def sweep_pacing_records(services: Services) -> int:
    """Delete events and decisions that nobody will ask for; return how many. Twice at once, each deletes some."""
    now = services.clock.now()
    with services.transaction() as tx:
        return pacing_events.delete_old_records(
            tx.session, events_before=now - KEEP_EVENTS, decisions_before=now - KEEP_DECISIONS, max_rows=MAX_ROWS
        )


def learn_from_ended_calls(services: Services) -> int:
    """Have the pacers of campaigns that no tick looks at any more observe what their last calls came to.

    Otherwise a campaign paused for days would find the ends of those calls swept, and wait for them.
    """
    with services.transaction() as tx:
        campaigns = pacing_events.list_campaigns_to_learn_from(tx.session)
    return sum(_learn(services, tenant_id, campaign_id) for tenant_id, campaign_id in campaigns)


def _learn(services: Services, tenant_id: TenantId, campaign_id: CampaignId) -> bool:
    now = services.clock.now()
    with services.transaction() as tx:
        if not pacing_floor.begin_tick(tx.session, tenant_id=tenant_id):
            return False
        floor = pacing_floor.load_floor(tx.session, campaign_id=campaign_id, now=now, saved_before=now, is_active=False)
        if floor is None or not floor.events:
            return False
        learn_only(tx, floor, now)
    return True
