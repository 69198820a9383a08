"""Leads one by one: looking at a campaign's list, adding, correcting and removing people. Files are `lead_import`'s."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypedDict

from dialer.domain.campaigns import CampaignStatus
from dialer.domain.compliance import locate
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound
from dialer.domain.ids import CampaignId, LeadId, ListId
from dialer.domain.lead_rows import PRIORITIES, LeadDraft
from dialer.domain.phone_numbers import PhoneNumber, PhoneProblem, describe_number, parse_phone_number
from dialer.domain.principals import Principal, Role
from dialer.store import anonymising, audit_log, bulk_leads, campaigns, localities, suppressions
from dialer.store import leads as store
from dialer.store.campaigns import Campaign
from dialer.store.leads import Lead as Lead
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.calling_rules import rule_book
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


class Located(Protocol):
    """What says where a person may be."""

    @property
    def phone_normalized(self) -> str: ...
    @property
    def country(self) -> str | None: ...
    @property
    def state(self) -> str | None: ...
    @property
    def postal_code(self) -> str | None: ...
    @property
    def time_zone(self) -> str | None: ...


class LeadDetails(TypedDict, total=False):
    """What can be said about a lead besides its number."""

    first_name: str | None
    last_name: str | None
    email: str | None
    country: str | None
    state: str | None
    postal_code: str | None
    time_zone: str | None
    consent: bool | None
    external_id: str | None
    type: str | None
    priority: Priority
    notes: str | None
    custom_fields: Mapping[str, object]
    alternates: Sequence[str]
    list_id: ListId | None


class LeadChanges(LeadDetails, total=False):
    """What of a lead is changed; what is absent stays."""

    phone: str
    status: Literal["pending", "completed"]
    do_not_call: bool


# What says where a person may be.
_PLACE = frozenset({"phone", "country", "state", "postal_code", "time_zone"})
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
        alternates = _parse_alternates(details.get("alternates") or (), number.e164, campaign)
        draft = _draft(phone, number, details, alternates)
        list_id = _check_list(tx, campaign, details.get("list_id"))
        now = services.clock.now()
        if suppressions.list_suppressed_numbers(tx.session, [number.e164], campaign_id=campaign_id, at=now):
            raise Conflict("The number is on the do-not-call list.")
        place = locate_lead(services, tx, campaign, draft)
        ids = store.insert_leads(
            tx.session,
            [draft],
            tenant_id=actor.tenant_id,
            campaign_id=campaign_id,
            import_id=None,
            now=now,
            list_id=list_id,
            locality_ids=[place],
        )
        if not ids:
            raise Conflict("The campaign has a lead with this phone number already.")
        if campaign.status == CampaignStatus.ACTIVE:
            tx.after_commit(services.queue.send, PACE, tenant_id=str(actor.tenant_id), campaign_id=str(campaign_id))
        _note(services, tx, actor, "lead.created", ids[number.e164])
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
        if lead.erased_at is not None:
            raise Conflict("Whoever this lead was is not in it any more; it cannot be changed.")
        campaign = _load_campaign(tx, lead.campaign_id)
        columns = _plain_columns(changes)
        columns |= _phone_columns(tx, lead, changes, campaign)
        columns |= _status_columns(services, tx, lead, changes)
        if "list_id" in changes:
            columns["list_id"] = _check_list(tx, campaign, changes["list_id"])
        columns |= _place_columns(services, tx, campaign, lead, columns)
        if columns:
            store.update_lead(tx.session, lead_id, columns, now=services.clock.now())
        if changes.get("do_not_call"):
            _stop_calling(services, tx, actor, _load(tx, lead_id))
        if changes:
            _note(services, tx, actor, "lead.changed", lead_id, changes)
        return _load(tx, lead_id)


def delete_lead(services: Services, *, actor: Principal, lead_id: LeadId) -> None:
    """Remove a lead. One that was called stays, without the person: records of calls are kept (16 CFR 310.5).

    Raises Conflict while it is in the hopper or in a call.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        lead = _load(tx, lead_id, for_update=True)
        if lead.status in _BUSY:
            raise Conflict(f"The lead is {lead.status}; try again when that is over.")
        if bulk_leads.list_called(tx.session, [lead_id]):
            anonymising.anonymise_leads(tx.session, [lead_id], reason="deleted", now=services.clock.now())
        else:
            store.delete_lead(tx.session, lead_id)
        _note(services, tx, actor, "lead.deleted", lead_id)


