"""Tasks that import uploaded files. Acknowledged early: an import that is left is found again by its sweep."""

import os
import socket
from uuid import UUID

from dialer.domain.ids import ImportId, TenantId
from dialer.usecases import imports
from dialer.usecases.import_kinds import KINDS
from workers.app import app, services
from workers.stopping import is_stopping

_HOURS = 3600


@app.task(name="dialer.imports.run_import", soft_time_limit=6 * _HOURS, time_limit=6 * _HOURS + 60)
def run_import(tenant_id: str, import_id: str) -> None:
    """Import what is left of a file. Safe to run twice: of two runners one leaves, and no batch is stored twice."""
    # Half of a worker's processes at most, so that calls are placed while lists are imported.
    imports.run_import(
        services(),
        KINDS,
        tenant_id=TenantId(UUID(tenant_id)),
        import_id=ImportId(UUID(import_id)),
        workplace=f"{socket.gethostname()}:{os.getppid()}",
        seats=max(1, int(app.conf.worker_concurrency) // 2),
        is_stopping=is_stopping,
    )


@app.task(name="dialer.imports.sweep_imports", acks_late=True, soft_time_limit=50, time_limit=60)
def sweep_imports() -> None:
    """Run imports that nobody runs and remove files that nobody needs. Safe to run twice, and in parallel."""
    imports.sweep_imports(services())
