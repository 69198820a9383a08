"""What a forecast of a campaign starts from: what its pacer has learned, and the leads that are still to be called."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId


@dataclass(frozen=True)
class PacingMemory:
    """What a pacer had learned, and the moment on its clock up to which it had seen everything."""

    state: Mapping[str, Any]
    observed_until: float


def find_pacing_memory(session: Session, campaign_id: CampaignId) -> PacingMemory | None:
    """What the campaign's pacer had learned when it was saved last; None before that."""
    row = session.execute(
        text("select state, observed_until from pacing_states where campaign_id = :id and state is not null"),
        {"id": campaign_id},
    ).one_or_none()
    return None if row is None else PacingMemory(row.state, row.observed_until)


def count_open_leads(session: Session, campaign_id: CampaignId) -> dict[int, int]:
    """Leads that may still be called or are being called, by the attempts made; an attempt under way counts as one."""
    rows = session.execute(
        text(
            """
            select call_attempts, count(*) as leads from leads
            where campaign_id = :id and status in ('pending', 'queued', 'calling')
            group by call_attempts
            """
        ),
        {"id": campaign_id},
    )
    return {row.call_attempts: row.leads for row in rows}
