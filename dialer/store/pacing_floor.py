"""All that a pacing tick looks at, in one statement: the campaign, what its pacer has learned and what has happened
since, the agents, and the lines that ring or wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentGroupId, CallId, CampaignId, TenantId
from dialer.domain.pacing import AgentState, PacingEvent, Snapshot
from dialer.store.agents import PACING_AGENTS
from dialer.store.pacing_events import AGENTS_SPAN, AS_ARRAY, IS_NEWS, NEWS, RELEARN_SPAN, decode_event
from dialer.store.placements import CAMPAIGN_TERMS, CampaignTerms, terms_of
from dialer.store.prepared import prepared
from dialer.store.ready_leads import FIRST_WAITING, PROMOTED, READY_LISTS, ReadyList, read_ready_lists


@dataclass(frozen=True)
class PacedCampaign:
    """What the pacing tick needs to know about a campaign."""

    campaign_id: CampaignId
    tenant_id: TenantId
    dial_mode: str
    pacing_ratio: Decimal
    max_abandonment_rate: Decimal
    agent_group_id: AgentGroupId | None
    terms: CampaignTerms
    rules_revision: int
    lists: tuple[ReadyList, ...]
    """Its active lists that have leads ready."""
    waiting_until: datetime | None
    """When the first of its waiting leads is due; known only if none is ready."""
    open_leads_exist: bool


@dataclass(frozen=True)
class SavedPacing:
    """What a campaign's pacer had learned when it was saved last, and the last decision that was kept."""

    state: Mapping[str, Any] | None
    observed_until: float
    saved_at: datetime
    checkpoint_at: datetime | None
    decided_at: datetime | None
    reason: str | None
    standing: Mapping[str, Any] | None


@dataclass(frozen=True)
class SharedAccount:
    """What all tenants without a carrier account of their own do together on the platform's.

    `tenants`: those with an active campaign. `planned` calls are among the `lines`.
    """

    tenants: int
    planned: int
    lines: int


@dataclass(frozen=True)
class PacingFloor:
    """One campaign's floor at one moment. `position` is the snapshot in which all of it was read.

    `is_learning`: `events` are all that has happened since the pacer was saved. In modes that need no pacer's memory
    that is so only now and then, and its state comes along only if anything has happened.
    """

    campaign: PacedCampaign
    saved: SavedPacing | None
    is_learning: bool
    events: tuple[PacingEvent, ...]
    snapshot: Snapshot
    lines_in_flight: int
    position: str
    planned: int
    """Those of the lines that wait to be placed."""
    forgotten_calls: tuple[CallId, ...]
    """Calls of this campaign that have been planned for long, and may still be placed."""
    shared_account: SharedAccount | None
    """None if the tenant has a carrier account of its own."""


def begin_tick(session: Session, *, tenant_id: TenantId) -> datetime | None:
    """Enter a tenant and take its pacing lock until the transaction ends; None while another tick holds it.

    Returns the database's own time, by which a worker finds out that its clock is wrong.

    The lock is the tenant's, because campaigns may share agents. It is taken before the statement that looks at the
    floor: that one must see what the tick before has planned.
    """
    row = session.execute(
        text(
            """
            select set_config('app.tenant_id', :tenant_id, true),
                   pg_try_advisory_xact_lock(hashtextextended(:tenant_id, 1)) as is_locked,
                   clock_timestamp() as database_now
            """
        ),
        {"tenant_id": str(tenant_id)},
    ).one()
    return row.database_now if row.is_locked else None


