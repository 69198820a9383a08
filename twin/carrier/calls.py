"""Owns what a call is: its facts, its subscriptions and the runtime hooks of its leg."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from twin.accounts import Account
from twin.identifiers import new_sid
from twin.population import Behaviour
from twin.signing import Fields
from twin.webhooks import Channel, CookieBag

if TYPE_CHECKING:
    from twin.carrier.conferences import Participant
    from twin.carrier.far_end import FarEnd
    from twin.carrier.recordings import Recording

TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
DEFAULT_RING_SECONDS = 60
MAX_CALL_SECONDS = 14_400


@dataclass(frozen=True)
class Address:
    """Where a webhook goes, and how."""

    url: str
    method: str = "POST"


@dataclass(frozen=True)
class Subscription:
    """A status callback with the events it is wanted for."""

    address: Address
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True)
class Instructions:
    """Where a call's TwiML comes from: a document in hand, or an address with its fallback."""

    url: str | None = None
    method: str = "POST"
    fallback: Address | None = None
    twiml: str | None = None
    from_rest_update: bool = False


@dataclass(frozen=True)
class DetectionOrder:
    """Answering machine detection as it was asked for; seconds and, for the thresholds, milliseconds."""

    mode: str  # Enable or DetectMessageEnd
    is_async: bool
    callback: Address | None = None
    timeout_seconds: float = 30.0
    silence_timeout_ms: int = 5000


@dataclass(frozen=True)
class RecordingOrder:
    channels: int = 1
    track: str = "both"
    source: str = "OutboundAPI"
    callback: Subscription | None = None


@dataclass(eq=False)
class Call:
    """One leg. Everything about it changes on the event loop only, and only forward once it is terminal."""

    account: Account
    to: str
    from_: str
    direction: str
    date_created: datetime
    channel: Channel
    instructions: Instructions = Instructions()
    sid: str = field(default_factory=lambda: new_sid("CA"))
    parent: Call | None = None
    status: str = "queued"
    # The callback's word for the moment between queue and ringing; REST never shows it.
    progress: str = "queued"
    date_updated: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    answered_at: float | None = None  # carrier seconds
    duration: int | None = None
    price: str | None = None
    answered_by: str | None = None
    queue_time_ms: int = 0
    sip_code: int | None = None
    application_sid: str | None = None
    phone_number_sid: str | None = None
    caller_name: str | None = None
    extra_fields: Fields = field(default_factory=list)
    subscription: Subscription | None = None
    next_sequence: int = 0
    ring_timeout: float = DEFAULT_RING_SECONDS
    time_limit: float = MAX_CALL_SECONDS
    detection: DetectionOrder | None = None
    recording_order: RecordingOrder | None = None
    joins: Callable[[Call], None] | None = None  # a participant made by REST joins its conference on answer
    behaviour: Behaviour | None = None
    far_end: FarEnd | None = None
    participant: Participant | None = None
    is_silent: bool = False  # muted at the softphone itself, of which the conference knows nothing
    recordings: list[Recording] = field(default_factory=list)
    cookies: CookieBag = field(default_factory=CookieBag)
    program: asyncio.Task[None] | None = None
    life: asyncio.Task[None] | None = None
    timers: list[asyncio.TimerHandle] = field(default_factory=list)
    on_end: list[Callable[[], None]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    redirected: asyncio.Event = field(default_factory=asyncio.Event)
    # What the far end presses or says, for Gather and Record to pick up.
    keys: deque[str] = field(default_factory=deque)
    words: deque[str] = field(default_factory=deque)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL

    @property
    def is_client(self) -> bool:
        """Is the far end of this leg a softphone rather than the telephone network?"""
        far = self.from_ if self.direction == "inbound" else self.to
        return far.startswith("client:")

    @property
    def uri(self) -> str:
        return f"/2010-04-01/Accounts/{self.account.sid}/Calls/{self.sid}.json"

    def snapshot(self) -> dict[str, Any]:
        """A short view for the twin's own doors and log."""
        return {
            "call_sid": self.sid,
            "account_sid": self.account.sid,
            "from": self.from_,
            "to": self.to,
            "direction": self.direction,
            "status": self.status,
            "answered_by": self.answered_by,
            "parent_call_sid": self.parent.sid if self.parent else None,
            "conference_sid": self.participant.conference.sid if self.participant else None,
        }
