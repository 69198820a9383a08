"""Preview dialling over HTTP: shapes and refusals."""

from datetime import time
from uuid import uuid4

import pytest

from dialer.domain.campaigns import DialMode
from tests.builders.agents import make_agent
from tests.builders.floor import open_floor


@pytest.fixture
def floor(services, ada):
    """A preview campaign of Ada's tenant."""
    return open_floor(services, ada.tenant_id, dial_mode=DialMode.PREVIEW)


@pytest.fixture
def bens(services, ben):
    """The agent Ben works as, at a console."""
    return make_agent(
        services.database,
        tenant_id=ben.tenant_id,
        user_id=ben.user_id,
        name="Ben",
        console=True,
        at=services.clock.now(),
    )


@pytest.fixture
def path(bens):
    return f"/api/agents/{bens}/preview"


def test_looking_dialling_and_what_comes_back(floor, ben, bens, path):
    (lead_id,) = floor.leads(1, first_name="Sara", custom_fields={"company": "ABC"})
    assert ben.get(path) == {"success": True, "preview": None, "message": None}
    preview = ben.post(path, json={})["preview"]
    assert preview == {
        "id": preview["id"],
        "agent_id": str(bens),
        "campaign_id": str(floor.campaign_id),
        "campaign_name": "Spring outreach",
        "offered_at": "2026-03-04T18:00:00Z",
        "expires_at": "2026-03-04T18:02:00Z",
        "callback_id": None,
        "callback_due_at": None,
        "callback_note": None,
        "lead": {
            "id": str(lead_id),
            "phone": floor.lead(lead_id).phone_normalized,
            "first_name": "Sara",
            "last_name": floor.lead(lead_id).last_name,
            "email": None,
            "country": floor.lead(lead_id).country,
            "notes": None,
            "custom_fields": {"company": "ABC"},
            "call_attempts": 0,
            "last_call_at": None,
        },
    }
    assert ben.get(path)["preview"] == preview == ben.post(path)["preview"]
    first = ben.post(f"{path}/dial", json={"preview_id": preview["id"]})
    assert first["call"] == {"id": first["call"]["id"], "preview_id": preview["id"], "state": "planned"}
    assert ben.post(f"{path}/dial", json={"preview_id": preview["id"]}) == first
    assert ben.get(path)["preview"] is None


def test_skipping_needs_a_reason_and_says_so(floor, ben, path):
    floor.leads(1)
    preview_id = ben.post(path)["preview"]["id"]
    for wrong in ({"preview_id": preview_id}, {"preview_id": preview_id, "reason": " "}, {"reason": "busy"}):
        assert ben.post(f"{path}/skip", json=wrong, expect=400)["success"] is False
    assert ben.post(f"{path}/skip", json={"preview_id": preview_id, "reason": "busy"})["message"] == "Lead skipped"
    body = ben.post(path)
    assert (body["preview"], body["message"]) == (None, "Spring outreach: no lead is due.")


def test_a_rule_that_forbids_the_call_is_told(floor, ben, path):
    floor.leads(1)
    preview_id = ben.post(path)["preview"]["id"]
    floor.change("update campaigns set calling_hours_start = :at, calling_hours_end = :end", at=time(1), end=time(2))
    body = ben.post(f"{path}/dial", json={"preview_id": preview_id}, expect=409)
    assert (body["success"], body["code"]) == (False, "conflict")
    assert body["error"] == "It is Wednesday 18:00 in UTC: calls are allowed 01:00–02:00 that day."


@pytest.mark.parametrize("wrong", [{}, {"preview_id": "x"}, {"preview_id": None}, {"preview_id": str(uuid4()), "x": 1}])
def test_a_body_that_makes_no_sense_is_refused(floor, ben, path, wrong):
    ben.post(f"{path}/dial", json=wrong, expect=400)


def test_what_does_not_exist_is_not_found(floor, ben, path):
    assert ben.post(f"{path}/dial", json={"preview_id": str(uuid4())}, expect=404)["success"] is False
    ben.post(f"/api/agents/{uuid4()}/preview", expect=404)
    ben.post(path, json={"campaign_id": str(uuid4())})


def test_roles(floor, ada, sam, ben, cleo, nobody, path):
    floor.leads(1)
    preview_id = ben.post(path)["preview"]["id"]
    assert sam.get(path)["preview"]["id"] == preview_id
    for verb, body in (
        ("", {}),
        ("/dial", {"preview_id": preview_id}),
        ("/skip", {"preview_id": preview_id, "reason": "-"}),
    ):
        sam.post(path + verb, json=body, expect=403)
        cleo.post(path + verb, json=body, expect=404)
        nobody.post(path + verb, json=body, expect=401)
    cleo.get(path, expect=404)
    assert ben.get(path)["preview"]["id"] == preview_id
