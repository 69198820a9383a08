"""`/api/agent-groups` as its users meet it."""

from typing import Any

import pytest

from tests.builders.campaigns import make_campaign


@pytest.fixture
def group(ada: Any) -> Any:
    """A group of Ada's."""
    return ada.post("/api/agent-groups", json={"name": "Night team", "description": "Late"}, expect=201)["agent_group"]


def test_a_group_is_created_shown_and_listed(ada: Any, ben: Any, group: Any) -> None:
    assert (group["name"], group["description"], group["members_count"]) == ("Night team", "Late", 0)
    assert ben.get(f"/api/agent-groups/{group['id']}")["agent_group"] == group
    assert ben.get("/api/agent-groups") == {"success": True, "agent_groups": [group], "count": 1, "total": 1}


def test_groups_are_listed_by_name_in_pages(ada: Any) -> None:
    for name in ("C", "A", "B"):
        ada.post("/api/agent-groups", json={"name": name}, expect=201)
    page = ada.get("/api/agent-groups", query={"limit": 2, "offset": 1})
    assert [found["name"] for found in page["agent_groups"]] == ["B", "C"]
    assert (page["count"], page["total"]) == (2, 3)


def test_members_are_counted(ada: Any, group: Any) -> None:
    ada.post("/api/agents", json={"name": "Ben", "agent_group_id": group["id"]}, expect=201)
    assert ada.get(f"/api/agent-groups/{group['id']}")["agent_group"]["members_count"] == 1


def test_a_name_is_given_once_in_a_tenant(ada: Any, cleo: Any, group: Any) -> None:
    other = ada.post("/api/agent-groups", json={"name": "Day team"}, expect=201)["agent_group"]
    ada.post("/api/agent-groups", json={"name": "Night team"}, expect=409)
    ada.put(f"/api/agent-groups/{other['id']}", json={"name": "Night team"}, expect=409)
    cleo.post("/api/agent-groups", json={"name": "Night team"}, expect=201)


def test_an_update_changes_what_it_names(ada: Any, group: Any) -> None:
    path = f"/api/agent-groups/{group['id']}"
    assert ada.put(path, json={"name": "Owls"})["agent_group"]["description"] == "Late"
    changed = ada.put(path, json={"description": None})["agent_group"]
    assert (changed["name"], changed["description"]) == ("Owls", None)


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}, {"name": "x" * 201}, {"nam": "x"}])
def test_a_group_without_a_proper_name_is_refused(ada: Any, body: Any) -> None:
    ada.post("/api/agent-groups", json=body, expect=400)


@pytest.mark.parametrize(("status", "expect"), [("active", 409), ("paused", 409), ("scheduled", 409),
                                                ("draft", 200), ("completed", 200)])  # fmt: skip
def test_a_group_is_kept_while_a_campaign_relies_on_it(
    services: Any, ada: Any, group: Any, status: str, expect: int
) -> None:
    make_campaign(services, ada.tenant_id, status=status, agent_group_id=group["id"])
    ada.delete(f"/api/agent-groups/{group['id']}", expect=expect)
    ada.get(f"/api/agent-groups/{group['id']}", expect=404 if expect == 200 else 200)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_cleo_never_finds_adas_group(ada: Any, cleo: Any, group: Any, method: str) -> None:
    path = f"/api/agent-groups/{group['id']}"
    assert cleo.send(method, path, json={"name": "Mine"} if method == "PUT" else None).status_code == 404
    assert cleo.get("/api/agent-groups")["total"] == 0
    assert ada.get(path)["agent_group"]["name"] == "Night team"


def test_only_admins_change_groups(sam: Any, nobody: Any, group: Any) -> None:
    path = f"/api/agent-groups/{group['id']}"
    sam.post("/api/agent-groups", json={"name": "X"}, expect=403)
    sam.put(path, json={"name": "X"}, expect=403)
    sam.delete(path, expect=403)
    nobody.get("/api/agent-groups", expect=401)
