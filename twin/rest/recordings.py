"""Owns the Recordings resources: of the account, of a call, of a conference, and their sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.carrier.recordings import Recording, mp3_file, wave_file
from twin.errors import TwilioError
from twin.names import names
from twin.rest import forms
from twin.rest.calls import load_call
from twin.rest.conferences import load_conference
from twin.rest.paging import in_time_window, page_answer
from twin.rest.representations import present_call_recording, present_conference_recording, present_recording
from twin.rest.request import Answer, RestRequest

_START = names(
    "RecordingStatusCallbackEvent RecordingStatusCallback RecordingStatusCallbackMethod Trim "
    "RecordingChannels RecordingTrack RecordingConfigurationId"
)
_KEPT_TRACES = "deleted"


def _load(request: RestRequest) -> Recording:
    recording = request.account.recordings.get(request.ids["recording"])
    if recording is None:
        raise request.missing()
    if recording.status == _KEPT_TRACES and request.query.get("IncludeSoftDeleted", "").lower() != "true":
        raise request.missing()
    return recording


async def fetch_recording(request: RestRequest) -> Answer:
    """The metadata as JSON, or the sound when the address ends in .wav, .mp3 or in nothing at all."""
    recording = _load(request)
    if request.extension == "json":
        return Answer(body=present_recording(recording), name="Recording")
    if recording.status != "completed":
        raise request.missing()
    channels = request.query.get("RequestedChannels", str(recording.order.channels))
    if channels not in ("1", "2"):
        raise TwilioError(20001, f"RequestedChannels must be 1 or 2: {channels}")
    if int(channels) > recording.order.channels:
        raise TwilioError(16113)
    if request.extension == "mp3":
        return Answer(media=mp3_file(), media_type="audio/mpeg")
    return Answer(media=wave_file(int(channels)), media_type="audio/x-wav")


async def delete_recording(request: RestRequest) -> Answer:
    recording = _load(request)
    if recording.is_running:
        raise TwilioError(20009)
    recording.status = _KEPT_TRACES
    recording.date_updated = request.world.clock.now()
    return Answer(204)


async def list_recordings(request: RestRequest) -> Answer:
    call_sid, conference_sid = request.query.get("CallSid"), request.query.get("ConferenceSid")
    traces = request.query.get("IncludeSoftDeleted", "").lower() == "true"
    return _page(
        request,
        lambda r: (
            (not call_sid or (r.call is not None and r.call.sid == call_sid))
            and (not conference_sid or r.conference_sid == conference_sid)
            and (traces or r.status != _KEPT_TRACES)
        ),
        present_recording,
    )


def _page(
    request: RestRequest, matches: Callable[[Recording], bool], present: Callable[[Recording], dict[str, Any]]
) -> Answer:
    found = [
        recording
        for recording in reversed(request.account.recordings.values())
        if matches(recording) and in_time_window(request, "DateCreated", recording.date_created)
    ]
    return page_answer(request, "recordings", found, lambda r: r.sid, present)


async def start_call_recording(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _START)
    call = load_call(request)
    forms.choice(request, "Trim", ("trim-silence", "do-not-trim"))
    order = forms.recording_order(request, "StartCallRecordingAPI")
    if call.answered_at is None or call.is_over:
        raise TwilioError(21220, "Requested resource is not eligible for recording")
    recording = request.world.exchange.start_recording(call, order)
    return Answer(201, present_call_recording(recording), name="Recording")


def _load_of_call(request: RestRequest) -> Recording:
    call, sid = load_call(request), request.ids["recording"]
    if sid == "Twilio.CURRENT":
        running = [r for r in call.recordings if r.is_running]
        if not running:
            raise request.missing()
        return running[-1]
    recording = next((r for r in call.recordings if r.sid == sid and r.status != _KEPT_TRACES), None)
    if recording is None:
        raise request.missing()
    return recording


async def fetch_call_recording(request: RestRequest) -> Answer:
    return Answer(body=present_call_recording(_load_of_call(request)), name="Recording")


async def update_call_recording(request: RestRequest) -> Answer:
    recording = _load_of_call(request)
    _change(request, recording)
    return Answer(body=present_call_recording(recording), name="Recording")


def _change(request: RestRequest, recording: Recording) -> None:
    forms.warn_unknown(request, frozenset({"Status", "PauseBehavior"}))
    status = forms.choice(request, "Status", ("in-progress", "paused", "stopped"))
    forms.choice(request, "PauseBehavior", ("skip", "silence"))
    if status is None:
        raise TwilioError(20001, "Status is required")
    if not recording.is_running:
        raise TwilioError(21220, "The recording is not in progress")
    recorder = request.world.exchange.recorder
    {"in-progress": recorder.resume, "paused": recorder.pause, "stopped": recorder.stop}[status](recording)


async def delete_call_recording(request: RestRequest) -> Answer:
    _load_of_call(request)
    return await delete_recording(request)


async def list_call_recordings(request: RestRequest) -> Answer:
    call = load_call(request)
    return _page(request, lambda r: r.call is call and r.status != _KEPT_TRACES, present_call_recording)


def _load_of_conference(request: RestRequest) -> Recording:
    conference = load_conference(request)
    sid = request.ids["recording"]
    known = conference.recording
    if known is None or known.status == _KEPT_TRACES or sid not in (known.sid, "Twilio.CURRENT"):
        raise request.missing()
    return known


async def fetch_conference_recording(request: RestRequest) -> Answer:
    return Answer(body=present_conference_recording(_load_of_conference(request)), name="Recording")


async def update_conference_recording(request: RestRequest) -> Answer:
    recording = _load_of_conference(request)
    _change(request, recording)
    return Answer(body=present_conference_recording(recording), name="Recording")


async def delete_conference_recording(request: RestRequest) -> Answer:
    _load_of_conference(request)
    return await delete_recording(request)


async def list_conference_recordings(request: RestRequest) -> Answer:
    sid = load_conference(request).sid
    return _page(request, lambda r: r.conference_sid == sid and r.status != _KEPT_TRACES, present_conference_recording)
