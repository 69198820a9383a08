"""Leads on agents' screens: offering the next one, giving it back, and planning the call that its agent wants.

Locks are taken in one order, lead, preview, agent, so that dialling, skipping and sweeping at once wait for each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentGroupId, AgentId, CallbackId, CallId, CampaignId, LeadId, PreviewId, TenantId
from dialer.store.agents import REACHABLE, ReservedAgent
from dialer.store.lead_choice import MOVE_LISTS, choice_values, next_leads
from dialer.store.placements import CAMPAIGN_TERMS, CampaignTerms, terms_of
from dialer.store.ready_leads import ReadyList
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class Preview:
    """A lead as its agent sees it, and what became of the offer. `call_id` is set once it is dialled."""

    id: PreviewId
    tenant_id: TenantId
    agent_id: AgentId
    campaign_id: CampaignId
    campaign_name: str
    lead_id: LeadId
    state: str
    offered_at: datetime
    expires_at: datetime
    call_id: CallId | None
    first_name: str | None
    last_name: str | None
    phone: str
    email: str | None
    country: str | None
    notes: str | None
    custom_fields: Mapping[str, Any]
    call_attempts: int
    last_call_at: datetime | None
    callback_id: CallbackId | None
    """A promise to call this lead that is open, when it is due and what was noted on it."""
    callback_due_at: datetime | None
    callback_note: str | None

    def is_open(self, at: datetime) -> bool:
        """True while the agent may still dial or skip."""
        return self.state == "offered" and at < self.expires_at


_PREVIEW = """
    select p.id, p.tenant_id, p.agent_id, p.campaign_id, m.name as campaign_name, p.lead_id, p.state, p.offered_at,
           p.expires_at, p.call_id, l.first_name, l.last_name, coalesce(l.next_phone, l.phone_normalized) as phone,
           l.email, l.country, l.notes, l.custom_fields, l.call_attempts, l.last_call_at, b.id as callback_id,
           b.due_at as callback_due_at, b.note as callback_note
    from previews p join campaigns m on m.id = p.campaign_id join leads l on l.id = p.lead_id
    left join callbacks b on b.lead_id = p.lead_id and b.state in ('promised', 'offered', 'handed_over')
"""
_FIND = text(f"{_PREVIEW} where p.id = :preview_id")
_FIND_OPEN = text(f"{_PREVIEW} where p.agent_id = :agent_id and p.state = 'offered' and p.expires_at > :now")


def find_preview(session: Session, preview_id: PreviewId) -> Preview | None:
    """One preview of this tenant, in whatever state."""
    row = session.execute(_FIND, {"preview_id": preview_id}).mappings().one_or_none()
    return None if row is None else Preview(**row)


def find_open_preview(session: Session, *, agent_id: AgentId, now: datetime) -> Preview | None:
    """What this agent has on his screen."""
    row = session.execute(_FIND_OPEN, {"agent_id": agent_id, "now": now}).mappings().one_or_none()
    return None if row is None else Preview(**row)


@dataclass(frozen=True)
class PreviewCampaign:
    """A campaign whose leads an agent may preview, if its hours allow. `rules_revision`: of its tenant's own rules."""

    id: CampaignId
    tenant_id: TenantId
    name: str
    terms: CampaignTerms
    rules_revision: int


def list_preview_campaigns(
    session: Session, *, agent_group_id: AgentGroupId | None, campaign_id: CampaignId | None
) -> list[PreviewCampaign]:
    """Active preview campaigns that agents of this group serve, the one that started first coming first."""
    rows = session.execute(_CAMPAIGNS, {"agent_group_id": agent_group_id, "campaign_id": campaign_id})
    return [PreviewCampaign(row.id, row.tenant_id, row.name, terms_of(row), row.rules_revision) for row in rows]


_CAMPAIGNS = text(f"""
    select m.id, m.tenant_id, m.name, t.rules_revision, {CAMPAIGN_TERMS}
    from campaigns m join tenants t on t.id = m.tenant_id
    where m.status = 'active' and m.dial_mode = 'preview'
      and (m.agent_group_id is null or m.agent_group_id = cast(:agent_group_id as uuid))
      and (cast(:campaign_id as uuid) is null or m.id = :campaign_id)
    order by m.started_at, m.id
""")


