"""Owns getting a TwiML document over HTTP and judging the answer by Twilio's rules."""

from __future__ import annotations

from dataclasses import dataclass

from twin.carrier.calls import Address, Call
from twin.carrier.events import webhook
from twin.carrier.exchange import Exchange, leg_fields
from twin.errors import MESSAGES, TwilioError
from twin.signing import Fields
from twin.twiml.document import Verb, read_document
from twin.webhooks import Reply

# Twilio interprets these as TwiML; text/html because so many frameworks send it by default.
_XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})


@dataclass(frozen=True)
class Jump:
    """Where the call goes next: an address, and what the last verb has to tell it."""

    url: str
    method: str = "POST"
    fields: tuple[tuple[str, str], ...] = ()
    kind: str = "action"


@dataclass(frozen=True)
class Document:
    verbs: list[Verb]
    url: str | None  # None: given inline, so that no address may be relative
    method: str = "POST"
    text: str = ""


async def fetch_document(exchange: Exchange, call: Call, jump: Jump) -> Document:
    """Request a document for a call. Raises TwilioError with the number Twilio would log."""
    fields = leg_fields(call, list(jump.fields))
    request = webhook(call, jump.kind, Address(jump.url, jump.method), fields, event=call.progress)
    reply = await exchange.sender.send(request, cookies=call.cookies)
    verbs = judge_reply(exchange, call, reply)
    return Document(verbs, reply.url, "GET" if reply.url != jump.url.partition("#")[0] else jump.method)


async def fetch_with_fallback(exchange: Exchange, call: Call, jump: Jump) -> Document | None:
    """Request a document, then the call's fallback if that fails; None when nothing is left but to hang up."""
    try:
        return await fetch_document(exchange, call, jump)
    except TwilioError as error:
        warn(exchange, call, error.code, f"{error.message} ({jump.url})")
        fallback = call.instructions.fallback
        if fallback is None:
            return None
        problem: Fields = [("ErrorCode", str(error.code)), ("ErrorUrl", jump.url.partition("#")[0])]
        second = Jump(fallback.url, fallback.method, jump.fields + tuple(problem), kind="fallback")
    try:
        return await fetch_document(exchange, call, second)
    except TwilioError as error:
        warn(exchange, call, error.code, f"{error.message} ({second.url})")
        return None


def judge_reply(exchange: Exchange, call: Call, reply: Reply) -> list[Verb]:
    if reply.error is not None:
        raise TwilioError(reply.error, MESSAGES.get(reply.error))
    kind = reply.content_type.partition(";")[0].strip().lower()
    if not kind and reply.status != 204:
        raise TwilioError(11200, "The answer has no Content-Type")
    if kind in _XML_TYPES or kind.endswith("+xml") or reply.status == 204:
        return read_document(reply.body, lambda code, text: warn(exchange, call, code, text))
    if kind.startswith("audio/"):
        return [Verb("Play", {}, reply.url)]
    if kind == "text/plain":
        return [Verb("Say", {}, reply.body)]
    raise TwilioError(12300, f"Invalid Content-Type: {kind}")


def inline_document(exchange: Exchange, call: Call, twiml: str) -> Document | None:
    """Read a document given by REST; a broken one ends the call like any other fatal error."""
    try:
        verbs = read_document(twiml, lambda code, text: warn(exchange, call, code, text))
    except TwilioError as error:
        warn(exchange, call, error.code, error.message)
        return None
    return Document(verbs, None, text=twiml)


def warn(exchange: Exchange, call: Call, code: int, message: str) -> None:
    exchange.log.warning(code, message, call_sid=call.sid, account_sid=call.account.sid)
