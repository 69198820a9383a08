"""How long what is kept, and a sweep that takes the person out of what is older, a little at a time.

Leads count from their last call, or from when they came if they were never called. The person is removed, what was
done about them stays and can be counted. Unlike an erased person's, their number may be imported again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from dialer.domain.errors import Invalid, Unavailable
from dialer.domain.ids import TenantId
from dialer.domain.principals import Principal, Role
from dialer.store import anonymising
from dialer.store import retention as store
from dialer.store.retention import RetentionDays as RetentionDays
from dialer.store.retention import RetentionDue as RetentionDue
from dialer.store.session import Transaction
from dialer.usecases.services import Services

log = structlog.get_logger()

MAX_DAYS = 36_500
FIVE_YEARS = 1_827
BATCH = 500
BATCH_PROBLEMS = 5_000


@dataclass(frozen=True)
class Retention:
    """The settings, what is older than they say and still there, and what speaks against them."""

    days: RetentionDays
    due: RetentionDue
    warnings: tuple[str, ...]


def load_retention(services: Services, *, actor: Principal) -> Retention:
    """The tenant's settings, and how much the next sweeps will be about."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        days = store.find_days(tx.session)
        return Retention(days, _due(tx, days, services.clock.now()), _warnings(days))


def set_retention(services: Services, *, actor: Principal, days: RetentionDays) -> Retention:
    """Change the settings; the sweep follows them from its next turn on. What it has removed does not come back."""
    actor.require(Role.ADMIN)
    for name, value in vars(days).items():
        if value is not None and not 1 <= value <= MAX_DAYS:
            raise Invalid.field(name, f"must lie between 1 and {MAX_DAYS}, or be null")
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        store.save_days(tx.session, days, tenant_id=actor.tenant_id, now=now)
        return Retention(days, _due(tx, days, now), _warnings(days))


def sweep_retention(services: Services, *, seconds: float = 40.0) -> dict[str, int]:
    """Remove what is older than its tenant keeps it, for about so long; return how much of what.

    Safe to run twice at once, and to be interrupted: each batch is a transaction of its own.
    """
    end = time.monotonic() + seconds
    swept: dict[str, int] = {}
    with services.transaction() as tx:
        tenants = store.list_tenants(tx.session)
    for tenant_id in tenants:
        for kind, count in _sweep_tenant(services, tenant_id, end).items():
            swept[kind] = swept.get(kind, 0) + count
    if any(swept.values()):
        log.info("retention_swept", **swept)
    return swept


def _sweep_tenant(services: Services, tenant_id: TenantId, end: float) -> dict[str, int]:
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        days = store.find_days(tx.session)
    swept: dict[str, int] = {}
    for kind, sweep in _SWEEPS.items():
        kept_days = getattr(days, f"{kind}_days")
        before = None if kept_days is None else now - timedelta(days=kept_days)
        more = before is not None
        while more and time.monotonic() < end and before is not None:
            try:
                with services.transaction(tenant_id) as tx:
                    count, more = sweep(tx, before, now)
            except Unavailable:
                # Somebody holds one of these rows: the next turn finds them again.
                break
            swept[kind] = swept.get(kind, 0) + count
    return swept


def _sweep_leads(tx: Transaction, before: datetime, now: datetime) -> tuple[int, bool]:
    ids = store.lock_old_leads(tx.session, before=before, limit=BATCH)
    count = anonymising.anonymise_leads(tx.session, ids, reason="retention", now=now)
    return count, len(ids) == BATCH


def _sweep_calls(tx: Transaction, before: datetime, now: datetime) -> tuple[int, bool]:
    old = store.list_old_calls(tx.session, before=before, limit=BATCH)
    emptied = anonymising.anonymise_calls(tx.session, old.ids, now=now)
    store.note_calls_done(tx.session, until=old.until)
    return emptied.calls, len(old.ids) == BATCH


def _sweep_recordings(tx: Transaction, before: datetime, now: datetime) -> tuple[int, bool]:
    old = store.list_old_recordings(tx.session, before=before, limit=BATCH)
    count = anonymising.forget_recordings(tx.session, old.ids, now=now)
    store.note_recordings_done(tx.session, until=old.until)
    return count, len(old.ids) == BATCH


def _sweep_import_errors(tx: Transaction, before: datetime, now: datetime) -> tuple[int, bool]:
    count = store.delete_import_problems(tx.session, before=before, limit=BATCH_PROBLEMS)
    return count, count == BATCH_PROBLEMS


_SWEEPS: Mapping[str, Callable[[Transaction, datetime, datetime], tuple[int, bool]]] = {
    "leads": _sweep_leads,
    "recordings": _sweep_recordings,
    "calls": _sweep_calls,
    "import_errors": _sweep_import_errors,
}


def _due(tx: Transaction, days: RetentionDays, now: datetime) -> RetentionDue:
    def count(kept_days: int | None, counted: Callable[..., int]) -> int:
        return 0 if kept_days is None else counted(tx.session, before=now - timedelta(days=kept_days))

    return RetentionDue(
        leads=count(days.leads_days, store.count_leads),
        calls=count(days.calls_days, store.count_calls),
        recordings=count(days.recordings_days, store.count_recordings),
        import_errors=count(days.import_errors_days, store.count_import_problems),
    )


def _warnings(days: RetentionDays) -> tuple[str, ...]:
    warnings = []
    if days.calls_days is not None and days.calls_days < FIVE_YEARS:
        warnings.append(
            "calls_days is less than five years: US telemarketers have to keep records of each call, the number called "
            "among them, for five years (TSR, 16 CFR 310.5)."
        )
    shorter = days.calls_days is not None and (days.recordings_days is None or days.recordings_days > days.calls_days)
    if shorter:
        warnings.append("Recordings go with their calls, after calls_days already.")
    return tuple(warnings)
