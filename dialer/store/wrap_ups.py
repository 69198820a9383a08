"""The ends of wrap-ups: when their time is over, sooner, or later. That one begins is `agents.release_agent`'s."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.store.agents import COLUMNS, AgentRow, fetch_agent, read_agent


def extension_of(session: Session, call_id: CallId | None) -> int:
    """By how many seconds in all the wrap-up after this call may be made longer; 0 for a call that is gone."""
    return int(session.scalar(_EXTENSION, {"call_id": call_id}) or 0)


_EXTENSION = text("""
    select m.wrap_up_extension_seconds from calls c join campaigns m on m.id = c.campaign_id where c.id = :call_id
""")


def extend(session: Session, *, agent_id: AgentId, seconds: int, now: datetime) -> AgentRow:
    """Add to the wrap-up of an agent whose row is locked."""
    values = {"agent_id": agent_id, "seconds": seconds, "now": now}
    return read_agent(session.execute(_EXTEND, values).mappings().one())


_EXTEND = text(f"""
    update agents a set wrap_up_until = a.wrap_up_until + make_interval(secs => :seconds),
                        wrap_up_extended_seconds = a.wrap_up_extended_seconds + :seconds,
                        updated_at = :now, last_active_at = :now
    where a.id = :agent_id
    returning {COLUMNS}
""")


def finish(session: Session, *, agent_id: AgentId, now: datetime) -> AgentRow | None:
    """End an agent's wrap-up. None, and nothing changes, if he is in none. One that ran out ended when it did."""
    return fetch_agent(session, _FINISH, {"agent_id": agent_id, "now": now})


_FINISH = text(f"""
    update agents a set wrap_up_until = null,
                        idle_since = case when a.status = 'available' then least(a.wrap_up_until, :now) end,
                        updated_at = greatest(a.updated_at, least(a.wrap_up_until, :now)), last_active_at = :now
    where a.id = :agent_id and a.state = 'wrapping_up'
    returning {COLUMNS}
""")


def end_expired_wrap_ups(session: Session, *, agent_ids: Collection[AgentId], now: datetime) -> list[AgentRow]:
    """Free the agents whose wrap-up is over. Each was idle from the moment it ended, and is logged so."""
    rows = session.execute(_END_WRAP_UPS, {"agent_ids": list(agent_ids), "now": now}).mappings()
    return [read_agent(row) for row in rows]


_END_WRAP_UPS = text(f"""
    update agents a set wrap_up_until = null, idle_since = case when a.status = 'available' then a.wrap_up_until end,
                        updated_at = greatest(a.updated_at, a.wrap_up_until)
    where a.id = any(:agent_ids) and a.wrap_up_until <= :now
    returning {COLUMNS}
""")


def list_expired_wrap_ups(session: Session, *, now: datetime) -> list[tuple[TenantId, AgentId]]:
    """Agents of all tenants whose wrap-up is over."""
    return [(TenantId(row.tenant_id), AgentId(row.agent_id)) for row in session.execute(_EXPIRED, {"now": now})]


_EXPIRED = text("select tenant_id, agent_id from expired_wrap_ups(:now)")
