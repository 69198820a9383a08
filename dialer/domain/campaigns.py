"""What a campaign is: its settings and their limits, and which changes of status are legal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypedDict
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dialer.domain.errors import Conflict, FieldError, Invalid
from dialer.domain.ids import AgentGroupId
from dialer.domain.pacing.abandonment import DEFAULT_STANDARD, STANDARDS
from dialer.domain.phone_numbers import PhoneProblem, known_regions, parse_caller_id
from dialer.domain.retry_rules import parse_retry_rules


class CampaignStatus(StrEnum):
    """Where a campaign is. `scheduled` waits for its start; only `active` ones dial."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class DialMode(StrEnum):
    """How calls come about: at an agent's word, one for each free agent, `pacing_ratio` for each, or by forecast."""

    PREVIEW = "preview"
    PROGRESSIVE = "progressive"
    RATIO = "ratio"
    PREDICTIVE = "predictive"


class AmdMode(StrEnum):
    """When machine detection decides: while the callee is bridged already, or before."""

    ASYNC = "async"
    SYNC = "sync"


class CallType(StrEnum):
    """What the campaign calls about; it decides which calling rules bind its calls."""

    TELEMARKETING = "telemarketing"
    PRERECORDED = "prerecorded"
    DEBT = "debt"
    SURVEY = "survey"
    SERVICE = "service"
    B2B = "b2b"


class CallingProfile(StrEnum):
    """Which places count: that of the number and that of the address, or the address alone where one is known."""

    STRICT = "strict"
    ADDRESS_FIRST = "address_first"


class HoursZone(StrEnum):
    """Whose wall clock the calling hours are read on: the campaign's `timezone`, or the callee's own."""

    CAMPAIGN = "campaign"
    CALLEE = "callee"


class LeadOrder(StrEnum):
    """By what leads of one priority are ordered: when they became due, when they came, or a custom field."""

    DUE = "due"
    NEWEST = "newest"
    OLDEST = "oldest"
    LAST_CALLED = "last_called"
    CUSTOM = "custom"


EVERY_DAY = frozenset(range(7))

_S = CampaignStatus
# From each status, those it may change to. A completed campaign may be started again; a cancelled one never.
NEXT: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.ACTIVE, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.ACTIVE, _S.PAUSED, _S.COMPLETED, _S.CANCELLED}),
    _S.ACTIVE: frozenset({_S.PAUSED, _S.COMPLETED, _S.CANCELLED}),
    _S.PAUSED: frozenset({_S.SCHEDULED, _S.ACTIVE, _S.COMPLETED, _S.CANCELLED}),
    _S.COMPLETED: frozenset({_S.ACTIVE}),
    _S.CANCELLED: frozenset(),
}
EDITABLE = frozenset({_S.DRAFT, _S.SCHEDULED, _S.ACTIVE, _S.PAUSED})
DELETABLE = frozenset({_S.DRAFT, _S.COMPLETED, _S.CANCELLED})
# Statuses that rely on the campaign's agent group: it must not vanish under them.
USING_AGENTS = frozenset({_S.SCHEDULED, _S.ACTIVE, _S.PAUSED})

# An unanswered call must ring for 15 seconds or four rings: 47 CFR 64.1200(a)(6), 16 CFR 310.4(b)(4)(ii).
MIN_RING_TIMEOUT_SECONDS = 15
MIN_ABANDONMENT_RATE = Decimal("0.0001")
DEFAULT_ABANDONMENT_MESSAGE = (
    "Hello. This was a call from [business name]. We are sorry that nobody is free to speak with you at this moment. "
    "To be taken off our list, please call us back at the number shown. Goodbye."
)


@dataclass(frozen=True)
class RetryPolicy:
    """Whether and when a lead that was not reached is called again. Failed placements follow `retry_on_no_answer`."""

    max_attempts: int = 3
    delay_minutes: int = 60
    retry_on_no_answer: bool = True
    retry_on_busy: bool = True
    retry_on_voicemail: bool = False


