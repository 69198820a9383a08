"""The time after a conversation: an agent makes it longer, or ends it. That it runs out is `agent_presence`'s."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.agents import AgentState
from dialer.domain.errors import Conflict
from dialer.domain.ids import AgentId, CallId
from dialer.domain.principals import Principal
from dialer.store import agents as agent_store
from dialer.store import wrap_ups as store
from dialer.store.agents import AgentRow
from dialer.usecases.agents import AgentView, announce_available, announce_status, view_agent, visible_agent
from dialer.usecases.services import Services

DEFAULT_STEP_SECONDS = 60
_OVER = "The wrap-up is over."


@dataclass(frozen=True)
class WrapUp:
    """A wrap-up that goes on: until when, how much was added, and how much may still be."""

    until: datetime
    extended_seconds: int
    extension_left_seconds: int
    call_id: CallId | None


@dataclass(frozen=True)
class ExtendedWrapUp:
    """An agent whose wrap-up lasts longer now."""

    agent: AgentView
    wrap_up: WrapUp | None


def extend_wrap_up(
    services: Services, *, actor: Principal, agent_id: AgentId, seconds: int = DEFAULT_STEP_SECONDS
) -> ExtendedWrapUp:
    """Wrap up for longer: by so many seconds, or what the campaign has left of its limit if that is less.

    Raises NotFound, Forbidden, and Conflict once it is over or the limit is used up: whoever ended it first has won.
    """
    with services.transaction(actor.tenant_id) as tx:
        visible_agent(tx, actor, agent_id)
        row = agent_store.lock_agent(tx.session, agent_id)
        # Only now: who ended it while the lock was waited for did so before this moment.
        now = services.clock.now()
        if row is None or row.state is not AgentState.WRAPPING_UP or row.wrap_up_until is None:
            raise Conflict(_OVER)
        if row.wrap_up_until <= now:
            raise Conflict(_OVER)
        left = store.extension_of(tx.session, row.wrap_up_call_id) - row.wrap_up_extended_seconds
        if left <= 0:
            raise Conflict("The wrap-up cannot be made longer: the campaign's limit is used up.")
        added = min(seconds, left)
        changed = store.extend(tx.session, agent_id=agent_id, seconds=added, now=now)
        announce_status(services, tx, changed)
        return ExtendedWrapUp(view_agent(tx, changed), wrap_up_of(changed, left - added))


def finish_wrap_up(services: Services, *, actor: Principal, agent_id: AgentId) -> AgentView:
    """End the wrap-up now; what the agent has declared holds from here on. Repeating it changes nothing.

    Raises NotFound, Forbidden.
    """
    with services.transaction(actor.tenant_id) as tx:
        row = visible_agent(tx, actor, agent_id)
        finished = store.finish(tx.session, agent_id=agent_id, now=services.clock.now())
        if finished is None:
            return view_agent(tx, row)
        announce_status(services, tx, finished)
        if finished.state is AgentState.AVAILABLE:
            announce_available(services, tx, finished)
        return view_agent(tx, finished)


def wrap_up_of(row: AgentRow, left_seconds: int) -> WrapUp | None:
    """The wrap-up that an agent is in; None for one who is in none."""
    if row.state is not AgentState.WRAPPING_UP or row.wrap_up_until is None:
        return None
    return WrapUp(row.wrap_up_until, row.wrap_up_extended_seconds, max(0, left_seconds), row.wrap_up_call_id)
