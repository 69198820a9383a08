"""`/api/leads/bulk`: one change to many leads, as its users meet it."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead

UNKNOWN = "01890000-0000-7000-8000-000000000000"
ALL = {"all": True}


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


@pytest.fixture
def leads(services: Any, ada: Any, campaign: Any) -> list[Any]:
    """Three people on its list."""
    return [make_lead(services, ada.tenant_id, campaign_id=campaign.id) for _ in range(3)]


def ask(caller: Any, campaign: Any, action: str, *, expect: int = 200, chosen: Any = ALL, **more: Any) -> Any:
    body = {"campaign_id": str(campaign.id), "filter": chosen, "action": action, **more}
    return caller.post("/api/leads/bulk", json=body, expect=expect)


def shown(caller: Any, campaign: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get("/api/leads", query={"campaign_id": campaign.id})["leads"]
    return found


def test_a_dry_run_counts_and_changes_nothing(dana: Any, campaign: Any, leads: list[Any]) -> None:
    before = shown(dana, campaign)
    answer = ask(dana, campaign, "delete", dry_run=True)
    assert (answer["dry_run"], answer["matched"], answer["job"]) == (True, 3, None)
    assert {lead["id"] for lead in answer["examples"]} == {str(lead.id) for lead in leads}
    assert shown(dana, campaign) == before


def test_an_update_changes_what_it_names_and_nothing_else(
    dana: Any, services: Any, campaign: Any, leads: list[Any]
) -> None:
    make_lead(services, dana.tenant_id, campaign_id=campaign.id, country="GB", custom_fields={"a": 1, "b": 2})
    changes = {"priority": "high", "notes": "VIP", "custom_fields.a": None, "custom_fields": {"c": [3]}}
    job = ask(dana, campaign, "update", chosen={"country": "GB"}, changes=changes)["job"]
    assert (job["status"], job["matched"], job["done"], job["skipped"]) == ("done", 1, 1, {})
    *others, lead = shown(dana, campaign)
    assert (lead["priority"], lead["notes"], lead["custom_fields"]) == ("high", "VIP", {"b": 2, "c": [3]})
    assert (lead["first_name"], lead["type"]) == ("Sara", None)
    assert {other["priority"] for other in others} == {"normal"}


def test_null_clears_and_absence_keeps(dana: Any, services: Any, campaign: Any) -> None:
    make_lead(services, dana.tenant_id, campaign_id=campaign.id, notes="old", type="home")
    ask(dana, campaign, "update", changes={"notes": None})
    assert [(lead["notes"], lead["type"]) for lead in shown(dana, campaign)] == [(None, "home")]


@pytest.mark.parametrize(("action", "more"), [("reset", {}), ("update", {"changes": {"status": "pending"}})])
def test_leads_start_over_unless_they_must_not_be_called(
    dana: Any, services: Any, campaign: Any, action: str, more: dict[str, Any]
) -> None:
    tired = make_lead(services, dana.tenant_id, campaign_id=campaign.id, status="failed", call_attempts=3)
    make_lead(services, dana.tenant_id, campaign_id=campaign.id, status="dnc", do_not_call=True)
    listed = make_lead(services, dana.tenant_id, campaign_id=campaign.id, status="failed")
    dana.post("/api/dnc", json={"phone": listed.phone_normalized}, expect=201)
    # The entry has marked its lead; now only the list stops it.
    with services.transaction(dana.tenant_id) as tx:
        tx.session.execute(text("update leads set do_not_call = false where id = :id"), {"id": listed.id})
    job = ask(dana, campaign, action, **more)["job"]
    assert (job["done"], job["skipped"]) == (1, {"do_not_call": 1, "suppressed": 1})
    states = {lead["id"]: (lead["status"], lead["call_attempts"]) for lead in shown(dana, campaign)}
    assert states[str(tired.id)] == ("pending", 0)


def test_leads_are_done_with(dana: Any, campaign: Any, leads: list[Any]) -> None:
    ask(dana, campaign, "update", changes={"status": "completed"})
    assert {(lead["status"], lead["status_reason"]) for lead in shown(dana, campaign)} == {("completed", "set by hand")}


def test_nobody_waits_for_leads_in_a_call(dana: Any, services: Any, campaign: Any, leads: list[Any]) -> None:
    for status in ("queued", "calling"):
        make_lead(services, dana.tenant_id, campaign_id=campaign.id, status=status)
    job = ask(dana, campaign, "delete")["job"]
    assert (job["matched"], job["done"], job["skipped"]) == (5, 3, {"in_a_call": 2})
    assert {lead["status"] for lead in shown(dana, campaign)} == {"queued", "calling"}


def test_suppressing_many_puts_every_number_on_the_list(dana: Any, campaign: Any, leads: list[Any]) -> None:
    job = ask(dana, campaign, "do_not_call", chosen={"ids": [str(lead.id) for lead in leads[:2]]})["job"]
    assert (job["matched"], job["done"]) == (2, 2)
    assert [lead["status"] for lead in shown(dana, campaign)] == ["dnc", "dnc", "pending"]
    listed = {entry["phone"] for entry in dana.get("/api/dnc")["entries"]}
    assert listed == {lead.phone_normalized for lead in leads[:2]}


def test_an_empty_filter_is_no_way_to_say_all(dana: Any, campaign: Any, leads: list[Any]) -> None:
    refusal = ask(dana, campaign, "delete", chosen={}, expect=400)
    assert refusal["fields"][0]["field"] == "filter"
    assert len(shown(dana, campaign)) == 3


@pytest.mark.parametrize(
    "wrong",
    [{"action": "explode"}, {"action": "update"}, {"action": "update", "changes": {}},
     {"action": "update", "changes": {"phone": "+1"}}, {"action": "update", "changes": {"priority": None}},
     {"action": "update", "changes": {"list_id": UNKNOWN}}, {"action": "update", "changes": {"custom_fields": []}},
     {"action": "delete", "changes": {"priority": "low"}}, {"action": "delete", "target": {"list_id": UNKNOWN}},
     {"action": "move"}, {"action": "move", "target": {}}, {"action": "move", "target": {"campaign_id": UNKNOWN}},
     {"action": "move", "target": {"list_id": UNKNOWN}}, {"action": "copy", "target": {"list_id": UNKNOWN}},
     {"action": "reset", "with_history": True}, {"action": "delete", "filter": {"phone": ["x"]}},
     {"action": "delete", "filter": {"ids": [UNKNOWN] * 1001}}, {"action": "delete", "filter": {"all": False}},
     {"action": "delete", "filter": {"status": []}}, {"action": "delete", "filter": {"attempts_min": "3"}}],
)  # fmt: skip
def test_changes_that_make_no_sense_are_refused(dana: Any, campaign: Any, wrong: dict[str, Any]) -> None:
    dana.post("/api/leads/bulk", json={"campaign_id": str(campaign.id), "filter": ALL, **wrong}, expect=400)


def test_a_copy_needs_another_campaign(dana: Any, campaign: Any) -> None:
    ask(dana, campaign, "copy", target={"campaign_id": str(campaign.id)}, expect=400)


def test_a_cancelled_campaign_takes_nobody(dana: Any, services: Any, campaign: Any) -> None:
    cancelled = make_campaign(services, dana.tenant_id, status="cancelled")
    ask(dana, campaign, "move", target={"campaign_id": str(cancelled.id)}, expect=409)


def test_leads_of_another_account_are_nobody(cleo: Any, ada: Any, services: Any, campaign: Any, leads: Any) -> None:
    ask(cleo, campaign, "delete", expect=404)
    hers = make_campaign(services, cleo.tenant_id)
    ask(ada, campaign, "move", target={"campaign_id": str(hers.id)}, expect=400)
    answer = ask(cleo, hers, "delete", chosen={"ids": [str(lead.id) for lead in leads]})
    assert answer["job"]["matched"] == 0
    job_id = ask(ada, campaign, "update", changes={"priority": "low"})["job"]["id"]
    cleo.get(f"/api/leads/bulk/{job_id}", expect=404)
    cleo.post(f"/api/leads/bulk/{job_id}/cancel", expect=404)
    assert ada.get(f"/api/leads/bulk/{job_id}")["job"]["done"] == 3


def test_supervisors_and_agents_change_nothing_in_bulk(sam: Any, ben: Any, campaign: Any, leads: list[Any]) -> None:
    for caller in (sam, ben):
        ask(caller, campaign, "delete", expect=403)
        ask(caller, campaign, "delete", dry_run=True, expect=403)


def test_a_job_that_is_over_cannot_be_cancelled(dana: Any, campaign: Any, leads: list[Any]) -> None:
    job_id = ask(dana, campaign, "reset")["job"]["id"]
    dana.post(f"/api/leads/bulk/{job_id}/cancel", expect=409)
