"""Campaigns in SQL: their settings, their status, and the figures that are counted from leads and calls."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.calls import FINAL
from dialer.domain.campaigns import (
    AmdMode,
    CallingProfile,
    CallType,
    CampaignSettings,
    CampaignStatus,
    DialMode,
    HoursZone,
    LeadOrder,
    RetryPolicy,
)
from dialer.domain.ids import AgentGroupId, CampaignId, ListId, TenantId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class Campaign:
    """A campaign as stored. `pacing_note` says why it is not dialling, if it is active and not."""

    id: CampaignId
    tenant_id: TenantId
    status: CampaignStatus
    settings: CampaignSettings
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    pacing_note: str | None


@dataclass(frozen=True)
class CampaignView:
    """A campaign with its figures: leads on its list, calls asked of the carrier, calls that reached somebody."""

    campaign: Campaign
    total_leads: int
    calls_made: int
    calls_completed: int


def insert_campaign(session: Session, *, tenant_id: TenantId, settings: CampaignSettings, now: datetime) -> CampaignId:
    """Store a new draft."""
    campaign_id = CampaignId(new_id())
    identity = {"id": campaign_id, "tenant_id": tenant_id, "status": CampaignStatus.DRAFT, "now": now}
    session.execute(_INSERT, {**identity, **_columns(settings)})
    return campaign_id


def find_campaign(
    session: Session, campaign_id: CampaignId, *, lock: Literal["against change", "against removal"] | None = None
) -> Campaign | None:
    """Read one campaign, and lock it until the transaction ends if asked to."""
    row = session.execute(_FIND[lock], {"id": campaign_id}).one_or_none()
    return _campaign(row) if row is not None else None


def list_campaigns(session: Session, *, status: CampaignStatus | None, limit: int, offset: int) -> list[Campaign]:
    """One page of the tenant's campaigns, newest first."""
    rows = session.execute(_LIST, {"status": status, "limit": limit, "offset": offset})
    return [_campaign(row) for row in rows]


def count_campaigns(session: Session, *, status: CampaignStatus | None) -> int:
    """How many campaigns of the tenant have this status, or any."""
    return int(session.execute(_COUNT, {"status": status}).scalar_one())


def view_campaigns(session: Session, campaigns: list[Campaign]) -> list[CampaignView]:
    """Add the figures to a page of campaigns, in one statement. Counted from rows each time, so they cannot drift."""
    rows = session.execute(_FIGURES, {"ids": [str(campaign.id) for campaign in campaigns]})
    figures = {row.id: row for row in rows}
    return [
        CampaignView(campaign, row.total_leads, row.calls_made, row.calls_completed)
        for campaign in campaigns
        for row in (figures[campaign.id],)
    ]


def update_settings(session: Session, campaign_id: CampaignId, settings: CampaignSettings, *, now: datetime) -> None:
    """Replace a campaign's settings."""
    session.execute(_UPDATE_SETTINGS, {"id": campaign_id, "now": now, **_columns(settings)})


def change_status(session: Session, campaign_id: CampaignId, status: CampaignStatus, *, now: datetime) -> None:
    """Set the status of a locked campaign and stamp when it first started and when it ended."""
    session.execute(_CHANGE_STATUS, {"id": campaign_id, "status": status, "now": now})


def has_calls_in_flight(session: Session, campaign_id: CampaignId) -> bool:
    """Tell whether any call of this campaign has not ended."""
    return bool(session.execute(_HAS_CALLS_IN_FLIGHT, {"id": campaign_id}).scalar_one())


def has_list(session: Session, campaign_id: CampaignId, list_id: ListId) -> bool:
    """Tell whether this list is one of the campaign's."""
    found = session.execute(
        text("select 1 from lists where id = :list_id and campaign_id = :id"), {"list_id": list_id, "id": campaign_id}
    )
    return found.first() is not None


def delete_campaign(session: Session, campaign_id: CampaignId) -> None:
    """Remove a campaign with its leads, imports and calls."""
    session.execute(text("delete from campaigns where id = :id"), {"id": campaign_id})


def list_campaigns_to_start(session: Session, *, at: datetime) -> list[tuple[TenantId, CampaignId]]:
    """Scheduled campaigns of all tenants whose start has come. Needs no tenant; gives away ids only."""
    rows = session.execute(text("select tenant_id, campaign_id from campaigns_to_start(:at)"), {"at": at})
    return [(TenantId(row.tenant_id), CampaignId(row.campaign_id)) for row in rows]


def list_campaigns_to_end(session: Session, *, at: datetime) -> list[tuple[TenantId, CampaignId]]:
    """Unfinished campaigns of all tenants whose schedule has ended. Needs no tenant; gives away ids only."""
    rows = session.execute(text("select tenant_id, campaign_id from campaigns_to_end(:at)"), {"at": at})
    return [(TenantId(row.tenant_id), CampaignId(row.campaign_id)) for row in rows]


def list_exhausted_campaigns(session: Session) -> list[tuple[TenantId, CampaignId]]:
    """Active campaigns of all tenants that have leads, and none left to call. Needs no tenant; gives away ids only."""
    rows = session.execute(text("select tenant_id, campaign_id from exhausted_campaigns()"))
    return [(TenantId(row.tenant_id), CampaignId(row.campaign_id)) for row in rows]


def has_open_leads(session: Session, campaign_id: CampaignId) -> bool:
    """Tell whether a lead is left that may still be called or is being called."""
    found = session.execute(
        text("select 1 from leads where campaign_id = :id and status in ('pending', 'queued', 'calling') limit 1"),
        {"id": campaign_id},
    )
    return found.first() is not None


