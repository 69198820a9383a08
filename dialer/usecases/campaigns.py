"""Campaigns: their settings, and every change of their status. Placing their calls is `dialing`'s."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dialer.domain.campaigns import (
    DELETABLE,
    EDITABLE,
    CampaignChanges,
    CampaignSettings,
    CampaignStatus,
    DialMode,
    change_settings,
    check_settings,
    decide_change,
    decide_start,
)
from dialer.domain.errors import Conflict, Invalid, NotFound
from dialer.domain.ids import AgentGroupId, CampaignId, TenantId
from dialer.domain.principals import Principal, Role
from dialer.store import agent_groups, campaign_desks, dialling_holds, leads
from dialer.store import campaigns as store
from dialer.store.campaigns import Campaign
from dialer.store.campaigns import CampaignView as CampaignView
from dialer.store.session import Transaction
from dialer.usecases.lead_order import request_reorder
from dialer.usecases.relocation import request_relocation
from dialer.usecases.services import Services
from dialer.usecases.voicemail_messages import check_voicemail_url, voicemail_warnings

PACE = "dialer.dialing.pace_campaign"
WITHDRAW = "dialer.dialing.withdraw_planned_calls"


@dataclass(frozen=True)
class CampaignPage:
    """One page of campaigns, and how many there are in all."""

    campaigns: tuple[CampaignView, ...]
    total: int


@dataclass(frozen=True)
class StatusChange:
    """A campaign after a change of status, and what to tell whoever asked for it."""

    view: CampaignView
    message: str
    warnings: tuple[str, ...] = ()


def list_campaigns(
    services: Services, *, actor: Principal, status: CampaignStatus | None, limit: int, offset: int
) -> CampaignPage:
    """List the tenant's campaigns, newest first."""
    with services.transaction(actor.tenant_id) as tx:
        page = store.list_campaigns(tx.session, status=status, limit=limit, offset=offset)
        views = store.view_campaigns(tx.session, page) if page else []
        return CampaignPage(tuple(views), store.count_campaigns(tx.session, status=status))


def load_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> CampaignView:
    """Show one campaign. Raises NotFound."""
    with services.transaction(actor.tenant_id) as tx:
        return _view(tx, campaign_id)


def create_campaign(services: Services, *, actor: Principal, settings: CampaignSettings) -> CampaignView:
    """Create a draft. Raises Invalid that names every wrong setting."""
    actor.require(Role.ADMIN)
    checked = check_settings(settings)
    check_voicemail_url(services, checked.voicemail_message_url)
    with services.transaction(actor.tenant_id) as tx:
        _check_agent_group(tx, checked.agent_group_id)
        now = services.clock.now()
        campaign_id = store.insert_campaign(tx.session, tenant_id=actor.tenant_id, settings=checked, now=now)
        return _view(tx, campaign_id)


def update_campaign(
    services: Services, *, actor: Principal, campaign_id: CampaignId, changes: CampaignChanges
) -> CampaignView:
    """Change settings; an active campaign dials by the new ones from its next tick on.

    One that previews from now on takes back what it has planned: nobody has looked at those leads.
    Raises Conflict once the campaign is completed or cancelled, Invalid for settings that do not fit together.
    """
    actor.require(Role.ADMIN)
    # One that was saved before this was asked stays until it is changed.
    check_voicemail_url(services, changes.get("voicemail_message_url"))
    with services.transaction(actor.tenant_id) as tx:
        campaign = _lock(tx, campaign_id)
        if campaign.status not in EDITABLE:
            raise Conflict(f"A campaign that is {campaign.status} cannot be changed.")
        settings = change_settings(campaign.settings, changes)
        if campaign.status == CampaignStatus.SCHEDULED and settings.schedule_start is None:
            raise Conflict("The campaign is scheduled and needs its schedule_start. Pause it first.")
        if settings.agent_group_id != campaign.settings.agent_group_id:
            _check_agent_group(tx, settings.agent_group_id)
        store.update_settings(tx.session, campaign_id, settings, now=services.clock.now())
        _follow_up(services, tx, campaign, settings)
        _announce(services, tx, campaign, campaign.status)
        return _view(tx, campaign_id)


def _follow_up(services: Services, tx: Transaction, campaign: Campaign, settings: CampaignSettings) -> None:
    """What a change of settings asks for besides: planned calls withdrawn, leads put in order or located anew."""
    before = campaign.settings
    if settings.dial_mode == DialMode.PREVIEW != before.dial_mode:
        _send(services, tx, WITHDRAW, campaign)
    if (settings.lead_order, settings.lead_order_field) != (before.lead_order, before.lead_order_field):
        request_reorder(services, tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id)
    if settings.calling_profile != before.calling_profile:
        request_relocation(services, tx, tenant_id=campaign.tenant_id, campaign_id=campaign.id)