def load_floor(
    session: Session,
    *,
    campaign_id: CampaignId,
    now: datetime,
    saved_before: datetime,
    forgotten_before: datetime | None = None,
    is_afresh: bool = False,
    is_active: bool = True,
) -> PacingFloor | None:
    """Look at an active campaign's floor; None if it is not active. One statement.

    Waiting leads whose time has come become ready on the way. Without `is_active` any campaign is looked at, whatever
    its status, and nothing is changed. State and events come along for a predictive campaign, and for any whose state
    was saved before `saved_before`. With `is_afresh` what was saved is left out and the events of the last half hour
    are all news.
    """
    row = session.execute(
        _LOAD_FLOOR,
        {
            "campaign_id": campaign_id,
            "now": now,
            "saved_before": saved_before,
            "forgotten_before": forgotten_before,
            "relearn_since": now - RELEARN_SPAN,
            "agents_since": now - AGENTS_SPAN,
            "is_afresh": is_afresh,
            "is_active": is_active,
            "promotes": is_active,
        },
    ).first()
    return None if row is None else _floor(row, now)


# Calls on their way to the agents of a group are counted over all campaigns that share them. A reserved agent is not
# idle any more, so an answered call that has one is not waiting; nor is a machine that listens to a voicemail message.
# A call whose agent sits there from the start, as with preview, rings for nobody else. One that the carrier was asked
# about and does not know holds its lead and its line, but no agent waits for it any more.
_DIALLING = """
    l.agent_id is null and (l.state in ('planned', 'placing', 'placed', 'ringing')
                            or l.state = 'unresolved' and l.missing_since is null)
"""
# Ordered as the index is, or a list of which all is done might be read from end to end to find that nothing is open.
_OPEN_LEADS = """
    select found.* from (values ('pending'), ('queued'), ('calling')) as s (status)
    cross join lateral (
        select 1 from leads l where l.campaign_id = c.campaign_id and l.status = s.status order by l.list_id limit 1
    ) as found
"""
_LOAD_FLOOR = prepared(
    f"""
    with {PROMOTED}, paced as (
        select m.*, m.id as campaign_id, s.campaign_id is not null as is_saved, s.state as saved_state,
               s.observed_until, s.saved_at, s.checkpoint_at, s.decided_at, s.reason, s.standing,
               s.campaign_id is null or m.dial_mode = 'predictive' or s.saved_at <= :saved_before as is_learning,
               -- A position of another cluster, before a restore, says nothing here: then time has to do.
               case when pg_snapshot_xmax(cast(s.position as pg_snapshot)) <= pg_snapshot_xmax(pg_current_snapshot())
                    then cast(s.position as pg_snapshot) end as known
        from campaigns m left join pacing_states s on s.campaign_id = m.id and not :is_afresh
        where m.id = :campaign_id and (m.status = 'active' or not :is_active)
    ), c as (
        select paced.*, coalesce(cast(cast(pg_snapshot_xmin(known) as text) as bigint), 0) as known_xmin,
               case when known is not null then cast('-infinity' as timestamptz)
                    when saved_state is not null then saved_at else cast(:relearn_since as timestamptz) end as since_at
        from paced
    ), lines as (
        select l.id, l.campaign_id, l.state, l.agent_id, l.created_at, l.place_before,
               coalesce(l.placing_at, l.created_at) as placed_at, l.answered_at,
               l.missing_since,
               l.agent_id is null and not coalesce(l.answered_by = 'fax' or l.answered_by like 'machine%', false)
                   as needs_agent,
               (l.campaign_id = c.campaign_id or m.agent_group_id is not distinct from c.agent_group_id
                or m.agent_group_id is null or c.agent_group_id is null) as shares_agents
        from c join calls l on l.tenant_id = c.tenant_id join campaigns m on m.id = l.campaign_id
        where l.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')
    ), counted as (
        select count(*) as in_flight, count(*) filter (where l.state = 'planned' and l.place_before > :now) as planned,
               array_agg(l.id order by l.id) filter (
                   where l.state = 'planned' and l.place_before > :now and l.campaign_id = :campaign_id
                     and l.created_at < cast(:forgotten_before as timestamptz)) as forgotten,
               jsonb_agg(extract(epoch from l.placed_at) order by l.placed_at, l.id)
                   filter (where shares_agents and {_DIALLING}) as ringing,
               jsonb_agg(extract(epoch from l.answered_at) order by l.answered_at, l.id)
                   filter (where shares_agents and l.state in ('answered', 'waiting') and needs_agent) as waiting
        from lines l
    ), ready as (
        select ({READY_LISTS}) as lists
    ), news as materialized (
        select case when c.is_learning then (
            select jsonb_agg({AS_ARRAY} order by e.at, e.id) from ({NEWS}) e where {IS_NEWS}) end as events
        from c
    )
    select c.campaign_id, c.tenant_id, c.pacing_ratio, c.max_abandonment_rate, c.agent_group_id,
           {CAMPAIGN_TERMS.replace("m.", "c.")},
           (select t.rules_revision from tenants t where t.id = c.tenant_id) as rules_revision,
           ready.lists, case when ready.lists is null then ({FIRST_WAITING}) end as waiting_until,
           ready.lists is not null or (select count(*) from ({_OPEN_LEADS}) o) > 0 as open,
           c.is_saved, c.is_learning, c.observed_until, c.saved_at, c.checkpoint_at, c.decided_at, c.reason, c.standing,
           case when c.dial_mode = 'predictive' or news.events is not null then c.saved_state end as state, news.events,
           (select jsonb_agg(jsonb_build_array(g.agent_id, g.state, extract(epoch from g.since)) order by g.agent_id)
            from ({PACING_AGENTS} and (c.agent_group_id is null or a.agent_group_id = c.agent_group_id)) g) as agents,
           counted.ringing, counted.waiting, counted.in_flight, counted.planned, counted.forgotten,
           case when not exists (select from carrier_accounts) then (
               select array[u.tenants, u.planned, u.lines] from platform_account_use() u) end as shared,
           cast(pg_current_snapshot() as text) as position
    from c cross join counted cross join ready cross join news
    """
)


