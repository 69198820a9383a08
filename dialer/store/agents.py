"""Agents: rows, what they hold, and the one statement that reserves one. Presence is in `agent_presence`.

Every update stamps `updated_at` with the moment of the change, because a trigger logs the change of state with it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import bindparam

from dialer.domain.agents import AgentState, AgentStatus, WorkingHours, present_status
from dialer.domain.ids import AgentGroupId, AgentId, BreakReasonId, CallId, TenantId, UserId
from dialer.store.prepared import prepared


@dataclass(frozen=True)
class AgentRow:
    """One agent as stored. `state_since`: from when he is in his state, or on his break for its reason."""

    id: AgentId
    tenant_id: TenantId
    user_id: UserId | None
    agent_group_id: AgentGroupId | None
    name: str
    phone: str | None
    email: str | None
    status: AgentStatus
    state: AgentState
    max_concurrent_calls: int
    held_call_ids: tuple[CallId, ...]
    working_hours: WorkingHours
    is_active: bool
    talking_since: datetime | None
    wrap_up_until: datetime | None
    idle_since: datetime | None
    console_leg_sid: str | None
    phone_leg_failed_at: datetime | None
    disconnected_at: datetime | None
    created_at: datetime
    updated_at: datetime
    last_active_at: datetime | None
    state_since: datetime
    break_reason_id: BreakReasonId | None
    break_reason: str | None
    wrap_up_call_id: CallId | None
    wrap_up_extended_seconds: int

    @property
    def current_calls(self) -> int:
        """Calls reserved for or talked by this agent now."""
        return len(self.held_call_ids)

    @property
    def presented_status(self) -> AgentStatus:
        """The status that others see."""
        return present_status(self.status, self.state)


@dataclass(frozen=True)
class AgentTotals:
    """What an agent has handled in all."""

    calls: int = 0
    talk_seconds: int = 0


@dataclass(frozen=True)
class ReservedAgent:
    """The agent that a callee was just given. `console_leg_sid` None means: ring `phone`."""

    id: AgentId
    name: str
    console_leg_sid: str | None
    phone: str | None
    user_id: UserId | None


@dataclass(frozen=True)
class PacingAgent:
    """One agent as pacing sees him. `state`: "idle", "talking" (or about to) or "wrap_up"."""

    agent_id: AgentId
    state: Literal["idle", "talking", "wrap_up"]
    since: datetime


# The state's last change was logged at its moment. A statement that changes the state does not see that yet, as it is
# logged when the statement is over, and with the moment of the update.
_STATE_SINCE = """
    coalesce((select case when c.state = a.state
                           and (a.state <> 'paused' or c.break_reason_id is not distinct from a.break_reason_id)
                          then c.at end
              from agent_state_changes c where c.agent_id = a.id order by c.at desc, c.id desc limit 1), a.updated_at)
"""
_COMPUTED = {
    "state_since": _STATE_SINCE,
    "break_reason": "(select r.name from break_reasons r where r.id = a.break_reason_id)",
}
COLUMNS = ", ".join(
    f"{_COMPUTED[column]} as {column}" if column in _COMPUTED else f"a.{column}"
    for column in AgentRow.__dataclass_fields__
)

# Working and reachable: an audio path exists. A console leg counts only with a live socket beside it; an agent without
# a console leg is called at his phone unless the last attempt at that failed.
REACHABLE = """
    a.is_active and a.status = 'available' and a.disconnected_at is null
    and (case when a.console_leg_sid is not null then exists (select 1 from agent_sockets s where s.agent_id = a.id)
              else a.phone is not null and a.phone_leg_failed_at is null end)
