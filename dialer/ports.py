"""What leaves the process, as Protocols: carrier, task queue, live feed, capacity gate, clock, mail.

Each has a real implementation in `dialer.integrations` and a fake in `tests/fakes`; `tests/contracts` holds both to
the docstrings below.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from dialer.domain.callee_steps import CalleeStep
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.domain.pacing.what_if import SimulatedFloor, WhatIf

AnsweredBy = Literal[
    "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"
]


class Clock(Protocol):
    """The time. Injected so that rules about hours and delays can be tested."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def agrees_with(self, other: datetime) -> bool:
        """Whether this clock may be believed beside another one's time, read a moment ago."""


@dataclass(frozen=True)
class CarrierAccount:
    """The account that a tenant's calls are placed with. `tenant_id` is None for the platform's own account."""

    account_sid: str
    auth_token: str
    calls_per_second: float
    max_lines: int
    api_key_sid: str | None = None
    api_key_secret: str | None = None
    twiml_app_sid: str | None = None
    secondary_auth_token: str | None = None
    """Also signs: the token that is to follow, or the one before, while tokens are being changed."""

    @property
    def key(self) -> str:
        """Names the account together with the right to it: whoever knows its id alone shares nothing with its owner."""
        return f"{self.account_sid}:{hashlib.sha256(self.auth_token.encode()).hexdigest()[:16]}"

    @property
    def signing_tokens(self) -> tuple[str, ...]:
        """The tokens by which a request of this account may be signed."""
        return tuple(token for token in (self.auth_token, self.secondary_auth_token) if token)

    def __repr__(self) -> str:
        return f"CarrierAccount({self.account_sid})"


@dataclass(frozen=True)
class CallRequest:
    """One call to place. Durations are whole seconds; `amd` None means no machine detection."""

    call_id: CallId
    lead_id: UUID
    to_number: str
    from_number: str
    ring_timeout_seconds: int
    amd: Literal["sync", "async"] | None
    wait_for_beep: bool
    record: bool


@dataclass(frozen=True)
class PlacedCall:
    """The carrier accepted. `queue_seconds` above zero means that we feed it faster than it dials."""

    call_sid: str
    queue_seconds: float


@dataclass(frozen=True)
class CarrierCall:
    """What the carrier knows about one call. Cost is positive, None until billed."""

    call_sid: str
    state: CallState
    to_number: str
    from_number: str
    answered_by: str | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: int | None
    cost: Decimal | None
    cost_unit: str | None


@dataclass(frozen=True)
class RecordedSound:
    """A recording under way, whole or in part, as HTTP says it. Whoever got it closes it, read to its end or not."""

    status: Literal[200, 206, 416]
    media_type: str
    length: int | None
    content_range: str | None
    chunks: Iterator[bytes]
    close: Callable[[], None]


class Carrier(Protocol):
    """Places and steers calls. Every method may raise CarrierRefused, CarrierUnavailable or CarrierOutcomeUnknown."""

    def place_call(self, account: CarrierAccount, request: CallRequest) -> PlacedCall:
        """Ask for one call. Not idempotent: CarrierOutcomeUnknown means that it may be ringing already."""

    def call_agent_phone(
        self,
        account: CarrierAccount,
        *,
        call_id: CallId,
        agent_id: AgentId,
        lead_name: str,
        to_number: str,
        from_number: str,
        ring_timeout_seconds: int,
    ) -> PlacedCall:
        """Ring an agent who works from a phone; on answer the agent hears a whisper and joins the call's conference."""

    def join_agent_conference(
        self, account: CarrierAccount, *, call_sid: str, call_id: CallId, agent_id: AgentId
    ) -> None:
        """Move a waiting callee into the agent's standing conference. Raises CallNotInProgress when it has ended."""

    def leave_voicemail(self, account: CarrierAccount, *, call_sid: str, message_url: str) -> None:
        """Play the message on a machine and hang up. Raises CallNotInProgress when it has ended."""

    def play_abandonment_message(
        self, account: CarrierAccount, *, call_sid: str, call_id: CallId, message: str
    ) -> None:
        """Say the message to the waiting callee, with the offer to opt out by a key, and hang up.

        Raises CallNotInProgress when the call has ended.
        """

    def hang_up(self, account: CarrierAccount, *, call_sid: str) -> None:
        """End a call in any state. A call that is over already is a success."""

    def cancel(self, account: CarrierAccount, *, call_sid: str) -> None:
        """Withdraw a call that has not been answered; without effect on one that has. Over already is a success."""

    def delete_recording(self, account: CarrierAccount, *, recording_sid: str) -> None:
        """Delete a recording for good. One that is gone already, or never was, is a success."""

    def open_recording(
        self, account: CarrierAccount, *, recording_sid: str, byte_range: str | None
    ) -> RecordedSound | None:
        """Begin to read a recording, from `byte_range` (an HTTP Range) alone if given; None if it is gone.

        CarrierUnavailable also when too many are being listened to.
        """

    def fetch_call(self, account: CarrierAccount, *, call_sid: str) -> CarrierCall | None:
        """What the carrier knows of this call, or None if it never heard of it."""

    def find_calls(
        self, account: CarrierAccount, *, to_number: str, from_number: str, since: datetime
    ) -> list[CarrierCall]:
        """Calls between two numbers that started, or were accepted, at or after `since`; newest first, at most 50."""

    def list_calls(self, account: CarrierAccount, *, since: datetime) -> list[CarrierCall]:
        """Every call that this account was asked to place and that started, or was accepted, at or after `since`, to
        leads and to agents' phones; newest first, of whatever number."""

    def list_open_calls(self, account: CarrierAccount) -> Mapping[str, CallState]:
        """All calls of the account that are queued, ringing or in progress, by their ids, as far as is known.

        For comparing, not for deciding: one that has just begun or changed may be missing or in its old state.
        """

    def list_participants(self, account: CarrierAccount, *, conference_name: str) -> Set[str]:
        """The ids of the calls that are in a conference now, whether it has begun or not; none if there is none."""


