"""LiveFeed over the Redis channel that every web process listens to. Holds no socket itself; any process may emit."""

from collections.abc import Mapping

import structlog
from socketio import RedisManager

from dialer.domain.ids import AgentId, TenantId
from dialer.domain.live_rooms import CHANNEL, agent_room, tenant_room

log = structlog.get_logger(__name__)

# A feed that hangs would hold up whoever emits: an answer to the carrier, for one.
_REDIS_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 30,
}


class SocketIoFeed:
    """Best effort: with Redis down an event is logged and lost, and the console resyncs when it reconnects."""

    def __init__(self, redis_url: str):
        self._manager = RedisManager(redis_url, channel=CHANNEL, write_only=True, redis_options=dict(_REDIS_OPTIONS))

    def to_agent(self, agent_id: AgentId, event: str, payload: Mapping[str, object]) -> None:
        """Send to every console of one agent."""
        self._emit(agent_room(agent_id), event, payload)

    def to_tenant(self, tenant_id: TenantId, event: str, payload: Mapping[str, object]) -> None:
        """Send to every supervisor and admin console of a tenant."""
        self._emit(tenant_room(tenant_id), event, payload)

    def _emit(self, room: str, event: str, payload: Mapping[str, object]) -> None:
        try:
            self._manager.emit(event, dict(payload), namespace="/", room=room)
        except Exception:
            # Whatever it is, it must not undo what has been committed before the event was sent.
            log.exception("live_event_lost", room=room, live_event=event)
