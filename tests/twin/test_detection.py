"""Answering machine detection: which verdict, when, to whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.conftest import Receiver, Twin

FROM = "+14155550100"


def detect(
    twin: Twin, receiver: Receiver, to: str, mode: str, *, is_async: bool, more: Any = None, **script: Any
) -> str:
    twin.script(to, ring_seconds=0.1, **({"patience_seconds": 900, "talk_seconds": 900} | script))
    document = '<Response><Pause length="60"/></Response>'
    extra: dict[str, Any] = {"machine_detection": mode} | (more or {})
    if is_async:
        extra |= {"async_amd": "true", "async_amd_status_callback": receiver.url + "/amd"}
    return str(twin.client.calls.create(to=to, from_=FROM, url=receiver.on("/answer", document), **extra).sid)


CASES = [
    ("Enable", {"answered_by": "human", "detection_seconds": 2}, "human", 2000),
    ("Enable", {"answered_by": "machine", "detection_seconds": 4}, "machine_start", 4000),
    ("Enable", {"answered_by": "fax", "detection_seconds": 1}, "fax", 1000),
    ("Enable", {"answered_by": "unknown"}, "unknown", 5000),
    ("DetectMessageEnd", {"answered_by": "human", "detection_seconds": 2}, "human", 2000),
    ("DetectMessageEnd", {"answered_by": "machine", "greeting_seconds": 9}, "machine_end_beep", 9000),
    ("DetectMessageEnd", {"answered_by": "machine_end_silence", "greeting_seconds": 9}, "machine_end_silence", 9000),
    ("DetectMessageEnd", {"answered_by": "machine", "greeting_seconds": 40}, "machine_end_other", 30000),
]


@pytest.mark.parametrize(("mode", "script", "verdict", "milliseconds"), CASES)
def test_synchronous_detection_comes_with_the_first_document(
    twin: Twin, receiver: Receiver, number: str, mode: str, script: dict[str, Any], verdict: str, milliseconds: int
) -> None:
    sid = detect(twin, receiver, number, mode, is_async=False, **script)
    form = receiver.wait("/answer")[0].form
    assert (form["AnsweredBy"], form["MachineDetectionDuration"]) == (verdict, str(milliseconds))
    assert twin.client.calls(sid).fetch().answered_by == verdict


@pytest.mark.parametrize(("mode", "script", "verdict", "milliseconds"), CASES)
def test_asynchronous_detection_comes_beside_the_document(
    twin: Twin, receiver: Receiver, number: str, mode: str, script: dict[str, Any], verdict: str, milliseconds: int
) -> None:
    sid = detect(twin, receiver, number, mode, is_async=True, **script)
    assert "AnsweredBy" not in receiver.wait("/answer")[0].form
    form = receiver.wait("/amd")[0].form
    assert set(form) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert (form["CallSid"], form["AnsweredBy"], form["MachineDetectionDuration"]) == (sid, verdict, str(milliseconds))


def test_there_is_no_verdict_when_the_call_ends_first(twin: Twin, receiver: Receiver, number: str) -> None:
    sid = detect(twin, receiver, number, "Enable", is_async=True, detection_seconds=30, patience_seconds=5)
    call = twin.until(sid)
    assert call.answered_by is None
    assert receiver.at("/amd") == []


def test_the_verdict_is_in_the_last_status_callback(twin: Twin, receiver: Receiver, number: str) -> None:
    more = {"status_callback": receiver.url + "/status"}
    detect(twin, receiver, number, "Enable", is_async=True, more=more, patience_seconds=20, detection_seconds=2)
    assert receiver.wait("/status")[0].form["AnsweredBy"] == "human"


def test_the_time_out_makes_the_verdict_unknown(twin: Twin, receiver: Receiver, number: str) -> None:
    more = {"machine_detection_timeout": 4}
    detect(twin, receiver, number, "Enable", is_async=True, more=more, detection_seconds=8)
    form = receiver.wait("/amd")[0].form
    assert (form["AnsweredBy"], form["MachineDetectionDuration"]) == ("unknown", "4000")


def test_send_digits_switches_detection_off(twin: Twin, receiver: Receiver, number: str) -> None:
    sid = detect(twin, receiver, number, "Enable", is_async=True, more={"send_digits": "1w2"})
    assert twin.until(sid).answered_by is None
    assert receiver.at("/amd") == []


def test_a_redirect_during_synchronous_detection_goes_through_at_once(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    sid = detect(twin, receiver, number, "Enable", is_async=False, detection_seconds=25)
    twin.until(sid, "in-progress")
    twin.client.calls(sid).update(url=receiver.on("/next", "<Response/>"))
    assert "AnsweredBy" not in receiver.wait("/next")[0].form
    assert receiver.at("/answer") == []
