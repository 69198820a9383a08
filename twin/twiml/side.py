"""Owns small documents played beside a call: whispers, wait music, announcements."""

from __future__ import annotations

import asyncio

from twin.carrier.calls import Call
from twin.carrier.conferences import Conference, Participant
from twin.carrier.exchange import Exchange
from twin.errors import TwilioError
from twin.signing import Fields
from twin.twiml.fetching import Document, Jump, fetch_document, warn
from twin.twiml.gather import gather
from twin.twiml.run import Run
from twin.twiml.speaking import prompt

_ONLY_SOUNDS = frozenset({"Say", "Play", "Pause", "Redirect"})
# A wait document that takes no time at all must not turn into a storm of requests.
_MIN_ROUND_SECONDS = 1.0
_MAX_JUMPS = 50


async def play_to(run: Run) -> bool:
    """Run a whisper on a leg: sounds, a Gather, a Redirect or a Hangup. False when the leg was hung up in it."""
    for _ in range(_MAX_JUMPS):
        jump: Jump | None = None
        for verb in run.document.verbs:
            if verb.name in ("Hangup", "Reject"):
                return False
            if verb.name == "Gather":
                step = await gather(run, verb)
                jump = step if isinstance(step, Jump) else None
            elif verb.name == "Redirect":
                jump = run.jump(verb.text, verb.method(), [], kind="redirect")
            elif verb.name == "Dial":
                run.warn(13201, "Dial: Cannot Dial out from a Dial Call Segment")
                return False
            else:
                await prompt(run, verb)
            if run.call.is_over:
                return False
            if jump is not None:
                break
        if jump is None:
            return True
        run.document = await fetch_document(run.exchange, run.call, jump)
    return False


async def play_once(exchange: Exchange, call: Call, jump: Jump) -> None:
    """Play a document of sounds to the end. Raises TwilioError (13238 for any other verb)."""
    document = await fetch_document(exchange, call, jump)
    for _ in range(_MAX_JUMPS):
        following = await _sounds(exchange, call, document)
        if following is None:
            return
        document = await fetch_document(exchange, call, following)


async def _sounds(exchange: Exchange, call: Call, document: Document) -> Jump | None:
    run = Run(exchange, call, document)
    for verb in document.verbs:
        if verb.name not in _ONLY_SOUNDS:
            raise TwilioError(13238)
        if verb.name == "Redirect":
            return run.jump(verb.text, verb.method(), [], kind="wait")
        await prompt(run, verb)
    return None


class WaitMusic:
    """Plays a participant's own waitUrl, round after round, until the conference starts."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def begin(self, participant: Participant) -> None:
        # No waitUrl is Twilio's own music, an empty one is silence: neither is requested from anybody.
        if participant.order.wait_url and participant.waiting is None:
            participant.waiting = self._exchange.sender.spawn(self._play(participant))

    async def _play(self, participant: Participant) -> None:
        jump = Jump(participant.order.wait_url or "", participant.order.wait_method, kind="wait")
        while participant.conference.status == "init":
            started = self._exchange.clock.seconds()
            try:
                await play_once(self._exchange, participant.call, jump)
            except TwilioError as error:
                warn(self._exchange, participant.call, error.code, error.message)
                # Twilio drops the participant when its wait document fails.
                self._exchange.rooms.leave(participant, "participant_hung_up")
                return
            took = self._exchange.clock.seconds() - started
            await self._exchange.clock.sleep(max(0.0, _MIN_ROUND_SECONDS - took))


def announce(
    exchange: Exchange, conference: Conference, participant: Participant | None, url: str, method: str
) -> asyncio.Task[None]:
    """Play an announcement to one participant or to all, and report its end."""

    async def play() -> None:
        listener = participant or next(iter(conference.present()), None)
        if listener is None:
            return
        failure: Fields = []
        try:
            await play_once(exchange, listener.call, Jump(url, method, kind="announce"))
        except TwilioError as error:
            warn(exchange, listener.call, error.code, error.message)
            failure = [("ReasonAnnouncementFailed", error.message), ("AnnounceUrl", url)]
        exchange.rooms.report_announcement(conference, participant, failure)

    return exchange.sender.spawn(play())
