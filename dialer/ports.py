"""What leaves the process, as Protocols: carrier, task queue, live feed, capacity gate, clock.

Each has a real implementation in `dialer.integrations` and a fake in `tests/fakes`; `tests/contracts` holds both to
the docstrings below.
"""

from collections.abc import Mapping, Sequence
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

    def fetch_call(self, account: CarrierAccount, *, call_sid: str) -> CarrierCall | None:
        """What the carrier knows of this call, or None if it never heard of it."""

    def find_calls(
        self, account: CarrierAccount, *, to_number: str, from_number: str, since: datetime
    ) -> list[CarrierCall]:
        """Calls between two numbers that started, or were accepted, at or after `since`; newest first, at most 50."""


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


class CapacityGate(Protocol):
    """Meters call starts per carrier account, below the rate at which the carrier would start queueing."""

    def reserve_start(self, account_sid: str, *, calls_per_second: float, max_wait_seconds: float) -> float | None:
        """Reserve the account's next free start; return the seconds to wait for it, 0.0 for at once.

        Returns None, reserving nothing, when that start lies further ahead than `max_wait_seconds`. Starts are spaced
        evenly. A reservation that is not used is lost. State lost (a flushed Redis) frees one start, never a burst.
        """


class FloorSimulations(Protocol):
    """Simulates call floors. Needs a processor for seconds, which must not be one that answers calls."""

    def simulate(self, questions: Sequence[WhatIf], *, seconds: float) -> list[SimulatedFloor]:
        """Answer each question, all at the same time, within about `seconds`; with fewer trials on a busy machine.

        Raises Unavailable while others are being answered, and when no answer comes in time.
        """


class CarrierWebhooks(Protocol):
    """What `api.webhooks` needs of the carrier's dialect: whose request this is, and the documents it wants back."""

    def is_genuine(
        self, account: CarrierAccount, *, url: str, form: Mapping[str, list[str]], signature: str | None
    ) -> bool:
        """Tell whether this account signed this request. False for a missing signature."""

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
