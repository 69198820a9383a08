"""Leads one by one: looking at a campaign's list, adding, correcting and removing people. Files are `lead_import`'s."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict

from dialer.domain.campaigns import CampaignStatus
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound
from dialer.domain.ids import CampaignId, LeadId
from dialer.domain.lead_rows import PRIORITIES, LeadDraft
from dialer.domain.phone_numbers import PhoneNumber, PhoneProblem, parse_phone_number
from dialer.domain.principals import Principal, Role
from dialer.store import campaigns, suppressions
from dialer.store import leads as store
from dialer.store.campaigns import Campaign
from dialer.store.leads import Lead as Lead
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.campaigns import PACE
from dialer.usecases.services import Services
from dialer.usecases.suppressions import suppress_numbers

LeadStatus = Literal["pending", "queued", "calling", "completed", "failed", "dnc"]
Priority = Literal["low", "normal", "high"]
# A lead in the hopper or in a call belongs to the dialer until that is over.
_BUSY = frozenset({"queued", "calling"})


@dataclass(frozen=True)
class LeadPage:
    """One page of a campaign's list, and how many leads it has in all."""

    leads: tuple[Lead, ...]
    total: int


class LeadDetails(TypedDict, total=False):
    """What can be said about a lead besides its number."""

    first_name: str | None
    last_name: str | None
    email: str | None
    country: str | None
    type: str | None
    priority: Priority
    notes: str | None
    custom_fields: Mapping[str, object]


class LeadChanges(LeadDetails, total=False):
    """What of a lead is changed; what is absent stays."""

    phone: str
    status: Literal["pending", "completed"]
    do_not_call: bool


# What an agent learns in conversation and may note down. The rest is for admins.
_FOR_AGENTS = frozenset({"first_name", "last_name", "notes", "priority"})


def list_leads(
    services: Services,
    *,
    actor: Principal,
    campaign_id: CampaignId,
    status: LeadStatus | None,
    limit: int,
    offset: int,
) -> LeadPage:
    """List a campaign's leads in the order in which they came. Raises NotFound for an unknown campaign."""
    with services.transaction(actor.tenant_id) as tx:
        _load_campaign(tx, campaign_id)
        page = store.list_leads(tx.session, campaign_id, status=status, limit=limit, offset=offset)
        return LeadPage(tuple(page), store.count_leads(tx.session, campaign_id, status=status))


def load_lead(services: Services, *, actor: Principal, lead_id: LeadId) -> Lead:
    """Show one lead. Raises NotFound."""
    with services.transaction(actor.tenant_id) as tx:
        return _load(tx, lead_id)


def create_lead(
    services: Services, *, actor: Principal, campaign_id: CampaignId, phone: str, details: LeadDetails
) -> Lead:
    """Add one person to a campaign, callable at once.

    Raises Invalid for a number that is none, Conflict for one that the campaign has or that is suppressed, and when
    the campaign is cancelled.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        campaign = _load_campaign(tx, campaign_id)
        if campaign.status == CampaignStatus.CANCELLED:
            raise Conflict("The campaign is cancelled; it takes no more leads.")
        number = _parse_phone(phone, campaign)
        now = services.clock.now()
        if suppressions.list_suppressed_numbers(tx.session, [number.e164], campaign_id=campaign_id, at=now):
            raise Conflict("The number is on the do-not-call list.")
        ids = store.insert_leads(
            tx.session,
            [_draft(phone, number, details)],
            tenant_id=actor.tenant_id,
            campaign_id=campaign_id,
            import_id=None,
            now=now,
        )
        if not ids:
            raise Conflict("The campaign has a lead with this phone number already.")
        if campaign.status == CampaignStatus.ACTIVE:
            tx.after_commit(services.queue.send, PACE, tenant_id=str(actor.tenant_id), campaign_id=str(campaign_id))
        return _load(tx, ids[number.e164])


def update_lead(services: Services, *, actor: Principal, lead_id: LeadId, changes: LeadChanges) -> Lead:
    """Correct a lead. Agents may change names, notes and priority; admins everything.

    `do_not_call` also puts the number on the tenant's suppression list. Setting the status to pending starts over:
    the lead is due at once and its attempts are counted from zero. Number and status cannot change while the lead is
    in the hopper or in a call.
    """
    beyond = changes.keys() - _FOR_AGENTS
    if beyond and not actor.has_at_least(Role.ADMIN):
        raise Forbidden(f"Only admins may change {', '.join(sorted(beyond))}.")
    with services.transaction(actor.tenant_id) as tx:
        lead = _load(tx, lead_id, for_update=True)
        columns = _plain_columns(changes)
        columns |= _phone_columns(tx, lead, changes)
        columns |= _status_columns(services, tx, lead, changes)
        if columns:
            store.update_lead(tx.session, lead_id, columns, now=services.clock.now())
        if changes.get("do_not_call"):
            _stop_calling(services, tx, actor, _load(tx, lead_id))
        return _load(tx, lead_id)


def delete_lead(services: Services, *, actor: Principal, lead_id: LeadId) -> None:
    """Remove a lead with the records of its calls. Raises Conflict while it is in the hopper or in a call."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        lead = _load(tx, lead_id, for_update=True)
        if lead.status in _BUSY:
            raise Conflict(f"The lead is {lead.status}; try again when that is over.")
        store.delete_lead(tx.session, lead_id)