@dataclass(frozen=True)
class CampaignSettings:
    """Everything about a campaign that its owner decides.

    Calling hours are wall times in `timezone`, or in the callee's zone if `calling_hours_zone` says so, half-open; an
    end before the start crosses midnight, equal ones mean the whole day. `calling_days`: the weekdays on which they
    begin, 0 is Monday. They only narrow what the calling rules allow. `consent_on_record` speaks for leads that say
    nothing about consent themselves. `allowed_countries`: regions that may be called; empty: any but those that are
    refused unless named, such as the Caribbean's. `lead_order_field` is the custom field of the order `custom`.
    `default_region` is the country of numbers written without one; None takes the caller id's.
    `max_abandonment_rate` is a share of 1, and may only be stricter than the standard's own.
    """

    name: str
    caller_id: str
    schedule_start: datetime | None = None
    schedule_end: datetime | None = None
    timezone: str = "UTC"
    calling_hours_start: time = time(9)
    calling_hours_end: time = time(20)
    calling_hours_zone: HoursZone = HoursZone.CAMPAIGN
    calling_days: frozenset[int] = EVERY_DAY
    call_type: CallType = CallType.TELEMARKETING
    calling_profile: CallingProfile = CallingProfile.STRICT
    consent_on_record: bool = True
    allowed_countries: frozenset[str] = frozenset()
    lead_order: LeadOrder = LeadOrder.DUE
    lead_order_field: str | None = None
    agent_group_id: AgentGroupId | None = None
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    retry_rules: Mapping[str, Any] = field(default_factory=dict)
    amd_enabled: bool = False
    amd_mode: AmdMode = AmdMode.ASYNC
    voicemail_message_url: str | None = None
    record_calls: bool = False
    dial_mode: DialMode = DialMode.PROGRESSIVE
    pacing_ratio: Decimal = Decimal("1.5")
    abandonment_standard: str = DEFAULT_STANDARD
    max_abandonment_rate: Decimal = Decimal("0.03")
    ring_timeout_seconds: int = 25
    wrap_up_seconds: int = 15
    wrap_up_extension_seconds: int = 120
    abandonment_message: str = DEFAULT_ABANDONMENT_MESSAGE
    default_region: str | None = None


class RetryPolicyChanges(TypedDict, total=False):
    """What of a retry policy is set or changed; what is absent stays."""

    max_attempts: int
    delay_minutes: int
    retry_on_no_answer: bool
    retry_on_busy: bool
    retry_on_voicemail: bool


class CampaignChanges(TypedDict, total=False):
    """What of a campaign's settings is set or changed; what is absent stays."""

    name: str
    caller_id: str
    schedule_start: datetime | None
    schedule_end: datetime | None
    timezone: str
    calling_hours_start: time
    calling_hours_end: time
    calling_hours_zone: HoursZone
    calling_days: frozenset[int]
    call_type: CallType
    calling_profile: CallingProfile
    consent_on_record: bool
    allowed_countries: frozenset[str]
    lead_order: LeadOrder
    lead_order_field: str | None
    agent_group_id: AgentGroupId | None
    retry_policy: RetryPolicyChanges
    retry_rules: Mapping[str, Any]
    amd_enabled: bool
    amd_mode: AmdMode
    voicemail_message_url: str | None
    record_calls: bool
    dial_mode: DialMode
    pacing_ratio: Decimal
    abandonment_standard: str
    max_abandonment_rate: Decimal
    ring_timeout_seconds: int
    wrap_up_seconds: int
    wrap_up_extension_seconds: int
    abandonment_message: str
    default_region: str | None


def change_settings(settings: CampaignSettings, changes: CampaignChanges) -> CampaignSettings:
    """The settings after the changes, checked and in normal form. Raises Invalid naming every wrong field at once."""
    policy = replace(settings.retry_policy, **changes.get("retry_policy", {}))
    others = {name: value for name, value in changes.items() if name != "retry_policy"}
    return check_settings(replace(settings, retry_policy=policy, **others))  # type: ignore[arg-type]


def check_settings(settings: CampaignSettings) -> CampaignSettings:
    """The same settings in normal form: number in E.164, region filled in. Raises Invalid naming every wrong field."""
    mistakes: list[FieldError] = []
    caller_id = parse_caller_id(settings.caller_id)
    if isinstance(caller_id, PhoneProblem):
        mistakes.append(FieldError("caller_id", caller_id.message))
    mistakes += _range_mistakes(settings) + _text_mistakes(settings) + _schedule_mistakes(settings)
    mistakes += _abandonment_mistakes(settings) + _whom_mistakes(settings) + _retry_mistakes(settings)
    if mistakes or isinstance(caller_id, PhoneProblem):
        raise Invalid("; ".join(f"{mistake.field}: {mistake.message}" for mistake in mistakes), fields=tuple(mistakes))
    region = (settings.default_region or caller_id.region).upper()
    return replace(
        settings,
        name=settings.name.strip(),
        caller_id=caller_id.e164,
        allowed_countries=frozenset(country.upper() for country in settings.allowed_countries),
        default_region=region if region in known_regions() else "US",
    )


_RANGES: tuple[tuple[str, float, float], ...] = (
    ("pacing_ratio", 1, 10),
    ("ring_timeout_seconds", MIN_RING_TIMEOUT_SECONDS, 120),
    ("wrap_up_seconds", 0, 3600),
    ("wrap_up_extension_seconds", 0, 3600),
    ("retry_policy.max_attempts", 1, 20),
    ("retry_policy.delay_minutes", 1, 43_200),
)


