"""Imports that nobody runs are run, and files that nobody needs are removed."""

from datetime import timedelta

import structlog

from dialer.store import import_files
from dialer.store import imports as store
from dialer.usecases.imports.run import RUN
from dialer.usecases.imports.views import SILENT_AFTER
from dialer.usecases.services import Services

log = structlog.get_logger()

FAILED_FILE_LIFE = timedelta(days=7)
_AT_ONCE = 20
_MESSAGE_SECONDS = 10


def sweep_imports(services: Services) -> None:
    """Send a runner to each import that is queued or whose runner is gone; remove files of those that are over.

    Safe to run at any time and in parallel: of several runners of an import all but one leave at once.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        left = store.list_imports_to_run(tx.session, silent_since=now - SILENT_AFTER, limit=_AT_ONCE)
        over = store.list_imports_to_clear(tx.session, failed_before=now - FAILED_FILE_LIFE, limit=_AT_ONCE)
    for tenant_id, import_id in left:
        services.queue.send(RUN, expires_seconds=_MESSAGE_SECONDS, tenant_id=str(tenant_id), import_id=str(import_id))
    for tenant_id, import_id in over:
        with services.transaction(tenant_id) as tx:
            store.allow_long_statements(tx.session)
            import_files.delete_chunks(tx.session, import_id)
            store.mark_cleared(tx.session, import_id, now=now)
        log.info("import_file_removed", import_id=str(import_id))
