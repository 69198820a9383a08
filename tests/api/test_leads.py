"""`/api/leads`, one by one, as its users meet them."""

from typing import Any

import pytest

from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead

UNKNOWN = "01890000-0000-7000-8000-000000000000"
CONTRACT_FIELDS = {
    "id", "campaign_id", "tenant_id", "phone", "phone_normalized", "first_name", "last_name", "email", "country",
    "type", "priority", "custom_fields", "notes", "status", "call_attempts", "last_call_at", "next_call_at",
    "do_not_call", "created_at", "updated_at",
}  # fmt: skip


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


@pytest.fixture
def lead(services: Any, ada: Any, campaign: Any) -> Any:
    """Somebody on that campaign's list."""
    return make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552671", last_name="Ahmed")


def test_a_list_belongs_to_a_campaign(ada: Any, services: Any, campaign: Any, lead: Any) -> None:
    other = make_campaign(services, ada.tenant_id)
    make_lead(services, ada.tenant_id, campaign_id=other.id)
    body = ada.get("/api/leads", query={"campaign_id": campaign.id})
    assert [found["id"] for found in body["leads"]] == [str(lead.id)]
    assert body["leads"][0].keys() >= CONTRACT_FIELDS
    assert (body["count"], body["total"]) == (1, 1)


def test_the_list_is_filtered_and_paged(ada: Any, services: Any, campaign: Any) -> None:
    for status in ("pending", "completed", "pending", "pending"):
        make_lead(services, ada.tenant_id, campaign_id=campaign.id, status=status)
    query = {"campaign_id": campaign.id, "status": "pending", "limit": 2, "offset": 2}
    body = ada.get("/api/leads", query=query)
    assert (len(body["leads"]), body["count"], body["total"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("query", "expect"),
    [({}, 400), ({"campaign_id": "x"}, 400), ({"campaign_id": UNKNOWN}, 404),
     ({"campaign_id": UNKNOWN, "limit": 101}, 400), ({"campaign_id": UNKNOWN, "status": "ready"}, 400)],
)  # fmt: skip
def test_a_list_of_no_campaign_is_refused(ada: Any, query: dict[str, Any], expect: int) -> None:
    ada.get("/api/leads", query=query, expect=expect)


def test_one_lead_is_added_with_everything(ada: Any, campaign: Any) -> None:
    details = {
        "first_name": "Sara", "last_name": "Ahmed", "email": "sara@example.com", "country": "US", "type": "carrier",
        "priority": "high", "notes": "VIP customer", "custom_fields": {"company": "ABC Corp", "seats": 12},
    }  # fmt: skip
    body = {"campaign_id": str(campaign.id), "phone": "(415) 555-2671", **details}
    created = ada.post("/api/leads", json=body, expect=201)["lead"]
    assert {name: created[name] for name in details} == details
    assert (created["phone"], created["phone_normalized"]) == ("(415) 555-2671", "+14155552671")
    assert (created["status"], created["call_attempts"], created["next_call_at"]) == ("pending", 0, None)
    assert ada.get(f"/api/leads/{created['id']}")["lead"] == created


def test_a_bare_number_is_enough_for_a_lead(ada: Any, campaign: Any) -> None:
    body = {"campaign_id": str(campaign.id), "phone": "+442079460018"}
    created = ada.post("/api/leads", json=body, expect=201)["lead"]
    assert (created["country"], created["priority"], created["custom_fields"]) == ("GB", "normal", {})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"phone": "invalid"}, "phone"), ({"phone": "911"}, "phone"), ({"phone": ""}, "phone"),
     ({"phone": 14155552671}, "phone"), ({"email": "nope"}, "email"), ({"priority": "urgent"}, "priority"),
     ({"priority": None}, "priority"),
     ({"custom_fields": []}, "custom_fields"), ({"first_name": "x" * 201}, "first_name"),
     ({"status": "dnc"}, "status")],
)  # fmt: skip
def test_a_wrong_lead_is_refused_by_field(ada: Any, campaign: Any, wrong: dict[str, Any], field: str) -> None:
    body = {"campaign_id": str(campaign.id), "phone": "+14155552671", **wrong}
    refusal = ada.post("/api/leads", json=body, expect=400)
    assert refusal["fields"][0]["field"].startswith(field)


def test_a_number_is_on_a_list_once(ada: Any, campaign: Any, lead: Any) -> None:
    ada.post("/api/leads", json={"campaign_id": str(campaign.id), "phone": "415 555 2671"}, expect=409)


def test_a_suppressed_number_is_not_added(ada: Any, campaign: Any) -> None:
    ada.post("/api/dnc", json={"phone": "+14155552671"}, expect=201)
    ada.post("/api/leads", json={"campaign_id": str(campaign.id), "phone": "+14155552671"}, expect=409)


def test_a_cancelled_campaign_takes_no_leads(ada: Any, services: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="cancelled")
    ada.post("/api/leads", json={"campaign_id": str(campaign.id), "phone": "+14155552671"}, expect=409)


def test_a_lead_for_an_active_campaign_is_called_at_once(ada: Any, services: Any, queue: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="active")
    ada.post("/api/leads", json={"campaign_id": str(campaign.id), "phone": "+14155552671"}, expect=201)
    assert queue.names == ["dialer.dialing.pace_campaign"]


def test_the_contracts_update_is_done(ada: Any, lead: Any) -> None:
    body = {"first_name": "Updated", "last_name": "Name", "priority": "high", "notes": "Updated notes"}
    updated = ada.put(f"/api/leads/{lead.id}", json=body)["lead"]
    assert {name: updated[name] for name in body} == body
    assert updated["phone"] == "+14155552671"


