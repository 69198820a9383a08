"""Leads and calls read to be exported: all of one moment, a page at a time, every value as the text that is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, TenantId
from dialer.domain.lead_columns import MARK, OUTCOME, PERSON, STANDING
from dialer.domain.lead_filters import LeadFilter
from dialer.domain.spans import Span
from dialer.store.lead_matches import LAST_CALL, matches

PAGE_ROWS = 1_000
EXPORTS_AT_ONCE = 2
"""For each tenant: an export keeps a connection, and a moment of the database, for as long as it is read."""
CALL_COLUMNS = (
    "call_id", "campaign", "lead_id", "external_id", "first_name", "last_name", "from_number", "to_number", "direction",
    "call_type", "start_time", "answer_time", "end_time", "duration_seconds", "talk_seconds", "disposition",
    "agent_disposition", "agent", "answered_by", "hangup_cause", "recording_url", "cost", "cost_unit", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportedLead:
    """A lead as texts: its values by column, its phones with the own first, and its custom fields as they are kept."""

    values: Mapping[str, str]
    phones: Sequence[str]
    custom_fields: Mapping[str, Any]


def begin_long_read(session: Session) -> None:
    """First of all in a transaction: read one moment for as long as it takes, and write nothing.

    Whoever takes nothing for two minutes loses the connection, so that a client that hangs does not hold it.
    """
    session.execute(text("set transaction isolation level repeatable read, read only"))
    session.execute(text("set local statement_timeout = '120s'"))
    session.execute(text("set local idle_in_transaction_session_timeout = '120s'"))


def take_turn(session: Session, tenant_id: TenantId) -> bool:
    """Count this transaction among the tenant's exports; False when there are enough already."""
    for place in range(EXPORTS_AT_ONCE):
        if session.execute(_TAKE_TURN, {"key": f"{tenant_id}:{place}"}).scalar_one():
            return True
    return False


def list_custom_fields(session: Session, campaign_id: CampaignId) -> list[str]:
    """The names of all custom fields of a campaign's leads, in the order of the alphabet."""
    return list(session.execute(_CUSTOM_FIELDS, {"campaign_id": campaign_id}).scalars())


def count_phones(session: Session, campaign_id: CampaignId) -> int:
    """How many phones the lead with the most of them has."""
    return int(session.execute(_PHONES, {"campaign_id": campaign_id}).scalar_one())


def read_leads(
    session: Session, campaign_id: CampaignId, chosen: LeadFilter, *, with_outcomes: bool
) -> Iterator[list[ExportedLead]]:
    """The leads that match, in the order in which they came."""
    where, parameters = matches(chosen)
    wanted = text(f"declare export no scroll cursor for select l.id from leads l where {where} order by l.id")
    session.execute(wanted, {**parameters, "campaign_id": campaign_id})
    page = _LEADS_WITH_OUTCOMES if with_outcomes else _LEADS
    columns = [MARK, *PERSON, *STANDING, *(OUTCOME if with_outcomes else ())]
    for ids in _pages(session):
        yield [
            ExportedLead(dict(zip(columns, row[2:], strict=True)), row.phones, row.custom_fields)
            for row in session.execute(page, {"ids": ids})
        ]


def read_calls(session: Session, campaign_id: CampaignId | None, span: Span) -> Iterator[list[tuple[str, ...]]]:
    """Calls that were placed, the oldest first, in the order of `CALL_COLUMNS`; for a recording's address its sid."""
    values = {"campaign_id": campaign_id, "since": span.since, "until": span.until}
    session.execute(_WANTED_CALLS, values)
    for ids in _pages(session):
        yield [tuple(row) for row in session.execute(_CALLS, {"ids": ids})]


def _pages(session: Session) -> Iterator[list[str]]:
    """Ids from the cursor, some at a time: the wide rows are read by them, so that what is sorted is narrow."""
    while ids := [str(row[0]) for row in session.execute(_NEXT)]:
        yield ids


def _at(column: str) -> str:
    return f"""coalesce(to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')"""


def _text(column: str) -> str:
    return f"coalesce(cast({column} as text), '')"


