"""`/api/dnc` as its users meet it."""

import io
from datetime import date, timedelta
from typing import Any

import pytest

from dialer.store.leads import update_lead
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead
from tests.builders.registries import make_registry

NUMBER = "+14155552671"
UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


def upload(caller: Any, content: bytes, *, expect: int = 200, **form: Any) -> Any:
    """Upload a list of numbers."""
    return caller.post("/api/dnc/upload", form={"file": (io.BytesIO(content), "dnc.csv"), **form}, expect=expect)


def test_a_number_is_listed_and_found(ada: Any) -> None:
    body = {"phone": "(415) 555-2671", "reason": "asked", "note": "by phone"}
    entry = ada.post("/api/dnc", json=body, expect=201)["entry"]
    assert (entry["phone"], entry["reason"], entry["note"]) == (NUMBER, "asked", "by phone")
    assert entry["created_by"] == str(ada.user_id)
    assert ada.get("/api/dnc") == {"success": True, "entries": [entry], "count": 1, "total": 1}
    assert ada.get("/api/dnc/check", query={"phone": NUMBER}) == {
        "success": True, "phone": NUMBER, "suppressed": True, "entries": [entry], "registries": [], "erased": False,
    }  # fmt: skip


def test_listing_a_number_again_answers_with_the_entry_there_is(ada: Any) -> None:
    first = ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    assert ada.post("/api/dnc", json={"phone": NUMBER, "reason": "again"})["entry"] == first
    assert ada.get("/api/dnc")["total"] == 1


@pytest.mark.parametrize(("status", "becomes"), [("pending", "dnc"), ("queued", "dnc"), ("calling", "calling"),
                                                 ("completed", "completed"), ("failed", "failed")])  # fmt: skip
def test_leads_that_wait_are_taken_off_their_lists_at_once(
    ada: Any, services: Any, campaign: Any, status: str, becomes: str
) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER, status=status)
    bystander = make_lead(services, ada.tenant_id, campaign_id=campaign.id)
    ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)
    shown = ada.get(f"/api/leads/{lead.id}")["lead"]
    assert (shown["status"], shown["do_not_call"]) == (becomes, True)
    assert ada.get(f"/api/leads/{bystander.id}")["lead"]["status"] == "pending"


def test_an_entry_of_one_campaign_stops_only_that_campaign(ada: Any, services: Any, campaign: Any) -> None:
    other = make_campaign(services, ada.tenant_id)
    leads = [make_lead(services, ada.tenant_id, campaign_id=c.id, phone=NUMBER) for c in (campaign, other)]
    ada.post("/api/dnc", json={"phone": NUMBER, "campaign_id": str(campaign.id)}, expect=201)
    assert [ada.get(f"/api/leads/{lead.id}")["lead"]["status"] for lead in leads] == ["dnc", "pending"]
    check = ada.get("/api/dnc/check", query={"phone": NUMBER})
    assert (check["suppressed"], len(check["entries"])) == (False, 1)


def test_an_entry_may_expire(ada: Any, services: Any, campaign: Any, clock: Any) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER)
    until = (clock.now() + timedelta(days=1)).isoformat()
    ada.post("/api/dnc", json={"phone": NUMBER, "expires_at": until}, expect=201)
    assert ada.get(f"/api/leads/{lead.id}")["lead"]["status"] == "pending"
    assert ada.get("/api/dnc/check", query={"phone": NUMBER})["suppressed"] is True
    clock.advance(days=2)
    assert ada.get("/api/dnc/check", query={"phone": NUMBER})["suppressed"] is False


def test_listing_again_never_shortens_and_may_lengthen(ada: Any, clock: Any) -> None:
    tomorrow, later = ((clock.now() + timedelta(days=days)).isoformat() for days in (1, 9))
    ada.post("/api/dnc", json={"phone": NUMBER, "expires_at": later}, expect=201)
    ada.post("/api/dnc", json={"phone": NUMBER, "expires_at": tomorrow})
    assert ada.get("/api/dnc")["entries"][0]["expires_at"] == "2026-03-13T18:00:00Z"
    ada.post("/api/dnc", json={"phone": NUMBER})
    assert ada.get("/api/dnc")["entries"][0]["expires_at"] is None
    ada.post("/api/dnc", json={"phone": NUMBER, "expires_at": tomorrow})
    assert ada.get("/api/dnc")["entries"][0]["expires_at"] is None


