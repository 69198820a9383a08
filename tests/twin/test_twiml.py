"""Fetching documents, and what the verbs do with a call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.conftest import SLACK, Received, Receiver, Twin, eventually

FROM = "+14155550100"


def run(twin: Twin, receiver: Receiver, to: str, document: str | Any, *, wait: bool = True, **script: Any) -> Any:
    """Call somebody with a document and return the finished call."""
    script.setdefault("patience_seconds", 2000)
    twin.script(to, ring_seconds=0.1, **script)
    call = twin.client.calls.create(to=to, from_=FROM, url=receiver.on("/answer", document))
    return twin.until(call.sid) if wait else call


def body(inner: str) -> str:
    return f"<Response>{inner}</Response>"


def test_the_first_request_has_the_calls_fields_and_nothing_of_a_callback(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    run(twin, receiver, number, body(""))
    form = receiver.at("/answer")[0].form
    assert (form["CallStatus"], form["Direction"], form["To"]) == ("in-progress", "outbound-api", number)
    assert not {"Timestamp", "CallbackSource", "SequenceNumber", "CallDuration", "SipResponseCode"} & set(form)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, "text/xml", "<Response/>"), 11200),
        ((404, "text/xml", "<Response/>"), 11200),
        ((200, "", "<Response/>"), 11200),
        ((0, "", ""), 11200),
        ((200, "application/json", "{}"), 12300),
        ((200, "text/xml", "<Response><Say>"), 12100),
        ((200, "text/xml", "<Wrong/>"), 12100),
        ((200, "text/xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><Response>&a;</Response>'), 12100),
        ((200, "text/xml", body("<Say>" + "a" * 70_000 + "</Say>")), 11750),
    ],
)
def test_a_document_that_cannot_be_had_leads_to_the_fallback(
    twin: Twin, receiver: Receiver, number: str, answer: tuple[int, str, str], code: int
) -> None:
    receiver.on("/answer", lambda _: answer)
    fallback = receiver.on("/fallback", body(""))
    twin.script(number)
    sid = twin.client.calls.create(to=number, from_=FROM, url=receiver.url + "/answer", fallback_url=fallback).sid
    form = receiver.wait("/fallback")[0].form
    assert (form["ErrorCode"], form["ErrorUrl"]) == (str(code), receiver.url + "/answer")
    assert code in twin.warnings()
    assert twin.until(sid).status == "completed"


def test_without_a_fallback_a_broken_document_hangs_up(twin: Twin, receiver: Receiver, number: str) -> None:
    call = run(twin, receiver, number, lambda _: (500, "text/plain", "oops"))
    assert (call.status, 11200 in twin.warnings()) == ("completed", True)


@pytest.mark.parametrize("kind", ["text/xml", "application/xml; charset=utf-8", "text/html"])
def test_every_kind_of_xml_is_run(twin: Twin, receiver: Receiver, number: str, kind: str) -> None:
    call = run(twin, receiver, number, lambda _: (200, kind, body('<Pause length="20"/>')))
    assert 20 <= int(call.duration) <= 20 + SLACK


@pytest.mark.parametrize(("kind", "text"), [("text/plain", "one two three four five"), ("audio/mpeg", "noise")])
def test_plain_text_is_read_aloud_and_audio_is_played(
    twin: Twin, receiver: Receiver, number: str, kind: str, text: str
) -> None:
    call = run(twin, receiver, number, lambda _: (200, kind, text))
    assert int(call.duration) >= 2
    assert twin.warnings() == []


def test_an_unknown_verb_or_attribute_is_a_warning_and_the_rest_runs(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    call = run(twin, receiver, number, body('<say>low</say><Say tone="x">Hi</Say><Pause length="10"/>'))
    assert int(call.duration) >= 10
    assert twin.warnings() == [12200, 12200]


def test_say_takes_as_long_as_its_words(twin: Twin, receiver: Receiver, number: str) -> None:
    call = run(twin, receiver, number, body("<Say>" + "word " * 50 + "</Say>"))
    assert 20 <= int(call.duration) <= 20 + SLACK


def test_a_say_without_end_goes_on_until_somebody_hangs_up(twin: Twin, receiver: Receiver, number: str) -> None:
    call = run(twin, receiver, number, body('<Say loop="0">Hello</Say>'), patience_seconds=30)
    assert 30 <= int(call.duration) <= 30 + SLACK


def test_redirect_goes_on_elsewhere_and_what_follows_is_not_run(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/next", body("<Hangup/>"))
    call = run(twin, receiver, number, body('<Redirect method="GET">next</Redirect><Pause length="900"/>'))
    assert receiver.at("/next")[0].query["CallSid"] == call.sid
    assert int(call.duration) < 500


def test_hangup_ends_the_document(twin: Twin, receiver: Receiver, number: str) -> None:
    assert int(run(twin, receiver, number, body('<Hangup/><Pause length="900"/>')).duration) < 500


GATHER = '<Gather action="/typed" numDigits="{n}" timeout="5"><Say>Press</Say></Gather><Redirect>/silent</Redirect>'


@pytest.mark.parametrize(
    ("pressed", "wanted", "digits"),
    [("1", 1, "1"), ("12#34", 10, "12"), ("1234", 3, "123"), ("w5", 1, "5"), ("77", 10, "77")],
)
def test_gather_posts_what_was_pressed(
    twin: Twin, receiver: Receiver, number: str, pressed: str, wanted: int, digits: str
) -> None:
    receiver.on("/typed", body(""))
    run(twin, receiver, number, body(GATHER.format(n=wanted)), digits=pressed)
    assert receiver.wait("/typed")[0].form["Digits"] == digits
    assert receiver.at("/silent") == []


def test_gather_in_silence_goes_to_the_next_verb(twin: Twin, receiver: Receiver, number: str) -> None:
    run(twin, receiver, number, body(GATHER.format(n=1)))
    assert receiver.at("/typed") == []
    assert receiver.wait("/silent")


def test_gather_may_want_its_empty_result(twin: Twin, receiver: Receiver, number: str) -> None:
    run(twin, receiver, number, body('<Gather action="/typed" actionOnEmptyResult="true" timeout="2"/>'))
    assert receiver.wait("/typed")[0].form["Digits"] == ""


def test_gather_without_action_asks_the_same_document_again(twin: Twin, receiver: Receiver, number: str) -> None:
    def answer(got: Received) -> tuple[int, str, str]:
        return 200, "text/xml", body("") if "Digits" in got.form else body('<Gather numDigits="1"/>')

    run(twin, receiver, number, answer, digits="4")
    assert [got.form.get("Digits") for got in receiver.wait("/answer", 2)] == [None, "4"]


def test_gather_hears_speech_and_reports_partial_results(twin: Twin, receiver: Receiver, number: str) -> None:
    gather = '<Gather input="speech dtmf" action="/said" partialResultCallback="/partial"/>'
    run(twin, receiver, number, body(gather), speech="yes please")
    form = receiver.wait("/said")[0].form
    assert (form["SpeechResult"], 0 < float(form["Confidence"]) <= 1) == ("yes please", True)
    assert receiver.wait("/partial")[0].form["UnstableSpeechResult"] == "yes please"


def test_a_list_of_digits_answers_one_gather_after_the_other(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/typed", body('<Gather action="/second" numDigits="1"/>'))
    run(twin, receiver, number, body(GATHER.format(n=1)), digits=["1", "2"])
    assert receiver.wait("/second")[0].form["Digits"] == "2"


def test_a_key_pressed_live_interrupts_the_prompt(twin: Twin, receiver: Receiver, number: str) -> None:
    long = '<Gather action="/typed" numDigits="1"><Say loop="0">For ever</Say></Gather>'
    call = run(twin, receiver, number, body(long), wait=False)
    receiver.wait("/answer")
    twin.until(call.sid, "in-progress")
    eventually(lambda: twin.door("/press", {"call_sid": call.sid, "digits": "9"}) and receiver.at("/typed"))
    assert receiver.at("/typed")[0].form["Digits"] == "9"


def test_record_posts_the_recording_and_its_callback_comes_later(twin: Twin, receiver: Receiver, number: str) -> None:
    record = '<Record action="/recorded" maxLength="20" timeout="2" recordingStatusCallback="/recording"/>'
    call = run(twin, receiver, number, body(record), speech="word " * 25)
    form = receiver.wait("/recorded")[0].form
    assert (form["RecordingDuration"], form["RecordingUrl"].startswith(twin.url)) == ("10", True)
    done = receiver.wait("/recording", RecordingStatus="completed")[0].form
    assert (done["CallSid"], done["RecordingSource"]) == (call.sid, "RecordVerb")


def test_record_tells_when_the_caller_hung_up(twin: Twin, receiver: Receiver, number: str) -> None:
    run(twin, receiver, number, body('<Record action="/recorded"/>'), speech="word " * 900, patience_seconds=30)
    assert receiver.wait("/recorded")[0].form["Digits"] == "hangup"


def test_nothing_recorded_goes_to_the_next_verb(twin: Twin, receiver: Receiver, number: str) -> None:
    document = body('<Record action="/recorded" timeout="1"/><Redirect>/silent</Redirect>')
    run(twin, receiver, number, document, answered_by="machine", talk_seconds=500)
    assert receiver.wait("/silent")
    assert receiver.at("/recorded") == []


def test_relative_addresses_are_refused_in_documents_given_by_rest(twin: Twin, number: str) -> None:
    twin.script(number)
    sid = twin.client.calls.create(to=number, from_=FROM, twiml=body("<Redirect>/x</Redirect>")).sid
    assert twin.until(sid).status == "completed"
    assert 15004 in twin.warnings()


def test_enqueue_waits_with_its_music_and_is_taken_out_by_dial_queue(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    receiver.on("/wait", body("<Say>Please hold</Say>"))
    receiver.on("/after", body(""))
    waiting = run(
        twin,
        receiver,
        number,
        body('<Enqueue waitUrl="/wait" action="/after">support</Enqueue>'),
        wait=False,
        talk_seconds=10,
    )
    form = receiver.wait("/wait")[0].form
    assert (form["QueuePosition"], form["CurrentQueueSize"]) == ("1", "1")
    queue = twin.client.queues.list()[0]
    assert (queue.friendly_name, queue.current_size) == ("support", 1)
    assert queue.members.list()[0].call_sid == waiting.sid
    agent = "+14155550177"
    twin.script(agent, talk_seconds=300)
    taking = twin.client.calls.create(
        to=agent, from_=FROM, twiml=body(f'<Dial action="{receiver.url}/dialed"><Queue>support</Queue></Dial>')
    )
    assert receiver.wait("/dialed")[0].form["DialCallStatus"] == "completed"
    assert twin.until(waiting.sid).status == twin.until(taking.sid).status == "completed"
    form = receiver.wait("/after")[0].form
    assert form["QueueResult"] == "bridged", "he hung up while he talked, not while he waited"


def test_a_call_that_is_redirected_out_of_a_conversation_from_a_queue_says_so(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    receiver.on("/after", body(""))
    waiting = run(twin, receiver, number, body('<Enqueue action="/after">support</Enqueue>'), wait=False)
    eventually(lambda: [queue.current_size for queue in twin.client.queues.list()] == [1])
    taker = "+14155550178"
    twin.script(taker, talk_seconds=3000)
    twin.client.calls.create(to=taker, from_=FROM, twiml=body("<Dial><Queue>support</Queue></Dial>"))
    eventually(lambda: twin.client.queues.list()[0].current_size == 0)
    twin.client.calls(waiting.sid).update(twiml=body("<Hangup/>"))
    assert receiver.wait("/after")[0].form["QueueResult"] == "redirected-from-bridged"


def test_leave_takes_a_call_out_of_the_queue(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/wait", body("<Leave/>"))
    receiver.on("/after", body(""))
    run(twin, receiver, number, body('<Enqueue waitUrl="/wait" action="/after">support</Enqueue>'))
    assert receiver.wait("/after")[0].form["QueueResult"] == "leave"


def test_a_document_that_calls_itself_for_ever_is_ended_by_patience(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    call = run(twin, receiver, number, body("<Say>Hello</Say><Redirect/>"), patience_seconds=20)
    assert 20 <= int(call.duration) <= 20 + SLACK
    assert len(receiver.at("/answer")) > 2


def test_connect_and_start_are_tolerated(twin: Twin, receiver: Receiver, number: str) -> None:
    document = body(
        '<Start><Stream url="wss://example.com/a"/></Start>'
        '<Connect><Stream url="wss://example.com/b"><Parameter name="a" value="b"/></Stream></Connect>'
    )
    call = run(twin, receiver, number, document, talk_seconds=15)
    assert 15 <= int(call.duration) <= 15 + SLACK
    assert [e["verb"] for e in twin.log("tolerated")] == ["Start/Stream", "Connect/Stream"]
    assert twin.warnings() == []
