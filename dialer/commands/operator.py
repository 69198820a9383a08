"""Whoever runs commands on an installation acts as the owner of the tenant they are about."""

from uuid import UUID

from dialer.domain.errors import NotFound
from dialer.domain.ids import TenantId, UserId
from dialer.domain.principals import Principal, Role
from dialer.usecases.access import list_users
from dialer.usecases.services import Services


def operator_of(services: Services, tenant_id: TenantId) -> Principal:
    """The tenant's owner, since evidence names a user. Raises NotFound for an unknown tenant."""
    nobody = Principal(tenant_id, UserId(UUID(int=0)), Role.OWNER, session_id="")
    owners = list_users(services, actor=nobody, role=Role.OWNER, is_active=None, limit=1, offset=0).users
    if not owners:
        raise NotFound(f"There is no tenant {tenant_id}.")
    return Principal(tenant_id, owners[0].id, Role.OWNER, session_id="")
