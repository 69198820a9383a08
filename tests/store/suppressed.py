"""What `SUPPRESSED_AMONG` finds."""

from collections.abc import Sequence

from sqlalchemy import text

from dialer.domain.ids import CampaignId, TenantId
from dialer.store.suppressions import SUPPRESSED_AMONG
from dialer.usecases.services import Services


def held_among(
    services: Services, tenant_id: TenantId, numbers: Sequence[str], *, campaign_id: CampaignId | None = None
) -> dict[str, tuple[str, str]]:
    """Kind and reason by number."""
    staged = "(select unnest(cast(:numbers as text[])) as phone_normalized) as staged"
    values = {"numbers": list(numbers), "campaign_id": campaign_id, "now": services.clock.now()}
    with services.transaction(tenant_id) as tx:
        rows = list(tx.session.execute(text(SUPPRESSED_AMONG.format(staged=staged)), values))
    found = {row.phone_normalized: (row.kind, row.reason) for row in rows}
    assert len(found) == len(rows), "one row for each number"
    return found
