"""What an agent writes on a call."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId


def set_agent_disposition(session: Session, *, call_id: CallId, disposition: str) -> None:
    """Store what the agent concluded; the last word counts."""
    session.execute(_SET_DISPOSITION, {"call_id": call_id, "disposition": disposition})


_SET_DISPOSITION = text("update calls set agent_disposition = :disposition where id = :call_id")


def set_call_notes(session: Session, *, call_id: CallId, notes: str | None) -> None:
    """Store the agent's notes on a call."""
    session.execute(_SET_NOTES, {"call_id": call_id, "notes": notes})


_SET_NOTES = text("update calls set notes = :notes where id = :call_id")
