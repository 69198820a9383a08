"""Recordings: their life, their callbacks, their sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.twin.conftest import Receiver, Twin, eventually

FROM = "+14155550100"
STAY = '<Response><Pause length="3600"/></Response>'


def recorded_call(twin: Twin, to: str, **more: Any) -> str:
    twin.script(to, ring_seconds=0.1, patience_seconds=900, talk_seconds=900)
    sid = str(twin.client.calls.create(to=to, from_=FROM, twiml=STAY, **more).sid)
    twin.until(sid, "in-progress")
    return sid


def finish(twin: Twin, sid: str) -> None:
    eventually(lambda: float(twin.door("/health")["log_entries"]) > 0)
    import time

    time.sleep(0.06)  # a few carrier seconds of something to record
    twin.client.calls(sid).update(status="completed")


def test_a_recorded_call_has_its_recording_in_the_last_callback_and_a_callback_later(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    sid = recorded_call(
        twin,
        number,
        record=True,
        recording_channels="dual",
        status_callback=receiver.url + "/status",
        recording_status_callback=receiver.url + "/recording",
        recording_status_callback_event=["in-progress", "completed"],
    )
    finish(twin, sid)
    last = receiver.wait("/status")[0].form
    started, done = (got.form for got in receiver.wait("/recording", 2))
    assert (started["RecordingStatus"], done["RecordingStatus"]) == ("in-progress", "completed")
    assert last["RecordingSid"] == done["RecordingSid"]
    assert (done["RecordingSource"], done["RecordingChannels"], done["CallSid"]) == ("OutboundAPI", "2", sid)
    assert int(done["RecordingDuration"]) >= 3


def test_the_sound_is_there_only_when_the_recording_is_complete(twin: Twin, number: str) -> None:
    sid = recorded_call(twin, number, record=True)
    recording = twin.client.calls(sid).recordings.list()[0]
    assert twin.rest("GET", f"/Recordings/{recording.sid}.wav").status_code == 404
    finish(twin, sid)
    eventually(lambda: twin.client.recordings(recording.sid).fetch().status == "completed")
    wav = twin.rest("GET", f"/Recordings/{recording.sid}.wav")
    assert (wav.content[:4], wav.headers["Content-Type"]) == (b"RIFF", "audio/x-wav")
    mp3 = twin.rest("GET", f"/Recordings/{recording.sid}.mp3")
    assert (mp3.content[:2], mp3.headers["Content-Type"]) == (b"\xff\xfb", "audio/mpeg")
    assert twin.rest("GET", f"/Recordings/{recording.sid}").content == wav.content
    assert twin.rest("GET", f"/Recordings/{recording.sid}.wav?RequestedChannels=2").status_code == 400


def test_a_deleted_recording_leaves_only_a_trace(twin: Twin, number: str) -> None:
    sid = recorded_call(twin, number, record=True)
    recording = twin.client.recordings.list(call_sid=sid)[0]
    with pytest.raises(TwilioRestException):
        recording.delete()
    finish(twin, sid)
    eventually(lambda: twin.client.recordings(recording.sid).fetch().status == "completed")
    assert recording.delete() is True
    assert twin.client.recordings.list() == []
    assert twin.client.recordings.list(include_soft_deleted=True)[0].status == "deleted"


def test_a_recording_is_started_paused_and_stopped_on_a_live_call(twin: Twin, number: str) -> None:
    sid = recorded_call(twin, number)
    recordings = twin.client.calls(sid).recordings
    started = recordings.create(recording_channels="dual")
    assert (started.status, started.source, started.channels) == ("in-progress", "StartCallRecordingAPI", 2)
    assert recordings("Twilio.CURRENT").update(status="paused").status == "paused"
    assert recordings(started.sid).update(status="in-progress").status == "in-progress"
    assert recordings(started.sid).update(status="stopped").status == "processing"
    with pytest.raises(TwilioRestException):
        recordings("Twilio.CURRENT").update(status="paused")


def test_nothing_recorded_is_absent(new_twin: Callable[..., Twin], receiver: Receiver, number: str) -> None:
    # In real time: between two requests of a busy machine pass seconds of a fast one.
    twin = new_twin(time_factor=2)
    sid = recorded_call(twin, number)
    recording = twin.client.calls(sid).recordings.create(
        recording_status_callback=receiver.url + "/recording", recording_status_callback_event=["absent"]
    )
    twin.client.calls(sid).recordings(recording.sid).update(status="stopped")
    form = receiver.wait("/recording")[0].form
    assert (form["RecordingStatus"], form["ErrorCode"]) == ("absent", "16101")


def test_a_call_that_is_not_in_progress_cannot_be_recorded(twin: Twin, number: str) -> None:
    twin.script(number, outcome="busy", ring_seconds=0.1)
    sid = twin.client.calls.create(to=number, from_=FROM, twiml=STAY).sid
    twin.until(sid)
    with pytest.raises(TwilioRestException) as refusal:
        twin.client.calls(sid).recordings.create()
    assert refusal.value.code == 21220
