"""A tenant with one of everything, so that requests made up from the OpenAPI document meet rows that exist."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask

from dialer.domain.ids import CallId, CampaignId, LeadId
from dialer.domain.principals import Role
from dialer.store.schema.base import new_id
from dialer.usecases import access
from dialer.usecases.access import NewUser
from dialer.usecases.services import Services
from tests.builders.agents import make_agent
from tests.builders.calls import make_conversation
from tests.builders.floor import Floor, open_floor
from tests.fixtures_cast import PASSWORD, Caller, log_in_as

CSV = b"phone,first_name\n+14155552671,Sara\nnone,Bad\n"
RULE = {"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["09:00", "09:30"]]}}
BULK = {"action": "update", "filter": {"status": ["pending"]}, "changes": {"priority": "high"}}
INVITED = {"email": "dana@example.com", "role": "agent"}
REGISTRY = b"4155552671\n4155552672\n"

_numbers = count(1)


@dataclass(frozen=True)
class World:
    """Who asks, and what there is: ids by the names that path parameters and fields have."""

    callers: Mapping[str, Caller]
    ids: Mapping[str, str]

    @property
    def owner(self) -> Caller:
        return self.callers["owner"]


def make_world(app: Flask, services: Services) -> World:
    """A tenant of its own with an owner, a supervisor and an agent, and a row of every kind."""
    number = next(_numbers)

    def new(name: str) -> NewUser:
        return NewUser(f"{name.lower()}{number}@example.com", PASSWORD, name, "Example")

    founded = access.found_tenant(services, new=new("Ada"))
    owner = log_in_as(app, founded)
    callers = {"owner": owner}
    for name, role in (("Sam", Role.SUPERVISOR), ("Ben", Role.AGENT)):
        joined = access.register_user(
            services, actor=owner.principal, tenant_id=owner.tenant_id, new=new(name), role=role
        )
        callers[str(role)] = log_in_as(app, joined)
    return World(callers, _rows(services, owner, callers["agent"]))


def _rows(services: Services, owner: Caller, ben: Caller) -> dict[str, str]:
    floor = open_floor(services, owner.tenant_id)
    group = owner.post("/api/agent-groups", json={"name": "North"}, expect=201)["agent_group"]
    agent_id = make_agent(
        services.database,
        tenant_id=owner.tenant_id,
        user_id=ben.user_id,
        console=True,
        at=services.clock.now(),
    )
    (lead_id,) = floor.leads(1)
    call_id = make_conversation(
        services.database,
        tenant_id=owner.tenant_id,
        campaign_id=floor.campaign_id,
        lead_id=lead_id,
        agent_id=agent_id,
        at=services.clock.now() - timedelta(hours=1),
        recording_sid="RE" + "0" * 32,
        recording_url="https://carrier.example.com/recordings/RE1",
        recording_seconds=60,
    )
    return {
        "campaign_id": str(floor.campaign_id),
        "agent_group_id": group["id"],
        "agent_id": str(agent_id),
        "lead_id": str(lead_id),
        "transfer_id": str(_old_transfer(floor, call_id)),
        "call_id": str(call_id),
        "user_id": str(ben.user_id),
        "tenant_id": str(owner.tenant_id),
        **_made_by_requests(owner, floor.campaign_id, lead_id),
    }


def _old_transfer(floor: Floor, call_id: CallId) -> UUID:
    """A transfer that failed."""
    transfer_id = new_id()
    floor.change(
        """
        insert into transfers (id, tenant_id, call_id, kind, to_phone, room, state, requested_at, ended_at)
        values (:id, :tenant_id, :call_id, 'cold', '+14155550177', '', 'failed', :now, :now)
        """,
        id=transfer_id, tenant_id=floor.tenant_id, call_id=call_id, now=floor.services.clock.now(),
    )  # fmt: skip
    return transfer_id


def _made_by_requests(owner: Caller, campaign_id: CampaignId, lead_id: LeadId) -> dict[str, str]:
    upload = {"file": (io.BytesIO(CSV), "a.csv"), "campaign_id": campaign_id, "field_mapping": '{"phone": "phone"}'}
    registry = {"file": (io.BytesIO(REGISTRY), "r.txt"), "name": "National", "jurisdiction": "US"}
    registry["published_on"] = "2026-03-04"
    due = (_now(owner) + timedelta(days=1)).isoformat()
    made: dict[str, str] = {
        "import_id": owner.post("/api/leads/upload", form=upload)["import_id"],
        "list_id": owner.get(f"/api/campaigns/{campaign_id}/lists")["lists"][0]["id"],
        "callback_id": owner.post(f"/api/leads/{lead_id}/callback", json={"at": due}, expect=201)["callback"]["id"],
        "job_id": owner.post("/api/leads/bulk", json=BULK | {"campaign_id": str(campaign_id)})["job"]["id"],
        "entry_id": owner.post("/api/dnc", json={"phone": "+14155559999"}, expect=201)["entry"]["id"],
        "rule_id": owner.post("/api/rules", json=RULE, expect=201)["rule"]["id"],
        "version": owner.get("/api/rules")["version"],
        "registry_id": owner.post("/api/dnc/registries", form=registry, expect=201)["registry"]["id"],
        "mapping_id": owner.get("/api/leads/imports/mappings")["mappings"][0]["id"],
        "invitation_id": owner.post("/api/invitations", json=INVITED, expect=201)["invitation"]["id"],
        "session_id": owner.get("/api/auth/sessions")["sessions"][0]["id"],
        "number_id": owner.post("/api/numbers", json={"phone": "+14155557777"}, expect=201)["number"]["id"],
        "break_reason_id": owner.get("/api/break-reasons")["break_reasons"][0]["id"],
        "erasure_id": owner.post("/api/people/erase", json={"phone": "+14155558888"})["erasure"]["id"],
    }
    return made


def _now(owner: Caller) -> Any:
    return owner.app.extensions["dialer"][0].services.clock.now()
