"""Live calls over HTTP: the envelope, the refusals, and headsets that call in."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.ids import AgentId, CallId
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.builders.twilio_requests import Twilio
from tests.fixtures_cast import Caller


@pytest.fixture
def floor(services: Services, ada: Caller) -> Floor:
    """Ada's floor, with an account that is set up for headsets."""
    keyed = replace(services.platform_account, api_key_sid="SK1", api_key_secret="secret", twiml_app_sid="AP1")
    services.account_cache[ada.tenant_id] = (float("inf"), keyed)
    return open_floor(services, ada.tenant_id, record_calls=True)


@pytest.fixture
def talk(floor: Floor, ben: Caller) -> tuple[CallId, AgentId]:
    """Ben talks with somebody."""
    call_id, agent_id = open_conversation(floor)
    floor.change("update agents set user_id = :user where id = :id", user=ben.user_id, id=agent_id)
    return call_id, agent_id


def seated(twilio: Twilio, who: str) -> Any:
    """The conference into which a headset that calls in is put, if any."""
    return twilio.document("/agent-leg", {"CallSid": "CA7", "From": who}).find("./Dial/Conference")


def test_an_agent_gets_a_token_for_his_own_headset_and_nobody_elses(
    talk: tuple[CallId, AgentId], ben: Caller, cleo: Caller, ada: Caller, floor: Floor
) -> None:
    voice = ben.post(f"/api/agents/{talk[1]}/voice-token")["voice"]
    assert (voice["kind"], voice["token"]) == ("simulated", f"ticket of agent_{talk[1]}")
    assert voice["expires_at"] == "2026-03-04T19:00:00Z"
    ben.post(f"/api/agents/{floor.console_agent()}/voice-token", expect=403)
    ada.post(f"/api/agents/{talk[1]}/voice-token", expect=403)
    cleo.post(f"/api/agents/{talk[1]}/voice-token", expect=404)


def test_what_is_missing_for_headsets_is_said(services: Services, talk: tuple[CallId, AgentId], ben: Caller) -> None:
    services.account_cache.clear()
    refusal = ben.post(f"/api/agents/{talk[1]}/voice-token", expect=409)
    assert "API key" in refusal["error"]


def test_a_call_is_held_and_shown_so_and_resumed(talk: tuple[CallId, AgentId], ben: Caller, cleo: Caller) -> None:
    path = f"/api/calls/{talk[0]}"
    assert ben.post(f"{path}/hold")["call"]["is_on_hold"] is True
    assert ben.post(f"{path}/recording/pause")["call"]["is_recording_paused"] is True
    shown = ben.get(f"{path}/live")["call"]
    assert (shown["state"], shown["is_on_hold"], shown["transfer"], shown["supervision"]) == ("bridged", True, None, [])
    assert ben.post(f"{path}/resume")["call"]["is_on_hold"] is False
    for verb in ("hold", "resume", "recording/pause", "recording/resume"):
        cleo.post(f"{path}/{verb}", expect=404)


def test_a_call_is_handed_over(talk: tuple[CallId, AgentId], ben: Caller, cleo: Caller, floor: Floor) -> None:
    path, colleague = f"/api/calls/{talk[0]}/transfers", floor.console_agent()
    for to in ({}, {"agent_id": str(colleague), "phone": "+14155553333"}):
        ben.post(path, json={"kind": "cold", "to": to}, expect=400)
    cleo.post(path, json={"kind": "cold", "to": {"agent_id": str(colleague)}}, expect=404)
    moved = ben.post(path, json={"kind": "cold", "to": {"agent_id": str(colleague)}}, expect=201)["call"]
    assert (moved["agent_id"], moved["transfer"]["state"]) == (str(colleague), "completed")
    ben.post(path, json={"kind": "cold", "to": {"phone": "+14155553333"}}, expect=403)
    ben.post(f"/api/transfers/{moved['transfer']['id']}/cancel", expect=409)
    cleo.post(f"/api/transfers/{moved['transfer']['id']}/cancel", expect=404)


def test_a_supervisors_headset_is_seated_in_the_call_that_he_listens_to(
    talk: tuple[CallId, AgentId], ada: Caller, ben: Caller, twilio: Twilio
) -> None:
    path = f"/api/calls/{talk[0]}"
    ben.post(f"{path}/supervision", json={"mode": "listen"}, expect=403)
    begun = ada.post(f"{path}/supervision", json={"mode": "listen"})
    assert begun["voice"]["token"] == f"ticket of supervisor_{ada.user_id}"
    room = seated(twilio, f"client:supervisor_{ada.user_id}")
    assert (room.text, room.attrib["muted"]) == (f"agent_{talk[1]}", "true")
    where = {"ConferenceSid": "CF1", "SequenceNumber": "3", "FriendlyName": room.text}
    who = {"CallSid": "CA7", "ParticipantLabel": room.attrib["participantLabel"]}
    joined = {**where, **who, "StatusCallbackEvent": "participant-join"}
    twilio.post(f"/conference-status?agentId={talk[1]}", joined, expect=204)
    assert ada.get(f"{path}/live")["call"]["supervision"][0]["joined_at"] is not None
    assert ada.send("DELETE", f"{path}/supervision").status_code == 204
    assert ada.get(f"{path}/live")["call"]["supervision"] == []


def test_a_headset_of_nobody_is_refused_and_one_without_a_call_is_told(ada: Caller, twilio: Twilio) -> None:
    for who in ("client:supervisor_x", "client:somebody", "+14155550100"):
        twilio.post("/agent-leg", {"CallSid": "CA7", "From": who}, expect=400)
    assert seated(twilio, f"client:supervisor_{ada.user_id}") is None
