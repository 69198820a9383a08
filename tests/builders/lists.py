"""Lists and localities for tests. Each builder commits."""

from collections.abc import Sequence

from dialer.domain.compliance import Locality
from dialer.domain.ids import CampaignId, ListId, TenantId
from dialer.store import lists as store
from dialer.store.localities import ensure_localities
from dialer.usecases.services import Services


def make_list(
    services: Services,
    tenant_id: TenantId,
    *,
    campaign_id: CampaignId,
    name: str = "Second list",
    weight: int = 1,
    is_active: bool = True,
) -> ListId:
    """One more list of a campaign, without leads."""
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        return store.insert_list(
            tx.session, campaign_id=campaign_id, name=name, weight=weight, is_active=is_active, now=now
        )


def make_locality(services: Services, *time_zones: str, jurisdictions: Sequence[str] = ("US",)) -> int:
    """The number of a locality, the same for the same places."""
    place = Locality.of(jurisdictions, time_zones)
    with services.transaction() as tx:
        found = ensure_localities(tx.session, [(place.signature, place.jurisdictions, place.time_zones)])
    return found[place.signature]
