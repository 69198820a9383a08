"""The twin's own doors: callers, people, faults, reset, and the command line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator

from tests.twin.conftest import ACCOUNT, TOKEN, Receiver, Twin, eventually
from twin.faults import FaultPlan
from twin.log import WitnessLog
from twin.population import Population, PopulationSettings, draw_behaviour

FROM = "+14155550100"
STAY = '<Response><Pause length="3600"/></Response>'
ROOM = "<Response><Dial><Conference>desk</Conference></Dial></Response>"


def app_with(twin: Twin, url: str, **more: Any) -> str:
    return str(twin.client.applications.create(friendly_name="Desk", voice_url=url, **more).sid)


def test_a_softphone_connects_to_an_application_and_stays(twin: Twin, receiver: Receiver) -> None:
    sid = app_with(twin, receiver.on("/voice", ROOM), status_callback=receiver.url + "/status")
    answer = twin.door("/inbound", {"from": "client:ada", "to": sid, "params": {"To": "desk", "shift": "late"}})
    form = receiver.wait("/voice")[0].form
    assert (form["From"], form["To"], form["Direction"]) == ("client:ada", "desk", "inbound")
    assert (form["ApplicationSid"], form["shift"], form["CallStatus"]) == (sid, "late", "ringing")
    call = twin.until(answer["call_sid"], "in-progress")
    assert call.direction == "inbound"
    twin.door("/hangup", {"call_sid": call.sid})
    assert receiver.wait("/status")[0].form["CallStatus"] == "completed"


def test_a_caller_reaches_a_number_of_ours(twin: Twin, receiver: Receiver) -> None:
    twin.door("/numbers", {"phone_number": "+14155550188", "voice_url": receiver.on("/in", "<Response/>")})
    sid = twin.door("/inbound", {"from": "+12125550123", "to": "+14155550188"})["call_sid"]
    form = receiver.wait("/in")[0].form
    assert (form["From"], form["To"], form["CallStatus"]) == ("+12125550123", "+14155550188", "ringing")
    assert twin.until(sid).status == "completed"


@pytest.mark.parametrize(("verb", "status"), [('<Reject reason="busy"/>', "busy"), ("<Reject/>", "no-answer")])
def test_a_rejected_caller_is_never_answered(twin: Twin, receiver: Receiver, verb: str, status: str) -> None:
    sid = app_with(twin, receiver.on("/voice", f"<Response>{verb}</Response>"))
    call = twin.until(twin.door("/inbound", {"from": "+12125550123", "to": f"app:{sid}"})["call_sid"])
    assert (call.status, call.duration) == (status, "0")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/inbound", {"from": "+12125550123", "to": "+19999999999"}),
        ("/scripts", {"outcome": "answer"}),
        ("/scripts", {"to": "+1", "outcome": "explode"}),
        ("/scripts", {"to": "+1", "ring_seconds": "long"}),
        ("/scripts", {"to": "+1", "colour": "red"}),
        ("/population", {"answer_rate": 2}),
        ("/population", {"answer_rate": 0.9, "busy_rate": 0.2}),
        ("/population", {"colour": "red"}),
        ("/population", {"ring_seconds": {"median": 3}}),
        ("/faults", {"effect": "earthquake"}),
        ("/faults", {"on": "rest", "effect": "500", "probability": 3}),
        ("/accounts", {"sid": "nonsense"}),
        ("/hangup", {"call_sid": "CA1"}),
        ("/clients", {}),
    ],
)
def test_a_door_says_what_is_wrong(twin: Twin, path: str, body: dict[str, Any]) -> None:
    assert twin.door(path, body, expect=400)["error"]


def test_the_same_seed_number_and_turn_meet_the_same_person() -> None:
    settings = PopulationSettings(seed=7)
    numbers = [f"+1415555{n:04d}" for n in range(300)]
    one, two = Population(7), Population(7)
    forward = {n: [one.draw(n), one.draw(n)] for n in numbers}
    backward = {n: [two.draw(n), two.draw(n)] for n in reversed(numbers)}
    assert forward == backward
    assert forward[numbers[0]][0] == draw_behaviour(settings, numbers[0], 1)
    assert forward != {n: [Population(8).draw(n)] * 2 for n in numbers}


def test_a_population_keeps_its_rates() -> None:
    settings = PopulationSettings(answer_rate=0.5, machine_rate=0.4, busy_rate=0.1, failed_rate=0.05, seed=3)
    people = [draw_behaviour(settings, f"+1415{n:07d}", 1) for n in range(4000)]
    answered = [p for p in people if p.outcome == "answer"]
    machines = [p for p in answered if p.answered_by == "machine"]
    share = len(people) / 100
    assert 46 < len(answered) / share < 54
    assert 36 < 100 * len(machines) / len(answered) < 44
    assert 8 < sum(p.outcome == "busy" for p in people) / share < 12
    wrong = [p for p in answered if p.verdict != p.answered_by]
    assert 3 < 100 * len(wrong) / len(answered) < 9


def test_the_population_decides_what_nobody_scripted(twin: Twin, number: str) -> None:
    twin.door("/population", {"answer_rate": 0, "busy_rate": 1, "failed_rate": 0, "ring_seconds": 1})
    sid = twin.client.calls.create(to=number, from_=FROM, twiml=STAY).sid
    assert twin.until(sid).status == "busy"


def test_scripts_queue_up_and_may_be_for_ever(twin: Twin, number: str) -> None:
    twin.script(number, outcome="busy", ring_seconds=0.1)
    twin.script(number, outcome="failed", times=0)
    outcomes = [twin.until(twin.client.calls.create(to=number, from_=FROM, twiml=STAY).sid).status for _ in range(3)]
    assert outcomes == ["busy", "failed", "failed"]


@pytest.mark.parametrize(("effect", "status", "code"), [("429", 429, 20429), ("500", 500, 20500), ("503", 503, 20503)])
def test_a_planned_rest_fault_strikes_as_often_as_planned(twin: Twin, effect: str, status: int, code: int) -> None:
    twin.door("/faults", {"on": "rest", "method": "GET", "path": "/Calls", "effect": effect, "count": 1})
    with pytest.raises(TwilioException):
        twin.client.calls.list()
    entry = next(e for e in twin.log("request") if e["status"] == status)
    assert (entry["code"], entry["faults"]) == (code, [effect])
    assert twin.client.calls.list() == []


@pytest.mark.parametrize(("effect", "calls"), [("reset-before-accept", 0), ("reset-after-accept", 1)])
def test_a_reset_leaves_the_client_not_knowing(twin: Twin, number: str, effect: str, calls: int) -> None:
    twin.door("/faults", {"on": "rest", "method": "POST", "path": "/Calls", "effect": effect, "count": 1})
    with pytest.raises(requests.ConnectionError):
        twin.client.calls.create(to=number, from_=FROM, twiml=STAY)
    assert len(twin.client.calls.list(to=number)) == calls


def test_a_slow_answer_is_slow(twin: Twin) -> None:
    twin.door("/faults", {"effect": "slow", "seconds": 0.3, "count": 1})
    twin.client.calls.list()
    assert twin.log("request")[0]["ms"] >= 300


def place(twin: Twin, receiver: Receiver, number: str) -> str:
    twin.script(number, ring_seconds=0.5)
    return str(
        twin.client.calls.create(
            to=number,
            from_=FROM,
            twiml="<Response/>",
            status_callback=receiver.url + "/status",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        ).sid
    )


def test_webhooks_are_lost_doubled_and_missigned_as_planned(twin: Twin, receiver: Receiver, number: str) -> None:
    faults = [
        {"on": "webhook", "kind": "status", "event": "ringing", "effect": "lost"},
        {"on": "webhook", "kind": "status", "event": "answered", "effect": "duplicated"},
        {"on": "webhook", "kind": "status", "event": "completed", "effect": "badly-signed"},
    ]
    twin.door("/faults", {"faults": faults})
    place(twin, receiver, number)
    receiver.wait("/status", CallStatus="completed")
    doubled = receiver.wait("/status", 2, CallStatus="in-progress")
    assert len({got.headers["I-Twilio-Idempotency-Token"] for got in doubled}) == 1
    statuses = [got.form["CallStatus"] for got in receiver.at("/status")]
    assert sorted(statuses) == ["completed", "in-progress", "in-progress", "initiated"]
    validator = RequestValidator(TOKEN)
    for got in receiver.at("/status"):
        signed = validator.validate(receiver.url + "/status", got.form, got.headers["X-Twilio-Signature"])
        assert signed == (got.form["CallStatus"] != "completed")


def test_a_reordered_event_comes_after_the_next_one(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.door("/faults", {"on": "webhook", "kind": "status", "event": "ringing", "effect": "reordered", "count": 1})
    place(twin, receiver, number)
    events = receiver.wait("/status", 4)
    assert [got.form["SequenceNumber"] for got in events] == ["0", "2", "1", "3"]


def test_faults_are_thrown_by_seeded_dice() -> None:
    def struck(seed: int) -> list[bool]:
        plan = FaultPlan()
        plan.plan({"on": "webhook", "effect": "lost", "probability": 0.5, "seed": seed})
        return [bool(plan.strike_webhook("status", None, None, None)) for _ in range(40)]

    assert struck(1) == struck(1) != struck(2)


def test_the_log_forgets_its_oldest_entries(twin: Twin) -> None:
    from twin.clock import Clock

    log = WitnessLog(Clock(), max_entries=3)
    for word in "abcde":
        log.append("note", word=word)
    assert [e["word"] for e in log.since(0, 10)] == ["c", "d", "e"]
    assert [e["word"] for e in log.since(4, 10)] == ["e"]
    assert log.since(9, 10) == []


def test_a_reset_forgets_everything_and_stops_what_was_under_way(twin: Twin, receiver: Receiver, number: str) -> None:
    sid = place(twin, receiver, number)
    twin.door("", method="DELETE")
    with pytest.raises(TwilioRestException):
        twin.client.calls(sid).fetch()
    assert twin.door("/calls")["calls"] == []
    assert [e for e in twin.log() if e["kind"] == "webhook"] == []


def start_process(port: int, *more: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "twin",
        "--port",
        str(port),
        "--account-sid",
        ACCOUNT,
        "--auth-token",
        TOKEN,
        *more,
    ]
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_listens_and_ends_cleanly(ending: signal.Signals) -> None:
    process = start_process(0)
    assert process.stdout is not None
    line = process.stdout.readline()
    url = line.split()[-1]
    assert requests.get(url + "/_twin/health", timeout=5).json()["status"] == "ok"
    process.send_signal(ending)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_busy_port_is_one_clear_line_and_exit_code_1() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start_process(taken.getsockname()[1])
        _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert err.count("\n") == 1
    assert "cannot listen" in err


def test_health_counts_live_calls(twin: Twin, number: str) -> None:
    twin.script(number, patience_seconds=900)
    twin.client.calls.create(to=number, from_=FROM, twiml=STAY)
    assert eventually(lambda: twin.door("/health")["live_calls"]) == 1
