"""Transfers as rows. The call's row is locked before its transfer's, as everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, CallId, TenantId, UserId
from dialer.store.agents import REACHABLE, ReservedAgent


@dataclass(frozen=True)
class TransferRow:
    """One transfer, locked. `target_sid` is the telephone's leg, where one was rung."""

    id: UUID
    tenant_id: TenantId
    call_id: CallId
    from_agent_id: AgentId | None
    kind: str
    to_agent_id: AgentId | None
    to_phone: str | None
    room: str
    target_sid: str | None
    state: str
    requested_at: datetime
    merged_at: datetime | None
    ended_at: datetime | None

    @property
    def is_to_console(self) -> bool:
        """Whether the two meet in the standing conference of an agent's console."""
        return self.to_phone is None

    @property
    def is_visiting(self) -> bool:
        """Whether the agent's own leg has been called away into a colleague's conference."""
        return self.kind == "warm" and self.is_to_console and self.state in ("requested", "consulting")


_COLUMNS = ", ".join(TransferRow.__dataclass_fields__)


def insert_transfer(  # noqa: PLR0913 - all of them keywords, and all of them columns
    session: Session,
    *,
    transfer_id: UUID,
    tenant_id: TenantId,
    call_id: CallId,
    from_agent_id: AgentId | None,
    kind: str,
    to_agent_id: AgentId | None,
    to_phone: str | None,
    room: str,
    requested_by: UserId,
    now: datetime,
) -> bool:
    """Ask for a transfer; False if the call has one under way already."""
    row = session.execute(
        text("""
            insert into transfers (id, tenant_id, call_id, from_agent_id, kind, to_agent_id, to_phone, room, state,
                                   requested_by, requested_at)
            values (:id, :tenant_id, :call_id, :from_agent_id, :kind, :to_agent_id, :to_phone, :room, 'requested',
                    :requested_by, :now)
            on conflict (call_id) where ended_at is null do nothing returning id
        """),
        {
            "id": transfer_id, "tenant_id": tenant_id, "call_id": call_id, "from_agent_id": from_agent_id,
            "kind": kind, "to_agent_id": to_agent_id, "to_phone": to_phone, "room": room,
            "requested_by": requested_by, "now": now,
        },
    ).first()  # fmt: skip
    return row is not None


def find_call_of_transfer(session: Session, transfer_id: UUID) -> CallId | None:
    """Which call a transfer is of."""
    call_id: UUID | None = session.scalar(text("select call_id from transfers where id = :id"), {"id": transfer_id})
    return None if call_id is None else CallId(call_id)


def lock_transfer(session: Session, transfer_id: UUID) -> TransferRow | None:
    """Lock a transfer's row. Lock its call before."""
    row = session.execute(
        text(f"select {_COLUMNS} from transfers where id = :id for update"), {"id": transfer_id}
    ).one_or_none()
    return None if row is None else TransferRow(*row)


def move_transfer(
    session: Session,
    *,
    transfer_id: UUID,
    now: datetime,
    to: str | None = None,
    reason: str | None = None,
    facts: Mapping[str, object] | None = None,
) -> bool:
    """Move a transfer that is under way and note facts about it; False if it is over."""
    allowed = {"target_sid", "answered_at", "merged_at"}
    if unknown := (facts or {}).keys() - allowed:
        raise ValueError(f"not facts of a transfer: {sorted(unknown)}")
    assignments = [f"{name} = :{name}" for name in (facts or {})]
    values: dict[str, object] = {"id": transfer_id, "now": now, "reason": reason, **(facts or {})}
    if to is not None:
        values["to"] = to
        assignments.append("state = :to")
        if to in ("completed", "failed", "cancelled"):
            assignments.append("ended_at = :now")
    assignments.append("reason = coalesce(:reason, reason)")
    row = session.execute(
        text(f"update transfers set {', '.join(assignments)} where id = :id and ended_at is null returning id"), values
    ).first()
    return row is not None


