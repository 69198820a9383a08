"""Owns the Record verb: the callee speaks after the beep, and the recording's address goes to the action."""

from __future__ import annotations

import asyncio

from twin.carrier.calls import RecordingOrder
from twin.carrier.recordings import Recording
from twin.signing import Fields
from twin.twiml.document import Verb
from twin.twiml.run import Run, Step
from twin.twiml.speaking import speaking_seconds

_DEFAULT_KEYS = "1234567890*#"
# What somebody says after the beep when no script gives him words.
_MESSAGE_SECONDS = 6.0


async def record(run: Run, verb: Verb) -> Step:
    call, exchange = run.call, run.exchange
    callback = run.subscription(verb, "recordingStatusCallback", "completed")
    recording = exchange.start_recording(call, RecordingOrder(source="RecordVerb", callback=callback))
    try:
        spoken, digits = await _speak(run, verb)
    except asyncio.CancelledError:
        exchange.recorder.stop(recording)
        if call.is_over:
            run.moot_action(verb, _result(recording, "hangup"))
        raise
    exchange.recorder.stop(recording, exact_seconds=spoken)
    if round(spoken) <= 0:
        # Nothing was recorded: no action, the next verb.
        return None
    return run.action_or_here(verb, _result(recording, digits))


async def _speak(run: Run, verb: Verb) -> tuple[float, str]:
    """Return how long the callee spoke and the key he ended it with."""
    call = run.call
    max_length = verb.number("maxLength", 3600.0) or 3600.0
    silence = verb.number("timeout", 5.0)
    finish_keys = verb.get("finishOnKey", _DEFAULT_KEYS)
    behaviour = call.behaviour
    if call.words:
        wanted = speaking_seconds(call.words.popleft())
    else:
        wanted = 0.0 if behaviour is not None and behaviour.answered_by != "human" else _MESSAGE_SECONDS
    spoken = min(wanted, max_length)
    await run.sleep(spoken)
    if spoken >= max_length:
        return spoken, ""
    if call.keys and call.keys[0][0] in finish_keys:
        return spoken, call.keys.popleft()[0]
    await run.sleep(min(silence, max_length - spoken))
    return spoken, ""


def _result(recording: Recording, digits: str) -> Fields:
    return [
        ("RecordingUrl", recording.url),
        ("RecordingSid", recording.sid),
        ("RecordingDuration", str(recording.duration or 0)),
        ("Digits", digits),
    ]
