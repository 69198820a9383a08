"""Campaigns on the dialer surface."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from api.surfaces.dialer.schemas.base import Answer, In, Instant, InstantIn, Out, PageQuery, ShortText
from dialer.domain.campaigns import (
    AmdMode,
    CallingProfile,
    CallType,
    CampaignStatus,
    DialMode,
    HoursZone,
    LeadOrder,
)
from dialer.domain.pacing.abandonment import STANDARDS, WindowKind
from dialer.usecases.campaigns import CampaignView


def _wall_time(at: time) -> time:
    if at.tzinfo is not None or at.microsecond:
        raise ValueError("must be a wall time such as 09:00 or 17:30:00, without a zone")
    return at


# JSON Schema's own format "time" demands a zone.
_WALL_TIME_SCHEMA = {
    "type": "string",
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
    "examples": ["09:00:00"],
}
WallTime = Annotated[time, AfterValidator(_wall_time), WithJsonSchema(_WALL_TIME_SCHEMA)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def _numbered(days: list[Weekday]) -> frozenset[int]:
    return frozenset(WEEKDAYS.index(day) for day in days)


def _named(days: object) -> object:
    return [WEEKDAYS[day] for day in sorted(days)] if isinstance(days, frozenset) else days


def _sorted(names: object) -> object:
    return sorted(names) if isinstance(names, frozenset) else names


Weekdays = Annotated[list[Weekday], Field(min_length=1, max_length=7), AfterValidator(_numbered)]
WeekdaysOut = Annotated[list[Weekday], BeforeValidator(_named)]
SortedNames = Annotated[list[str], BeforeValidator(_sorted)]
# Where null has no meaning, a field that may be left out has no real default: `model_fields_set` tells what was sent.
_ABSENT: Any = None


def _standards() -> list[str]:
    """Each standard in words, from its row."""
    spans = {WindowKind.ROLLING: "any", WindowKind.SUCCESSIVE: "each successive"}
    return [
        f"{row.key}, {row.max_rate:.0%} in "
        + ("a calendar month" if row.window_length is None else f"{spans[row.window]} {_words(row.window_length)}")
        for row in STANDARDS.values()
    ]


def _words(length: timedelta) -> str:
    return f"{length.days} days" if length.days > 1 else f"{length // timedelta(hours=1)} hours"


class RetryPolicyIn(In):
    """Whether and when a lead that was not reached is called again."""

    max_attempts: int = Field(_ABSENT, ge=1, le=20)
    delay_minutes: int = Field(_ABSENT, ge=1, le=43_200)
    retry_on_no_answer: bool = _ABSENT
    retry_on_busy: bool = _ABSENT
    retry_on_voicemail: bool = _ABSENT


class UpdateCampaignIn(In):
    """What of a campaign changes; null clears a schedule, group, message or region."""

    name: ShortText = _ABSENT
    caller_id: str = Field(_ABSENT, max_length=40, description="The number shown, in E.164.")
    schedule_start: InstantIn | None = Field(None, description="Starting earlier makes the campaign scheduled.")
    schedule_end: InstantIn | None = Field(None, description="The campaign completes itself then.")
    timezone: str = Field(_ABSENT, max_length=64, description="An IANA name; the calling hours are in this zone.")
    calling_hours_start: WallTime = _ABSENT
    calling_hours_end: WallTime = Field(
        _ABSENT, description="Earlier than the start: the hours cross midnight. Equal: the whole day."
    )
    calling_hours_zone: HoursZone = Field(
        _ABSENT, description="Whose clock the hours are read on: the campaign's time zone, or the callee's own."
    )
    calling_days: Weekdays = Field(_ABSENT, description="Weekdays on which the calling hours begin.")
    call_type: CallType = Field(_ABSENT, description="What the calls are about: decides which calling rules bind them.")
    calling_profile: CallingProfile = Field(
        _ABSENT, description="strict: area code and address both count. address_first: a known address alone."
    )
    consent_on_record: bool = Field(_ABSENT, description="For leads that say nothing about consent themselves.")
    allowed_countries: list[Annotated[str, Field(min_length=2, max_length=2)]] = Field(
        _ABSENT, max_length=250, description="Only these may be called; empty: any that need not be named."
    )
    lead_order: LeadOrder = Field(_ABSENT, description="By what leads of one priority are ordered.")
    lead_order_field: str | None = Field(None, max_length=100, description="The custom field of the order custom.")
    agent_group_id: UUID | None = Field(None, description="Null: every agent of the tenant.")
    retry_policy: RetryPolicyIn = _ABSENT
    retry_rules: dict[str, Any] = Field(_ABSENT, description="By outcome; where silent, the retry policy speaks.")
    amd_enabled: bool = _ABSENT
    amd_mode: AmdMode = Field(_ABSENT, description="async: bridge at once, release on a machine. sync: detect first.")
    voicemail_message_url: str | None = Field(None, max_length=2000)
    record_calls: bool = _ABSENT
    dial_mode: DialMode = Field(
        _ABSENT,
        description="preview: an agent looks at a lead and says dial. progressive: one call for each free agent. "
        "ratio: pacing_ratio for each. predictive: by forecast. Changed while running, it counts from the next tick.",
    )
    pacing_ratio: Decimal = Field(_ABSENT, ge=1, le=10, max_digits=4, decimal_places=2)
    abandonment_standard: str = Field(
        _ABSENT,
        max_length=20,
        description="By whose rule abandoned calls are counted: " + "; ".join(_standards()) + ".",
        examples=["us"],
    )
    max_abandonment_rate: Decimal = Field(
        _ABSENT,
        gt=0,
        le=1,
        max_digits=5,
        decimal_places=4,
        description="A share of 1; at most the limit of the standard. Above it the campaign dials progressively.",
    )
    ring_timeout_seconds: int = Field(_ABSENT, ge=15, le=120)
    wrap_up_seconds: int = Field(_ABSENT, ge=0, le=3600)
    wrap_up_extension_seconds: int = Field(
        _ABSENT, ge=0, le=3600, description="How much longer agents may make a wrap-up, in all."
    )
    abandonment_message: str = Field(_ABSENT, min_length=1, max_length=1000)
    default_region: str | None = Field(None, max_length=2, description="Country of numbers written without one.")


class CreateCampaignIn(UpdateCampaignIn):
    """A new campaign; whatever is left out has a sensible default."""

    name: ShortText
    caller_id: str = Field(max_length=40, description="The number shown, in E.164.")


class CloneCampaignIn(In):
    """How to copy a campaign."""

    name: ShortText | None = None
    with_leads: bool = False


class CampaignsQuery(PageQuery):
    """Which campaigns are wanted."""

    status: CampaignStatus | None = None


class RetryPolicyOut(Out):
    """Whether and when a lead that was not reached is called again."""

    max_attempts: int
    delay_minutes: int
    retry_on_no_answer: bool
    retry_on_busy: bool
    retry_on_voicemail: bool


class CampaignOut(Out):
    """A campaign. The three figures are counted from its leads and calls."""

    id: UUID
    tenant_id: UUID
    name: str
    caller_id: str
    status: CampaignStatus
    schedule_start: Instant | None
    schedule_end: Instant | None
    timezone: str
    calling_hours_start: WallTime
    calling_hours_end: WallTime
    calling_hours_zone: HoursZone
    calling_days: WeekdaysOut
    call_type: CallType
    calling_profile: CallingProfile
    consent_on_record: bool
    allowed_countries: SortedNames
    lead_order: LeadOrder
    lead_order_field: str | None
    agent_group_id: UUID | None
    retry_policy: RetryPolicyOut
    retry_rules: dict[str, Any]
    amd_enabled: bool
    amd_mode: AmdMode
    voicemail_message_url: str | None
    record_calls: bool
    dial_mode: DialMode
    pacing_ratio: float
    abandonment_standard: str
    max_abandonment_rate: float
    ring_timeout_seconds: int
    wrap_up_seconds: int
    wrap_up_extension_seconds: int
    abandonment_message: str
    default_region: str
    total_leads: int
    calls_made: int
    calls_completed: int
    pacing_note: str | None = Field(description="Why an active campaign is not dialling at this moment.")
    started_at: Instant | None
    ended_at: Instant | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, view: CampaignView) -> "CampaignOut":
        """Present a campaign with its figures."""
        campaign, settings = view.campaign, view.campaign.settings
        own = {name: getattr(campaign, name) for name in _OWN}
        figures = {name: getattr(view, name) for name in ("total_leads", "calls_made", "calls_completed")}
        return cls.model_validate({**vars(settings), **own, **figures})


_OWN = ("id", "tenant_id", "status", "pacing_note", "started_at", "ended_at", "created_at", "updated_at")


class CampaignAnswer(Answer):
    """One campaign."""

    campaign: CampaignOut


class CampaignChangeAnswer(Answer):
    """A campaign after a change of its status."""

    message: str
    campaign: CampaignOut
    warnings: list[str] = Field([], description="On a start: what its owner should mend.")


class CampaignsAnswer(Answer):
    """A page of campaigns."""

    campaigns: list[CampaignOut]
    count: int = Field(description="How many are in this answer.")
    total: int = Field(description="How many there are in all.")
