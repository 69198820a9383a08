"""The agent's desk over HTTP: the snapshot's shape, wrap-up, conclusions in the campaign's words, notes, the day."""

from datetime import timedelta

import pytest

from dialer.domain.calls import CallState
from tests.builders.floor import open_floor

STEPS = [{"label": "Sold", "outcome": "sale", "digit": 1}, {"label": "Appointment", "outcome": "callback", "digit": 2}]


@pytest.fixture
def floor(ada, services):
    return open_floor(services, ada.tenant_id, wrap_up_seconds=30, record_calls=True)


@pytest.fixture
def bens(floor, ben):
    return floor.console_agent(user_id=ben.user_id, name="Ben")


@pytest.fixture
def call_id(floor, bens):
    floor.leads(1, custom_fields={"Company": "ABC"})
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    return call_id


def desk(caller, agent_id, **query):
    return caller.get(f"/api/agents/{agent_id}/desk", query=query)["desk"]


def note(caller, call_id, notes, revision=None):
    body = caller.put(f"/api/calls/{call_id}/notes", json={"notes": notes, "revision": revision})
    return body["is_stored"], body["call"]["notes"], body["call"]["notes_revision"]


def conclude(caller, call_id, *, expect=200, **said):
    return caller.put(f"/api/calls/{call_id}/disposition", json=said, expect=expect)


def test_a_desk_in_a_call_is_whole(ben, sam, floor, bens, call_id):
    text = "# Hi\n{first_name} of {custom:company}, **{last_name|friend}**"
    sam.put(f"/api/campaigns/{floor.campaign_id}/script", json={"text": text})
    found = desk(ben, bens)
    assert (found["agent"]["name"], found["agent"]["state"], found["agent"]["has_audio"]) == ("Ben", "talking", True)
    assert (found["call"]["id"], found["call"]["is_over"]) == (str(call_id), False)
    assert found["call"]["live"] == {
        "is_on_hold": False, "hold_since": None, "hold_seconds": 0, "is_recording": True,
        "is_recording_paused": False, "transfer": None, "supervision": [],
    }  # fmt: skip
    assert (found["lead"]["custom_fields"], found["lead"]["priority"]) == ({"Company": "ABC"}, "normal")
    assert (found["lead"]["local_time"], found["lead"]["utc_offset_minutes"]) == ("2026-03-04T10:00", -480)
    assert found["campaign"]["name"] == "Spring outreach"
    assert [block["kind"] for block in found["script"]["blocks"]] == ["heading", "paragraph"]
    shown = [(span["text"], span["bold"]) for span in found["script"]["blocks"][1]["spans"]]
    assert shown == [("Sara", False), (" of ", False), ("ABC", False), (", ", False), ("friend", True)]


def test_a_desk_with_a_preview_has_its_lead(ben, ada, services):
    floor = open_floor(services, ada.tenant_id, dial_mode="preview")
    agent_id = floor.console_agent(user_id=ben.user_id)
    (lead_id,) = floor.leads(1)
    offered = ben.post(f"/api/agents/{agent_id}/preview", json={})["preview"]
    found = desk(ben, agent_id)
    assert (found["preview"], found["call"], found["lead"]["id"]) == (offered, None, str(lead_id))
    assert len(found["dispositions"]) == 8


def test_one_sees_ones_own_desk_supervisors_any_and_strangers_none(ben, sam, cleo, floor, bens):
    other = floor.console_agent()
    for path in ("desk", "today"):
        ben.get(f"/api/agents/{bens}/{path}")
        sam.get(f"/api/agents/{bens}/{path}")
        ben.get(f"/api/agents/{other}/{path}", expect=403)
        cleo.get(f"/api/agents/{bens}/{path}", expect=404)
        assert ben.get(f"/api/agents/{bens}/{path}", query={"zone": "x"}, expect=400)["fields"][0]["field"] == "zone"


def test_the_wrap_up_is_extended_and_finished(ben, clock, floor, bens, call_id):
    clock.advance(seconds=60)
    floor.report(call_id, CallState.COMPLETED, duration=60)
    until = (clock.now() + timedelta(seconds=90)).isoformat().replace("+00:00", "Z")
    body = ben.post(f"/api/agents/{bens}/wrap-up/extend")
    assert body["wrap_up"] == {
        "until": until, "extended_seconds": 60, "extension_left_seconds": 60, "call_id": str(call_id),
    }  # fmt: skip
    assert desk(ben, bens)["agent"]["wrap_up"] == body["wrap_up"]
    assert body["agent"]["wrap_up_until"] == until
    assert ben.post(f"/api/agents/{bens}/wrap-up/finish")["agent"]["state"] == "available"
    ben.post(f"/api/agents/{bens}/wrap-up/extend", expect=409)


