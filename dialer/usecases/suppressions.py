"""The suppression list: whom not to call. Adding a number takes its leads off their lists at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dialer.domain.errors import Invalid, NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.phone_numbers import PhoneNumber, PhoneProblem, parse_phone_number
from dialer.domain.principals import Principal, Role
from dialer.store import campaigns, registries, suppressed_leads
from dialer.store import suppressions as store
from dialer.store.session import Transaction
from dialer.store.suppressions import Suppression as Suppression
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.dialing import withdraw_call
from dialer.usecases.registries import RegistryView, view_registry
from dialer.usecases.services import Services

DEFAULT_REGION = "US"


@dataclass(frozen=True)
class SuppressionPage:
    """One page of the list, and how many entries there are in all."""

    entries: tuple[Suppression, ...]
    total: int


@dataclass(frozen=True)
class AddedSuppression:
    """The entry that holds now, and whether it is new."""

    entry: Suppression
    is_new: bool


@dataclass(frozen=True)
class SuppressionCheck:
    """What speaks against calls to a number at this moment.

    Entries of one campaign stop only that campaign; registries stop calls unless consent or a business relationship
    lifts them; an erased number is held as a hash only.
    """

    phone_normalized: str
    entries: tuple[Suppression, ...]
    registries: tuple[RegistryView, ...]
    is_erased: bool

    @property
    def is_suppressed(self) -> bool:
        """Whether no campaign at all may call the number."""
        return self.is_erased or any(entry.campaign_id is None for entry in self.entries)


def list_suppressions(
    services: Services, *, actor: Principal, search: str | None, campaign_id: CampaignId | None, limit: int, offset: int
) -> SuppressionPage:
    """List entries, newest first; `search` is any part of a number, however it is punctuated."""
    digits = "".join(character for character in search or "" if character.isdecimal()) or None
    if search and digits is None:
        return SuppressionPage((), 0)
    with services.transaction(actor.tenant_id) as tx:
        page = store.list_suppressions(tx.session, search=digits, campaign_id=campaign_id, limit=limit, offset=offset)
        return SuppressionPage(
            tuple(page), store.count_suppressions(tx.session, search=digits, campaign_id=campaign_id)
        )


def add_suppression(
    services: Services,
    *,
    actor: Principal,
    phone: str,
    campaign_id: CampaignId | None,
    reason: str | None = None,
    note: str | None = None,
    expires_at: datetime | None = None,
) -> AddedSuppression:
    """Never call this number again: in one campaign, or in any. Adding it again returns the entry there is.

    Everybody who has this phone among theirs is taken off their lists at once, and calls that were planned are
    withdrawn. If the entry expires, leads wait for that, and placing asks again.
    """
    if expires_at is not None and expires_at <= services.clock.now():
        raise Invalid.field("expires_at", "must lie in the future")
    with services.transaction(actor.tenant_id) as tx:
        number = _parse(phone, default_region_of(tx, campaign_id))
        draft = SuppressionDraft(
            actor.tenant_id, campaign_id, reason or "requested", "api", note, actor.user_id, expires_at
        )
        return suppress_number(services, tx, number.e164, draft)


def suppress_number(services: Services, tx: Transaction, number: str, draft: SuppressionDraft) -> AddedSuppression:
    """Like `suppress_numbers` for one number; tell the entry that holds it now."""
    is_new = bool(suppress_numbers(services, tx, [number], draft))
    entry = store.find_entry(tx.session, number, campaign_id=draft.campaign_id)
    if entry is None:  # pragma: no cover - inserted a moment ago, in this transaction
        raise NotFound("There is no entry for this number.")
    return AddedSuppression(entry, is_new)


def suppress_numbers(services: Services, tx: Transaction, numbers: Sequence[str], draft: SuppressionDraft) -> set[str]:
    """Within a transaction of a larger use case: suppress numbers in E.164, with effect on leads and calls at once.

    Whoever has one of the numbers among their phones is taken off their list, claimed or not; what was planned for them
    is withdrawn after the commit, and would not be placed before that either. Returns the numbers that were not
    suppressed in this scope before.
    """
    named = suppressed_leads.lock_named_leads(tx.session, numbers, campaign_id=draft.campaign_id)
    # Only now: a call of theirs that counts as placed was placed before this moment.
    now = services.clock.now()
    added = store.insert_suppressions(tx.session, numbers, draft, now=now)
    if not named:
        return added
    if draft.expires_at is None:
        suppressed_leads.mark_named_leads(tx.session, named, campaign_id=draft.campaign_id, now=now)
    else:
        suppressed_leads.release_named_leads(tx.session, named, until=draft.expires_at, now=now)
    for call_id in suppressed_leads.list_planned_calls_of(tx.session, named):
        tx.after_commit(withdraw_call, services, tenant_id=draft.tenant_id, call_id=call_id, only_if_forbidden=True)
    return added


def check_suppression(services: Services, *, actor: Principal, phone: str) -> SuppressionCheck:
    """Tell what speaks against calls to this number now, with every list that holds it."""
    with services.transaction(actor.tenant_id) as tx:
        number = _parse(phone, DEFAULT_REGION)
        return SuppressionCheck(
            number.e164,
            tuple(store.list_holding(tx.session, number.e164, at=services.clock.now())),
            tuple(view_registry(services, one) for one in registries.list_listing(tx.session, number.e164)),
            store.is_erased(tx.session, number.e164),
        )


def remove_suppression(
    services: Services, *, actor: Principal, suppression_id: UUID, restore_leads: bool = False
) -> int:
    """Remove an entry; return how many leads came back.

    Leads that it took off their lists stay off until somebody puts them back one by one, unless `restore_leads`: then
    those come back whom no other entry holds.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if store.find_suppression(tx.session, suppression_id) is None:
            raise NotFound("There is no entry with this id.")
        restored = 0
        if restore_leads:
            restored = suppressed_leads.restore_leads(tx.session, suppression_id, now=services.clock.now())
        store.delete_suppression(tx.session, suppression_id)
        return restored


def default_region_of(tx: Transaction, campaign_id: CampaignId | None) -> str:
    """The default region of the scope. Raises NotFound when the campaign does not exist."""
    if campaign_id is None:
        return DEFAULT_REGION
    campaign = campaigns.find_campaign(tx.session, campaign_id, lock="against removal")
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    return campaign.settings.default_region or DEFAULT_REGION


def _parse(phone: str, region: str) -> PhoneNumber:
    number = parse_phone_number(phone, region, dialable_only=False)
    if isinstance(number, PhoneProblem):
        raise Invalid.field("phone", number.message)
    return number
