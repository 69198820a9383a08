"""`/api/campaigns` as its users meet it."""

from typing import Any

import pytest

from tests.builders.calls import make_call
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead

NEW = {"name": "Q1 2024 Outreach", "caller_id": "+14155551234"}
CONTRACT_BODY = {
    "name": "Q1 2024 Outreach",
    "caller_id": "+14155551234",
    "schedule_start": "2024-01-01T09:00:00Z",
    "schedule_end": "2024-03-31T17:00:00Z",
    "timezone": "America/Los_Angeles",
    "calling_hours_start": "09:00:00",
    "calling_hours_end": "17:00:00",
    "retry_policy": {
        "max_attempts": 3,
        "delay_minutes": 60,
        "retry_on_no_answer": True,
        "retry_on_busy": True,
        "retry_on_voicemail": False,
    },
    "amd_enabled": True,
    "voicemail_message_url": "https://example.com/voicemail.mp3",
    "record_calls": True,
}
CONTRACT_FIELDS = {
    "id", "tenant_id", "name", "caller_id", "status", "schedule_start", "schedule_end", "timezone",
    "calling_hours_start", "calling_hours_end", "agent_group_id", "retry_policy", "amd_enabled",
    "voicemail_message_url", "record_calls", "total_leads", "calls_made", "calls_completed", "created_at", "updated_at",
}  # fmt: skip
UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


def test_the_contracts_example_is_created_and_shown_as_sent(ada: Any) -> None:
    created = ada.post("/api/campaigns", json=CONTRACT_BODY, expect=201)["campaign"]
    assert created.keys() >= CONTRACT_FIELDS
    assert {name: created[name] for name in CONTRACT_BODY} == CONTRACT_BODY
    assert created["status"] == "draft"
    assert created["tenant_id"] == str(ada.tenant_id)
    assert ada.get(f"/api/campaigns/{created['id']}") == {"success": True, "campaign": created}


@pytest.mark.parametrize("dial_mode", ["preview", "progressive", "ratio", "predictive"])
def test_every_dial_mode_is_taken_and_changed_while_the_campaign_runs(
    services: Any, ada: Any, database: Any, dial_mode: str
) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="active")
    changes = {"dial_mode": dial_mode, "abandonment_standard": "ca", "max_abandonment_rate": 0.045}
    changed = ada.put(f"/api/campaigns/{campaign.id}", json=changes)["campaign"]
    assert {name: changed[name] for name in changes} == changes
    assert changed["status"] == "active"
    assert ada.post("/api/campaigns", json={**NEW, **changes}, expect=201)["campaign"]["dial_mode"] == dial_mode


def test_a_new_campaign_dials_progressively_by_the_strict_standard(ada: Any) -> None:
    made = ada.post("/api/campaigns", json=NEW, expect=201)["campaign"]
    assert (made["dial_mode"], made["abandonment_standard"], made["max_abandonment_rate"]) == (
        "progressive",
        "strict",
        0.03,
    )


def test_a_standard_is_not_left_with_a_limit_above_its_own(ada: Any) -> None:
    canadian = {**NEW, "abandonment_standard": "ca", "max_abandonment_rate": 0.05}
    made = ada.post("/api/campaigns", json=canadian, expect=201)["campaign"]
    body = ada.put(f"/api/campaigns/{made['id']}", json={"abandonment_standard": "us"}, expect=400)
    assert body["fields"] == [
        {
            "field": "max_abandonment_rate",
            "message": "must be between 0.0001 and 0.03, the limit of the standard us",
        }
    ]
    ada.put(f"/api/campaigns/{made['id']}", json={"abandonment_standard": "us", "max_abandonment_rate": 0.02})


def test_a_minimal_campaign_gets_sensible_settings(ada: Any) -> None:
    created = ada.post("/api/campaigns", json=NEW, expect=201)["campaign"]
    assert created["timezone"] == "UTC"
    assert (created["calling_hours_start"], created["calling_hours_end"]) == ("09:00:00", "20:00:00")
    assert created["retry_policy"]["max_attempts"] == 3
    assert (created["dial_mode"], created["pacing_ratio"], created["ring_timeout_seconds"]) == ("progressive", 1.5, 25)
    assert created["default_region"] == "US"


