"""What the pacer may learn from, as PostgreSQL's triggers recorded it; which of it a reader has not seen, and its end.

Rows become visible when their transaction commits, in another order than that of their ids, and a transaction may take
minutes. So a reader remembers no number but the snapshot of PostgreSQL in which it read; news is what is visible now
and was not then. Every event is read exactly once, and nobody waits for a transaction that has nothing to do with it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, TenantId
from dialer.domain.pacing import (
    Abandoned,
    AgentJoined,
    AgentLeft,
    Answered,
    Connected,
    Dialed,
    PacingEvent,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)

RELEARN_SPAN = timedelta(minutes=30)
"""How far back a pacer that starts afresh looks: what is in flight, and a first idea of the list."""
AGENTS_SPAN = timedelta(minutes=15)
"""Agents come and go for all campaigns; after a longer pause their older steps say nothing about the floor of now."""

# To be put into a statement that knows `c` (tenant_id, campaign_id, agent_group_id), `c.known` (the position, or null),
# `c.known_xmin` and `c.since_at`. The index finds what was written since the oldest transaction of that snapshot; the
# filter takes out what had committed by then. The last condition is for rows of another cluster, after a restore.
NEWS = """
    select e.* from pacing_events e
    where e.campaign_id = c.campaign_id and e.at > c.since_at and e.recorded_xid >= c.known_xmin
    union all
    select e.* from pacing_events e
    where e.campaign_id is null and e.tenant_id = c.tenant_id
      and (c.agent_group_id is null or e.agent_group_id = c.agent_group_id)
      and e.at > greatest(c.since_at, :agents_since) and e.recorded_xid >= c.known_xmin
"""
IS_NEWS = """
    (c.known is null or not pg_visible_in_snapshot(cast(cast(e.recorded_xid as text) as xid8), c.known))
    and e.recorded_xid < cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint)
"""
AS_ARRAY = "jsonb_build_array(e.kind, e.call_id, e.agent_id, extract(epoch from e.at), e.detail)"


# By kind: the event of a row (call, agent, at, detail). `cleared` ends the pacer's wait for somebody who hung up within
# the limit before an agent was there, and for a machine found to be one before it reached an agent: neither is a
# person lost, nor a talk.
_EVENTS: Mapping[str, Callable[[str, str, float, Any], PacingEvent]] = {
    "dialed": lambda call_id, _, at, __: Dialed(call_id, at),
    "answered": lambda call_id, _, at, by: Answered(call_id, at, by),
    "unanswered": lambda call_id, _, at, outcome: Unanswered(call_id, at, outcome),
    "cleared": lambda call_id, _, at, __: Unanswered(call_id, at, "canceled"),
    "connected": lambda call_id, agent_id, at, _: Connected(call_id, agent_id, at),
    "abandoned": lambda call_id, _, at, __: Abandoned(call_id, at),
    "talk_ended": lambda call_id, agent_id, at, _: TalkEnded(call_id, agent_id, at),
    "wrap_up_ended": lambda _, agent_id, at, __: WrapUpEnded(agent_id, at),
    "agent_joined": lambda _, agent_id, at, __: AgentJoined(agent_id, at),
    "agent_left": lambda _, agent_id, at, __: AgentLeft(agent_id, at),
}


def decode_event(fields: Sequence[Any]) -> PacingEvent:
    """The event that a row (kind, call, agent, seconds, detail) stands for."""
    kind, call_id, agent_id, seconds, detail = fields
    return _EVENTS[kind](call_id, agent_id, float(seconds), detail)


@dataclass(frozen=True)
class RecordedEvent:
    """An event with what decides who has seen it."""

    event: PacingEvent
    recorded_xid: int
    order: tuple[datetime, int]
    is_of_agent: bool
    agent_group_id: str | None


def list_recorded_events(
    session: Session,
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    since: datetime,
    until: datetime,
) -> list[RecordedEvent]:
    """All kept events of a campaign and of the tenant's agents, by the transactions that wrote them."""
    rows = session.execute(
        text(
            """
            select id, kind, call_id, agent_id, at, extract(epoch from at) as seconds, detail, recorded_xid,
                   campaign_id, agent_group_id
            from pacing_events
            where at > :since and at <= :until and tenant_id = :tenant_id
              and (campaign_id = :campaign_id or campaign_id is null)
            order by recorded_xid, id
            """
        ),
        {
            "tenant_id": tenant_id,
            "campaign_id": campaign_id,
            "since": since,
            "until": until,
        },
    )
    return [
        RecordedEvent(
            decode_event((row.kind, _text(row.call_id), _text(row.agent_id), row.seconds, row.detail)),
            row.recorded_xid,
            (row.at, row.id),
            row.campaign_id is None,
            _text(row.agent_group_id),
        )
        for row in rows
    ]


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def delete_old_records(session: Session, *, events_before: datetime, decisions_before: datetime, max_rows: int) -> int:
    """Delete events and decisions of all tenants that are older than this; return how many of them."""
    return cast(
        "int",
        session.scalar(
            text("select delete_pacing_records(:events_before, :decisions_before, :max_rows)"),
            {"events_before": events_before, "decisions_before": decisions_before, "max_rows": max_rows},
        ),
    )


def list_campaigns_to_learn_from(session: Session) -> list[tuple[TenantId, CampaignId]]:
    """Campaigns of all tenants that are not active and whose pacer has not seen their last events."""
    rows = session.execute(text("select tenant_id, campaign_id from campaigns_not_yet_learned_from()"))
    return [(TenantId(row.tenant_id), CampaignId(row.campaign_id)) for row in rows]
