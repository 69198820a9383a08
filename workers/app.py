"""The Celery application of the workers, and the services that their tasks share within one process."""

import functools
import logging
import os
import socket
import threading
import time
from typing import Any

import structlog
from celery import Celery, signals

from dialer import bootstrap
from dialer.logging import configure_logging
from dialer.settings import Settings
from dialer.usecases.services import Services

app = Celery(
    "workers",
    include=[
        "workers.access",
        "workers.dialing",
        "workers.calls",
        "workers.upkeep",
        "workers.imports",
        "workers.bulk",
        "workers.lists",
        "workers.suppressions",
    ],
)
app.config_from_object("celeryconfig")

log = structlog.get_logger()


@functools.cache
def services() -> Services:
    """This process' services, built when the first task needs them: connections do not survive a fork."""
    return bootstrap.build_services(Settings.from_env(os.environ), application_name="dialer-worker", pool_size=2)


@signals.setup_logging.connect
def _configure_logging(**_: object) -> None:
    configure_logging(os.environ.get("LOG_LEVEL", "INFO"))
    # Two lines for each task would drown what happened in them.
    for noisy in ("celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@signals.task_prerun.connect
def _bind_context(task_id: str, task: Any, kwargs: dict[str, object], **_: object) -> None:
    structlog.contextvars.clear_contextvars()
    ids = {name: value for name, value in kwargs.items() if name.endswith("_id")}
    structlog.contextvars.bind_contextvars(task_id=task_id, task=task.name, **ids)


@signals.task_failure.connect
def _log_failure(exception: BaseException, einfo: object, **_: object) -> None:
    log.error("task_failed", error=type(exception).__name__, trace=str(einfo))


@signals.worker_ready.connect
def _keep_beating(**_: object) -> None:
    """Say every five seconds that this worker is alive; `/readyz` looks for it."""
    beats = bootstrap.heartbeats(Settings.from_env(os.environ))
    name = f"{socket.gethostname()}:{os.getpid()}"

    def beat() -> None:
        while True:
            beats.beat("worker", name, processes=int(app.conf.worker_concurrency))
            time.sleep(5)

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()
