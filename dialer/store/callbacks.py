"""Promised calls as rows. Locks are taken in one order: call, lead, promise, preview, agent.

A promise and its lead change together: while a promise is open, the lead's `callback_at` is its `due_at`, and its
`next_call_at` the moment from which the hopper may take it. What ends a promise without anybody asking (a call placed
for it, a lead that is done with) is in the triggers of migration 0008.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.callbacks import CallbackState, PromisedTime
from dialer.domain.ids import AgentId, CallbackId, CallId, CampaignId, LeadId, TenantId, UserId
from dialer.domain.spans import ALWAYS, Span
from dialer.store.callees import CALLEE_COLUMNS, NUMBERS_OF_LEAD, Callee, callee_of, prior_calls_of
from dialer.store.placements import CAMPAIGN_TERMS, CampaignTerms, terms_of
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class PromisableLead:
    """A lead whose row is locked, with what decides whether and when it may be called."""

    id: LeadId
    tenant_id: TenantId
    campaign_id: CampaignId
    status: str
    do_not_call: bool
    attempts_made: int
    phone: str
    terms: CampaignTerms
    callee: Callee
    rules_revision: int


def lock_lead(session: Session, lead_id: LeadId, *, unless_taken: bool = False) -> PromisableLead | None:
    """Lock a lead; None if there is none, or, with `unless_taken`, if somebody else has its lock."""
    row = session.execute(_LOCK_LEAD_UNLESS_TAKEN if unless_taken else _LOCK_LEAD, {"lead_id": lead_id}).one_or_none()
    if row is None:
        return None
    # A statement of its own: it sees what was committed while the lock was waited for.
    return _promisable(session.execute(_READ_LEAD, {"lead_id": lead_id}).one())


def _promisable(row: Row[Any]) -> PromisableLead:
    return PromisableLead(
        id=row.id,
        tenant_id=row.tenant_id,
        campaign_id=row.campaign_id,
        status=row.status,
        do_not_call=row.do_not_call,
        attempts_made=row.call_attempts,
        phone=row.phone,
        terms=terms_of(row),
        callee=callee_of(row),
        rules_revision=row.rules_revision,
    )


_LOCK_LEAD = text("select id from leads where id = :lead_id for no key update")
_LOCK_LEAD_UNLESS_TAKEN = text("select id from leads where id = :lead_id for no key update skip locked")
_READ_LEAD = text(f"""
    select l.id, l.tenant_id, l.campaign_id, l.status, l.do_not_call, l.call_attempts,
           coalesce(l.next_phone, l.phone_normalized) as phone, t.rules_revision,
           {CAMPAIGN_TERMS}, {CALLEE_COLUMNS}, person.numbers, before.prior
    from leads l join campaigns m on m.id = l.campaign_id join tenants t on t.id = l.tenant_id
    cross join lateral ({NUMBERS_OF_LEAD}) person
    cross join lateral ({prior_calls_of("l.tenant_id", "person.numbers", but="null")}) before
    where l.id = :lead_id
""")


@dataclass(frozen=True)
class Callback:
    """A promise with the names of those whom it is about."""

    id: CallbackId
    tenant_id: TenantId
    campaign_id: CampaignId
    campaign_name: str
    lead_id: LeadId
    first_name: str | None
    last_name: str | None
    phone: str
    agent_id: AgentId | None
    agent_name: str | None
    due_at: datetime
    time_zone: str
    local_time: str
    fallback_minutes: int
    note: str | None
    state: CallbackState
    reason: str | None
    promised_in_call_id: CallId | None
    call_id: CallId | None
    late_seconds: int | None
    handed_over_from: AgentId | None
    handed_over_at: datetime | None
    created_by: UserId | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


_CALLBACK = """
    select b.id, b.tenant_id, b.campaign_id, m.name as campaign_name, b.lead_id, l.first_name, l.last_name,
           coalesce(l.next_phone, l.phone_normalized) as phone, b.agent_id, a.name as agent_name, b.due_at, b.time_zone,
           b.local_time, b.fallback_minutes, b.note, b.state, b.reason, b.promised_in_call_id, b.call_id,
           b.late_seconds, b.handed_over_from, b.handed_over_at, b.created_by, b.created_at, b.updated_at, b.ended_at
    from callbacks b join campaigns m on m.id = b.campaign_id join leads l on l.id = b.lead_id
    left join agents a on a.id = b.agent_id
