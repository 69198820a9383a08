"""What the wallboard shows of one tenant, as rows: a handful of statements that read one moment.

What changes from second to second is read each time. What is counted over an hour of calls, or over all leads of a
campaign, is read apart from it and less often.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.agents import AgentState
from dialer.domain.calls import FINAL, CallState
from dialer.domain.ids import AgentGroupId, CampaignId
from dialer.domain.pacing.abandonment import AccountingWindow, accounting_window, standard_of
from dialer.domain.wallboard import AgentMinute, BoardAgent, BoardCall, BoardDecision, CallMinute, Supervision
from dialer.store.agent_states import STAYS
from dialer.store.agents import REACHABLE

ENDED_RECENTLY = timedelta(hours=1)
"""So long a campaign stays on the board when it is over."""

_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL))
_OPEN = f"state not in ({_FINAL})"


@dataclass(frozen=True)
class BoardLook:
    """Whether anything has changed: another revision says so, the same one that nothing of what is watched has.

    `database_now` is the database's own time, for telling whether ours may be believed.
    """

    revision: str
    database_now: datetime


def look_at_board(session: Session) -> BoardLook:
    """A millisecond's look at agents, consoles, calls in flight, supervisors on them, and campaigns' status."""
    return BoardLook(*session.execute(_LOOK).one())


# A row that is written is another version, written by another transaction: the sum of these tells, whatever the order
# in which they commit.
_LOOK = text(f"""
    select concat_ws('/',
        (select concat(count(*), ':', sum(cast(cast(a.xmin as text) as bigint))) from agents a where a.is_active),
        (select concat(count(*), ':', max(s.connected_at)) from agent_sockets s),
        (select concat(count(*), ':', sum(cast(cast(c.xmin as text) as bigint))) from calls c where c.{_OPEN}),
        (select concat(count(*), ':', sum(cast(cast(v.xmin as text) as bigint))) from supervisions v
         where v.ended_at is null),
        (select concat(count(*), ':', max(m.updated_at)) from campaigns m)) as revision,
        clock_timestamp() as database_now
""")


def list_board_agents(session: Session) -> list[BoardAgent]:
    """Every active agent, and since when he has been in his state."""
    return [_agent(row) for row in session.execute(_AGENTS)]


_AGENTS = text(f"""
    select a.id, a.name, a.agent_group_id, g.name as agent_group, a.state, a.status,
           coalesce((select max(c.at) from agent_state_changes c where c.agent_id = a.id), a.created_at) as since,
           case when a.state = 'paused' then b.name end as break_reason, a.held_call_ids[1] as call_id,
           a.console_leg_sid is not null as has_audio,
           exists (select from agent_sockets s where s.agent_id = a.id) as has_socket, ({REACHABLE}) as is_reachable
    from agents a
    left join agent_groups g on g.id = a.agent_group_id left join break_reasons b on b.id = a.break_reason_id
    where a.is_active
    order by a.id
""")


def _agent(row: Row[Any]) -> BoardAgent:
    return BoardAgent(
        id=row.id, name=row.name, agent_group_id=row.agent_group_id, agent_group=row.agent_group,
        state=AgentState(row.state), status=row.status, since=row.since, break_reason=row.break_reason,
        call_id=row.call_id, has_audio=row.has_audio, has_socket=row.has_socket, is_reachable=row.is_reachable,
    )  # fmt: skip


def list_board_calls(session: Session) -> list[BoardCall]:
    """Every call in flight, with as much of the lead as may hang on a wall, and the supervisor who is on it."""
    return [_call(row) for row in session.execute(_CALLS)]


# The newest supervisor, should there be several.
_CALLS = text(f"""
    select c.id, c.campaign_id, c.state, c.state_changed_at as since, c.answered_at, c.agent_id, c.answered_by,
           c.held_since, right(c.to_number, 4) as number_ending,
           nullif(concat_ws(' ', l.first_name, nullif(left(l.last_name, 1), '') || '.'), '') as lead_name,
           v.user_id as supervisor_id, v.supervisor, v.mode, v.taken_over
    from calls c
    join leads l on l.id = c.lead_id
    left join lateral (
        select s.user_id, coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.email) as supervisor,
               s.mode, s.taken_over_at is not null as taken_over
        from supervisions s join users u on u.id = s.user_id
        where s.call_id = c.id and s.ended_at is null order by s.requested_at desc limit 1
    ) v on true
    where c.{_OPEN}
    order by c.id
