"""Owns Gather: the prompt, what the callee presses or says, and where that leads."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from twin.carrier.calls import Address
from twin.carrier.events import webhook
from twin.carrier.exchange import leg_fields
from twin.signing import Fields
from twin.twiml.document import Verb
from twin.twiml.run import Run, Step
from twin.twiml.speaking import prompt, speaking_seconds

_REACTION_SECONDS = 0.5
_SECONDS_PER_KEY = 0.2
_CONFIDENCE = "0.9256"
_UNLIMITED = 10_000


@dataclass(frozen=True)
class _Wanted:
    inputs: frozenset[str]
    timeout: float
    max_digits: int
    finish_key: str


async def gather(run: Run, verb: Verb) -> Step:
    """Prompt, listen, and go to the action; on silence the next verb follows, unless an empty result counts."""
    wanted = _Wanted(
        inputs=frozenset(verb.get("input", "dtmf").replace(",", " ").split()),
        timeout=verb.number("timeout", 5.0),
        max_digits=int(verb.number("numDigits", _UNLIMITED)) or _UNLIMITED,
        finish_key=verb.get("finishOnKey", "#"),
    )
    await _speak_prompts(run, verb)
    fields = await _listen(run, verb, wanted)
    if fields is None:
        if not verb.flag("actionOnEmptyResult", default=False):
            return None
        fields = [("Digits", "")] if "dtmf" in wanted.inputs else [("SpeechResult", "")]
    return run.action_or_here(verb, fields)


async def _speak_prompts(run: Run, verb: Verb) -> None:
    """Speak the nested verbs; a key pressed live (not one scripted beforehand) cuts them short."""
    run.call.heard.clear()

    async def speak() -> None:
        for child in verb.children:
            await prompt(run, child)

    speaking = asyncio.ensure_future(speak())
    interrupted = asyncio.ensure_future(run.call.heard.wait())
    try:
        await asyncio.wait({speaking, interrupted}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        speaking.cancel()
        interrupted.cancel()


async def _listen(run: Run, verb: Verb, wanted: _Wanted) -> Fields | None:
    call = run.call
    if not _something_to_hear(run, wanted):
        call.heard.clear()
        try:
            await asyncio.wait_for(call.heard.wait(), wanted.timeout / run.exchange.clock.factor)
        except TimeoutError:
            return None
        if not _something_to_hear(run, wanted):
            return None
    if call.keys and "dtmf" in wanted.inputs:
        return [("Digits", await _collect(run, wanted))]
    words = call.words.popleft()
    await run.sleep(_REACTION_SECONDS + speaking_seconds(words))
    _report_partial(run, verb, words)
    return [("SpeechResult", words), ("Confidence", _CONFIDENCE)]


def _something_to_hear(run: Run, wanted: _Wanted) -> bool:
    call = run.call
    return bool((call.keys and "dtmf" in wanted.inputs) or (call.words and "speech" in wanted.inputs))


async def _collect(run: Run, wanted: _Wanted) -> str:
    """Take keys until the finish key, enough digits, or a pause as long as the time-out."""
    call, typed = run.call, ""
    await run.sleep(_REACTION_SECONDS)
    while True:
        entry = call.keys.popleft()
        for position, key in enumerate(entry):
            await run.sleep(_SECONDS_PER_KEY)
            if key in "wW":
                continue
            done = bool(wanted.finish_key) and key in wanted.finish_key
            if not done:
                typed += key
                done = len(typed) >= wanted.max_digits
            if done:
                rest = entry[position + 1 :]
                if rest:
                    call.keys.appendleft(rest)
                return typed
        call.heard.clear()
        try:
            await asyncio.wait_for(call.heard.wait(), wanted.timeout / run.exchange.clock.factor)
        except TimeoutError:
            return typed
        if not call.keys:
            return typed


def _report_partial(run: Run, verb: Verb, words: str) -> None:
    address = verb.get("partialResultCallback")
    if not address:
        return
    target = Address(run.resolve(address), verb.method("partialResultCallbackMethod"))
    fields: Fields = [("UnstableSpeechResult", words), ("StableSpeechResult", ""), ("SequenceNumber", "0")]
    request = webhook(run.call, "partial", target, leg_fields(run.call, fields), event="partial")
    run.exchange.sender.spawn(run.exchange.sender.send(request))
