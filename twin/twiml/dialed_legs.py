"""Owns the legs a Dial makes: their numbers, caller id, callbacks, detection, and the whisper before bridging."""

from __future__ import annotations

from twin.carrier.calls import Address, Call, DetectionOrder
from twin.errors import TwilioError
from twin.phone_numbers import normalise
from twin.twiml.document import Verb
from twin.twiml.fetching import Jump, fetch_document
from twin.twiml.run import Run
from twin.twiml.side import play_to

_DEFAULT_TIMEOUT = 30.0
_MAX_NOUNS = 10
_DETECTION_RANGES = {
    "machineDetectionTimeout": (3, 60),
    "machineDetectionSpeechThreshold": (1000, 6000),
    "machineDetectionSpeechEndThreshold": (500, 5000),
    "machineDetectionSilenceTimeout": (2000, 10000),
}


def make_legs(run: Run, verb: Verb) -> list[tuple[Call, Verb]]:
    """Make a child call for every noun that can be dialled; what cannot is warned about."""
    nouns = list(verb.children[:_MAX_NOUNS])
    if verb.text:
        nouns.append(Verb("Number", {}, verb.text))
    legs: list[tuple[Call, Verb]] = []
    for noun in nouns:
        try:
            legs.append((_make_leg(run, verb, noun), noun))
        except TwilioError as error:
            run.warn(error.code, error.message)
    return legs


def _make_leg(run: Run, verb: Verb, noun: Verb) -> Call:
    call = run.call
    to = _address_of(noun)
    from_ = verb.get("callerId") or call.from_
    if not to.startswith(("client:", "sip:")) and (from_.startswith("client:") or normalise(from_) is None):
        # A softphone has no number to show: without a callerId the carrier has nothing to present.
        raise TwilioError(13214)
    return run.exchange.new_call(
        call.account,
        to,
        from_,
        "outbound-dial",
        parent=call,
        ring_timeout=verb.number("timeout", _DEFAULT_TIMEOUT) or _DEFAULT_TIMEOUT,
        subscription=run.subscription(noun, "statusCallback", "completed"),
        detection=_detection(run, noun),
    )


def _address_of(noun: Verb) -> str:
    if noun.name == "Client":
        identity = next((child.text for child in noun.children if child.name == "Identity"), noun.text)
        return f"client:{identity}"
    if noun.name == "Sip":
        return noun.text if noun.text.startswith("sip:") else f"sip:{noun.text}"
    number = normalise(noun.text)
    if number is None:
        raise TwilioError(13223, f"Dial: Invalid phone number format: {noun.text}")
    return number


def _detection(run: Run, noun: Verb) -> DetectionOrder | None:
    mode = noun.get("machineDetection")
    if not mode or noun.name not in ("Number", "Sip"):
        return None
    if mode not in ("Enable", "DetectMessageEnd"):
        run.warn(21234, f"Invalid machineDetection: {mode}")
        return None
    for name, (low, high) in _DETECTION_RANGES.items():
        if name in noun.attributes and not low <= noun.number(name, -1) <= high:
            run.warn(21234, f"Invalid {name}: {noun.get(name)}")
            return None
    address = noun.get("amdStatusCallback")
    if not address:
        run.warn(21262, "No AMD status callback URL provided")
    return DetectionOrder(
        mode,
        is_async=True,
        callback=Address(run.resolve(address), noun.method("amdStatusCallbackMethod")) if address else None,
        timeout_seconds=noun.number("machineDetectionTimeout", 30.0),
        silence_timeout_ms=int(noun.number("machineDetectionSilenceTimeout", 5000)),
    )


async def ring_and_whisper(run: Run, leg: Call, noun: Verb) -> bool:
    """Ring one leg; after the answer run its whisper. True when it is still there to be bridged."""
    if not await run.exchange.ring(leg):
        return False
    address = noun.get("url")
    if address:
        try:
            whisper = await fetch_document(run.exchange, leg, Jump(run.resolve(address), noun.method(), kind="whisper"))
        except TwilioError as error:
            run.warn(error.code, error.message)
            run.exchange.hang_up(leg)
            return False
        if not await play_to(Run(run.exchange, leg, whisper)):
            run.exchange.hang_up(leg)
            return False
    return not leg.is_over
