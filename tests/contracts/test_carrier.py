"""The `Carrier` port's promises, kept by the fake that other tests rely on and by Twilio's adapter against the twin."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

import pytest

from dialer.domain.calls import FINAL, CallState
from dialer.domain.errors import CallNotInProgress, CarrierOutcomeUnknown, CarrierRefused, CarrierUnavailable
from dialer.domain.ids import AgentId, CallId
from dialer.integrations.carriers.twilio.carrier import TwilioCarrier
from dialer.ports import CallRequest, Carrier, CarrierAccount, CarrierNumber, ConsoleApp
from tests.architecture.source import ROOT
from tests.fakes import FakeCarrier

ACCOUNT = CarrierAccount("AC" + "c1" * 16, "the-contracts-token", calls_per_second=100.0, max_lines=100)
APP = "AP" + "c2" * 16
FROM = "+14155550100"
CALL_ID, AGENT_ID = CallId(uuid.uuid4()), AgentId(uuid.uuid4())


class Side(Protocol):
    """One carrier under test, and how its far end is made to behave."""

    carrier: Carrier

    def refuse(self, number: str) -> None: ...
    def be_busy_with_others(self) -> None: ...
    def lose_the_answer(self, *, but_accept: bool) -> None: ...
    def bring_to(self, call_sid: str, state: CallState) -> None: ...
    def script(self, number: str) -> None: ...
    def seat(self, call_sid: str, agent_id: AgentId) -> None: ...
    def own(self, number: str, label: str) -> None: ...
    def point_app_at(self, app_sid: str, url: str) -> None: ...


class FakeSide:
    def __init__(self) -> None:
        self.carrier = FakeCarrier()

    def refuse(self, number: str) -> None:
        self.carrier.will_refuse("21211")

    def be_busy_with_others(self) -> None:
        self.carrier.will_be_unavailable()

    def lose_the_answer(self, *, but_accept: bool) -> None:
        self.carrier.will_lose_the_answer(but_accept=but_accept)

    def bring_to(self, call_sid: str, state: CallState) -> None:
        self.carrier.knows(call_sid, state)

    def script(self, number: str) -> None:
        """Whoever is called here does what `bring_to` says."""

    def seat(self, call_sid: str, agent_id: AgentId) -> None:
        self.carrier.conferences[f"agent_{agent_id}"] = {call_sid}

    def own(self, number: str, label: str) -> None:
        self.carrier.numbers.append(CarrierNumber(number, label, "owned", has_voice=True))

    def point_app_at(self, app_sid: str, url: str) -> None:
        self.carrier.app = ConsoleApp(url, "https://dialer.example.com/webhooks/twilio/agent-leg")


class TwinSide:
    def __init__(self, url: str, webhooks: str) -> None:
        self._url = url
        self.carrier = TwilioCarrier(webhooks, api_base_url=url)

    def refuse(self, number: str) -> None:
        self._door("/scripts", {"to": number, "refuse_with": 21211})

    def be_busy_with_others(self) -> None:
        self._door("/faults", {"on": "rest", "effect": "429", "count": 1})

    def lose_the_answer(self, *, but_accept: bool) -> None:
        effect = "reset-after-accept" if but_accept else "reset-before-accept"
        self._door("/faults", {"on": "rest", "effect": effect, "count": 1})

    def bring_to(self, call_sid: str, state: CallState) -> None:
        if state in FINAL:
            self._door("/hangup", {"call_sid": call_sid})
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            call = self.carrier.fetch_call(ACCOUNT, call_sid=call_sid)
            if call is not None and (call.state == state or (state in FINAL and call.state in FINAL)):
                return
            time.sleep(0.02)
        raise AssertionError(f"{call_sid} never became {state}: {call}")

    def script(self, number: str) -> None:
        """Answers at once and stays on the line."""
        self._door("/scripts", {"to": number, "outcome": "answer", "ring_seconds": 0.2, "talk_seconds": 600})

    def seat(self, call_sid: str, agent_id: AgentId) -> None:
        """Commands are carried out a little later."""
        self.carrier.join_agent_conference(ACCOUNT, call_sid=call_sid, call_id=CALL_ID, agent_id=agent_id)
        self.await_seat(call_sid, f"agent_{agent_id}")

    def await_seat(self, call_sid: str, room: str) -> None:
        deadline = time.monotonic() + 10
        while call_sid not in self.carrier.list_participants(ACCOUNT, conference_name=room):
            assert time.monotonic() < deadline, "it never came"
            time.sleep(0.02)

    def own(self, number: str, label: str) -> None:
        self._door("/numbers", {"phone_number": number, "friendly_name": label})

    def point_app_at(self, app_sid: str, url: str) -> None:
        self._door("/applications", {"sid": app_sid, "voice_url": url})

    def _door(self, path: str, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self._url + "/_twin" + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200


@pytest.fixture(scope="module")
def webhooks() -> Iterator[str]:
    """Our side as far as the carrier can tell: every request is answered with patience."""

    class Patient(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            document = b'<Response><Pause length="600"/></Response>'
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Patient)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def twin_url() -> Iterator[str]:
    """The twin, as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "twin", "--port", "0", "--account-sid", ACCOUNT.account_sid, "--auth-token",
         ACCOUNT.auth_token, "--twiml-app-sid", APP, "--number", FROM, "--calls-per-second", "100",
         "--time-factor", "5"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "listening on" in line, line
    yield line.split()[-1]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    process.stdout.close()


