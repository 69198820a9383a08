"""Owns `<Dial><Conference>`: entering the room, staying in it, and coming out again."""

from __future__ import annotations

import asyncio

from twin.carrier.calls import RecordingOrder
from twin.carrier.conferences import MAX_PARTICIPANTS, JoinOrder
from twin.errors import TwilioError
from twin.twiml.document import Verb
from twin.twiml.run import Run, Step

_MAX_NAME = 128


async def dial_conference(run: Run, verb: Verb, noun: Verb) -> Step:
    """Join a conference until it ends or the leg leaves it; what keeps it out is warned about, the next verb runs."""
    exchange, call = run.exchange, run.call
    if not noun.text or len(noun.text) > _MAX_NAME:
        run.warn(13237, "Dial->Conference: Invalid Conference Name")
        return None
    try:
        order = join_order(run, noun)
        conference = exchange.rooms.open(call.account, noun.text, order)
        participant = exchange.rooms.expect(conference, call, order)
        exchange.rooms.enter(participant)
    except TwilioError as error:
        run.warn(error.code, error.message)
        return None
    time_limit = verb.number("timeLimit", 0.0)
    try:
        if time_limit:
            await asyncio.wait({participant.left}, timeout=time_limit / exchange.clock.factor)
            exchange.rooms.leave(participant, "participant_hung_up")
        else:
            await asyncio.shield(participant.left)
    except asyncio.CancelledError:
        reason = "participant_hung_up" if call.is_over else "participant_updated_via_api"
        exchange.rooms.leave(participant, reason)
        run.moot_action(verb, [("DialCallStatus", "answered")])
        raise
    return run.action(verb, [("DialCallStatus", "answered")])


def join_order(run: Run, noun: Verb) -> JoinOrder:
    recording = None
    if noun.get("record") in ("record-from-start", "true"):
        callback = run.subscription(noun, "recordingStatusCallback", "completed")
        recording = RecordingOrder(source="Conference", callback=callback)
    wait_url = noun.attributes.get("waitUrl")
    coached = noun.get("coach") or None
    return JoinOrder(
        label=noun.get("participantLabel") or None,
        muted=noun.flag("muted", default=False),
        start_on_enter=noun.flag("startConferenceOnEnter", default=True),
        end_on_exit=noun.flag("endConferenceOnExit", default=False),
        coaching=coached is not None,
        coached_call_sid=coached,
        max_participants=int(noun.number("maxParticipants", MAX_PARTICIPANTS)) or MAX_PARTICIPANTS,
        subscription=run.subscription(noun, "statusCallback", "start end"),
        recording=recording,
        wait_url=run.resolve(wait_url) if wait_url else wait_url,
        wait_method=noun.method("waitMethod"),
    )
