"""What the wallboard shows, for supervisors: read from rows at one moment, as often as somebody looks."""

import time
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from dialer.domain.errors import NotFound, Unavailable
from dialer.domain.ids import CampaignId, TenantId
from dialer.domain.pacing.abandonment import AbandonmentStanding, standard_of
from dialer.domain.principals import Principal, Role
from dialer.domain.wallboard import (
    SERIES_SPAN,
    AgentMinute,
    Board,
    BoardCampaign,
    BoardFacts,
    CallMinute,
    Chosen,
    LeadCounts,
    compose_board,
)
from dialer.store import wallboard as store
from dialer.store.abandonment import WORTH_SUMMING, load_abandonment_standing
from dialer.store.agent_groups import exists_agent_group
from dialer.store.wallboard import LedgerTally, ListedCampaign, RunningMinute
from dialer.usecases.services import Services

log = structlog.get_logger(__name__)

COUNT_LEADS_SECONDS = 10.0
COUNTING_SHARE = 0.01
"""Leads are counted so seldom that counting takes this share of the time at most, and not more often than that."""


@dataclass(frozen=True)
class BoardLook:
    """Another `revision` says that something has changed; ages are wrong unless `clock_is_right`."""

    revision: str
    clock_is_right: bool


@dataclass(frozen=True)
class BoardAt:
    """A board, and the moment as of which all of it is true."""

    at: datetime
    board: Board


class BoardReader:
    """Reads one tenant's board again and again; what is slow to count is kept for a while. For one thread at a time."""

    def __init__(self, services: Services, tenant_id: TenantId):
        # Looking is nobody's deed, and one moment can only be asked for before anything else is said.
        self._services = replace(services, deed=None)
        self._tenant_id = tenant_id
        self._series: _Series | None = None
        self._leads: dict[CampaignId, LeadCounts] = {}
        self._count_again_at = 0.0

    def look(self) -> BoardLook:
        """Whether anything has changed, in a millisecond or so. Raises Unavailable."""
        with self._services.transaction(self._tenant_id) as tx:
            look = store.look_at_board(tx.session)
        # A minute that is over changes the board by itself.
        minute = self._services.clock.now().replace(second=0, microsecond=0)
        return BoardLook(f"{look.revision}/{minute:%H:%M}", self._services.clock.agrees_with(look.database_now))

    def read(self) -> BoardFacts:
        """Read the board anew: everything that changes from second to second as of one moment. Raises Unavailable."""
        now = self._services.clock.now()
        with self._services.transaction(self._tenant_id) as tx:
            tx.see_one_moment()
            campaigns = store.list_board_campaigns(tx.session, now=now)
            campaign_ids = [campaign.id for campaign in campaigns]
            calls = store.list_board_calls(tx.session)
            agents = store.list_board_agents(tx.session)
            tallies = store.tally_ledgers(tx.session, campaigns=campaigns, now=now)
            begun = now.replace(second=0, microsecond=0)
            running = store.list_running_minutes(tx.session, campaign_ids=campaign_ids, minute=begun, now=now)
        self._sum_hours(tallies, now)
        series = self._series_until(begun, campaign_ids)
        self._count_leads(campaign_ids, now)
        return BoardFacts(
            at=now,
            agents=agents,
            calls=calls,
            campaigns=[self._campaign(campaign, tallies, running) for campaign in campaigns],
            series_until=begun,
            call_minutes=series.calls,
            agent_minutes=series.agents,
            running=[found.minute for found in running.values()],
        )

    def _campaign(
        self,
        campaign: ListedCampaign,
        tallies: dict[CampaignId, LedgerTally],
        running: dict[CampaignId, RunningMinute],
    ) -> BoardCampaign:
        tally = tallies[campaign.id]
        return BoardCampaign(
            id=campaign.id,
            name=campaign.name,
            status=campaign.status,
            dial_mode=campaign.dial_mode,
            agent_group_id=campaign.agent_group_id,
            note=campaign.note,
            decision=campaign.decision,
            standing=AbandonmentStanding(
                standard=standard_of(campaign.standard),
                window=campaign.window,
                live_answers=tally.reached + tally.abandoned,
                abandoned=tally.abandoned,
                max_rate=campaign.max_rate,
            ),
            placed_last_minute=running[campaign.id].placed_last_minute,
            leads=self._leads.get(campaign.id),
        )

    def _sum_hours(self, tallies: dict[CampaignId, LedgerTally], now: datetime) -> None:
        """Have hours summed that would be counted line by line each time; as a rule pacing has done so."""
        for campaign_id, tally in tallies.items():
            if tally.unsummed > WORTH_SUMMING:
                with self._services.transaction(self._tenant_id) as tx:
                    load_abandonment_standing(tx.session, campaign_id=campaign_id, now=now)

    def _series_until(self, begun: datetime, campaign_ids: list[CampaignId]) -> "_Series":
        """The whole minutes of the last hour. All are read again with each new one: a late report mends an old one."""
        wanted = frozenset(campaign_ids)
        if self._series is None or self._series.until != begun or self._series.campaign_ids != wanted:
            since = begun - SERIES_SPAN
            with self._services.transaction(self._tenant_id) as tx:
                calls = store.list_call_minutes(tx.session, campaign_ids=campaign_ids, since=since, until=begun)
                agents = store.list_agent_minutes(tx.session, since=since, until=begun)
            self._series = _Series(begun, wanted, calls, agents)
        return self._series

    def _count_leads(self, campaign_ids: list[CampaignId], now: datetime) -> None:
        started = time.monotonic()
        if started < self._count_again_at and self._leads.keys() >= set(campaign_ids):
            return
        try:
            with self._services.transaction(self._tenant_id) as tx:
                counted = store.count_board_leads(tx.session, campaign_ids=campaign_ids)
        except Unavailable:
            # Of very many leads it may take too long while the database is busy; the board lives without.
            log.warning("wallboard_leads_not_counted", tenant_id=str(self._tenant_id))
            counted = {}
        self._leads |= {campaign_id: LeadCounts(now, *_counts(found)) for campaign_id, found in counted.items()}
        took = time.monotonic() - started
        self._count_again_at = started + max(COUNT_LEADS_SECONDS, took / COUNTING_SHARE)


@dataclass(frozen=True)
class _Series:
    until: datetime
    campaign_ids: frozenset[CampaignId]
    calls: list[CallMinute]
    agents: list[AgentMinute]


def _counts(found: store.CountedLeads) -> tuple[int, ...]:
    return found.total, found.ready, found.waiting, found.in_hand, found.done, found.attempts


def require_wallboard(services: Services, *, actor: Principal, chosen: Chosen) -> None:
    """Let supervisors pass. Raises Forbidden, and NotFound for a campaign or group that is not this tenant's."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        campaign_ids = chosen.campaign_ids or frozenset()
        if store.count_campaigns_of(tx.session, campaign_ids=campaign_ids) != len(campaign_ids):
            raise NotFound("There is no campaign with this id.")
        if chosen.agent_group_id is not None and not exists_agent_group(tx.session, chosen.agent_group_id):
            raise NotFound("There is no agent group with this id.")


def load_wallboard(services: Services, *, actor: Principal, chosen: Chosen) -> BoardAt:
    """The whole board, or the part of it that is chosen, as of now. Raises NotFound."""
    require_wallboard(services, actor=actor, chosen=chosen)
    facts = BoardReader(services, actor.tenant_id).read()
    return BoardAt(facts.at, compose_board(facts, chosen))
