"""Identifiers as types of their own, so that a lead's id cannot be passed for a call's."""

from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
UserId = NewType("UserId", UUID)
AgentGroupId = NewType("AgentGroupId", UUID)
AgentId = NewType("AgentId", UUID)
CampaignId = NewType("CampaignId", UUID)
ListId = NewType("ListId", UUID)
LeadId = NewType("LeadId", UUID)
AttemptId = NewType("AttemptId", UUID)
CallId = NewType("CallId", UUID)
ImportId = NewType("ImportId", UUID)
PreviewId = NewType("PreviewId", UUID)
CallbackId = NewType("CallbackId", UUID)
BreakReasonId = NewType("BreakReasonId", UUID)
CallerNumberId = NewType("CallerNumberId", UUID)
