"""A worker takes no task from a database that is older than its release needs: it waits, and says what for."""

import os
import time

import structlog
from celery import signals

from dialer.settings import Settings
from dialer.store.migrate import newest_revision
from dialer.store.session import Database
from dialer.usecases.health import find_schema_trouble

log = structlog.get_logger(__name__)

_LOOK_AGAIN_SECONDS = 1.0
_SAY_AGAIN = 30


@signals.worker_init.connect
def wait_for_schema(**_: object) -> None:
    """In the parent, before it takes anything from the queue. SIGTERM ends the waiting, too."""
    database = Database(Settings.from_env(os.environ).database_url, pool_size=1, application_name="dialer-worker")
    revision, looked = newest_revision() or "", 0
    try:
        while (trouble := find_schema_trouble(database, expected_revision=revision)) is not None:
            if looked % _SAY_AGAIN == 0:
                log.error("work_refused", why=trouble)
            looked += 1
            time.sleep(_LOOK_AGAIN_SECONDS)
    finally:
        database.dispose()  # connections do not survive a fork
