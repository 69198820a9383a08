"""What agents may conclude in a campaign, in its own words and order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialer.domain.call_words import AgentDisposition
from dialer.domain.desk_dispositions import DeskDisposition, choose_disposition, parse_dispositions, read_dispositions
from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Principal, Role
from dialer.store import campaign_desks as store
from dialer.store.session import Transaction
from dialer.usecases.services import Services


@dataclass(frozen=True)
class CampaignDispositions:
    """The list in its order; `is_default`: the product's own."""

    dispositions: tuple[DeskDisposition, ...]
    is_default: bool


def load_dispositions(services: Services, *, actor: Principal, campaign_id: CampaignId) -> CampaignDispositions:
    """What may be concluded in a campaign. Raises NotFound."""
    with services.transaction(actor.tenant_id) as tx:
        desk = store.find_desk(tx.session, campaign_id)
        if desk is None:
            raise NotFound("There is no campaign with this id.")
        return CampaignDispositions(read_dispositions(desk.dispositions), desk.dispositions is None)


def save_dispositions(
    services: Services,
    *,
    actor: Principal,
    campaign_id: CampaignId,
    dispositions: Sequence[Mapping[str, object]] | None,
) -> CampaignDispositions:
    """Replace the list; None goes back to the product's own. What was concluded before keeps its name.

    Raises NotFound, and Invalid that names every wrong entry.
    """
    actor.require(Role.ADMIN)
    checked = None if dispositions is None else parse_dispositions(dispositions)
    stored = None if checked is None else [_stored(one) for one in checked]
    with services.transaction(actor.tenant_id) as tx:
        if store.find_desk(tx.session, campaign_id, lock=True) is None:
            raise NotFound("There is no campaign with this id.")
        store.save_dispositions(
            tx.session,
            tenant_id=actor.tenant_id,
            campaign_id=campaign_id,
            dispositions=stored,
            now=services.clock.now(),
        )
    return CampaignDispositions(read_dispositions(stored), stored is None)


def choose_of_campaign(
    tx: Transaction, *, campaign_id: CampaignId, key: str | None, outcome: AgentDisposition | None
) -> tuple[AgentDisposition, DeskDisposition | None]:
    """What an agent chose from a campaign's list. One statement. Raises Invalid."""
    desk = store.find_desk(tx.session, campaign_id)
    return choose_disposition(read_dispositions(None if desk is None else desk.dispositions), key=key, outcome=outcome)


def _stored(one: DeskDisposition) -> dict[str, object]:
    return {"key": one.key, "label": one.label, "outcome": str(one.outcome), "digit": one.digit}
