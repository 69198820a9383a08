"""Agents over HTTP: the contract's shapes, and its refusals."""

from uuid import uuid4

import pytest

from tests.builders.agents import make_agent, make_agent_group
from tests.builders.calls import make_conversation

CONTRACT_KEYS = {
    "id",
    "tenant_id",
    "user_id",
    "name",
    "phone",
    "email",
    "agent_group_id",
    "status",
    "max_concurrent_calls",
    "current_calls",
    "total_calls_handled",
    "total_call_duration_seconds",
    "working_hours",
    "is_active",
    "created_at",
    "last_active_at",
}


def create(caller, **more):
    return caller.post("/api/agents", json={"name": "John Doe"} | more, expect=201)["agent"]


def test_the_contracts_agent_is_created_as_written(ada, services):
    group = make_agent_group(services.database, tenant_id=ada.tenant_id)
    sent = {
        "name": "John Doe",
        "phone": "+14155553333",
        "email": "john@example.com",
        "agent_group_id": str(group),
        "max_concurrent_calls": 2,
        "working_hours": {"monday": {"start": "09:00", "end": "17:00"}},
    }
    agent = create(ada, **sent)
    assert {name: agent[name] for name in sent} == sent
    assert agent.keys() >= CONTRACT_KEYS
    assert (agent["status"], agent["current_calls"], agent["is_active"]) == ("offline", 0, True)


def test_a_list_has_agents_and_their_count(ada, services):
    create(ada)
    body = ada.get("/api/agents")
    assert (body["success"], body["count"], body["total"]) == (True, 1, 1)
    assert body["agents"][0] == ada.get(f"/api/agents/{body['agents'][0]['id']}")["agent"]


def test_the_list_is_filtered_by_status_and_group(ada, services):
    group = make_agent_group(services.database, tenant_id=ada.tenant_id)
    create(ada, name="In", agent_group_id=str(group))
    make_agent(services.database, tenant_id=ada.tenant_id, name="Out", status="available")
    by_group = ada.get("/api/agents", query={"agent_group_id": group})["agents"]
    by_status = ada.get("/api/agents", query={"status": "available"})["agents"]
    assert ([agent["name"] for agent in by_group], [agent["name"] for agent in by_status]) == (["In"], ["Out"])


@pytest.mark.parametrize(
    "query",
    [{"status": "asleep"}, {"agent_group_id": "x"}, {"limit": 101}, {"limit": 0}, {"offset": -1}, {"sort": "name"}],
)
def test_wrong_filters_are_refused(ada, query):
    assert ada.get("/api/agents", query=query, expect=400)["success"] is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"phone": "4155553333"}, "phone"),
        ({"email": "x"}, "email"),
        ({"max_concurrent_calls": 11}, "max_concurrent_calls"),
        ({"max_concurrent_calls": "2"}, "max_concurrent_calls"),
        ({"working_hours": {"monday": {"start": "9"}}}, "working_hours.monday"),
        ({"agent_group_id": str(uuid4())}, "agent_group_id"),
        ({"user_id": str(uuid4())}, "user_id"),
        ({"status": "available"}, "status"),
        ({"working_hours": []}, "working_hours"),
    ],
)
def test_wrong_agents_are_refused_by_field(ada, wrong, field):
    body = ada.post("/api/agents", json={"name": "John"} | wrong, expect=400)
    assert body["fields"][0]["field"] == field
    assert ada.get("/api/agents")["total"] == 0


def test_a_taken_user_is_a_conflict(ada, ben):
    create(ada, user_id=str(ben.user_id))
    ada.post("/api/agents", json={"name": "Twin", "user_id": str(ben.user_id)}, expect=409)


def test_ben_declares_his_own_status_and_no_other(ada, ben, sam):
    own, other = create(ada, email="ben@example.com"), create(ada, name="Bea")
    assert ben.put(f"/api/agents/{own['id']}/status", json={"status": "available"})["agent"]["status"] == "available"
    ben.put(f"/api/agents/{other['id']}/status", json={"status": "available"}, expect=403)
    assert sam.put(f"/api/agents/{other['id']}/status", json={"status": "break"})["agent"]["status"] == "break"


@pytest.mark.parametrize("status", ["asleep", "", None, 1, "reserved"])
def test_only_the_four_statuses_can_be_declared(ada, status):
    ada.put(f"/api/agents/{create(ada)['id']}/status", json={"status": status}, expect=400)


def test_what_is_sent_is_changed_and_null_clears_what_may_be_empty(ada):
    agent = create(ada, phone="+14155553333", email="john@example.com")
    changed = ada.put(f"/api/agents/{agent['id']}", json={"phone": None, "max_concurrent_calls": 3})["agent"]
    assert (changed["phone"], changed["email"], changed["max_concurrent_calls"]) == (None, "john@example.com", 3)
    ada.put(f"/api/agents/{agent['id']}", json={"name": None}, expect=400)


def test_a_deleted_agent_is_inactive_and_off_the_list(ada):
    agent = create(ada)
    assert ada.delete(f"/api/agents/{agent['id']}")["agent"]["is_active"] is False
    assert ada.get("/api/agents")["total"] == 0
    assert ada.get("/api/agents", query={"include_inactive": "true"})["total"] == 1


def test_stats_have_the_contracts_keys_and_days(ada, services):
    agent = create(ada)
    make_conversation(services.database, tenant_id=ada.tenant_id, agent_id=agent["id"], talk_seconds=60)
    path = f"/api/agents/{agent['id']}/stats"
    stats = ada.get(path, query={"date_from": "2026-03-04", "date_to": "2026-03-04"})["stats"]
    assert {name: stats[name] for name in ("total_calls", "answered_calls", "avg_talk_time", "total_talk_time")} == {
        "total_calls": 1,
        "answered_calls": 1,
        "avg_talk_time": 60.0,
        "total_talk_time": 60,
    }
    assert ada.get(path, query={"date_to": "2026-03-03"})["stats"]["total_calls"] == 0
    ada.get(path, query={"date_from": "yesterday"}, expect=400)


def test_cleo_finds_none_of_adas_agents(ada, cleo):
    agent = create(ada)
    assert cleo.get("/api/agents")["total"] == 0
    cleo.get(f"/api/agents/{agent['id']}", expect=404)
    cleo.put(f"/api/agents/{agent['id']}", json={"name": "Hers"}, expect=404)
    cleo.put(f"/api/agents/{agent['id']}/status", json={"status": "offline"}, expect=404)
    cleo.get(f"/api/agents/{agent['id']}/stats", expect=404)
    cleo.delete(f"/api/agents/{agent['id']}", expect=404)


def test_roles_are_enforced(ada, sam, ben, nobody):
    agent = create(ada)
    for caller, status in ((sam, 403), (ben, 403), (nobody, 401)):
        caller.post("/api/agents", json={"name": "X"}, expect=status)
        caller.put(f"/api/agents/{agent['id']}", json={"name": "X"}, expect=status)
        caller.delete(f"/api/agents/{agent['id']}", expect=status)
    nobody.get("/api/agents", expect=401)


def test_unknown_and_malformed_ids_are_not_found(ada):
    for agent_id in (uuid4(), "abc", "'; drop table agents"):
        ada.get(f"/api/agents/{agent_id}", expect=404)
