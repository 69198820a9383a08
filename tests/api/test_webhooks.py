"""The carrier's requests over HTTP, signed as Twilio signs: believed, refused, repeated, and what they cost."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from dialer.domain.ids import CallId
from dialer.ports import CarrierAccount
from dialer.usecases import carrier_accounts
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.builders.twilio_requests import PUBLIC, Twilio
from tests.fixtures_cast import Caller

OWN_ACCOUNT = CarrierAccount("AC" + "9" * 32, "a-token-of-their-own", calls_per_second=5.0, max_lines=10)


@pytest.fixture
def quiet(dependencies: ApiDependencies, api_settings: ApiSettings) -> Flask:
    app = create_app(dependencies, api_settings)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def webhooks_of(floor: Floor, call_id: CallId) -> dict[str, tuple[str, dict[str, str]]]:
    """Every webhook there is, as a correct request about this call."""
    sid = floor.sid(call_id)
    agent_id = floor.rows("select id from agents")[0].id
    conference = {
        "ConferenceSid": "CF1",
        "SequenceNumber": "1",
        "StatusCallbackEvent": "participant-join",
        "CallSid": sid,
    }
    return {
        "answer": (f"/answer?leadId={uuid4()}&callId={call_id}", {"CallSid": sid, "CallStatus": "in-progress"}),
        "waiting": (f"/waiting?callId={call_id}", {"CallSid": sid}),
        "hold": (f"/hold?callId={call_id}", {"CallSid": sid}),
        "status": (f"/status?callId={call_id}", {"CallSid": sid, "CallStatus": "ringing", "FromCity": ""}),
        "amd": (f"/amd?callId={call_id}", {"CallSid": sid, "AnsweredBy": "human"}),
        "conference of a call": (f"/conference-status?callId={call_id}", conference),
        "conference of an agent": (
            f"/conference-status?agentId={agent_id}",
            {**conference, "ParticipantLabel": f"agent_{agent_id}"},
        ),
        "opt out": (f"/opt-out?callId={call_id}", {"CallSid": sid, "Digits": "9"}),
        "recording": (f"/recording?callId={call_id}", {"RecordingSid": "RE1", "RecordingStatus": "completed"}),
        "agent leg": ("/agent-leg", {"CallSid": "CA" + "7" * 32, "From": f"client:agent_{agent_id}"}),
        "agent answer": (f"/agent-answer?callId={call_id}&agentId={agent_id}&leadName=Sara", {"CallSid": "CAx"}),
        "agent status": (
            f"/agent-status?callId={call_id}&agentId={agent_id}",
            {"CallSid": "CAx", "CallStatus": "completed"},
        ),
        "transfer answer": (f"/transfer-answer?transferId={uuid4()}", {"CallSid": "CAx"}),
        "transfer status": (
            f"/transfer-status?transferId={uuid4()}",
            {"CallSid": "CAx", "CallStatus": "no-answer"},
        ),
    }


WEBHOOKS = ["answer", "waiting", "hold", "status", "amd", "conference of a call", "conference of an agent", "opt out",
            "recording", "agent leg", "agent answer", "agent status", "transfer answer", "transfer status"]  # fmt: skip


def everything(floor: Floor) -> list[Any]:
    """All that a webhook could change."""
    tables = ("calls", "call_events", "leads", "agents", "agent_legs", "live_answers", "suppressions")
    return [floor.rows(f"select * from {table} order by 1") for table in tables]


def expected_status(name: str) -> int:
    return (
        200 if name in {"answer", "waiting", "hold", "opt out", "agent leg", "agent answer", "transfer answer"} else 204
    )


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_genuine_request_is_answered_once_and_again(twilio: Twilio, floor: Floor, call_id: CallId, name: str) -> None:
    path, form = webhooks_of(floor, call_id)[name]
    first = twilio.post(path, form, expect=expected_status(name))
    before = everything(floor)
    second = twilio.post(path, form, expect=expected_status(name))
    assert second.data == first.data
    assert everything(floor) == before


def test_every_route_is_among_the_webhooks_tested(app: Flask) -> None:
    routes = {rule.rule.removeprefix("/webhooks/twilio/") for rule in app.url_map.iter_rules() if "twilio" in rule.rule}
    assert routes == {
        "answer", "waiting", "hold", "status", "amd", "conference-status", "recording", "agent-leg",
        "agent-answer", "agent-status", "opt-out", "transfer-answer", "transfer-status",
    }  # fmt: skip


FORGERIES: dict[str, dict[str, Any]] = {
    "no signature": {"signature": None},
    "a random signature": {"signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
    "somebody else's token": {"token": "54321"},
    "signed for another host": {"url": "https://evil.example.com/webhooks/twilio/answer"},
    "signed for another path": {"url": f"{PUBLIC}/webhooks/twilio/other"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_forged_request_is_refused_and_changes_nothing(
    twilio: Twilio, floor: Floor, call_id: CallId, name: str, forgery: str
) -> None:
    path, form = webhooks_of(floor, call_id)[name]
    before = everything(floor)
    twilio.post(path, form, expect=403, **FORGERIES[forgery])
    assert everything(floor) == before


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_field_added_after_signing_is_refused(twilio: Twilio, floor: Floor, call_id: CallId, name: str) -> None:
    path, form = webhooks_of(floor, call_id)[name]
    sent = {"AccountSid": twilio.account.account_sid, **form}
    signature = RequestValidator(twilio.account.auth_token).compute_signature(f"{PUBLIC}/webhooks/twilio{path}", sent)
    twilio.post(path, {**form, "AnsweredBy": "machine_start", "Extra": "x"}, signature=signature, expect=403)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_another_tenants_own_account_cannot_speak_about_this_call(
    twilio: Twilio, floor: Floor, call_id: CallId, name: str
) -> None:
    path, form = webhooks_of(floor, call_id)[name]
    before = everything(floor)
    Twilio(twilio.app, OWN_ACCOUNT).post(path, form, expect=403)
    forged = replace(OWN_ACCOUNT, account_sid=twilio.account.account_sid)
    Twilio(twilio.app, forged).post(path, form, expect=403)
    assert everything(floor) == before


def test_a_tenant_with_an_account_of_its_own_believes_that_account_and_no_other(
    services: Services, twilio: Twilio, ada: Caller
) -> None:
    carrier_accounts.save_carrier_account(services, actor=ada.principal, account=OWN_ACCOUNT)
    floor = open_floor(services, ada.tenant_id)
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    path, form = webhooks_of(floor, call_id)["status"]
    twilio.post(path, form, expect=403)
    assert floor.call(call_id).state == "placed"
    Twilio(twilio.app, OWN_ACCOUNT).post(path, form)
    assert floor.call(call_id).state == "ringing"


def test_the_host_of_the_request_does_not_matter_only_the_public_address_that_was_signed(
    twilio: Twilio, floor: Floor, call_id: CallId
) -> None:
    path, form = webhooks_of(floor, call_id)["status"]
    twilio.post(path, form, base="http://10.0.0.7:8000")
    assert floor.call(call_id).state == "ringing"


def test_a_query_is_checked_as_it_was_written(twilio: Twilio, floor: Floor, call_id: CallId) -> None:
    twilio.post(f"/agent-answer?leadName=Zo%C3%AB+%26%20Co&callId={call_id}", {"CallSid": "CAx"}, expect=200)


def test_an_unknown_call_is_hung_up_on_and_leaves_nothing_behind(twilio: Twilio, floor: Floor, call_id: CallId) -> None:
    before = everything(floor)
    for name, (path, form) in webhooks_of(floor, call_id).items():
        if "agent" not in name or name in {"agent answer", "agent status"}:
            twilio.post(path.replace(str(call_id), str(uuid4())), form, expect=expected_status(name))
    (step,) = twilio.document(f"/answer?callId={uuid4()}", {"CallSid": "CAx"})
    assert step.tag == "Hangup"
    assert everything(floor) == before


@pytest.mark.parametrize("name", WEBHOOKS)
@pytest.mark.parametrize("bad", ["", "x", "%00", "' or 1=1", "00000000-0000-0000-0000-00000000000g", "9" * 5000])
def test_malformed_ids_are_told_to_the_carrier_and_to_nobody_else(
    quiet: Flask, services: Services, floor: Floor, call_id: CallId, name: str, bad: str
) -> None:
    path, form = webhooks_of(floor, call_id)[name]
    if name == "agent leg":
        form = {**form, "From": f"client:agent_{bad}"}
    address = path.replace(str(call_id), bad) if "callId" in path else path.partition("agentId=")[0] + f"agentId={bad}"
    twilio = Twilio(quiet, services.platform_account)
    if name != "agent leg":
        twilio.post(address, form, expect=400)
        twilio.post(address, form, expect=403, signature="forged")
    else:
        twilio.post("/agent-leg", form, expect=400)


@pytest.mark.parametrize("name", [name for name in WEBHOOKS if name not in {"waiting", "hold", "agent answer"}])
def test_a_request_without_its_fields_is_refused_and_changes_nothing(
    quiet: Flask, services: Services, floor: Floor, call_id: CallId, name: str
) -> None:
    path, _ = webhooks_of(floor, call_id)[name]
    before = everything(floor)
    Twilio(quiet, services.platform_account).post(path, {}, expect=400)
    assert everything(floor) == before


@pytest.mark.parametrize(
    "odd",
    [
        {"CallStatus": "somersaulting"}, {"CallDuration": "-1"}, {"CallDuration": "9" * 40}, {"CallDuration": "1.5"},
        {"CallDuration": "١٢"}, {"Nul": "a\0b"}, {"CallSid": "CA\0x"}, {"N\0l": "x"}, {"Emoji": "🐘" * 2000},
        {"SipResponseCode": "x" * 500}, {"AnsweredBy": "a ghost"},
    ],
)  # fmt: skip
def test_odd_values_are_recorded_and_never_an_error(
    quiet: Flask, services: Services, floor: Floor, call_id: CallId, odd: dict[str, str]
) -> None:
    path, form = webhooks_of(floor, call_id)["status"]
    Twilio(quiet, services.platform_account).post(path, {**form, **odd})
    assert len(floor.rows("select * from call_events where call_id = :id", id=call_id)) == 1


def test_a_get_is_not_a_webhook(app: Flask, call_id: CallId) -> None:
    assert app.test_client().get(f"/webhooks/twilio/answer?callId={call_id}").status_code == 405


def test_the_story_of_a_console_call_over_http(twilio: Twilio, floor: Floor, call_id: CallId) -> None:
    sid, (agent,) = floor.sid(call_id), floor.rows("select * from agents")
    (dial,) = twilio.document(f"/answer?leadId={uuid4()}&callId={call_id}", {"CallSid": sid})
    assert (dial.tag, dial[0].text) == ("Dial", f"agent_{agent.id}")
    twilio.post(
        f"/conference-status?agentId={agent.id}",
        {"ConferenceSid": "CF1", "SequenceNumber": "5", "StatusCallbackEvent": "participant-join", "CallSid": sid,
         "ParticipantLabel": f"call_{call_id}"},
    )  # fmt: skip
    assert floor.call(call_id).state == "bridged"
    twilio.post(f"/status?callId={call_id}", {"CallSid": sid, "CallStatus": "completed", "CallDuration": "61",
                                              "SipResponseCode": "200"})  # fmt: skip
    call = floor.call(call_id)
    assert (call.state, call.duration_seconds, call.hangup_cause) == ("completed", 61, "sip 200")


def test_a_finished_conversation_is_not_reopened_by_what_comes_late(twilio: Twilio, floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    sid = floor.sid(call_id)
    twilio.post(f"/status?callId={call_id}", {"CallSid": sid, "CallStatus": "completed", "CallDuration": "1"})
    for word in ("initiated", "ringing", "in-progress", "busy", "canceled"):
        twilio.post(f"/status?callId={call_id}", {"CallSid": sid, "CallStatus": word})
    assert floor.call(call_id).state == "completed"


def test_the_contracts_bare_bodies_bring_lead_and_phone_agent_together(twilio: Twilio, services: Services) -> None:
    floor = open_floor(services)
    floor.phone_agent()
    floor.leads(1)
    call_id = floor.dial()
    conference = f"call_{call_id}"
    joined = {
        "ConferenceSid": "CF1234567890abcdef",
        "FriendlyName": conference,
        "StatusCallbackEvent": "participant-join",
    }
    twilio.post(f"/answer?callId={call_id}", {"CallSid": floor.sid(call_id)}, expect=200, claim=False)
    address = f"/conference-status?callId={call_id}"
    twilio.post(address, {**joined, "Timestamp": "2024-01-15T10:30:00Z"}, claim=False)
    assert floor.call(call_id).state == "waiting"
    twilio.post(
        f"/agent-answer?conferenceName={conference}&leadName=Sara&callId={call_id}", {"CallSid": "CAx"}, expect=200
    )
    twilio.post(address, {**joined, "Timestamp": "2024-01-15T10:30:06Z"}, claim=False)
    call = floor.call(call_id)
    assert (call.state, call.conference_sid) == ("bridged", "CF1234567890abcdef")


def test_an_answer_reported_after_a_busy_end_is_no_fact(twilio: Twilio, services: Services) -> None:
    floor = open_floor(services)
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    form = {"CallSid": floor.sid(call_id)}
    twilio.post(f"/status?callId={call_id}", {**form, "CallStatus": "busy"})
    twilio.post(f"/status?callId={call_id}", {**form, "CallStatus": "in-progress"})
    twilio.post(f"/answer?callId={call_id}", form, expect=200)
    call = floor.call(call_id)
    assert (call.state, call.answered_at, call.disposition) == ("busy", None, "busy")
