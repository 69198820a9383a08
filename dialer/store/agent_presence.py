"""Which agents have a console open, and their standing audio legs.

An agent's row is locked before his sockets are counted, so that the last of them to go always notices that it was.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, TenantId
from dialer.store.agents import COLUMNS, AgentRow, fetch_agent, read_agent


@dataclass(frozen=True)
class VanishedAgent:
    """An agent who was put offline because no console came back, and the audio leg he left behind."""

    agent: AgentRow
    abandoned_leg_sid: str | None


def record_socket(
    session: Session, *, sid: str, tenant_id: TenantId, agent_id: AgentId, web_instance: str, now: datetime
) -> AgentRow | None:
    """Note that an agent's console is connected. None if there is no such active agent. Repeating it is harmless."""
    agent = fetch_agent(session, _CONNECTED, {"agent_id": agent_id, "now": now})
    if agent is not None:
        session.execute(
            _INSERT_SOCKET,
            {"sid": sid, "tenant_id": tenant_id, "agent_id": agent_id, "web_instance": web_instance, "now": now},
        )
    return agent


_CONNECTED = text(f"""
    update agents a set disconnected_at = null, updated_at = :now, last_active_at = :now
    where a.id = :agent_id and a.is_active returning {COLUMNS}
""")
_INSERT_SOCKET = text("""
    insert into agent_sockets (sid, tenant_id, agent_id, web_instance, connected_at, last_seen_at)
    values (:sid, :tenant_id, :agent_id, :web_instance, :now, :now)
    on conflict (sid) do update set agent_id = excluded.agent_id, web_instance = excluded.web_instance,
                                    last_seen_at = excluded.last_seen_at
""")


def remove_socket(session: Session, *, sid: str, now: datetime) -> AgentId | None:
    """Forget a console. The grace time of its agent starts if it was the last. None if the socket was not known."""
    return next(iter(_remove(session, sids=[sid], before=None, now=now)), None)


def remove_silent_sockets(session: Session, *, sids: Collection[str], before: datetime, now: datetime) -> set[AgentId]:
    """Forget those of these consoles that have not been heard of since `before`."""
    return _remove(session, sids=sids, before=before, now=now)


def _remove(session: Session, *, sids: Collection[str], before: datetime | None, now: datetime) -> set[AgentId]:
    session.execute(_LOCK_OWNERS, {"sids": list(sids)})
    agent_ids = {
        AgentId(row.agent_id) for row in session.execute(_DELETE_SOCKETS, {"sids": list(sids), "before": before})
    }
    if agent_ids:
        # A new statement, so a new snapshot: it sees what was committed while we waited for the locks.
        session.execute(_DISCONNECT, {"agent_ids": list(agent_ids), "now": now})
    return agent_ids


_LOCK_OWNERS = text("""
    select a.id from agents a where a.id in (select s.agent_id from agent_sockets s where s.sid = any(:sids))
    order by a.id for update
""")
_DELETE_SOCKETS = text("""
    delete from agent_sockets
    where sid = any(:sids) and (cast(:before as timestamptz) is null or last_seen_at < :before)
    returning agent_id
""")
_DISCONNECT = text("""
    update agents a set disconnected_at = :now, updated_at = :now
    where a.id = any(:agent_ids) and not exists (select 1 from agent_sockets s where s.agent_id = a.id)
""")


def touch_sockets(session: Session, *, web_instance: str, sids: Collection[str], now: datetime) -> set[str]:
    """Note that this process still holds these consoles, in one statement; the ones that are known are returned."""
    rows = session.execute(_TOUCH, {"web_instance": web_instance, "sids": list(sids), "now": now})
    return {row.sid for row in rows}


_TOUCH = text("""
    update agent_sockets set last_seen_at = :now where sid = any(:sids) and web_instance = :web_instance returning sid
""")


def set_console_leg(session: Session, *, agent_id: AgentId, call_sid: str, now: datetime) -> AgentRow | None:
    """Note the proven audio leg in the agent's standing conference; it replaces an earlier one."""
    return fetch_agent(session, _SET_LEG, {"agent_id": agent_id, "call_sid": call_sid, "now": now})


def clear_console_leg(session: Session, *, call_sid: str, now: datetime) -> AgentRow | None:
    """Note that an audio leg is gone. None if it is nobody's leg (any more)."""
    return fetch_agent(session, _CLEAR_LEG, {"call_sid": call_sid, "now": now})


_SET_LEG = text(f"""
    update agents a set console_leg_sid = :call_sid, updated_at = :now, last_active_at = :now
    where a.id = :agent_id and a.is_active returning {COLUMNS}
""")
_CLEAR_LEG = text(f"""
    update agents a set console_leg_sid = null, updated_at = :now
    where a.console_leg_sid = :call_sid returning {COLUMNS}
""")


def list_silent_sockets(session: Session, *, before: datetime) -> list[tuple[TenantId, str]]:
    """Sockets of all tenants that have not been heard of since `before`."""
    return [(TenantId(row.tenant_id), row.sid) for row in session.execute(_SILENT, {"before": before})]


def list_vanished_agents(session: Session, *, before: datetime) -> list[tuple[TenantId, AgentId]]:
    """Agents of all tenants whose last console went before `before`."""
    return [(TenantId(row.tenant_id), AgentId(row.agent_id)) for row in session.execute(_VANISHED, {"before": before})]


_SILENT = text("select tenant_id, sid from silent_sockets(:before)")
_VANISHED = text("select tenant_id, agent_id from vanished_agents(:before)")


def put_vanished_offline(
    session: Session, *, agent_ids: Collection[AgentId], before: datetime, now: datetime
) -> list[VanishedAgent]:
    """Put agents offline whose console did not come back. One who holds a call keeps it and the leg until it ends."""
    rows = session.execute(_PUT_OFFLINE, {"agent_ids": list(agent_ids), "before": before, "now": now}).mappings()
    vanished = []
    for row in rows:
        values = dict(row)
        leg = values.pop("abandoned_leg_sid")
        vanished.append(VanishedAgent(read_agent(values), leg))
    return vanished


_PUT_OFFLINE = text(f"""
    update agents a set status = 'offline', disconnected_at = null, console_leg_sid = null, wrap_up_until = null,
                        idle_since = null, updated_at = :now
    from (
        select g.id, g.console_leg_sid from agents g
        where g.id = any(:agent_ids) and g.disconnected_at < :before and cardinality(g.held_call_ids) = 0
        order by g.id for update
    ) gone
    where a.id = gone.id
    returning {COLUMNS}, gone.console_leg_sid as abandoned_leg_sid
""")
