"""Opting out in a call: the agent's button, and the key pressed during the abandonment message."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from dialer.domain.ids import CallId
from dialer.usecases.services import Services
from tests.builders.agents import make_agent
from tests.builders.calls import make_call, make_called_lead, make_dialed_campaign
from tests.builders.twilio_requests import Twilio

SID = "CA" + "7" * 32
CONFIRMED = ["Say", "Hangup"]


@pytest.fixture
def bens_call(services: Services, ada: Any, ben: Any) -> CallId:
    """A conversation that Ben is in."""
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, user_id=ben.user_id)
    return make_call(services.database, tenant_id=ada.tenant_id, agent_id=agent_id, state="bridged")


@pytest.fixture
def abandoned(services: Services, ada: Any) -> CallId:
    """A call in which the abandonment message is being spoken."""
    return make_call(services.database, tenant_id=ada.tenant_id, state="abandoned", call_sid=SID)


def rows(services: Services, caller: Any, sql: str) -> list[Any]:
    with services.transaction(caller.tenant_id) as tx:
        return list(tx.session.execute(text(sql)))


def press(twilio: Twilio, call_id: CallId, key: str) -> list[str]:
    """The verbs of what the callee hears next."""
    document = twilio.document(f"/opt-out?callId={call_id}", {"CallSid": SID, "Digits": key})
    return [verb.tag for verb in document]


def test_bens_button_puts_the_callee_on_the_list_and_says_so_again(ben: Any, bens_call: CallId) -> None:
    path = f"/api/calls/{bens_call}/opt-out"
    entry = ben.post(path, json={"scope": "tenant", "note": "was cross"}, expect=201)["entry"]
    assert (entry["campaign_id"], entry["source"], entry["note"]) == (None, "agent", "was cross")
    assert entry["created_by"] == str(ben.user_id)
    assert ben.post(path, json={})["entry"] == entry
    assert ben.get("/api/dnc/check", query={"phone": entry["phone"]})["suppressed"] is True


def test_an_opt_out_from_the_campaign_leaves_the_tenants_other_campaigns(
    services: Services, ben: Any, bens_call: CallId
) -> None:
    entry = ben.post(f"/api/calls/{bens_call}/opt-out", json={"scope": "campaign"}, expect=201)["entry"]
    (call,) = rows(services, ben, "select campaign_id from calls")
    assert entry["campaign_id"] == str(call.campaign_id)
    assert ben.get("/api/dnc/check", query={"phone": entry["phone"]})["suppressed"] is False


def test_a_supervisor_may_press_bens_button_and_another_agent_may_not(
    services: Services, ada: Any, sam: Any, ben: Any, bens_call: CallId
) -> None:
    path = f"/api/calls/{make_call(services.database, tenant_id=ada.tenant_id, state='bridged')}/opt-out"
    ben.post(path, json={}, expect=403)
    sam.post(path, json={}, expect=201)
    sam.post(f"/api/calls/{bens_call}/opt-out", json={}, expect=201)


@pytest.mark.parametrize("body", [{"scope": "world"}, {"scope": None}, {"note": 7}, {"reason": "x"}])
def test_a_button_press_that_makes_no_sense_is_refused(ben: Any, bens_call: CallId, body: dict[str, Any]) -> None:
    ben.post(f"/api/calls/{bens_call}/opt-out", json=body, expect=400)
    assert ben.get("/api/dnc")["total"] == 0


def test_cleo_and_nobody_press_no_button_of_adas(cleo: Any, nobody: Any, ben: Any, bens_call: CallId) -> None:
    cleo.post(f"/api/calls/{bens_call}/opt-out", json={}, expect=404)
    nobody.post(f"/api/calls/{bens_call}/opt-out", json={}, expect=401)
    ben.post(f"/api/calls/{uuid4()}/opt-out", json={}, expect=404)
    assert ben.get("/api/dnc")["total"] == 0


def test_the_key_that_is_offered_puts_the_callee_on_the_tenants_list_and_ends_the_call(
    services: Services, ada: Any, twilio: Twilio, abandoned: CallId
) -> None:
    other = make_dialed_campaign(services.database, tenant_id=ada.tenant_id)
    (call,) = rows(services, ada, "select to_number from calls")
    make_called_lead(
        services.database, tenant_id=ada.tenant_id, campaign_id=other, phone=call.to_number, status="pending"
    )
    assert press(twilio, abandoned, "9") == CONFIRMED
    (entry,) = ada.get("/api/dnc")["entries"]
    assert (entry["phone"], entry["campaign_id"], entry["source"]) == (call.to_number, None, "keypress")
    assert [lead.status for lead in rows(services, ada, "select status from leads order by status")] == [
        "completed", "dnc",
    ]  # fmt: skip
    assert len(rows(services, ada, "select from call_events where kind = 'key_press'")) == 1


@pytest.mark.parametrize("key", ["1", "0", "#", "*", "99", ""])
def test_any_other_key_just_ends_the_call(twilio: Twilio, ada: Any, abandoned: CallId, key: str) -> None:
    assert press(twilio, abandoned, key) == ["Hangup"]
    assert ada.get("/api/dnc")["total"] == 0


def test_the_campaigns_own_key_counts_if_its_message_names_one(services: Services, ada: Any, twilio: Twilio) -> None:
    campaign_id = make_dialed_campaign(
        services.database, tenant_id=ada.tenant_id, abandonment_message="Sorry. Press 2 to opt out."
    )
    call_id = make_call(
        services.database, tenant_id=ada.tenant_id, campaign_id=campaign_id, state="abandoned", call_sid=SID
    )
    assert press(twilio, call_id, "9") == ["Hangup"]
    assert press(twilio, call_id, "2") == CONFIRMED


def test_a_key_that_is_reported_twice_is_confirmed_twice_and_listed_once(
    twilio: Twilio, ada: Any, abandoned: CallId
) -> None:
    assert [press(twilio, abandoned, "9") for _ in range(2)] == [CONFIRMED, CONFIRMED]
    assert ada.get("/api/dnc")["total"] == 1


def test_a_key_that_the_carrier_did_not_sign_lists_nobody(twilio: Twilio, ada: Any, abandoned: CallId) -> None:
    form = {"CallSid": SID, "Digits": "9"}
    twilio.post(f"/opt-out?callId={abandoned}", form, signature="forged", expect=403)
    twilio.post(f"/opt-out?callId={abandoned}", form, token="somebody-else's", expect=403)
    assert ada.get("/api/dnc")["total"] == 0


def test_a_key_in_a_call_that_nobody_knows_ends_it(twilio: Twilio) -> None:
    assert press(twilio, CallId(uuid4()), "9") == ["Hangup"]