def _note(
    services: Services, tx: Transaction, actor: Principal, action: str, lead_id: LeadId, fields: Iterable[str] = ()
) -> None:
    """What was done to a person's data, and to which of them, but never the data: they must be erasable."""
    audit_log.record(
        tx.session, tenant_id=actor.tenant_id, at=services.clock.now(), actor_id=actor.user_id, action=action,
        object_type="lead", object_id=lead_id, changes={name: {} for name in fields},
    )  # fmt: skip


def locate_lead(services: Services, tx: Transaction, campaign: Campaign, lead: Located) -> int:
    """The number of the locality of a person, by his number and what is said about his address."""
    book = rule_book(services, tx.session, tenant_id=campaign.tenant_id)
    place = locate(
        describe_number(lead.phone_normalized),
        book=book,
        state=lead.state,
        country=lead.country,
        postal_code=lead.postal_code,
        time_zone=lead.time_zone,
        profile=campaign.settings.calling_profile,
    )
    found = localities.ensure_localities(tx.session, [(place.signature, place.jurisdictions, place.time_zones)])
    return found[place.signature]


def _place_columns(
    services: Services, tx: Transaction, campaign: Campaign, lead: Lead, columns: Mapping[str, object]
) -> dict[str, object]:
    """Where the person may be after a change that says something about it."""
    if not columns.keys() & (_PLACE | {"phone_normalized"}):
        return {}
    known = {name: value for name, value in columns.items() if name in _PLACE | {"phone_normalized"}}
    return {"locality_id": locate_lead(services, tx, campaign, replace(lead, **known))}  # type: ignore[arg-type]


def _check_list(tx: Transaction, campaign: Campaign, list_id: ListId | None) -> ListId | None:
    """The list, if it is the campaign's; without one, the campaign's first. Raises Invalid."""
    if list_id is None:
        return ListId(campaign.id)
    if not campaigns.has_list(tx.session, campaign.id, list_id):
        raise Invalid.field("list_id", "must be a list of this campaign")
    return list_id


def _parse_alternates(phones: Sequence[str], own: str, campaign: Campaign) -> tuple[str, ...]:
    numbers: dict[str, None] = {}
    for phone in phones:
        number = parse_phone_number(phone, campaign.settings.default_region or "US")
        if isinstance(number, PhoneProblem):
            raise Invalid.field("alternates", f"{phone[:40]!r}: {number.message}")
        if number.e164 != own:
            numbers[number.e164] = None
    return tuple(numbers)


def _draft(phone: str, number: PhoneNumber, details: LeadDetails, alternates: tuple[str, ...]) -> LeadDraft:
    given = {name: value for name, value in details.items() if name not in ("list_id", "alternates")}
    given["alternates"] = alternates
    given["priority"] = PRIORITIES[details.get("priority", "normal")]
    if given.get("country") is None:
        given["country"] = number.region
    return LeadDraft(phone=phone, phone_normalized=number.e164, **given)  # type: ignore[arg-type]


_NOT_PLAIN = frozenset({"phone", "status", "do_not_call", "priority", "alternates", "list_id"})


def _plain_columns(changes: LeadChanges) -> dict[str, object]:
    columns: dict[str, object] = {name: value for name, value in changes.items() if name not in _NOT_PLAIN}
    if "priority" in changes:
        columns["priority"] = PRIORITIES[changes["priority"]]
    return columns


def _phone_columns(tx: Transaction, lead: Lead, changes: LeadChanges, campaign: Campaign) -> dict[str, object]:
    """The lead's own number; the others of the person are stored here."""
    if not changes.keys() & {"phone", "alternates"}:
        return {}
    number = lead.phone_normalized
    columns: dict[str, object] = {"next_phone": None}
    if "phone" in changes:
        number = _parse_phone(changes["phone"], campaign).e164
        columns |= {"phone": changes["phone"], "phone_normalized": number}
    alternates = _parse_alternates(changes.get("alternates", lead.alternates) or (), number, campaign)
    if lead.status in _BUSY and (number, alternates) != (lead.phone_normalized, lead.alternates):
        raise Conflict(f"The lead is {lead.status}; its number cannot change now.")
    store.replace_phones(tx.session, lead.id, [number, *alternates], tenant_id=lead.tenant_id)
    return columns


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