def _draft(phone: str, number: PhoneNumber, details: LeadDetails) -> LeadDraft:
    given = dict(details)
    given["priority"] = PRIORITIES[details.get("priority", "normal")]
    if given.get("country") is None:
        given["country"] = number.region
    return LeadDraft(phone=phone, phone_normalized=number.e164, **given)  # type: ignore[arg-type]


def _plain_columns(changes: LeadChanges) -> dict[str, object]:
    columns: dict[str, object] = {
        name: value for name, value in changes.items() if name not in ("phone", "status", "do_not_call", "priority")
    }
    if "priority" in changes:
        columns["priority"] = PRIORITIES[changes["priority"]]
    return columns


def _phone_columns(tx: Transaction, lead: Lead, changes: LeadChanges) -> dict[str, object]:
    if "phone" not in changes:
        return {}
    number = _parse_phone(changes["phone"], _load_campaign(tx, lead.campaign_id))
    if lead.status in _BUSY and number.e164 != lead.phone_normalized:
        raise Conflict(f"The lead is {lead.status}; its number cannot change now.")
    return {"phone": changes["phone"], "phone_normalized": number.e164}


def _status_columns(services: Services, tx: Transaction, lead: Lead, changes: LeadChanges) -> dict[str, object]:
    columns: dict[str, object] = {}
    wanted: str | None = changes.get("status")
    if changes.get("do_not_call") is False and lead.do_not_call:
        columns["do_not_call"] = False
        wanted = wanted or ("pending" if lead.status == "dnc" else None)
    if wanted is None:
        return columns
    if lead.status in _BUSY:
        raise Conflict(f"The lead is {lead.status}; its status cannot change now.")
    if wanted == "completed":
        return columns | {"status": "completed", "status_reason": "set by hand"}
    _refuse_suppressed(services, tx, lead, changes)
    now = services.clock.now()
    return columns | {
        "status": "pending", "status_reason": None, "call_attempts": 0, "attempts_reset_at": now, "next_call_at": now,
    }  # fmt: skip


def _refuse_suppressed(services: Services, tx: Transaction, lead: Lead, changes: LeadChanges) -> None:
    """A lead goes back on its list only when nothing but the old flag kept it off."""
    if changes.get("do_not_call", lead.do_not_call):
        raise Conflict("The lead asked not to be called; set do_not_call to false to call it again.")
    now = services.clock.now()
    numbers = [lead.phone_normalized]
    if suppressions.list_suppressed_numbers(tx.session, numbers, campaign_id=lead.campaign_id, at=now):
        raise Conflict("The number is on the do-not-call list; remove it from there first.")


def _stop_calling(services: Services, tx: Transaction, actor: Principal, lead: Lead) -> None:
    draft = SuppressionDraft(actor.tenant_id, None, "requested", "lead", None, actor.user_id)
    suppress_numbers(services, tx, [lead.phone_normalized], draft)


def _parse_phone(phone: str, campaign: Campaign) -> PhoneNumber:
    number = parse_phone_number(phone, campaign.settings.default_region or "US")
    if isinstance(number, PhoneProblem):
        raise Invalid.field("phone", number.message)
    return number


def _load_campaign(tx: Transaction, campaign_id: CampaignId) -> Campaign:
    campaign = campaigns.find_campaign(tx.session, campaign_id, lock="against removal")
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    return campaign


def _load(tx: Transaction, lead_id: LeadId, *, for_update: bool = False) -> Lead:
    lead = store.find_lead(tx.session, lead_id, for_update=for_update)
    if lead is None:
        raise NotFound("There is no lead with this id.")
    return lead