def start_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> StatusChange:
    """Start or resume dialling; before its `schedule_start` a campaign becomes scheduled instead.

    Starting an active campaign changes nothing. Raises Conflict for a cancelled one, when its schedule has ended, and
    while dialling is held after a restore.
    """
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        campaign = _lock(tx, campaign_id)
        if (hold := dialling_holds.find_hold(tx.session)) is not None:
            raise Conflict(f"Nothing is dialled until an operator has confirmed it: {hold.reason}.")
        settings = campaign.settings
        target = decide_start(
            campaign.status,
            schedule_start=settings.schedule_start,
            schedule_end=settings.schedule_end,
            at=services.clock.now(),
        )
        _move(services, tx, campaign, target)
        view = _view(tx, campaign_id)
    # Dialling begins meanwhile: the tick was sent when the transaction ended.
    warnings = voicemail_warnings(services, settings.voicemail_message_url)
    return StatusChange(view, _start_message(campaign, target), warnings)


def pause_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> StatusChange:
    """Stop placing calls; calls already placed run to their end. Pausing a paused campaign changes nothing."""
    actor.require(Role.SUPERVISOR)
    return _change(services, actor, campaign_id, CampaignStatus.PAUSED, "Campaign paused")


def complete_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> StatusChange:
    """Declare a campaign finished. It may be started again. Completing a completed one changes nothing."""
    actor.require(Role.SUPERVISOR)
    return _change(services, actor, campaign_id, CampaignStatus.COMPLETED, "Campaign completed")


def cancel_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> StatusChange:
    """Give a campaign up for good. Cancelling a cancelled one changes nothing."""
    actor.require(Role.ADMIN)
    return _change(services, actor, campaign_id, CampaignStatus.CANCELLED, "Campaign cancelled")


def delete_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> None:
    """Remove a draft, completed or cancelled campaign with its leads and the records of its calls.

    Raises Conflict in any other status, and while a call of it is in flight.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        campaign = _lock(tx, campaign_id)
        if campaign.status not in DELETABLE:
            raise Conflict(f"A campaign that is {campaign.status} cannot be deleted; complete or cancel it first.")
        if store.has_calls_in_flight(tx.session, campaign_id):
            raise Conflict("A call of this campaign has not ended yet; try again when it has.")
        store.delete_campaign(tx.session, campaign_id)
        payload = {"campaign_id": str(campaign_id)}
        tx.after_commit(services.feed.to_tenant, campaign.tenant_id, "campaign:deleted", payload)


def clone_campaign(
    services: Services, *, actor: Principal, campaign_id: CampaignId, name: str | None, with_leads: bool
) -> CampaignView:
    """Create a draft with another campaign's settings, without its schedule; optionally with its people, uncalled.

    Leads that asked not to be called are not copied. Without a name the copy is called after the original.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        source = store.find_campaign(tx.session, campaign_id, lock="against removal")
        if source is None:
            raise NotFound("There is no campaign with this id.")
        new_name = name or f"{source.settings.name[:190]} (copy)"
        settings = check_settings(replace(source.settings, name=new_name, schedule_start=None, schedule_end=None))
        now = services.clock.now()
        copy_id = store.insert_campaign(tx.session, tenant_id=actor.tenant_id, settings=settings, now=now)
        campaign_desks.copy_desk(tx.session, source=campaign_id, target=copy_id, now=now)
        if with_leads:
            leads.copy_leads(tx.session, source=campaign_id, target=copy_id, now=now)
        return _view(tx, copy_id)


def start_scheduled_campaigns(services: Services) -> int:
    """Start every tenant's campaigns whose moment has come; return how many. Safe to run twice or in parallel."""
    with services.transaction() as tx:
        due = store.list_campaigns_to_start(tx.session, at=services.clock.now())
    return sum(_change_when_due(services, tenant_id, campaign_id, _due_start) for tenant_id, campaign_id in due)


def end_scheduled_campaigns(services: Services) -> int:
    """Complete every tenant's campaigns whose schedule has ended; return how many. Safe to run twice or in parallel."""
    with services.transaction() as tx:
        due = store.list_campaigns_to_end(tx.session, at=services.clock.now())
    return sum(_change_when_due(services, tenant_id, campaign_id, _due_end) for tenant_id, campaign_id in due)