"""
_OPEN = "b.state in ('promised', 'offered', 'handed_over')"
_FIND = text(f"{_CALLBACK} where b.id = :callback_id")
_FIND_OPEN = text(f"{_CALLBACK} where b.lead_id = :lead_id and {_OPEN}")


def _callback(row: Row[Any]) -> Callback:
    return Callback(**{**row._mapping, "state": CallbackState(row.state)})


def find_callback(session: Session, callback_id: CallbackId) -> Callback | None:
    """One promise of this tenant, in whatever state."""
    row = session.execute(_FIND, {"callback_id": callback_id}).one_or_none()
    return None if row is None else _callback(row)


def find_open_callback(session: Session, lead_id: LeadId) -> Callback | None:
    """The promise that stands for a lead; to be asked for with the lead locked, if it is to stay so."""
    row = session.execute(_FIND_OPEN, {"lead_id": lead_id}).one_or_none()
    return None if row is None else _callback(row)


def list_callbacks(
    session: Session, *, chosen: "CallbackFilter", limit: int, offset: int
) -> tuple[list[Callback], int]:
    """One page of the promises, the earliest first, and how many there are in all."""
    values = chosen.values()
    total = int(session.execute(_COUNT, values).scalar_one())
    rows = session.execute(_LIST, {**values, "limit": limit, "offset": offset})
    return [_callback(row) for row in rows], total


def list_own_due(session: Session, *, agent_id: AgentId, until: datetime, max_rows: int) -> list[Callback]:
    """The open promises that are this agent's own and due before then, the earliest first."""
    rows = session.execute(_OWN_DUE, {"agent_id": agent_id, "until": until, "max_rows": max_rows})
    return [_callback(row) for row in rows]


_OWN_DUE = text(f"""
    {_CALLBACK} where b.agent_id = :agent_id and {_OPEN} and b.due_at < :until order by b.due_at, b.id limit :max_rows
""")


@dataclass(frozen=True)
class CallbackFilter:
    """Which promises are meant: by state, agent, campaign, and when they are due.

    `of_agent` and `of_user` confine to what is, was or was made somebody's own.
    """

    state: CallbackState | None = None
    agent_id: AgentId | None = None
    campaign_id: CampaignId | None = None
    lead_id: LeadId | None = None
    span: Span = ALWAYS
    of_agent: AgentId | None = None
    of_user: UserId | None = None

    def values(self) -> dict[str, object]:
        """The filter as parameters."""
        return {
            "state": self.state,
            "agent_id": self.agent_id,
            "campaign_id": self.campaign_id,
            "lead_id": self.lead_id,
            "since": self.span.since,
            "until": self.span.until,
            "of_agent": self.of_agent,
            "of_user": self.of_user,
        }


_CHOSEN = """
    where (cast(:state as text) is null or b.state = :state)
      and (cast(:agent_id as uuid) is null or b.agent_id = :agent_id)
      and (cast(:campaign_id as uuid) is null or b.campaign_id = :campaign_id)
      and (cast(:lead_id as uuid) is null or b.lead_id = :lead_id)
      and (cast(:since as timestamptz) is null or b.due_at >= :since)
      and (cast(:until as timestamptz) is null or b.due_at < :until)
      and (cast(:of_user as uuid) is null or b.created_by = :of_user
           or b.agent_id = cast(:of_agent as uuid) or b.handed_over_from = cast(:of_agent as uuid))
"""
_COUNT = text(f"select count(*) from callbacks b {_CHOSEN}")
_LIST = text(f"{_CALLBACK} {_CHOSEN} order by b.due_at, b.id limit :limit offset :offset")


@dataclass(frozen=True)
class NewCallback:
    """A promise to be made."""

    time: PromisedTime
    agent_id: AgentId | None
    fallback_minutes: int
    note: str | None
    promised_in_call_id: CallId | None
    created_by: UserId