""")


def _call(row: Row[Any]) -> BoardCall:
    watched = (
        None
        if row.supervisor_id is None
        else Supervision(str(row.supervisor_id), row.supervisor, row.mode, row.taken_over)
    )
    return BoardCall(
        id=row.id, campaign_id=row.campaign_id, state=CallState(row.state), since=row.since,
        answered_at=row.answered_at, lead_name=row.lead_name, number_ending=row.number_ending, agent_id=row.agent_id,
        answered_by=row.answered_by, held_since=row.held_since, supervision=watched,
    )  # fmt: skip


@dataclass(frozen=True)
class ListedCampaign:
    """A campaign on the board, without its figures. `window`: over what its abandonments are counted now."""

    id: CampaignId
    name: str
    status: str
    dial_mode: str
    agent_group_id: AgentGroupId | None
    note: str | None
    decision: BoardDecision | None
    standard: str
    max_rate: float
    window: AccountingWindow


def list_board_campaigns(session: Session, *, now: datetime) -> list[ListedCampaign]:
    """Campaigns that dial, pause or are going to begin, that have calls in flight, or ended within the hour."""
    rows = session.execute(_CAMPAIGNS, {"ended_after": now - ENDED_RECENTLY})
    return [_campaign(row, now) for row in rows]


_CAMPAIGNS = text(f"""
    select m.id, m.name, m.status, m.dial_mode, m.agent_group_id, m.pacing_note, m.abandonment_standard,
           m.max_abandonment_rate, m.started_at, m.timezone,
           d.at, d.effective_mode, d.wanted, d.allowed, d.planned, d.bound_by, d.why
    from campaigns m
    left join lateral (
        select p.at, p.effective_mode, p.wanted, p.allowed, p.planned, p.bound_by, p.decision -> 'why' as why
        from pacing_decisions p where p.campaign_id = m.id order by p.at desc, p.id desc limit 1
    ) d on true
    where m.status in ('active', 'paused', 'scheduled') or m.ended_at > :ended_after
       or exists (select from calls c where c.tenant_id = m.tenant_id and c.campaign_id = m.id and c.{_OPEN})
    order by m.created_at, m.id
""")


def _campaign(row: Row[Any], now: datetime) -> ListedCampaign:
    standard = standard_of(row.abandonment_standard)
    decision = None
    if row.at is not None:
        decision = BoardDecision(
            row.at, row.effective_mode, row.wanted, row.allowed, row.planned, row.bound_by, tuple(row.why or ())
        )
    return ListedCampaign(
        id=row.id,
        name=row.name,
        status=row.status,
        dial_mode=row.dial_mode,
        agent_group_id=row.agent_group_id,
        note=row.pacing_note,
        decision=decision,
        standard=standard.key,
        max_rate=min(float(row.max_abandonment_rate), standard.max_rate),
        window=accounting_window(standard, now=now, started_at=row.started_at, timezone=row.timezone),
    )


def count_campaigns_of(session: Session, *, campaign_ids: Collection[CampaignId]) -> int:
    """How many of these are the tenant's campaigns."""
    return session.scalar(_COUNT_CAMPAIGNS, {"ids": list(campaign_ids)}) or 0


_COUNT_CAMPAIGNS = text("select count(*) from campaigns where id = any(cast(:ids as uuid[]))")


@dataclass(frozen=True)
class LedgerTally:
    """A campaign's live answers in its window; `unsummed` of them lie in hours that are over and were not summed."""

    reached: int
    abandoned: int
    unsummed: int


def tally_ledgers(
    session: Session, *, campaigns: Sequence[ListedCampaign], now: datetime
) -> dict[CampaignId, LedgerTally]:
    """Count as `store.abandonment` does, for all these campaigns at once; sums no hours."""
    parameters = {
        "ids": [campaign.id for campaign in campaigns],
        "starts": [campaign.window.start for campaign in campaigns],
        "now": now,
    }
    rows = session.execute(_TALLY, parameters)
    return {CampaignId(row.id): LedgerTally(row.reached, row.abandoned, row.past) for row in rows}


