"""What a call goes through, and what is told about it."""

from __future__ import annotations

import math
from datetime import datetime

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.twin.conftest import ACCOUNT, SLACK, Receiver, Twin, eventually

FROM = "+14155550100"
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
HANG_UP = "<Response><Say>Good bye</Say></Response>"
STAY = '<Response><Pause length="3600"/></Response>'
GEOGRAPHY = {
    side + place for side in ("Called", "Caller", "From", "To") for place in ("City", "State", "Zip", "Country")
}
ALWAYS = {
    "AccountSid",
    "ApiVersion",
    "CallSid",
    "CallStatus",
    "Called",
    "Caller",
    "Direction",
    "From",
    "To",
} | GEOGRAPHY


def place(twin: Twin, receiver: Receiver, to: str, **more: object) -> str:
    if "url" not in more:
        more.setdefault("twiml", HANG_UP)
    more.setdefault("status_callback_event", ALL_EVENTS)
    call = twin.client.calls.create(to=to, from_=FROM, status_callback=receiver.url + "/status", **more)
    return str(call.sid)


def test_an_answered_call_reports_four_events_in_order(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, outcome="answer", answered_by="human", ring_seconds=2)
    place(twin, receiver, number)
    events = receiver.wait("/status", 4)
    assert [e.form["CallStatus"] for e in events] == ["initiated", "ringing", "in-progress", "completed"]
    assert [e.form["SequenceNumber"] for e in events] == ["0", "1", "2", "3"]
    assert events[-1].form["SipResponseCode"] == "200"


def test_only_the_last_event_carries_durations_and_sip_code(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number)
    place(twin, receiver, number)
    *early, last = receiver.wait("/status", 4)
    common = ALWAYS | {"Timestamp", "CallbackSource", "SequenceNumber"}
    for event in early:
        assert set(event.form) - {"StirStatus"} == common
    assert set(last.form) == common | {"CallDuration", "Duration", "SipResponseCode"}


@pytest.mark.parametrize(("outcome", "sip"), [("busy", "486"), ("no-answer", "487"), ("failed", "404")])
def test_an_unanswered_call_ends_with_its_reason(
    twin: Twin, receiver: Receiver, number: str, outcome: str, sip: str
) -> None:
    twin.script(number, outcome=outcome, ring_seconds=2)
    sid = place(twin, receiver, number)
    last = receiver.wait("/status", CallStatus=outcome)[0].form
    assert (last["SipResponseCode"], last["CallDuration"], last["Duration"]) == (sip, "0", "0")
    call = twin.until(sid)
    assert (call.status, call.duration, call.price) == (outcome, "0", None)


def test_a_busy_call_with_all_events_is_number_two(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, outcome="busy")
    place(twin, receiver, number)
    assert receiver.wait("/status", CallStatus="busy")[0].form["SequenceNumber"] == "2"