def insert_callback(session: Session, *, lead: PromisableLead, new: NewCallback, now: datetime) -> CallbackId:
    """Store a promise to a locked lead that has none open."""
    callback_id = CallbackId(new_id())
    values = {
        "id": callback_id,
        "tenant_id": lead.tenant_id,
        "campaign_id": lead.campaign_id,
        "lead_id": lead.id,
        "agent_id": new.agent_id,
        "due_at": new.time.due_at,
        "time_zone": new.time.time_zone,
        "local_time": new.time.local_time,
        "fallback_minutes": new.fallback_minutes,
        "note": new.note,
        "promised_in_call_id": new.promised_in_call_id,
        "created_by": new.created_by,
        "now": now,
    }
    session.execute(_INSERT, values)
    return callback_id


_INSERT = text("""
    insert into callbacks (id, tenant_id, campaign_id, lead_id, agent_id, due_at, time_zone, local_time,
                           fallback_minutes, note, state, promised_in_call_id, created_by, created_at, updated_at)
    values (:id, :tenant_id, :campaign_id, :lead_id, :agent_id, :due_at, :time_zone, :local_time, :fallback_minutes,
            :note, 'promised', :promised_in_call_id, :created_by, :now, :now)
""")


def hold_lead(
    session: Session, *, lead_id: LeadId, due_at: datetime, next_call_at: datetime, phone: str | None, now: datetime
) -> None:
    """Put a locked lead on its list for a promise: due then, and not to be taken from the hopper before `next_call_at`.

    One that is in the hopper, on a screen or in a call stays there; what comes of that leads back here. `phone` is
    where the person was met, None to leave that as it is.
    """
    values = {"lead_id": lead_id, "due_at": due_at, "next_call_at": next_call_at, "phone": phone, "now": now}
    session.execute(_HOLD_LEAD, values)


_HOLD_LEAD = text("""
    update leads set callback_at = :due_at, next_call_at = :next_call_at, updated_at = :now,
                     status = case when status in ('queued', 'calling') then status else 'pending' end,
                     status_reason = case when status in ('queued', 'calling') then status_reason else 'callback' end,
                     next_phone = case when cast(:phone as text) is null then next_phone
                                       else nullif(:phone, phone_normalized) end
    where id = :lead_id
""")

_CHANGEABLE = frozenset(
    {"agent_id", "due_at", "time_zone", "local_time", "fallback_minutes", "note", "state", "handed_over_from",
     "handed_over_at"}
)  # fmt: skip


def change_callback(session: Session, *, callback_id: CallbackId, changes: Mapping[str, object], now: datetime) -> None:
    """Write columns of an open promise whose lead is locked."""
    if unknown := changes.keys() - _CHANGEABLE:
        raise ValueError(f"not columns of a promise that may be changed: {sorted(unknown)}")
    assignments = ", ".join(["updated_at = :now", *(f"{name} = :{name}" for name in changes)])
    statement = f"update callbacks b set {assignments} where b.id = :callback_id and {_OPEN}"
    session.execute(text(statement), {**changes, "callback_id": callback_id, "now": now})


def end_callback(session: Session, *, callback: Callback, state: CallbackState, reason: str, now: datetime) -> None:
    """End an open promise whose lead is locked: the lead keeps its place and its time, as any other."""
    session.execute(_FREE_LEAD, {"lead_id": callback.lead_id, "now": now})
    session.execute(_END, {"callback_id": callback.id, "state": state, "reason": reason, "now": now})


_FREE_LEAD = text("update leads set callback_at = null, updated_at = :now where id = :lead_id")
_END = text(f"""
    update callbacks b set state = :state, reason = :reason, ended_at = :now, updated_at = :now
    where b.id = :callback_id and {_OPEN}
""")


def bring_forward(session: Session, *, lead_id: LeadId, now: datetime) -> None:
    """Let the hopper take a locked lead at once."""
    session.execute(_BRING_FORWARD, {"lead_id": lead_id, "now": now})


_BRING_FORWARD = text("""
    update leads set next_call_at = least(next_call_at, :now), updated_at = :now where id = :lead_id
""")
