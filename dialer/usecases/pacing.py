"""The pacing tick: look at the floor, decide how many calls to place, plan them."""

from datetime import datetime, timedelta

from dialer.domain.ids import CallId, CampaignId, TenantId
from dialer.domain.pacing import AgentState, Snapshot, choose_pacer
from dialer.store import agents as agent_store
from dialer.store import claims, placements
from dialer.store.agents import PacingAgent
from dialer.store.placements import FloorCounts, PacedCampaign
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services

PLACEMENT_LIFE = timedelta(seconds=10)
"""A planned call that was not placed by then is withdrawn: the floor it was planned for has changed."""
CLAIM_LIFE = timedelta(seconds=30)
GATE_HORIZON_SECONDS = 2.0
"""A tick plans no more than the account may start within this time, so that placements do not queue behind the gate."""


def pace_active_campaigns(services: Services) -> int:
    """Send a pacing tick for each active campaign of every tenant; return their number."""
    with services.transaction() as tx:
        campaigns = placements.list_active_campaigns(tx.session)
    for tenant_id, campaign_id in campaigns:
        services.queue.send(
            "dialer.dialing.pace_campaign", expires_seconds=2, tenant_id=str(tenant_id), campaign_id=str(campaign_id)
        )
    return len(campaigns)


def pace_campaign(services: Services, *, tenant_id: TenantId, campaign_id: CampaignId) -> list[CallId]:
    """Plan the calls that the campaign's pacer wants now, and send each to be placed.

    Does nothing while another tick of the same tenant runs: the pacing lock is held until commit, so two ticks never
    plan for the same idle agent.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        campaign = placements.lock_campaign_for_pacing(
            tx.session, tenant_id=tenant_id, campaign_id=campaign_id, now=now
        )
        if campaign is None:
            return []
        if (obstacle := _obstacle(campaign, now)) is not None:
            placements.record_pacing(tx.session, campaign_id=campaign_id, note=obstacle, now=now)
            return []
        agents = agent_store.list_pacing_agents(tx.session, agent_group_id=campaign.agent_group_id, now=now)
        counts = placements.load_floor_counts(
            tx.session, agent_group_id=campaign.agent_group_id, campaign_id=campaign_id
        )
        snapshot = _snapshot(agents, counts, now)
        account = account_of(services, tx.session, tenant_id)
        wanted = choose_pacer(campaign.dial_mode, campaign.pacing_ratio).calls_to_place(snapshot)
        allowed = min(
            wanted,
            max(1, int(account.calls_per_second * GATE_HORIZON_SECONDS)),
            max(0, account.max_lines - counts.lines_in_flight),
        )
        planned = claims.plan_calls(
            tx.session,
            campaign_id=campaign_id,
            max_calls=allowed,
            now=now,
            place_before=now + PLACEMENT_LIFE,
            claimed_until=now + CLAIM_LIFE,
        )
        note = _note(snapshot, wanted=wanted, allowed=allowed, planned=len(planned))
        placements.record_pacing(tx.session, campaign_id=campaign_id, note=note, now=now)
        for call_id in planned:
            tx.after_commit(
                services.queue.send,
                "dialer.dialing.place_call",
                expires_seconds=PLACEMENT_LIFE.total_seconds(),
                tenant_id=str(tenant_id),
                call_id=str(call_id),
            )
    return planned


def _obstacle(campaign: PacedCampaign, now: datetime) -> str | None:
    """Why the campaign places nothing, whatever the floor looks like; None if nothing stands in its way."""
    if campaign.schedule_end is not None and now >= campaign.schedule_end:
        return "the schedule has ended"
    if not campaign.window.is_open(now):
        return f"outside calling hours until {campaign.window.next_opening(now).isoformat()}"
    if not campaign.due_leads_exist:
        return (
            "no lead is due: retries are waiting for their time"
            if campaign.open_leads_exist
            else "no leads left to call"
        )
    return None


def _snapshot(agents: list[PacingAgent], counts: FloorCounts, now: datetime) -> Snapshot:
    return Snapshot(
        now=now.timestamp(),
        agents=tuple(AgentState(str(a.agent_id), a.state, a.since.timestamp()) for a in agents),
        ringing=tuple(instant.timestamp() for instant in counts.ringing_since),
        waiting=tuple(instant.timestamp() for instant in counts.waiting_since),
    )


def _note(snapshot: Snapshot, *, wanted: int, allowed: int, planned: int) -> str:
    floor = (
        f"{snapshot.idle_agents} idle of {len(snapshot.agents)} agents, "
        f"{len(snapshot.ringing)} ringing, {len(snapshot.waiting)} waiting"
    )
    if planned:
        return f"placing {planned}: {floor}"
    if not snapshot.agents:
        return f"no agent is ready to take calls: {floor}"
    if wanted == 0:
        return f"every idle agent has calls on the way: {floor}"
    if allowed == 0:
        return f"all lines of the carrier account are in use: {floor}"
    return f"no lead could be claimed: {floor}"


def pace_tenant(services: Services, *, tenant_id: TenantId) -> None:
    """Run a pacing tick for each active campaign of one tenant now, because an agent has become free."""
    with services.transaction(tenant_id) as tx:
        campaigns = placements.list_active_campaigns_of_tenant(tx.session)
    for campaign_id in campaigns:
        pace_campaign(services, tenant_id=tenant_id, campaign_id=campaign_id)