def test_an_expired_entry_is_renewed(ada: Any, clock: Any) -> None:
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    ada.post("/api/dnc", json={"phone": NUMBER, "expires_at": soon}, expect=201)
    clock.advance(hours=2)
    ada.post("/api/dnc", json={"phone": NUMBER, "reason": "asked again"}, expect=201)
    (entry,) = ada.get("/api/dnc/check", query={"phone": NUMBER})["entries"]
    # It did not hold in between: calls of that time were no violations.
    assert (entry["reason"], entry["created_at"]) == ("asked again", clock.now().isoformat().replace("+00:00", "Z"))


@pytest.mark.parametrize(
    ("body", "expect"),
    [
        ({}, 400), ({"phone": "x"}, 400), ({"phone": ""}, 400), ({"number": NUMBER}, 400),
        ({"phone": NUMBER, "expires_at": "2020-01-01T00:00:00Z"}, 400),
        ({"phone": NUMBER, "expires_at": "tomorrow"}, 400), ({"phone": NUMBER, "campaign_id": UNKNOWN}, 404),
        ({"phone": NUMBER, "campaign_id": "x"}, 400),
    ],
)  # fmt: skip
def test_an_entry_that_makes_no_sense_is_refused(ada: Any, body: dict[str, Any], expect: int) -> None:
    ada.post("/api/dnc", json=body, expect=expect)
    assert ada.get("/api/dnc")["total"] == 0


@pytest.mark.parametrize("phone", [NUMBER, "%2B14155552671", "(415) 555-2671", "+1 800 356 9377"])
def test_numbers_are_checked_however_they_are_written(ada: Any, phone: str) -> None:
    response = ada.send("GET", f"/api/dnc/check?phone={phone}")
    assert response.status_code == 200
    assert response.get_json()["suppressed"] is False


@pytest.mark.parametrize("query", ["", "?phone=", "?phone=x", "?number=1"])
def test_a_check_needs_a_number(ada: Any, query: str) -> None:
    ada.get(f"/api/dnc/check{query}", expect=400)


def test_the_list_is_searched_filtered_and_paged(ada: Any, campaign: Any, clock: Any) -> None:
    for number in ("+14155552671", "+14155552672", "+442079460018"):
        clock.advance(seconds=1)
        ada.post("/api/dnc", json={"phone": number}, expect=201)
    ada.post("/api/dnc", json={"phone": NUMBER, "campaign_id": str(campaign.id)}, expect=201)
    page = ada.get("/api/dnc", query={"search": "555-267", "limit": 2})
    assert (page["count"], page["total"]) == (2, 3)
    assert ada.get("/api/dnc", query={"campaign_id": campaign.id})["total"] == 1
    assert ada.get("/api/dnc", query={"search": "%"})["total"] == 0


def test_removing_an_entry_restores_no_lead(ada: Any, services: Any, campaign: Any) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER)
    entry = ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    ada.delete(f"/api/dnc/{entry['id']}")
    assert ada.get("/api/dnc")["total"] == 0
    assert ada.get(f"/api/leads/{lead.id}")["lead"]["status"] == "dnc"
    ada.delete(f"/api/dnc/{entry['id']}", expect=404)


def test_removing_an_entry_may_restore_the_leads_that_it_took_off(ada: Any, services: Any, campaign: Any) -> None:
    waiting = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER)
    flagged = make_lead(services, ada.tenant_id, campaign_id=campaign.id, do_not_call=True)
    entry = ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    ada.post("/api/dnc", json={"phone": flagged.phone_normalized}, expect=201)
    gone = ada.delete(f"/api/dnc/{entry['id']}", query={"restore_leads": "true"})
    assert gone["leads_restored"] == 1
    shown = ada.get(f"/api/leads/{waiting.id}")["lead"]
    assert (shown["status"], shown["do_not_call"]) == ("pending", False)


def test_a_lead_that_was_flagged_before_its_entry_came_is_not_restored_by_it(
    ada: Any, services: Any, campaign: Any
) -> None:
    flagged = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER, do_not_call=True)
    entry = ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    assert ada.delete(f"/api/dnc/{entry['id']}", query={"restore_leads": "true"})["leads_restored"] == 0
    assert ada.get(f"/api/leads/{flagged.id}")["lead"]["do_not_call"] is True


@pytest.mark.parametrize("first", ["tenant", "campaign"])
def test_a_lead_that_two_entries_hold_comes_back_when_the_last_is_gone(
    ada: Any, services: Any, campaign: Any, first: str
) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER)
    scopes = [{}, {"campaign_id": str(campaign.id)}] if first == "tenant" else [{"campaign_id": str(campaign.id)}, {}]
    entries = [ada.post("/api/dnc", json={"phone": NUMBER, **scope}, expect=201)["entry"]["id"] for scope in scopes]
    restored = [ada.delete(f"/api/dnc/{each}", query={"restore_leads": "true"})["leads_restored"] for each in entries]
    assert restored == [0, 1]
    assert ada.get(f"/api/leads/{lead.id}")["lead"]["status"] == "pending"


