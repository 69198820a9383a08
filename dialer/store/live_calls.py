"""Calls that go on, as their agents see them: held or not, recorded or not, on their way to somebody else, listened to.

Whoever steers a call locks its row first, with `calls.lock_call`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, CallId, UserId


@dataclass(frozen=True)
class LiveTransfer:
    """A transfer that is under way, or the last that was."""

    id: UUID
    kind: str
    state: str
    from_agent_id: AgentId | None
    from_agent_name: str | None
    to_agent_id: AgentId | None
    to_agent_name: str | None
    to_phone: str | None
    reason: str | None
    is_merged: bool
    requested_at: datetime


@dataclass(frozen=True)
class LiveSupervision:
    """A supervisor on a call. Until `joined_at` he is on his way."""

    id: UUID
    call_id: CallId
    user_id: UserId
    name: str
    mode: str
    has_taken_over: bool
    requested_at: datetime
    joined_at: datetime | None


@dataclass(frozen=True)
class LiveCall:
    """One call that goes on. `supervision` are all who listen, whisper or speak, whether the agent is told or not."""

    call_id: CallId
    agent_id: AgentId | None
    state: str
    answered_at: datetime | None
    bridged_at: datetime | None
    is_on_hold: bool
    hold_since: datetime | None
    hold_seconds: int
    is_recording: bool
    is_recording_paused: bool
    transfer: LiveTransfer | None
    supervision: tuple[LiveSupervision, ...]


def find_live_call(session: Session, call_id: CallId) -> LiveCall | None:
    """A call as it stands, and what is being done with it; None if there is none with this id."""
    row = session.execute(_CALL, {"call_id": call_id}).mappings().one_or_none()
    if row is None:
        return None
    transfer = session.execute(_TRANSFER, {"call_id": call_id}).mappings().one_or_none()
    return LiveCall(
        **row,
        transfer=None if transfer is None else LiveTransfer(**transfer),
        supervision=tuple(list_supervisions(session, call_id=call_id)),
    )


# Recorded from the answer on, as the campaign was set when it was placed, until it ends.
_CALL = text("""
    select c.id as call_id, c.agent_id, c.state, c.answered_at, c.bridged_at, c.held_since is not null as is_on_hold,
           c.held_since as hold_since, c.hold_seconds,
           m.record_calls and c.answered_at is not null and c.state in ('answered', 'waiting', 'bridged')
               as is_recording,
           c.recording_paused_at is not null and c.state in ('answered', 'waiting', 'bridged') as is_recording_paused
    from calls c join campaigns m on m.id = c.campaign_id where c.id = :call_id
""")
_TRANSFER_COLUMNS = """
    t.id, t.kind, t.state, t.from_agent_id, f.name as from_agent_name, t.to_agent_id, a.name as to_agent_name,
    t.to_phone, t.reason, t.merged_at is not null as is_merged, t.requested_at
    from transfers t left join agents f on f.id = t.from_agent_id left join agents a on a.id = t.to_agent_id
"""
_TRANSFER = text(f"""
    select {_TRANSFER_COLUMNS} where t.call_id = :call_id order by t.requested_at desc, t.id desc limit 1
""")


def list_supervisions(session: Session, *, call_id: CallId | None = None) -> list[LiveSupervision]:
    """Who is on which call besides its agent, in this tenant or on one call; the earliest first."""
    rows = session.execute(_SUPERVISIONS, {"call_id": call_id}).mappings()
    return [LiveSupervision(**row) for row in rows]


_SUPERVISIONS = text("""
    select s.id, s.call_id, s.user_id,
           coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.email) as name, s.mode,
           s.taken_over_at is not null as has_taken_over, s.requested_at, s.joined_at
    from supervisions s join users u on u.id = s.user_id
    where s.ended_at is null and (cast(:call_id as uuid) is null or s.call_id = :call_id)
    order by s.requested_at, s.id
""")


def begin_hold(session: Session, *, call_id: CallId, now: datetime) -> None:
    """Note that the callee hears music from now on. Already held: since then."""
    session.execute(
        text("update calls set held_since = coalesce(held_since, :now) where id = :call_id"),
        {"call_id": call_id, "now": now},
    )


def end_hold(session: Session, *, call_id: CallId, now: datetime, is_counted: bool = True) -> None:
    """Note that the callee is heard again, and how long he was not; nothing is counted of a hold that never was."""
    session.execute(
        text("""
            update calls set held_since = null, hold_seconds = hold_seconds + case when :is_counted then
                coalesce(round(extract(epoch from cast(:now as timestamptz) - held_since))::integer, 0) else 0 end
            where id = :call_id
        """),
        {"call_id": call_id, "now": now, "is_counted": is_counted},
    )


def find_console_leg(session: Session, agent_id: AgentId) -> str | None:
    """The carrier's id of an agent's standing leg."""
    leg: str | None = session.scalar(
        text("select console_leg_sid from agents where id = :agent_id"), {"agent_id": agent_id}
    )
    return leg


def find_leg_with_callee(session: Session, *, agent_id: AgentId, call_id: CallId) -> str | None:
    """The leg on which an agent talks in this call: his console's, or the telephone's that was rung for it."""
    leg: str | None = session.scalar(
        text("""
            select coalesce(
                (select a.console_leg_sid from agents a where a.id = :agent_id),
                (select l.call_sid from agent_legs l
                 where l.agent_id = :agent_id and l.call_id = :call_id and l.ended_at is null
                 order by l.started_at desc limit 1))
        """),
        {"agent_id": agent_id, "call_id": call_id},
    )
    return leg
