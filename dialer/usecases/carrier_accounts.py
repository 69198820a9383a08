"""Which carrier account a tenant's calls are placed with."""

import time
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dialer.domain.errors import Invalid
from dialer.domain.ids import TenantId
from dialer.domain.principals import Principal, Role
from dialer.ports import CarrierAccount
from dialer.store import carrier_accounts as store
from dialer.usecases.services import Services

# Every webhook needs the account's token to check the signature; a changed token is used within this time.
CACHE_SECONDS = 30.0


def account_of(services: Services, session: Session, tenant_id: TenantId) -> CarrierAccount:
    """The account of the tenant that the session is confined to; the platform's own where the tenant has none."""
    known = _known_account(services, tenant_id)
    if known is not None:
        return known
    stored = store.find_account(session)
    account = services.platform_account if stored is None else _opened(services, stored)
    services.account_cache[tenant_id] = (time.monotonic(), account)
    return account


def load_account(services: Services, *, tenant_id: TenantId) -> CarrierAccount:
    """The same for who has no transaction open; one is opened only if the account is not known already."""
    known = _known_account(services, tenant_id)
    if known is not None:
        return known
    with services.transaction(tenant_id) as tx:
        return account_of(services, tx.session, tenant_id)


def _known_account(services: Services, tenant_id: TenantId) -> CarrierAccount | None:
    cached = services.account_cache.get(tenant_id)
    return cached[1] if cached is not None and time.monotonic() - cached[0] < CACHE_SECONDS else None


def _opened(services: Services, stored: store.StoredAccount) -> CarrierAccount:
    sealed_key, sealed_second = stored.api_key_secret_encrypted, stored.secondary_auth_token_encrypted
    return CarrierAccount(
        account_sid=stored.account_sid,
        auth_token=services.secrets.open(stored.auth_token_encrypted),
        calls_per_second=stored.calls_per_second,
        max_lines=stored.max_lines,
        api_key_sid=stored.api_key_sid,
        api_key_secret=services.secrets.open(sealed_key) if sealed_key else None,
        twiml_app_sid=stored.twiml_app_sid,
        secondary_auth_token=services.secrets.open(sealed_second) if sealed_second else None,
    )


@dataclass(frozen=True)
class AccountView:
    """What an admin may see of the account: never its secrets."""

    account_sid: str
    is_own: bool
    has_api_key: bool
    has_secondary_auth_token: bool
    twiml_app_sid: str | None
    calls_per_second: float
    max_lines: int


def view_carrier_account(services: Services, *, actor: Principal) -> AccountView:
    """The account that this tenant's calls are placed with."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        stored = store.find_account(tx.session)
    account = services.platform_account if stored is None else _opened(services, stored)
    return _view(account, is_own=stored is not None)


def save_carrier_account(services: Services, *, actor: Principal, account: CarrierAccount) -> AccountView:
    """Give the tenant an account of its own, or replace it. Calls in flight are steered by the new one from then on.

    Raises Invalid for the platform's own account: a tenant without an account of its own uses that already, and whoever
    claims it would use up its calls per second.
    """
    actor.require(Role.ADMIN)
    if account.account_sid == services.platform_account.account_sid:
        raise Invalid.field("account_sid", "is the platform's own account; remove yours to use it")
    stored = store.StoredAccount(
        account_sid=account.account_sid,
        auth_token_encrypted=services.secrets.seal(account.auth_token),
        secondary_auth_token_encrypted=(
            services.secrets.seal(account.secondary_auth_token) if account.secondary_auth_token else None
        ),
        api_key_sid=account.api_key_sid,
        api_key_secret_encrypted=services.secrets.seal(account.api_key_secret) if account.api_key_secret else None,
        twiml_app_sid=account.twiml_app_sid,
        calls_per_second=account.calls_per_second,
        max_lines=account.max_lines,
        updated_at=services.clock.now(),
    )
    with services.transaction(actor.tenant_id) as tx:
        store.save_account(tx.session, tenant_id=actor.tenant_id, account=stored)
        tx.after_commit(services.account_cache.pop, actor.tenant_id, None)
    return _view(account, is_own=True)


def remove_carrier_account(services: Services, *, actor: Principal) -> AccountView:
    """Go back to the platform's account. Removing twice changes nothing."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        store.delete_account(tx.session)
        tx.after_commit(services.account_cache.pop, actor.tenant_id, None)
    return _view(services.platform_account, is_own=False)


def _view(account: CarrierAccount, *, is_own: bool) -> AccountView:
    return AccountView(
        account_sid=account.account_sid,
        is_own=is_own,
        has_api_key=account.api_key_sid is not None,
        has_secondary_auth_token=account.secondary_auth_token is not None,
        twiml_app_sid=account.twiml_app_sid,
        calls_per_second=account.calls_per_second,
        max_lines=account.max_lines,
    )
