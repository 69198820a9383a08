"""Supervisors on calls, as rows. One headset each: whoever begins elsewhere has ended here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId, TenantId, UserId
from dialer.domain.seats import SupervisionMode


@dataclass(frozen=True)
class SupervisionRow:
    """One supervision, locked. `call_sid` is the supervisor's own leg, once he has called in."""

    id: UUID
    tenant_id: TenantId
    call_id: CallId
    user_id: UserId
    mode: SupervisionMode
    call_sid: str | None
    requested_at: datetime
    joined_at: datetime | None
    taken_over_at: datetime | None
    ended_at: datetime | None


_COLUMNS = ", ".join(SupervisionRow.__dataclass_fields__)


def lock_open(session: Session, user_id: UserId) -> SupervisionRow | None:
    """What a supervisor listens to at present, locked."""
    row = session.execute(
        text(f"select {_COLUMNS} from supervisions where user_id = :id and ended_at is null for update"),
        {"id": user_id},
    ).one_or_none()
    return None if row is None else SupervisionRow(*row)


def find_open(session: Session, user_id: UserId) -> SupervisionRow | None:
    """The same, not locked: to lock its call first."""
    row = session.execute(
        text(f"select {_COLUMNS} from supervisions where user_id = :id and ended_at is null"), {"id": user_id}
    ).one_or_none()
    return None if row is None else SupervisionRow(*row)


def lock_supervision(session: Session, supervision_id: UUID) -> SupervisionRow | None:
    """One supervision, locked."""
    row = session.execute(
        text(f"select {_COLUMNS} from supervisions where id = :id for update"), {"id": supervision_id}
    ).one_or_none()
    return None if row is None else SupervisionRow(*row)


def lock_all_of_call(session: Session, call_id: CallId) -> list[SupervisionRow]:
    """Everybody who is on a call, locked."""
    rows = session.execute(
        text(f"select {_COLUMNS} from supervisions where call_id = :id and ended_at is null order by id for update"),
        {"id": call_id},
    )
    return [SupervisionRow(*row) for row in rows]


def insert_supervision(
    session: Session,
    *,
    supervision_id: UUID,
    tenant_id: TenantId,
    call_id: CallId,
    user_id: UserId,
    mode: SupervisionMode,
    now: datetime,
) -> bool:
    """Begin; False if this supervisor has begun elsewhere at this very moment."""
    row = session.execute(
        text("""
            insert into supervisions (id, tenant_id, call_id, user_id, mode, requested_at)
            values (:id, :tenant_id, :call_id, :user_id, :mode, :now)
            on conflict (user_id) where ended_at is null do nothing returning id
        """),
        {"id": supervision_id, "tenant_id": tenant_id, "call_id": call_id, "user_id": user_id, "mode": mode,
         "now": now},
    ).first()  # fmt: skip
    return row is not None


def set_mode(session: Session, *, supervision_id: UUID, mode: SupervisionMode) -> None:
    """Note how he is heard from now on. Nothing changes if he is heard so already."""
    session.execute(
        text("update supervisions set mode = :mode where id = :id and mode <> :mode"),
        {"id": supervision_id, "mode": mode},
    )


def record_leg(session: Session, *, supervision_id: UUID, call_sid: str) -> None:
    """Note the leg with which he has called in."""
    session.execute(
        text("update supervisions set call_sid = :call_sid where id = :id"),
        {"id": supervision_id, "call_sid": call_sid},
    )


def record_joined(session: Session, *, supervision_id: UUID, now: datetime) -> bool:
    """Note that he hears the call; False if that was known, or he is gone."""
    row = session.execute(
        text("""
            update supervisions set joined_at = :now
            where id = :id and joined_at is null and ended_at is null returning id
        """),
        {"id": supervision_id, "now": now},
    ).first()
    return row is not None


def record_taken_over(session: Session, *, supervision_id: UUID, now: datetime) -> bool:
    """Note that the call is his now; False if it was."""
    row = session.execute(
        text("""
            update supervisions set taken_over_at = :now, mode = 'barge'
            where id = :id and taken_over_at is null and ended_at is null returning id
        """),
        {"id": supervision_id, "now": now},
    ).first()
    return row is not None


def undo_taken_over(session: Session, *, supervision_id: UUID) -> None:
    """The carrier did not do it."""
    session.execute(text("update supervisions set taken_over_at = null where id = :id"), {"id": supervision_id})


def end_supervision(session: Session, *, supervision_id: UUID, now: datetime) -> bool:
    """Note that he has left; False if he had."""
    row = session.execute(
        text("update supervisions set ended_at = :now where id = :id and ended_at is null returning id"),
        {"id": supervision_id, "now": now},
    ).first()
    return row is not None


def enter_tenant_of_supervisor(session: Session, user_id: UUID) -> TenantId | None:
    """Confine the transaction to the tenant of a user; None, and no tenant, if there is none with this id."""
    tenant_id: UUID | None = session.scalar(text("select enter_tenant_of_supervisor(:id)"), {"id": user_id})
    return None if tenant_id is None else TenantId(tenant_id)


def enter_tenant_of_supervision(session: Session, supervision_id: UUID) -> TenantId | None:
    """The same by one supervision."""
    tenant_id: UUID | None = session.scalar(text("select enter_tenant_of_supervision(:id)"), {"id": supervision_id})
    return None if tenant_id is None else TenantId(tenant_id)


def list_overdue_supervisions(session: Session, *, before: datetime) -> list[tuple[TenantId, UUID]]:
    """Supervisors of all tenants whose call is over, or who were expected before `before` and never came."""
    rows = session.execute(text("select * from overdue_supervisions(:before)"), {"before": before})
    return [(TenantId(row.tenant_id), row.supervision_id) for row in rows]
