"""Calls and the campaign report over HTTP."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests.builders.agents import make_agent
from tests.builders.calls import make_call, make_conversation, make_dialed_campaign

CONTRACT_KEYS = {
    "id",
    "tenant_id",
    "campaign_id",
    "lead_id",
    "agent_id",
    "call_sid",
    "conference_sid",
    "from_number",
    "to_number",
    "direction",
    "status",
    "answered_by",
    "start_time",
    "answer_time",
    "end_time",
    "duration",
    "talk_time",
    "disposition",
    "recording_url",
    "recording_sid",
    "recording_duration",
    "cost",
    "metadata",
    "notes",
    "created_at",
    "first_name",
    "last_name",
    "phone",
    "campaign_name",
    "agent_name",
}
STATS_KEYS = {
    "total_calls",
    "answered_calls",
    "voicemail_calls",
    "no_answer_calls",
    "busy_calls",
    "failed_calls",
    "human_answered",
    "machine_answered",
    "avg_duration",
    "avg_talk_time",
    "total_cost",
}


@pytest.fixture
def bens_call(services, ben) -> str:
    """A conversation of Ben's, with a cost."""
    agent_id = make_agent(services.database, tenant_id=ben.tenant_id, user_id=ben.user_id, name="Ben")
    call_id = make_conversation(
        services.database, tenant_id=ben.tenant_id, agent_id=agent_id, cost=Decimal("0.077"), conference_sid="CF1"
    )
    return str(call_id)


def test_a_call_has_the_contracts_keys_and_kinds(ada, bens_call):
    body = ada.get("/api/calls")
    [call] = body["calls"]
    assert (body["success"], body["count"], call["id"]) == (True, 1, bens_call)
    assert call.keys() >= CONTRACT_KEYS
    assert (call["cost"], call["talk_time"], call["duration"], call["status"]) == (0.077, 60, 61, "completed")
    assert (call["start_time"], call["agent_name"], call["metadata"]) == ("2026-03-04T18:00:00Z", "Ben", {})
    assert ada.get(f"/api/calls/{bens_call}")["call"] == call


def test_the_list_takes_every_filter_of_the_contract(ada, bens_call, services):
    campaign_id = ada.get(f"/api/calls/{bens_call}")["call"]["campaign_id"]
    make_call(services.database, tenant_id=ada.tenant_id, disposition="busy")
    query = {
        "campaign_id": campaign_id,
        "disposition": "answered",
        "answered_by": "human",
        "date_from": "2026-03-04",
        "date_to": "2026-03-04",
        "limit": 1,
        "offset": 0,
    }
    assert [call["id"] for call in ada.get("/api/calls", query=query)["calls"]] == [bens_call]
    assert ada.get("/api/calls", query={"disposition": "voicemail"})["count"] == 0


def test_the_calls_of_one_lead_are_listed(ada, cleo, bens_call, services):
    lead_id = ada.get(f"/api/calls/{bens_call}")["call"]["lead_id"]
    make_call(services.database, tenant_id=ada.tenant_id, disposition="busy")
    assert [call["id"] for call in ada.get("/api/calls", query={"lead_id": lead_id})["calls"]] == [bens_call]
    assert cleo.get("/api/calls", query={"lead_id": lead_id})["count"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"campaign_id": "x"},
        {"agent_id": "x"},
        {"disposition": "won"},
        {"answered_by": "cat"},
        {"date_from": "soon"},
        {"date_from": "2026-03-05", "date_to": "2026-03-04"},
        {"limit": 101},
        {"offset": -1},
        {"order": "cost"},
    ],
)
def test_wrong_filters_are_refused(ada, query):
    assert ada.get("/api/calls", query=query, expect=400)["success"] is False


def test_the_summary_has_exactly_the_contracts_keys(ada, bens_call):
    stats = ada.get("/api/calls/stats/summary")["stats"]
    assert stats.keys() == STATS_KEYS
    assert (stats["total_calls"], stats["answered_calls"], stats["total_cost"]) == (1, 1, 0.077)
    assert ada.get("/api/calls/stats/summary", query={"date_to": "2026-03-03"})["stats"]["total_calls"] == 0


