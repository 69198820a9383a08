"""Owns Enqueue and `<Dial><Queue>`: waiting in a queue, and taking the first one out of it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from twin.carrier.calls import Call
from twin.carrier.queues import Member, WaitingQueue, enter_queue, find_queue, leave_queue, open_queue
from twin.errors import TwilioError
from twin.signing import Fields
from twin.twiml.document import Verb
from twin.twiml.fetching import Document, Jump, fetch_document
from twin.twiml.run import Run, Step
from twin.twiml.speaking import prompt

_MIN_ROUND_SECONDS = 1.0
_DEQUEUE_TIMEOUT = 30.0


async def enqueue(run: Run, verb: Verb) -> Step:
    """Wait in a queue until somebody takes the call out, it leaves, or it hangs up."""
    exchange, call = run.exchange, run.call
    queue = open_queue(call.account, verb.text or "default", exchange.clock)
    if len(queue.members) >= int(verb.number("maxQueueSize", queue.max_size)):
        return run.action(verb, _result(run, queue, None, "queue-full"))
    member = enter_queue(queue, call, exchange.clock)
    exchange.log.append("queue", change="enter", queue_sid=queue.sid, call_sid=call.sid)
    waiting = asyncio.ensure_future(_wait(run, verb, queue, member))
    ways_out: set[asyncio.Future[Any]] = {waiting, member.taken}
    try:
        await asyncio.wait(ways_out, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        waiting.cancel()
        leave_queue(queue, call)
        run.moot_action(verb, _result(run, queue, member, "hangup" if call.is_over else "redirected"))
        raise
    if not member.taken.done():
        leave_queue(queue, call)
        return run.action(verb, _result(run, queue, member, waiting.result()))
    waiting.cancel()
    # The time in the queue ends here, however long they talk.
    sid_and_time = _result(run, queue, member, "bridged")[1:]
    try:
        await _talk_with(run, member.taken.result())
    except asyncio.CancelledError:
        result = "bridged" if call.is_over else "redirected-from-bridged"
        run.moot_action(verb, [("QueueResult", result), *sid_and_time])
        raise
    return run.action(verb, [("QueueResult", "bridged"), *sid_and_time])


async def _wait(run: Run, verb: Verb, queue: WaitingQueue, member: Member) -> str:
    """Play the wait document round after round; answers the QueueResult when it ends the waiting."""
    address = verb.get("waitUrl")
    if not address:
        await asyncio.Event().wait()
    clock = run.exchange.clock
    while True:
        started = clock.seconds()
        fields = [
            ("QueueSid", queue.sid),
            ("QueueTime", str(round(clock.seconds() - member.entered))),
            ("QueuePosition", str(queue.position(run.call))),
            ("AvgQueueTime", str(queue.average_wait_seconds(clock))),
            ("CurrentQueueSize", str(len(queue.members))),
        ]
        jump = Jump(run.resolve(address), verb.method("waitUrlMethod"), tuple(fields), kind="wait")
        try:
            document = await fetch_document(run.exchange, run.call, jump)
        except TwilioError as error:
            run.warn(error.code, error.message)
            return "error"
        if (result := await _wait_round(run, document)) is not None:
            return result
        await clock.sleep(max(0.0, _MIN_ROUND_SECONDS - (clock.seconds() - started)))


async def _wait_round(run: Run, document: Document) -> str | None:
    for verb in document.verbs:
        if verb.name == "Leave":
            return "leave"
        if verb.name == "Hangup":
            run.exchange.hang_up(run.call)
            return "hangup"
        await prompt(run, verb)
    return None


async def dial_queue(run: Run, verb: Verb, noun: Verb) -> Step:
    """Take the first call out of a queue and talk with it; waits for one as long as Dial's time-out."""
    exchange, call = run.exchange, run.call
    queue = find_queue(call.account, noun.text)
    if queue is not None and not queue.members:
        timeout = verb.number("timeout", _DEQUEUE_TIMEOUT) / exchange.clock.factor
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(queue.arrived.wait(), timeout)
    if queue is None or not queue.members:
        return run.action(verb, [("DialCallStatus", "no-answer")])
    first = next(iter(queue.members.values()))
    leave_queue(queue, first.call)
    first.taken.set_result(call)
    started = exchange.clock.seconds()
    await _talk_with(run, first.call)
    seconds = round(exchange.clock.seconds() - started)
    return run.action(
        verb,
        [("DialCallStatus", "completed"), ("DialCallSid", first.call.sid), ("DialCallDuration", str(seconds))],
    )


async def _talk_with(run: Run, other: Call | None) -> None:
    """Be bridged with another leg until it is gone."""
    far_end = run.call.far_end
    if other is None:
        return
    if far_end is not None:
        far_end.start_talking()
    await other.over.wait()
    if far_end is not None:
        far_end.stop_talking()


def _result(run: Run, queue: WaitingQueue, member: Member | None, result: str) -> Fields:
    waited = run.exchange.clock.seconds() - member.entered if member else 0.0
    return [("QueueResult", result), ("QueueSid", queue.sid), ("QueueTime", str(round(waited)))]