def complete_exhausted_campaigns(services: Services) -> int:
    """Complete every tenant's campaigns that have no lead left to call; return how many. Safe to run twice.

    Retries that wait for their time count as left. A completed campaign that gets new leads may be started again.
    """
    with services.transaction() as tx:
        exhausted = store.list_exhausted_campaigns(tx.session)
    completed = 0
    for tenant_id, campaign_id in exhausted:
        with services.transaction(tenant_id) as tx:
            campaign = store.find_campaign(tx.session, campaign_id, lock="against change")
            is_active = campaign is not None and campaign.status == CampaignStatus.ACTIVE
            if campaign is None or not is_active or store.has_open_leads(tx.session, campaign_id):
                continue
            _move(services, tx, campaign, CampaignStatus.COMPLETED)
            completed += 1
    return completed


def _due_start(services: Services, campaign: Campaign) -> CampaignStatus | None:
    start, end = campaign.settings.schedule_start, campaign.settings.schedule_end
    now = services.clock.now()
    is_due = campaign.status == CampaignStatus.SCHEDULED and start is not None and start <= now
    return CampaignStatus.ACTIVE if is_due and (end is None or end > now) else None


def _due_end(services: Services, campaign: Campaign) -> CampaignStatus | None:
    end = campaign.settings.schedule_end
    unfinished = campaign.status in EDITABLE - {CampaignStatus.DRAFT}
    return CampaignStatus.COMPLETED if unfinished and end is not None and end <= services.clock.now() else None


def _change_when_due(
    services: Services,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    decide: Callable[[Services, Campaign], CampaignStatus | None],
) -> bool:
    """Decide again under a lock: since the look-up somebody may have paused, rescheduled or removed the campaign."""
    with services.transaction(tenant_id) as tx:
        campaign = store.find_campaign(tx.session, campaign_id, lock="against change")
        target = decide(services, campaign) if campaign is not None else None
        if campaign is None or target is None:
            return False
        _move(services, tx, campaign, target)
        return True


def _change(
    services: Services, actor: Principal, campaign_id: CampaignId, wanted: CampaignStatus, message: str
) -> StatusChange:
    with services.transaction(actor.tenant_id) as tx:
        campaign = _lock(tx, campaign_id)
        _move(services, tx, campaign, decide_change(campaign.status, wanted))
        return StatusChange(_view(tx, campaign_id), message)


def _move(services: Services, tx: Transaction, campaign: Campaign, target: CampaignStatus) -> None:
    """Change the status of a locked campaign and set in motion what follows from it; nothing if it has it already."""
    if target == campaign.status:
        return
    store.change_status(tx.session, campaign.id, target, now=services.clock.now())
    task = PACE if target == CampaignStatus.ACTIVE else WITHDRAW
    if target != CampaignStatus.SCHEDULED:
        _send(services, tx, task, campaign)
    _announce(services, tx, campaign, target)


def _send(services: Services, tx: Transaction, task: str, campaign: Campaign) -> None:
    tx.after_commit(services.queue.send, task, tenant_id=str(campaign.tenant_id), campaign_id=str(campaign.id))


def _announce(services: Services, tx: Transaction, campaign: Campaign, status: CampaignStatus) -> None:
    payload = {"campaign_id": str(campaign.id), "name": campaign.settings.name, "status": str(status)}
    tx.after_commit(services.feed.to_tenant, campaign.tenant_id, "campaign:updated", payload)


def _start_message(campaign: Campaign, target: CampaignStatus) -> str:
    if target == campaign.status == CampaignStatus.ACTIVE:
        return "Campaign is active already"
    if target == CampaignStatus.SCHEDULED and campaign.settings.schedule_start is not None:
        return f"Campaign is scheduled and will start at {campaign.settings.schedule_start.isoformat()}"
    return "Campaign started successfully"


def _check_agent_group(tx: Transaction, group_id: AgentGroupId | None) -> None:
    if group_id is not None and not agent_groups.exists_agent_group(tx.session, group_id):
        raise Invalid.field("agent_group_id", "there is no agent group with this id")


def _lock(tx: Transaction, campaign_id: CampaignId) -> Campaign:
    campaign = store.find_campaign(tx.session, campaign_id, lock="against change")
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    return campaign


def _view(tx: Transaction, campaign_id: CampaignId) -> CampaignView:
    campaign = store.find_campaign(tx.session, campaign_id)
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    return store.view_campaigns(tx.session, [campaign])[0]