"""
_IN_GROUP = "(cast(:agent_group_id as uuid) is null or a.agent_group_id = :agent_group_id)"


def read_agent(row: RowMapping | Mapping[str, Any]) -> AgentRow:
    """Make an AgentRow of a row that has COLUMNS."""
    values: dict[str, Any] = dict(row)
    values["held_call_ids"] = tuple(values["held_call_ids"])
    values["status"] = AgentStatus(values["status"])
    values["state"] = AgentState(values["state"])
    return AgentRow(**values)


def fetch_agent(session: Session, statement: TextClause, values: Mapping[str, object]) -> AgentRow | None:
    """Execute a statement that returns COLUMNS of one agent or nothing."""
    row = session.execute(statement, values).mappings().one_or_none()
    return None if row is None else read_agent(row)


def find_agent(session: Session, agent_id: AgentId) -> AgentRow | None:
    """One agent of this tenant."""
    return fetch_agent(session, _FIND, {"agent_id": agent_id})


def lock_agent(session: Session, agent_id: AgentId) -> AgentRow | None:
    """One agent of this tenant, locked until the transaction ends."""
    return fetch_agent(session, _LOCK, {"agent_id": agent_id})


_FIND = text(f"select {COLUMNS} from agents a where a.id = :agent_id")
_LOCK = text(f"select {COLUMNS} from agents a where a.id = :agent_id for update")


def list_agents(
    session: Session,
    *,
    status: AgentStatus | None,
    agent_group_id: AgentGroupId | None,
    only: AgentId | None,
    include_inactive: bool,
    limit: int,
    offset: int,
) -> tuple[list[AgentRow], int]:
    """A page of agents by name, and how many there are in all. `status` is the presented one."""
    rows = session.execute(
        _LIST,
        {
            "status": status, "agent_group_id": agent_group_id, "only": only,
            "include_inactive": include_inactive, "limit": limit, "offset": offset,
        },
    ).mappings().all()  # fmt: skip
    wanted = AgentRow.__dataclass_fields__
    agents = [read_agent({key: row[key] for key in wanted}) for row in rows if row["id"] is not None]
    return agents, rows[0]["total"]


# The total comes with the page in one statement, also when the page lies past the end.
_LIST = text(f"""
    with matching as (
        select {COLUMNS} from agents a
        where (:include_inactive or a.is_active)
          and (cast(:only as uuid) is null or a.id = :only)
          and {_IN_GROUP}
          and (cast(:status as text) is null or :status =
               case when a.state in ('reserved', 'talking', 'wrapping_up') then 'busy' else a.status end)
    )
    select page.*, counted.total
    from (select count(*) as total from matching) counted
    left join (select * from matching order by lower(name), id limit :limit offset :offset) page on true
    order by lower(page.name), page.id
""")


def list_totals(session: Session, agent_ids: Collection[AgentId]) -> dict[AgentId, AgentTotals]:
    """What each of these agents has handled, counted from the calls themselves."""
    rows = session.execute(_TOTALS, {"agent_ids": list(agent_ids)})
    return {row.agent_id: AgentTotals(row.calls, row.talk_seconds) for row in rows}


_TOTALS = text("""
    select c.agent_id, count(*) as calls, coalesce(sum(c.talk_seconds), 0) as talk_seconds
    from calls c where c.agent_id = any(:agent_ids) and c.bridged_at is not null
    group by c.agent_id
""")


def insert_agent(session: Session, *, values: Mapping[str, object], now: datetime) -> AgentRow | None:
    """Add an agent, offline. None if the user works as another agent already."""
    return fetch_agent(session, _INSERT, {**values, "now": now})


_INSERT = text(f"""
    insert into agents as a (id, tenant_id, user_id, agent_group_id, name, phone, email, status, max_concurrent_calls,
                             working_hours, is_active, held_call_ids, created_at, updated_at)
    values (:id, :tenant_id, :user_id, :agent_group_id, :name, :phone, :email, 'offline', :max_concurrent_calls,
            :working_hours, true, '{{}}', :now, :now)
    on conflict (user_id) do nothing
    returning {COLUMNS}
