"""Owns the state of one running document: whose call it is, where it came from, how its addresses resolve."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from twin.carrier.calls import Address, Call, Subscription
from twin.carrier.events import webhook
from twin.carrier.exchange import Exchange, leg_fields
from twin.errors import TwilioError
from twin.signing import Fields
from twin.twiml.document import Verb
from twin.twiml.fetching import Document, Jump, warn


class Stop:
    """What a verb answers when the document ends there."""


STOP = Stop()
Step = Jump | Stop | None


@dataclass
class Run:
    exchange: Exchange
    call: Call
    document: Document

    def resolve(self, address: str) -> str:
        """Make an address absolute. Raises 15004 for a relative one in TwiML that came by REST."""
        if urlsplit(address).scheme in ("http", "https"):
            return address
        if self.document.url is None:
            raise TwilioError(15004)
        return urljoin(self.document.url, address)

    def jump(self, address: str, method: str, fields: Fields, kind: str = "action") -> Jump:
        return Jump(self.resolve(address), method, tuple(fields), kind)

    def action(self, verb: Verb, fields: Fields) -> Jump | None:
        """Where the verb's `action` leads; None when it has none."""
        address = verb.get("action")
        return self.jump(address, verb.method(), fields) if address else None

    def action_or_here(self, verb: Verb, fields: Fields) -> Jump:
        """Like `action`, but without one the current document is requested again (Gather and Record)."""
        known = self.action(verb, fields)
        if known is not None:
            return known
        return Jump(self.document.url or "", verb.method(), tuple(fields))

    def moot_action(self, verb: Verb, fields: Fields) -> None:
        """Request the `action` although the call is gone or elsewhere; whatever is answered changes nothing."""
        jump = self.action(verb, fields)
        if jump is None:
            return
        request = webhook(
            self.call, "action", Address(jump.url, jump.method), leg_fields(self.call, fields), event="moot"
        )
        self.exchange.sender.spawn(self.exchange.sender.send(request, cookies=self.call.cookies))

    def subscription(self, verb: Verb, name: str, default_events: str) -> Subscription | None:
        """Read `statusCallback`-like attributes: address, method, and space-separated events."""
        address = verb.get(name)
        if not address:
            return None
        events = verb.get(f"{name}Event", default_events).replace(",", " ").split()
        return Subscription(Address(self.resolve(address), verb.method(f"{name}Method")), frozenset(events))

    def warn(self, code: int, message: str) -> None:
        warn(self.exchange, self.call, code, message)

    async def sleep(self, seconds: float) -> None:
        await self.exchange.clock.sleep(seconds)
