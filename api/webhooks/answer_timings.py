"""Measured times from answer webhook to TwiML, written to the database in batches beside the requests."""

import threading
import time
from collections import defaultdict
from typing import cast

import structlog
from flask import current_app

from dialer.domain.ids import CallId, TenantId
from dialer.usecases import call_answering
from dialer.usecases.services import Services

log = structlog.get_logger()

FLUSH_SECONDS = 1.0
EXTENSION = "answer_timings"


def answer_timings() -> "AnswerTimings":
    """Where this application collects them."""
    return cast("AnswerTimings", current_app.extensions[EXTENSION])


class AnswerTimings:
    """Collects timings and flushes them once a second. What a crash loses is a measurement, nothing else."""

    def __init__(self, services: Services):
        self._services = services
        self._pending: dict[TenantId, dict[CallId, float]] = defaultdict(dict)
        self._lock = threading.Lock()
        self._flusher: threading.Thread | None = None

    def add(self, tenant_id: TenantId, call_id: CallId, milliseconds: float) -> None:
        """Keep one timing; the flusher starts with the first one, so that it lives in the process that serves."""
        with self._lock:
            self._pending[tenant_id][call_id] = milliseconds
            if self._flusher is None:
                self._flusher = threading.Thread(target=self._flush_for_ever, name="answer-timings", daemon=True)
                self._flusher.start()

    def flush(self) -> None:
        """Write what has been collected."""
        with self._lock:
            pending, self._pending = self._pending, defaultdict(dict)
        for tenant_id, milliseconds in pending.items():
            call_answering.record_answer_timings(self._services, tenant_id=tenant_id, milliseconds=milliseconds)

    def _flush_for_ever(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            try:
                self.flush()
            except Exception:
                log.warning("answer_timings_lost", exc_info=True)