def _floor(row: Row[Any], now: datetime) -> PacingFloor:
    return PacingFloor(
        campaign=PacedCampaign(
            campaign_id=CampaignId(row.campaign_id),
            tenant_id=TenantId(row.tenant_id),
            dial_mode=row.dial_mode,
            pacing_ratio=row.pacing_ratio,
            max_abandonment_rate=row.max_abandonment_rate,
            agent_group_id=row.agent_group_id,
            terms=terms_of(row),
            rules_revision=row.rules_revision,
            lists=read_ready_lists(row.lists),
            waiting_until=row.waiting_until,
            open_leads_exist=row.open,
        ),
        saved=_saved(row) if row.is_saved else None,
        is_learning=row.is_learning,
        events=tuple(decode_event(fields) for fields in row.events or ()),
        snapshot=Snapshot(
            now=now.timestamp(),
            agents=tuple(AgentState(agent_id, state, float(since)) for agent_id, state, since in row.agents or ()),
            ringing=tuple(float(at) for at in row.ringing or ()),
            waiting=tuple(float(at) for at in row.waiting or ()),
        ),
        lines_in_flight=row.in_flight,
        position=row.position,
        planned=row.planned,
        forgotten_calls=tuple(CallId(call_id) for call_id in row.forgotten or ()),
        shared_account=None if row.shared is None else SharedAccount(*row.shared),
    )


def _saved(row: Row[Any]) -> SavedPacing:
    return SavedPacing(
        state=row.state,
        observed_until=row.observed_until,
        saved_at=row.saved_at,
        checkpoint_at=row.checkpoint_at,
        decided_at=row.decided_at,
        reason=row.reason,
        standing=row.standing,
    )


@dataclass(frozen=True)
class Headline:
    """How a campaign stands, in a line."""

    status: str
    last_paced_at: datetime | None
    note: str | None


def find_headline(session: Session, *, campaign_id: CampaignId) -> Headline | None:
    """A campaign's status and the last word of its pacing."""
    row = session.execute(_HEADLINE, {"campaign_id": campaign_id}).first()
    return None if row is None else Headline(row.status, row.last_paced_at, row.pacing_note)


_HEADLINE = text("select status, last_paced_at, pacing_note from campaigns where id = :campaign_id")


