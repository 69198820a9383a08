"""Calls as they are read: lists, single calls, statistics. What was planned and never placed is left out everywhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId, CampaignId, LeadId, TenantId
from dialer.domain.spans import ALWAYS, Span


@dataclass(frozen=True)
class CallFilter:
    """Which calls are meant; None does not restrict. The span is about when the call was made."""

    campaign_id: CampaignId | None = None
    agent_id: AgentId | None = None
    lead_id: LeadId | None = None
    disposition: str | None = None
    answered_by: str | None = None
    span: Span = ALWAYS

    def parameters(self) -> dict[str, object]:
        """The filter as bound parameters."""
        return {
            "campaign_id": self.campaign_id, "agent_id": self.agent_id, "lead_id": self.lead_id,
            "disposition": self.disposition, "answered_by": self.answered_by, "since": self.span.since,
            "until": self.span.until,
        }  # fmt: skip


@dataclass(frozen=True)
class CallRow:
    """One call with the names of those it concerns."""

    id: CallId
    tenant_id: TenantId
    campaign_id: CampaignId
    lead_id: LeadId
    agent_id: AgentId | None
    call_sid: str | None
    conference_sid: str | None
    from_number: str
    to_number: str
    direction: str
    state: CallState
    answered_by: str | None
    start_time: datetime | None
    answer_time: datetime | None
    end_time: datetime | None
    duration: int | None
    talk_time: int | None
    disposition: str | None
    agent_disposition: str | None
    disposition_key: str | None
    disposition_label: str | None
    hangup_cause: str | None
    recording_sid: str | None
    recording_duration: int | None
    cost: Decimal | None
    metadata: dict[str, Any]
    notes: str | None
    notes_revision: int
    created_at: datetime
    first_name: str | None
    last_name: str | None
    phone: str
    campaign_name: str
    agent_name: str | None


@dataclass(frozen=True)
class CallStatistics:
    """Counts and averages over calls. Averages are 0 where there is nothing to average."""

    total_calls: int
    answered_calls: int
    voicemail_calls: int
    no_answer_calls: int
    busy_calls: int
    failed_calls: int
    human_answered: int
    machine_answered: int
    avg_duration: float
    avg_talk_time: float
    total_cost: Decimal


@dataclass(frozen=True)
class DispositionCount:
    """How many calls ended in one way."""

    disposition: str
    count: int


@dataclass(frozen=True)
class AgentCallFigures:
    """One agent's calls: all that were given to him, those he talked on, and how long."""

    total_calls: int
    answered_calls: int
    avg_talk_time: float
    total_talk_time: int


# A call that was withdrawn before the carrier was asked never was one.
_PLACED = "c.state <> 'planned' and (c.state <> 'cancelled' or c.placing_at is not null)"
_MATCHES = f"""
    {_PLACED}
    and (cast(:campaign_id as uuid) is null or c.campaign_id = :campaign_id)
    and (cast(:lead_id as uuid) is null or c.lead_id = :lead_id)
    and (cast(:agent_id as uuid) is null or c.agent_id = :agent_id)
    and (cast(:disposition as text) is null or c.disposition = :disposition)
    and (cast(:answered_by as text) is null or c.answered_by = :answered_by)
    and (cast(:since as timestamptz) is null or c.created_at >= :since)
    and (cast(:until as timestamptz) is null or c.created_at < :until)
"""
_COLUMNS = """
    c.id, c.tenant_id, c.campaign_id, c.lead_id, c.agent_id, c.call_sid, c.conference_sid, c.from_number, c.to_number,
    c.direction, c.state, c.answered_by, coalesce(c.placing_at, c.placed_at) as start_time,
    c.answered_at as answer_time,
    c.ended_at as end_time, c.duration_seconds as duration, c.talk_seconds as talk_time, c.disposition,
    c.agent_disposition, c.disposition_key, c.disposition_label, c.hangup_cause, c.recording_sid,
    c.recording_seconds as recording_duration,
    c.cost, c.metadata, c.notes, c.notes_revision, c.created_at, l.first_name, l.last_name, l.phone_normalized as phone,
    m.name as campaign_name, a.name as agent_name
"""
_JOINED = """
    join leads l on l.id = c.lead_id join campaigns m on m.id = c.campaign_id left join agents a on a.id = c.agent_id
"""


