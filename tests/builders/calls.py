"""Calls for tests, with whatever they need: a campaign, a lead, an attempt. Each builder commits."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import func, insert, select

from dialer.domain.ids import AgentGroupId, AgentId, CallId, CampaignId, LeadId, TenantId
from dialer.store.schema import Attempt, Call, Campaign, Lead
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from tests.fakes.clock import NOON

_numbers = count(1)


def make_dialed_campaign(
    database: Database, *, tenant_id: TenantId, agent_group_id: AgentGroupId | None = None, **columns: object
) -> CampaignId:
    """An active campaign that calls around the clock."""
    campaign_id = CampaignId(new_id())
    values: dict[str, object] = {
        "id": campaign_id,
        "tenant_id": tenant_id,
        "name": "Spring",
        "caller_id": "+14155551234",
        "status": "active",
        "timezone": "UTC",
        "calling_hours_start": time(0),
        "calling_hours_end": time(0),
        "agent_group_id": agent_group_id,
        "max_attempts": 3,
        "retry_delay_minutes": 60,
        "retry_on_no_answer": True,
        "retry_on_busy": True,
        "retry_on_voicemail": False,
        "amd_enabled": False,
        "amd_mode": "async",
        "record_calls": False,
        "dial_mode": "progressive",
        "abandonment_standard": "strict",
        "max_abandonment_rate": Decimal("0.03"),
        "pacing_ratio": Decimal("1"),
        "ring_timeout_seconds": 25,
        "wrap_up_seconds": 10,
        "abandonment_message": "Sorry.",
        "default_region": "US",
        "created_at": NOON,
        "updated_at": NOON,
        "started_at": NOON,
    }
    with database.transaction(tenant_id) as tx:
        tx.session.execute(insert(Campaign).values(values | columns))
    return campaign_id


def make_called_lead(
    database: Database, *, tenant_id: TenantId, campaign_id: CampaignId, phone: str | None = None, **columns: object
) -> LeadId:
    """Sara Ahmed, called once and done with."""
    lead_id = LeadId(new_id())
    number = phone or f"+1415556{next(_numbers):04d}"
    values: dict[str, object] = {
        "id": lead_id,
        "tenant_id": tenant_id,
        "campaign_id": campaign_id,
        "phone": number,
        "phone_normalized": number,
        "first_name": "Sara",
        "last_name": "Ahmed",
        "priority": 1,
        "custom_fields": {"company": "ABC"},
        "notes": "VIP",
        "status": "completed",
        "call_attempts": 1,
        "last_attempt_number": 0,
        "next_call_at": NOON,
        "do_not_call": False,
        "created_at": NOON,
        "updated_at": NOON,
    }
    with database.transaction(tenant_id) as tx:
        tx.session.execute(insert(Lead).values(values | columns))
    return lead_id


def make_call(
    database: Database,
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId | None = None,
    lead_id: LeadId | None = None,
    agent_id: AgentId | None = None,
    state: str = "completed",
    at: datetime = NOON,
    **columns: object,
) -> CallId:
    """A call placed at `at`; without more, one that has completed and of which nothing else is known."""
    campaign_id = campaign_id or make_dialed_campaign(database, tenant_id=tenant_id)
    lead_id = lead_id or make_called_lead(database, tenant_id=tenant_id, campaign_id=campaign_id)
    call_id, attempt_id = CallId(new_id()), new_id()
    with database.transaction(tenant_id) as tx:
        number = tx.session.scalar(select(func.count()).select_from(Attempt).where(Attempt.lead_id == lead_id))
        to_number = tx.session.scalar(select(Lead.phone_normalized).where(Lead.id == lead_id))
        ours = {"tenant_id": tenant_id, "campaign_id": campaign_id, "lead_id": lead_id}
        tx.session.execute(insert(Attempt).values(**ours, id=attempt_id, number=(number or 0) + 1, planned_at=at))
        values: dict[str, object] = {
            **ours,
            "id": call_id,
            "attempt_id": attempt_id,
            "agent_id": agent_id,
            "state": state,
            "state_changed_at": at,
            "direction": "outbound",
            "from_number": "+14155551234",
            "to_number": to_number,
            "call_sid": f"CA{call_id.hex}",
            "place_before": at + timedelta(minutes=1),
            "created_at": at,
            "placing_at": None if state == "planned" else at,
            "call_metadata": {},
        }
        tx.session.execute(insert(Call).values(values | columns))
    return call_id


def make_conversation(
    database: Database,
    *,
    tenant_id: TenantId,
    agent_id: AgentId,
    talk_seconds: int = 60,
    at: datetime = NOON,
    **columns: object,
) -> CallId:
    """A call in which a person talked with an agent, who took it after a second."""
    known: dict[str, Any] = {
        "answered_at": at + timedelta(seconds=10),
        "bridged_at": at + timedelta(seconds=11),
        "disposition": "answered",
        "answered_by": "human",
        "ended_at": at + timedelta(seconds=11 + talk_seconds),
        "talk_seconds": talk_seconds,
        "duration_seconds": talk_seconds + 1,
    }
    return make_call(database, tenant_id=tenant_id, agent_id=agent_id, at=at, **(known | columns))
