"""The suppression list: whom not to call. Adding a number takes its leads off their lists at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dialer.domain.errors import Invalid, NotFound
from dialer.domain.ids import CampaignId
from dialer.domain.phone_numbers import PhoneNumber, PhoneProblem, known_regions, parse_phone_number
from dialer.domain.principals import Principal, Role
from dialer.store import campaigns, leads
from dialer.store import suppressions as store
from dialer.store.session import Transaction
from dialer.store.suppressions import Suppression as Suppression
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.number_files import read_numbers
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
class NumberProblem:
    """A line of an uploaded list that holds no phone number."""

    row: int
    value: str
    code: str
    message: str


@dataclass(frozen=True)
class SuppressionUpload:
    """What became of an uploaded list. `total` is the sum of the other counts."""

    total: int
    added: int
    already_listed: int
    duplicates: int
    invalid: int
    problems: tuple[NumberProblem, ...]
    problems_truncated: bool


@dataclass(frozen=True)
class SuppressionCheck:
    """What stops calls to a number at this moment. Entries of one campaign stop only that campaign."""

    phone_normalized: str
    entries: tuple[Suppression, ...]

    @property
    def is_suppressed(self) -> bool:
        """Whether no campaign at all may call the number."""
        return any(entry.campaign_id is None for entry in self.entries)


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

    Leads that wait to be called become `dnc` at once, unless the entry expires: then they wait, and placing asks again.
    """
    if expires_at is not None and expires_at <= services.clock.now():
        raise Invalid.field("expires_at", "must lie in the future")
    with services.transaction(actor.tenant_id) as tx:
        number = _parse(phone, _region(tx, campaign_id))
        draft = SuppressionDraft(
            actor.tenant_id, campaign_id, reason or "requested", "api", note, actor.user_id, expires_at
        )
        is_new = bool(suppress_numbers(services, tx, [number.e164], draft))
        entry = store.find_entry(tx.session, number.e164, campaign_id=campaign_id)
        if entry is None:  # pragma: no cover - inserted a moment ago, in this transaction
            raise NotFound("There is no entry for this number.")
        return AddedSuppression(entry, is_new)


def suppress_numbers(services: Services, tx: Transaction, numbers: Sequence[str], draft: SuppressionDraft) -> set[str]:
    """Within a transaction of a larger use case: suppress numbers in E.164 and take their leads off their lists.

    Returns the numbers that were not suppressed in this scope before.
    """
    now = services.clock.now()
    added = store.insert_suppressions(tx.session, numbers, draft, now=now)
    if draft.expires_at is None:
        leads.mark_do_not_call(tx.session, numbers, campaign_id=draft.campaign_id, now=now)
    return added


def upload_suppressions(
    services: Services,
    *,
    actor: Principal,
    content: bytes,
    campaign_id: CampaignId | None,
    reason: str | None = None,
    default_region: str | None = None,
) -> SuppressionUpload:
    """Suppress every number of a file: a CSV with a phone column, or one number a line. All or nothing is stored.

    Raises Invalid for a file that cannot be read, TooLarge above the limits.
    """
    actor.require(Role.ADMIN)
    if default_region is not None and default_region.upper() not in known_regions():
        raise Invalid.field("default_region", "must be a two-letter country code, such as US")
    with services.transaction(actor.tenant_id) as tx:
        region = (default_region or _region(tx, campaign_id)).upper()
    numbers: dict[str, None] = {}
    problems: list[NumberProblem] = []
    total = 0
    for row, raw in read_numbers(content):
        total += 1
        number = parse_phone_number(raw, region, dialable_only=False)
        if isinstance(number, PhoneProblem):
            problems.append(NumberProblem(row, raw[:100], number.code, number.message))
        else:
            numbers[number.e164] = None
    with services.transaction(actor.tenant_id) as tx:
        _region(tx, campaign_id)
        draft = SuppressionDraft(actor.tenant_id, campaign_id, reason or "requested", "upload", None, actor.user_id)
        added = suppress_numbers(services, tx, list(numbers), draft)
    return SuppressionUpload(
        total=total,
        added=len(added),
        already_listed=len(numbers) - len(added),
        duplicates=total - len(problems) - len(numbers),
        invalid=len(problems),
        problems=tuple(problems[:100]),
        problems_truncated=len(problems) > 100,
    )


def check_suppression(services: Services, *, actor: Principal, phone: str) -> SuppressionCheck:
    """Tell what stops calls to this number now."""
    with services.transaction(actor.tenant_id) as tx:
        number = _parse(phone, DEFAULT_REGION)
        entries = store.list_holding(tx.session, number.e164, at=services.clock.now())
        return SuppressionCheck(number.e164, tuple(entries))


def remove_suppression(services: Services, *, actor: Principal, suppression_id: UUID) -> None:
    """Remove an entry. Leads that it took off their lists stay off until somebody puts them back one by one."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        if store.find_suppression(tx.session, suppression_id) is None:
            raise NotFound("There is no entry with this id.")
        store.delete_suppression(tx.session, suppression_id)


def _region(tx: Transaction, campaign_id: CampaignId | None) -> str:
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
