"""Calls as rows: recording what was reported, conditional moves, facts that only fill."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.calls import FINAL, CallState, Verdict, states_before
from dialer.domain.campaigns import RetryPolicy
from dialer.domain.ids import AgentGroupId, AgentId, CallId, CampaignId, LeadId, TenantId
from dialer.store.prepared import prepared
from dialer.store.session import say_first


@dataclass(frozen=True)
class LockedCall:
    """A call whose row this transaction holds, with what its campaign and lead say about how to go on."""

    call_id: CallId
    tenant_id: TenantId
    campaign_id: CampaignId
    lead_id: LeadId
    agent_id: AgentId | None
    state: CallState
    call_sid: str | None
    conference_name: str | None
    from_number: str
    to_number: str
    created_at: datetime
    placing_at: datetime | None
    answered_at: datetime | None
    answer_deadline_at: datetime | None
    agent_reserved_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    answered_by: str | None
    disposition: str | None
    agent_disposition: str | None
    campaign_name: str
    agent_group_id: AgentGroupId | None
    wrap_up_seconds: int
    ring_timeout_seconds: int
    abandonment_message: str
    voicemail_message_url: str | None
    record_calls: bool
    retry_policy: RetryPolicy
    retry_rules: Mapping[str, object]
    callee_zone: str
    """The first time zone in which the callee may be; the campaign's where nothing is known."""
    lead_phone: str
    lead_phones: Sequence[tuple[str, bool]]
    """All phones of a lead with several, in their order, and whether each is usable."""
    day_parts_tried: int
    lead_first_name: str | None
    lead_last_name: str | None
    lead_notes: str | None
    lead_custom_fields: dict[str, object]
    lead_attempts: int
    held_since: datetime | None
    recording_paused_at: datetime | None
    transfer_id: UUID | None
    """The transfer that is under way, if any."""
    is_supervised: bool

    @property
    def is_with_console(self) -> bool:
        """True when the agent of this call sits in the standing conference."""
        return self.agent_id is not None and self.conference_name == f"agent_{self.agent_id}"


# Of a lead `l` and its campaign `m`: where the callee is thought to be, for what needs one zone and not all possible.
CALLEE_ZONE = """
    coalesce(l.time_zone, (select y.time_zones[1] from localities y where y.id = l.locality_id), m.timezone)
"""
_COLUMNS = f"""
    c.id, c.tenant_id, c.campaign_id, c.lead_id, c.agent_id, c.state, c.call_sid, c.conference_name, c.from_number,
    c.to_number, c.created_at, c.placing_at, c.answered_at, c.answer_deadline_at, c.agent_reserved_at, c.bridged_at,
    c.ended_at, c.answered_by, c.disposition, c.agent_disposition, m.name as campaign_name, m.agent_group_id,
    m.wrap_up_seconds, m.ring_timeout_seconds, m.abandonment_message, m.voicemail_message_url, m.record_calls,
    m.max_attempts, m.retry_delay_minutes, m.retry_on_no_answer, m.retry_on_busy, m.retry_on_voicemail, m.retry_rules,
    l.first_name, l.last_name, l.notes as lead_notes, l.custom_fields, l.call_attempts, l.day_parts_tried,
    l.phone_normalized as lead_phone, {CALLEE_ZONE} as callee_zone,
    (select json_agg(json_build_array(p.phone_normalized, p.is_usable) order by p.position)
     from lead_phones p where p.lead_id = l.id) as lead_phones, c.held_since, c.recording_paused_at,
    (select t.id from transfers t where t.call_id = c.id and t.ended_at is null) as transfer_id,
    exists (select from supervisions s where s.call_id = c.id and s.ended_at is null) as is_supervised
"""
# Agents are not joined: a row that waited for its lock is read again, but rows joined to it are not.
_FROM = "from calls c join campaigns m on m.id = c.campaign_id join leads l on l.id = c.lead_id"


def _locked_call(row: Row[Any]) -> LockedCall:
    return LockedCall(
        call_id=row.id,
        tenant_id=row.tenant_id,
        campaign_id=row.campaign_id,
        lead_id=row.lead_id,
        agent_id=row.agent_id,
        state=CallState(row.state),
        call_sid=row.call_sid,
        conference_name=row.conference_name,
        from_number=row.from_number,
        to_number=row.to_number,
        created_at=row.created_at,
        placing_at=row.placing_at,
        answered_at=row.answered_at,
        answer_deadline_at=row.answer_deadline_at,
        agent_reserved_at=row.agent_reserved_at,
        bridged_at=row.bridged_at,
        ended_at=row.ended_at,
        answered_by=row.answered_by,
        disposition=row.disposition,
        agent_disposition=row.agent_disposition,
        campaign_name=row.campaign_name,
        agent_group_id=row.agent_group_id,
        wrap_up_seconds=row.wrap_up_seconds,
        ring_timeout_seconds=row.ring_timeout_seconds,
        abandonment_message=row.abandonment_message,
        voicemail_message_url=row.voicemail_message_url,
        record_calls=row.record_calls,
        retry_policy=RetryPolicy(
            max_attempts=row.max_attempts,
            delay_minutes=row.retry_delay_minutes,
            retry_on_no_answer=row.retry_on_no_answer,
            retry_on_busy=row.retry_on_busy,
            retry_on_voicemail=row.retry_on_voicemail,
        ),
        retry_rules=row.retry_rules,
        callee_zone=row.callee_zone,
        lead_phone=row.lead_phone,
        lead_phones=[(number, is_usable) for number, is_usable in row.lead_phones or ()],
        day_parts_tried=row.day_parts_tried,
        lead_first_name=row.first_name,
        lead_last_name=row.last_name,
        lead_notes=row.lead_notes,
        lead_custom_fields=row.custom_fields,
        lead_attempts=row.call_attempts,
        held_since=row.held_since,
        recording_paused_at=row.recording_paused_at,
        transfer_id=row.transfer_id,
        is_supervised=row.is_supervised,
    )


