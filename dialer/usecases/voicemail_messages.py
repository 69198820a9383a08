"""The recorded message that is played to answering machines: where it may be, and whether it is there.

The carrier fetches it, call by call, and a machine hears nothing if it is not there; so it is looked at before.
"""

from dialer.domain.destinations import DestinationRefused, DestinationUnreachable
from dialer.domain.errors import Invalid
from dialer.ports import WebAnswer
from dialer.usecases.services import Services

FIELD = "voicemail_message_url"
# Whoever starts a campaign waits for it.
MAX_SECONDS = 3.0
_FIRST_BYTES = 1024


def check_voicemail_url(services: Services, url: str | None) -> None:
    """Refuse an address that is not on the public internet, nor in an allowed network. Asks nobody. Raises Invalid."""
    refusal = None if url is None else services.outgoing.refusal(url)
    if refusal is not None:
        raise Invalid.field(FIELD, refusal)


def voicemail_warnings(services: Services, url: str | None) -> tuple[str, ...]:
    """What is wrong with the message as it can be fetched now, and what to do about it; nothing where all is well.

    Takes three seconds at most and never raises: call it with no transaction open.
    """
    if url is None:
        return ()
    trouble = _trouble(services, url)
    if trouble is None:
        return ()
    advice = f"Put an audio file (MP3 or WAV) at an address that anybody can open, and set {FIELD}."
    return (f"The voicemail message {trouble}: answering machines would hear nothing. {advice}",)


def _trouble(services: Services, url: str) -> str | None:
    headers = {"Accept": "audio/*", "Range": f"bytes=0-{_FIRST_BYTES - 1}"}
    try:
        answer = services.outgoing.send(
            "GET", url, headers=headers, timeout_seconds=MAX_SECONDS, max_bytes=_FIRST_BYTES
        )
    except DestinationRefused as refused:
        return f"cannot be used, since its address {refused}"
    except DestinationUnreachable as unreachable:
        return f"cannot be fetched, since {unreachable}"
    return _trouble_with(answer)


def _trouble_with(answer: WebAnswer) -> str | None:
    if answer.status not in (200, 206):
        return f"cannot be fetched: its server answers {answer.status}"
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    # The carrier goes by the type that the server names, not by what is in the file.
    if not media_type.startswith("audio/"):
        # A word of the server's own choosing is not handed on.
        return "is not audio by its Content-Type"
    return None if answer.body else "is empty"
