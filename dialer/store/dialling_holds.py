"""Tenants for whom nothing is dialled until an operator says so, as rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class DiallingHold:
    """Why nothing is dialled, and since when calls may be missing here. `reconciled_at` None: nobody has looked yet."""

    reason: str
    unknown_since: datetime
    held_at: datetime
    reconciled_at: datetime | None


def hold_everybody(session: Session, *, reason: str, unknown_since: datetime, now: datetime) -> int:
    """As the owner of the tables: hold every tenant; return how many. A second hold remembers the earlier moment."""
    rows = session.execute(
        text(
            """
            insert into dialling_holds (tenant_id, reason, unknown_since, held_at)
            select id, :reason, :unknown_since, :now from tenants
            on conflict (tenant_id) do update set reason = excluded.reason, held_at = excluded.held_at,
                reconciled_at = null, unknown_since = least(dialling_holds.unknown_since, excluded.unknown_since)
            returning tenant_id
            """
        ),
        {"reason": reason, "unknown_since": unknown_since, "now": now},
    )
    return len(rows.all())


def find_hold(session: Session) -> DiallingHold | None:
    """The hold of the tenant that the session is confined to."""
    row = session.execute(text("select reason, unknown_since, held_at, reconciled_at from dialling_holds")).first()
    return None if row is None else DiallingHold(*row)


def mark_reconciled(session: Session, *, now: datetime) -> None:
    """Note that the carrier's list was gone through for this tenant."""
    session.execute(text("update dialling_holds set reconciled_at = :now"), {"now": now})


def lift_hold(session: Session) -> bool:
    """Let the tenant's campaigns be started again; tell whether there was a hold."""
    return session.execute(text("delete from dialling_holds returning 1")).first() is not None
