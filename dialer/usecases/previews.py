"""Preview dialling: an agent looks at a lead, and only then says dial or skip.

A previewed lead is claimed for its agent until the preview expires. Dialling keeps the agent for the answer from that
moment on, so that nobody else's callee gets him and his own finds him.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain import in_flight
from dialer.domain.agents import AgentStatus
from dialer.domain.calls import CallState
from dialer.domain.compliance import CallingVerdict
from dialer.domain.errors import Conflict, Forbidden, NotFound
from dialer.domain.ids import AgentId, CallId, CampaignId, PreviewId, TenantId
from dialer.domain.principals import Principal, Role
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store import placements
from dialer.store import previews as store
from dialer.store.agents import AgentRow
from dialer.store.previews import Preview as Preview
from dialer.store.previews import PreviewCampaign
from dialer.store.ready_leads import load_ready_lists
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.agents import announce_status
from dialer.usecases.call_closing import release_agent_of
from dialer.usecases.callable_localities import choose_localities, explain_closed
from dialer.usecases.dialing import line_up, withdraw
from dialer.usecases.services import Services
from dialer.usecases.verdicts import decide_placement, window_of

PREVIEW_LIFE = timedelta(seconds=120)
SKIP_REST = timedelta(minutes=30)
"""For so long a skipped lead is not offered again to the agent who skipped it; to others it is."""
PLACEMENT_LIFE = timedelta(seconds=10)
"""A call that was not placed by then is withdrawn: its agent has waited long enough."""
CLAIM_LIFE = in_flight.LEAD_CLAIM
GONE_AFTER = in_flight.PREVIEW_OF_ABSENT.expiry
"""An agent without a console for so long does not come back to the lead on his screen."""
UNRESOLVED_PATIENCE = in_flight.PREVIEW_UNRESOLVED.expiry
"""Nobody waits longer for a call that the carrier may never have taken; if it is answered, he is tried first."""
MAX_ROWS = 200


@dataclass(frozen=True)
class PreviewOffer:
    """A lead to look at, or in words why there is none."""

    preview: Preview | None
    reason: str | None


@dataclass(frozen=True)
class DialledPreview:
    """What an agent's word led to: the call, and where it stands."""

    preview_id: PreviewId
    call_id: CallId
    state: CallState


def offer_preview(
    services: Services, *, actor: Principal, agent_id: AgentId, campaign_id: CampaignId | None = None
) -> PreviewOffer:
    """Put the next due lead on an agent's screen; the same one again while it is there.

    Without a campaign, the preview campaigns that the agent serves are gone through in the order of their start.
    Raises NotFound, Forbidden, and Conflict for an agent who is not available or has a call.
    """
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        store.expire_previews(tx.session, now=now)
        agent = _lock_own_agent(tx, actor, agent_id)
        if (obstacle := _obstacle(agent)) is not None:
            raise Conflict(obstacle)
        preview = store.find_open_preview(tx.session, agent_id=agent_id, now=now)
        if preview is not None and campaign_id in (None, preview.campaign_id):
            return PreviewOffer(preview, None)
        if preview is not None:
            raise Conflict("A lead of another campaign is on the agent's screen: dial or skip it first.")
        campaigns = store.list_preview_campaigns(
            tx.session, agent_group_id=agent.agent_group_id, campaign_id=campaign_id
        )
        preview, reason = _offer_from(services, tx, campaigns, agent_id, now)
        if preview is None:
            return PreviewOffer(None, reason)
        tx.after_commit(services.feed.to_agent, agent_id, agent_events.PREVIEW_LEAD, agent_events.preview_lead(preview))
        return PreviewOffer(preview, None)


def load_preview(services: Services, *, actor: Principal, agent_id: AgentId) -> Preview | None:
    """What is on an agent's screen: one's own, or anybody's for supervisors. Raises NotFound, Forbidden."""
    with services.transaction(actor.tenant_id) as tx:
        if agent_store.find_agent(tx.session, agent_id) is None:
            raise _no_agent()
        if actor.agent_id != agent_id and not actor.has_at_least(Role.SUPERVISOR):
            raise Forbidden("Agents may do this for themselves only.")
        return store.find_open_preview(tx.session, agent_id=agent_id, now=services.clock.now())