def test_part_of_a_retry_policy_is_enough(ada: Any) -> None:
    created = ada.post("/api/campaigns", json={**NEW, "retry_policy": {"max_attempts": 7}}, expect=201)["campaign"]
    assert created["retry_policy"] == {**CONTRACT_BODY["retry_policy"], "max_attempts": 7}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"caller_id": "not a number"}, "caller_id"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": None}, "timezone"),
        ({"calling_hours_start": "25:00"}, "calling_hours_start"),
        ({"calling_hours_start": "09:00+02:00"}, "calling_hours_start"),
        ({"calling_hours_end": 9}, "calling_hours_end"),
        ({"schedule_start": "2024-01-01T09:00:00"}, "schedule_start"),
        ({"schedule_start": "soon"}, "schedule_start"),
        ({"schedule_start": "2024-02-01T00:00:00Z", "schedule_end": "2024-01-01T00:00:00Z"}, "schedule_end"),
        ({"agent_group_id": "x"}, "agent_group_id"),
        ({"agent_group_id": UNKNOWN}, "agent_group_id"),
        ({"retry_policy": {"max_attempts": 0}}, "retry_policy.max_attempts"),
        ({"retry_policy": {"max_attempts": "3"}}, "retry_policy.max_attempts"),
        ({"retry_policy": {"delay_hours": 1}}, "retry_policy.delay_hours"),
        ({"retry_policy": []}, "retry_policy"),
        ({"amd_enabled": "yes"}, "amd_enabled"),
        ({"amd_mode": "guess"}, "amd_mode"),
        ({"dial_mode": "manual"}, "dial_mode"),
        ({"abandonment_standard": "atlantis"}, "abandonment_standard"),
        ({"max_abandonment_rate": 0.031}, "max_abandonment_rate"),
        ({"max_abandonment_rate": 0}, "max_abandonment_rate"),
        ({"max_abandonment_rate": -0.01}, "max_abandonment_rate"),
        ({"max_abandonment_rate": 0.00001}, "max_abandonment_rate"),
        ({"max_abandonment_rate": "3 %"}, "max_abandonment_rate"),
        ({"abandonment_standard": "ca", "max_abandonment_rate": 0.06}, "max_abandonment_rate"),
        ({"pacing_ratio": 11}, "pacing_ratio"),
        ({"pacing_ratio": 1.234}, "pacing_ratio"),
        ({"ring_timeout_seconds": 5}, "ring_timeout_seconds"),
        ({"voicemail_message_url": "javascript:alert(1)"}, "voicemail_message_url"),
        ({"default_region": "ZZ"}, "default_region"),
        ({"status": "active"}, "status"),
        ({"color": "red"}, "color"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(ada: Any, wrong: dict[str, Any], field: str) -> None:
    body = ada.post("/api/campaigns", json={**NEW, **wrong}, expect=400)
    assert body["success"] is False
    assert field in [wrong_field["field"] for wrong_field in body["fields"]]
    assert ada.get("/api/campaigns")["total"] == 0


def test_name_and_caller_id_are_required(ada: Any) -> None:
    body = ada.post("/api/campaigns", json={}, expect=400)
    assert {wrong["field"] for wrong in body["fields"]} == {"name", "caller_id"}


def test_the_list_is_filtered_paged_and_counted(services: Any, ada: Any, clock: Any) -> None:
    for number in range(3):
        clock.advance(seconds=1)
        make_campaign(services, ada.tenant_id, name=f"Draft {number}")
    make_campaign(services, ada.tenant_id, name="Running", status="active")
    page = ada.get("/api/campaigns", query={"status": "draft", "limit": 2})
    assert [campaign["name"] for campaign in page["campaigns"]] == ["Draft 2", "Draft 1"]
    assert (page["count"], page["total"]) == (2, 3)
    rest = ada.get("/api/campaigns", query={"status": "draft", "limit": 2, "offset": 2})
    assert [campaign["name"] for campaign in rest["campaigns"]] == ["Draft 0"]


@pytest.mark.parametrize("query", [{"limit": 101}, {"limit": 0}, {"offset": -1}, {"status": "running"}, {"page": 1}])
def test_a_list_that_makes_no_sense_is_refused(ada: Any, query: dict[str, Any]) -> None:
    ada.get("/api/campaigns", query=query, expect=400)


def test_figures_are_counted_from_leads_and_calls(services: Any, database: Any, ada: Any, campaign: Any) -> None:
    leads = [make_lead(services, ada.tenant_id, campaign_id=campaign.id) for _ in range(4)]
    facts = [("completed", "answered"), ("busy", "busy"), ("planned", None)]
    for lead, (state, disposition) in zip(leads, facts, strict=False):
        make_call(database, tenant_id=ada.tenant_id, campaign_id=campaign.id, lead_id=lead.id,
                  state=state, disposition=disposition)  # fmt: skip
    shown = ada.get(f"/api/campaigns/{campaign.id}")["campaign"]
    assert (shown["total_leads"], shown["calls_made"], shown["calls_completed"]) == (4, 2, 1)


def test_an_update_changes_what_it_names_and_nothing_else(ada: Any) -> None:
    before = ada.post("/api/campaigns", json=CONTRACT_BODY, expect=201)["campaign"]
    body = {"name": "Q2", "retry_policy": {"delay_minutes": 5}, "voicemail_message_url": None, "schedule_end": None}
    after = ada.put(f"/api/campaigns/{before['id']}", json=body)["campaign"]
    policy = {**before["retry_policy"], "delay_minutes": 5}
    expected = {**before, **body, "retry_policy": policy, "updated_at": after["updated_at"]}
    assert after == expected


def test_an_empty_update_changes_nothing(ada: Any, campaign: Any) -> None:
    assert ada.put(f"/api/campaigns/{campaign.id}", json={})["campaign"]["name"] == campaign.settings.name


def test_settings_that_do_not_fit_what_is_stored_are_refused(ada: Any) -> None:
    campaign = ada.post("/api/campaigns", json=CONTRACT_BODY, expect=201)["campaign"]
    body = {"schedule_start": "2025-01-01T00:00:00Z"}
    refusal = ada.put(f"/api/campaigns/{campaign['id']}", json=body, expect=400)
    assert refusal["fields"][0]["field"] == "schedule_end"


@pytest.mark.parametrize(
    ("status", "expect"), [("active", 200), ("paused", 200), ("completed", 409), ("cancelled", 409)]
)
def test_finished_campaigns_cannot_be_changed(services: Any, ada: Any, status: str, expect: int) -> None:
    campaign = make_campaign(services, ada.tenant_id, status=status)
    ada.put(f"/api/campaigns/{campaign.id}", json={"name": "New"}, expect=expect)


def test_a_campaigns_life(ada: Any, campaign: Any) -> None:
    make = f"/api/campaigns/{campaign.id}"
    statuses = [ada.post(f"{make}/{verb}")["campaign"]["status"] for verb in
                ("start", "pause", "resume", "complete", "start", "cancel")]  # fmt: skip
    assert statuses == ["active", "paused", "active", "completed", "active", "cancelled"]
    ada.post(f"{make}/start", expect=409)


def test_starting_says_so_in_the_contracts_words_even_before_there_are_leads(ada: Any, campaign: Any) -> None:
    body = ada.post(f"/api/campaigns/{campaign.id}/start")
    assert body["message"] == "Campaign started successfully"
    assert body["campaign"]["started_at"] is not None


@pytest.mark.parametrize(("verb", "first"), [("pause", "paused"), ("start", "active"), ("cancel", "cancelled")])
def test_asking_twice_changes_nothing(services: Any, ada: Any, queue: Any, verb: str, first: str) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="paused" if verb == "start" else "active")
    for _ in range(2):
        assert ada.post(f"/api/campaigns/{campaign.id}/{verb}")["campaign"]["status"] == first
    assert len(queue.sent) == 1


