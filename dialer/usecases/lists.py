"""Lists: the parts into which a campaign's leads are divided, and how much of the dialling each gets."""

from dataclasses import replace

from dialer.domain.errors import Conflict, Invalid, NotFound
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.lead_lists import MAX_LISTS, ListChanges, ListSettings, check_list
from dialer.domain.principals import Principal, Role
from dialer.store import campaigns
from dialer.store import lists as store
from dialer.store.lists import LeadList as LeadList
from dialer.store.session import Transaction
from dialer.usecases.services import Services

MAX_MOVED = 10_000
"""So many leads may be moved within a request."""


def list_lists(services: Services, *, actor: Principal, campaign_id: CampaignId) -> tuple[LeadList, ...]:
    """A campaign's lists in the order in which they came. Raises NotFound."""
    with services.transaction(actor.tenant_id) as tx:
        if campaigns.find_campaign(tx.session, campaign_id) is None:
            raise _no_campaign()
        return tuple(store.list_lists(tx.session, campaign_id))


def create_list(services: Services, *, actor: Principal, campaign_id: CampaignId, settings: ListSettings) -> LeadList:
    """Add an empty list to a campaign. It takes turns with the others from its first leads on.

    Raises NotFound, Invalid, and Conflict when the name is taken or the campaign has a hundred lists.
    """
    actor.require(Role.ADMIN)
    checked = check_list(settings)
    with services.transaction(actor.tenant_id) as tx:
        if campaigns.find_campaign(tx.session, campaign_id, lock="against removal") is None:
            raise _no_campaign()
        if store.count_lists(tx.session, campaign_id) >= MAX_LISTS:
            raise Conflict(f"A campaign has at most {MAX_LISTS} lists.")
        list_id = store.insert_list(
            tx.session,
            campaign_id=campaign_id,
            name=checked.name,
            weight=checked.weight,
            is_active=checked.is_active,
            now=services.clock.now(),
        )
        return _load(tx, list_id)


def update_list(services: Services, *, actor: Principal, list_id: ListId, changes: ListChanges) -> LeadList:
    """Rename a list, weigh it anew, switch it on or off; an active campaign dials by it from its next tick on.

    Raises NotFound, Invalid, and Conflict when the name is taken.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if store.lock_list(tx.session, list_id, against="change") is None:
            raise _no_list()
        known = _load(tx, list_id)
        checked = check_list(replace(ListSettings(known.name, known.weight, known.is_active), **changes))
        store.update_list(
            tx.session,
            list_id,
            name=checked.name,
            weight=checked.weight,
            is_active=checked.is_active,
            now=services.clock.now(),
        )
        return _load(tx, list_id)


def delete_list(services: Services, *, actor: Principal, list_id: ListId, move_to: ListId | None = None) -> None:
    """Remove a list; its leads, if it has any, go to another list of the campaign.

    Raises NotFound; Invalid for a list of another campaign; Conflict for the campaign's first list, to which everything
    goes that names none, for leads without a place to go, and for more of them than a request may move.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        campaign_id = store.lock_list(tx.session, list_id, against="new leads")
        if campaign_id is None:
            raise _no_list()
        if list_id == campaign_id:
            raise Conflict("The campaign's first list stays: leads that name no list go there. Switch it off instead.")
        if move_to is not None:
            _move(services, tx, campaign_id, list_id, move_to)
        elif store.has_leads(tx.session, list_id):
            raise Conflict("The list has leads. Say with move_to which list they go to.")
        store.delete_list(tx.session, list_id)


def _move(services: Services, tx: Transaction, campaign_id: CampaignId, source: ListId, target: ListId) -> None:
    if target == source or not campaigns.has_list(tx.session, campaign_id, target):
        raise Invalid.field("move_to", "must be another list of the same campaign")
    if not store.move_leads(tx.session, source=source, target=target, max_leads=MAX_MOVED, now=services.clock.now()):
        raise Conflict(f"The list has more than {MAX_MOVED:,} leads. Move them with a bulk change first.")


def _load(tx: Transaction, list_id: ListId) -> LeadList:
    found = store.find_list(tx.session, list_id)
    if found is None:
        raise _no_list()
    return found


def _no_list() -> NotFound:
    return NotFound("There is no list with this id.")


def _no_campaign() -> NotFound:
    return NotFound("There is no campaign with this id.")
