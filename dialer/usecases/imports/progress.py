"""Telling browsers how far an import is, at most once a second."""

from datetime import datetime, timedelta

from dialer.domain.imports import measure_progress
from dialer.store.imports import Import
from dialer.usecases.services import Services

EVENT = "import:progress"
_EVERY = timedelta(seconds=1)


class Teller:
    """Tells of one import."""

    def __init__(self, services: Services):
        self._services = services
        self._told_at: datetime | None = None

    def tell(self, found: Import, *, at_last: bool = False) -> None:
        """Send how far it is, unless that was told a moment ago. The end is always told."""
        now = self._services.clock.now()
        if not at_last and self._told_at is not None and now < self._told_at + _EVERY:
            return
        self._told_at = now
        progress = measure_progress(
            found.status,
            bytes_done=found.bytes_done,
            bytes_total=found.bytes_total,
            rows_done=found.rows_done,
            started_at=found.started_at,
            seen_at=found.finished_at or found.heartbeat_at,
        )
        payload = {
            "import_id": str(found.id),
            "kind": found.kind,
            "campaign_id": str(found.campaign_id) if found.campaign_id is not None else None,
            "status": str(found.status),
            "rows_done": found.rows_done,
            "percent": progress.percent,
            "rows_per_second": progress.rows_per_second,
            "results": vars(found.counts),
        }
        self._services.feed.to_tenant(found.tenant_id, EVENT, payload)