def test_pausing_a_draft_is_a_conflict(ada: Any, campaign: Any) -> None:
    body = ada.post(f"/api/campaigns/{campaign.id}/pause", expect=409)
    assert body["code"] == "conflict"


def test_a_clone_is_a_fresh_draft_with_its_own_copies_of_callable_leads(services: Any, ada: Any) -> None:
    settings: dict[str, Any] = {"record_calls": True, "retry_policy": {"max_attempts": 9}}
    source = make_campaign(services, ada.tenant_id, status="active", **settings)
    make_lead(services, ada.tenant_id, campaign_id=source.id, first_name="Sara", status="completed", call_attempts=2)
    make_lead(services, ada.tenant_id, campaign_id=source.id, do_not_call=True)
    body = {"name": "Again", "with_leads": True}
    clone = ada.post(f"/api/campaigns/{source.id}/clone", json=body, expect=201)["campaign"]
    assert (clone["name"], clone["status"], clone["record_calls"]) == ("Again", "draft", True)
    assert clone["retry_policy"]["max_attempts"] == 9
    leads = ada.get("/api/leads", query={"campaign_id": clone["id"]})["leads"]
    assert [(lead["first_name"], lead["status"], lead["call_attempts"]) for lead in leads] == [("Sara", "pending", 0)]


