"""Keeps this process' consoles alive in the database, and ends the sockets of sessions that have ended."""

from collections import defaultdict
from threading import Event, Lock, Thread
from uuid import UUID, uuid4

import structlog
from flask_socketio import SocketIO

from api.sockets.consoles import Console, Consoles
from dialer.domain.errors import DialerError
from dialer.domain.ids import TenantId
from dialer.domain.principals import Principal
from dialer.usecases import access, agent_presence, sessions
from dialer.usecases.services import Services

log = structlog.get_logger(__name__)

TOUCH_SECONDS = 5.0


class PresenceKeeper:
    """One daemon thread for each process, started with the first client so that it survives a pre-forking server."""

    def __init__(self, services: Services, consoles: Consoles, socketio: SocketIO):
        self._services = services
        self._consoles = consoles
        self._socketio = socketio
        self._lock = Lock()
        self._stopping = Event()
        self._thread: Thread | None = None
        self.web_instance = ""

    def start(self) -> None:
        """Start the thread unless it runs."""
        with self._lock:
            if self._thread is None:
                self.web_instance = uuid4().hex
                self._thread = Thread(target=self._keep, name="presence", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread; for tests and orderly shutdowns."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _keep(self) -> None:
        while not self._stopping.wait(TOUCH_SECONDS):
            try:
                self.touch()
                self.recheck()
            except Exception:
                # The database may be away for a while; agents stay connected and the next turn tries again.
                log.exception("presence_not_kept")

    def touch(self) -> None:
        """Renew every console of this process, one statement for each tenant, and bring back those swept meanwhile."""
        by_tenant: dict[TenantId, dict[str, Console]] = defaultdict(dict)
        for console in self._consoles.snapshot():
            if console.is_presence:
                by_tenant[console.principal.tenant_id][console.sid] = console
        for tenant_id, consoles in by_tenant.items():
            known = agent_presence.touch_sockets(
                self._services, tenant_id=tenant_id, web_instance=self.web_instance, sids=list(consoles)
            )
            for sid in consoles.keys() - known:
                self._rejoin(consoles[sid])

    def recheck(self) -> None:
        """Disconnect every client whose session has ended or whose rights have changed; it may connect anew.

        One statement for each tenant, so that it can be done every few seconds.
        """
        by_tenant: dict[TenantId, list[Console]] = defaultdict(list)
        for console in self._consoles.snapshot():
            by_tenant[console.principal.tenant_id].append(console)
        for tenant_id, consoles in by_tenant.items():
            session_ids = {UUID(console.principal.session_id) for console in consoles}
            roles = sessions.roles_of_sessions(self._services, tenant_id=tenant_id, session_ids=session_ids)
            for console in consoles:
                if roles.get(UUID(console.principal.session_id)) != console.principal.role:
                    log.info("socket_ended", sid=console.sid)
                    self._socketio.server.disconnect(console.sid, namespace="/")

    def _rejoin(self, console: Console) -> None:
        if console.agent_id is None or self._consoles.find(console.sid) is None:
            return
        try:
            agent_presence.join_as_agent(
                self._services,
                actor=console.principal,
                agent_id=console.agent_id,
                tenant_id=None,
                sid=console.sid,
                web_instance=self.web_instance,
            )
        except DialerError as refused:
            log.info("presence_not_restored", sid=console.sid, reason=refused.code)


def current_principal(services: Services, principal: Principal) -> Principal:
    """The same user with today's role and agent. Raises Unauthenticated once the session has ended."""
    return access.load_principal(
        services, tenant_id=principal.tenant_id, user_id=principal.user_id, session_id=UUID(principal.session_id)
    )