def dial_preview(services: Services, *, actor: Principal, agent_id: AgentId, preview_id: PreviewId) -> DialledPreview:
    """Call the lead on the agent's screen, at most once: pressed twice or at once, the same call is the answer.

    Decided here on fresh rows and again in the placing transaction. Raises NotFound, Forbidden; Conflict when the offer
    is over, the agent is not free or has no audio, or a rule forbids the call: the lead then goes back or is marked.
    """
    with services.transaction(actor.tenant_id) as tx:
        preview = _lock_own_preview(tx, actor, agent_id, preview_id)
        # Only now: what others did while the locks were waited for lies before this moment, and counts.
        now = services.clock.now()
        if preview.call_id is not None and preview.state == "dialled":
            return _dialled(tx, preview.id, preview.call_id)
        if not preview.is_open(now):
            raise Conflict(_over(preview))
        call_id = CallId(new_id())
        _plan(services, tx, preview, call_id, now)
        verdict = _decide(services, tx, preview, call_id, now)
        state = "dialled" if verdict.allowed else "withdrawn"
        ended = agent_events.preview_ended(preview, state=state, call_id=call_id if verdict.allowed else None)
        tx.after_commit(services.feed.to_agent, agent_id, agent_events.PREVIEW_ENDED, ended)
        if verdict.allowed:
            line_up(services, tx, [call_id], tenant_id=actor.tenant_id)
    if not verdict.allowed:
        raise Conflict(" ".join(reason.message for reason in verdict.reasons))
    return DialledPreview(preview_id, call_id, CallState.PLANNED)


def skip_preview(
    services: Services, *, actor: Principal, agent_id: AgentId, preview_id: PreviewId, reason: str
) -> Preview:
    """Give the lead on the agent's screen back, to others at once and to him after a while. Repeating changes nothing.

    Raises NotFound, Forbidden, and Conflict when the lead was dialled or taken back meanwhile.
    """
    with services.transaction(actor.tenant_id) as tx:
        preview = _lock_own_preview(tx, actor, agent_id, preview_id)
        now = services.clock.now()
        if preview.state == "skipped":
            return preview
        if not preview.is_open(now):
            raise Conflict(_over(preview))
        _give_back(services, tx, preview, state="skipped", now=now, reason=reason)
        return preview


