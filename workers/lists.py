"""Tasks about whole lists. Acknowledged late: each is safe to run twice and goes on where the last one came to."""

from uuid import UUID

from dialer.domain.ids import CampaignId, TenantId
from dialer.usecases import lead_order, relocation
from workers.app import app, services


@app.task(name="dialer.imports.reorder_leads", acks_late=True, soft_time_limit=300, time_limit=330)
def reorder_leads(tenant_id: str, campaign_id: str) -> None:
    """Put a campaign's leads in its order. Safe to run twice: each batch notes how far it came."""
    lead_order.reorder_leads(services(), tenant_id=TenantId(UUID(tenant_id)), campaign_id=CampaignId(UUID(campaign_id)))


@app.task(name="dialer.imports.relocate_leads", acks_late=True, soft_time_limit=900, time_limit=930)
def relocate_leads(tenant_id: str, campaign_id: str) -> None:
    """Locate a campaign's leads anew. Safe to run twice: the second finds the same places."""
    relocation.relocate_leads(
        services(), tenant_id=TenantId(UUID(tenant_id)), campaign_id=CampaignId(UUID(campaign_id))
    )


@app.task(name="dialer.imports.determine_localities", acks_late=True, soft_time_limit=50, time_limit=60)
def determine_localities() -> None:
    """Locate leads that came without a locality. Safe to run twice: leads that another run holds are passed over."""
    relocation.determine_localities(services())
