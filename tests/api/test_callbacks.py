"""Promised calls over HTTP."""

from datetime import timedelta

import pytest

from dialer.usecases import callback_turns
from tests.builders.agents import make_agent
from tests.builders.calls import make_conversation
from tests.builders.floor import open_floor

KEYS = {
    "id", "campaign_id", "campaign_name", "lead_id", "first_name", "last_name", "phone", "agent_id", "agent_name",
    "due_at", "time_zone", "local_time", "fallback_minutes", "note", "state", "reason", "promised_in_call_id",
    "call_id", "late_seconds", "handed_over_from", "handed_over_at", "created_by", "created_at", "updated_at",
    "ended_at",
}  # fmt: skip


@pytest.fixture
def floor(services, ada):
    return open_floor(services, ada.tenant_id)


@pytest.fixture
def lead_id(floor):
    """Sara in Los Angeles, where it is 10:00."""
    return floor.leads(1, first_name="Sara")[0]


@pytest.fixture
def bens(services, ben):
    """The agent Ben works as."""
    return make_agent(services.database, tenant_id=ben.tenant_id, user_id=ben.user_id, name="Ben", console=True)


@pytest.fixture
def promised(ben, bens, lead_id):
    """Ben's promise to Sara."""
    body = {"at": "2026-03-05T10:30", "agent_id": "me", "note": "about the offer"}
    return ben.post(f"/api/leads/{lead_id}/callback", json=body, expect=201)["callback"]


def test_a_promise_has_exactly_these_keys(promised, bens, lead_id, floor):
    assert promised.keys() == KEYS
    assert (promised["due_at"], promised["local_time"]) == ("2026-03-05T18:30:00Z", "2026-03-05T10:30")
    assert (promised["time_zone"], promised["state"]) == ("America/Los_Angeles", "promised")
    assert (promised["agent_id"], promised["agent_name"]) == (str(bens), "Ben")
    assert (promised["lead_id"], promised["first_name"]) == (str(lead_id), "Sara")
    assert (promised["fallback_minutes"], promised["note"]) == (15, "about the offer")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "at"), ({"at": None}, "at"), ({"at": 5}, "at"), ({"at": "tomorrow"}, "at"), ({"at": "2026-03-05"}, "at"),
        ({"at": "2026-03-04T09:00"}, "at"), ({"at": "2026-03-08T02:30"}, "at"), ({"at": "2026-03-05T22:00"}, "at"),
        ({"at": "2026-03-05T10:30", "fallback_minutes": 0}, "fallback_minutes"),
        ({"at": "2026-03-05T10:30", "fallback_minutes": "15"}, "fallback_minutes"),
        ({"at": "2026-03-05T10:30", "time_zone": "Nowhere"}, "time_zone"),
        ({"at": "2026-03-05T10:30", "surprise": 1}, "surprise"),
    ],
)  # fmt: skip
def test_what_cannot_be_promised_names_its_field(ben, bens, lead_id, body, field):
    answer = ben.post(f"/api/leads/{lead_id}/callback", json=body, expect=400)
    assert field in {wrong["field"] for wrong in answer["fields"]}


def test_a_skipped_hour_and_a_forbidden_one_are_told_apart(ben, bens, lead_id):
    skipped = ben.post(f"/api/leads/{lead_id}/callback", json={"at": "2026-03-08T02:30"}, expect=400)
    assert "does not exist" in skipped["error"]
    closed = ben.post(f"/api/leads/{lead_id}/callback", json={"at": "2026-03-05T22:00"}, expect=400)
    assert "Next: 2026-03-06 08:00 America/Los_Angeles" in closed["error"]


@pytest.mark.parametrize("agent_id", ["you", 5, "", {}])
def test_an_owner_is_oneself_an_agent_or_nobody(ben, bens, lead_id, agent_id):
    ben.post(f"/api/leads/{lead_id}/callback", json={"at": "2026-03-05T10:30", "agent_id": agent_id}, expect=400)


def test_the_promises_to_one_lead_are_listed(ada, cleo, promised, lead_id, bens):
    query = {"lead_id": str(lead_id)}
    assert [one["id"] for one in ada.get("/api/callbacks", query=query)["callbacks"]] == [promised["id"]]
    assert ada.get("/api/callbacks", query={"lead_id": str(bens)})["total"] == 0
    assert cleo.get("/api/callbacks", query=query)["total"] == 0


def test_promises_are_listed_by_what_they_are(ada, ben, promised, floor):
    other = floor.leads(1)[0]
    ada.post(f"/api/leads/{other}/callback", json={"at": "2026-03-06T10:30"}, expect=201)
    everything = ada.get("/api/callbacks")
    assert (everything["count"], everything["total"]) == (2, 2)
    assert everything["callbacks"][0] == promised
    assert ada.get("/api/callbacks", query={"from": "2026-03-06", "to": "2026-03-06"})["count"] == 1
    assert ada.get("/api/callbacks", query={"agent_id": promised["agent_id"]})["count"] == 1
    assert ada.get("/api/callbacks", query={"state": "kept"})["count"] == 0
    assert ada.get("/api/callbacks", query={"campaign_id": floor.campaign_id})["count"] == 2
    assert ada.get("/api/callbacks", query={"limit": 1, "offset": 1}) == {
        **everything, "callbacks": everything["callbacks"][1:], "count": 1,
    }  # fmt: skip
    assert ben.get("/api/callbacks")["callbacks"] == [promised]