def offer_next_lead(
    session: Session,
    *,
    campaign_id: CampaignId,
    lists: Sequence[ReadyList],
    agent_id: AgentId,
    now: datetime,
    expires_at: datetime,
    skipped_before: datetime,
) -> PreviewId | None:
    """Put the campaign's next ready lead on the screen of an agent whose row is locked; None if there is no such lead.

    The order is the hopper's. Leads that another transaction is claiming are passed over, and those that this agent
    skipped after `skipped_before`. The lead is claimed until the preview expires.
    """
    if not lists:
        return None
    preview_id = PreviewId(new_id())
    values = choice_values(lists, 1) | {
        "id": preview_id,
        "campaign_id": campaign_id,
        "agent_id": agent_id,
        "now": now,
        "expires_at": expires_at,
        "skipped_before": skipped_before,
    }
    statement = _OFFER if len(lists) == 1 else _OFFER_IN_TURN
    return None if session.execute(statement, values).first() is None else preview_id


_NOT_SKIPPED = """
    not exists (select from previews p where p.lead_id = l.id and p.agent_id = :agent_id
                and p.state = 'skipped' and p.ended_at > :skipped_before)
"""


def _offer(moving: str) -> str:
    return f"""
    with due as ({next_leads(_NOT_SKIPPED)}
    ), claimed as (
        update leads set status = 'queued', claimed_until = :expires_at, updated_at = :now
        where id = any(array(select due.id from due))
        returning id, tenant_id, list_id
    ), {moving} offered as (
        insert into previews (id, tenant_id, campaign_id, lead_id, agent_id, state, offered_at, expires_at)
        select :id, tenant_id, :campaign_id, id, :agent_id, 'offered', :now, :expires_at from claimed
        on conflict do nothing
        returning id
    )
    select id from offered
    """


_OFFER = text(_offer(""))
_OFFER_IN_TURN = text(_offer(MOVE_LISTS))


def expire_previews(session: Session, *, now: datetime) -> None:
    """End the tenant's offers whose time is over, so that they do not stand in the way of new ones.

    To be called before an agent is locked. Their leads are given back by the sweep of claims.
    """
    session.execute(_EXPIRE, {"now": now})


_EXPIRE = text("""
    update previews set state = 'expired', ended_at = :now
    where id in (select id from previews where state = 'offered' and expires_at <= :now order by id for update)
      and state = 'offered'
""")


def lock_preview(session: Session, preview_id: PreviewId) -> Preview | None:
    """One preview, with its lead's and its own row locked; None if there is no such preview."""
    session.execute(_LOCK_LEAD, {"preview_id": preview_id})
    session.execute(_LOCK, {"preview_id": preview_id})
    # A statement of its own: it sees what was committed while the locks were waited for.
    return find_preview(session, preview_id)


_LOCK_LEAD = text(
    "select from leads where id = (select lead_id from previews where id = :preview_id) for no key update"
)
_LOCK = text("select from previews where id = :preview_id for update")


def reserve_agent_himself(
    session: Session, *, agent_id: AgentId, call_id: CallId, now: datetime
) -> ReservedAgent | None:
    """Keep one agent for the answer of a call that he asked for; None if he is not free, or has no audio."""
    row = session.execute(_RESERVE, {"agent_id": agent_id, "call_id": call_id, "now": now}).one_or_none()
    return None if row is None else ReservedAgent(*row)


_RESERVE = text(f"""
    update agents a set held_call_ids = array[cast(:call_id as uuid)], wrap_up_until = null,
                        updated_at = :now, last_active_at = :now
    where a.id = :agent_id and cardinality(a.held_call_ids) = 0 and {REACHABLE}
    returning id, name, console_leg_sid, phone, user_id
""")


def find_kept_agent(session: Session, *, agent_id: AgentId, call_id: CallId) -> ReservedAgent | None:
    """The agent who is kept for a call's answer, his row locked; None if he has gone, lost his audio or was freed."""
    row = session.execute(_KEPT, {"agent_id": agent_id, "call_id": call_id}).one_or_none()
    return None if row is None else ReservedAgent(*row)


# What he declares meanwhile holds for after the call: one who is there takes it.
_KEPT = text("""
    select a.id, a.name, a.console_leg_sid, a.phone, a.user_id from agents a
    where a.id = :agent_id and :call_id = any(a.held_call_ids) and a.disconnected_at is null
      and (case when a.console_leg_sid is not null then exists (select 1 from agent_sockets s where s.agent_id = a.id)
                else a.phone is not null and a.phone_leg_failed_at is null end)
    for no key update of a
""")