def _range_mistakes(settings: CampaignSettings) -> list[FieldError]:
    mistakes = []
    for name, low, high in _RANGES:
        owner, _, attribute = name.rpartition(".")
        value = getattr(settings.retry_policy if owner else settings, attribute)
        if not low <= value <= high:
            mistakes.append(FieldError(name, f"must be between {low:g} and {high:g}"))
    return mistakes


def _text_mistakes(settings: CampaignSettings) -> list[FieldError]:
    mistakes = []
    if not 1 <= len(settings.name.strip()) <= 200:
        mistakes.append(FieldError("name", "must be 1 to 200 characters long"))
    if not 1 <= len(settings.abandonment_message.strip()) <= 1000:
        mistakes.append(FieldError("abandonment_message", "must be 1 to 1000 characters long"))
    if settings.voicemail_message_url is not None and not _is_web_address(settings.voicemail_message_url):
        mistakes.append(FieldError("voicemail_message_url", "must be an http or https address"))
    if settings.default_region is not None and settings.default_region.upper() not in known_regions():
        mistakes.append(FieldError("default_region", "must be a two-letter country code, such as US"))
    return mistakes


def _schedule_mistakes(settings: CampaignSettings) -> list[FieldError]:
    mistakes = []
    if settings.timezone not in _timezones():
        mistakes.append(FieldError("timezone", "must be a time zone name, such as America/Los_Angeles"))
    start, end = settings.schedule_start, settings.schedule_end
    if start is not None and end is not None and end <= start:
        mistakes.append(FieldError("schedule_end", "must be after schedule_start"))
    return mistakes


def _abandonment_mistakes(settings: CampaignSettings) -> list[FieldError]:
    standard = STANDARDS.get(settings.abandonment_standard)
    if standard is None:
        return [FieldError("abandonment_standard", f"must be one of {', '.join(sorted(STANDARDS))}")]
    limit = Decimal(str(standard.max_rate))
    if not MIN_ABANDONMENT_RATE <= settings.max_abandonment_rate <= limit:
        message = f"must be between {MIN_ABANDONMENT_RATE} and {limit}, the limit of the standard {standard.key}"
        return [FieldError("max_abandonment_rate", message)]
    return []


def _whom_mistakes(settings: CampaignSettings) -> list[FieldError]:
    mistakes = []
    if not settings.calling_days or not settings.calling_days <= EVERY_DAY:
        mistakes.append(FieldError("calling_days", "must name at least one weekday"))
    unknown = sorted({country.upper() for country in settings.allowed_countries} - known_regions())
    if unknown:
        mistakes.append(
            FieldError("allowed_countries", f"no such country: {', '.join(unknown)[:100]}; use two letters")
        )
    if (settings.lead_order == LeadOrder.CUSTOM) != bool(settings.lead_order_field):
        message = "names the custom field of the order custom, and of that order only"
        mistakes.append(FieldError("lead_order_field", message))
    elif settings.lead_order_field is not None and len(settings.lead_order_field) > 100:
        mistakes.append(FieldError("lead_order_field", "must be at most 100 characters long"))
    return mistakes


def _retry_mistakes(settings: CampaignSettings) -> list[FieldError]:
    try:
        parse_retry_rules(settings.retry_rules)
    except Invalid as error:
        return list(error.fields)
    return []


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and len(text) <= 2000
        and not any(character.isspace() for character in text)
    )


def decide_start(status: CampaignStatus, *, schedule_start: datetime | None, schedule_end: datetime | None,
                 at: datetime) -> CampaignStatus:  # fmt: skip
    """The status that starting leads to: active, or scheduled while the start lies ahead. The same status: no change.

    Raises Conflict for a cancelled campaign and for one whose schedule has ended.
    """
    if status == _S.ACTIVE:
        return status
    if status != _S.CANCELLED and schedule_end is not None and schedule_end <= at:
        raise Conflict("The campaign's schedule has ended. Set a later schedule_end, or none, to start it.")
    waits = schedule_start is not None and schedule_start > at and status != _S.COMPLETED
    target = _S.SCHEDULED if waits else _S.ACTIVE
    return decide_change(status, target)


def decide_change(status: CampaignStatus, target: CampaignStatus) -> CampaignStatus:
    """The target if the change is legal, or the status itself if there is nothing to change. Else raises Conflict."""
    if target == status or target in NEXT[status]:
        return target
    raise Conflict(f"A campaign that is {status} cannot become {target}.")
