"""The tables, one file per aggregate: columns and constraints, no behaviour.

Row-level security, the tenant-crossing look-ups and the agent state log are in the migrations, since SQLAlchemy has
no words for them.
"""

from dialer.store.schema.agents import Agent, AgentGroup, AgentLeg, AgentSocket, AgentStateChange
from dialer.store.schema.base import Base
from dialer.store.schema.calling_rules import StoredRuleBook, TenantRule
from dialer.store.schema.calls import Attempt, Call, CallEvent, LiveAnswer, LiveAnswerHour
from dialer.store.schema.campaigns import Campaign
from dialer.store.schema.leads import Lead, LeadImport, LeadList, LeadPhone, ListLocality, Locality
from dialer.store.schema.pacing import PacingDecision, PacingEvent, PacingState
from dialer.store.schema.previews import Preview
from dialer.store.schema.suppression import DncRegistry, RegistryBlock, SuppressedLead, Suppression
from dialer.store.schema.tenants import CarrierAccount, Tenant
from dialer.store.schema.users import LoginSession, User

__all__ = [
    "Agent",
    "AgentGroup",
    "AgentLeg",
    "AgentSocket",
    "AgentStateChange",
    "Attempt",
    "Base",
    "Call",
    "CallEvent",
    "Campaign",
    "CarrierAccount",
    "DncRegistry",
    "Lead",
    "LeadImport",
    "LeadList",
    "LeadPhone",
    "ListLocality",
    "LiveAnswer",
    "LiveAnswerHour",
    "Locality",
    "LoginSession",
    "PacingDecision",
    "PacingEvent",
    "PacingState",
    "Preview",
    "RegistryBlock",
    "SuppressedLead",
    "StoredRuleBook",
    "Suppression",
    "Tenant",
    "TenantRule",
    "User",
]
