"""Owns the verbs that only take time: Say, Play, Pause."""

from __future__ import annotations

import asyncio

from twin.twiml.document import Verb
from twin.twiml.run import Run

WORDS_PER_SECOND = 2.5
_PLAY_SECONDS = 4.0
_SECONDS_PER_DIGIT, _SECONDS_PER_WAIT = 0.25, 0.5
_MAX_SAY_CHARACTERS = 4096


def speaking_seconds(text: str) -> float:
    return max(0.4, len(text.split()) / WORDS_PER_SECOND)


async def say(run: Run, verb: Verb) -> None:
    if not verb.text:
        run.warn(13520, "Say: Invalid text")
        return
    if len(verb.text) > _MAX_SAY_CHARACTERS:
        run.warn(13521, "Say: text is longer than 4096 characters")
    await _loop(run, verb, speaking_seconds(verb.text))


async def play(run: Run, verb: Verb) -> None:
    digits = verb.get("digits")
    if digits:
        waits = sum(digits.count(letter) for letter in "wW")
        await run.sleep((len(digits) - waits) * _SECONDS_PER_DIGIT + waits * _SECONDS_PER_WAIT)
        return
    await _loop(run, verb, _PLAY_SECONDS)


async def pause(run: Run, verb: Verb) -> None:
    await run.sleep(verb.number("length", 1.0))


async def _loop(run: Run, verb: Verb, seconds: float) -> None:
    times = int(verb.number("loop", 1.0))
    if times == 0:
        # For ever: until somebody hangs up or redirects the call.
        await asyncio.Event().wait()
    await run.sleep(seconds * times)


async def prompt(run: Run, verb: Verb) -> None:
    """Speak one of the verbs that may be nested in Gather."""
    if verb.name == "Say":
        await say(run, verb)
    elif verb.name == "Play":
        await play(run, verb)
    elif verb.name == "Pause":
        await pause(run, verb)