def enter_tenant_of_call(session: Session, call_id: UUID) -> TenantId | None:
    """Confine the transaction to the tenant of this call; None, and no tenant, if there is no such call."""
    tenant_id: UUID | None = session.execute(_ENTER_TENANT_OF_CALL, {"call_id": call_id}).scalar()
    return None if tenant_id is None else TenantId(tenant_id)


_ENTER_TENANT_OF_CALL = text("select enter_tenant_of_call(:call_id)")


def lock_call(session: Session, call_id: CallId) -> LockedCall | None:
    """Lock a call's row until the end of the transaction."""
    row = session.execute(_LOCK_CALL, {"call_id": call_id}).first()
    return None if row is None else _locked_call(row)


_LOCK_CALL = prepared(f"select {_COLUMNS} {_FROM} where c.id = :call_id for update of c")


def record_event(
    session: Session, *, call_id: CallId, event_key: str, kind: str, payload: Mapping[str, object], now: datetime
) -> tuple[LockedCall, int | None]:
    """Append one reported fact and lock its call, in one statement; the call must exist in this tenant.

    The event's id is None when the same event was recorded before.
    """
    found = _record_event(session, call_id, event_key, kind, payload, now)
    if found is None:
        raise LookupError(f"no call {call_id} in this tenant")
    return found


def enter_and_record_event(
    session: Session, *, call_id: CallId, event_key: str, kind: str, payload: Mapping[str, object], now: datetime
) -> tuple[LockedCall, int | None] | None:
    """The same for a call of any tenant, which the transaction enters with it; None if there is no such call."""
    say_first(session, f"select enter_tenant_of_call('{UUID(str(call_id))}')")
    return _record_event(session, call_id, event_key, kind, payload, now)


def _record_event(
    session: Session, call_id: CallId, event_key: str, kind: str, payload: Mapping[str, object], now: datetime
) -> tuple[LockedCall, int | None] | None:
    values = {"call_id": call_id, "event_key": event_key, "kind": kind, "payload": json.dumps(payload), "now": now}
    row = session.execute(_RECORD_EVENT, values).one_or_none()
    return None if row is None else (_locked_call(row), row.event_id)


_RECORD_EVENT = prepared(
    f"""
    with event as (
        insert into call_events (tenant_id, call_id, event_key, kind, payload, received_at)
        select tenant_id, id, :event_key, :kind, cast(:payload as jsonb), :now from calls where id = :call_id
        on conflict (call_id, event_key) do nothing
        returning id
    )
    select {_COLUMNS}, (select id from event) as event_id {_FROM} where c.id = :call_id for update of c
    """
)

# Filled once, by whoever knows first. Everything else about a call is its state or its agent.
_FACTS = frozenset(
    {
        "call_sid", "placed_at", "ringing_at", "answered_at", "answer_deadline_at", "bridged_at", "ended_at",
        "answered_by", "disposition", "hangup_cause", "duration_seconds", "talk_seconds", "recording_sid",
        "recording_url", "recording_seconds", "cost", "cost_unit", "conference_sid", "screen_popped_at",
    }
)  # fmt: skip
# May be set again: the agent of a call changes when a phone leg fails, the machine's verdict gets finer.
_CHANGEABLE = frozenset(
    {"agent_id", "agent_reserved_at", "conference_name", "reconciled_at", "held_since", "recording_paused_at"}
)
# A callee who hung up while he heard music was held until then.
_HOLD_ENDS = """
    hold_seconds = hold_seconds
        + coalesce(round(extract(epoch from cast(:now as timestamptz) - held_since))::integer, 0),
    held_since = null
"""


