"""Who could take a call over at this moment, in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentGroupId, AgentId
from dialer.store.agents import REACHABLE

MAX_AGENTS = 200


@dataclass(frozen=True)
class FreeAgent:
    """An agent who is free and can be reached."""

    id: AgentId
    name: str
    agent_group_id: AgentGroupId | None


@dataclass(frozen=True)
class TargetGroup:
    """A team, and how many of it are free and can be reached."""

    id: AgentGroupId
    name: str
    available: int


def list_free_agents(session: Session, *, without: AgentId | None, now: datetime) -> list[FreeAgent]:
    """Agents who could take a call now, by name; `without` is the one who has it."""
    rows = session.execute(_AGENTS, {"without": without, "now": now, "limit": MAX_AGENTS})
    return [FreeAgent(*row) for row in rows]


def list_target_groups(session: Session, *, without: AgentId | None, now: datetime) -> list[TargetGroup]:
    """All teams by name, with how many could take a call now."""
    rows = session.execute(_GROUPS, {"without": without, "now": now, "limit": MAX_AGENTS})
    return [TargetGroup(*row) for row in rows]


_FREE = f"""
    {REACHABLE} and cardinality(a.held_call_ids) = 0 and (a.wrap_up_until is null or a.wrap_up_until <= :now)
    and a.id is distinct from cast(:without as uuid)
"""
_AGENTS = text(f"select a.id, a.name, a.agent_group_id from agents a where {_FREE} order by a.name, a.id limit :limit")
_GROUPS = text(f"""
    select g.id, g.name, count(a.id) from agent_groups g left join agents a on a.agent_group_id = g.id and {_FREE}
    group by g.id, g.name order by g.name, g.id limit :limit
""")
