"""`/api/campaigns/:id/lists` and `/api/lists` as their users meet them."""

from typing import Any

import pytest

from dialer.usecases import lists
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead


@pytest.fixture
def campaign(services: Any, ada: Any) -> str:
    """A campaign of Ada's."""
    return str(make_campaign(services, ada.tenant_id).id)


@pytest.fixture
def second(ada: Any, campaign: str) -> Any:
    """Another list of hers."""
    return ada.post(f"/api/campaigns/{campaign}/lists", json={"name": "Spring", "weight": 3}, expect=201)["list"]


def test_a_campaign_has_one_list_from_the_start(ada: Any, ben: Any, campaign: str) -> None:
    body = ben.get(f"/api/campaigns/{campaign}/lists")
    (first,) = body["lists"]
    assert (first["id"], first["name"], first["weight"], first["is_active"]) == (campaign, "Main list", 1, True)
    assert (body["count"], first["total"], first["campaign_id"]) == (1, 0, campaign)


def test_a_list_is_created_and_listed_after_the_others(ada: Any, campaign: str, second: Any) -> None:
    assert (second["name"], second["weight"], second["is_active"]) == ("Spring", 3, True)
    listed = ada.get(f"/api/campaigns/{campaign}/lists")["lists"]
    assert [entry["name"] for entry in listed] == ["Main list", "Spring"]
    assert listed[1] == second


def test_leads_are_counted_by_status(services: Any, ada: Any, campaign: str, second: Any) -> None:
    for status in ("pending", "pending", "completed", "dnc"):
        make_lead(services, ada.tenant_id, campaign_id=campaign, list_id=second["id"], status=status)
    make_lead(services, ada.tenant_id, campaign_id=campaign)
    first, other = ada.get(f"/api/campaigns/{campaign}/lists")["lists"]
    assert (first["total"], first["counts"]["pending"]) == (1, 1)
    assert (other["total"], other["counts"]) == (
        4, {"pending": 2, "queued": 0, "calling": 0, "completed": 1, "failed": 0, "dnc": 1},
    )  # fmt: skip


def test_an_update_changes_what_it_names(ada: Any, second: Any) -> None:
    path = f"/api/lists/{second['id']}"
    assert ada.put(path, json={"weight": 100})["list"]["name"] == "Spring"
    changed = ada.put(path, json={"name": " Late spring ", "is_active": False})["list"]
    assert (changed["name"], changed["weight"], changed["is_active"]) == ("Late spring", 100, False)
    assert ada.put(path, json={})["list"]["name"] == "Late spring"


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""}, {"name": None}, {"name": "x" * 201}, {"weight": 0}, {"weight": 101}, {"weight": None},
        {"weight": 1.5}, {"weight": "2"}, {"is_active": None}, {"is_active": "yes"}, {"campaign_id": "x"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(ada: Any, campaign: str, second: Any, body: Any) -> None:
    ada.put(f"/api/lists/{second['id']}", json=body, expect=400)
    ada.post(f"/api/campaigns/{campaign}/lists", json={"name": "Third"} | body, expect=400)


def test_a_name_is_given_once_in_a_campaign(services: Any, ada: Any, campaign: str, second: Any) -> None:
    ada.post(f"/api/campaigns/{campaign}/lists", json={"name": "Spring"}, expect=409)
    ada.put(f"/api/lists/{second['id']}", json={"name": "Main list"}, expect=409)
    other = make_campaign(services, ada.tenant_id).id
    ada.post(f"/api/campaigns/{other}/lists", json={"name": "Spring"}, expect=201)


def test_a_campaign_has_a_hundred_lists_at_most(
    ada: Any, campaign: str, second: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MAX_LISTS", 3)
    ada.post(f"/api/campaigns/{campaign}/lists", json={"name": "Third"}, expect=201)
    refusal = ada.post(f"/api/campaigns/{campaign}/lists", json={"name": "One too many"}, expect=409)
    assert refusal["error"] == "A campaign has at most 3 lists."


def test_an_empty_list_is_deleted_and_its_campaigns_first_never(ada: Any, campaign: str, second: Any) -> None:
    ada.delete(f"/api/lists/{second['id']}")
    ada.delete(f"/api/lists/{second['id']}", expect=404)
    assert "first list stays" in ada.delete(f"/api/lists/{campaign}", expect=409)["error"]


def test_a_list_with_leads_is_deleted_only_if_they_have_somewhere_to_go(
    services: Any, ada: Any, campaign: str, second: Any
) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign, list_id=second["id"])
    path = f"/api/lists/{second['id']}"
    ada.delete(path, expect=409)
    other = make_campaign(services, ada.tenant_id).id
    for nowhere in (other, second["id"], "not-an-id"):
        ada.delete(path, query={"move_to": nowhere}, expect=400)
    ada.delete(path, query={"move_to": campaign})
    (first,) = ada.get(f"/api/campaigns/{campaign}/lists")["lists"]
    assert first["total"] == 1
    assert str(ada.get(f"/api/leads/{lead.id}")["lead"]["list_id"]) == campaign


def test_more_leads_than_a_request_may_move_stay_where_they_are(
    services: Any, ada: Any, campaign: str, second: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MAX_MOVED", 1)
    for _ in range(2):
        make_lead(services, ada.tenant_id, campaign_id=campaign, list_id=second["id"])
    refusal = ada.delete(f"/api/lists/{second['id']}", query={"move_to": campaign}, expect=409)
    assert "bulk" in refusal["error"]
    assert ada.get(f"/api/campaigns/{campaign}/lists")["lists"][1]["total"] == 2


def test_cleo_never_finds_adas_lists(ada: Any, cleo: Any, campaign: str, second: Any) -> None:
    cleo.get(f"/api/campaigns/{campaign}/lists", expect=404)
    cleo.post(f"/api/campaigns/{campaign}/lists", json={"name": "Mine"}, expect=404)
    cleo.put(f"/api/lists/{second['id']}", json={"name": "Mine"}, expect=404)
    cleo.delete(f"/api/lists/{second['id']}", expect=404)
    assert ada.get(f"/api/campaigns/{campaign}/lists")["lists"][1] == second


def test_only_admins_change_lists(sam: Any, nobody: Any, campaign: str, second: Any) -> None:
    sam.post(f"/api/campaigns/{campaign}/lists", json={"name": "X"}, expect=403)
    sam.put(f"/api/lists/{second['id']}", json={"name": "X"}, expect=403)
    sam.delete(f"/api/lists/{second['id']}", expect=403)
    nobody.get(f"/api/campaigns/{campaign}/lists", expect=401)
