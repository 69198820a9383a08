"""How columns of earlier files were mapped: looking at what is remembered, and forgetting it."""

from dataclasses import dataclass
from uuid import UUID

from dialer.domain.errors import NotFound
from dialer.domain.principals import Principal, Role
from dialer.store import import_mappings as store
from dialer.store.import_mappings import ImportMapping as ImportMapping
from dialer.usecases.services import Services


@dataclass(frozen=True)
class MappingPage:
    """One page of remembered mappings, and how many there are."""

    mappings: tuple[ImportMapping, ...]
    total: int


def list_mappings(services: Services, *, actor: Principal, limit: int, offset: int) -> MappingPage:
    """List what is remembered, the mapping used last first."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        found = store.list_mappings(tx.session, limit=limit, offset=offset)
        return MappingPage(tuple(found), store.count_mappings(tx.session))


def forget_mapping(services: Services, *, actor: Principal, mapping_id: UUID) -> None:
    """Forget one; the next file with these headers is looked at afresh. Raises NotFound."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if not store.delete_mapping(tx.session, mapping_id):
            raise NotFound("There is no remembered mapping with this id.")
