"""The carrier as a Protocol: placing calls, steering them, and what an account is and has. A part of `dialer.ports`.

`dialer.ports` hands all of it on; whoever needs it imports it from there.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId
from dialer.domain.seats import Seat, SupervisionMode


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


@dataclass(frozen=True)
class CarrierNumber:
    """A number that an account may show: its own, or somebody's that the carrier has verified. `label` is its name."""

    e164: str
    label: str
    kind: Literal["owned", "verified"]
    has_voice: bool


@dataclass(frozen=True)
class ConsoleApp:
    """Through which agents' consoles call in: where it sends them for instructions, and where it should."""

    voice_url: str | None
    wanted_url: str


class CarrierBooks(Protocol):
    """What an account is and has at the carrier. Every question may raise what `Carrier` raises."""

    def fetch_standing(self, account: CarrierAccount) -> Literal["active", "suspended", "closed"]:
        """How the account stands, asked with its token and not with its key. Raises CarrierRefused for a wrong one."""

    def list_caller_numbers(self, account: CarrierAccount) -> list[CarrierNumber]:
        """Every number that calls may be placed from, once each, in the numbers' order; a long list in many pages."""

    def check_api_key(self, account: CarrierAccount) -> None:
        """Ask something with the account's key. Raises CarrierRefused for a wrong one, or if there is none."""

    def find_console_app(self, account: CarrierAccount) -> ConsoleApp | None:
        """The app that the account names, or None if the carrier does not know it, or none is named."""

    def sign_webhook(self, account: CarrierAccount, *, url: str, form: Mapping[str, str]) -> str:
        """What the carrier would sign a request to us with. Asks nobody."""


@dataclass(frozen=True)
class VoiceTicket:
    """What a browser's headset calls in with: at the carrier itself or, at `url`, at a simulated one."""

    kind: Literal["twilio", "simulated"]
    token: str
    url: str | None

    def __repr__(self) -> str:
        return f"VoiceTicket({self.kind})"


class LiveCallControl(Protocol):
    """Commands for legs that are in progress. Each may be repeated, and raises CallNotInProgress when its leg is over
    or not where it should be, besides what `Carrier` raises."""

    def issue_voice_ticket(self, account: CarrierAccount, *, identity: str, now: datetime, seconds: int) -> VoiceTicket:
        """A token for a browser's headset. Asks nobody. CarrierRefused if the account has no key or no app."""

    def set_hold(self, account: CarrierAccount, *, call_sid: str, room: str, is_on_hold: bool) -> None:
        """Have a leg in a conference hear music and nobody, and nobody hear it; or bring it back."""

    def set_supervision(
        self, account: CarrierAccount, *, call_sid: str, room: str, mode: SupervisionMode, coached_sid: str | None
    ) -> None:
        """Change how a supervisor's leg is heard: by nobody, by `coached_sid` alone, or by everybody."""

    def pause_recording(self, account: CarrierAccount, *, call_sid: str) -> None:
        """Record nothing from now on; what is said meanwhile is nowhere. CallNotInProgress if nothing is recorded."""

    def resume_recording(self, account: CarrierAccount, *, call_sid: str) -> None:
        """Record again."""

    def take_seat(self, account: CarrierAccount, *, call_sid: str, seat: Seat) -> None:
        """Move a leg into a conference, out of the one where it is."""

    def call_transfer_target(
        self,
        account: CarrierAccount,
        *,
        transfer_id: UUID,
        to_number: str,
        from_number: str,
        ring_timeout_seconds: int,
    ) -> PlacedCall:
        """Ring the telephone that a call is transferred to. Not idempotent, as `Carrier.place_call`."""


class Carrier(CarrierBooks, LiveCallControl, Protocol):
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