def list_calls(session: Session, *, chosen: CallFilter, limit: int, offset: int) -> list[CallRow]:
    """A page of calls, the newest first."""
    rows = session.execute(_LIST, {**chosen.parameters(), "limit": limit, "offset": offset}).mappings()
    return [_read(dict(row)) for row in rows]


# The page is cut before anything is joined to it.
_LIST = text(f"""
    with page as materialized (
        select c.id from calls c where {_MATCHES} order by c.created_at desc, c.id desc limit :limit offset :offset
    )
    select {_COLUMNS} from page join calls c on c.id = page.id {_JOINED} order by c.created_at desc, c.id desc
""")


def find_call(session: Session, call_id: CallId) -> CallRow | None:
    """One call that was placed."""
    row = session.execute(_FIND, {"call_id": call_id}).mappings().one_or_none()
    return None if row is None else _read(dict(row))


_FIND = text(f"select {_COLUMNS} from calls c {_JOINED} where c.id = :call_id and {_PLACED}")


def _read(values: dict[str, Any]) -> CallRow:
    return CallRow(**{**values, "state": CallState(values["state"])})


def summarize_calls(session: Session, *, chosen: CallFilter) -> CallStatistics:
    """Counts, averages and cost in one pass."""
    row = session.execute(_SUMMARY, chosen.parameters()).mappings().one()
    return CallStatistics(**row)


# Who answered without machine detection, or without its verdict, counts as a person.
_SUMMARY = text(f"""
    select count(*) as total_calls,
           count(*) filter (where c.disposition = 'answered') as answered_calls,
           count(*) filter (where c.disposition = 'voicemail') as voicemail_calls,
           count(*) filter (where c.disposition = 'no_answer') as no_answer_calls,
           count(*) filter (where c.disposition = 'busy') as busy_calls,
           count(*) filter (where c.disposition = 'failed') as failed_calls,
           count(*) filter (where c.answered_at is not null
                              and coalesce(c.answered_by, 'unknown') in ('human', 'unknown')) as human_answered,
           count(*) filter (where c.answered_by like 'machine%') as machine_answered,
           cast(coalesce(round(avg(c.duration_seconds), 2), 0) as double precision) as avg_duration,
           cast(coalesce(round(avg(c.talk_seconds), 2), 0) as double precision) as avg_talk_time,
           coalesce(sum(c.cost), 0) as total_cost
    from calls c where {_MATCHES}
""")


def count_by_disposition(session: Session, *, chosen: CallFilter) -> list[DispositionCount]:
    """How the calls that are over ended, the most frequent first."""
    return [
        DispositionCount(row.disposition, row.count_of) for row in session.execute(_BY_DISPOSITION, chosen.parameters())
    ]


_BY_DISPOSITION = text(f"""
    select c.disposition, count(*) as count_of from calls c where {_MATCHES} and c.disposition is not null
    group by c.disposition order by count(*) desc, c.disposition
""")


def agent_call_figures(session: Session, *, agent_id: AgentId, span: Span) -> AgentCallFigures:
    """What one agent did on the phone in a span."""
    row = session.execute(_FIGURES, CallFilter(agent_id=agent_id, span=span).parameters()).mappings().one()
    return AgentCallFigures(**row)


_FIGURES = text(f"""
    select count(*) as total_calls,
           count(*) filter (where c.bridged_at is not null) as answered_calls,
           cast(coalesce(round(avg(c.talk_seconds) filter (where c.bridged_at is not null), 2), 0) as double precision)
               as avg_talk_time,
           coalesce(sum(c.talk_seconds) filter (where c.bridged_at is not null), 0) as total_talk_time
    from calls c where {_MATCHES}
""")