def test_dispositions_are_counted(ada, bens_call):
    assert ada.get("/api/calls/stats/by-disposition") == {
        "success": True,
        "dispositions": [{"disposition": "answered", "count": 1}],
    }


def test_ben_concludes_his_call_and_ada_sees_it(ada, ben, bens_call):
    ben.put(f"/api/calls/{bens_call}/disposition", json={"disposition": "sale", "notes": "two of them"})
    call = ada.get(f"/api/calls/{bens_call}")["call"]
    assert (call["agent_disposition"], call["notes"]) == ("sale", "two of them")
    assert ben.put(f"/api/calls/{bens_call}/notes", json={"notes": "three"})["call"]["notes"] == "three"


def test_a_callback_is_scheduled_and_one_without_a_time_refused(ben, bens_call):
    path = f"/api/calls/{bens_call}/disposition"
    ben.put(path, json={"disposition": "callback", "callback_at": "2026-03-05T18:00:00Z"})
    body = ben.put(path, json={"disposition": "callback"}, expect=400)
    assert body["fields"][0]["field"] == "callback_at"
    ben.put(path, json={"disposition": "callback", "callback_at": "tomorrow"}, expect=400)


@pytest.mark.parametrize(
    "body", [{}, {"disposition": "great"}, {"disposition": None}, {"disposition": "sale", "x": 1}, []]
)
def test_wrong_conclusions_are_refused(ben, bens_call, body):
    ben.put(f"/api/calls/{bens_call}/disposition", json=body, expect=400)


def test_hanging_up_is_accepted(ben, bens_call, services, queue):
    assert ben.post(f"/api/calls/{bens_call}/hangup", expect=202)["message"] == "The call is over."
    assert queue.sent == []


def test_ben_sees_his_own_calls_only(ben, bens_call, services):
    other = make_call(services.database, tenant_id=ben.tenant_id)
    assert [call["id"] for call in ben.get("/api/calls")["calls"]] == [bens_call]
    ben.get(f"/api/calls/{other}", expect=403)
    ben.put(f"/api/calls/{other}/notes", json={"notes": "x"}, expect=403)
    ben.post(f"/api/calls/{other}/hangup", expect=403)


def test_cleo_finds_none_of_adas_calls(cleo, bens_call):
    assert cleo.get("/api/calls")["count"] == 0
    assert cleo.get("/api/calls/stats/summary")["stats"]["total_calls"] == 0
    cleo.get(f"/api/calls/{bens_call}", expect=404)
    cleo.put(f"/api/calls/{bens_call}/disposition", json={"disposition": "sale"}, expect=404)
    cleo.put(f"/api/calls/{bens_call}/notes", json={"notes": "x"}, expect=404)
    cleo.post(f"/api/calls/{bens_call}/hangup", expect=404)


def test_nobody_reads_calls_without_a_login(nobody, bens_call):
    for path in (
        "/api/calls",
        f"/api/calls/{bens_call}",
        "/api/calls/stats/summary",
        "/api/calls/stats/by-disposition",
    ):
        nobody.get(path, expect=401)


def test_a_call_that_does_not_exist_is_not_found(ada):
    for call_id in (uuid4(), "abc"):
        ada.get(f"/api/calls/{call_id}", expect=404)


def test_the_campaign_report_is_for_supervisors(ada, sam, ben, cleo, services):
    campaign_id = make_dialed_campaign(services.database, tenant_id=ada.tenant_id)
    report = sam.get(f"/api/campaigns/{campaign_id}/report")["report"]
    assert report.keys() >= {"dispositions", "retries_scheduled", "abandonment", "occupancy", "latency"}
    ben.get(f"/api/campaigns/{campaign_id}/report", expect=403)
    cleo.get(f"/api/campaigns/{campaign_id}/report", expect=404)
