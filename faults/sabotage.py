"""Wraps the ports of `Services` in a product's process: crash points around them, and a clock that can be wrong."""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flask import has_request_context, request
from sqlalchemy import TextClause, event

from dialer import bootstrap
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.integrations.clock import TOLERANCE
from dialer.ports import CallRequest, CapacityGate, Carrier, CarrierAccount, Clock, LiveFeed, PlacedCall, TaskQueue
from dialer.store.session import Database
from dialer.usecases.services import Services
from faults.crash_points import CrashPoint, Tripwires

FOLDER_VARIABLE = "FAULTS_FOLDER"
ROLE_VARIABLE = "FAULTS_ROLE"
PLACE_CALL = "dialer.dialing.place_call"
_PLACING = "set state = 'placing'"
CLOCK_READ_SECONDS = 0.2


def install() -> None:
    """From now on `bootstrap.build_services` hands out sabotaged services."""
    folder, role = folder_of_faults(), os.environ[ROLE_VARIABLE]
    build: Callable[..., Services] = bootstrap.build_services

    def build_sabotaged(*arguments: Any, **options: Any) -> Services:
        return sabotage(build(*arguments, **options), Tripwires(folder), clock_file=clock_file(folder, role))

    vars(bootstrap)["build_services"] = build_sabotaged


def folder_of_faults() -> Path:
    """Where this process finds what it is to suffer."""
    return Path(os.environ[FOLDER_VARIABLE])


def clock_file(folder: Path, role: str) -> Path:
    """Holds by how many seconds the clock of a role's processes is wrong."""
    return folder / f"clock-{role}"


def sabotage(services: Services, wires: Tripwires, *, clock_file: Path) -> Services:
    """The same services, with something that may go wrong at every port."""
    steps = threading.local()
    _listen(services.database, wires, steps)
    return replace(
        services,
        carrier=cast(Carrier, CrashingCarrier(services.carrier, wires, steps)),
        queue=CrashingQueue(services.queue, wires),
        gate=cast(CapacityGate, CrashingGate(services.gate, wires)),
        feed=cast(LiveFeed, CrashingFeed(services.feed, wires)),
        clock=SkewedClock(services.clock, clock_file),
    )


class CrashingCarrier:
    """The carrier with crash points around the one request that must never be made twice."""

    def __init__(self, carrier: Carrier, wires: Tripwires, steps: threading.local):
        self._carrier = carrier
        self._wires = wires
        self._steps = steps

    def place_call(self, account: CarrierAccount, request: CallRequest) -> PlacedCall:
        """See `Carrier.place_call`."""
        self._wires.reach(CrashPoint.BEFORE_REQUEST)
        self._wires.reach(CrashPoint.DURING_REQUEST)
        placed = self._carrier.place_call(account, request)
        self._wires.reach(CrashPoint.AFTER_ACCEPTANCE)
        self._steps.has_accepted = True
        return placed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._carrier, name)


class CrashingQueue:
    """The task queue with a crash point between a commit and what it enqueues."""

    def __init__(self, queue: TaskQueue, wires: Tripwires):
        self._queue = queue
        self._wires = wires

    def send(self, task: str, *, expires_seconds: float | None = None, **arguments: str | int) -> None:
        """See `TaskQueue.send`."""
        if task == PLACE_CALL:
            self._wires.reach(CrashPoint.BEFORE_DISPATCH)
        if has_request_context():
            self._wires.reach(CrashPoint.BEFORE_WEB_ENQUEUE)
        self._queue.send(task, expires_seconds=expires_seconds, **arguments)


class CrashingGate:
    """The gate with a crash point between the commit that plans calls and their being lined up."""

    def __init__(self, gate: CapacityGate, wires: Tripwires):
        self._gate = gate
        self._wires = wires

    def line_up(self, calls: Sequence[CallId], *, tenant_id: TenantId, account: str, calls_per_second: float) -> None:
        """See `CapacityGate.line_up`."""
        self._wires.reach(CrashPoint.BEFORE_ENQUEUE)
        self._gate.line_up(calls, tenant_id=tenant_id, account=account, calls_per_second=calls_per_second)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gate, name)


class CrashingFeed:
    """The live feed with a crash point between the reserving of an agent and his hearing of it."""

    def __init__(self, feed: LiveFeed, wires: Tripwires):
        self._feed = feed
        self._wires = wires

    def to_agent(self, agent_id: AgentId, event: str, payload: Mapping[str, object]) -> None:
        """See `LiveFeed.to_agent`."""
        if event == "incoming:call":
            self._wires.reach(CrashPoint.BEFORE_SCREEN_POP)
        self._feed.to_agent(agent_id, event, payload)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._feed, name)


class SkewedClock:
    """A clock that is wrong by as much as a file says."""

    def __init__(self, clock: Clock, file: Path):
        self._clock = clock
        self._file = file
        self._offset = timedelta()
        self._read_at = float("-inf")

    def now(self) -> datetime:
        """See `Clock.now`."""
        if time.monotonic() - self._read_at > CLOCK_READ_SECONDS:
            self._read_at = time.monotonic()
            try:
                self._offset = timedelta(seconds=float(self._file.read_text()))
            except (FileNotFoundError, ValueError):
                self._offset = timedelta()
        return self._clock.now() + self._offset

    def agrees_with(self, other: datetime) -> bool:
        """See `Clock.agrees_with`: found out as on a machine whose clock is wrong."""
        return abs(self.now() - other) <= TOLERANCE


def _listen(database: Database, wires: Tripwires, steps: threading.local) -> None:
    """Crash points before the commits that matter, told apart by their statements, their thread or their request.

    What a thread is doing is kept beside the connection: a connection that was cut would have to be asked for it.
    """

    @event.listens_for(database.engine, "before_execute")
    def note(_connection: object, statement: object, *_: object) -> None:
        if isinstance(statement, TextClause) and _PLACING in statement.text:
            steps.is_placing = True

    @event.listens_for(database.engine, "rollback")
    def forget(_connection: object) -> None:
        steps.is_placing = False

    @event.listens_for(database.engine, "commit")
    def commit(_connection: object) -> None:
        if getattr(steps, "is_placing", False):
            steps.is_placing = False
            wires.reach(CrashPoint.BEFORE_PLACING_COMMIT)
        elif getattr(steps, "has_accepted", False):
            steps.has_accepted = False
            wires.reach(CrashPoint.BEFORE_RESULT_COMMIT)
        elif has_request_context() and request.path.endswith("/answer"):
            wires.reach(CrashPoint.BEFORE_ANSWER_COMMIT)
