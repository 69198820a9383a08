"""Owns softphones: which identities are registered and how they take a call."""

from __future__ import annotations

from dataclasses import dataclass

from twin.population import Behaviour

# Twilio answers 480 for an identity that nobody registered.
_NOT_REGISTERED = Behaviour(outcome="no-answer", ring_seconds=0.0, skip_ringing=True, sip_code=480)


@dataclass(frozen=True)
class Registration:
    ring_seconds: float = 1.0
    answers: bool = True


class Clients:
    def __init__(self) -> None:
        self._registered: dict[str, Registration] = {}

    def register(self, identity: str, ring_seconds: float, *, answers: bool = True) -> None:
        self._registered[identity] = Registration(ring_seconds, answers)

    def unregister(self, identity: str) -> None:
        self._registered.pop(identity, None)

    def identities(self) -> list[str]:
        return sorted(self._registered)

    def clear(self) -> None:
        self._registered.clear()

    def behaviour(self, address: str) -> Behaviour:
        """What happens when `client:identity` (maybe with parameters) is called."""
        identity = address.removeprefix("client:").partition("?")[0]
        registration = self._registered.get(identity)
        if registration is None:
            return _NOT_REGISTERED
        ring_seconds = registration.ring_seconds if registration.answers else None
        return Behaviour(ring_seconds=ring_seconds, talk_seconds=None, patience_seconds=None)
