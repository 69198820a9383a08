"""The order in which a campaign's leads are dialled: changed while it dials on, by a task that may die any time."""

import time
from collections.abc import Callable

from dialer.domain import in_flight
from dialer.domain.ids import CampaignId, TenantId
from dialer.store import lead_order as store
from dialer.store.session import Transaction
from dialer.usecases.services import Services

REORDER = "dialer.imports.reorder_leads"
BATCH = 2_000
"""A batch holds its leads for a tenth of a second, and the hopper steps over them."""
MAX_BATCHES = 100
"""Then the task sends itself again, so that others get their turn."""
TRIES = 20
STALLED = in_flight.REORDER_STALLED.expiry


def request_reorder(services: Services, tx: Transaction, *, tenant_id: TenantId, campaign_id: CampaignId) -> None:
    """Have all leads of a campaign put in its order, since that has been changed in this transaction."""
    store.begin_reorder(tx.session, campaign_id=campaign_id, now=services.clock.now())
    tx.after_commit(services.queue.send, REORDER, tenant_id=str(tenant_id), campaign_id=str(campaign_id))


def reorder_leads(
    services: Services,
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    batch: int = BATCH,
    max_batches: int = MAX_BATCHES,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Put a campaign's leads in its order; tell whether that is done. What is left over, another task goes on with.

    Each batch is a transaction that also notes how far it came. Two at once exclude each other; repeated, it finds
    everything in order.
    """
    for _ in range(max_batches):
        if not _reorder_batch(services, tenant_id, campaign_id, batch, sleep):
            return True
    services.queue.send(REORDER, tenant_id=str(tenant_id), campaign_id=str(campaign_id))
    return False


def resume_reorders(services: Services) -> int:
    """Send a task for each reordering on which nobody works any more; return how many. Safe to run at any time."""
    with services.transaction() as tx:
        campaigns = store.list_stalled_reorders(tx.session, silent_since=services.clock.now() - STALLED)
    for tenant_id, campaign_id in campaigns:
        services.queue.send(REORDER, tenant_id=str(tenant_id), campaign_id=str(campaign_id))
    return len(campaigns)


def _reorder_batch(
    services: Services, tenant_id: TenantId, campaign_id: CampaignId, max_leads: int, sleep: Callable[[float], None]
) -> bool:
    """One batch; False if there is nothing left to do here."""
    for attempt in range(TRIES):
        with services.transaction(tenant_id) as tx:
            after = store.claim_reorder(tx.session, campaign_id=campaign_id)
            if after is None:
                return False
            done = store.reorder_batch(tx.session, campaign_id=campaign_id, after=after, max_leads=max_leads)
            if not done.held or attempt == TRIES - 1:
                # Who holds a lead for so long is changing it, and with that its key.
                reached = done.last if done.leads == max_leads else None
                now = services.clock.now()
                store.note_progress(tx.session, campaign_id=campaign_id, known=after, reached=reached, now=now)
                return True
        sleep(0.1)
    return True
