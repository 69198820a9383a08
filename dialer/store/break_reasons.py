"""Reasons for breaks as rows. A retired one stays, so that its name is known to what was counted before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.domain.errors import Conflict
from dialer.domain.ids import BreakReasonId, TenantId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class BreakReason:
    """One reason. `key` is set while it is one that the product brought along and nobody has renamed."""

    id: BreakReasonId
    key: str | None
    name: str
    is_paid: bool
    max_minutes: int | None
    is_active: bool
    position: int


_ALL = ", ".join(BreakReason.__dataclass_fields__)
NAME_TAKEN = "There is a reason of this name already."
CHANGEABLE = frozenset({"key", "name", "is_paid", "max_minutes", "is_active", "position"})


def list_reasons(session: Session, *, include_inactive: bool) -> list[BreakReason]:
    """The tenant's reasons in their order."""
    return [BreakReason(*row) for row in session.execute(_LIST, {"include_inactive": include_inactive})]


_LIST = text(f"""
    select {_ALL} from break_reasons where retired_at is null and (:include_inactive or is_active)
    order by position, lower(name)
""")


def find_reason(session: Session, reason_id: BreakReasonId) -> BreakReason | None:
    """One that has not been retired."""
    row = session.execute(_FIND, {"id": reason_id}).one_or_none()
    return None if row is None else BreakReason(*row)


_FIND = text(f"select {_ALL} from break_reasons where id = :id and retired_at is null")


def insert_reason(
    session: Session, *, tenant_id: TenantId, values: Mapping[str, object], now: datetime
) -> BreakReason | None:
    """Add one; at the end unless a position is given. None if there is one of this name."""
    row = session.execute(_INSERT, {**values, "id": new_id(), "tenant_id": tenant_id, "now": now}).one_or_none()
    return None if row is None else BreakReason(*row)


_INSERT = text(f"""
    insert into break_reasons (id, tenant_id, name, is_paid, max_minutes, is_active, position, created_at, updated_at)
    values (:id, :tenant_id, :name, :is_paid, :max_minutes, :is_active,
            coalesce(cast(:position as integer), (select coalesce(max(position), 0) + 1 from break_reasons)),
            :now, :now)
    on conflict (tenant_id, lower(name)) where retired_at is null do nothing
    returning {_ALL}
""")


def change_reason(
    session: Session, *, reason_id: BreakReasonId, changes: Mapping[str, object], now: datetime
) -> BreakReason | None:
    """Set the named columns. None if there is no such reason. Raises Conflict when another one has the name."""
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"not changeable: {sorted(unknown)}")
    assigned = ", ".join([*(f"{column} = :{column}" for column in sorted(changes)), "updated_at = :now"])
    statement = text(f"update break_reasons set {assigned} where id = :id and retired_at is null returning {_ALL}")
    try:
        row = session.execute(statement, {**changes, "id": reason_id, "now": now}).one_or_none()
    except IntegrityError:
        raise Conflict(NAME_TAKEN) from None
    return None if row is None else BreakReason(*row)


def retire_reason(session: Session, *, reason_id: BreakReasonId, now: datetime) -> bool:
    """Offer it no more; False if there is no such reason."""
    return session.execute(_RETIRE, {"id": reason_id, "now": now}).first() is not None


_RETIRE = text("""
    update break_reasons set retired_at = :now, is_active = false, updated_at = :now
    where id = :id and retired_at is null returning id
""")


def count_reasons(session: Session) -> int:
    """How many there are that have not been retired."""
    return int(session.execute(text("select count(*) from break_reasons where retired_at is null")).scalar_one())
