"""The sockets that this process holds: who is behind each, and which agent's console it is."""

from dataclasses import dataclass, replace
from threading import Lock

from dialer.domain.ids import AgentId
from dialer.domain.principals import Principal


@dataclass(frozen=True)
class Console:
    """One connected client. `agent_id` is the agent it joined; `is_presence` whether it stands for that agent."""

    sid: str
    principal: Principal
    agent_id: AgentId | None = None
    is_presence: bool = False


class Consoles:
    """Consoles by socket id. Handlers run in threads of their own, hence the lock."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Console] = {}
        self._lock = Lock()

    def add(self, console: Console) -> None:
        """Remember a client that has connected."""
        with self._lock:
            self._by_sid[console.sid] = console

    def find(self, sid: str) -> Console | None:
        """The client behind a socket id, unless it has gone."""
        with self._lock:
            return self._by_sid.get(sid)

    def join(self, sid: str, *, principal: Principal, agent_id: AgentId, is_presence: bool) -> bool:
        """Note whose console this is. False if the client has gone meanwhile."""
        with self._lock:
            console = self._by_sid.get(sid)
            if console is None:
                return False
            self._by_sid[sid] = replace(console, principal=principal, agent_id=agent_id, is_presence=is_presence)
            return True

    def remove(self, sid: str) -> Console | None:
        """Forget a client that has gone."""
        with self._lock:
            return self._by_sid.pop(sid, None)

    def snapshot(self) -> list[Console]:
        """Every client connected now."""
        with self._lock:
            return list(self._by_sid.values())
