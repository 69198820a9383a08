"""Recordings that the carrier is to delete: listed until it has."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId


def list_due(session: Session, *, at: datetime, max_rows: int) -> list[tuple[TenantId, str]]:
    """Recordings of all tenants about which the carrier is to be asked, or asked again."""
    rows = session.execute(
        text("select tenant_id, recording_sid from due_recording_deletions(:at, :max_rows)"),
        {"at": at, "max_rows": max_rows},
    )
    return [(TenantId(row.tenant_id), row.recording_sid) for row in rows]


def count_listed(session: Session) -> int:
    """How many recordings of the tenant the carrier has still to delete."""
    return int(session.execute(text("select count(*) from recordings_to_delete")).scalar_one())


def remove(session: Session, recording_sid: str) -> None:
    """The carrier has deleted it."""
    session.execute(text("delete from recordings_to_delete where recording_sid = :sid"), {"sid": recording_sid})


def postpone(session: Session, recording_sid: str, *, now: datetime) -> None:
    """The carrier has not: ask again after a minute, then after twice as long each time, at last once a day."""
    session.execute(_POSTPONE, {"sid": recording_sid, "now": now})


_POSTPONE = text(
    """
    update recordings_to_delete
    set times_asked = times_asked + 1,
        ask_at = cast(:now as timestamptz) + least(interval '1 minute' * 2 ^ least(times_asked, 11), interval '1 day')
    where recording_sid = :sid
    """
)