_TAKE_TURN = text("select pg_try_advisory_xact_lock(hashtextextended(:key, 5))")
_CUSTOM_FIELDS = text(
    """
    select name from (select distinct jsonb_object_keys(l.custom_fields) as name from leads l
                      where l.campaign_id = :campaign_id and l.erased_at is null) found
    order by lower(name), name
    """
)
_PHONES = text(
    """
    select coalesce(max(p.position), 0) + 1 from lead_phones p join leads l on l.id = p.lead_id
    where l.campaign_id = :campaign_id
    """
)
_NEXT = text(f"fetch forward {PAGE_ROWS} from export")
_WORDS = {
    "priority": "case l.priority when 0 then 'high' when 1 then 'normal' else 'low' end",
    "list": _text("lists.name"),
    "last_call_at": _at("l.last_call_at"),
    # Only who waits to be called has a time at which that will be.
    "next_call_at": f"case when l.status = 'pending' and l.is_waiting then {_at('l.next_call_at')} else '' end",
    "callback_at": _at("l.callback_at"),
    "created_at": _at("l.created_at"),
    "last_disposition": _text("last_call.disposition"),
    "last_agent_disposition": _text("last_call.agent_disposition"),
    "last_agent": _text("agents.name"),
    "last_answered_by": _text("last_call.answered_by"),
    "last_talk_seconds": _text("last_call.talk_seconds"),
    "last_call_notes": _text("last_call.notes"),
}
_PHONES_OF_LEAD = """
    l.phone_normalized || array(select p.phone_normalized from lead_phones p
                                where p.lead_id = l.id and p.position > 0 order by p.position)
"""
_LEAD_VALUES = ", ".join(_WORDS.get(name, _text(f"l.{name}")) for name in (*PERSON, *STANDING))
_OUTCOME_VALUES = ", ".join(_WORDS[name] for name in OUTCOME)
_LEADS = text(
    f"""
    select {_PHONES_OF_LEAD} as phones, l.custom_fields, cast(l.id as text), {_LEAD_VALUES}
    from leads l join lists on lists.id = l.list_id
    where l.id = any(cast(:ids as uuid[])) order by l.id
    """
)
_LEADS_WITH_OUTCOMES = text(
    f"""
    select {_PHONES_OF_LEAD} as phones, l.custom_fields, cast(l.id as text), {_LEAD_VALUES}, {_OUTCOME_VALUES}
    from leads l join lists on lists.id = l.list_id
    left join lateral ({LAST_CALL}) last_call on true
    left join agents on agents.id = last_call.agent_id
    where l.id = any(cast(:ids as uuid[])) order by l.id
    """
)
_WANTED_CALLS = text(
    """
    declare export no scroll cursor for
    select c.id from calls c
    where c.state <> 'planned' and (c.state <> 'cancelled' or c.placing_at is not null)
      and (cast(:campaign_id as uuid) is null or c.campaign_id = :campaign_id)
      and (cast(:since as timestamptz) is null or c.created_at >= :since)
      and (cast(:until as timestamptz) is null or c.created_at < :until)
    order by c.created_at, c.id
    """
)
_CALL_VALUES = {
    "call_id": _text("c.id"),
    "campaign": "m.name",
    "lead_id": _text("c.lead_id"),
    "external_id": _text("l.external_id"),
    "first_name": _text("l.first_name"),
    "last_name": _text("l.last_name"),
    "call_type": "m.call_type",
    "start_time": _at("coalesce(c.placing_at, c.placed_at)"),
    "answer_time": _at("c.answered_at"),
    "end_time": _at("c.ended_at"),
    "agent": _text("agents.name"),
    # Its address is the caller's to say: the carrier's stays inside.
    "recording_url": _text("c.recording_sid"),
}
_CALLS = text(
    f"""
    select {", ".join(_CALL_VALUES.get(name, _text(f"c.{name}")) for name in CALL_COLUMNS)}
    from calls c join campaigns m on m.id = c.campaign_id join leads l on l.id = c.lead_id
    left join agents on agents.id = c.agent_id
    where c.id = any(cast(:ids as uuid[])) order by c.created_at, c.id
    """
)