_PLAIN_COLUMNS = (
    "name", "caller_id", "schedule_start", "schedule_end", "timezone", "calling_hours_start", "calling_hours_end",
    "calling_hours_zone", "calling_days", "call_type", "calling_profile", "consent_on_record", "allowed_countries",
    "lead_order", "lead_order_field", "retry_rules", "agent_group_id", "amd_enabled", "amd_mode",
    "voicemail_message_url", "record_calls", "dial_mode", "pacing_ratio", "abandonment_standard",
    "max_abandonment_rate", "ring_timeout_seconds", "wrap_up_seconds", "wrap_up_extension_seconds",
    "abandonment_message", "default_region",
)  # fmt: skip
# Column by attribute of the retry policy.
_POLICY_COLUMNS = {
    "max_attempts": "max_attempts",
    "delay_minutes": "retry_delay_minutes",
    "retry_on_no_answer": "retry_on_no_answer",
    "retry_on_busy": "retry_on_busy",
    "retry_on_voicemail": "retry_on_voicemail",
}
_SETTING_COLUMNS = (*_PLAIN_COLUMNS, *_POLICY_COLUMNS.values())


def _columns(settings: CampaignSettings) -> Mapping[str, object]:
    values: dict[str, object] = {name: getattr(settings, name) for name in _PLAIN_COLUMNS}
    values["calling_days"] = sorted(settings.calling_days)
    values["allowed_countries"] = sorted(settings.allowed_countries)
    values["retry_rules"] = json.dumps(dict(settings.retry_rules))
    for attribute, column in _POLICY_COLUMNS.items():
        values[column] = getattr(settings.retry_policy, attribute)
    return values


def _campaign(row: Row[Any]) -> Campaign:
    stored = row._mapping
    plain = {name: stored[name] for name in _PLAIN_COLUMNS}
    plain["amd_mode"] = AmdMode(plain["amd_mode"])
    plain["dial_mode"] = DialMode(plain["dial_mode"])
    plain["pacing_ratio"] = Decimal(plain["pacing_ratio"])
    plain["max_abandonment_rate"] = Decimal(plain["max_abandonment_rate"])
    plain["calling_hours_zone"] = HoursZone(plain["calling_hours_zone"])
    plain["calling_days"] = frozenset(plain["calling_days"])
    plain["call_type"] = CallType(plain["call_type"])
    plain["calling_profile"] = CallingProfile(plain["calling_profile"])
    plain["allowed_countries"] = frozenset(plain["allowed_countries"])
    plain["lead_order"] = LeadOrder(plain["lead_order"])
    plain["agent_group_id"] = AgentGroupId(plain["agent_group_id"]) if plain["agent_group_id"] else None
    policy = RetryPolicy(**{attribute: stored[column] for attribute, column in _POLICY_COLUMNS.items()})
    return Campaign(
        id=CampaignId(row.id),
        tenant_id=TenantId(row.tenant_id),
        status=CampaignStatus(row.status),
        settings=CampaignSettings(**plain, retry_policy=policy),
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        pacing_note=row.pacing_note,
    )


_STAMPS = "created_at, updated_at, started_at, ended_at, pacing_note"
_ALL = f"id, tenant_id, status, {_STAMPS}, {', '.join(_SETTING_COLUMNS)}"

_CASTS = {"calling_days": "smallint[]", "allowed_countries": "text[]", "retry_rules": "jsonb"}
_VALUES = {name: f"cast(:{name} as {_CASTS[name]})" if name in _CASTS else f":{name}" for name in _SETTING_COLUMNS}
_INSERT = text(
    f"""
    insert into campaigns (id, tenant_id, status, created_at, updated_at, {", ".join(_SETTING_COLUMNS)})
    values (:id, :tenant_id, :status, :now, :now, {", ".join(_VALUES.values())})
    """
)
_UPDATE_SETTINGS = text(
    f"""
    update campaigns set updated_at = :now, {", ".join(f"{name} = {value}" for name, value in _VALUES.items())}
    where id = :id
    """
)
_FIND = {
    None: text(f"select {_ALL} from campaigns where id = :id"),
    "against change": text(f"select {_ALL} from campaigns where id = :id for no key update"),
    "against removal": text(f"select {_ALL} from campaigns where id = :id for key share"),
}
_LIST = text(
    f"""
    select {_ALL} from campaigns
    where cast(:status as text) is null or status = :status
    order by created_at desc, id desc
    limit :limit offset :offset
    """
)
_COUNT = text("select count(*) from campaigns where cast(:status as text) is null or status = :status")
_FIGURES = text(
    """
    select wanted.id,
           (select count(*) from leads where leads.campaign_id = wanted.id) as total_leads,
           calls.made as calls_made, calls.completed as calls_completed
    from unnest(cast(:ids as uuid[])) as wanted (id)
    cross join lateral (
        select count(*) filter (where placing_at is not null) as made,
               count(*) filter (where disposition = 'answered') as completed
        from calls where calls.campaign_id = wanted.id
    ) as calls
    """
)
_CHANGE_STATUS = text(
    """
    update campaigns
    set status = :status, updated_at = :now,
        started_at = case when :status = 'active' then coalesce(started_at, :now) else started_at end,
        ended_at = case when :status in ('completed', 'cancelled') then cast(:now as timestamptz) end,
        pacing_note = case when :status = 'active' then pacing_note end
    where id = :id
    """
)
_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL))
_HAS_CALLS_IN_FLIGHT = text(f"select exists (select from calls where campaign_id = :id and state not in ({_FINAL}))")
