"""What an agent's desk shows, read for one snapshot: as few statements as there are kinds of things on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.calls import FINAL, CallState
from dialer.domain.ids import AgentId, CallId, CampaignId, LeadId
from dialer.store.agents import COLUMNS, AgentRow, read_agent
from dialer.store.break_reasons import BreakReason
from dialer.store.calls import CALLEE_ZONE


@dataclass(frozen=True)
class DeskAgent:
    """The agent, what he is reachable by, and the reasons he may give for a break.

    `wrap_up_extension_seconds` is what the campaign of his last wrap-up allows in all; None: he has had none.
    """

    agent: AgentRow
    agent_group_name: str | None
    has_socket: bool
    break_max_minutes: int | None
    wrap_up_extension_seconds: int | None
    break_reasons: tuple[BreakReason, ...]


def find_desk_agent(session: Session, agent_id: AgentId) -> DeskAgent | None:
    """One agent of this tenant with all that concerns him alone."""
    row = session.execute(_AGENT, {"agent_id": agent_id}).mappings().one_or_none()
    if row is None:
        return None
    own = {name: row[name] for name in AgentRow.__dataclass_fields__}
    return DeskAgent(
        agent=read_agent(own),
        agent_group_name=row["agent_group_name"],
        has_socket=row["has_socket"],
        break_max_minutes=row["break_max_minutes"],
        wrap_up_extension_seconds=row["wrap_up_extension_seconds"],
        break_reasons=tuple(BreakReason(*reason) for reason in row["break_reasons"] or ()),
    )


_AGENT = text(f"""
    select {COLUMNS}, g.name as agent_group_name,
           exists (select from agent_sockets s where s.agent_id = a.id) as has_socket,
           (select r.max_minutes from break_reasons r where r.id = a.break_reason_id) as break_max_minutes,
           (select m.wrap_up_extension_seconds from calls c join campaigns m on m.id = c.campaign_id
            where c.id = a.wrap_up_call_id) as wrap_up_extension_seconds,
           (select json_agg(json_build_array(r.id, r.key, r.name, r.is_paid, r.max_minutes, r.is_active, r.position)
                            order by r.position, lower(r.name))
            from break_reasons r where r.retired_at is null and r.is_active) as break_reasons
    from agents a left join agent_groups g on g.id = a.agent_group_id
    where a.id = :agent_id
""")


@dataclass(frozen=True)
class DeskCall:
    """A call that an agent holds, or after which he last wrapped up."""

    id: CallId
    campaign_id: CampaignId
    lead_id: LeadId
    state: CallState
    first_name: str | None
    last_name: str | None
    phone: str
    from_number: str
    answered_at: datetime | None
    agent_reserved_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    answered_by: str | None
    disposition: str | None
    agent_disposition: str | None
    disposition_key: str | None
    disposition_label: str | None
    notes: str | None
    notes_revision: int
    held_since: datetime | None
    hold_seconds: int
    recording_paused_at: datetime | None
    is_recorded: bool
    transfer: Mapping[str, Any] | None
    supervision: Sequence[Mapping[str, Any]] | None
    is_held: bool

    @property
    def is_over(self) -> bool:
        """True once this agent does not have it any more: it has ended, or gone on to somebody else."""
        return not self.is_held or self.state in FINAL


def list_desk_calls(session: Session, agent_id: AgentId) -> list[DeskCall]:
    """The calls that the agent holds, the latest that was given to him first, and then the one that he wrapped up.

    Of the supervisors on a call those whom he can hear.
    """
    rows = session.execute(_CALLS, {"agent_id": agent_id}).mappings()
    return [DeskCall(**{**row, "state": CallState(row["state"])}) for row in rows]


_CALLS = text("""
    select c.id, c.campaign_id, c.lead_id, c.state, l.first_name, l.last_name, c.to_number as phone, c.from_number,
           c.answered_at, c.agent_reserved_at, c.bridged_at, c.ended_at, c.answered_by, c.disposition,
           c.agent_disposition, c.disposition_key, c.disposition_label, c.notes, c.notes_revision,
           c.held_since, c.hold_seconds, c.recording_paused_at, m.record_calls as is_recorded,
           (select to_jsonb(moving) from (
                select t.id, t.kind, t.state, t.from_agent_id, f.name as from_agent_name, t.to_agent_id,
                       o.name as to_agent_name, t.to_phone, t.reason, t.merged_at is not null as is_merged,
                       t.requested_at
                from transfers t left join agents f on f.id = t.from_agent_id left join agents o on o.id = t.to_agent_id
                where t.call_id = c.id order by t.requested_at desc, t.id desc limit 1) moving) as transfer,
           (select jsonb_agg(to_jsonb(listening)) from (
                select s.id, s.user_id, s.mode,
                       coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.email) as name,
                       s.taken_over_at is not null as has_taken_over, s.requested_at, s.joined_at
                from supervisions s join users u on u.id = s.user_id
                where s.call_id = c.id and s.ended_at is null and s.joined_at is not null and s.mode <> 'listen'
                order by s.requested_at, s.id) listening) as supervision,
           c.id = any(a.held_call_ids) as is_held
    from agents a
    join calls c on c.id = any(array_append(a.held_call_ids, a.wrap_up_call_id))
    join leads l on l.id = c.lead_id
    join campaigns m on m.id = c.campaign_id
    where a.id = :agent_id
    order by is_held desc, c.agent_reserved_at desc nulls last, c.id desc
