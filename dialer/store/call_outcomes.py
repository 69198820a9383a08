"""What an agent writes on a call."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, CallId


def set_agent_disposition(
    session: Session, *, call_id: CallId, disposition: str, key: str | None = None, label: str | None = None
) -> None:
    """Store what the agent concluded, and what the campaign calls it; the last word counts."""
    session.execute(_SET_DISPOSITION, {"call_id": call_id, "disposition": disposition, "key": key, "label": label})


_SET_DISPOSITION = text("""
    update calls set agent_disposition = :disposition, disposition_key = :key, disposition_label = :label
    where id = :call_id
""")


def set_call_notes(session: Session, *, call_id: CallId, notes: str | None, revision: int | None = None) -> bool:
    """Store the agent's notes on a call; tell whether they are what is stored now.

    Those that are no newer than what is stored, by their revision, are left out; without one the last word counts.
    """
    values = {"call_id": call_id, "notes": notes, "revision": revision}
    return session.scalar(_SET_NOTES, values) is not None


# The same text again changes nothing, whatever its revision: a save that is repeated is no conflict.
_SET_NOTES = text("""
    update calls set notes = cast(:notes as text),
                     notes_revision = greatest(notes_revision + cast(cast(:revision as integer) is null as integer),
                                               cast(:revision as integer))
    where id = :call_id
      and (cast(:revision as integer) is null or notes_revision < :revision
           or notes is not distinct from cast(:notes as text))
    returning id
""")


def wraps_up(session: Session, *, call_id: CallId, agent_id: AgentId) -> bool:
    """Tell whether this is the call after which the agent last wrapped up: it may be another's by now."""
    return session.scalar(_WRAPS_UP, {"call_id": call_id, "agent_id": agent_id}) is not None


_WRAPS_UP = text("select 1 from agents where id = :agent_id and wrap_up_call_id = :call_id")