def update_call(
    session: Session,
    *,
    call_id: CallId,
    now: datetime,
    to: CallState | None = None,
    facts: Mapping[str, object] | None = None,
    changes: Mapping[str, object] | None = None,
    event: tuple[int | None, Verdict] | None = None,
) -> bool:
    """Move a call (if `to` is given and may be entered from where it stands), fill facts, set `changes`.

    Facts that are known already stay. Returns False, having changed nothing of the call, when the move is not
    possible any more. With `event`, the verdict is written to that call event in the same statement.
    """
    facts, changes = dict(facts or {}), dict(changes or {})
    if unknown := (facts.keys() - _FACTS) | (changes.keys() - _CHANGEABLE):
        raise ValueError(f"not columns that may be updated: {sorted(unknown)}")
    assignments = [f"{name} = coalesce({name}, :{name})" for name in facts] + [f"{name} = :{name}" for name in changes]
    parameters: dict[str, object] = {"call_id": call_id, **facts, **changes}
    guard = ""
    if to is not None:
        assignments += ["state = :to_state", "state_changed_at = :now"]
        assignments += [_HOLD_ENDS] if to in FINAL else []
        guard = " and state = any(:from_states)"
        parameters |= {"to_state": str(to), "now": now, "from_states": [str(state) for state in states_before(to)]}
    judged = ""
    if event is not None and event[0] is not None:
        judged = "with judged as (update call_events set verdict = :verdict where id = :event_id) "
        parameters |= {"event_id": event[0], "verdict": str(event[1])}
    if not assignments:
        assignments = ["state = state"]
    statement = f"{judged}update calls set {', '.join(assignments)} where id = :call_id{guard} returning id"
    return session.execute(_prepared(statement), parameters).first() is not None


# The shapes are few: one for each kind of report and what it moves.
_prepared = lru_cache(maxsize=200)(prepared)


def lock_waiting_calls(session: Session, *, deadline_after: datetime, max_rows: int = 20) -> list[CallId]:
    """People of this tenant who wait with their deadline after this instant, longest waiting first; rows are locked.

    Rows that another transaction works on are skipped: somebody is deciding about them already.
    """
    rows = session.execute(
        text(
            """
            select id from calls
            where state = 'waiting' and agent_id is null and answer_deadline_at > :deadline_after
              and (answered_by is null or answered_by in ('human', 'unknown'))
            order by answered_at
            limit :max_rows
            for update skip locked
            """
        ),
        {"deadline_after": deadline_after, "max_rows": max_rows},
    )
    return [CallId(row.id) for row in rows]


def list_unpriced_calls(session: Session, *, now: datetime, max_rows: int) -> list[tuple[TenantId, CallId]]:
    """Answered calls that ended 20 s to 3 days ago and have no cost; each is asked about once a minute at most."""
    rows = session.execute(
        text(
            """
            select tenant_id, call_id from unpriced_calls(
                cast(:now as timestamptz) - interval '3 days', cast(:now as timestamptz) - interval '20 seconds',
                cast(:now as timestamptz) - interval '1 minute', :max_rows)
            """
        ),
        {"now": now, "max_rows": max_rows},
    )
    return [(TenantId(row.tenant_id), CallId(row.call_id)) for row in rows]


def record_cost_check(session: Session, *, call_id: CallId, now: datetime) -> str | None:
    """Note that the carrier is being asked for a call's price; return the carrier's id of the call, if it has one."""
    row = session.execute(
        text("update calls set cost_checked_at = :now where id = :call_id returning call_sid"),
        {"call_id": call_id, "now": now},
    ).first()
    return None if row is None else row.call_sid


def record_answer_timings(session: Session, timings: Mapping[CallId, float]) -> None:
    """Store the measured milliseconds from answer webhook to TwiML of several calls of one tenant."""
    session.execute(
        text(
            """
            update calls set twiml_milliseconds = timing.milliseconds
            from unnest(cast(:ids as uuid[]), cast(:milliseconds as double precision[]))
                 as timing (call_id, milliseconds)
            where calls.id = timing.call_id and calls.twiml_milliseconds is null
            """
        ),
        {"ids": list(timings), "milliseconds": list(timings.values())},
    )


def known_call_sids(session: Session, call_sids: list[str]) -> set[str]:
    """Those of these carrier ids that belong to calls or agents' legs, of whichever tenant: some share an account."""
    rows = session.execute(text("select call_sid from known_call_sids(:call_sids)"), {"call_sids": call_sids})
    return {row.call_sid for row in rows}


def list_deserted_calls(session: Session, *, before: datetime) -> list[tuple[TenantId, CallId]]:
    """Bridged calls of all tenants whose agent's console leg has been gone since before `before`."""
    rows = session.execute(text("select tenant_id, call_id from deserted_calls(:before)"), {"before": before})
    return [(TenantId(row.tenant_id), CallId(row.call_id)) for row in rows]


def has_event(session: Session, *, call_id: CallId, event_key: str) -> bool:
    """Tell whether this event of a call was recorded."""
    row = session.execute(
        text("select 1 from call_events where call_id = :call_id and event_key = :event_key"),
        {"call_id": call_id, "event_key": event_key},
    ).first()
    return row is not None


def find_event_time(session: Session, *, call_id: CallId, event_key: str) -> datetime | None:
    """When an event of a call was recorded; None if it never was."""
    row = session.execute(
        text("select received_at from call_events where call_id = :call_id and event_key = :event_key"),
        {"call_id": call_id, "event_key": event_key},
    ).first()
    return None if row is None else row.received_at