@dataclass(frozen=True)
class TickRecord:
    """What a tick leaves behind. Parts that are None leave what was there as it is."""

    note: str
    observed_until: float
    saved_state: str | None = None
    """The pacer's state as JSON, to be saved at `position`."""
    position: str | None = None
    checkpoint_at: datetime | None = None
    reason: str | None = None
    """Why the last kept decision was as it was; set when `decision` is."""
    standing: str | None = None
    decision: Mapping[str, object] | None = None
    """Columns of a row of `pacing_decisions`, if this one is to be kept."""


def record_tick(session: Session, *, campaign: PacedCampaign, record: TickRecord, now: datetime) -> None:
    """Keep why the tick placed what it placed, for whoever asks why it does not dial; with it, when given, the pacer's
    state and the whole decision. One statement."""
    statement = _RECORD_NOTE
    if record.decision is not None:
        statement = _RECORD_DECISION
    elif record.saved_state is not None or record.standing is not None:
        statement = _RECORD_STATE
    session.execute(statement, _values(campaign, record, now))


def record_learning(session: Session, *, campaign: PacedCampaign, record: TickRecord, now: datetime) -> None:
    """Keep the pacer's state and the row of its replay; the campaign's own note stays."""
    session.execute(_RECORD_LEARNING, _values(campaign, record, now))


def _values(campaign: PacedCampaign, record: TickRecord, now: datetime) -> dict[str, object]:
    return {
        "campaign_id": campaign.campaign_id,
        "tenant_id": campaign.tenant_id,
        "now": now,
        "note": record.note,
        "state": record.saved_state,
        "position": record.position,
        "observed_until": record.observed_until,
        "checkpoint_at": record.checkpoint_at,
        "decided_at": None if record.decision is None else now,
        "reason": record.reason,
        "standing": record.standing,
    } | dict(record.decision or {})


_UPDATE_CAMPAIGN = "update campaigns set last_paced_at = :now, pacing_note = :note where id = :campaign_id"
_UPSERT_STATE = """
    insert into pacing_states as s (campaign_id, tenant_id, state, position, observed_until, saved_at, checkpoint_at,
                                    decided_at, reason, standing)
    values (:campaign_id, :tenant_id, cast(:state as json), :position, :observed_until, :now, :checkpoint_at,
            :decided_at, :reason, cast(:standing as jsonb))
    on conflict (campaign_id) do update set
        state = coalesce(excluded.state, s.state),
        position = case when excluded.state is null then s.position else excluded.position end,
        observed_until = case when excluded.state is null then s.observed_until else excluded.observed_until end,
        saved_at = case when excluded.state is null then s.saved_at else excluded.saved_at end,
        checkpoint_at = coalesce(excluded.checkpoint_at, s.checkpoint_at),
        decided_at = coalesce(excluded.decided_at, s.decided_at),
        reason = coalesce(excluded.reason, s.reason),
        standing = coalesce(excluded.standing, s.standing)
"""
_RECORD_NOTE = text(_UPDATE_CAMPAIGN)
_RECORD_STATE = text(f"with saved as ({_UPSERT_STATE}) {_UPDATE_CAMPAIGN}")
_INSERT_DECISION = """
    insert into pacing_decisions (tenant_id, campaign_id, at, dial_mode, effective_mode, engine, settings, snapshot,
                                  decision, wanted, allowed, planned, bound_by, note, started_afresh, is_saved,
                                  position, checkpoint)
    values (:tenant_id, :campaign_id, :now, :dial_mode, :effective_mode, :engine, cast(:settings as jsonb),
            cast(:snapshot as jsonb), cast(:decision as jsonb), :wanted, :allowed, :planned, :bound_by, :note,
            :started_afresh, :is_saved, :read_position, cast(:checkpoint as json))
"""
_RECORD_DECISION = text(f"with saved as ({_UPSERT_STATE}), kept as ({_INSERT_DECISION}) {_UPDATE_CAMPAIGN}")
_RECORD_LEARNING = text(f"with saved as ({_UPSERT_STATE}) {_INSERT_DECISION}")
