"""Twilio's adapter over real HTTP: the forms it sends, and what every kind of trouble means."""

import base64
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import (
    CallNotInProgress,
    CarrierError,
    CarrierOutcomeUnknown,
    CarrierRefused,
    CarrierUnavailable,
)
from dialer.domain.ids import AgentId, CallId
from dialer.integrations.carriers.twilio import carrier as adapter
from dialer.integrations.carriers.twilio.carrier import TwilioCarrier
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks
from dialer.integrations.carriers.twilio.words import REFUSALS, STATES, TRY_LATER
from dialer.ports import CallRequest, CarrierAccount
from tests.integrations.carrier_server import CALL_SID, CarrierServer, call_json, carrier_server

ACCOUNT = CarrierAccount("AC" + "1" * 32, "token", calls_per_second=5.0, max_lines=10)
CALL_ID, LEAD_ID, AGENT_ID = CallId(UUID(int=1)), UUID(int=2), AgentId(UUID(int=3))
BASE = "https://dialer.example.com/webhooks/twilio"
REQUEST = CallRequest(CALL_ID, LEAD_ID, "+14155550123", "+14155550100", 25, amd=None, wait_for_beep=False, record=False)


@pytest.fixture
def server() -> Iterator[CarrierServer]:
    with carrier_server() as server:
        yield server


@pytest.fixture
def carrier(server: CarrierServer) -> TwilioCarrier:
    return TwilioCarrier("https://dialer.example.com/", api_base_url=server.url)


def request(**changes: Any) -> CallRequest:
    return CallRequest(**{**vars(REQUEST), **changes})