def claim_merge(session: Session, *, transfer_id: UUID, now: datetime) -> bool:
    """Become the one who brings the callee into the conversation of the two; False if somebody has."""
    row = session.execute(
        text("""
            update transfers set merged_at = :now
            where id = :id and merged_at is null and state = 'consulting' returning id
        """),
        {"id": transfer_id, "now": now},
    ).first()
    return row is not None


# Free, and with nobody else's callee: a console holds one.
_FREE = f"{REACHABLE} and cardinality(a.held_call_ids) = 0 and (a.wrap_up_until is null or a.wrap_up_until <= :now)"
_RESERVED = "returning id, name, console_leg_sid, phone, user_id"


def reserve_for_transfer(
    session: Session, *, agent_id: AgentId, call_id: CallId, now: datetime
) -> ReservedAgent | None:
    """Keep this very agent for a callee, in one statement; None if he is not free or not to be reached."""
    row = session.execute(_RESERVE, {"agent_id": agent_id, "call_id": call_id, "now": now}).one_or_none()
    return None if row is None else ReservedAgent(*row)


_RESERVE = text(f"""
    update agents a set held_call_ids = array[cast(:call_id as uuid)], wrap_up_until = null, updated_at = :now,
                        last_active_at = :now
    where a.id = :agent_id and {_FREE} {_RESERVED}
""")


def reserve_for_return(
    session: Session, *, first: AgentId | None, agent_group_id: UUID | None, call_id: CallId, now: datetime
) -> ReservedAgent | None:
    """Keep an agent at a console for a callee who comes back: the one who had him, also out of his wrap-up, else the
    one of the campaign's who has been idle longest."""
    values = {"first": first, "agent_group_id": agent_group_id, "call_id": call_id, "now": now}
    row = session.execute(_RETURN, values).one_or_none()
    return None if row is None else ReservedAgent(*row)


_RETURN = text(f"""
    update agents set held_call_ids = array[cast(:call_id as uuid)], wrap_up_until = null, updated_at = :now,
                      last_active_at = :now
    where id = (
        select a.id from agents a
        where {REACHABLE} and a.console_leg_sid is not null and cardinality(a.held_call_ids) = 0
          and (a.id = cast(:first as uuid)
               or ((a.wrap_up_until is null or a.wrap_up_until <= :now)
                   and (cast(:agent_group_id as uuid) is null or a.agent_group_id = :agent_group_id)))
        order by a.id = cast(:first as uuid) desc, a.idle_since nulls first
        limit 1 for update of a skip locked
    )
    {_RESERVED}
""")


def find_host(session: Session, agent_id: AgentId) -> AgentId | None:
    """In whose conference an agent is wanted at present, other than his own: he confers with a colleague."""
    host: UUID | None = session.scalar(
        text("""
            select to_agent_id from transfers
            where from_agent_id = :agent_id and ended_at is null and kind = 'warm' and to_phone is null
              and state = 'consulting'
        """),
        {"agent_id": agent_id},
    )
    return None if host is None else AgentId(host)


def enter_tenant_of_transfer(session: Session, transfer_id: UUID) -> TenantId | None:
    """Confine the transaction to the tenant of a transfer; None, and no tenant, if there is none with this id."""
    tenant_id: UUID | None = session.scalar(text("select enter_tenant_of_transfer(:id)"), {"id": transfer_id})
    return None if tenant_id is None else TenantId(tenant_id)


def list_overdue_transfers(
    session: Session, *, ordered_before: datetime, rung_before: datetime, lost_before: datetime
) -> list[tuple[TenantId, UUID]]:
    """Transfers of all tenants that nobody seems to move on."""
    rows = session.execute(
        text("select * from overdue_transfers(:ordered, :rung, :lost)"),
        {"ordered": ordered_before, "rung": rung_before, "lost": lost_before},
    )
    return [(TenantId(row.tenant_id), row.transfer_id) for row in rows]