@pytest.mark.parametrize("query", [{"state": "lost"}, {"from": "soon"}, {"from": "2026-03-06", "to": "2026-03-05"},
                                   {"date_from": "2026-03-05"}, {"agent_id": "me"}])  # fmt: skip
def test_filters_that_mean_nothing_are_refused(ada, query):
    ada.get("/api/callbacks", query=query, expect=400)


def test_a_promise_is_shown_changed_and_taken_back(ben, promised):
    path = f"/api/callbacks/{promised['id']}"
    assert ben.get(path)["callback"] == promised
    changed = ben.put(path, json={"at": "2026-03-05T11:00", "agent_id": None, "note": None})["callback"]
    assert (changed["local_time"], changed["agent_id"], changed["note"]) == ("2026-03-05T11:00", None, None)
    assert ben.put(path, json={})["callback"]["local_time"] == "2026-03-05T11:00"
    for wrong in ({"at": None}, {"state": "kept"}, {"fallback_minutes": None}, {"time_zone": None}):
        ben.put(path, json=wrong, expect=400)
    assert ben.delete(path)["callback"]["state"] == "cancelled"
    assert ben.delete(path)["callback"]["state"] == "cancelled"
    ben.put(path, json={"note": "too late"}, expect=409)


def test_a_colleague_and_a_stranger_keep_their_hands_off(ada, sam, cleo, services, promised):
    path = f"/api/callbacks/{promised['id']}"
    for method in (cleo.get, cleo.delete):
        method(path, expect=404)
    cleo.put(path, json={"note": "hers"}, expect=404)
    cleo.post(f"/api/leads/{promised['lead_id']}/callback", json={"at": "2026-03-05T10:30"}, expect=404)
    assert cleo.get("/api/callbacks")["total"] == 0
    assert sam.put(path, json={"note": "his supervisor's word"})["callback"]["note"] == "his supervisor's word"


def test_a_disposition_promises_in_the_same_words(ben, bens, services):
    call_id = make_conversation(services.database, tenant_id=ben.tenant_id, agent_id=bens, at=services.clock.now())
    path = f"/api/calls/{call_id}/disposition"
    body = {"disposition": "callback", "callback_at": "2026-03-05T12:30", "callback_agent": "me", "notes": "his wish"}
    call = ben.put(path, json={**body, "callback_fallback_minutes": 5, "callback_time_zone": "America/New_York"})[
        "call"
    ]
    assert call["agent_disposition"] == "callback"
    [promised] = ben.get("/api/callbacks")["callbacks"]
    assert (promised["agent_id"], promised["promised_in_call_id"]) == (str(bens), str(call_id))
    assert (promised["due_at"], promised["fallback_minutes"]) == ("2026-03-05T17:30:00Z", 5)
    assert promised["note"] == "his wish"
    refused = ben.put(path, json={**body, "callback_at": "2026-03-08T02:30"}, expect=400)
    assert refused["fields"][0]["field"] == "callback_at"
    ben.put(path, json={"disposition": "sale"})
    assert ben.get("/api/callbacks")["callbacks"][0]["state"] == "cancelled"


def test_what_is_offered_is_on_the_agents_screen_with_its_promise(ben, bens, promised, services, clock):
    clock.advance(days=1, minutes=30)
    callback_turns.sweep_callbacks(services)
    preview = ben.get(f"/api/agents/{bens}/preview")["preview"]
    assert (preview["callback_id"], preview["callback_note"]) == (promised["id"], "about the offer")
    assert preview["callback_due_at"] == promised["due_at"]
    ben.post(f"/api/agents/{bens}/preview/dial", json={"preview_id": preview["id"]})
    assert ben.put(f"/api/callbacks/{promised['id']}", json={"note": "x"}, expect=409)["error"] == (
        "The person is being called at this moment."
    )


def test_supervisors_see_how_promises_were_kept(sam, ben, promised, services, clock):
    clock.at += timedelta(days=2)
    callback_turns.sweep_callbacks(services)
    report = sam.get("/api/reports/callbacks", query={"from": "2026-03-05", "to": "2026-03-05"})["report"]
    figures = {
        "promised": 1, "open": 0, "kept": 0, "kept_on_time": 0, "late": 0, "average_late_seconds": None,
        "max_late_seconds": None, "missed": 1, "cancelled": 0, "handed_over": 0,
    }  # fmt: skip
    assert report == {
        "totals": figures,
        "agents": [{**figures, "agent_id": promised["agent_id"], "agent_name": "Ben"}],
    }
    assert sam.get("/api/reports/callbacks", query={"from": "2026-03-06"})["report"]["agents"] == []
    ben.get("/api/reports/callbacks", expect=403)
