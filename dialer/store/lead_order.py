"""Putting a campaign's leads in another order while it dials on, in batches that say how far they have come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, TenantId

FROM_THE_BEGINNING = ""


@dataclass(frozen=True)
class ReorderedBatch:
    """How many leads were looked at, how many of them somebody else held, and the number of the last."""

    leads: int
    held: int
    last: str | None


def begin_reorder(session: Session, *, campaign_id: CampaignId, now: datetime) -> None:
    """Note that the campaign's leads are out of order; whoever puts them in an older one begins anew."""
    session.execute(
        text("update campaigns set reordered_up_to = :start, reordered_at = :now where id = :campaign_id"),
        {"campaign_id": campaign_id, "start": FROM_THE_BEGINNING, "now": now},
    )


def claim_reorder(session: Session, *, campaign_id: CampaignId) -> str | None:
    """How far reordering has come; None if there is nothing to do, or another worker is at it.

    Nobody else is at it until the transaction ends.
    """
    if not session.execute(_TRY_LOCK, {"campaign_id": str(campaign_id)}).scalar_one():
        return None
    statement = text("select reordered_up_to from campaigns where id = :campaign_id")
    row = session.execute(statement, {"campaign_id": campaign_id}).first()
    return None if row is None else row.reordered_up_to


def reorder_batch(session: Session, *, campaign_id: CampaignId, after: str, max_leads: int) -> ReorderedBatch:
    """Give the next leads, in the order of their numbers, the key of the campaign's order.

    Leads that are in order already are not touched, and those that somebody else holds are not waited for: claims and
    bulk changes go on undisturbed.
    """
    row = session.execute(_REORDER, {"campaign_id": campaign_id, "after": after, "max_leads": max_leads}).one()
    return ReorderedBatch(row.leads, row.wrong - row.moved, row.last)


def note_progress(session: Session, *, campaign_id: CampaignId, known: str, reached: str | None, now: datetime) -> None:
    """Note how far reordering has come, None for done; nothing if it was begun anew meanwhile."""
    session.execute(_NOTE, {"campaign_id": campaign_id, "known": known, "reached": reached, "now": now})


def list_stalled_reorders(session: Session, *, silent_since: datetime) -> list[tuple[TenantId, CampaignId]]:
    """Campaigns of all tenants whose leads are not in order yet, and on whom nobody has worked for a while."""
    statement = text("select tenant_id, campaign_id from campaigns_to_reorder(:silent_since)")
    rows = session.execute(statement, {"silent_since": silent_since})
    return [(TenantId(row.tenant_id), CampaignId(row.campaign_id)) for row in rows]


_TRY_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended(:campaign_id, 5))")
_NOTE = text(
    """
    update campaigns set reordered_up_to = cast(:reached as text), reordered_at = :now
    where id = :campaign_id and reordered_up_to = :known
    """
)
_KEY = "lead_dial_key(c.lead_order, c.lead_order_field, l.created_at, l.next_call_at, l.last_call_at, l.custom_fields)"
# The key is worked out once more for the row as it is when it has been locked: it may have been called meanwhile.
_REORDER = text(
    f"""
    with batch as (
        select l.id, l.phone_normalized, l.status in ('pending', 'queued', 'calling') and l.callback_at is null
                                         and l.dial_key is distinct from {_KEY} as is_wrong
        from leads l join campaigns c on c.id = l.campaign_id
        where l.campaign_id = :campaign_id and l.phone_normalized > :after
        order by l.phone_normalized limit :max_leads
    ), free as (
        select l.id from leads l where l.id = any(array(select id from batch where is_wrong))
        for no key update skip locked
    ), moved as (
        update leads l set dial_key = {_KEY}
        from campaigns c where l.id = any(array(select id from free)) and c.id = l.campaign_id
        returning l.id
    )
    select count(*) as leads, count(*) filter (where is_wrong) as wrong, (select count(*) from moved) as moved,
           max(phone_normalized) as last
    from batch
    """
)
