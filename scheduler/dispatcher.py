"""Sends planned calls to the workers when their start has come: each tenant in its turn, each account at its rate.

Only the leader dispatches. That nobody else does is not relied on: the gate admits no call twice, and a call that is
sent twice is placed once.
"""

import contextlib
import threading
import time
from collections.abc import Callable

import structlog

from dialer.domain.errors import Unavailable
from dialer.ports import CapacityGate, TaskQueue

log = structlog.get_logger()

PLACE_CALL = "dialer.dialing.place_call"
MESSAGE_SECONDS = 10.0
"""What nobody took by then would be too late to be placed."""
COUNT_SECONDS = 2.0
STAND_BY_SECONDS = 0.5
STOP_SECONDS = 3.0


class Dispatcher:
    """Takes turns while `leads()` says so. `count_processes` tells how many processes the workers have in all."""

    def __init__(
        self, gate: CapacityGate, queue: TaskQueue, leads: Callable[[], bool], count_processes: Callable[[], int]
    ):
        self._gate = gate
        self._queue = queue
        self._leads = leads
        self._count_processes = count_processes
        self._processes = 1
        self._counted_at = float("-inf")
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Dispatch in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the turn that is under way, which is a matter of a second."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def take_turn(self) -> float:
        """Send whatever may be placed now; return for how many seconds nobody else can be."""
        admissions = self._gate.admit(processes=self._workers_processes())
        for tenant_id, call_id in admissions.calls:
            self._queue.send(
                PLACE_CALL, expires_seconds=MESSAGE_SECONDS, tenant_id=str(tenant_id), call_id=str(call_id)
            )
        return admissions.wait_seconds

    def _dispatch(self) -> None:
        while not self._ended.is_set():
            if not self._leads():
                self._ended.wait(STAND_BY_SECONDS)
                continue
            try:
                self._gate.wait(self.take_turn())
            except Exception:
                log.exception("dispatching_failed")
                self._ended.wait(STAND_BY_SECONDS)

    def _workers_processes(self) -> int:
        if time.monotonic() - self._counted_at >= COUNT_SECONDS:
            self._counted_at = time.monotonic()
            with contextlib.suppress(Unavailable):
                # With none, one is about to come: what is sent to nobody expires.
                self._processes = max(1, self._count_processes())
        return self._processes