""").bindparams(bindparam("working_hours", type_=JSONB))

CHANGEABLE = frozenset(
    {"name", "phone", "email", "agent_group_id", "max_concurrent_calls", "working_hours", "user_id", "is_active"}
)


def change_agent(
    session: Session, *, agent_id: AgentId, changes: Mapping[str, object], now: datetime
) -> AgentRow | None:
    """Set the named columns. None if there is no such agent. A new phone number is believed to work."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"not changeable: {sorted(unknown)}")
    assignments = [f"{column} = :{column}" for column in sorted(changes)]
    if "phone" in changes:
        assignments.append("phone_leg_failed_at = null")
    assigned = ", ".join([*assignments, "updated_at = :now"])
    statement = text(f"update agents a set {assigned} where a.id = :agent_id returning {COLUMNS}")
    if "working_hours" in changes:
        statement = statement.bindparams(bindparam("working_hours", type_=JSONB))
    return fetch_agent(session, statement, {**changes, "agent_id": agent_id, "now": now})


def find_user_of_agent(
    session: Session, *, user_id: UserId | None, email: str | None
) -> tuple[UserId, AgentId | None] | None:
    """A user of this tenant, by id or else by e-mail address, and the agent he works as already, if any."""
    row = session.execute(_USER, {"user_id": user_id, "email": email}).one_or_none()
    return None if row is None else (UserId(row.user_id), row.agent_id)


_USER = text("""
    select u.id as user_id, a.id as agent_id from users u left join agents a on a.user_id = u.id
    where case when cast(:user_id as uuid) is not null then u.id = :user_id else lower(u.email) = lower(:email) end
""")


def set_status(
    session: Session,
    *,
    agent_id: AgentId,
    status: AgentStatus,
    now: datetime,
    break_reason_id: BreakReasonId | None = None,
) -> AgentRow | None:
    """Declare a status. It ends wrap-up at once and a call not at all. None if there is no such active agent.

    Declaring `available` again does not cost the place in the line for the next call. The phone is believed to work.
    """
    values = {"agent_id": agent_id, "status": status, "break_reason_id": break_reason_id, "now": now}
    return fetch_agent(session, _SET_STATUS, values)


_SET_STATUS = text(f"""
    update agents a set
        status = :status,
        break_reason_id = case when :status = 'break' then cast(:break_reason_id as uuid) end,
        wrap_up_until = null,
        idle_since = case when :status <> 'available' then null
                          when a.state = 'available' then a.idle_since else cast(:now as timestamptz) end,
        phone_leg_failed_at = case when :status = 'available' then null else a.phone_leg_failed_at end,
        updated_at = :now, last_active_at = :now
    where a.id = :agent_id and a.is_active
    returning {COLUMNS}
""")


def reserve_agent(
    session: Session,
    *,
    agent_group_id: AgentGroupId | None,
    call_id: CallId,
    now: datetime,
    exclude: Collection[AgentId] = (),
) -> ReservedAgent | None:
    """Give a call to the agent who has been idle longest, in one statement; None if nobody is free.

    Agents without a call come before those who may hold another one besides. An agent whose row somebody else has
    locked at this instant is passed over, so two callees never wait for each other and never get the same agent.
    """
    row = session.execute(
        _RESERVE, {"agent_group_id": agent_group_id, "call_id": call_id, "now": now, "exclude": list(exclude)}
    ).one_or_none()
    return None if row is None else ReservedAgent(*row)


# A standing conference holds one callee, so a console agent is only taken when he holds none.
_RESERVE = prepared(f"""
    update agents set held_call_ids = held_call_ids || cast(:call_id as uuid), wrap_up_until = null,
                      updated_at = :now, last_active_at = :now
    where id = (
        select a.id from agents a
        where {REACHABLE} and {_IN_GROUP}
          and (a.wrap_up_until is null or a.wrap_up_until <= :now)
          and cardinality(a.held_call_ids) < case when a.console_leg_sid is null then a.max_concurrent_calls else 1 end
          and a.id <> all(cast(:exclude as uuid[]))
        order by cardinality(a.held_call_ids), a.idle_since nulls first
        limit 1
        for update of a skip locked
    )
    returning id, name, console_leg_sid, phone, user_id
""")


