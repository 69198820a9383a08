"""Owns reading and refusing form parameters: each reader names the error Twilio answers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from twin.carrier.calls import Address, DetectionOrder, RecordingOrder, Subscription
from twin.errors import TwilioError
from twin.log import WitnessLog
from twin.names import names
from twin.rest.request import RestRequest

_CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
_CONFERENCE_EVENTS = names("start end join leave mute hold modify speaker announcement")
_RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})
_DETECTION_RANGES = {
    "MachineDetectionTimeout": (3, 60),
    "MachineDetectionSpeechThreshold": (1000, 6000),
    "MachineDetectionSpeechEndThreshold": (500, 5000),
    "MachineDetectionSilenceTimeout": (2000, 10000),
}


def warn_unknown(request: RestRequest, known: frozenset[str]) -> None:
    """Log parameters Twilio has never heard of: it ignores them, and that is how a wrong spelling goes unnoticed."""
    for name in sorted(set(request.form) - known):
        request.world.log.warning(
            20001,
            f"Unknown parameter {name!r} was ignored",
            method=request.method,
            path=request.path,
            account_sid=request.account.sid,
            parameter=name,
        )


def url(request: RestRequest, name: str, code: int) -> str | None:
    """Read an absolute http(s) address; otherwise refuse with `code`. A status callback's host has no underscore."""
    text = request.text(name)
    if text is None:
        return None
    if not is_url(text) or (name.endswith("StatusCallback") and "_" in (urlsplit(text).hostname or "")):
        raise TwilioError(code, f"{name} is not a valid URL: {text}")
    return text


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def method(request: RestRequest, name: str, code: int = 21209, default: str = "POST") -> str:
    text = request.text(name)
    if text is None:
        return default
    if text.upper() not in ("GET", "POST"):
        raise TwilioError(code, f"{name} must be GET or POST: {text}")
    return text.upper()


def address(request: RestRequest, name: str, code: int) -> Address | None:
    """Read an address and the method beside it (`StatusCallback`, `StatusCallbackMethod`)."""
    wanted = method(request, method_name(name))
    target = url(request, name, code)
    return None if target is None else Address(target, wanted)


def addresses(request: RestRequest, urls: dict[str, str], methods: dict[str, str]) -> dict[str, str | None]:
    """Read the addresses and methods a number or an application holds, by parameter name and property name."""
    values: dict[str, str | None] = {}
    for name, key in urls.items():
        if name in request.form:
            values[key] = url(request, name, 21609 if name == "StatusCallback" else 21402)
    for name, key in methods.items():
        if request.text(name):
            values[key] = method(request, name, 21403)
    return values


def method_name(name: str) -> str:
    return name.replace("Url", "Method") if name.endswith("Url") else f"{name}Method"


def flag(request: RestRequest, name: str, *, default: bool) -> bool:
    value = optional_flag(request, name)
    return default if value is None else value


def optional_flag(request: RestRequest, name: str) -> bool | None:
    text = request.text(name)
    if text is None:
        return None
    if text.lower() not in ("true", "false"):
        raise TwilioError(20001, f"{name} must be true or false: {text}")
    return text.lower() == "true"


def whole(request: RestRequest, name: str, low: int, high: int, code: int) -> int | None:
    text = request.text(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
        raise TwilioError(code, f"{name} must be a whole number between {low} and {high}: {text}")
    return int(text)


def choice(request: RestRequest, name: str, allowed: tuple[str, ...], code: int = 20001) -> str | None:
    text = request.text(name)
    if text is not None and text not in allowed:
        raise TwilioError(code, f"{name} must be one of {', '.join(allowed)}: {text}")
    return text


def limited(request: RestRequest, name: str, max_length: int, code: int = 20001) -> str | None:
    text = request.text(name)
    if text is not None and len(text) > max_length:
        raise TwilioError(code, f"{name} is longer than {max_length} characters")
    return text


def call_subscription(request: RestRequest) -> Subscription | None:
    target = address(request, "StatusCallback", 21609)
    events = request.texts("StatusCallbackEvent")
    unknown = set(events) - _CALL_EVENTS
    if unknown:
        # Twilio accepts the call all the same, and then no callback ever comes.
        _log(request).warning(21626, f"Invalid StatusCallbackEvent: {', '.join(sorted(unknown))}", path=request.path)
        return None
    if target is None:
        return None
    return Subscription(target, frozenset(events) or frozenset({"completed"}))


def recording_order(request: RestRequest, source: str, *, prefix: str = "") -> RecordingOrder:
    """Read `RecordingChannels`, `RecordingTrack`, `RecordingStatusCallback`…; `prefix` is `Conference` for mixes."""
    name = f"{prefix}RecordingStatusCallback"
    target = address(request, name, 21502)
    # Twilio takes a repeated key; its documentation also shows the events separated by spaces.
    events = {word for text in request.texts(f"{name}Event") for word in text.split()}
    if unknown := events - _RECORDING_EVENTS:
        _log(request).warning(21626, f"Invalid {name}Event: {', '.join(sorted(unknown))}", path=request.path)
    channels = None if prefix else choice(request, "RecordingChannels", ("mono", "dual"))
    track = None if prefix else choice(request, "RecordingTrack", ("inbound", "outbound", "both"))
    callback = Subscription(target, frozenset(events) or frozenset({"completed"})) if target else None
    return RecordingOrder(2 if channels == "dual" else 1, track or "both", source, callback)


def conference_subscription(request: RestRequest) -> Subscription | None:
    target = address(request, "ConferenceStatusCallback", 21609)
    events = {word for text in request.texts("ConferenceStatusCallbackEvent") for word in text.split()}
    if unknown := events - _CONFERENCE_EVENTS:
        _log(request).warning(
            21626, f"Invalid ConferenceStatusCallbackEvent: {', '.join(sorted(unknown))}", path=request.path
        )
    if target is None:
        return None
    return Subscription(target, frozenset(events) or frozenset({"start", "end"}))


def detection_order(request: RestRequest, *, for_participant: bool) -> DetectionOrder | None:
    """Read answering machine detection. Raises 21234; mixing up the two APIs' names only warns, as at Twilio."""
    mode = choice(request, "MachineDetection", ("Enable", "DetectMessageEnd"), 21234)
    numbers = {name: whole(request, name, low, high, 21234) for name, (low, high) in _DETECTION_RANGES.items()}
    asynchronous = choice(request, "AsyncAmd", ("true", "false"), 21234) == "true"
    name = "AmdStatusCallback" if for_participant else "AsyncAmdStatusCallback"
    target = address(request, name, 21502)
    if for_participant and any(wrong.startswith("AsyncAmd") for wrong in request.form):
        _log(request).warning(21263, "AsyncAmd… belongs to Calls; here it is AmdStatusCallback", path=request.path)
    if mode is None:
        return None
    if for_participant and target is None:
        _log(request).warning(21262, "No AMD status callback URL provided", path=request.path)
    if request.text("SendDigits") is not None:
        _log(request).warning(21263, "MachineDetection is ignored together with SendDigits", path=request.path)
        return None
    return DetectionOrder(
        mode,
        is_async=asynchronous or for_participant,
        callback=target,
        timeout_seconds=float(numbers["MachineDetectionTimeout"] or 30),
        silence_timeout_ms=numbers["MachineDetectionSilenceTimeout"] or 5000,
    )


def _log(request: RestRequest) -> WitnessLog:
    return request.world.log
