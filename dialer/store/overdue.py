"""What is overdue, over all tenants: the rows that sweeps look at. Each is decided on again under its lock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.store.session import Database

Ours = tuple[TenantId, CallId]


@contextmanager
def sole_sweeper(database: Database, sweep: str) -> Iterator[bool]:
    """Try to become the only one who does this sweep; tells whether that worked.

    A carrier that does not answer holds the sweep that asks it up: without this, all processes of all workers in turn.
    Whoever dies at it frees it at once; whoever is cut off or frozen, after a minute.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_mine = bool(connection.execute(_TRY_LOCK, {"sweep": sweep}).scalar())
        if is_mine:
            connection.execute(_END_WHEN_SILENT)
        try:
            yield is_mine
        finally:
            try:
                if is_mine:
                    connection.execute(_UNLOCK, {"sweep": sweep})
            except DBAPIError:
                connection.invalidate()  # it broke, and has freed it by that


_TRY_LOCK = text("select pg_try_advisory_lock(hashtextextended('sweep ' || :sweep, 0))")
_END_WHEN_SILENT = text("select set_config('idle_session_timeout', '60s', false)")
_UNLOCK = text("""
    select pg_advisory_unlock(hashtextextended('sweep ' || :sweep, 0)), set_config('idle_session_timeout', '0', false)
""")


def list_calls_to_sweep(
    session: Session, *, before: Mapping[CallState, datetime], max_rows: int
) -> list[tuple[TenantId, CallId, CallState]]:
    """Calls that have been in their state since before its moment in `before`, and were not looked at since then."""
    values = {"states": [str(state) for state in before], "before": list(before.values()), "max_rows": max_rows}
    rows = session.execute(_TO_SWEEP, values)
    return [(TenantId(row.tenant_id), CallId(row.call_id), CallState(row.state)) for row in rows]


_TO_SWEEP = text("""
    select tenant_id, call_id, state
    from calls_to_sweep(cast(:states as text[]), cast(:before as timestamptz[]), :max_rows)
""")


def list_abandoned_without_end(session: Session, *, before: datetime, max_rows: int) -> list[Ours]:
    """Abandoned calls whose end was never reported."""
    statement = text("select tenant_id, call_id from abandoned_calls_without_end(:before, :max_rows)")
    return _ours(session, statement.bindparams(before=before, max_rows=max_rows))


def list_machines_with_agents(session: Session, *, before: datetime, max_rows: int) -> list[Ours]:
    """Calls that a machine answered, as has been known since before `before`, and that keep an agent still."""
    statement = text("select tenant_id, call_id from machines_with_agents(:before, :max_rows)")
    return _ours(session, statement.bindparams(before=before, max_rows=max_rows))


def _ours(session: Session, statement: object) -> list[Ours]:
    rows = session.execute(statement)  # type: ignore[call-overload]
    return [(TenantId(row.tenant_id), CallId(row.call_id)) for row in rows]


@dataclass(frozen=True)
class Line:
    """A call as we believe that the carrier has it."""

    tenant_id: TenantId
    call_id: CallId
    call_sid: str
    state: CallState


def list_lines(session: Session, *, before: datetime) -> list[Line]:
    """Calls that should be under way at the carrier, and have been as they are since before `before`."""
    rows = session.execute(text("select * from lines_under_way(:before)"), {"before": before})
    return [Line(TenantId(r.tenant_id), CallId(r.call_id), r.call_sid, CallState(r.state)) for r in rows]


@dataclass(frozen=True)
class StrayLeg:
    """A console's leg that does nobody any good: its agent does not seem to have it, or has no console (`is_alone`)."""

    tenant_id: TenantId
    agent_id: AgentId
    call_sid: str
    is_alone: bool


def list_stray_legs(session: Session, *, before: datetime, alone_before: datetime) -> list[StrayLeg]:
    """Legs that began before `before`; those without a console have been so since before `alone_before`."""
    values = {"before": before, "alone_before": alone_before}
    rows = session.execute(text("select * from stray_agent_legs(:before, :alone_before)"), values)
    return [StrayLeg(TenantId(r.tenant_id), AgentId(r.agent_id), r.call_sid, r.is_alone) for r in rows]


def note_missing(session: Session, *, call_id: CallId, now: datetime) -> None:
    """The carrier was asked and does not know this call, which may or may not have reached it."""
    session.execute(
        text("update calls set missing_since = coalesce(missing_since, :now) where id = :call_id"),
        {"call_id": call_id, "now": now},
    )
