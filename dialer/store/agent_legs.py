"""Carrier calls to and from agents: standing console legs, and phone legs for one call each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, CallId, TenantId

PICKED_UP = "agent_picked_up"
"""The key of the call event that says that the agent answered the phone."""


@dataclass(frozen=True)
class AgentLeg:
    """One leg. `call_id` is set for a phone leg only."""

    call_sid: str
    agent_id: AgentId
    call_id: CallId | None
    kind: str
    joined_at: datetime | None
    ended_at: datetime | None


def enter_tenant_of_agent(session: Session, *, agent_id: UUID) -> TenantId | None:
    """Confine the transaction to the tenant of this agent; None, and no tenant, if there is no such agent."""
    tenant_id: UUID | None = session.execute(
        text("select enter_tenant_of_agent(:agent_id)"), {"agent_id": agent_id}
    ).scalar()
    return None if tenant_id is None else TenantId(tenant_id)


def record_leg(
    session: Session,
    *,
    call_sid: str,
    tenant_id: TenantId,
    agent_id: AgentId,
    call_id: CallId | None,
    conference_name: str,
    now: datetime,
) -> None:
    """Note a leg that has begun. Repeating it changes nothing, but that a console which asks anew is not over."""
    session.execute(
        text(
            """
            insert into agent_legs (call_sid, tenant_id, agent_id, call_id, kind, conference_name, started_at)
            values (:call_sid, :tenant_id, :agent_id, :call_id, :kind, :conference_name, :now)
            on conflict (call_sid) do update set ended_at = null
                where agent_legs.kind = 'console' and agent_legs.ended_at is not null
            """
        ),
        {
            "call_sid": call_sid, "tenant_id": tenant_id, "agent_id": agent_id, "call_id": call_id,
            "kind": "console" if call_id is None else "phone", "conference_name": conference_name, "now": now,
        },
    )  # fmt: skip


def record_leg_joined(session: Session, *, call_sid: str, now: datetime) -> bool:
    """Note that a leg is in its conference: audio is proven. False if the leg is known to be over."""
    row = session.execute(
        text(
            """
            update agent_legs set joined_at = coalesce(joined_at, :now) where call_sid = :call_sid
            returning ended_at
            """
        ),
        {"call_sid": call_sid, "now": now},
    ).first()
    return row is None or row.ended_at is None


def record_leg_ended(session: Session, *, call_sid: str, now: datetime) -> AgentLeg | None:
    """Note that a leg is over; None if it was over before or is unknown."""
    row = session.execute(
        text(
            """
            update agent_legs set ended_at = :now where call_sid = :call_sid and ended_at is null
            returning call_sid, agent_id, call_id, kind, joined_at, ended_at
            """
        ),
        {"call_sid": call_sid, "now": now},
    ).first()
    return None if row is None else AgentLeg(*row)


def list_open_legs_of_call(session: Session, *, call_id: CallId) -> list[str]:
    """Phone legs of a call that are not known to have ended."""
    rows = session.execute(
        text("select call_sid from agent_legs where call_id = :call_id and ended_at is null"), {"call_id": call_id}
    )
    return [row.call_sid for row in rows]


def list_other_console_legs(session: Session, *, agent_id: AgentId, call_sid: str) -> list[str]:
    """Console legs of an agent besides this one that are not known to have ended."""
    rows = session.execute(
        text(
            """
            select call_sid from agent_legs
            where agent_id = :agent_id and kind = 'console' and ended_at is null and call_sid <> :call_sid
            """
        ),
        {"agent_id": agent_id, "call_sid": call_sid},
    )
    return [row.call_sid for row in rows]


def send_leg(session: Session, *, call_sid: str, room: str) -> None:
    """Note into which conference a leg is sent: from there on it is reported, and its leaving another says nothing."""
    session.execute(
        text("update agent_legs set conference_name = :room where call_sid = :call_sid"),
        {"call_sid": call_sid, "room": room},
    )


def find_leg_room(session: Session, call_sid: str) -> str | None:
    """The conference into which a leg was sent last; None for a leg that is not known."""
    room: str | None = session.scalar(
        text("select conference_name from agent_legs where call_sid = :call_sid"), {"call_sid": call_sid}
    )
    return room


def list_open_legs(session: Session, *, before: datetime, max_rows: int) -> list[tuple[TenantId, str]]:
    """Legs of all tenants that began before `before` and are not known to have ended."""
    rows = session.execute(
        text("select tenant_id, call_sid from open_agent_legs(:before, :max_rows)"),
        {"before": before, "max_rows": max_rows},
    )
    return [(TenantId(row.tenant_id), row.call_sid) for row in rows]


def list_legs_for_call(session: Session, *, agent_id: AgentId, call_id: CallId) -> set[str]:
    """The legs on which an agent can be reached in a call: his console's, and his phone's that was rung for it."""
    rows = session.execute(
        text(
            """
            select console_leg_sid as call_sid from agents where id = :agent_id and console_leg_sid is not null
            union select call_sid from agent_legs
                  where agent_id = :agent_id and call_id = :call_id and ended_at is null
            """
        ),
        {"agent_id": agent_id, "call_id": call_id},
    )
    return {row.call_sid for row in rows}


def holds_call(session: Session, *, call_id: CallId) -> bool:
    """Tell whether the agent of a call holds it still."""
    return bool(
        session.execute(
            text(
                """
                select exists (select from calls c join agents a on a.id = c.agent_id
                               where c.id = :call_id and :call_id = any(a.held_call_ids))
                """
            ),
            {"call_id": call_id},
        ).scalar()
    )


@dataclass(frozen=True)
class PhoneAgent:
    """Whom to ring for a call."""

    agent_id: AgentId
    phone: str | None


def find_agent_of_call(session: Session, *, call_id: CallId) -> PhoneAgent | None:
    """The agent whom a waiting call has been given to, if any."""
    row = session.execute(
        text(
            """
            select a.id, a.phone from calls c join agents a on a.id = c.agent_id
            where c.id = :call_id and c.state in ('answered', 'waiting') and :call_id = any(a.held_call_ids)
            """
        ),
        {"call_id": call_id},
    ).first()
    return None if row is None else PhoneAgent(AgentId(row.id), row.phone)


def list_agents_holding_calls(session: Session, *, before: datetime) -> list[tuple[TenantId, AgentId]]:
    """Agents of all tenants who hold calls and have not changed since before `before`."""
    rows = session.execute(text("select tenant_id, agent_id from agents_holding_calls(:before)"), {"before": before})
    return [(TenantId(row.tenant_id), AgentId(row.agent_id)) for row in rows]


def list_ended_held_calls(session: Session, *, agent_id: AgentId) -> list[CallId]:
    """Calls that an agent holds though they have ended, are gone, or are another agent's."""
    rows = session.execute(
        text(
            """
            select held.call_id from agents a cross join unnest(a.held_call_ids) as held (call_id)
            left join calls c on c.id = held.call_id
            where a.id = :agent_id
              and (c.id is null or c.agent_id is distinct from a.id or c.state in
                   ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))
              and not exists (select from transfers t
                              where t.call_id = c.id and t.to_agent_id = a.id and t.ended_at is null)
            """
        ),
        {"agent_id": agent_id},
    )
    return [CallId(row.call_id) for row in rows]


def list_holders(session: Session, *, call_id: CallId) -> list[AgentId]:
    """The agents of this tenant who hold a call, their rows locked."""
    rows = session.execute(
        text("select id from agents where :call_id = any(held_call_ids) order by id for update"), {"call_id": call_id}
    )
    return [AgentId(row.id) for row in rows]
