"""How long agents were in which state, from the log that PostgreSQL keeps of every change."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.agents import LOGGED_IN, OCCUPIED, AgentState
from dialer.domain.ids import AgentId, BreakReasonId, CampaignId


@dataclass(frozen=True)
class BreakSeconds:
    """Time paused for one reason; without an id, for none that was given."""

    break_reason_id: BreakReasonId | None
    name: str | None
    is_paid: bool | None
    seconds: float


@dataclass(frozen=True)
class Occupancy:
    """Seconds by state over a span, of one agent or of many added up, and those of breaks by their reasons."""

    seconds_by_state: Mapping[AgentState, float]
    breaks: tuple[BreakSeconds, ...] = ()

    @property
    def occupied_seconds(self) -> float:
        """Time spent for callees: reserved, talking, wrapping up."""
        return sum(self.seconds_by_state.get(state, 0.0) for state in OCCUPIED)

    @property
    def logged_in_seconds(self) -> float:
        """Time in any state but offline, breaks included."""
        return sum(self.seconds_by_state.get(state, 0.0) for state in LOGGED_IN)

    @property
    def ratio(self) -> float | None:
        """Occupied share of the time logged in; None if nobody was."""
        return self.occupied_seconds / self.logged_in_seconds if self.logged_in_seconds else None


def agent_occupancy(session: Session, *, agent_id: AgentId, since: datetime, until: datetime) -> Occupancy:
    """What one agent did with the span; a span that reaches into the future ends with the caller's `until`."""
    return _occupancy(session, agent_id=agent_id, campaign_id=None, since=since, until=until)


def floor_occupancy(
    session: Session, *, campaign_id: CampaignId | None = None, since: datetime, until: datetime
) -> Occupancy:
    """What all agents of this tenant did with the span; with a campaign, those it may use: its group, or all."""
    return _occupancy(session, agent_id=None, campaign_id=campaign_id, since=since, until=until)


def _occupancy(
    session: Session, *, agent_id: AgentId | None, campaign_id: CampaignId | None, since: datetime, until: datetime
) -> Occupancy:
    rows = session.execute(
        _OCCUPANCY, {"agent_id": agent_id, "campaign_id": campaign_id, "since": since, "until": until}
    ).all()
    by_state: dict[AgentState, float] = defaultdict(float)
    for row in rows:
        by_state[AgentState(row.state)] += float(row.seconds)
    breaks = (
        BreakSeconds(row.break_reason_id, row.name, row.is_paid, float(row.seconds))
        for row in rows
        if row.state == AgentState.PAUSED
    )
    return Occupancy(dict(by_state), tuple(breaks))


STAYS = """changes as (
        select c.agent_id, c.state, c.break_reason_id, c.at, c.id
        from chosen join agent_state_changes c on c.agent_id = chosen.id and c.at >= :since and c.at < :until
        union all
        select chosen.id, earlier.state, earlier.break_reason_id, :since, 0
        from chosen cross join lateral (
            select c.state, c.break_reason_id from agent_state_changes c where c.agent_id = chosen.id and c.at < :since
            order by c.at desc, c.id desc limit 1
        ) earlier
    ), stays as (
        select state, break_reason_id, at,
               lead(at, 1, cast(:until as timestamptz)) over (partition by agent_id order by at, id) as ended_at
        from changes
    )
"""
"""Two more subqueries, after one named `chosen` of agents' ids: who was in which `state`, from `at` to `ended_at`.

With the `break_reason_id` of a stay that is `paused`. Of the parameters `since` and `until`; per agent the changes
inside that span, and the last one before it moved to its beginning: one index range for each.
"""

_OCCUPANCY = text(f"""
    with chosen as (
        select a.id from agents a
        where (cast(:agent_id as uuid) is null or a.id = :agent_id)
          and (cast(:campaign_id as uuid) is null or exists (
                select 1 from campaigns m where m.id = :campaign_id
                  and (m.agent_group_id is null or m.agent_group_id = a.agent_group_id)))
    ), {STAYS}
    select s.state, s.break_reason_id, r.name, r.is_paid, sum(extract(epoch from s.ended_at - s.at)) as seconds
    from stays s left join break_reasons r on r.id = s.break_reason_id
    group by s.state, s.break_reason_id, r.name, r.is_paid
    order by seconds desc, r.name
""")