@pytest.fixture(params=["the fake", "twilio's adapter with the twin"])
def side(request: pytest.FixtureRequest) -> Side:
    if request.param == "the fake":
        return FakeSide()
    return TwinSide(request.getfixturevalue("twin_url"), request.getfixturevalue("webhooks"))


@pytest.fixture
def number() -> str:
    """A number that nobody else calls."""
    return f"+1415{2_000_000 + uuid.uuid4().int % 7_000_000}"


def request_to(number: str) -> CallRequest:
    return CallRequest(
        CallId(uuid.uuid4()), uuid.uuid4(), number, FROM, 25, amd=None, wait_for_beep=False, record=False
    )


def place(side: Side, number: str) -> str:
    side.script(number)
    return side.carrier.place_call(ACCOUNT, request_to(number)).call_sid


def found(side: Side, number: str) -> list[str]:
    since = datetime.now(UTC) - timedelta(minutes=1)
    calls = side.carrier.find_calls(ACCOUNT, to_number=number, from_number=FROM, since=since)
    return [call.call_sid for call in calls]


def test_an_accepted_call_has_an_id_by_which_it_is_known(side: Side, number: str) -> None:
    call_sid = place(side, number)
    call = side.carrier.fetch_call(ACCOUNT, call_sid=call_sid)
    assert call is not None
    assert (call.call_sid, call.to_number, call.from_number) == (call_sid, number, FROM)
    assert call.state not in FINAL
    assert (call.cost, call.duration_seconds) == (None, None)


def test_a_call_that_nobody_placed_is_none(side: Side) -> None:
    assert side.carrier.fetch_call(ACCOUNT, call_sid="CA" + "0" * 32) is None


def test_calls_between_two_numbers_are_found_newest_first(side: Side, number: str) -> None:
    first = place(side, number)
    if isinstance(side, TwinSide):
        time.sleep(1.1)  # instants are told in whole seconds
    second = place(side, number)
    place(side, number[:-1] + ("1" if number[-1] != "1" else "2"))
    assert found(side, number) == [second, first]


def listed(side: Side, since: datetime) -> list[str]:
    return [call.call_sid for call in side.carrier.list_calls(ACCOUNT, since=since)]


def test_all_calls_of_an_account_are_listed_whatever_their_numbers_and_however_new(side: Side, number: str) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    before = set(listed(side, since))
    placed = {place(side, number), place(side, number[:-1] + ("1" if number[-1] != "1" else "2"))}
    assert set(listed(side, since)) - before == placed


def test_calls_from_before_the_moment_are_not_listed(side: Side, number: str) -> None:
    call_sid = place(side, number)
    side.bring_to(call_sid, CallState.COMPLETED)
    if isinstance(side, FakeSide):
        side.carrier.knows(call_sid, CallState.COMPLETED, started_at=datetime.now(UTC))
    assert call_sid not in listed(side, datetime.now(UTC) + timedelta(minutes=1))


def test_a_refused_call_does_not_exist(side: Side, number: str) -> None:
    side.refuse(number)
    with pytest.raises(CarrierRefused) as caught:
        side.carrier.place_call(ACCOUNT, request_to(number))
    assert (caught.value.scope, caught.value.carrier_code) == ("number", 21211)
    assert found(side, number) == []


def test_a_call_that_came_at_a_bad_moment_does_not_exist_and_the_next_is_accepted(side: Side, number: str) -> None:
    side.be_busy_with_others()
    with pytest.raises(CarrierUnavailable):
        side.carrier.place_call(ACCOUNT, request_to(number))
    assert found(side, number) == []
    assert found(side, number) == [] != [place(side, number)]


@pytest.mark.parametrize("but_accept", [True, False])
def test_a_lost_answer_leaves_the_outcome_unknown_until_it_is_looked_up(
    side: Side, number: str, but_accept: bool
) -> None:
    side.lose_the_answer(but_accept=but_accept)
    with pytest.raises(CarrierOutcomeUnknown):
        side.carrier.place_call(ACCOUNT, request_to(number))
    assert len(found(side, number)) == int(but_accept), "asked once, whatever happened"


