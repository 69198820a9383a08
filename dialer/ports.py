"""What leaves the process, as Protocols: carrier, task queue, live feed, capacity gate, clock, mail.

Each has a real implementation in `dialer.integrations` and a fake in `tests/fakes`; `tests/contracts` holds both to
the docstrings below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from dialer.carrier_ports import CallRequest as CallRequest
from dialer.carrier_ports import Carrier as Carrier
from dialer.carrier_ports import CarrierAccount as CarrierAccount
from dialer.carrier_ports import CarrierBooks as CarrierBooks
from dialer.carrier_ports import CarrierCall as CarrierCall
from dialer.carrier_ports import CarrierNumber as CarrierNumber
from dialer.carrier_ports import ConsoleApp as ConsoleApp
from dialer.carrier_ports import LiveCallControl as LiveCallControl
from dialer.carrier_ports import PlacedCall as PlacedCall
from dialer.carrier_ports import RecordedSound as RecordedSound
from dialer.carrier_ports import VoiceTicket as VoiceTicket
from dialer.domain.callee_steps import CalleeStep
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.domain.pacing.what_if import SimulatedFloor, WhatIf
from dialer.domain.seats import Seat

AnsweredBy = Literal[
    "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"
]


class Clock(Protocol):
    """The time. Injected so that rules about hours and delays can be tested."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def agrees_with(self, other: datetime) -> bool:
        """Whether this clock may be believed beside another one's time, read a moment ago."""


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

    def agent_leg_document(self, *, agent_id: AgentId, host_id: AgentId | None = None) -> str:
        """Put an agent's console leg into his standing conference, or into that of a colleague whom he consults."""

    def seat_document(self, seat: Seat) -> str:
        """Put a leg into a conference."""

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
    """Sends mail. Slow, so never called while a transaction waits for it, nor a request but one that is a test."""

    leads_to: Literal["server", "folder", "nowhere"]
    """Where messages go: to people by a mail server, or into files on this machine."""

    def send(self, mail: Mail) -> None:
        """Hand one message over. Raises MailRefused when it will never be taken, Unavailable when it may be later."""
