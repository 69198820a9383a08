"""Determining where leads are that came without a locality, in the background and ahead of their turn."""

from dialer.domain.compliance import locate
from dialer.domain.ids import CampaignId, LeadId, ListId, TenantId
from dialer.domain.phone_numbers import describe_number
from dialer.store import localities as store
from dialer.store.localities import Whereabouts
from dialer.store.session import Transaction
from dialer.usecases.calling_rules import rule_book
from dialer.usecases.services import Services

RELOCATE = "dialer.imports.relocate_leads"
BATCH = 2_000
MAX_LISTS = 20
MAX_BATCHES = 10


def determine_localities(services: Services, *, batch: int = BATCH) -> int:
    """Determine the localities of ready leads without one, some thousands at a time; return how many.

    Until then such a lead counts as being where it is day, and placing looks again. Safe to run twice and at once:
    leads that another run holds are passed over.
    """
    with services.transaction() as tx:
        lists = store.list_undetermined_lists(tx.session, max_rows=MAX_LISTS)
    done = 0
    for tenant_id, list_id in lists:
        for _ in range(MAX_BATCHES):
            found = _determine_batch(services, tenant_id, list_id, batch)
            done += found
            if found < batch:
                break
    return done


def request_relocation(services: Services, tx: Transaction, *, tenant_id: TenantId, campaign_id: CampaignId) -> None:
    """After the commit: have all leads of a campaign located anew, since addresses are read in another way now.

    Should the task be lost, placing still decides by where each lead really is; only the hopper chooses as before.
    """
    tx.after_commit(services.queue.send, RELOCATE, tenant_id=str(tenant_id), campaign_id=str(campaign_id))


def relocate_leads(services: Services, *, tenant_id: TenantId, campaign_id: CampaignId, batch: int = BATCH) -> int:
    """Locate all leads of a campaign anew that are still to be called; return how many. Safe to run twice."""
    after: LeadId | None = None
    done = 0
    while True:
        with services.transaction(tenant_id) as tx:
            leads = store.lock_leads_of(tx.session, campaign_id, after=after, max_leads=batch)
            _locate(services, tx, tenant_id, leads)
        done += len(leads)
        if len(leads) < batch:
            return done
        after = leads[-1].lead_id


def _determine_batch(services: Services, tenant_id: TenantId, list_id: ListId, batch: int) -> int:
    with services.transaction(tenant_id) as tx:
        leads = store.lock_undetermined_leads(tx.session, list_id, max_leads=batch)
        _locate(services, tx, tenant_id, leads)
    return len(leads)


def _locate(services: Services, tx: Transaction, tenant_id: TenantId, leads: list[Whereabouts]) -> None:
    if not leads:
        return
    book = rule_book(services, tx.session, tenant_id=tenant_id)
    places = {
        lead.lead_id: locate(
            describe_number(lead.phone_normalized),
            book=book,
            state=lead.state,
            country=lead.country,
            postal_code=lead.postal_code,
            time_zone=lead.time_zone,
            profile=lead.profile,
        )
        for lead in leads
    }
    known = {place.signature: place for place in places.values()}
    ids = store.ensure_localities(
        tx.session, [(name, place.jurisdictions, place.time_zones) for name, place in known.items()]
    )
    store.set_localities(tx.session, {lead_id: ids[place.signature] for lead_id, place in places.items()})