def test_a_live_call_can_be_steered(side: Side, number: str) -> None:
    call_sid = place(side, number)
    side.bring_to(call_sid, CallState.ANSWERED)
    carrier = side.carrier
    carrier.cancel(ACCOUNT, call_sid=call_sid)
    call = carrier.fetch_call(ACCOUNT, call_sid=call_sid)
    assert call is not None
    assert call.state == CallState.ANSWERED, "withdrawing does not end a call that was answered"
    carrier.join_agent_conference(ACCOUNT, call_sid=call_sid, call_id=CALL_ID, agent_id=AGENT_ID)
    carrier.play_abandonment_message(ACCOUNT, call_sid=call_sid, call_id=CALL_ID, message="Sorry.")


def test_calls_under_way_are_listed_in_their_state_and_others_are_not(side: Side, number: str) -> None:
    live, over = place(side, number), place(side, number[:-1] + ("1" if number[-1] != "1" else "2"))
    for call_sid in (live, over):
        side.bring_to(call_sid, CallState.ANSWERED)
    side.bring_to(over, CallState.COMPLETED)
    listed = side.carrier.list_open_calls(ACCOUNT)
    assert (listed.get(live), over in listed) == (CallState.ANSWERED, False)
    assert not set(listed.values()) & FINAL


def test_who_sits_in_a_conference_is_told(side: Side, number: str) -> None:
    call_sid = place(side, number)
    side.bring_to(call_sid, CallState.ANSWERED)
    agent_id = AgentId(uuid.uuid4())  # his conference is nobody else's, also not another test's
    side.seat(call_sid, agent_id)
    assert call_sid in side.carrier.list_participants(ACCOUNT, conference_name=f"agent_{agent_id}")
    assert side.carrier.list_participants(ACCOUNT, conference_name="agent_of_nobody") == set()


def test_trouble_with_comparing_is_told(side: Side) -> None:
    side.be_busy_with_others()
    with pytest.raises(CarrierUnavailable):
        side.carrier.list_open_calls(ACCOUNT)


def test_a_message_can_be_left(side: Side, number: str) -> None:
    call_sid = place(side, number)
    side.bring_to(call_sid, CallState.ANSWERED)
    side.carrier.leave_voicemail(ACCOUNT, call_sid=call_sid, message_url="https://example.com/m.mp3")
    call = side.carrier.fetch_call(ACCOUNT, call_sid=call_sid)
    assert call is not None
    assert call.state in (CallState.ANSWERED, CallState.COMPLETED), "it is listening, or has heard it"


def test_a_call_that_is_over_cannot_be_steered_and_ending_it_again_is_a_success(side: Side, number: str) -> None:
    call_sid = place(side, number)
    side.bring_to(call_sid, CallState.ANSWERED)
    side.bring_to(call_sid, CallState.COMPLETED)
    carrier = side.carrier
    for _ in range(2):
        carrier.hang_up(ACCOUNT, call_sid=call_sid)
        carrier.cancel(ACCOUNT, call_sid=call_sid)
    with pytest.raises(CallNotInProgress):
        carrier.join_agent_conference(ACCOUNT, call_sid=call_sid, call_id=CALL_ID, agent_id=AGENT_ID)
    with pytest.raises(CallNotInProgress):
        carrier.play_abandonment_message(ACCOUNT, call_sid=call_sid, call_id=CALL_ID, message="Sorry.")
    with pytest.raises(CallNotInProgress):
        carrier.leave_voicemail(ACCOUNT, call_sid=call_sid, message_url="https://example.com/m.mp3")


def test_a_recording_that_is_gone_already_is_a_success(side: Side) -> None:
    deleted = [side.carrier.delete_recording(ACCOUNT, recording_sid="RE" + "0" * 32) for _ in range(2)]
    assert deleted == [None, None]


def test_trouble_with_deleting_a_recording_is_told(side: Side) -> None:
    side.be_busy_with_others()
    with pytest.raises(CarrierUnavailable):
        side.carrier.delete_recording(ACCOUNT, recording_sid="RE" + "0" * 32)


def test_an_agents_phone_is_a_call_of_its_own(side: Side, number: str) -> None:
    def ring() -> str:
        return side.carrier.call_agent_phone(
            ACCOUNT, call_id=CALL_ID, agent_id=AGENT_ID, lead_name="Sara", to_number=number, from_number=FROM,
            ring_timeout_seconds=15,
        ).call_sid  # fmt: skip

    first, second = ring(), ring()
    assert first != second
    assert side.carrier.fetch_call(ACCOUNT, call_sid=first) is not None


def test_trouble_with_looking_up_is_told(side: Side, number: str) -> None:
    side.be_busy_with_others()
    with pytest.raises(CarrierUnavailable):
        side.carrier.find_calls(ACCOUNT, to_number=number, from_number=FROM, since=datetime.now(UTC))
