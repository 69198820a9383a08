"""What an agent concludes from a call, and what that means for the lead and for the number."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, CallId, CampaignId, LeadId


@dataclass(frozen=True)
class ConcludableCall:
    """A call whose row is locked, with what a callback depends on."""

    call_id: CallId
    campaign_id: CampaignId
    lead_id: LeadId
    agent_id: AgentId | None
    to_number: str
    lead_status: str
    do_not_call: bool
    call_attempts: int
    max_attempts: int


def lock_concludable_call(session: Session, call_id: CallId) -> ConcludableCall | None:
    """Lock a call that was placed, for its agent to write on."""
    row = session.execute(_LOCK, {"call_id": call_id}).mappings().one_or_none()
    return None if row is None else ConcludableCall(**row)


_LOCK = text("""
    select c.id as call_id, c.campaign_id, c.lead_id, c.agent_id, c.to_number, l.status as lead_status, l.do_not_call,
           l.call_attempts, m.max_attempts
    from calls c join leads l on l.id = c.lead_id join campaigns m on m.id = c.campaign_id
    where c.id = :call_id and c.state <> 'planned' and (c.state <> 'cancelled' or c.placing_at is not null)
    for update of c
""")


def set_agent_disposition(session: Session, *, call_id: CallId, disposition: str) -> None:
    """Store what the agent concluded; the last word counts."""
    session.execute(_SET_DISPOSITION, {"call_id": call_id, "disposition": disposition})


_SET_DISPOSITION = text("update calls set agent_disposition = :disposition where id = :call_id")


def set_call_notes(session: Session, *, call_id: CallId, notes: str | None) -> None:
    """Store the agent's notes on a call."""
    session.execute(_SET_NOTES, {"call_id": call_id, "notes": notes})


_SET_NOTES = text("update calls set notes = :notes where id = :call_id")


def schedule_callback(session: Session, *, lead_id: LeadId, at: datetime, now: datetime) -> bool:
    """Have a lead called again from `at` on. False if the lead is not to be called at all.

    Allowed while the call still runs: what its end would mean for the lead does not overrule a promise.
    """
    return session.scalar(_SCHEDULE, {"lead_id": lead_id, "at": at, "now": now}) is not None


_SCHEDULE = text("""
    update leads set status = 'pending', status_reason = 'callback', next_call_at = :at, claimed_until = null,
                     updated_at = :now
    where id = :lead_id and not do_not_call and status <> 'dnc' returning id
""")
