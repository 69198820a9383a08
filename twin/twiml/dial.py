"""Owns Dial: which legs are called, who is bridged with whom, and what the action is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from twin.carrier.calls import Call, RecordingOrder
from twin.carrier.recordings import Recording
from twin.signing import Fields
from twin.twiml.conference import dial_conference
from twin.twiml.dialed_legs import make_legs, ring_and_whisper
from twin.twiml.document import Verb
from twin.twiml.enqueue import dial_queue
from twin.twiml.run import Run, Step

_MAX_SECONDS = 14_400.0


@dataclass
class Outcome:
    """What became of a Dial, as the action hears it."""

    status: str
    leg: Call | None = None
    bridged: bool = False
    seconds: int = 0
    recording: Recording | None = None

    def fields(self) -> Fields:
        fields: Fields = [("DialCallStatus", self.status)]
        if self.leg is not None:
            fields.append(("DialCallSid", self.leg.sid))
        if self.bridged:
            fields.append(("DialCallDuration", str(self.seconds)))
        fields.append(("DialBridged", "true" if self.bridged else "false"))
        if self.recording is not None:
            fields.append(("RecordingUrl", self.recording.url))
        return fields


async def dial(run: Run, verb: Verb) -> Step:
    for noun in verb.children:
        if noun.name == "Conference":
            return await dial_conference(run, verb, noun)
        if noun.name == "Queue":
            return await dial_queue(run, verb, noun)
    legs = make_legs(run, verb)
    outcome = Outcome("failed")
    try:
        await _dial_legs(run, verb, legs, outcome)
    except asyncio.CancelledError:
        _let_go(run, legs)
        if outcome.recording is not None:
            run.exchange.recorder.stop(outcome.recording)
        # The leg was hung up or redirected: Twilio still requests the action, but nobody acts on its answer.
        outcome.status = "completed" if outcome.bridged else "canceled"
        run.moot_action(verb, outcome.fields())
        raise
    return run.action(verb, outcome.fields())


async def _dial_legs(run: Run, verb: Verb, legs: list[tuple[Call, Verb]], outcome: Outcome) -> None:
    if not legs:
        return
    outcome.leg = legs[-1][0]
    if verb.flag("sequential", default=False):
        winner = None
        for leg in legs:
            winner = await _first_answer(run, [leg])
            if winner is not None:
                break
    else:
        winner = await _first_answer(run, legs)
    if winner is None:
        outcome.status = _worst(leg for leg, _ in legs)
        return
    outcome.leg = winner
    await _bridge(run, verb, winner, outcome)


async def _first_answer(run: Run, legs: list[tuple[Call, Verb]]) -> Call | None:
    """Ring all legs at once; the first to answer (and stay through its whisper) wins, the others are let go."""
    ringing = {asyncio.ensure_future(ring_and_whisper(run, leg, noun)): leg for leg, noun in legs}
    winner: Call | None = None
    try:
        waiting = set(ringing)
        while waiting and winner is None:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            winner = next((ringing[task] for task in done if task.result()), None)
    finally:
        for task in ringing:
            task.cancel()
    for leg, _ in legs:
        if leg is not winner and not leg.is_over:
            run.exchange.hang_up(leg)
    return winner


async def _bridge(run: Run, verb: Verb, leg: Call, outcome: Outcome) -> None:
    exchange, parent = run.exchange, run.call
    if parent.answered_at is None:
        exchange.answer(parent)
    started = exchange.clock.seconds()
    record = verb.get("record", "do-not-record")
    outcome.bridged = True
    if record.startswith("record-from") or record == "true":
        callback = run.subscription(verb, "recordingStatusCallback", "completed")
        channels = 2 if record.endswith("-dual") else 1
        order = RecordingOrder(channels, verb.get("recordingTrack", "both"), "DialVerb", callback)
        outcome.recording = exchange.start_recording(parent, order)
    for end in (parent, leg):
        if end.far_end is not None:
            end.far_end.start_talking()
    await _until_parted(run, leg, verb.number("timeLimit", _MAX_SECONDS) or _MAX_SECONDS)
    if outcome.recording is not None:
        exchange.recorder.stop(outcome.recording)
    if parent.far_end is not None:
        parent.far_end.stop_talking()
    outcome.status = "completed"
    outcome.seconds = round(exchange.clock.seconds() - started)


async def _until_parted(run: Run, leg: Call, time_limit: float) -> None:
    """Wait until the other leg hangs up, is redirected elsewhere, or the time is over."""
    ends = [asyncio.ensure_future(leg.over.wait()), asyncio.ensure_future(leg.redirected.wait())]
    try:
        done, _ = await asyncio.wait(
            ends, timeout=time_limit / run.exchange.clock.factor, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for end in ends:
            end.cancel()
    if not done:
        run.exchange.hang_up(leg)


def _let_go(run: Run, legs: list[tuple[Call, Verb]]) -> None:
    for leg, _ in legs:
        # A leg that was redirected away runs its own document by now and is not ours any more.
        if leg.is_over or leg.program is not None:
            continue
        run.exchange.hang_up(leg)


def _worst(legs: Iterable[Call]) -> str:
    statuses = {leg.status for leg in legs}
    for status in ("no-answer", "busy", "failed", "canceled"):
        if status in statuses:
            return status
    # Answered, but gone before it was bridged (its whisper hung up).
    return "no-answer"
