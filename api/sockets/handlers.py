"""What happens when a client connects, says something, or goes. Every message is answered; none ends in a traceback."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import structlog
from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO, join_room, leave_room
from pydantic import ValidationError

from api.auth import authenticate_token, bearer_token
from api.problems import to_problem
from api.sockets.consoles import Console, Consoles
from api.sockets.messages import (
    CallReceived,
    JoinAgent,
    Message,
    SetAgentStatus,
    UnwatchWallboard,
    WatchWallboard,
)
from api.sockets.presence import PresenceKeeper, current_principal
from api.sockets.relay import Relay
from api.sockets.wallboard import Wallboards
from api.surfaces.dialer.schemas.agents import AgentOut
from dialer.domain.errors import Conflict, DialerError, Forbidden, Unauthenticated
from dialer.domain.ids import AgentGroupId, AgentId, BreakReasonId, CallId, CampaignId, TenantId
from dialer.domain.live_rooms import agent_room, tenant_room
from dialer.domain.principals import Role
from dialer.domain.wallboard import Chosen
from dialer.usecases import agent_presence, agents, wallboard
from dialer.usecases.services import Services

log = structlog.get_logger(__name__)

Ack = dict[str, object]
Said = TypeVar("Said", bound=Message)


def install_handlers(
    socketio: SocketIO,
    services: Services,
    consoles: Consoles,
    relay: Relay,
    keeper: PresenceKeeper,
    wallboards: Wallboards,
) -> None:
    """Register every event of the contract."""
    handlers = _Handlers(services, consoles, relay, keeper, wallboards)
    socketio.on_event("connect", handlers.connect)
    socketio.on_event("disconnect", handlers.disconnect)
    socketio.on_event("agent:join", partial(handlers.answer, JoinAgent, handlers.join_agent))
    socketio.on_event("agent:status", partial(handlers.answer, SetAgentStatus, handlers.set_status))
    socketio.on_event("call:received", partial(handlers.answer, CallReceived, handlers.note_call_received))
    socketio.on_event("wallboard:watch", partial(handlers.answer, WatchWallboard, handlers.watch_wallboard))
    socketio.on_event("wallboard:unwatch", partial(handlers.answer, UnwatchWallboard, handlers.unwatch_wallboard))


class _Handlers:
    def __init__(
        self,
        services: Services,
        consoles: Consoles,
        relay: Relay,
        keeper: PresenceKeeper,
        wallboards: Wallboards,
    ):
        self._services = services
        self._consoles = consoles
        self._relay = relay
        self._keeper = keeper
        self._wallboards = wallboards

    def connect(self, auth: object = None) -> None:
        """Let in whoever has a token, from the connection's `auth` or the Authorization header."""
        try:
            token = _token_of(auth)
            principal = authenticate_token(self._services, token)
        except DialerError as refused:
            raise ConnectionRefusedError(refused.message, {"code": refused.code}) from None
        except Exception:
            log.exception("socket_not_connected")
            raise ConnectionRefusedError("Try again shortly.", {"code": "unavailable"}) from None
        self._keeper.start()
        self._consoles.add(Console(_sid(), principal))
        if principal.has_at_least(Role.SUPERVISOR):
            join_room(tenant_room(principal.tenant_id))

    def disconnect(self, reason: object = None) -> None:
        """Note that a console is gone. If that fails, the sweep of silent sockets notices."""
        console = self._consoles.remove(_sid())
        self._wallboards.release(_sid())
        if console is None or not console.is_presence:
            return
        try:
            agent_presence.leave_agent_socket(self._services, tenant_id=console.principal.tenant_id, sid=console.sid)
        except Exception:
            log.exception("socket_not_removed", reason=str(reason))

    def answer(self, schema: type[Said], act: Callable[[Console, Said], Mapping[str, object]], *sent: object) -> Ack:
        """Validate a message, act on it, and acknowledge: with what came of it, or with what is wrong."""
        try:
            if len(sent) > 1:
                raise Conflict("Send one object.")
            console = self._consoles.find(_sid())
            if console is None:
                raise Unauthenticated("This socket is not connected.")
            return {"success": True, **act(console, schema.model_validate(sent[0] if sent else None))}
        except (DialerError, ValidationError) as refused:
            return _refusal(refused)
        except Exception as bug:
            log.exception("socket_message_failed", message_type=schema.__name__)
            return _refusal(bug)

    def join_agent(self, console: Console, said: JoinAgent) -> Ack:
        """Make this socket a console of the agent, or a supervisor's view of it; tell how things stand."""
        actor = current_principal(self._services, console.principal)
        agent_id = AgentId(said.agentId)
        if console.agent_id not in (None, agent_id):
            raise Conflict("This socket has joined another agent; connect anew.")
        # Before the call in progress is read: one that is assigned afterwards arrives as an event.
        self._relay.wait_until_subscribed(timeout_seconds=2)
        session = agent_presence.join_as_agent(
            self._services,
            actor=actor,
            agent_id=agent_id,
            tenant_id=None if said.tenantId is None else TenantId(said.tenantId),
            sid=console.sid,
            web_instance=self._keeper.web_instance,
            enter_room=lambda: join_room(agent_room(agent_id)),
        )
        if not self._consoles.join(console.sid, principal=actor, agent_id=agent_id, is_presence=session.is_console):
            # It went while it joined, so `disconnect` has not seen that it was a console.
            agent_presence.leave_agent_socket(self._services, tenant_id=actor.tenant_id, sid=console.sid)
            leave_room(agent_room(agent_id))
        return {"agent": AgentOut.model_validate(session.agent).model_dump(mode="json"), "call": session.call}

    def set_status(self, console: Console, said: SetAgentStatus) -> Ack:
        """Declare what an agent is ready for."""
        actor = current_principal(self._services, console.principal)
        reason = None if said.break_reason_id is None else BreakReasonId(said.break_reason_id)
        agent = agents.set_agent_status(
            self._services, actor=actor, agent_id=AgentId(said.agentId), status=said.status, break_reason_id=reason
        )
        return {"agent": AgentOut.model_validate(agent).model_dump(mode="json")}

    def note_call_received(self, console: Console, said: CallReceived) -> Ack:
        """Note that the call is on the agent's screen."""
        if console.agent_id is None:
            raise Forbidden("Join as an agent first.")
        agent_presence.record_screen_pop(
            self._services, actor=console.principal, agent_id=console.agent_id, call_id=CallId(said.callId)
        )
        return {}

    def watch_wallboard(self, console: Console, said: WatchWallboard) -> Mapping[str, object]:
        """Tell the whole board now, and in frames what changes of it."""
        actor = current_principal(self._services, console.principal)
        chosen = Chosen(
            campaign_ids=None if said.campaign_ids is None else frozenset(map(CampaignId, said.campaign_ids)),
            agent_group_id=None if said.agent_group_id is None else AgentGroupId(said.agent_group_id),
        )
        wallboard.require_wallboard(self._services, actor=actor, chosen=chosen)
        told = self._wallboards.watch(console.sid, tenant_id=actor.tenant_id, chosen=chosen)
        if self._consoles.find(console.sid) is None:
            # It went while it began, so `disconnect` has not seen that it watches.
            self._wallboards.release(console.sid)
        return told

    def unwatch_wallboard(self, console: Console, said: UnwatchWallboard) -> Ack:
        """Tell no more of it."""
        if not self._wallboards.release(console.sid):
            raise Conflict("This socket does not watch the wallboard.")
        return {}


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _token_of(auth: object) -> str:
    token: Any = auth.get("token") if isinstance(auth, dict) else None
    if isinstance(token, str) and token:
        return token.removeprefix("Bearer ")
    from_header = bearer_token()
    if from_header is None:
        raise Unauthenticated(
            'Send a token: in the connection\'s auth as {"token": …}, or in the Authorization header.'
        )
    return from_header


def _refusal(error: Exception) -> Ack:
    problem = to_problem(error)
    return {
        "success": False,
        "error": problem.message,
        "code": problem.code,
        **({"fields": [{"field": f.field, "message": f.message} for f in problem.fields]} if problem.fields else {}),
    }