def plan_previewed_call(
    session: Session,
    *,
    preview: Preview,
    call_id: CallId,
    conference_name: str,
    now: datetime,
    place_before: datetime,
    claimed_until: datetime,
) -> bool:
    """Plan one attempt and one call of a locked preview's lead, for its agent alone, and note that it is dialled.

    False if the number has a call in flight for another campaign of the tenant; the transaction is then to be undone.
    """
    values = {
        "preview_id": preview.id,
        "lead_id": preview.lead_id,
        "agent_id": preview.agent_id,
        "attempt_id": new_id(),
        "call_id": call_id,
        "conference_name": conference_name,
        "now": now,
        "place_before": place_before,
        "claimed_until": claimed_until,
    }
    if session.execute(_PLAN, values).first() is None:
        return False
    return end_preview(session, preview_id=preview.id, state="dialled", now=now, call_id=call_id)


_PLAN = text("""
    with claimed as (
        update leads set claimed_until = :claimed_until, updated_at = :now,
                         last_attempt_number = last_attempt_number + 1
        where id = :lead_id and status = 'queued'
        returning id, tenant_id, campaign_id, last_attempt_number, coalesce(next_phone, phone_normalized) as to_number
    ), attempted as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
        select :attempt_id, tenant_id, campaign_id, id, last_attempt_number, :now from claimed
        returning id
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, place_before, created_at, metadata, agent_id, agent_reserved_at, conference_name)
    select :call_id, claimed.tenant_id, claimed.campaign_id, claimed.id, attempted.id, 'planned', :now, 'outbound',
           campaigns.caller_id, claimed.to_number, :place_before, :now, '{}', :agent_id, :now, :conference_name
    from claimed cross join attempted join campaigns on campaigns.id = claimed.campaign_id
    on conflict do nothing
    returning id
""")


def end_preview(
    session: Session,
    *,
    preview_id: PreviewId,
    state: str,
    now: datetime,
    call_id: CallId | None = None,
    reason: str | None = None,
) -> bool:
    """Note what became of an offer; False if something became of it before."""
    values = {"preview_id": preview_id, "state": state, "now": now, "call_id": call_id, "reason": reason}
    return session.execute(_END, values).first() is not None


_END = text("""
    update previews set state = :state, ended_at = :now, call_id = :call_id, skip_reason = :reason
    where id = :preview_id and state = 'offered' returning id
""")


def note_refusal(session: Session, *, preview_id: PreviewId, reason: str) -> None:
    """A dialled preview whose call the rules forbade: nothing rang."""
    session.execute(
        text("update previews set state = 'withdrawn', skip_reason = :reason where id = :preview_id"),
        {"preview_id": preview_id, "reason": reason},
    )


def return_lead(session: Session, *, lead_id: LeadId, now: datetime) -> None:
    """Give a previewed lead back to its list, in its old place."""
    session.execute(
        text(
            """
            update leads set status = case when do_not_call then 'dnc' else 'pending' end, claimed_until = null,
                             updated_at = :now
            where id = :lead_id and status = 'queued'
            """
        ),
        {"lead_id": lead_id, "now": now},
    )


def list_overdue_previews(
    session: Session, *, now: datetime, gone_before: datetime, max_rows: int
) -> list[tuple[TenantId, PreviewId]]:
    """Open previews of all tenants that have expired or whose agent has left, went on a break or was deactivated."""
    rows = session.execute(
        text("select tenant_id, preview_id from overdue_previews(:now, :gone_before, :max_rows)"),
        {"now": now, "gone_before": gone_before, "max_rows": max_rows},
    )
    return [(TenantId(row.tenant_id), PreviewId(row.preview_id)) for row in rows]


def list_unresolved_previews(session: Session, *, before: datetime, max_rows: int) -> list[tuple[TenantId, CallId]]:
    """Calls of all tenants whose agent waits for an answer though nobody knows whether the carrier has them."""
    rows = session.execute(
        text("select tenant_id, call_id from unresolved_previews(:before, :max_rows)"),
        {"before": before, "max_rows": max_rows},
    )
    return [(TenantId(row.tenant_id), CallId(row.call_id)) for row in rows]
