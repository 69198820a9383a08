"""Tasks that pace and place. All are acknowledged early: a lost one is found again by a tick or a sweep."""

import os
from uuid import UUID

from celery import signals

from dialer import bootstrap
from dialer.domain.ids import CallId, CampaignId, TenantId
from dialer.settings import Settings
from dialer.usecases import call_answering, dialing, pacing
from workers.app import app, services


@signals.worker_process_init.connect
def _vacate_places(**_: object) -> None:
    """A process begins, perhaps in place of one that was killed while it placed a call: its place is free again."""
    bootstrap.capacity_gate(Settings.from_env(os.environ)).vacate()


@app.task(name="dialer.dialing.pace_active_campaigns", soft_time_limit=10, time_limit=15)
def pace_active_campaigns() -> None:
    """Send a tick for each active campaign. Safe to run twice: ticks of one tenant exclude each other."""
    pacing.pace_active_campaigns(services())


@app.task(name="dialer.dialing.pace_campaign", soft_time_limit=10, time_limit=15)
def pace_campaign(tenant_id: str, campaign_id: str) -> None:
    """One pacing tick. Safe to run twice: the second sees the calls that the first has planned."""
    pacing.pace_campaign(services(), tenant_id=TenantId(UUID(tenant_id)), campaign_id=CampaignId(UUID(campaign_id)))


@app.task(name="dialer.dialing.place_call", soft_time_limit=25, time_limit=35)
def place_call(tenant_id: str, call_id: str) -> None:
    """Place a planned call. Safe to run twice: only one run finds it planned; at most once, whatever crashes."""
    dialing.place_call(services(), tenant_id=TenantId(UUID(tenant_id)), call_id=CallId(UUID(call_id)))


@app.task(name="dialer.dialing.withdraw_planned_calls")
def withdraw_planned_calls(tenant_id: str, campaign_id: str) -> None:
    """Withdraw what a paused campaign had planned. Safe to run twice: each call is decided on under its lock."""
    dialing.withdraw_planned_calls(
        services(), tenant_id=TenantId(UUID(tenant_id)), campaign_id=CampaignId(UUID(campaign_id))
    )


@app.task(name="dialer.dialing.agent_became_available", soft_time_limit=10, time_limit=15)
def agent_became_available(tenant_id: str, agent_id: str) -> None:
    """Offer waiting people an agent, then pace the tenant's campaigns. Safe to run twice, as both halves are."""
    tenant = TenantId(UUID(tenant_id))
    call_answering.offer_waiting_calls(services(), tenant_id=tenant)
    pacing.pace_tenant(services(), tenant_id=tenant)
