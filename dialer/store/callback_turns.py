"""Whose turn a promised call is when it is due: what is to be done, and putting it on its agent's screen."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.callbacks import MISSED_AFTER
from dialer.domain.ids import AgentId, CallbackId, LeadId, PreviewId, TenantId
from dialer.store.callbacks import Callback
from dialer.store.schema.base import new_id


def list_due_callbacks(session: Session, *, now: datetime, max_rows: int) -> list[tuple[TenantId, CallbackId]]:
    """Open promises of all tenants with which something is to be done now."""
    rows = session.execute(
        text("select tenant_id, callback_id from due_callbacks(:now, :missed_before, :max_rows)"),
        {"now": now, "missed_before": now - MISSED_AFTER, "max_rows": max_rows},
    )
    return [(TenantId(row.tenant_id), CallbackId(row.callback_id)) for row in rows]


def has_skipped(session: Session, *, callback: Callback) -> bool:
    """Tell whether the agent of a promise was shown its lead when it was due, and declined."""
    values = {"lead_id": callback.lead_id, "agent_id": callback.agent_id, "due_at": callback.due_at}
    return session.execute(_HAS_SKIPPED, values).first() is not None


_HAS_SKIPPED = text("""
    select id from previews where lead_id = :lead_id and agent_id = cast(:agent_id as uuid) and state = 'skipped'
                           and offered_at >= :due_at limit 1
""")


def lock_free_agent(session: Session, agent_id: AgentId) -> bool:
    """Lock an agent who is there, has no call and looks at no lead; False if he is not, or if his row is taken.

    Only who has this lock puts a lead on his screen, so none can appear there meanwhile.
    """
    if session.execute(_LOCK_FREE_AGENT, {"agent_id": agent_id}).first() is None:
        return False
    return session.execute(_LOOKS_AT_ONE, {"agent_id": agent_id}).first() is None


_LOCK_FREE_AGENT = text("""
    select id from agents where id = :agent_id and is_active and status = 'available' and disconnected_at is null
                         and cardinality(held_call_ids) = 0 for update skip locked
""")
_LOOKS_AT_ONE = text("select id from previews where agent_id = :agent_id and state = 'offered'")


def offer_callback(session: Session, *, callback: Callback, expires_at: datetime, now: datetime) -> PreviewId | None:
    """Put the lead of a promise on the screen of its agent, whose row is locked as the lead's is."""
    preview_id = PreviewId(new_id())
    values = {
        "id": preview_id,
        "callback_id": callback.id,
        "lead_id": callback.lead_id,
        "agent_id": callback.agent_id,
        "expires_at": expires_at,
        "now": now,
    }
    return None if session.execute(_OFFER, values).first() is None else preview_id


_OFFER = text("""
    with claimed as (
        update leads set status = 'queued', claimed_until = :expires_at, updated_at = :now
        where id = :lead_id and status = 'pending'
        returning id, tenant_id, campaign_id
    ), offered as (
        update callbacks b set state = 'offered', updated_at = :now
        from claimed where b.id = :callback_id and b.lead_id = claimed.id and b.state in ('promised', 'offered')
        returning b.id
    )
    insert into previews (id, tenant_id, campaign_id, lead_id, agent_id, state, offered_at, expires_at)
    select :id, claimed.tenant_id, claimed.campaign_id, claimed.id, :agent_id, 'offered', :now, :expires_at
    from claimed cross join offered
    returning id
""")


def find_offer(session: Session, lead_id: LeadId) -> PreviewId | None:
    """The preview in which a lead is on somebody's screen now."""
    row = session.execute(_FIND_OFFER, {"lead_id": lead_id}).one_or_none()
    return None if row is None else PreviewId(row.id)


_FIND_OFFER = text("select id from previews where lead_id = :lead_id and state = 'offered'")