""")


@dataclass(frozen=True)
class DeskLead:
    """A person, with the campaign that calls him and what it says about the desk."""

    id: LeadId
    campaign_id: CampaignId
    first_name: str | None
    last_name: str | None
    phone: str
    phones: Sequence[str]
    email: str | None
    country: str | None
    state: str | None
    postal_code: str | None
    priority: int
    notes: str | None
    custom_fields: Mapping[str, Any]
    call_attempts: int
    last_call_at: datetime | None
    do_not_call: bool
    callback_at: datetime | None
    callee_zone: str
    campaign_name: str
    dial_mode: str
    record_calls: bool
    wrap_up_seconds: int
    wrap_up_extension_seconds: int
    script: str | None
    script_updated_at: datetime | None
    dispositions: Sequence[Mapping[str, Any]] | None


def find_desk_lead(session: Session, lead_id: LeadId) -> DeskLead | None:
    """One lead with its campaign, its script and its dispositions."""
    row = session.execute(_LEAD, {"lead_id": lead_id}).mappings().one_or_none()
    return None if row is None else DeskLead(**row)


_LEAD = text(f"""
    select l.id, l.campaign_id, l.first_name, l.last_name, l.phone_normalized as phone,
           coalesce((select array_agg(p.phone_normalized order by p.position)
                     from lead_phones p where p.lead_id = l.id and p.is_usable), array[l.phone_normalized]) as phones,
           l.email, l.country, l.state, l.postal_code, l.priority, l.notes, l.custom_fields, l.call_attempts,
           l.last_call_at, l.do_not_call, l.callback_at, {CALLEE_ZONE} as callee_zone, m.name as campaign_name,
           m.dial_mode, m.record_calls, m.wrap_up_seconds, m.wrap_up_extension_seconds, d.script, d.script_updated_at,
           d.dispositions
    from leads l join campaigns m on m.id = l.campaign_id left join campaign_desks d on d.id = m.id
    where l.id = :lead_id
""")


@dataclass(frozen=True)
class PastCall:
    """An earlier call to a lead."""

    call_id: CallId
    at: datetime
    agent_name: str | None
    phone: str
    disposition: str | None
    agent_disposition: str | None
    disposition_label: str | None
    notes: str | None
    talk_seconds: int | None


def list_past_calls(session: Session, *, lead_id: LeadId, but: CallId | None, max_rows: int) -> list[PastCall]:
    """The latest calls that were placed to a lead, the newest first, without the one that is on the desk."""
    return [PastCall(*row) for row in session.execute(_PAST, {"lead_id": lead_id, "but": but, "max_rows": max_rows})]


_PAST = text("""
    select c.id, coalesce(c.placing_at, c.created_at), a.name, c.to_number, c.disposition, c.agent_disposition,
           c.disposition_label, c.notes, c.talk_seconds
    from calls c left join agents a on a.id = c.agent_id
    where c.lead_id = :lead_id and c.placing_at is not null and c.id is distinct from cast(:but as uuid)
    order by c.created_at desc, c.id desc
    limit :max_rows
""")


@dataclass(frozen=True)
class DayFigures:
    """An agent's calls of a day. `dispositions`: by key, how it is called and how often it was concluded.

    The conversation that goes on counts, and its seconds do; `ended` ones are those that are over.
    """

    calls: int
    conversations: int
    talk_seconds: int
    ended_conversations: int
    ended_talk_seconds: int
    hold_seconds: int
    dispositions: Mapping[str, tuple[str | None, int]]
    callbacks_promised: int


def count_day(session: Session, *, agent_id: AgentId, since: datetime, until: datetime) -> DayFigures:
    """What an agent's calls between two moments came to."""
    row = session.execute(_DAY, {"agent_id": agent_id, "since": since, "until": until}).one()
    concluded = {key: (label, int(count)) for key, label, count in row.dispositions or ()}
    return DayFigures(
        calls=row.calls,
        conversations=row.conversations,
        talk_seconds=round(row.talk_seconds),
        ended_conversations=row.ended_conversations,
        ended_talk_seconds=row.ended_talk_seconds,
        hold_seconds=round(row.hold_seconds),
        dispositions=concluded,
        callbacks_promised=row.callbacks_promised,
    )


_DAY = text("""
    with own as (
        select c.bridged_at, c.talk_seconds, c.state, c.hold_seconds, c.held_since,
               coalesce(c.disposition_key, c.agent_disposition) as key,
               c.disposition_label as label
        from calls c
        where c.agent_id = :agent_id and c.created_at >= :since and c.created_at < :until
          and c.state <> 'planned' and (c.state <> 'cancelled' or c.placing_at is not null)
    ), concluded as (
        select key, min(label) as label, count(*) as times from own where key is not null group by key
    )
    select count(*) as calls, count(*) filter (where bridged_at is not null) as conversations,
           count(*) filter (where bridged_at is not null and talk_seconds is not null) as ended_conversations,
           coalesce(sum(talk_seconds) filter (where bridged_at is not null), 0) as ended_talk_seconds,
           coalesce(sum(case when talk_seconds is not null then talk_seconds
                             when state = 'bridged' then extract(epoch from :until - bridged_at) end), 0)
               as talk_seconds,
           coalesce(sum(hold_seconds + coalesce(extract(epoch from :until - held_since), 0)), 0) as hold_seconds,
           (select json_agg(json_build_array(key, label, times) order by times desc, key) from concluded)
               as dispositions,
           (select count(*) from callbacks b join agents a on a.id = :agent_id
            where b.due_at >= :since and b.created_at >= :since and b.created_at < :until
              and (b.created_by = a.user_id or (b.created_by is null and b.agent_id = a.id))) as callbacks_promised
    from own
""")