def test_without_a_subscription_list_only_the_end_is_told_and_counts_from_zero(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    twin.script(number)
    twin.until(place(twin, receiver, number, status_callback_event=None))
    events = receiver.wait("/status")
    assert [(e.form["CallStatus"], e.form["SequenceNumber"]) for e in events] == [("completed", "0")]


def test_ringing_may_be_skipped(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, skip_ringing=True)
    place(twin, receiver, number)
    receiver.wait("/status", CallStatus="completed")
    events = [e.form["CallStatus"] for e in receiver.at("/status")]
    assert events == ["initiated", "in-progress", "completed"]


def test_nobody_rings_longer_than_the_timeout(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, outcome="answer", ring_seconds=500)
    sid = place(twin, receiver, number, timeout=10)
    assert twin.until(sid).status == "no-answer"


def test_an_invalid_event_is_accepted_and_then_nothing_is_ever_told(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    twin.script(number)
    twin.until(place(twin, receiver, number, status_callback_event=["initiated,completed"]))
    assert 21626 in twin.warnings()
    assert receiver.at("/status") == []


def test_the_reply_to_a_create_request_says_queued(twin: Twin, number: str) -> None:
    call = twin.client.calls.create(to=number, from_=FROM, twiml=HANG_UP)
    assert (call.status, call.direction, call.queue_time, call.start_time) == ("queued", "outbound-api", "0", None)
    assert (call.duration, call.price, call.end_time) == (None, None, None)


def test_duration_is_seconds_and_callback_minutes_are_rounded_up(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, patience_seconds=100)
    sid = place(twin, receiver, number, twiml='<Response><Pause length="61"/></Response>')
    last = receiver.wait("/status", CallStatus="completed")[0].form
    assert 61 <= int(last["CallDuration"]) <= 61 + SLACK
    assert last["Duration"] == str(math.ceil(int(last["CallDuration"]) / 60))
    assert twin.until(sid).duration == last["CallDuration"]


def test_the_price_comes_later_than_the_end(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.door("/faults", {"on": "price", "effect": "late", "seconds": 20})
    twin.script(number)
    sid = place(twin, receiver, number)
    assert twin.until(sid).price is None
    eventually(lambda: twin.client.calls(sid).fetch().price)
    call = twin.client.calls(sid).fetch()
    assert (call.price, call.price_unit) == ("-0.01400", "USD")


def test_a_queued_call_can_be_canceled(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.door("/accounts", {"sid": ACCOUNT, "calls_per_second": 0.01})
    twin.client.calls.create(to=number, from_=FROM, twiml=HANG_UP)
    sid = place(twin, receiver, number)
    assert twin.client.calls(sid).update(status="canceled").status == "canceled"
    assert receiver.wait("/status")[0].form["CallStatus"] == "canceled"


def test_cancel_does_nothing_to_a_call_in_progress(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, patience_seconds=1000)
    sid = place(twin, receiver, number, twiml=STAY)
    twin.until(sid, "in-progress")
    assert twin.client.calls(sid).update(status="canceled").status == "in-progress"


def test_completed_hangs_up_a_call_in_progress(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, patience_seconds=1000)
    sid = place(twin, receiver, number, twiml=STAY)
    twin.until(sid, "in-progress")
    assert twin.client.calls(sid).update(status="completed").status == "completed"
    assert receiver.wait("/status", CallStatus="completed")


def test_a_call_that_is_over_cannot_be_changed(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number)
    sid = place(twin, receiver, number)
    twin.until(sid)
    for change in ({"status": "completed"}, {"twiml": HANG_UP}):
        with pytest.raises(TwilioRestException) as refusal:
            twin.client.calls(sid).update(**change)
        assert (refusal.value.status, refusal.value.code) == (400, 21220)


def test_a_redirect_abandons_the_document_and_runs_the_new_one(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, patience_seconds=1000)
    sid = place(twin, receiver, number, twiml=STAY)
    twin.until(sid, "in-progress")
    twin.client.calls(sid).update(url=receiver.on("/next", HANG_UP), method="POST")
    got = receiver.wait("/next", CallSid=sid)[0]
    assert got.form["CallStatus"] == "in-progress"
    assert twin.until(sid).status == "completed"


def test_a_ringing_call_cannot_be_redirected(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, ring_seconds=50)
    sid = place(twin, receiver, number)
    twin.until(sid, "ringing")
    with pytest.raises(TwilioRestException) as refusal:
        twin.client.calls(sid).update(twiml=HANG_UP)
    assert refusal.value.code == 21220


def test_the_time_limit_ends_a_call(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, patience_seconds=1000)
    call = twin.until(place(twin, receiver, number, twiml=STAY, time_limit=20))
    assert 20 <= int(call.duration) <= 20 + SLACK


def test_a_live_call_cannot_be_deleted_and_a_finished_one_can(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, patience_seconds=1000)
    sid = place(twin, receiver, number, twiml=STAY)
    with pytest.raises(TwilioRestException) as refusal:
        twin.client.calls(sid).delete()
    assert refusal.value.code == 20009
    twin.until(sid, "in-progress")
    twin.client.calls(sid).update(status="completed")
    assert twin.client.calls(sid).delete() is True
    with pytest.raises(TwilioRestException) as gone:
        twin.client.calls(sid).fetch()
    assert gone.value.code == 20404


def test_a_person_left_in_silence_loses_patience(twin: Twin, receiver: Receiver, number: str) -> None:
    twin.script(number, patience_seconds=12, talk_seconds=500)
    call = twin.until(place(twin, receiver, number, twiml=STAY))
    assert 12 <= int(call.duration) <= 12 + SLACK


def test_calls_are_released_at_the_accounts_rate_first_in_first_out(twin: Twin) -> None:
    twin.door("/accounts", {"sid": ACCOUNT, "calls_per_second": 5})
    numbers = [f"+1415555{n:04d}" for n in range(2000, 2006)]
    calls = [twin.client.calls.create(to=n, from_=FROM, twiml=HANG_UP) for n in numbers]

    def started() -> list[dict[str, str]]:
        return [e for e in twin.log("call") if e["status"] == "initiated"]

    eventually(lambda: len(started()) == len(numbers))
    assert [e["to"] for e in started()] == numbers
    first, last = (datetime.fromisoformat(started()[n]["at"]) for n in (0, -1))
    assert (last - first).total_seconds() >= 5 / 5 - 0.15
    waits = [int(call.queue_time) for call in calls]
    assert waits[0] == 0 < waits[-1]


def test_a_full_queue_refuses_further_calls(twin: Twin, number: str) -> None:
    twin.door("/accounts", {"sid": ACCOUNT, "calls_per_second": 0.01, "max_queue": 1})
    twin.client.calls.create(to=number, from_=FROM, twiml=HANG_UP)
    eventually(lambda: any(e["status"] == "initiated" for e in twin.log("call")))
    twin.client.calls.create(to=number, from_=FROM, twiml=HANG_UP)
    with pytest.raises(TwilioRestException) as refusal:
        twin.client.calls.create(to=number, from_=FROM, twiml=HANG_UP)
    assert refusal.value.code == 22005
