"""Campaigns for tests: valid by default, written through the store, in any status."""

from typing import Any

from dialer.domain.campaigns import CampaignSettings, CampaignStatus, RetryPolicy, check_settings
from dialer.domain.ids import TenantId
from dialer.store import campaigns as store
from dialer.store.campaigns import Campaign
from dialer.usecases.services import Services


def make_campaign(
    services: Services,
    tenant_id: TenantId,
    *,
    status: str = "draft",
    retry_policy: dict[str, Any] | None = None,
    **settings: Any,
) -> Campaign:
    """Store a campaign; `settings` are those of `CampaignSettings`, `retry_policy` those of `RetryPolicy`."""
    named = {"name": "Spring outreach", "caller_id": "+14155550100", **settings}
    checked = check_settings(CampaignSettings(**named, retry_policy=RetryPolicy(**(retry_policy or {}))))
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        campaign_id = store.insert_campaign(tx.session, tenant_id=tenant_id, settings=checked, now=now)
        if status != "draft":
            store.change_status(tx.session, campaign_id, CampaignStatus(status), now=now)
        campaign = store.find_campaign(tx.session, campaign_id)
    assert campaign is not None
    return campaign
