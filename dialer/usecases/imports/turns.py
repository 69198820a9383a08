"""Whose import is worked on: tenants take turns, so that nobody's list waits for the end of somebody's millions."""

import time
from collections.abc import Callable

from dialer.domain.ids import TenantId
from dialer.store import imports as store
from dialer.usecases.services import Services

TURN_SECONDS = 20.0
LOOK_EVERY_SECONDS = 2.0


class ImportTurn:
    """A tenant's turn. It lasts for as long as nobody else waits, and then until it has lasted for `TURN_SECONDS`."""

    def __init__(
        self, services: Services, tenant_id: TenantId, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._services = services
        self._tenant_id = tenant_id
        self._monotonic = monotonic
        self._look_at = monotonic() + TURN_SECONDS

    def is_over(self) -> bool:
        """Whether another tenant's import should be worked on now. Asks the database every two seconds at most."""
        if self._monotonic() < self._look_at:
            return False
        self._look_at = self._monotonic() + LOOK_EVERY_SECONDS
        with self._services.transaction() as tx:
            return store.others_imports_wait(tx.session, self._tenant_id)