def release_agent(
    session: Session, *, agent_id: AgentId, call_id: CallId, now: datetime, wrap_up_seconds: int
) -> AgentRow | None:
    """Take a call from an agent. After the last one: wrap-up if there was talk and time is given for it, else idle.

    None, and nothing changes, if the agent does not hold the call (any more).
    """
    return fetch_agent(
        session,
        _RELEASE,
        {
            "agent_id": agent_id, "call_id": call_id, "now": now, "has_wrap_up": wrap_up_seconds > 0,
            "wrap_up_until": now + timedelta(seconds=wrap_up_seconds),
        },
    )  # fmt: skip


# An agent freed without talk goes to the end of the line too: if his audio is broken, the next callee is spared.
_RELEASE = prepared(f"""
    update agents a set
        held_call_ids = array_remove(a.held_call_ids, :call_id),
        talking_since = case when cardinality(a.held_call_ids) = 1 then null else a.talking_since end,
        wrap_up_until = case when cardinality(a.held_call_ids) = 1 and a.talking_since is not null and :has_wrap_up
                             then cast(:wrap_up_until as timestamptz) else a.wrap_up_until end,
        wrap_up_call_id = case when cardinality(a.held_call_ids) = 1 and a.talking_since is not null and :has_wrap_up
                               then :call_id else a.wrap_up_call_id end,
        wrap_up_extended_seconds = 0,
        idle_since = case when cardinality(a.held_call_ids) = 1 and not (a.talking_since is not null and :has_wrap_up)
                               and a.status = 'available'
                          then cast(:now as timestamptz) else a.idle_since end,
        updated_at = :now, last_active_at = :now
    where a.id = :agent_id and :call_id = any(a.held_call_ids)
    returning {COLUMNS}
""")


def mark_talking(session: Session, *, agent_id: AgentId, call_id: CallId, now: datetime) -> AgentRow | None:
    """Note that the agent talks with the callee. None if he does not hold the call, or is talking already."""
    return fetch_agent(session, _MARK_TALKING, {"agent_id": agent_id, "call_id": call_id, "now": now})


_MARK_TALKING = prepared(f"""
    update agents a set talking_since = :now, updated_at = :now, last_active_at = :now
    where a.id = :agent_id and :call_id = any(a.held_call_ids) and a.talking_since is null
    returning {COLUMNS}
""")


def mark_phone_leg_failed(session: Session, *, agent_id: AgentId, now: datetime) -> AgentRow | None:
    """Note that the agent's phone did not answer: not dialable by phone until he declares himself available again."""
    return fetch_agent(session, _PHONE_FAILED, {"agent_id": agent_id, "now": now})


_PHONE_FAILED = text(f"""
    update agents a set phone_leg_failed_at = :now, updated_at = :now where a.id = :agent_id returning {COLUMNS}
""")


def list_pacing_agents(session: Session, *, agent_group_id: AgentGroupId | None, now: datetime) -> list[PacingAgent]:
    """The agents that pacing may count on: reachable, and meaning to stay available after the call or wrap-up."""
    rows = session.execute(_PACING, {"agent_group_id": agent_group_id, "now": now})
    return [PacingAgent(row.agent_id, row.state, row.since) for row in rows]


# `since` comes from the log of states: `updated_at` also moves when an agent is renamed.
PACING_AGENTS = f"""
    select a.id as agent_id,
           case when cardinality(a.held_call_ids) > 0 then 'talking'
                when a.wrap_up_until > :now then 'wrap_up'
                else 'idle' end as state,
           case when cardinality(a.held_call_ids) > 0 or a.wrap_up_until > :now then
                    (select max(c.at) from agent_state_changes c where c.agent_id = a.id)
                else coalesce(a.wrap_up_until, a.idle_since, a.updated_at) end as since
    from agents a where {REACHABLE}
"""
_PACING = text(f"{PACING_AGENTS} and {_IN_GROUP} order by a.id")