_TALLY = text("""
    select w.id, tally.reached, tally.abandoned, tally.past
    from unnest(cast(:ids as uuid[]), cast(:starts as timestamptz[])) as w (id, start)
    cross join lateral (
        with summed as (
            select hour, reached, abandoned, lead(hour) over (order by hour) as next from live_answer_hours
            where campaign_id = w.id and hour >= w.start and hour < date_trunc('hour', cast(:now as timestamptz), 'UTC')
        ), gap as (
            select w.start as since, coalesce((select min(hour) from summed), 'infinity') as until
            union all
            select hour + interval '1 hour', coalesce(next, 'infinity') from summed
            where next is distinct from hour + interval '1 hour'
        ), line as (
            select counted.* from gap cross join lateral (
                select count(*) filter (where outcome = 'reached') as reached,
                       count(*) filter (where outcome in ('abandoned', 'late')) as abandoned,
                       count(*) filter (where answered_at < date_trunc('hour', cast(:now as timestamptz), 'UTC'))
                           as past
                from live_answers
                where campaign_id = w.id and answered_at >= gap.since and answered_at < gap.until
                  and answered_at <= :now
            ) as counted
        )
        select cast((select coalesce(sum(reached), 0) from summed) + (select sum(reached) from line) as bigint)
                   as reached,
               cast((select coalesce(sum(abandoned), 0) from summed) + (select sum(abandoned) from line) as bigint)
                   as abandoned,
               cast((select sum(past) from line) as bigint) as past
    ) as tally
""")


@dataclass(frozen=True)
class RunningMinute:
    """A campaign's minute that has begun, and the calls placed in the last sixty seconds."""

    minute: CallMinute
    placed_last_minute: int


def list_running_minutes(
    session: Session, *, campaign_ids: Collection[CampaignId], minute: datetime, now: datetime
) -> dict[CampaignId, RunningMinute]:
    """What has been placed and answered since the beginning of the minute."""
    rows = session.execute(_RUNNING, {"ids": list(campaign_ids), "minute": minute, "now": now})
    return {
        CampaignId(row.id): RunningMinute(
            CallMinute(
                minute, CampaignId(row.id), row.placed, row.live_answers + row.unended, row.live_answers, row.abandoned
            ),
            row.placed_lately,
        )
        for row in rows
    }


# The ledger has an answer's line once the call is over; until then the call itself tells that a person has answered.
_TALKED_WITH = f"{_OPEN} and answered_at is not null and coalesce(answered_by, '') !~ '^(machine|fax)'"
# A call is placed within a minute of its creation, or it is withdrawn.
_RUNNING = text(f"""
    select w.id, coalesce(p.placed, 0) as placed, coalesce(p.placed_lately, 0) as placed_lately,
           coalesce(a.live_answers, 0) as live_answers, coalesce(a.abandoned, 0) as abandoned,
           coalesce(o.unended, 0) as unended
    from unnest(cast(:ids as uuid[])) as w (id)
    left join (
        select campaign_id, count(*) filter (where placing_at >= :minute) as placed,
               count(*) filter (where placing_at > cast(:now as timestamptz) - interval '1 minute') as placed_lately
        from calls where campaign_id = any(:ids) and created_at > cast(:now as timestamptz) - interval '2 minutes'
        group by 1
    ) p on p.campaign_id = w.id
    left join (
        select campaign_id, count(*) filter (where outcome <> 'hung_up') as live_answers,
               count(*) filter (where outcome in ('abandoned', 'late')) as abandoned
        from live_answers where campaign_id = any(:ids) and answered_at >= :minute group by 1
    ) a on a.campaign_id = w.id
    left join (
        select campaign_id, count(*) as unended from calls
        where campaign_id = any(:ids) and {_TALKED_WITH} and answered_at >= :minute group by 1
    ) o on o.campaign_id = w.id
""")


def list_call_minutes(
    session: Session, *, campaign_ids: Collection[CampaignId], since: datetime, until: datetime
) -> list[CallMinute]:
    """Whole minutes in which anything was placed or answered, by campaign."""
    rows = session.execute(_CALL_MINUTES, {"ids": list(campaign_ids), "since": since, "until": until})
    return [
        CallMinute(
            row.at,
            CampaignId(row.campaign_id),
            row.placed,
            row.live_answers + row.unended,
            row.live_answers,
            row.abandoned,
        )
        for row in rows
    ]


