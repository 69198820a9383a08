"""The history of one call, lead or agent in plain words, for whoever asks the doctor. Run as the owner of the tables.

No names, no numbers: what is told here ends up in tickets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Story:
    """What is known of a row: how it stands, and what happened, oldest first."""

    subject: str
    id: str
    tenant_id: UUID
    lines: tuple[str, ...]


def tell_story(session: Session, row_id: UUID) -> Story | None:
    """The story of the call, lead or agent with this id; None if there is no such row."""
    for subject, find, tell in (("call", _CALL, _call), ("lead", _LEAD, _lead), ("agent", _AGENT, _agent)):
        row = session.execute(find, {"id": row_id}).one_or_none()
        if row is not None:
            lines = (*tell(session, row), *_repairs(session, row_id))
            return Story(subject, str(row_id), row.tenant_id, lines)
    return None


_CALL = text("""
    select c.*, a.number as attempt, a.allowed, l.status as lead_status from calls c
    join attempts a on a.id = c.attempt_id join leads l on l.id = c.lead_id where c.id = :id
""")
_LEAD = text("select * from leads where id = :id")
_AGENT = text("""
    select a.*, (select count(*) from agent_sockets s where s.agent_id = a.id) as sockets from agents a where a.id = :id
""")


def _call(session: Session, call: Row[Any]) -> Iterator[str]:
    ended = f", disposition {call.disposition}" if call.disposition else ""
    yield f"is {call.state} since {_at(call.state_changed_at)}{ended}"
    yield f"attempt {call.attempt} of lead {call.lead_id}, which is {call.lead_status}; campaign {call.campaign_id}"
    yield f"agent {call.agent_id or 'none'}; carrier's id {call.call_sid or 'unknown'}"
    if call.missing_since is not None:
        yield f"the carrier has been asked and does not know it: {_at(call.missing_since)}"
    for name in _MOMENTS:
        if (moment := getattr(call, name)) is not None:
            yield f"{_at(moment)}  {name.removesuffix('_at').replace('_', ' ')}"
    events = text("select * from call_events where call_id = :id order by received_at, id")
    for event in session.execute(events, {"id": call.id}):
        deed = f": {event.payload['deed']}" if "deed" in event.payload else ""
        yield f"{_at(event.received_at)}  event {event.kind} {event.event_key} ({event.verdict or 'noted'}){deed}"


_MOMENTS = (
    "created_at", "placing_at", "placed_at", "ringing_at", "answered_at", "agent_reserved_at", "bridged_at",
    "ended_at", "reconciled_at",
)  # fmt: skip


def _lead(session: Session, lead: Row[Any]) -> Iterator[str]:
    why = f" ({lead.status_reason})" if lead.status_reason else ""
    yield f"is {lead.status}{why} since {_at(lead.updated_at)} or before; {lead.call_attempts} attempts counted"
    yield f"next call from {_at(lead.next_call_at)} on; campaign {lead.campaign_id}"
    if lead.claimed_until is not None:
        yield f"claimed until {_at(lead.claimed_until)}"
    calls = text("select id, state, disposition, created_at from calls where lead_id = :id order by created_at, id")
    for call in session.execute(calls, {"id": lead.id}):
        yield f"{_at(call.created_at)}  call {call.id}: {call.state}, {call.disposition or 'no disposition'}"
    promises = text("select id, state, reason, due_at from callbacks where lead_id = :id order by created_at, id")
    for promise in session.execute(promises, {"id": lead.id}):
        yield f"{_at(promise.due_at)}  callback {promise.id}: {promise.state} {promise.reason or ''}".rstrip()


def _agent(session: Session, agent: Row[Any]) -> Iterator[str]:
    audio = f"leg {agent.console_leg_sid}" if agent.console_leg_sid else ("a phone" if agent.phone else "no audio")
    yield f"is {agent.state}, declared {agent.status}; {agent.sockets} consoles, {audio}"
    for call_id in agent.held_call_ids:
        yield f"holds call {call_id}"
    if agent.disconnected_at is not None:
        yield f"without a console since {_at(agent.disconnected_at)}"
    legs = text("select * from agent_legs where agent_id = :id and ended_at is null order by started_at")
    for leg in session.execute(legs, {"id": agent.id}):
        joined = f"joined {_at(leg.joined_at)}" if leg.joined_at else "not known to have joined"
        yield f"{_at(leg.started_at)}  {leg.kind} leg {leg.call_sid}, {joined}"
    states = text("""
        select * from (select * from agent_state_changes where agent_id = :id order by at desc, id desc limit 20) s
        order by at, id
    """)
    for change in session.execute(states, {"id": agent.id}):
        yield f"{_at(change.at)}  {change.state}"


def _repairs(session: Session, row_id: UUID) -> Iterator[str]:
    found = text("select * from repairs where subject_id = :id order by at, id")
    for repair in session.execute(found, {"id": str(row_id)}):
        yield f"{_at(repair.at)}  repaired ({repair.check_name}): {repair.deed}"


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"
