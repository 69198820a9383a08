"""Consoles coming and going, and what follows: sessions, screen-pops, agents who vanished, wrap-ups that are over.

The sweeps cross tenants through functions that give away ids only, then work in each tenant by itself. Each may run at
any time and in parallel with itself.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from dialer.domain import in_flight
from dialer.domain.agents import AgentState, AgentStatus
from dialer.domain.errors import Conflict, Forbidden, NotFound
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.domain.principals import Principal, Role
from dialer.store import agent_presence as store
from dialer.store import agents as agent_store
from dialer.store import screen_pops, wrap_ups
from dialer.store.agents import AgentRow
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.agents import HANG_UP_LEG, AgentView, announce_available, announce_status, send_quietly, view_agent
from dialer.usecases.services import Services

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")

SILENT_AFTER = in_flight.SOCKET_SILENT.expiry
"""A web process renews its sockets every 5 s; one that missed three turns is gone."""

GRACE = in_flight.AGENT_WITHOUT_CONSOLE.expiry
"""How long an agent without any console is waited for, so that a reloaded page costs nothing."""


@dataclass(frozen=True)
class AgentSession:
    """What a console needs to show the truth: the agent, and the payload of the call in progress, if any.

    `is_console` is False for a supervisor who looks on: such a socket is not the agent's presence.
    """

    agent: AgentView
    call: agent_events.Payload | None
    is_console: bool


def join_as_agent(
    services: Services,
    *,
    actor: Principal,
    agent_id: AgentId,
    tenant_id: TenantId | None,
    sid: str,
    web_instance: str,
    enter_room: Callable[[], None] = lambda: None,
) -> AgentSession:
    """Connect a console to an agent: one's own, or any for a supervisor, who then looks on.

    It counts as the agent's presence if it is his own, or if the agent has no user of his own and the supervisor works
    for him. `enter_room` is called once access is granted and before the call in progress is read, so that a call
    assigned meanwhile is either read or received.
    Raises NotFound (also for another tenant's agent), Forbidden, and Conflict for a deactivated agent.
    """
    if tenant_id is not None and tenant_id != actor.tenant_id:
        raise Forbidden("This tenant is not yours.")
    with services.transaction(actor.tenant_id) as tx:
        row = agent_store.find_agent(tx.session, agent_id)
        if row is None:
            raise NotFound("There is no agent with this id.")
        is_console = _works_as(actor, row)
        if not row.is_active:
            raise Conflict("The agent is deactivated.")
        enter_room()
        if is_console:
            row = _record_console(services, tx, row, sid=sid, web_instance=web_instance)
        pop = screen_pops.find_current_screen_pop(tx.session, agent_id)
        return AgentSession(view_agent(tx, row), None if pop is None else agent_events.incoming_call(pop), is_console)


def _record_console(services: Services, tx: Transaction, row: AgentRow, *, sid: str, web_instance: str) -> AgentRow:
    now = services.clock.now()
    connected = store.record_socket(
        tx.session, sid=sid, tenant_id=row.tenant_id, agent_id=row.id, web_instance=web_instance, now=now
    )
    if connected is None:
        raise Conflict("The agent is deactivated.")
    announce_status(services, tx, connected)
    if connected.state is AgentState.AVAILABLE:
        announce_available(services, tx, connected)
    return connected


def leave_agent_socket(services: Services, *, tenant_id: TenantId, sid: str) -> AgentId | None:
    """Forget a console that disconnected. If it was the last, the agent gets no call and his grace time runs."""
    with services.transaction(tenant_id) as tx:
        return store.remove_socket(tx.session, sid=sid, now=services.clock.now())


def touch_sockets(services: Services, *, tenant_id: TenantId, web_instance: str, sids: list[str]) -> set[str]:
    """Renew the consoles that a web process holds for one tenant. Returns those that are still known."""
    with services.transaction(tenant_id) as tx:
        return store.touch_sockets(tx.session, web_instance=web_instance, sids=sids, now=services.clock.now())


def record_screen_pop(services: Services, *, actor: Principal, agent_id: AgentId, call_id: CallId) -> None:
    """Note that a call is on the screen of the agent's console; the first time counts.

    Raises NotFound unless the agent holds the call, Forbidden for somebody who only looks on.
    """
    with services.transaction(actor.tenant_id) as tx:
        if actor.agent_id != agent_id:
            row = agent_store.find_agent(tx.session, agent_id)
            if row is not None and call_id in row.held_call_ids and not _works_as(actor, row):
                raise Forbidden("Only the agent's own console receives the call.")
        now = services.clock.now()
        if not screen_pops.record_screen_pop(tx.session, call_id=call_id, agent_id=agent_id, now=now):
            raise NotFound("You have no call with this id.")


def sweep_presence(services: Services) -> None:
    """Forget consoles whose web process fell silent, and put agents offline whose consoles did not come back."""
    now = services.clock.now()
    with services.transaction() as tx:
        silent = store.list_silent_sockets(tx.session, before=now - SILENT_AFTER)
    for tenant_id, sids in _grouped(silent):
        with services.transaction(tenant_id) as tx:
            store.remove_silent_sockets(tx.session, sids=sids, before=now - SILENT_AFTER, now=now)
    with services.transaction() as tx:
        vanished = store.list_vanished_agents(tx.session, before=now - GRACE)
    for tenant_id, agent_ids in _grouped(vanished):
        with services.transaction(tenant_id) as tx:
            for gone in store.put_vanished_offline(tx.session, agent_ids=agent_ids, before=now - GRACE, now=now):
                announce_status(services, tx, gone.agent)
                if gone.abandoned_leg_sid is not None:
                    tx.after_commit(
                        send_quietly, services, HANG_UP_LEG, tenant_id=tenant_id, call_sid=gone.abandoned_leg_sid
                    )


def sweep_wrap_ups(services: Services) -> None:
    """Free the agents whose wrap-up is over and have waiting callees offered to them."""
    now = services.clock.now()
    with services.transaction() as tx:
        expired = wrap_ups.list_expired_wrap_ups(tx.session, now=now)
    for tenant_id, agent_ids in _grouped(expired):
        with services.transaction(tenant_id) as tx:
            for row in wrap_ups.end_expired_wrap_ups(tx.session, agent_ids=agent_ids, now=now):
                announce_status(services, tx, row)
                if row.status is AgentStatus.AVAILABLE:
                    announce_available(services, tx, row)


def _works_as(actor: Principal, row: AgentRow) -> bool:
    """True for the agent, or for a supervisor who stands in for an agent without a user; False for one who looks on."""
    if actor.agent_id == row.id:
        return True
    actor.require(Role.SUPERVISOR)
    return row.user_id is None


def _grouped(pairs: Iterable[tuple[Key, Item]]) -> list[tuple[Key, list[Item]]]:
    groups: dict[Key, list[Item]] = defaultdict(list)
    for key, item in pairs:
        groups[key].append(item)
    return list(groups.items())
