"""What an agent's console shows about a call: the lead's facts and the campaign's name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, CallId, CampaignId, LeadId
from dialer.store.calls import CALLEE_ZONE
from dialer.store.prepared import prepared


@dataclass(frozen=True)
class ScreenPop:
    """Whom the agent is about to talk to. `notes` are the lead's, `phone` the number that was called.

    `time_zone` is where he is thought to be.
    """

    call_id: CallId
    lead_id: LeadId
    first_name: str | None
    last_name: str | None
    phone: str
    notes: str | None
    campaign_id: CampaignId
    campaign_name: str
    custom_fields: dict[str, Any]
    time_zone: str


def find_current_screen_pop(session: Session, agent_id: AgentId) -> ScreenPop | None:
    """The answered call that this agent holds, the latest if several: for a console that reconnects."""
    row = session.execute(_CURRENT, {"agent_id": agent_id}).mappings().first()
    return None if row is None else ScreenPop(**row)


_CURRENT = text(f"""
    select c.id as call_id, c.lead_id, l.first_name, l.last_name, c.to_number as phone, l.notes, c.campaign_id,
           m.name as campaign_name, l.custom_fields, {CALLEE_ZONE} as time_zone
    from agents a
    join calls c on c.id = any(a.held_call_ids) and c.state in ('answered', 'waiting', 'bridged')
    join leads l on l.id = c.lead_id
    join campaigns m on m.id = c.campaign_id
    where a.id = :agent_id
    order by c.agent_reserved_at desc nulls last, c.id desc
    limit 1
""")


def record_screen_pop(session: Session, *, call_id: CallId, agent_id: AgentId, now: datetime) -> bool:
    """Note when the call first was on the screen of the agent who holds it. False if this agent does not hold it."""
    return session.scalar(_RECORD, {"call_id": call_id, "agent_id": agent_id, "now": now}) is not None


_RECORD = prepared("""
    update calls c set screen_popped_at = coalesce(c.screen_popped_at, :now)
    from agents a
    where c.id = :call_id and a.id = :agent_id and c.id = any(a.held_call_ids)
    returning c.id
""")
