"""Where a campaign stands with its abandonments, from the ledger's lines.

Hours that are over are summed once and kept in `live_answer_hours`; a trigger throws an hour away when a line of it is
written, changed or removed, so a sum is either right or not there. Asked each second, a month costs what one hour does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.pacing.abandonment import AbandonmentStanding, AccountingWindow, accounting_window, standard_of

WORTH_SUMMING = 2_000
"""So many lines of past hours are counted each time, and no more: then their hours are summed."""
MAX_HOURS = 168
"""So many hours are summed at a time: whoever asks is not kept waiting for a year."""


@dataclass(frozen=True)
class _Tally:
    reached: int
    abandoned: int
    lines_of_past_hours: int


def load_abandonment_standing(session: Session, *, campaign_id: CampaignId, now: datetime) -> AbandonmentStanding:
    """Count a campaign's live answers in the window of its standard. Raises NotFound.

    Two statements of about a millisecond together; now and then a third that sums hours for the next time.
    """
    row = session.execute(_RULE, {"campaign_id": campaign_id}).one_or_none()
    if row is None:
        raise NotFound("There is no campaign with this id.")
    standard = standard_of(row.abandonment_standard)
    window = accounting_window(standard, now=now, started_at=row.started_at, timezone=row.timezone)
    tally = _count(session, campaign_id=campaign_id, window=window, now=now)
    if tally.lines_of_past_hours > WORTH_SUMMING:
        sum_past_hours(session, campaign_id=campaign_id, since=window.start, now=now)
    return AbandonmentStanding(
        standard=standard,
        window=window,
        live_answers=tally.reached + tally.abandoned,
        abandoned=tally.abandoned,
        max_rate=min(float(row.max_abandonment_rate), standard.max_rate),
    )


_RULE = text(
    "select abandonment_standard, max_abandonment_rate, started_at, timezone from campaigns where id = :campaign_id"
)


def _count(session: Session, *, campaign_id: CampaignId, window: AccountingWindow, now: datetime) -> _Tally:
    parameters = {"campaign_id": campaign_id, "start": window.start, "now": now, "this_hour": _hour_of(now)}
    return _Tally(*session.execute(_COUNT, parameters).one())


# The summed hours that lie in the window whole, and the lines of the spans between, before and after them.
_COUNT = text("""
    with summed as (
        select hour, reached, abandoned, lead(hour) over (order by hour) as next from live_answer_hours
        where campaign_id = :campaign_id and hour >= :start and hour < :this_hour
    ), gap as (
        select cast(:start as timestamptz) as since, coalesce((select min(hour) from summed), 'infinity') as until
        union all
        select hour + interval '1 hour', coalesce(next, 'infinity') from summed
        where next is distinct from hour + interval '1 hour'
    ), line as (
        select counted.* from gap cross join lateral (
            select count(*) filter (where outcome = 'reached') as reached,
                   count(*) filter (where outcome in ('abandoned', 'late')) as abandoned,
                   count(*) filter (where answered_at < :this_hour) as past
            from live_answers
            where campaign_id = :campaign_id and answered_at >= gap.since and answered_at < gap.until
              and answered_at <= :now
        ) as counted
    )
    select cast((select coalesce(sum(reached), 0) from summed) + (select sum(reached) from line) as bigint),
           cast((select coalesce(sum(abandoned), 0) from summed) + (select sum(abandoned) from line) as bigint),
           cast((select sum(past) from line) as bigint)
""")


def sum_past_hours(session: Session, *, campaign_id: CampaignId, since: datetime, now: datetime) -> bool:
    """Sum some of the ledger's hours that lie between `since` and the hour of `now`; tell whether that could be done.

    It cannot while another transaction writes a line of this campaign: the sum would not know of it.
    """
    if not session.scalar(_LOCK, {"campaign_id": campaign_id}):
        return False
    # A statement of its own: its snapshot is taken after the lock, and knows every line of those who held it before.
    first = _hour_of(since)
    values = {
        "campaign_id": campaign_id,
        "first_hour": first if first == since else first + timedelta(hours=1),
        "last_hour": _hour_of(now) - timedelta(hours=1),
        "max_hours": MAX_HOURS,
    }
    session.execute(_SUM, values)
    return True


_LOCK = text("select pg_try_advisory_xact_lock(live_answer_lock(:campaign_id))")
# Hours without a line are kept, too: else each would be a gap to look into.
_SUM = text("""
    insert into live_answer_hours (campaign_id, hour, tenant_id, reached, abandoned)
    select m.id, wanted.hour, m.tenant_id, counted.reached, counted.abandoned
    from campaigns m
    cross join lateral (
        select hour
        from generate_series(cast(:first_hour as timestamptz), :last_hour, interval '1 hour') as every (hour)
        where not exists (select from live_answer_hours h where h.campaign_id = m.id and h.hour = every.hour)
        limit :max_hours
    ) as wanted
    cross join lateral (
        select count(*) filter (where outcome = 'reached') as reached,
               count(*) filter (where outcome in ('abandoned', 'late')) as abandoned
        from live_answers
        where campaign_id = m.id and answered_at >= wanted.hour and answered_at < wanted.hour + interval '1 hour'
    ) as counted
    where m.id = :campaign_id
    on conflict (campaign_id, hour) do nothing
""")


def _hour_of(at: datetime) -> datetime:
    """The full hour, in UTC as the ledger's are; zones that are half an hour off would cut elsewhere."""
    return at - timedelta(microseconds=int(at.timestamp() * 1_000_000) % 3_600_000_000)
