"""National do-not-call lists: which versions there are, which one holds, and whether it is too old.

Their numbers come by imports (`registry_imports`); ended versions are cleared in batches by upkeep.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog

from dialer.domain.errors import NotFound
from dialer.domain.ids import TenantId
from dialer.domain.principals import Principal, Role
from dialer.domain.registries import is_stale
from dialer.store import registries as store
from dialer.store.registries import Registry
from dialer.store.session import Transaction
from dialer.usecases.dialing import withdraw_call
from dialer.usecases.services import Services

log = structlog.get_logger()

_CLEARED_AT_ONCE = 20
_BLOCKS_AT_ONCE = 20_000


@dataclass(frozen=True)
class RegistryView(Registry):
    """A version as it is shown. `is_stale`: published longer ago than a version may be relied on."""

    is_stale: bool


def view_registry(services: Services, registry: Registry) -> RegistryView:
    """Look at a version today."""
    today = services.clock.now().date()
    return RegistryView(**vars(registry), is_stale=is_stale(registry.published_on, today))


def list_registries(services: Services, *, actor: Principal, status: str | None = None) -> tuple[RegistryView, ...]:
    """List every version, newest first, or those with one status. Ended ones are kept as the record of what held."""
    with services.transaction(actor.tenant_id) as tx:
        found = store.list_registries(tx.session)
    return tuple(view_registry(services, registry) for registry in found if status in (None, registry.status))


def list_stale_registries(services: Services, tx: Transaction) -> tuple[RegistryView, ...]:
    """Within a transaction of a larger use case: the active versions that are too old to dial by."""
    active = store.list_registries(tx.session, active_only=True)
    return tuple(view for registry in active if (view := view_registry(services, registry)).is_stale)


def remove_registry(services: Services, *, actor: Principal, registry_id: UUID) -> RegistryView:
    """Consult a version no more, or stop loading it. Removing it again changes nothing.

    Nothing takes its place: not the version before it either, whose numbers may be gone. Raises NotFound.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if store.find_registry(tx.session, registry_id, for_update=True) is None:
            raise NotFound("There is no registry with this id.")
        store.end_registry(tx.session, registry_id, status="removed", now=services.clock.now())
        return view_registry(services, store.load_registry(tx.session, registry_id))


def activate_registry(services: Services, tx: Transaction, registry: Registry) -> None:
    """Within the transaction that ends its import: a version is consulted from this commit on, the last one no more.

    Planned calls to its numbers are withdrawn after the commit, if the verdict says so.
    """
    store.activate_registry(tx.session, registry.id, now=services.clock.now())
    for call_id in store.list_planned_calls_listed(tx.session, registry.serial):
        tx.after_commit(withdraw_call, services, tenant_id=registry.tenant_id, call_id=call_id, only_if_forbidden=True)


def sweep_registries(services: Services) -> int:
    """Delete the numbers of versions that have ended, in batches; return how many versions are clear now.

    Safe to run at any time and in parallel; what one run leaves, the next one deletes.
    """
    with services.transaction() as tx:
        uncleared = store.list_uncleared_registries(tx.session, max_rows=_CLEARED_AT_ONCE)
    return sum(_clear(services, tenant_id, registry_id) for tenant_id, registry_id in uncleared)


def _clear(services: Services, tenant_id: TenantId, registry_id: UUID) -> bool:
    """One version, a batch to a transaction."""
    while True:
        with services.transaction(tenant_id) as tx:
            registry = store.find_registry(tx.session, registry_id, for_update=True)
            if registry is None or registry.cleared_at is not None:
                return False
            if store.delete_registry_blocks(tx.session, registry.serial, max_rows=_BLOCKS_AT_ONCE) == 0:
                store.record_cleared(tx.session, registry_id, now=services.clock.now())
                log.info("registry_cleared", registry_id=str(registry_id), total=registry.total)
                return True
