"""The figures of one campaign's run, each computed from rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId


@dataclass(frozen=True)
class ReportedCampaign:
    """The campaign a report is about."""

    id: CampaignId
    name: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    first_call_at: datetime | None
    last_call_ended_at: datetime | None


@dataclass(frozen=True)
class LatencyPercentiles:
    """Milliseconds; None without a measurement.

    From answer webhook to TwiML; from answer to screen-pop, which includes the wait of those who had to wait for an
    agent; and from the agent's reservation to the screen-pop, which is ours alone.
    """

    answer_to_twiml_p50: float | None
    answer_to_twiml_p99: float | None
    answer_to_screen_pop_p50: float | None
    answer_to_screen_pop_p99: float | None
    reserved_to_screen_pop_p50: float | None
    reserved_to_screen_pop_p99: float | None
    twiml_count: int
    screen_pop_count: int


@dataclass(frozen=True)
class Abandonment:
    """The ledger of live answers, by outcome."""

    reached: int
    late: int
    abandoned: int
    hung_up: int

    @property
    def rate(self) -> float | None:
        """Abandoned or late, of all who waited for an agent; None while nobody did.

        Whoever hung up within the limit counts neither way.
        """
        counted = self.reached + self.late + self.abandoned
        return (self.abandoned + self.late) / counted if counted else None


def find_reported_campaign(session: Session, campaign_id: CampaignId) -> ReportedCampaign | None:
    """The campaign, and when its calls began and ended."""
    row = session.execute(_CAMPAIGN, {"campaign_id": campaign_id}).mappings().one_or_none()
    return None if row is None else ReportedCampaign(**row)


_CAMPAIGN = text("""
    select m.id, m.name, m.status, m.started_at, m.ended_at, span.first_call_at, span.last_call_ended_at
    from campaigns m
    left join lateral (
        select min(c.placing_at) as first_call_at,
               max(c.ended_at) filter (where c.placing_at is not null) as last_call_ended_at
        from calls c where c.campaign_id = m.id
    ) span on true
    where m.id = :campaign_id
""")


def latency_percentiles(session: Session, campaign_id: CampaignId) -> LatencyPercentiles:
    """How fast answers were answered."""
    row = session.execute(_LATENCY, {"campaign_id": campaign_id}).mappings().one()
    return LatencyPercentiles(**row)


_LATENCY = text("""
    with measured as (
        select twiml_milliseconds as twiml,
               cast(extract(epoch from screen_popped_at - answered_at) * 1000 as double precision) as pop,
               cast(extract(epoch from screen_popped_at - agent_reserved_at) * 1000 as double precision) as delivery
        from calls where campaign_id = :campaign_id and answered_at is not null
    )
    select percentile_cont(0.5) within group (order by twiml) as answer_to_twiml_p50,
           percentile_cont(0.99) within group (order by twiml) as answer_to_twiml_p99,
           percentile_cont(0.5) within group (order by pop) as answer_to_screen_pop_p50,
           percentile_cont(0.99) within group (order by pop) as answer_to_screen_pop_p99,
           percentile_cont(0.5) within group (order by delivery) as reserved_to_screen_pop_p50,
           percentile_cont(0.99) within group (order by delivery) as reserved_to_screen_pop_p99,
           count(twiml) as twiml_count, count(pop) as screen_pop_count
    from measured
""")


def load_abandonment(session: Session, campaign_id: CampaignId) -> Abandonment:
    """Count the ledger's lines."""
    row = session.execute(_ABANDONMENT, {"campaign_id": campaign_id}).mappings().one()
    return Abandonment(**row)


_ABANDONMENT = text("""
    select count(*) filter (where outcome = 'reached') as reached, count(*) filter (where outcome = 'late') as late,
           count(*) filter (where outcome = 'abandoned') as abandoned,
           count(*) filter (where outcome = 'hung_up') as hung_up
    from live_answers where campaign_id = :campaign_id
""")


def count_leads_by_status(session: Session, campaign_id: CampaignId) -> dict[str, int]:
    """How many leads stand where."""
    return {row.status: row.leads for row in session.execute(_LEADS, {"campaign_id": campaign_id})}


_LEADS = text("""
    select status, count(*) as leads from leads where campaign_id = :campaign_id group by status order by status
""")


def count_calls_by_state(session: Session, campaign_id: CampaignId) -> dict[str, int]:
    """How many calls are where, those that were withdrawn before they were placed left out."""
    return {row.state: row.calls for row in session.execute(_CALLS, {"campaign_id": campaign_id})}


_CALLS = text("""
    select state, count(*) as calls from calls
    where campaign_id = :campaign_id and (state <> 'cancelled' or placing_at is not null)
    group by state order by state
""")


def count_retries_scheduled(session: Session, campaign_id: CampaignId) -> int:
    """Leads that were called before and are to be called again."""
    return session.scalar(_RETRIES, {"campaign_id": campaign_id}) or 0


_RETRIES = text("""
    select count(*) from leads where campaign_id = :campaign_id and status = 'pending' and call_attempts > 0
""")