def test_null_clears_and_absence_keeps(ada: Any, lead: Any) -> None:
    updated = ada.put(f"/api/leads/{lead.id}", json={"last_name": None, "custom_fields": {"a": [1]}})["lead"]
    assert (updated["first_name"], updated["last_name"], updated["custom_fields"]) == ("Sara", None, {"a": [1]})


def test_a_number_can_be_corrected(ada: Any, lead: Any) -> None:
    updated = ada.put(f"/api/leads/{lead.id}", json={"phone": "415-555-2672"})["lead"]
    assert (updated["phone"], updated["phone_normalized"]) == ("415-555-2672", "+14155552672")


def test_a_number_cannot_become_one_that_the_campaign_has(ada: Any, services: Any, campaign: Any, lead: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552672")
    ada.put(f"/api/leads/{lead.id}", json={"phone": "+14155552672"}, expect=409)
    assert ada.get(f"/api/leads/{lead.id}")["lead"]["phone"] == "+14155552671"


@pytest.mark.parametrize("status", ["queued", "calling"])
def test_a_lead_in_the_dialers_hands_keeps_number_and_status(
    ada: Any, services: Any, campaign: Any, status: str
) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, status=status)
    ada.put(f"/api/leads/{lead.id}", json={"phone": "+14155552672"}, expect=409)
    ada.put(f"/api/leads/{lead.id}", json={"status": "completed"}, expect=409)
    ada.put(f"/api/leads/{lead.id}", json={"notes": "on the line"})
    ada.delete(f"/api/leads/{lead.id}", expect=409)


def test_starting_over_makes_a_lead_due_with_no_attempts(ada: Any, services: Any, campaign: Any, clock: Any) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, status="failed", call_attempts=3)
    updated = ada.put(f"/api/leads/{lead.id}", json={"status": "pending"})["lead"]
    assert (updated["status"], updated["call_attempts"], updated["status_reason"]) == ("pending", 0, None)


def test_a_lead_can_be_set_completed_by_hand(ada: Any, lead: Any) -> None:
    assert ada.put(f"/api/leads/{lead.id}", json={"status": "completed"})["lead"]["status"] == "completed"


def test_do_not_call_suppresses_the_number_on_every_list(ada: Any, services: Any, lead: Any) -> None:
    other = make_campaign(services, ada.tenant_id)
    twin = make_lead(services, ada.tenant_id, campaign_id=other.id, phone=lead.phone_normalized)
    updated = ada.put(f"/api/leads/{lead.id}", json={"do_not_call": True})["lead"]
    assert (updated["status"], updated["do_not_call"]) == ("dnc", True)
    assert ada.get(f"/api/leads/{twin.id}")["lead"]["status"] == "dnc"
    assert ada.get("/api/dnc/check", query={"phone": lead.phone_normalized})["suppressed"] is True


def test_a_suppressed_lead_returns_only_when_its_number_is_no_longer_listed(ada: Any, lead: Any) -> None:
    ada.put(f"/api/leads/{lead.id}", json={"do_not_call": True})
    ada.put(f"/api/leads/{lead.id}", json={"status": "pending"}, expect=409)
    ada.put(f"/api/leads/{lead.id}", json={"do_not_call": False}, expect=409)
    entry = ada.get("/api/dnc")["entries"][0]
    ada.delete(f"/api/dnc/{entry['id']}")
    updated = ada.put(f"/api/leads/{lead.id}", json={"do_not_call": False})["lead"]
    assert (updated["status"], updated["do_not_call"]) == ("pending", False)


@pytest.mark.parametrize("body", [{"status": "calling"}, {"status": "dnc"}, {"do_not_call": None}, {"phone": "x"},
                                  {"call_attempts": 0}, {"id": UNKNOWN}, {"notes": "a\0b"}])  # fmt: skip
def test_what_is_not_for_users_to_set_is_refused(ada: Any, lead: Any, body: dict[str, Any]) -> None:
    ada.put(f"/api/leads/{lead.id}", json=body, expect=400)


def test_a_deleted_lead_is_gone(ada: Any, lead: Any) -> None:
    ada.delete(f"/api/leads/{lead.id}")
    ada.get(f"/api/leads/{lead.id}", expect=404)


def test_agents_note_what_they_hear_and_change_nothing_else(ben: Any, lead: Any) -> None:
    assert ben.put(f"/api/leads/{lead.id}", json={"notes": "Call after 5"})["lead"]["notes"] == "Call after 5"
    refusal = ben.put(f"/api/leads/{lead.id}", json={"notes": "x", "phone": "+14155552672"}, expect=403)
    assert "phone" in refusal["error"]
    ben.delete(f"/api/leads/{lead.id}", expect=403)
    ben.post("/api/leads", json={"campaign_id": UNKNOWN, "phone": "+14155552671"}, expect=403)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_cleo_never_finds_adas_lead(ada: Any, cleo: Any, lead: Any, method: str) -> None:
    path = f"/api/leads/{lead.id}"
    assert cleo.send(method, path, json={"notes": "mine"} if method == "PUT" else None).status_code == 404
    assert ada.get(path)["lead"]["notes"] is None


def test_cleo_neither_lists_nor_fills_adas_campaign(ada: Any, cleo: Any, campaign: Any) -> None:
    cleo.get("/api/leads", query={"campaign_id": campaign.id}, expect=404)
    cleo.post("/api/leads", json={"campaign_id": str(campaign.id), "phone": "+14155552671"}, expect=404)
    assert ada.get("/api/leads", query={"campaign_id": campaign.id})["total"] == 0


def test_nobody_sees_no_lead(nobody: Any, lead: Any) -> None:
    nobody.get(f"/api/leads/{lead.id}", expect=401)
    nobody.get("/api/leads/template/csv", expect=401)
