"""The audit log: read by admins, kept for two years. Triggers write most of it; here is what they cannot see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from dialer.domain.errors import Invalid
from dialer.domain.principals import Principal, Role
from dialer.store import audit_log as store
from dialer.store.audit_log import AuditEntry
from dialer.store.audit_log import AuditFilter as AuditFilter
from dialer.usecases.services import Services

KEPT_FOR = timedelta(days=730)
_BATCH = 10_000


@dataclass(frozen=True)
class AuditPage:
    """Entries, the latest first; `next_cursor` leads to older ones, if there are any."""

    entries: tuple[AuditEntry, ...]
    next_cursor: str | None


def list_audit_entries(
    services: Services, *, actor: Principal, wanted: AuditFilter, cursor: str | None = None, limit: int = 50
) -> AuditPage:
    """A page of the tenant's audit log. Raises Invalid for a cursor that is none of ours."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        found = store.list_entries(
            tx.session, actor.tenant_id, wanted, before_id=_parse_cursor(cursor), limit=limit + 1
        )
    page = found[:limit]
    return AuditPage(page, str(page[-1].id) if len(found) > limit else None)


def record_download(
    services: Services,
    *,
    actor: Principal,
    action: str,
    object_type: str,
    object_id: object = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Note that somebody took data out: an export, or a recording listened to. Before the data leave, not after."""
    with services.transaction(actor.tenant_id) as tx:
        store.record(
            tx.session,
            tenant_id=actor.tenant_id,
            at=services.clock.now(),
            actor_id=actor.user_id,
            action=action,
            object_type=object_type,
            object_id=object_id,
            changes={name: {"after": value} for name, value in (details or {}).items() if value is not None},
        )


def sweep_audit_log(services: Services) -> int:
    """Delete a batch of what is older than two years; return how many entries. Safe to run twice."""
    with services.transaction() as tx:
        return store.forget_entries(tx.session, before=services.clock.now() - KEPT_FOR, max_rows=_BATCH)


def _parse_cursor(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise Invalid.field("cursor", "is not one that was given out")
    return int(cursor)
