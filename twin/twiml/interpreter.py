"""Owns running a call's documents, one after the other, until nothing is left to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from twin.carrier.calls import Call, RecordingOrder
from twin.carrier.exchange import Exchange
from twin.errors import TwilioError
from twin.signing import Fields
from twin.twiml import speaking
from twin.twiml.dial import dial
from twin.twiml.document import Verb
from twin.twiml.enqueue import enqueue
from twin.twiml.fetching import Document, Jump, fetch_with_fallback, inline_document, warn
from twin.twiml.gather import gather
from twin.twiml.record import record
from twin.twiml.run import STOP, Run, Step, Stop

# A call that keeps jumping without ever taking time is a loop somebody wrote by mistake.
_MAX_DOCUMENTS = 1000
_MIN_DOCUMENT_SECONDS = 0.05
_REJECTED_SIP = 603


class Interpreter:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def run_call(self, call: Call, extra: Fields) -> None:
        """Run a call's instructions to their end. What happens then (hanging up) is the exchange's part."""
        orders = call.instructions
        document: Document | None
        if orders.url is not None:
            document = await fetch_with_fallback(
                self._exchange, call, Jump(orders.url, orders.method, tuple(extra), kind="twiml")
            )
        else:
            document = inline_document(self._exchange, call, orders.twiml or "")
        for _ in range(_MAX_DOCUMENTS):
            if document is None or call.is_over:
                return
            started = self._exchange.clock.seconds()
            jump = await self._run_document(call, document)
            if jump is None:
                return
            if not jump.url:
                # The current document again, and it was given inline: there is nobody to ask.
                continue
            if self._exchange.clock.seconds() - started < _MIN_DOCUMENT_SECONDS:
                await asyncio.sleep(0)
            document = await fetch_with_fallback(self._exchange, call, jump)

    async def _run_document(self, call: Call, document: Document) -> Jump | None:
        run = Run(self._exchange, call, document)
        for position, verb in enumerate(document.verbs):
            try:
                self._answer_if_due(run, verb, is_first=position == 0)
                step = await self._run_verb(run, verb)
            except TwilioError as error:
                warn(self._exchange, call, error.code, error.message)
                return None
            if isinstance(step, Jump):
                return step
            if isinstance(step, Stop) or call.is_over:
                return None
        return None

    def _answer_if_due(self, run: Run, verb: Verb, *, is_first: bool) -> None:
        """Pick up an inbound call, unless its first verb rejects it, delays, or lets a Dial answer it."""
        call = run.call
        if call.answered_at is not None or call.is_over:
            return
        waits = verb.name == "Pause" and is_first
        waits = waits or (verb.name == "Dial" and verb.flag("answerOnBridge", default=False))
        if not waits and not (verb.name == "Reject" and is_first):
            self._exchange.answer(call)

    async def _run_verb(self, run: Run, verb: Verb) -> Step:
        if verb.name in _SOUNDS:
            await _SOUNDS[verb.name](run, verb)
            return None
        if verb.name in _ACTIONS:
            return await _ACTIONS[verb.name](run, verb)
        if verb.name == "Redirect":
            target = verb.text or run.document.url
            return run.jump(target, verb.method(), [], kind="redirect") if target else STOP
        if verb.name == "Hangup":
            return STOP
        run.warn(12200, f"<{verb.name}> is not imitated here and was skipped")
        return None


async def _reject(run: Run, verb: Verb) -> Step:
    if run.call.answered_at is None:
        if verb.get("reason") == "busy":
            run.exchange.finish(run.call, "busy", 486)
        else:
            run.exchange.finish(run.call, "no-answer", _REJECTED_SIP)
    return STOP


async def _leave(_run: Run, _verb: Verb) -> Step:
    return STOP


async def _start(run: Run, verb: Verb) -> Step:
    for child in verb.children:
        if child.name == "Recording":
            callback = run.subscription(child, "recordingStatusCallback", "completed")
            channels = 2 if child.get("channels") == "dual" else 1
            order = RecordingOrder(channels, child.get("track", "both"), "StartCallRecordingAPI", callback)
            run.exchange.start_recording(run.call, order)
        else:
            run.exchange.log.append("tolerated", verb=f"Start/{child.name}", call_sid=run.call.sid)
    return None


async def _stop(run: Run, verb: Verb) -> Step:
    for child in verb.children:
        run.exchange.log.append("tolerated", verb=f"Stop/{child.name}", call_sid=run.call.sid)
    return None


async def _connect(run: Run, verb: Verb) -> Step:
    """Hold the call as if its far end talked with whatever is connected, until it hangs up or is redirected."""
    child = verb.children[0].name if verb.children else "nothing"
    run.exchange.log.append("tolerated", verb=f"Connect/{child}", call_sid=run.call.sid)
    if not verb.children:
        return run.action(verb, [])
    if run.call.far_end is not None:
        run.call.far_end.start_talking()
    await run.call.over.wait()
    return STOP


_SOUNDS: dict[str, Callable[[Run, Verb], Awaitable[None]]] = {
    "Say": speaking.say,
    "Play": speaking.play,
    "Pause": speaking.pause,
}
_ACTIONS: dict[str, Callable[[Run, Verb], Awaitable[Step]]] = {
    "Gather": gather,
    "Record": record,
    "Dial": dial,
    "Enqueue": enqueue,
    "Leave": _leave,
    "Reject": _reject,
    "Start": _start,
    "Stop": _stop,
    "Connect": _connect,
}
