"""A campaign's last hour by the minute: what was placed, who answered, who was abandoned, how busy the agents were."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId
from dialer.store.agent_states import STAYS


@dataclass(frozen=True)
class PacingMinute:
    """One minute from `at` on. None: nobody was logged in, or no decision of a predictive pacer was kept."""

    at: datetime
    placed: int
    live_answers: int
    abandoned: int
    occupancy: float | None
    price: float | None


def list_pacing_minutes(
    session: Session, *, campaign_id: CampaignId, since: datetime, until: datetime
) -> list[PacingMinute]:
    """Full minutes from `since` on, and the begun one of `until`. Agents count who are in reach of the campaign."""
    rows = session.execute(_MINUTES, {"campaign_id": campaign_id, "since": since, "until": until})
    return [_minute(row._asdict()) for row in rows]


def _minute(row: dict[str, Any]) -> PacingMinute:
    occupied, logged_in = row.pop("occupied_seconds"), row.pop("logged_in_seconds")
    return PacingMinute(**row, occupancy=float(occupied) / float(logged_in) if logged_in else None)


# A call is placed within a minute of its creation, or it is withdrawn. Of the states: per agent the changes inside the
# span, and the last one before it moved to its beginning, each cut at the minutes it crosses.
_MINUTES = text(
    f"""
    with minutes as (
        select generate_series(cast(:since as timestamptz), cast(:until as timestamptz), interval '1 minute') as at
    ), placed as (
        select date_trunc('minute', placing_at, 'UTC') as at, count(*) as calls from calls
        where campaign_id = :campaign_id and created_at > cast(:since as timestamptz) - interval '1 minute'
          and placing_at >= :since
        group by 1
    ), answered as (
        select date_trunc('minute', answered_at, 'UTC') as at, count(*) filter (where outcome <> 'hung_up') as people,
               count(*) filter (where outcome in ('abandoned', 'late')) as abandoned
        from live_answers where campaign_id = :campaign_id and answered_at >= :since group by 1
    ), priced as (
        select date_trunc('minute', at, 'UTC') as at, avg(cast(decision ->> 'price' as double precision)) as price
        from pacing_decisions where campaign_id = :campaign_id and at >= :since group by 1
    ), chosen as (
        select a.id from agents a join campaigns m on m.id = :campaign_id
        where m.agent_group_id is null or m.agent_group_id = a.agent_group_id
    ), {STAYS}, worked as (
        select m.at, s.state in ('reserved', 'talking', 'wrapping_up') as is_occupied,
               extract(epoch from least(s.ended_at, m.at + interval '1 minute') - greatest(s.at, m.at)) as seconds
        from stays s
        cross join lateral generate_series(date_trunc('minute', s.at, 'UTC'), s.ended_at, interval '1 minute') m (at)
        where s.state <> 'offline'
    ), busy as (
        select at, sum(seconds) as logged_in, sum(seconds) filter (where is_occupied) as occupied
        from worked group by at
    )
    select minutes.at, coalesce(placed.calls, 0) as placed, coalesce(answered.people, 0) as live_answers,
           coalesce(answered.abandoned, 0) as abandoned, priced.price,
           coalesce(busy.occupied, 0) as occupied_seconds, coalesce(busy.logged_in, 0) as logged_in_seconds
    from minutes
    left join placed on placed.at = minutes.at left join answered on answered.at = minutes.at
    left join priced on priced.at = minutes.at left join busy on busy.at = minutes.at
    order by minutes.at
    """
)
