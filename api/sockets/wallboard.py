"""The wallboard over sockets: one thread for each tenant that somebody watches, and none while nobody does.

A watcher is given the whole board, then frames with what has changed, numbered without a gap: at most one a second, at
once after a quiet second, and now and then an empty one, so that silence means trouble. Frames are made where the
watcher is connected and go through no other process: docs/decisions/0028.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from uuid import uuid4

import structlog

from api.sockets.relay import Relay
from dialer.domain.errors import Conflict, Unavailable
from dialer.domain.ids import TenantId
from dialer.domain.wallboard import Board, BoardFacts, Chosen, compare, compose_board, iso
from dialer.usecases.services import Services
from dialer.usecases.wallboard import BoardReader

log = structlog.get_logger(__name__)

FRAME = "wallboard:frame"
FRAME_SECONDS = 1.0
LOOK_SECONDS = 0.1
READ_SECONDS = 2.0
"""Read anew at least so often: notes of pacing and shares of the last hour change without any of the watched rows."""
HEARTBEAT_SECONDS = 5.0
_QUIET_READ_SECONDS = 0.25
_MAX_VIEWS = 40


@dataclass
class _View:
    """What those see who look at the same part of the floor."""

    chosen: Chosen
    board: Board
    at: datetime
    epoch: str = field(default_factory=lambda: uuid4().hex)
    sequence: int = 0
    sids: set[str] = field(default_factory=set)
    sent_at: float = 0.0


class Wallboards:
    """Who watches which board in this process."""

    def __init__(self, services: Services, relay: Relay):
        self._services = services
        self._relay = relay
        self._lock = Lock()
        self._producers: dict[TenantId, _Producer] = {}
        self._tenants: dict[str, TenantId] = {}

    def watch(self, sid: str, *, tenant_id: TenantId, chosen: Chosen) -> dict[str, object]:
        """Begin to watch, or anew, and get the whole board as of the frame before the next one. Raises Unavailable."""
        while True:
            with self._lock:
                self._tenants[sid] = tenant_id
                producer = self._producers.get(tenant_id)
                if producer is None:
                    producer = self._producers[tenant_id] = _Producer(self._services, self._relay, tenant_id)
            try:
                told = producer.add(sid, chosen)
            except Exception:
                self.release(sid)
                raise
            if told is not None:
                return told
            # Its last watcher left this very moment.
            self._forget(producer)

    def release(self, sid: str) -> bool:
        """Somebody does not watch any more, or has gone. False, and nothing happens, if he did not watch."""
        with self._lock:
            tenant_id = self._tenants.pop(sid, None)
            producer = None if tenant_id is None else self._producers.get(tenant_id)
        if producer is not None and producer.remove(sid):
            self._forget(producer)
        return tenant_id is not None

    @property
    def watched(self) -> int:
        """How many tenants are being watched: so many threads are running."""
        with self._lock:
            return len(self._producers)

    def _forget(self, producer: "_Producer") -> None:
        with self._lock:
            if self._producers.get(producer.tenant_id) is producer:
                del self._producers[producer.tenant_id]


class _WrongClock(Exception):
    """This process and the database disagree about the time: every age would be wrong."""


class _Producer:
    """Reads one tenant's board and tells its watchers what has changed."""

    def __init__(self, services: Services, relay: Relay, tenant_id: TenantId):
        self.tenant_id = tenant_id
        self._services = services
        self._relay = relay
        self._reader = BoardReader(services, tenant_id)
        self._lock = Lock()
        self._stopping = Event()
        self._thread: Thread | None = None
        self._views: dict[Chosen, _View] = {}
        self._facts: BoardFacts | None = None
        self._revision = ""
        self._read_at = float("-inf")
        self._not_before = 0.0
        self._stale_since: datetime | None = None
        self._problem: str | None = None

    def add(self, sid: str, chosen: Chosen) -> dict[str, object] | None:
        """Have somebody see frames from now on; the board that they build upon. None if this producer has ended."""
        with self._lock:
            if self._stopping.is_set():
                return None
            self._drop(sid)
            try:
                view = self._views.get(chosen) or self._open(chosen)
                # Here alone: rooms are this process' own, and frames are not for others.
                self._relay.basic_enter_room(sid, "/", view.epoch)
            except Exception:
                self._drop_empty()
                raise
            view.sids.add(sid)
            if self._thread is None:
                self._thread = Thread(target=self._produce, name="wallboard", daemon=True)
                self._thread.start()
            return {**self._head(view), "board": view.board.as_json()}

    def remove(self, sid: str) -> bool:
        """Take a watcher away. True if it was the last: then the thread ends, and the producer is of no more use."""
        with self._lock:
            self._drop(sid)
            self._drop_empty()
            return self._stopping.is_set()

    def _drop(self, sid: str) -> None:
        for view in self._views.values():
            if sid in view.sids:
                view.sids.discard(sid)
                self._relay.basic_leave_room(sid, "/", view.epoch)

    def _drop_empty(self) -> None:
        self._views = {chosen: view for chosen, view in self._views.items() if view.sids}
        if not self._views:
            self._stopping.set()

    def _open(self, chosen: Chosen) -> _View:
        if len(self._views) >= _MAX_VIEWS:
            raise Conflict("Too many different parts of this floor are being watched.")
        if self._facts is None or time.monotonic() - self._read_at > READ_SECONDS:
            self._facts = self._reader.read()
            self._read_at = time.monotonic()
        view = _View(chosen, compose_board(self._facts, chosen), self._facts.at, sent_at=time.monotonic())
        self._views[chosen] = view
        return view

    # -- the thread

    def _produce(self) -> None:
        while not self._stopping.wait(max(LOOK_SECONDS, self._not_before - time.monotonic())):
            try:
                with self._lock:
                    self._take_turn()
            except _WrongClock:
                self._say_old("clock")
            except Unavailable:
                self._say_old("database")
            except Exception:
                log.exception("wallboard_not_read", tenant_id=str(self.tenant_id))
                self._say_old("unknown")

    def _take_turn(self) -> None:
        look = self._reader.look()
        if not look.clock_is_right:
            raise _WrongClock
        now = time.monotonic()
        is_known = look.revision == self._revision and now - self._read_at < READ_SECONDS
        if is_known and self._problem is None:
            return
        facts = self._reader.read()
        self._facts, self._revision, self._read_at = facts, look.revision, time.monotonic()
        has_recovered, self._problem, self._stale_since = self._problem is not None, None, None
        # A read that finds nothing to show is not followed by the next at once.
        self._not_before = self._read_at + _QUIET_READ_SECONDS
        for view in self._views.values():
            board = compose_board(facts, view.chosen)
            change = compare(view.board, board)
            view.board, view.at = board, facts.at
            if change or has_recovered or self._read_at - view.sent_at >= HEARTBEAT_SECONDS:
                self._send(view, change.as_json())
                self._not_before = view.sent_at + FRAME_SECONDS

    def _say_old(self, problem: str) -> None:
        """Nothing could be read: what is shown is as old as the last frame that could."""
        with self._lock:
            is_new, self._problem = self._problem is None, problem
            for view in self._views.values():
                self._stale_since = self._stale_since or view.at
                if is_new or time.monotonic() - view.sent_at >= HEARTBEAT_SECONDS:
                    self._send(view, {})
                    self._not_before = view.sent_at + FRAME_SECONDS

    def _send(self, view: _View, parts: Mapping[str, object]) -> None:
        view.sequence += 1
        self._relay.emit(FRAME, {**self._head(view), **parts}, namespace="/", room=view.epoch, ignore_queue=True)
        view.sent_at = time.monotonic()

    def _head(self, view: _View) -> dict[str, object]:
        told: dict[str, object] = {"epoch": view.epoch, "sequence": view.sequence, "at": iso(view.at)}
        if self._problem is not None:
            told |= {"stale_since": iso(self._stale_since or view.at), "problem": self._problem}
        return told