def sweep_previews(services: Services) -> int:
    """Take back what agents do not look at any more; free those who wait for a call that nobody knows of.

    Returns how many. Safe to run at any time and in parallel.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        overdue = store.list_overdue_previews(tx.session, now=now, gone_before=now - GONE_AFTER, max_rows=MAX_ROWS)
        unresolved = store.list_unresolved_previews(tx.session, before=now - UNRESOLVED_PATIENCE, max_rows=MAX_ROWS)
    taken_back = sum(_take_back(services, tenant_id, preview_id, now) for tenant_id, preview_id in overdue)
    return taken_back + sum(_free_agent(services, tenant_id, call_id, now) for tenant_id, call_id in unresolved)


def _take_back(services: Services, tenant_id: TenantId, preview_id: PreviewId, now: datetime) -> bool:
    """Decide again under the locks: since the look-up the agent may have dialled, skipped or come back."""
    with services.transaction(tenant_id) as tx:
        preview = store.lock_preview(tx.session, preview_id)
        if preview is None or preview.state != "offered":
            return False
        agent = agent_store.find_agent(tx.session, preview.agent_id)
        is_there = agent is not None and agent.is_active and agent.status is AgentStatus.AVAILABLE
        left_at = None if agent is None else agent.disconnected_at
        if is_there and (left_at is None or left_at >= now - GONE_AFTER) and preview.is_open(now):
            return False
        _give_back(services, tx, preview, state="withdrawn" if preview.is_open(now) else "expired", now=now)
    return True


def _free_agent(services: Services, tenant_id: TenantId, call_id: CallId, now: datetime) -> bool:
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        if call is None or call.state != CallState.UNRESOLVED:
            return False
        release_agent_of(services, tx, call=call, now=now, reason="unresolved", wrap_up=False)
    return True


def _give_back(
    services: Services, tx: Transaction, preview: Preview, *, state: str, now: datetime, reason: str | None = None
) -> None:
    store.end_preview(tx.session, preview_id=preview.id, state=state, now=now, reason=reason)
    store.return_lead(tx.session, lead_id=preview.lead_id, now=now)
    ended = agent_events.preview_ended(preview, state=state)
    tx.after_commit(services.feed.to_agent, preview.agent_id, agent_events.PREVIEW_ENDED, ended)


def _offer_from(
    services: Services, tx: Transaction, campaigns: list[PreviewCampaign], agent_id: AgentId, now: datetime
) -> tuple[Preview | None, str]:
    """The next lead of the first campaign that has one, or why none has."""
    obstacles = []
    for campaign in campaigns:
        obstacle = _closed(campaign, now)
        if obstacle is None:
            preview_id, obstacle = _offer_one(services, tx, campaign, agent_id, now)
            if preview_id is not None:
                return store.find_preview(tx.session, preview_id), ""
        obstacles.append(f"{campaign.name}: {obstacle}")
    return None, f"{'; '.join(obstacles) or 'No preview campaign of this agent is active'}."


def _offer_one(
    services: Services, tx: Transaction, campaign: PreviewCampaign, agent_id: AgentId, now: datetime
) -> tuple[PreviewId | None, str]:
    ready = load_ready_lists(tx.session, campaign_id=campaign.id, now=now)
    leads = choose_localities(
        services, tx, campaign.terms, ready, tenant_id=campaign.tenant_id, revision=campaign.rules_revision, now=now
    )
    preview_id = store.offer_next_lead(
        tx.session,
        campaign_id=campaign.id,
        lists=leads.lists,
        agent_id=agent_id,
        now=now,
        expires_at=now + PREVIEW_LIFE,
        skipped_before=now - SKIP_REST,
    )
    if preview_id is not None or not leads.closed:
        return preview_id, "no lead is due"
    return None, explain_closed(tx, leads) or "no lead is due"


def _closed(campaign: PreviewCampaign, now: datetime) -> str | None:
    terms = campaign.terms
    if terms.schedule_end is not None and now >= terms.schedule_end:
        return "its schedule has ended"
    window = window_of(terms)
    if window.timezone is not None and not window.is_open(now):
        return f"outside its calling hours until {agent_events.iso_instant(window.next_opening(now))}"
    return None


def _plan(services: Services, tx: Transaction, preview: Preview, call_id: CallId, now: datetime) -> None:
    """Keep the agent and plan the call, or undo both by raising Conflict: the lead then stays on the screen."""
    agent = store.reserve_agent_himself(tx.session, agent_id=preview.agent_id, call_id=call_id, now=now)
    if agent is None:
        row = agent_store.find_agent(tx.session, preview.agent_id)
        obstacle = None if row is None else _obstacle(row)
        raise Conflict(obstacle or "The agent has no audio: connect the console or check the phone first.")
    conference = f"agent_{agent.id}" if agent.console_leg_sid is not None else f"call_{call_id}"
    row = agent_store.find_agent(tx.session, agent.id)
    if row is not None:
        announce_status(services, tx, row)
    is_planned = store.plan_previewed_call(
        tx.session,
        preview=preview,
        call_id=call_id,
        conference_name=conference,
        now=now,
        place_before=now + PLACEMENT_LIFE,
        claimed_until=now + CLAIM_LIFE,
    )
    if not is_planned:
        raise Conflict("This number is being called at this moment, or the lead is not yours any more.")


def _decide(services: Services, tx: Transaction, preview: Preview, call_id: CallId, now: datetime) -> CallingVerdict:
    planned = placements.lock_planned_call(tx.session, call_id=call_id, now=now)
    if planned is None:
        raise Conflict("The call was withdrawn.")
    verdict = decide_placement(services, tx, planned, now)
    if not verdict.allowed:
        withdraw(services, tx, planned, verdict, now)
        codes = ", ".join(reason.code for reason in verdict.reasons)
        store.note_refusal(tx.session, preview_id=preview.id, reason=codes)
    return verdict


def _dialled(tx: Transaction, preview_id: PreviewId, call_id: CallId) -> DialledPreview:
    call = call_store.lock_call(tx.session, call_id)
    if call is None:
        raise Conflict("The lead was dialled, and the call is gone.")
    return DialledPreview(preview_id, call_id, call.state)


def _obstacle(agent: AgentRow) -> str | None:
    if not agent.is_active:
        return "The agent is deactivated."
    if agent.held_call_ids:
        return "The agent has a call."
    if agent.status is not AgentStatus.AVAILABLE:
        return "The agent is not available: declare it first."
    return None


def _over(preview: Preview) -> str:
    return {
        "dialled": "This lead has been dialled.",
        "skipped": "This lead was skipped.",
        "withdrawn": "This lead was taken back.",
    }.get(preview.state, "The time to look at this lead is over: ask for the next one.")


def _lock_own_agent(tx: Transaction, actor: Principal, agent_id: AgentId) -> AgentRow:
    """The agent himself, or a supervisor who works for an agent without a user."""
    agent = agent_store.lock_agent(tx.session, agent_id)
    if agent is None:
        raise _no_agent()
    _require_own(actor, agent)
    return agent


def _require_own(actor: Principal, agent: AgentRow) -> None:
    if actor.agent_id == agent.id:
        return
    if not actor.has_at_least(Role.SUPERVISOR) or agent.user_id is not None:
        raise Forbidden("Leads are previewed by the agent himself.")


def _lock_own_preview(tx: Transaction, actor: Principal, agent_id: AgentId, preview_id: PreviewId) -> Preview:
    # The agent's row is locked after the lead's and the preview's, so here it is only read.
    agent = agent_store.find_agent(tx.session, agent_id)
    if agent is None:
        raise _no_agent()
    _require_own(actor, agent)
    preview = store.lock_preview(tx.session, preview_id)
    if preview is None or preview.agent_id != agent_id:
        raise NotFound("This agent has no preview with this id.")
    return preview


def _no_agent() -> NotFound:
    return NotFound("There is no agent with this id.")