def test_a_clone_without_wishes_has_a_telling_name_and_no_leads(services: Any, ada: Any, campaign: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id)
    clone = ada.post(f"/api/campaigns/{campaign.id}/clone", expect=201)["campaign"]
    assert (clone["name"], clone["total_leads"]) == ("Spring outreach (copy)", 0)


@pytest.mark.parametrize(("status", "expect"), [("draft", 200), ("completed", 200), ("cancelled", 200),
                                                ("active", 409), ("paused", 409), ("scheduled", 409)])  # fmt: skip
def test_only_campaigns_that_do_not_dial_are_deleted(services: Any, ada: Any, status: str, expect: int) -> None:
    campaign = make_campaign(services, ada.tenant_id, status=status)
    make_lead(services, ada.tenant_id, campaign_id=campaign.id)
    ada.delete(f"/api/campaigns/{campaign.id}", expect=expect)
    ada.get(f"/api/campaigns/{campaign.id}", expect=404 if expect == 200 else 200)


def test_a_campaign_with_a_call_in_flight_is_not_deleted(services: Any, database: Any, ada: Any) -> None:
    campaign = make_campaign(services, ada.tenant_id, status="completed")
    lead = make_lead(services, ada.tenant_id, campaign_id=campaign.id)
    make_call(database, tenant_id=ada.tenant_id, campaign_id=campaign.id, lead_id=lead.id, state="bridged")
    ada.delete(f"/api/campaigns/{campaign.id}", expect=409)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None), ("PUT", "", {"name": "Mine"}), ("DELETE", "", None), ("POST", "/start", None),
        ("POST", "/resume", None), ("POST", "/pause", None), ("POST", "/complete", None), ("POST", "/cancel", None),
        ("POST", "/clone", {}),
    ],
)  # fmt: skip
def test_cleo_never_finds_adas_campaign(cleo: Any, ada: Any, campaign: Any, method: str, path: str, body: Any) -> None:
    assert cleo.send(method, f"/api/campaigns/{campaign.id}{path}", json=body).status_code == 404
    assert ada.get(f"/api/campaigns/{campaign.id}")["campaign"]["status"] == "draft"


def test_cleo_lists_none_of_adas_campaigns_and_uses_none_of_her_groups(ada: Any, cleo: Any, campaign: Any) -> None:
    group = ada.post("/api/agent-groups", json={"name": "Team"}, expect=201)["agent_group"]
    assert cleo.get("/api/campaigns")["campaigns"] == []
    cleo.post("/api/campaigns", json={**NEW, "agent_group_id": group["id"]}, expect=400)
    ada.post("/api/campaigns", json={**NEW, "agent_group_id": group["id"]}, expect=201)


@pytest.mark.parametrize(
    ("method", "path", "ben_may", "sam_may"),
    [
        ("GET", "", True, True), ("PUT", "", False, False), ("DELETE", "", False, False),
        ("POST", "/start", False, True), ("POST", "/clone", False, False), ("POST", "/cancel", False, False),
    ],
)  # fmt: skip
def test_roles(ben: Any, sam: Any, campaign: Any, method: str, path: str, ben_may: bool, sam_may: bool) -> None:
    body: dict[str, Any] | None = {} if method == "PUT" or path == "/clone" else None
    for caller, may in ((ben, ben_may), (sam, sam_may)):
        status = caller.send(method, f"/api/campaigns/{campaign.id}{path}", json=body).status_code
        assert (status != 403) is may


def test_supervisors_pause_and_complete_but_do_not_create(sam: Any, services: Any) -> None:
    campaign = make_campaign(services, sam.tenant_id, status="active")
    sam.post(f"/api/campaigns/{campaign.id}/pause")
    sam.post(f"/api/campaigns/{campaign.id}/complete")
    sam.post("/api/campaigns", json=NEW, expect=403)


@pytest.mark.parametrize("path", ["", f"/{UNKNOWN}"])
def test_nobody_sees_no_campaign(nobody: Any, path: str) -> None:
    nobody.get(f"/api/campaigns{path}", expect=401)


@pytest.mark.parametrize("campaign_id", ["1", "x' or '1'='1", UNKNOWN])
def test_an_id_that_is_none_of_ours_is_not_found(ada: Any, campaign_id: str) -> None:
    ada.get(f"/api/campaigns/{campaign_id}", expect=404)
