"""Agents: who they are, what they declare, and what they have done. Their consoles are in `agent_presence`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import structlog

from dialer.domain.agents import AgentState, AgentStatus, WorkingHours, parse_agent_phone, parse_working_hours
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from dialer.domain.ids import AgentGroupId, AgentId, BreakReasonId, TenantId, UserId
from dialer.domain.principals import Principal, Role
from dialer.domain.spans import Span
from dialer.store import agents as store
from dialer.store import break_reasons
from dialer.store.agent_groups import exists_agent_group
from dialer.store.agent_states import Occupancy, agent_occupancy
from dialer.store.agents import AgentRow, AgentTotals
from dialer.store.call_reports import AgentCallFigures, agent_call_figures
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.services import Services

logger = structlog.get_logger(__name__)

BECAME_AVAILABLE = "dialer.dialing.agent_became_available"
HANG_UP_LEG = "dialer.calls.hang_up_agent_leg"


@dataclass(frozen=True)
class AgentView:
    """An agent as others see him. `status` is busy while he is at work for a callee, else what he declared.

    `since`: from when he is in his `state`, or on his break for this reason.
    """

    id: AgentId
    tenant_id: TenantId
    user_id: UserId | None
    name: str
    phone: str | None
    email: str | None
    agent_group_id: AgentGroupId | None
    status: AgentStatus
    declared_status: AgentStatus
    state: AgentState
    max_concurrent_calls: int
    current_calls: int
    total_calls_handled: int
    total_call_duration_seconds: int
    working_hours: WorkingHours
    is_active: bool
    since: datetime
    break_reason_id: BreakReasonId | None
    break_reason: str | None
    wrap_up_until: datetime | None
    wrap_up_extended_seconds: int
    created_at: datetime
    updated_at: datetime
    last_active_at: datetime | None


@dataclass(frozen=True)
class AgentPage:
    """Part of a list of agents; `total` counts all of it."""

    agents: tuple[AgentView, ...]
    total: int


@dataclass(frozen=True)
class AgentStats:
    """An agent's calls and time over a span. `occupancy` is None where no span was given or nobody was logged in."""

    agent: AgentView
    calls: AgentCallFigures
    occupancy: Occupancy


class AgentChanges(TypedDict, total=False):
    """What of an agent may be changed; a key that is absent stays as it is."""

    name: str
    phone: str | None
    email: str | None
    agent_group_id: AgentGroupId | None
    max_concurrent_calls: int
    working_hours: Mapping[str, object]
    user_id: UserId | None
    is_active: bool


