"""How promises were kept: figures by the agent who made them his own."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.callbacks import ON_TIME
from dialer.domain.ids import AgentId, CampaignId
from dialer.domain.spans import Span


@dataclass(frozen=True)
class CallbackFigures:
    """Promises by what became of them. `late` ones were kept, more than a minute after their time.

    `handed_over` ones went from their agent to the team, whatever became of them then.
    """

    promised: int
    open: int
    kept: int
    kept_on_time: int
    late: int
    average_late_seconds: float | None
    max_late_seconds: int | None
    missed: int
    cancelled: int
    handed_over: int


@dataclass(frozen=True)
class AgentCallbackFigures(CallbackFigures):
    """The same for one agent; without one, for what was the team's from the start."""

    agent_id: AgentId | None
    agent_name: str | None


def summarize_callbacks(
    session: Session, *, campaign_id: CampaignId | None, span: Span
) -> tuple[CallbackFigures, list[AgentCallbackFigures]]:
    """Figures of all promises due in the span, and by agent in the order of their names, the team's last."""
    values = {
        "campaign_id": campaign_id,
        "since": span.since,
        "until": span.until,
        "on_time": int(ON_TIME.total_seconds()),
    }
    total, *by_agent = session.execute(_SUMMARIZE, values).mappings()
    shared = CallbackFigures.__dataclass_fields__
    every = AgentCallbackFigures.__dataclass_fields__
    return (
        CallbackFigures(**{name: total[name] for name in shared}),
        [AgentCallbackFigures(**{name: row[name] for name in every}) for row in by_agent],
    )


_SUMMARIZE = text("""
    select grouping(a.id) = 1 as is_total, a.id as agent_id, a.name as agent_name,
           count(b.id) as promised,
           count(*) filter (where b.state in ('promised', 'offered', 'handed_over')) as open,
           count(*) filter (where b.state = 'kept') as kept,
           count(*) filter (where b.state = 'kept' and b.late_seconds <= :on_time) as kept_on_time,
           count(*) filter (where b.state = 'kept' and b.late_seconds > :on_time) as late,
           cast(avg(b.late_seconds) filter (where b.state = 'kept' and b.late_seconds > :on_time) as double precision)
               as average_late_seconds,
           max(b.late_seconds) filter (where b.state = 'kept' and b.late_seconds > :on_time) as max_late_seconds,
           count(*) filter (where b.state = 'missed') as missed,
           count(*) filter (where b.state = 'cancelled') as cancelled,
           count(b.handed_over_from) as handed_over
    from callbacks b left join agents a on a.id = coalesce(b.handed_over_from, b.agent_id)
    where (cast(:campaign_id as uuid) is null or b.campaign_id = :campaign_id)
      and (cast(:since as timestamptz) is null or b.due_at >= :since)
      and (cast(:until as timestamptz) is null or b.due_at < :until)
    group by grouping sets ((), (a.id, a.name))
    order by is_total desc, a.name nulls last, a.id
""")