def test_who_has_talked_meanwhile_is_restored_as_completed(ada: Any, services: Any, campaign: Any) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER, status="calling")
    entry = ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    with services.transaction(ada.tenant_id) as tx:
        update_lead(tx.session, lead.id, {"status": "dnc", "status_reason": "answered"}, now=services.clock.now())
    ada.delete(f"/api/dnc/{entry['id']}", query={"restore_leads": "true"})
    shown = ada.get(f"/api/leads/{lead.id}")["lead"]
    assert (shown["status"], shown["do_not_call"]) == ("completed", False)


@pytest.mark.parametrize("query", [{"restore_leads": "maybe"}, {"restore": "true"}])
def test_a_removal_that_makes_no_sense_removes_nothing(ada: Any, query: dict[str, str]) -> None:
    entry = ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    ada.delete(f"/api/dnc/{entry['id']}", query=query, expect=400)
    assert ada.get("/api/dnc")["total"] == 1


def test_a_check_names_every_list_that_holds_the_number(ada: Any, cleo: Any, services: Any, campaign: Any) -> None:
    make_registry(services, ada.tenant_id, [NUMBER], name="National DNC", published_on=date(2026, 1, 15))
    make_registry(services, cleo.tenant_id, [NUMBER], name="Cleo's")
    ada.post("/api/dnc", json={"phone": NUMBER, "campaign_id": str(campaign.id)}, expect=201)
    check = ada.get("/api/dnc/check", query={"phone": NUMBER})
    assert (check["suppressed"], len(check["entries"]), check["erased"]) == (False, 1, False)
    (registry,) = check["registries"]
    assert (registry["name"], registry["published_on"], registry["is_stale"]) == ("National DNC", "2026-01-15", True)


@pytest.mark.parametrize(
    "content",
    [
        b"+14155552671\n(415) 555-2672\nbad\n4155552671\n",
        b"Phone Number\n+14155552671\n(415) 555-2672\nbad\n4155552671\n",
        b"name;phone\nA;+14155552671\nB;(415) 555-2672\nC;bad\nD;4155552671\n",
    ],
    ids=["bare", "header", "columns"],
)
def test_a_file_of_numbers_is_listed(ada: Any, content: bytes) -> None:
    ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)
    body = upload(ada, content, reason="register")
    assert body["results"] == {"total": 4, "added": 1, "already_listed": 1, "duplicates": 1, "invalid": 1}
    assert [(error["value"], error["code"]) for error in body["errors"]] == [("bad", "not_a_number")]
    assert ada.get("/api/dnc")["entries"][0]["source"] in {"upload", "api"}


def test_an_uploaded_list_takes_leads_off_theirs(ada: Any, services: Any, campaign: Any) -> None:
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone=NUMBER)
    upload(ada, b"4155552671\n", campaign_id=str(campaign.id))
    assert ada.get(f"/api/leads/{lead.id}")["lead"]["status"] == "dnc"


def test_the_region_of_an_uploaded_list_can_be_said(ada: Any) -> None:
    upload(ada, b"020 7946 0018\n", default_region="gb")
    assert ada.get("/api/dnc/check", query={"phone": "+442079460018"})["suppressed"] is True
    upload(ada, b"020 7946 0018\n", default_region="xx", expect=400)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"%PDF-1.4"])
def test_a_file_that_is_no_list_of_numbers_is_refused(ada: Any, content: bytes) -> None:
    upload(ada, content, expect=400)


def test_cleo_has_a_list_of_her_own(ada: Any, cleo: Any, services: Any, campaign: Any) -> None:
    entry = ada.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552680")
    assert cleo.get("/api/dnc")["total"] == 0
    assert cleo.get("/api/dnc/check", query={"phone": NUMBER})["suppressed"] is False
    cleo.delete(f"/api/dnc/{entry['id']}", expect=404)
    cleo.post("/api/dnc", json={"phone": "+14155552680", "campaign_id": str(campaign.id)}, expect=404)
    cleo.post("/api/dnc", json={"phone": "+14155552680"}, expect=201)
    assert ada.get(f"/api/leads/{lead.id}")["lead"]["status"] == "pending"


def test_agents_add_and_only_admins_upload_or_remove(ben: Any, sam: Any, nobody: Any) -> None:
    entry = ben.post("/api/dnc", json={"phone": NUMBER}, expect=201)["entry"]
    upload(sam, b"4155552671\n", expect=403)
    sam.delete(f"/api/dnc/{entry['id']}", expect=403)
    nobody.get("/api/dnc", expect=401)