class TaskQueue(Protocol):
    """Sends work to the workers by name. Losing a message is allowed: whatever matters is found again by a sweep."""

    def send(self, task: str, *, expires_seconds: float | None = None, **arguments: str | int) -> None:
        """Enqueue a task; arguments are ids and plain scalars. Never raises: a message that is lost is logged."""


class LiveFeed(Protocol):
    """Pushes events to browsers. Best effort: a client that missed one resyncs on reconnect."""

    def to_agent(self, agent_id: AgentId, event: str, payload: Mapping[str, object]) -> None:
        """Send to every console of one agent."""

    def to_tenant(self, tenant_id: TenantId, event: str, payload: Mapping[str, object]) -> None:
        """Send to every supervisor and admin console of a tenant."""


@dataclass(frozen=True)
class Admissions:
    """Planned calls to be placed now, in this order. `wait_seconds`: how long nobody else can be admitted, at most."""

    calls: tuple[tuple[TenantId, CallId], ...]
    wait_seconds: float


class CapacityGate(Protocol):
    """Where planned calls wait until they may be placed: each tenant in its turn, each carrier account at its rate.

    All of it may be lost at any moment (a flushed Redis): an account may then start one call early, never a burst, and
    a call that waited is lined up again by a tick, or expires. No method raises when the gate cannot be reached.
    """

    def line_up(self, calls: Sequence[CallId], *, tenant_id: TenantId, account: str, calls_per_second: float) -> None:
        """Have planned calls wait behind the tenant's others for that account. One that waits there already stays."""

    def admit(self, *, processes: int) -> Admissions:
        """Choose whose calls are placed now, by `domain.fair_shares`; each takes a place among the workers' processes.

        Starts of an account are spaced evenly. For whoever dispatches; two at once do not admit a call twice.
        """

    def leave(self, call_id: CallId, *, tenant_id: TenantId, account: str, took_seconds: float) -> None:
        """Give the place back: this call's placement has ended. One that took long counts against its tenant."""

    def vacate(self) -> None:
        """Give all places back, because a process has just begun and another may have died with them."""

    def wait(self, seconds: float) -> None:
        """Return when somebody was lined up or a place that was wanted is free, and after `seconds` in any case."""


class FloorSimulations(Protocol):
    """Simulates call floors. Needs a processor for seconds, which must not be one that answers calls."""

    def simulate(self, questions: Sequence[WhatIf], *, seconds: float) -> list[SimulatedFloor]:
        """Answer each question, all at the same time, within about `seconds`; with fewer trials on a busy machine.

        Raises Unavailable while others are being answered, and when no answer comes in time.
        """


@dataclass(frozen=True)
class WebAnswer:
    """What a server on the web answered: names of headers in lower case, the first bytes of the body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class OutgoingRequests(Protocol):
    """Requests to addresses that users give. They reach the public internet, and networks that are allowed besides."""

    def refusal(self, url: str) -> str | None:
        """Why a request there would be refused, as far as the address itself tells; None if nothing is wrong."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float = 10.0,
        max_bytes: int = 65_536,
        max_redirects: int = 3,
    ) -> WebAnswer:
        """Make one request and read at most `max_bytes` of the answer, all within `timeout_seconds`.

        Raises DestinationRefused, also when a redirect or the name's addresses lead where nobody may go, and
        DestinationUnreachable. Never call it with a transaction open.
        """


class CarrierWebhooks(Protocol):
    """What `api.webhooks` needs of the carrier's dialect: whose request this is, and the documents it wants back."""

    def is_genuine(
        self,
        account: CarrierAccount,
        *,
        url: str,
        form: Mapping[str, list[str]],
        signature: str | None,
        body: str | None = None,
    ) -> bool:
        """Tell whether this account signed this request, with either of its tokens; `body` of one that is no form.

        False for a missing signature.
        """

    def document(self, step: CalleeStep) -> str:
        """What the callee hears next, in the carrier's markup."""

    def agent_leg_document(self, *, agent_id: AgentId) -> str:
        """Put an agent's console leg into the standing conference."""

    def agent_answer_document(self, *, call_id: CallId, agent_id: AgentId, conference_name: str, lead_name: str) -> str:
        """Whisper who is on the line to an agent who answered the phone, then join the call's conference."""

    def too_late_document(self) -> str:
        """Tell an agent who picked up the phone that the lead is gone."""

    def hold_document(self, *, message: str) -> str:
        """What a callee hears while an agent's phone rings: two seconds of quiet, then the abandonment message."""

    def parse_state(self, carrier_status: str) -> CallState | None:
        """The state that a carrier's status word stands for; None for a word we do not know."""


@dataclass(frozen=True)
class Mail:
    """One message to one address, in plain text."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return f"Mail({self.subject!r})"


class Mailer(Protocol):
    """Sends mail. Slow, so never called while a request or a transaction waits for it."""

    def send(self, mail: Mail) -> None:
        """Hand one message over. Raises MailRefused when it will never be taken, Unavailable when it may be later."""
