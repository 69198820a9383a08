"""National do-not-call lists for tests, written through the store."""

from collections.abc import Iterable
from datetime import date

from dialer.domain.ids import TenantId
from dialer.store import registries as store
from dialer.store.registries import Registry, RegistryDraft
from dialer.usecases import registries as usecases
from dialer.usecases.services import Services


def make_registry(
    services: Services,
    tenant_id: TenantId,
    numbers: Iterable[str] = (),
    *,
    status: str = "active",
    name: str = "National DNC",
    jurisdiction: str = "US",
    published_on: date | None = None,
) -> Registry:
    """A version with these numbers, in E.164; `loading` leaves it half-loaded."""
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        draft = RegistryDraft(tenant_id, name, jurisdiction, published_on or now.date(), None)
        registry_id = store.insert_registry(tx.session, draft, now=now)
        begun = store.find_registry(tx.session, registry_id)
        assert begun is not None
        store.add_registry_numbers(
            tx.session,
            registry_id=registry_id,
            serial=begun.serial,
            tenant_id=tenant_id,
            numbers=[int(number) for number in numbers],
        )
        if status != "loading":
            usecases.activate_registry(services, tx, begun)
        if status not in ("loading", "active"):
            store.end_registry(tx.session, registry_id, status=status, now=now)
        registry = store.find_registry(tx.session, registry_id)
    assert registry is not None
    return registry