def test_a_plain_call_sends_these_fields_and_no_others(server: CarrierServer, carrier: TwilioCarrier) -> None:
    placed = carrier.place_call(ACCOUNT, REQUEST)
    assert (placed.call_sid, placed.queue_seconds) == (CALL_SID, 0.0)
    (sent,) = server.requests
    assert (sent.method, sent.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT.account_sid}/Calls.json")
    assert sent.authorization == "Basic " + base64.b64encode(f"{ACCOUNT.account_sid}:token".encode()).decode()
    assert sent.form == {
        "To": ["+14155550123"],
        "From": ["+14155550100"],
        "Url": [f"{BASE}/answer?leadId={LEAD_ID}&callId={CALL_ID}"],
        "FallbackUrl": [f"{BASE}/answer?leadId={LEAD_ID}&callId={CALL_ID}#rc=3&rp=all"],
        "Timeout": ["25"],
        "StatusCallback": [f"{BASE}/status?callId={CALL_ID}#rc=3&rp=all"],
        "StatusCallbackEvent": ["ringing", "completed"],
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amd": "sync"}, {"MachineDetection": ["Enable"]}),
        ({"amd": "sync", "wait_for_beep": True}, {"MachineDetection": ["DetectMessageEnd"]}),
        (
            {"amd": "async", "wait_for_beep": True},
            {
                "MachineDetection": ["DetectMessageEnd"],
                "AsyncAmd": ["true"],
                "AsyncAmdStatusCallback": [f"{BASE}/amd?callId={CALL_ID}#rc=3&rp=all"],
            },
        ),
        (
            {"record": True},
            {
                "Record": ["true"],
                "RecordingChannels": ["dual"],
                "RecordingStatusCallback": [f"{BASE}/recording?callId={CALL_ID}#rc=3&rp=all"],
            },
        ),
    ],
)
def test_detection_and_recording_add_these_fields_exactly(
    server: CarrierServer, carrier: TwilioCarrier, changes: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    carrier.place_call(ACCOUNT, request(**changes))
    plain = {"To", "From", "Url", "FallbackUrl", "Timeout", "StatusCallback", "StatusCallbackEvent"}
    assert {name: value for name, value in server.sent.items() if name not in plain} == expected


def test_an_agents_phone_is_rung_with_a_whisper_and_hears_of_its_end_only(
    server: CarrierServer, carrier: TwilioCarrier
) -> None:
    carrier.call_agent_phone(
        ACCOUNT, call_id=CALL_ID, agent_id=AGENT_ID, lead_name="Zoë & Co", to_number="+14155553333",
        from_number="+14155550100", ring_timeout_seconds=15,
    )  # fmt: skip
    query = f"conferenceName=call_{CALL_ID}&leadName=Zo%C3%AB+%26+Co&callId={CALL_ID}&agentId={AGENT_ID}"
    assert server.sent["Url"] == [f"{BASE}/agent-answer?{query}"]
    assert server.sent["StatusCallback"] == [f"{BASE}/agent-status?callId={CALL_ID}&agentId={AGENT_ID}#rc=3&rp=all"]
    assert (server.sent["StatusCallbackEvent"], server.sent["Timeout"]) == (["completed"], ["15"])


def test_an_api_key_signs_in_instead_of_the_token(server: CarrierServer, carrier: TwilioCarrier) -> None:
    account = CarrierAccount(**{**vars(ACCOUNT), "api_key_sid": "SK1", "api_key_secret": "secret"})
    carrier.place_call(account, REQUEST)
    carrier.place_call(ACCOUNT, REQUEST)
    users = [base64.b64decode(sent.authorization.removeprefix("Basic ")).decode() for sent in server.requests]
    assert users == ["SK1:secret", f"{ACCOUNT.account_sid}:token"]
    assert all(ACCOUNT.account_sid in sent.path for sent in server.requests)


def test_the_carriers_queue_is_told_in_seconds(server: CarrierServer, carrier: TwilioCarrier) -> None:
    server.body = call_json(queue_time="2500")
    assert carrier.place_call(ACCOUNT, REQUEST).queue_seconds == 2.5


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_is_told_with_what_is_dead(server: CarrierServer, carrier: TwilioCarrier, code: int) -> None:
    server.refuse(code, status=401 if code == 20003 else 400)
    with pytest.raises(CarrierRefused) as caught:
        carrier.place_call(ACCOUNT, REQUEST)
    assert (caught.value.scope, caught.value.carrier_code) == (REFUSALS[code], code)


@pytest.mark.parametrize("code", sorted(TRY_LATER))
def test_every_limit_is_told_as_not_now(server: CarrierServer, carrier: TwilioCarrier, code: int) -> None:
    server.refuse(code, status=429 if code == 20429 else 400)
    with pytest.raises(CarrierUnavailable) as caught:
        carrier.place_call(ACCOUNT, REQUEST)
    assert caught.value.carrier_code == code


@pytest.mark.parametrize(
    ("status", "code", "error", "scope"),
    [
        (400, 29999, CarrierRefused, "request"), (401, 20003, CarrierRefused, "account"),
        (403, 20009, CarrierRefused, "account"), (404, 20404, CarrierRefused, "request"),
        (429, 20001, CarrierUnavailable, None), (500, 20500, CarrierOutcomeUnknown, None),
        (503, 20503, CarrierOutcomeUnknown, None), (504, 0, CarrierOutcomeUnknown, None),
    ],
)  # fmt: skip
def test_a_number_we_have_not_heard_of_is_judged_by_its_http_status(
    server: CarrierServer, carrier: TwilioCarrier, status: int, code: int, error: type[CarrierError], scope: str | None
) -> None:
    server.refuse(code, status=status)
    with pytest.raises(error) as caught:
        carrier.place_call(ACCOUNT, REQUEST)
    assert getattr(caught.value, "scope", None) == scope


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (502, "<html>Bad Gateway</html>", CarrierOutcomeUnknown),
        (201, "<html>captive portal</html>", CarrierOutcomeUnknown),
        (200, "", CarrierOutcomeUnknown),
        (302, "", CarrierOutcomeUnknown),
        (400, {"type": "about:blank", "title": "Bad", "status": 400, "code": 21211, "detail": "To"}, CarrierRefused),
        (429, {"type": "about:blank", "title": "Slow", "status": 429, "code": 20429}, CarrierUnavailable),
    ],
)
def test_an_answer_that_is_not_what_the_documents_promise_is_judged_with_caution(
    server: CarrierServer, carrier: TwilioCarrier, status: int, body: Any, error: type[CarrierError]
) -> None:
    server.status, server.body = status, body
    with pytest.raises(error):
        carrier.place_call(ACCOUNT, REQUEST)


