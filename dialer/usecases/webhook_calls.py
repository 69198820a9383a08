"""Finding the call that a carrier's request is about, and believing the request only if its account signed it."""

from collections.abc import Callable, Mapping
from uuid import UUID

from dialer.domain.errors import Forbidden
from dialer.domain.ids import CallId, TenantId
from dialer.ports import CarrierAccount
from dialer.store import agent_legs
from dialer.store import calls as call_store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services

Authenticate = Callable[[CarrierAccount], bool]
"""Given the account that a request claims to come from, tells whether that account signed it."""


def enter_call(services: Services, tx: Transaction, *, call_id: UUID, authenticate: Authenticate) -> TenantId | None:
    """Confine the transaction to the call's tenant after checking the signature with that tenant's account.

    Returns None for a call that we do not know, if the platform's own account signed the request. Raises Forbidden
    for a bad signature.
    """
    tenant_id = call_store.enter_tenant_of_call(tx.session, call_id)
    account = services.platform_account if tenant_id is None else account_of(services, tx.session, tenant_id)
    if not authenticate(account):
        raise Forbidden("The request is not signed by the carrier account of this call.")
    return tenant_id


def enter_agent(services: Services, tx: Transaction, *, agent_id: UUID, authenticate: Authenticate) -> TenantId | None:
    """The same for a request about an agent's own leg."""
    tenant_id = agent_legs.enter_tenant_of_agent(tx.session, agent_id=agent_id)
    account = services.platform_account if tenant_id is None else account_of(services, tx.session, tenant_id)
    if not authenticate(account):
        raise Forbidden("The request is not signed by the carrier account of this agent.")
    return tenant_id


def receive_event(
    services: Services,
    tx: Transaction,
    *,
    call_id: UUID,
    event_key: str,
    kind: str,
    payload: Mapping[str, object],
    authenticate: Authenticate,
) -> tuple[LockedCall, int | None] | None:
    """Record a signed report about a call and lock the call; None when there is no such call.

    The event id is None when the same report was recorded before.
    """
    is_from_platform = authenticate(services.platform_account)
    if not is_from_platform and enter_call(services, tx, call_id=call_id, authenticate=authenticate) is None:
        return None
    # Most calls are the platform account's: their request is believed before the database is asked anything, and the
    # call's tenant is entered and its event recorded in one message.
    record = call_store.enter_and_record_event if is_from_platform else call_store.record_event
    received = record(
        tx.session,
        call_id=CallId(call_id),
        event_key=event_key,
        kind=kind,
        payload=payload,
        now=services.clock.now(),
    )
    if is_from_platform and received is not None:
        _require_platform_account(services, tx, received[0].tenant_id)
    return received


def _require_platform_account(services: Services, tx: Transaction, tenant_id: TenantId) -> None:
    """Raise Forbidden, and so undo what was recorded, if the tenant's calls are placed with an account of its own."""
    account, platform = account_of(services, tx.session, tenant_id), services.platform_account
    if (account.account_sid, account.auth_token) != (platform.account_sid, platform.auth_token):
        raise Forbidden("The request is not signed by the carrier account of this call.")
