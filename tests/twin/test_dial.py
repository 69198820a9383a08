"""Dial to numbers and softphones: legs, bridging, whispers, and what the action hears."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.conftest import SLACK, Receiver, Twin, eventually

FROM, AGENT, OTHER = "+14155550100", "+14155551201", "+14155551202"


def dial(twin: Twin, receiver: Receiver, to: str, inner: str, attributes: str = "", **script: Any) -> str:
    receiver.on("/after", "<Response/>")
    twin.script(to, **({"ring_seconds": 0.1, "talk_seconds": 900, "patience_seconds": 900} | script))
    document = f'<Response><Dial action="/after" {attributes}>{inner}</Dial></Response>'
    return str(twin.client.calls.create(to=to, from_=FROM, url=receiver.on("/answer", document)).sid)


def test_two_people_are_bridged_until_one_hangs_up(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(AGENT, ring_seconds=1, talk_seconds=20)
    parent = dial(twin, receiver, number, AGENT)
    form = receiver.wait("/after")[0].form
    assert (form["DialCallStatus"], form["DialBridged"]) == ("completed", "true")
    assert 20 <= int(form["DialCallDuration"]) <= 20 + SLACK
    child = twin.client.calls.list(parent_call_sid=parent)[0]
    assert (child.sid, child.direction, child.to) == (form["DialCallSid"], "outbound-dial", AGENT)
    assert twin.until(parent).status == "completed"


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
def test_the_action_hears_why_nobody_was_reached(twin: Twin, receiver: Receiver, number: str, outcome: str) -> None:
    twin.script(AGENT, outcome=outcome, ring_seconds=1)
    dial(twin, receiver, number, AGENT)
    form = receiver.wait("/after")[0].form
    assert (form["DialCallStatus"], form["DialBridged"]) == (outcome, "false")


def test_when_the_parent_gives_up_the_ringing_leg_is_canceled(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(AGENT, ring_seconds=25)
    parent = dial(twin, receiver, number, AGENT, patience_seconds=8)
    assert twin.until(parent).status == "completed"
    child = twin.client.calls.list(parent_call_sid=parent)[0]
    assert twin.until(child.sid).status == "canceled"
    assert receiver.wait("/after")[0].form["DialCallStatus"] == "canceled"


def test_the_first_to_answer_wins_and_the_others_are_let_go(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(AGENT, ring_seconds=20)
    twin.script(OTHER, ring_seconds=1, talk_seconds=10)
    parent = dial(twin, receiver, number, f"<Number>{AGENT}</Number><Number>{OTHER}</Number>")
    receiver.wait("/after")
    legs = {leg.to: leg.status for leg in twin.client.calls.list(parent_call_sid=parent)}
    assert legs == {AGENT: "canceled", OTHER: "completed"}


def test_a_leg_reports_its_own_events(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(AGENT, ring_seconds=1, talk_seconds=5)
    noun = f'<Number statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">{AGENT}</Number>'
    parent = dial(twin, receiver, number, noun)
    events = receiver.wait("/leg", 4)
    assert [e.form["CallStatus"] for e in events] == ["initiated", "ringing", "in-progress", "completed"]
    assert {e.form["ParentCallSid"] for e in events} == {parent}


def test_a_whisper_is_heard_before_bridging_and_may_refuse(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/whisper", "<Response><Say>A call for you</Say><Hangup/></Response>")
    twin.script(AGENT, ring_seconds=1)
    parent = dial(twin, receiver, number, f'<Number url="/whisper">{AGENT}</Number>')
    got = receiver.wait("/whisper")[0].form
    assert (got["ParentCallSid"], got["To"]) == (parent, AGENT)
    assert receiver.wait("/after")[0].form["DialBridged"] == "false"


def test_detection_on_a_dialed_number_reports_to_its_own_callback(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(AGENT, ring_seconds=1, answered_by="machine", talk_seconds=60, greeting_seconds=6)
    noun = f'<Number machineDetection="DetectMessageEnd" amdStatusCallback="/amd">{AGENT}</Number>'
    dial(twin, receiver, number, noun)
    assert receiver.wait("/amd")[0].form["AnsweredBy"] == "machine_end_beep"


def test_a_bridged_call_is_recorded_under_its_parent(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(AGENT, ring_seconds=1, talk_seconds=10)
    attributes = 'record="record-from-answer-dual" recordingStatusCallback="/recording"'
    parent = dial(twin, receiver, number, AGENT, attributes)
    form = receiver.wait("/recording", RecordingStatus="completed")[0].form
    assert (form["CallSid"], form["RecordingSource"], form["RecordingChannels"]) == (parent, "DialVerb", "2")
    assert receiver.at("/after")[0].form["RecordingUrl"] == form["RecordingUrl"]


def test_a_registered_softphone_answers_and_an_unregistered_does_not(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    parent = dial(twin, receiver, number, "<Client>ada</Client>")
    assert receiver.wait("/after")[0].form["DialCallStatus"] == "no-answer"
    twin.door("/clients", {"identity": "ada", "registered": True, "ring_seconds": 1})
    twin.until(parent)
    dial(twin, receiver, number, "<Client><Identity>ada</Identity></Client>", talk_seconds=10)
    eventually(lambda: any(c["to"] == "client:ada" and c["status"] == "in-progress" for c in live(twin)))
    assert receiver.wait("/after", 2)[1].form["DialCallStatus"] == "completed"


def live(twin: Twin) -> list[dict[str, Any]]:
    return twin.door("/calls")["calls"]


def test_a_redirected_parent_leaves_the_bridge_and_still_requests_the_old_action(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    twin.script(AGENT, ring_seconds=1, talk_seconds=900)
    parent = dial(twin, receiver, number, AGENT)
    child = eventually(
        lambda: next((c for c in live(twin) if c["parent_call_sid"] and c["status"] == "in-progress"), 0)
    )
    eventually(lambda: twin.client.calls(parent).update(url=receiver.on("/next", "<Response/>")))
    assert receiver.wait("/next", CallSid=parent)
    assert receiver.wait("/after")[0].form["DialCallStatus"] == "completed"
    assert twin.until(child["call_sid"]).status == "completed"


def test_a_bad_number_fails_without_a_leg(twin: Twin, receiver: Receiver, number: str) -> None:
    dial(twin, receiver, number, "<Number>nobody</Number>")
    assert receiver.wait("/after")[0].form["DialCallStatus"] == "failed"
    assert 13223 in twin.warnings()