_CALL_MINUTES = text(f"""
    select at, campaign_id, cast(sum(placed) as bigint) as placed, cast(sum(people) as bigint) as live_answers,
           cast(sum(abandoned) as bigint) as abandoned, cast(sum(unended) as bigint) as unended
    from (
        select date_trunc('minute', placing_at, 'UTC') as at, campaign_id, count(*) as placed, 0 as people,
               0 as abandoned, 0 as unended
        from calls
        where campaign_id = any(:ids) and created_at > cast(:since as timestamptz) - interval '1 minute'
          and placing_at >= :since and placing_at < :until
        group by 1, 2
        union all
        select date_trunc('minute', answered_at, 'UTC'), campaign_id, 0, count(*) filter (where outcome <> 'hung_up'),
               count(*) filter (where outcome in ('abandoned', 'late')), 0
        from live_answers
        where campaign_id = any(:ids) and answered_at >= :since and answered_at < :until
        group by 1, 2
        union all
        select date_trunc('minute', answered_at, 'UTC'), campaign_id, 0, 0, 0, count(*)
        from calls
        where campaign_id = any(:ids) and {_TALKED_WITH} and answered_at >= :since and answered_at < :until
        group by 1, 2
    ) as parts
    group by 1, 2 order by 1, 2
""")


def list_agent_minutes(session: Session, *, since: datetime, until: datetime) -> list[AgentMinute]:
    """How long the agents of each group were logged in, and occupied, in each whole minute."""
    rows = session.execute(_AGENT_MINUTES, {"since": since, "until": until})
    return [
        AgentMinute(row.at, row.agent_group_id, float(row.occupied_seconds), float(row.logged_in_seconds))
        for row in rows
    ]


_AGENT_MINUTES = text(f"""
    with chosen as (
        select a.id, a.agent_group_id from agents a
    ), {STAYS}, spent as (
        select agent_id, state, at,
               lead(at, 1, cast(:until as timestamptz)) over (partition by agent_id order by at, id) as ended_at
        from changes
    ), worked as (
        select m.at, g.agent_group_id, s.state in ('reserved', 'talking', 'wrapping_up') as is_occupied,
               extract(epoch from least(s.ended_at, m.at + interval '1 minute') - greatest(s.at, m.at)) as seconds
        from spent s
        join chosen g on g.id = s.agent_id
        cross join lateral generate_series(date_trunc('minute', s.at, 'UTC'), s.ended_at, interval '1 minute') m (at)
        where s.state <> 'offline' and m.at < :until
    )
    select at, agent_group_id, coalesce(sum(seconds) filter (where is_occupied), 0) as occupied_seconds,
           sum(seconds) as logged_in_seconds
    from worked group by 1, 2 having sum(seconds) > 0 order by 1, 2
""")


@dataclass(frozen=True)
class CountedLeads:
    """A campaign's leads, and the calls placed for them."""

    total: int
    ready: int
    waiting: int
    in_hand: int
    done: int
    attempts: int


def count_board_leads(session: Session, *, campaign_ids: Iterable[CampaignId]) -> dict[CampaignId, CountedLeads]:
    """Count all leads of these campaigns, in one statement. Of a million that takes tenths of a second."""
    rows = session.execute(_LEADS, {"ids": list(campaign_ids)})
    return {
        CampaignId(row.id): CountedLeads(row.total, row.ready, row.waiting, row.in_hand, row.done, row.attempts)
        for row in rows
    }


_LEADS = text("""
    select w.id, l.total, l.ready, l.waiting, l.in_hand, l.done,
           (select count(*) from calls c where c.campaign_id = w.id and c.placing_at is not null) as attempts
    from unnest(cast(:ids as uuid[])) as w (id)
    cross join lateral (
        select count(*) as total, count(*) filter (where status = 'pending' and not is_waiting) as ready,
               count(*) filter (where status = 'pending' and is_waiting) as waiting,
               count(*) filter (where status in ('queued', 'calling')) as in_hand,
               count(*) filter (where status in ('completed', 'failed', 'dnc')) as done
        from leads where campaign_id = w.id
    ) as l
""")