def test_a_connection_that_was_never_made_placed_nothing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        carrier = TwilioCarrier("https://x.example", api_base_url=f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(CarrierUnavailable):
            carrier.place_call(ACCOUNT, REQUEST)


def test_a_host_that_does_not_exist_placed_nothing() -> None:
    with pytest.raises(CarrierUnavailable):
        TwilioCarrier("https://x.example", api_base_url="http://nowhere.invalid").place_call(ACCOUNT, REQUEST)


def test_a_connection_reset_after_sending_leaves_the_outcome_unknown(
    server: CarrierServer, carrier: TwilioCarrier
) -> None:
    server.reset = True
    with pytest.raises(CarrierOutcomeUnknown):
        carrier.place_call(ACCOUNT, REQUEST)
    assert len(server.requests) == 1, "a request that was sent is never repeated"


def test_a_slow_carrier_is_given_up_on_and_the_outcome_is_unknown(
    server: CarrierServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "TIMEOUT_SECONDS", 0.2)
    server.seconds = 1.0
    with pytest.raises(CarrierOutcomeUnknown):
        TwilioCarrier("https://x.example", api_base_url=server.url).place_call(ACCOUNT, REQUEST)
    assert len(server.requests) == 1


def test_production_waits_ten_seconds_and_no_longer() -> None:
    assert adapter.TIMEOUT_SECONDS == 8.0


COMMANDS: dict[str, tuple[Callable[[TwilioCarrier], None], str]] = {
    "join": (
        lambda c: c.join_agent_conference(ACCOUNT, call_sid=CALL_SID, call_id=CALL_ID, agent_id=AGENT_ID),
        f">agent_{AGENT_ID}</Conference>",
    ),
    "voicemail": (
        lambda c: c.leave_voicemail(ACCOUNT, call_sid=CALL_SID, message_url="https://x/m.mp3"),
        "m.mp3</Play>",
    ),
    "message": (
        lambda c: c.play_abandonment_message(ACCOUNT, call_sid=CALL_SID, call_id=CALL_ID, message="Press 9."),
        "<Say>Press 9.</Say></Gather><Hangup />",
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_live_call_is_steered_by_a_document(server: CarrierServer, carrier: TwilioCarrier, command: str) -> None:
    act, expected = COMMANDS[command]
    server.status = 200
    act(carrier)
    (sent,) = server.requests
    assert sent.path.endswith(f"/Calls/{CALL_SID}.json")
    assert list(sent.form) == ["Twiml"]
    assert expected in sent.form["Twiml"][0]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("code", "status"), [(21220, 400), (20404, 404)])
def test_steering_a_call_that_is_over_says_so(
    server: CarrierServer, carrier: TwilioCarrier, command: str, code: int, status: int
) -> None:
    server.refuse(code, status=status)
    with pytest.raises(CallNotInProgress):
        COMMANDS[command][0](carrier)


def test_a_recording_is_deleted_and_one_that_is_gone_is_a_success(
    server: CarrierServer, carrier: TwilioCarrier
) -> None:
    server.status, server.body = 204, ""
    carrier.delete_recording(ACCOUNT, recording_sid="RE0042")
    server.refuse(20404, status=404)
    carrier.delete_recording(ACCOUNT, recording_sid="RE0042")
    assert {(sent.method, sent.path.rsplit("/", 1)[1]) for sent in server.requests} == {("DELETE", "RE0042.json")}
    server.refuse(20003, status=403)
    with pytest.raises(CarrierRefused):
        carrier.delete_recording(ACCOUNT, recording_sid="RE0042")


@pytest.mark.parametrize(("verb", "word"), [("hang_up", "completed"), ("cancel", "canceled")])
def test_ending_a_call_that_is_over_is_a_success(
    server: CarrierServer, carrier: TwilioCarrier, verb: str, word: str
) -> None:
    server.status = 200
    getattr(carrier, verb)(ACCOUNT, call_sid=CALL_SID)
    assert server.sent == {"Status": [word]}
    for code, status in ((21220, 400), (20404, 404)):
        server.refuse(code, status=status)
        getattr(carrier, verb)(ACCOUNT, call_sid=CALL_SID)
    server.refuse(20500, status=500)
    with pytest.raises(CarrierOutcomeUnknown):
        getattr(carrier, verb)(ACCOUNT, call_sid=CALL_SID)


def test_a_finished_call_is_read_with_its_types(server: CarrierServer, carrier: TwilioCarrier) -> None:
    server.status = 200
    server.body = call_json(
        status="completed", duration="49", price="-0.02800", answered_by="machine_start",
        start_time="Wed, 04 Mar 2026 15:00:05 +0000", end_time="Wed, 04 Mar 2026 15:00:54 +0000",
    )  # fmt: skip
    call = carrier.fetch_call(ACCOUNT, call_sid=CALL_SID)
    assert call is not None
    assert (call.state, call.duration_seconds, call.cost, call.cost_unit) == (
        CallState.COMPLETED,
        49,
        Decimal("0.02800"),
        "USD",
    )
    assert (call.started_at, call.answered_by) == (datetime(2026, 3, 4, 15, 0, 5, tzinfo=UTC), "machine_start")
    assert (call.to_number, call.from_number) == ("+14155550123", "+14155550100")


@pytest.mark.parametrize("word", sorted(set(STATES) - {"initiated"}))
def test_every_status_of_the_rest_api_has_its_state(server: CarrierServer, carrier: TwilioCarrier, word: str) -> None:
    server.status, server.body = 200, call_json(status=word)
    call = carrier.fetch_call(ACCOUNT, call_sid=CALL_SID)
    assert call is not None
    assert call.state == STATES[word]
    assert (call.duration_seconds, call.cost, call.ended_at) == (None, None, None)


def test_a_call_that_the_carrier_never_heard_of_is_none_and_other_trouble_is_trouble(
    server: CarrierServer, carrier: TwilioCarrier
) -> None:
    server.refuse(20404, status=404)
    assert carrier.fetch_call(ACCOUNT, call_sid=CALL_SID) is None
    server.refuse(20003, status=401)
    with pytest.raises(CarrierRefused):
        carrier.fetch_call(ACCOUNT, call_sid=CALL_SID)


def test_calls_are_found_by_their_numbers_and_only_since_then(server: CarrierServer, carrier: TwilioCarrier) -> None:
    page = {
        "page": 0, "page_size": 50, "start": 0, "end": 1, "uri": "", "first_page_uri": "", "next_page_uri": None,
        "previous_page_uri": None,
    }  # fmt: skip
    queued = call_json(sid="CA" + "6" * 32, date_created="Wed, 04 Mar 2026 15:00:01 +0000")
    older = call_json(
        start_time="Wed, 04 Mar 2026 14:00:00 +0000", date_created="Wed, 04 Mar 2026 14:00:00 +0000", status="completed"
    )
    server.status, server.body = 200, {**page, "calls": [queued, older]}
    found = carrier.find_calls(
        ACCOUNT, to_number="+14155550123", from_number="+14155550100", since=datetime(2026, 3, 4, 15, tzinfo=UTC)
    )
    assert [call.call_sid for call in found] == [queued["sid"]]
    (sent,) = server.requests
    assert (sent.query["To"], sent.query["From"]) == (["+14155550123"], ["+14155550100"])


def test_the_twiml_app_is_pointed_at_us_if_there_is_one(server: CarrierServer, carrier: TwilioCarrier) -> None:
    carrier.point_app_at_us(ACCOUNT)
    assert server.requests == []
    server.status, server.body = 200, {"sid": "AP1"}
    carrier.point_app_at_us(CarrierAccount(**{**vars(ACCOUNT), "twiml_app_sid": "AP1"}))
    assert server.sent == {"VoiceUrl": [f"{BASE}/agent-leg"], "VoiceMethod": ["POST"]}


def test_the_token_asks_about_the_account_even_where_there_is_a_key(
    server: CarrierServer, carrier: TwilioCarrier
) -> None:
    server.body = {"sid": ACCOUNT.account_sid, "status": "suspended"}
    account = CarrierAccount(**{**vars(ACCOUNT), "api_key_sid": "SK1", "api_key_secret": "secret"})
    assert carrier.fetch_standing(account) == "suspended"
    (sent,) = server.requests
    assert base64.b64decode(sent.authorization.removeprefix("Basic ")).decode() == f"{ACCOUNT.account_sid}:token"


def test_what_we_sign_as_the_carrier_is_believed_by_us(carrier: TwilioCarrier) -> None:
    form = {"From": "client:agent_1", "CallSid": "CA1"}
    signature = carrier.sign_webhook(ACCOUNT, url=f"{BASE}/agent-leg", form=form)
    ours = TwilioWebhooks("https://dialer.example.com")
    lists = {name: [value] for name, value in form.items()}
    assert ours.is_genuine(ACCOUNT, url=f"{BASE}/agent-leg", form=lists, signature=signature)
    assert not ours.is_genuine(ACCOUNT, url=f"{BASE}/agent-leg?x=1", form=lists, signature=signature)
