"""Recordings of people who were erased, or that were kept long enough: the carrier deletes them."""

from datetime import datetime

import structlog

from dialer.domain.errors import CarrierError
from dialer.domain.ids import TenantId
from dialer.store import recordings as store
from dialer.usecases.carrier_accounts import load_account
from dialer.usecases.services import Services

log = structlog.get_logger()

MAX_ROWS = 50
"""One request each, so that a sweep ends before the next begins."""


def sweep_recordings(services: Services) -> int:
    """Have carriers delete what is listed; return how many recordings are gone.

    What a carrier does not delete stays listed and is asked for again, less and less often, until it does. Safe to run
    twice at once: a recording that is gone already is a success.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        due = store.list_due(tx.session, at=now, max_rows=MAX_ROWS)
    return sum(_delete(services, tenant_id, recording_sid, now) for tenant_id, recording_sid in due)


def _delete(services: Services, tenant_id: TenantId, recording_sid: str, now: datetime) -> bool:
    account = load_account(services, tenant_id=tenant_id)
    try:
        services.carrier.delete_recording(account, recording_sid=recording_sid)
    except CarrierError as trouble:
        log.warning("recording_not_deleted", recording_sid=recording_sid, error=str(trouble)[:200])
        with services.transaction(tenant_id) as tx:
            store.postpone(tx.session, recording_sid, now=now)
        return False
    with services.transaction(tenant_id) as tx:
        store.remove(tx.session, recording_sid)
    return True
