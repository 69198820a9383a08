"""The tables, one file per aggregate: columns and constraints, no behaviour.

Row-level security, the tenant-crossing look-ups and the agent state log are in the migrations, since SQLAlchemy has
no words for them.
"""

from dialer.store.schema.access import (
    Invitation,
    PasswordResetRequest,
    RecoveryCode,
    SecondFactor,
    SingleUseToken,
)
from dialer.store.schema.agents import Agent, AgentGroup, AgentLeg, AgentSocket, AgentStateChange
from dialer.store.schema.audit_log import AuditEntry
from dialer.store.schema.base import Base
from dialer.store.schema.bulk_jobs import BulkBatch, BulkJob
from dialer.store.schema.call_control import Supervision, Transfer
from dialer.store.schema.callbacks import Callback
from dialer.store.schema.calling_rules import StoredRuleBook, TenantRule
from dialer.store.schema.calls import Attempt, Call, CallEvent, LiveAnswer, LiveAnswerHour
from dialer.store.schema.campaigns import Campaign
from dialer.store.schema.desks import BreakReason, CampaignDesk
from dialer.store.schema.erasure import ErasedNumber, Erasure, ErasureLead, RecordingToDelete, RetentionSettings
from dialer.store.schema.imports import Import, ImportChunk, ImportMapping, ImportProblem, ImportUpdate
from dialer.store.schema.leads import Lead, LeadList, LeadPhone, ListLocality, Locality
from dialer.store.schema.pacing import PacingDecision, PacingEvent, PacingState
from dialer.store.schema.previews import Preview
from dialer.store.schema.repairs import Repair
from dialer.store.schema.suppression import DncRegistry, RegistryBlock, SuppressedLead, Suppression
from dialer.store.schema.tenants import CallerNumber, CarrierAccount, DiallingHold, Tenant
from dialer.store.schema.users import LoginPlace, LoginSession, LoginThrottle, User

__all__ = [
    "Agent",
    "AgentGroup",
    "AgentLeg",
    "AgentSocket",
    "AgentStateChange",
    "Attempt",
    "AuditEntry",
    "Base",
    "BreakReason",
    "BulkBatch",
    "BulkJob",
    "Call",
    "CallEvent",
    "Callback",
    "CallerNumber",
    "Campaign",
    "CampaignDesk",
    "CarrierAccount",
    "DiallingHold",
    "DncRegistry",
    "ErasedNumber",
    "Erasure",
    "ErasureLead",
    "Import",
    "ImportChunk",
    "ImportMapping",
    "ImportProblem",
    "ImportUpdate",
    "Invitation",
    "Lead",
    "LeadList",
    "LeadPhone",
    "ListLocality",
    "LiveAnswer",
    "LiveAnswerHour",
    "Locality",
    "LoginPlace",
    "LoginSession",
    "LoginThrottle",
    "PacingDecision",
    "PacingEvent",
    "PacingState",
    "PasswordResetRequest",
    "Preview",
    "RecordingToDelete",
    "RecoveryCode",
    "RegistryBlock",
    "Repair",
    "RetentionSettings",
    "SecondFactor",
    "SingleUseToken",
    "StoredRuleBook",
    "Supervision",
    "SuppressedLead",
    "Suppression",
    "Tenant",
    "TenantRule",
    "Transfer",
    "User",
]