def test_late_notes_do_not_undo_newer_ones(ben, call_id):
    assert note(ben, call_id, "asks", 1) == (True, "asks", 1)
    assert note(ben, call_id, "asks for a price", 3) == (True, "asks for a price", 3)
    assert note(ben, call_id, "asks for", 2) == (False, "asks for a price", 3)
    assert note(ben, call_id, "asks for a price", 3) == (True, "asks for a price", 3)
    assert note(ben, call_id, "from another page", 3) == (False, "asks for a price", 3)
    assert note(ben, call_id, "without a number") == (True, "without a number", 4)


def test_notes_with_the_conclusion_are_newer_than_a_save_under_way(ben, call_id):
    note(ben, call_id, "half", 1)
    conclude(ben, call_id, disposition="other", notes="whole")
    assert note(ben, call_id, "half a", 2) == (False, "whole", 2)


def test_a_campaign_offers_its_own_conclusions(ada, sam, ben, cleo, floor, bens, call_id):
    path = f"/api/campaigns/{floor.campaign_id}/dispositions"
    assert ben.get(path)["is_default"] is True
    for caller, status in ((sam, 403), (ben, 403), (cleo, 404)):
        caller.put(path, json={"dispositions": STEPS}, expect=status)
    saved = ada.put(path, json={"dispositions": STEPS})
    assert [(one["key"], one["digit"], one["is_own"]) for one in saved["dispositions"]] == [
        ("sale", 1, True), ("callback", 2, True),
    ]  # fmt: skip
    assert (ben.get(path)["dispositions"], desk(ben, bens)["dispositions"]) == (saved["dispositions"],) * 2
    assert ada.put(path, json={"dispositions": None})["is_default"] is True


def test_a_conclusion_by_key_is_stored_with_its_outcome_and_label(ada, ben, floor, call_id):
    own = [{"key": "sold_big", "label": "Sold big", "outcome": "sale", "digit": 1}]
    ada.put(f"/api/campaigns/{floor.campaign_id}/dispositions", json={"dispositions": own})
    call = conclude(ben, call_id, disposition_key="sold_big")["call"]
    shown = (call["agent_disposition"], call["disposition_key"], call["disposition_label"])
    assert shown == ("sale", "sold_big", "Sold big")
    assert conclude(ben, call_id, disposition="not_interested")["call"]["disposition_key"] is None
    for wrong, field in (
        ({"disposition_key": "sold_small"}, "disposition_key"),
        ({"disposition_key": "sold_big", "disposition": "other"}, "disposition"),
        ({}, "disposition"),
    ):
        assert conclude(ben, call_id, **wrong, expect=400)["fields"][0]["field"] == field


def test_a_callback_at_night_is_refused_with_the_next_moment_that_is_allowed(ben, call_id):
    wish = {"disposition": "callback", "callback_at": "2026-03-05T23:30"}
    refused = conclude(ben, call_id, **wish, expect=400)
    assert refused["fields"][0]["field"] == "callback_at"
    assert refused["details"] == {"next_possible_at": "2026-03-06T16:00:00Z"}
    conclude(ben, call_id, **wish | {"callback_at": "2026-03-05T15:30"})


def test_the_day_is_told_in_the_viewers_zone(ben, floor, bens, call_id, clock):
    clock.advance(seconds=60)
    floor.report(call_id, CallState.COMPLETED, duration=60)
    conclude(ben, call_id, disposition="sale")
    found = ben.get(f"/api/agents/{bens}/today", query={"zone": "Europe/Berlin"})["today"]
    assert (found["zone"], found["date"], found["since"]) == ("Europe/Berlin", "2026-03-04", "2026-03-03T23:00:00Z")
    assert (found["calls"], found["conversations"], found["talk_seconds"]) == (1, 1, 60)
    assert found["dispositions"] == [{"key": "sale", "label": "Sale", "count": 1, "is_own": False}]