def list_agents(
    services: Services,
    *,
    actor: Principal,
    status: AgentStatus | None = None,
    agent_group_id: AgentGroupId | None = None,
    include_inactive: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> AgentPage:
    """Agents by name, filtered by the status that is shown. Somebody in the role of an agent finds only himself."""
    if not actor.has_at_least(Role.SUPERVISOR) and actor.agent_id is None:
        return AgentPage((), 0)
    with services.transaction(actor.tenant_id) as tx:
        rows, total = store.list_agents(
            tx.session,
            status=status,
            agent_group_id=agent_group_id,
            only=None if actor.has_at_least(Role.SUPERVISOR) else actor.agent_id,
            include_inactive=include_inactive,
            limit=limit,
            offset=offset,
        )
        return AgentPage(_views(tx, rows), total)


def load_agent(services: Services, *, actor: Principal, agent_id: AgentId) -> AgentView:
    """One agent: a supervisor's any, an agent's own. Raises NotFound, Forbidden."""
    with services.transaction(actor.tenant_id) as tx:
        return view_agent(tx, visible_agent(tx, actor, agent_id))


def create_agent(  # noqa: PLR0913 - all of them keywords, and all of them columns
    services: Services,
    *,
    actor: Principal,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    agent_group_id: AgentGroupId | None = None,
    max_concurrent_calls: int = 1,
    working_hours: Mapping[str, object] | None = None,
    user_id: UserId | None = None,
) -> AgentView:
    """Add an agent, offline. Without `user_id` the user with the same e-mail address is taken if he is free.

    Raises Conflict if the named user works as another agent, Invalid for a group or user this tenant does not have.
    """
    actor.require(Role.ADMIN)
    values: dict[str, object] = {
        "id": new_id(), "tenant_id": actor.tenant_id, "name": name, "email": email, "agent_group_id": agent_group_id,
        "phone": None if phone is None else parse_agent_phone(phone),
        "working_hours": parse_working_hours(working_hours or {}),
        "max_concurrent_calls": _calls_at_once(max_concurrent_calls),
    }  # fmt: skip
    with services.transaction(actor.tenant_id) as tx:
        _require_group(tx, agent_group_id)
        values["user_id"] = _choose_user(tx, user_id=user_id, email=email)
        row = store.insert_agent(tx.session, values=values, now=services.clock.now())
        if row is None:
            raise Conflict("This user works as another agent already.")
        announce_status(services, tx, row)
        return view_agent(tx, row)


def update_agent(services: Services, *, actor: Principal, agent_id: AgentId, changes: AgentChanges) -> AgentView:
    """Change what is given, leave the rest. Raises NotFound, Conflict for a taken user or fewer calls than are held."""
    actor.require(Role.ADMIN)
    columns: dict[str, object] = dict(changes)
    if changes.get("phone") is not None:
        columns["phone"] = parse_agent_phone(str(changes["phone"]))
    if "working_hours" in changes:
        columns["working_hours"] = parse_working_hours(changes["working_hours"])
    if "max_concurrent_calls" in changes:
        _calls_at_once(changes["max_concurrent_calls"])
    with services.transaction(actor.tenant_id) as tx:
        row = store.lock_agent(tx.session, agent_id)
        if row is None:
            raise _no_agent()
        _require_possible(tx, row, changes)
        changed = store.change_agent(tx.session, agent_id=agent_id, changes=columns, now=services.clock.now())
        if changed is None:
            raise _no_agent()
        return view_agent(tx, changed)


def deactivate_agent(services: Services, *, actor: Principal, agent_id: AgentId) -> AgentView:
    """Take an agent off the floor for good; the history stays. Raises Conflict while the agent has a call.

    Deactivating a deactivated agent changes nothing. `update_agent` with `is_active` brings him back.
    """
    actor.require(Role.ADMIN)
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        row = store.lock_agent(tx.session, agent_id)
        if row is None:
            raise _no_agent()
        if row.held_call_ids:
            raise Conflict("The agent has a call; try again when it is over.")
        store.set_status(tx.session, agent_id=agent_id, status=AgentStatus.OFFLINE, now=now)
        changed = store.change_agent(tx.session, agent_id=agent_id, changes={"is_active": False}, now=now)
        if changed is None:
            raise _no_agent()
        if row.console_leg_sid is not None:
            tx.after_commit(
                send_quietly, services, HANG_UP_LEG, tenant_id=actor.tenant_id, call_sid=row.console_leg_sid
            )
        announce_status(services, tx, changed)
        return view_agent(tx, changed)


def set_agent_status(
    services: Services,
    *,
    actor: Principal,
    agent_id: AgentId,
    status: AgentStatus,
    break_reason_id: BreakReasonId | None = None,
) -> AgentView:
    """Declare what an agent is ready for: agents for themselves, supervisors for anybody. A break may have its reason.

    Whatever is declared ends wrap-up. During a call it is noted and takes effect when the call is over.
    Raises NotFound, Forbidden, Invalid for a reason that is not offered, and Conflict for a deactivated agent.
    """
    with services.transaction(actor.tenant_id) as tx:
        if not actor.has_at_least(Role.SUPERVISOR) and actor.agent_id != agent_id:
            visible_agent(tx, actor, agent_id)
        _require_reason(tx, status, break_reason_id)
        row = store.set_status(
            tx.session, agent_id=agent_id, status=status, break_reason_id=break_reason_id, now=services.clock.now()
        )
        if row is None:
            visible_agent(tx, actor, agent_id)
            raise Conflict("The agent is deactivated.")
        announce_status(services, tx, row)
        if row.state is AgentState.AVAILABLE:
            announce_available(services, tx, row)
        return view_agent(tx, row)


def agent_stats(services: Services, *, actor: Principal, agent_id: AgentId, span: Span) -> AgentStats:
    """An agent's calls made in the span, and the seconds in each state; an open span is from the first day to now.

    Supervisors for anybody, agents for themselves. Raises NotFound, Forbidden.
    """
    with services.transaction(actor.tenant_id) as tx:
        row = visible_agent(tx, actor, agent_id)
        now = services.clock.now()
        occupancy = agent_occupancy(
            tx.session, agent_id=agent_id, since=span.since or row.created_at, until=min(span.until or now, now)
        )
        return AgentStats(view_agent(tx, row), agent_call_figures(tx.session, agent_id=agent_id, span=span), occupancy)


def view_agent(tx: Transaction, row: AgentRow) -> AgentView:
    """An agent with what he has handled in all."""
    return _views(tx, [row])[0]


def announce_status(services: Services, tx: Transaction, row: AgentRow) -> None:
    """Tell the agent's consoles and the tenant's supervisors how the agent stands, after the commit."""
    payload = agent_events.agent_status_updated(row)
    tx.after_commit(services.feed.to_agent, row.id, agent_events.AGENT_STATUS_UPDATED, payload)
    tx.after_commit(services.feed.to_tenant, row.tenant_id, agent_events.AGENT_STATUS_UPDATED, payload)


def announce_available(services: Services, tx: Transaction, row: AgentRow) -> None:
    """Have waiting callees offered to an agent who is free now, and pacing woken, after the commit."""
    tx.after_commit(send_quietly, services, BECAME_AVAILABLE, tenant_id=row.tenant_id, agent_id=row.id)


def send_quietly(services: Services, task: str, **arguments: UUID | str) -> None:
    """Enqueue what a sweep finds again anyway: a queue that is down must not fail what has been committed."""
    texts = {name: str(value) for name, value in arguments.items()}
    try:
        services.queue.send(task, expires_seconds=None, **texts)
    except Unavailable:
        logger.warning("task_not_enqueued", task=task, **texts)


def _views(tx: Transaction, rows: list[AgentRow]) -> tuple[AgentView, ...]:
    totals = store.list_totals(tx.session, [row.id for row in rows]) if rows else {}
    return tuple(_view(row, totals.get(row.id, AgentTotals())) for row in rows)


def _view(row: AgentRow, totals: AgentTotals) -> AgentView:
    return AgentView(
        id=row.id,
        tenant_id=row.tenant_id,
        user_id=row.user_id,
        name=row.name,
        phone=row.phone,
        email=row.email,
        agent_group_id=row.agent_group_id,
        status=row.presented_status,
        declared_status=row.status,
        state=row.state,
        max_concurrent_calls=row.max_concurrent_calls,
        current_calls=row.current_calls,
        total_calls_handled=totals.calls,
        total_call_duration_seconds=totals.talk_seconds,
        working_hours=row.working_hours,
        is_active=row.is_active,
        since=row.state_since,
        break_reason_id=row.break_reason_id,
        break_reason=row.break_reason,
        wrap_up_until=row.wrap_up_until,
        wrap_up_extended_seconds=row.wrap_up_extended_seconds,
        created_at=row.created_at,
        updated_at=row.updated_at,
        last_active_at=row.last_active_at,
    )


def visible_agent(tx: Transaction, actor: Principal, agent_id: AgentId) -> AgentRow:
    """An agent: a supervisor's any, an agent's own. Raises NotFound, Forbidden."""
    row = store.find_agent(tx.session, agent_id)
    if row is None:
        raise _no_agent()
    if actor.agent_id != agent_id and not actor.has_at_least(Role.SUPERVISOR):
        raise Forbidden("Agents may do this for themselves only.")
    return row


def _no_agent() -> NotFound:
    return NotFound("There is no agent with this id.")


def _require_reason(tx: Transaction, status: AgentStatus, break_reason_id: BreakReasonId | None) -> None:
    if break_reason_id is None:
        return
    if status is not AgentStatus.BREAK:
        raise Invalid.field("break_reason_id", "goes with the status break, and only with it")
    reason = break_reasons.find_reason(tx.session, break_reason_id)
    if reason is None or not reason.is_active:
        raise Invalid.field("break_reason_id", "there is no such reason, or it is not offered any more")


def _calls_at_once(number: int) -> int:
    if not 1 <= number <= 10:
        raise Invalid.field("max_concurrent_calls", "must be between 1 and 10")
    return number


def _require_group(tx: Transaction, agent_group_id: AgentGroupId | None) -> None:
    if agent_group_id is not None and not exists_agent_group(tx.session, agent_group_id):
        raise Invalid.field("agent_group_id", "there is no such agent group")


def _choose_user(tx: Transaction, *, user_id: UserId | None, email: str | None) -> UserId | None:
    if user_id is None and email is None:
        return None
    found = store.find_user_of_agent(tx.session, user_id=user_id, email=email)
    if found is None and user_id is not None:
        raise Invalid.field("user_id", "there is no such user")
    if found is None or (user_id is None and found[1] is not None):
        return None
    return found[0]


def _require_possible(tx: Transaction, row: AgentRow, changes: AgentChanges) -> None:
    _require_group(tx, changes.get("agent_group_id"))
    if changes.get("max_concurrent_calls", row.max_concurrent_calls) < row.current_calls:
        raise Conflict(f"The agent has {row.current_calls} calls at this moment.")
    if changes.get("is_active") is False and row.is_active:
        raise Conflict("Deactivate an agent with DELETE.")
    user_id = changes.get("user_id")
    if user_id is None:
        return
    found = store.find_user_of_agent(tx.session, user_id=user_id, email=None)
    if found is None:
        raise Invalid.field("user_id", "there is no such user")
    if found[1] not in (None, row.id):
        raise Conflict("This user works as another agent already.")
