"""A carrier that does what the test scripts and keeps what it was asked. It calls nobody and answers at once."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from dialer.domain.calls import FINAL, CallState
from dialer.domain.errors import (
    CallNotInProgress,
    CarrierError,
    CarrierOutcomeUnknown,
    CarrierRefused,
    CarrierUnavailable,
)
from dialer.domain.ids import AgentId, CallId
from dialer.domain.seats import Seat, SupervisionMode
from dialer.ports import (
    CallRequest,
    CarrierAccount,
    CarrierCall,
    CarrierNumber,
    ConsoleApp,
    PlacedCall,
    RecordedSound,
    VoiceTicket,
)

_SCOPES = {"21211": "number", "21210": "caller_id", "20003": "account"}


@dataclass
class FakeCarrier:
    """Script the next request with `will_refuse("21211")`, `will_be_unavailable()`, `will_lose_the_answer()`.

    `placed` are the accepted CallRequests; `sids[call_id]` the call_sid given to each; `calls` what `fetch_call` tells;
    `done` every later command as (verb, call_sid, detail); `recordings` the sounds there are, `opened` and `closed`
    who listened; `numbers` what `list_caller_numbers` tells, `standing` and `app` the account's.
    """

    placed: list[CallRequest] = field(default_factory=list)
    rung_agents: list[tuple[CallId, str]] = field(default_factory=list)
    sids: dict[CallId, str] = field(default_factory=dict)
    calls: dict[str, CarrierCall] = field(default_factory=dict)
    done: list[tuple[str, str, str]] = field(default_factory=list)
    conferences: dict[str, set[str]] = field(default_factory=dict)
    recordings: dict[str, bytes] = field(default_factory=dict)
    opened: list[tuple[str, str, str | None]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    numbers: list[CarrierNumber] = field(default_factory=list)
    standing: Literal["active", "suspended", "closed"] = "active"
    app: ConsoleApp | None = None
    _next_errors: list[tuple[CarrierError, bool]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def will_refuse(self, code: str) -> None:
        """The next request is refused for good with this vendor code."""
        scope = _SCOPES.get(code, "request")
        self._next_errors.append((CarrierRefused(f"refused ({code})", scope=scope, carrier_code=int(code)), False))  # type: ignore[arg-type]

    def will_be_unavailable(self) -> None:
        """The next request is definitely not accepted, for now."""
        self._next_errors.append((CarrierUnavailable("try again later", carrier_code=20429), False))

    def will_lose_the_answer(self, *, but_accept: bool = True) -> None:
        """The next request times out; with `but_accept` the call exists nevertheless."""
        self._next_errors.append((CarrierOutcomeUnknown("timed out"), but_accept))

    def knows(self, call_sid: str, state: CallState, **facts: object) -> None:
        """From now on `fetch_call` tells this state of the call, with these facts."""
        known = self.calls[call_sid]
        self.calls[call_sid] = CarrierCall(**{**vars(known), "state": state, **facts})

    def place_call(self, account: CarrierAccount, request: CallRequest) -> PlacedCall:
        call_sid = self._accept(request.to_number, request.from_number)
        self.placed.append(request)
        self.sids[request.call_id] = call_sid
        self._fail_late()
        return PlacedCall(call_sid, queue_seconds=0.0)

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
        call_sid = self._accept(to_number, from_number)
        self.rung_agents.append((call_id, to_number))
        self._fail_late()
        return PlacedCall(call_sid, queue_seconds=0.0)

    def join_agent_conference(
        self, account: CarrierAccount, *, call_sid: str, call_id: CallId, agent_id: AgentId
    ) -> None:
        self._command("join_agent_conference", call_sid, str(agent_id))

    def leave_voicemail(self, account: CarrierAccount, *, call_sid: str, message_url: str) -> None:
        self._command("leave_voicemail", call_sid, message_url)

    def play_abandonment_message(
        self, account: CarrierAccount, *, call_sid: str, call_id: CallId, message: str
    ) -> None:
        self._command("play_abandonment_message", call_sid, message)

    def hang_up(self, account: CarrierAccount, *, call_sid: str) -> None:
        self._command("hang_up", call_sid, "", may_be_over=True)

    def cancel(self, account: CarrierAccount, *, call_sid: str) -> None:
        self._command("cancel", call_sid, "", may_be_over=True)

    def delete_recording(self, account: CarrierAccount, *, recording_sid: str) -> None:
        self._fail_early()
        self.done.append(("delete_recording", recording_sid, ""))
        self._fail_late()

    def open_recording(
        self, account: CarrierAccount, *, recording_sid: str, byte_range: str | None
    ) -> RecordedSound | None:
        self._fail_early()
        sound = self.recordings.get(recording_sid)
        if sound is None:
            return None
        self.opened.append((account.account_sid, recording_sid, byte_range))
        first = int(byte_range.removeprefix("bytes=").partition("-")[0]) if byte_range else 0
        told = f"bytes {first}-{len(sound) - 1}/{len(sound)}" if byte_range else None
        part = sound[first:]
        return RecordedSound(
            206 if byte_range else 200, "audio/mpeg", len(part), told, iter([part]), lambda: self.closed.append("sound")
        )

    def fetch_call(self, account: CarrierAccount, *, call_sid: str) -> CarrierCall | None:
        self._fail_early()
        return self.calls.get(call_sid)

    def find_calls(
        self, account: CarrierAccount, *, to_number: str, from_number: str, since: datetime
    ) -> list[CarrierCall]:
        self._fail_early()
        found = [call for call in self.calls.values() if (call.to_number, call.from_number) == (to_number, from_number)]
        return [call for call in reversed(found) if call.started_at is None or call.started_at >= since][:50]

    def list_calls(self, account: CarrierAccount, *, since: datetime) -> list[CarrierCall]:
        self._fail_early()
        return [call for call in reversed(self.calls.values()) if call.started_at is None or call.started_at >= since]

    def list_open_calls(self, account: CarrierAccount) -> dict[str, CallState]:
        self._fail_early()
        return {call.call_sid: call.state for call in self.calls.values() if call.state not in FINAL}

    def list_participants(self, account: CarrierAccount, *, conference_name: str) -> set[str]:
        self._fail_early()
        return self.conferences.get(conference_name, set())

    def fetch_standing(self, account: CarrierAccount) -> Literal["active", "suspended", "closed"]:
        self._fail_early()
        return self.standing

    def list_caller_numbers(self, account: CarrierAccount) -> list[CarrierNumber]:
        self._fail_early()
        return sorted(self.numbers, key=lambda number: number.e164)

    def check_api_key(self, account: CarrierAccount) -> None:
        self._fail_early()
        if account.api_key_sid is None:
            raise CarrierRefused("no key", scope="account")

    def find_console_app(self, account: CarrierAccount) -> ConsoleApp | None:
        self._fail_early()
        return None if account.twiml_app_sid is None else self.app

    def sign_webhook(self, account: CarrierAccount, *, url: str, form: Mapping[str, str]) -> str:
        return f"signed by {account.account_sid}"

    def issue_voice_ticket(self, account: CarrierAccount, *, identity: str, now: datetime, seconds: int) -> VoiceTicket:
        if not (account.api_key_sid and account.api_key_secret and account.twiml_app_sid):
            raise CarrierRefused("no key", scope="account")
        return VoiceTicket("simulated", f"ticket of {identity}", "http://twin.example.com/_twin/softphone")

    def set_hold(self, account: CarrierAccount, *, call_sid: str, room: str, is_on_hold: bool) -> None:
        self._command("hold" if is_on_hold else "resume", call_sid, room)

    def set_supervision(
        self, account: CarrierAccount, *, call_sid: str, room: str, mode: SupervisionMode, coached_sid: str | None
    ) -> None:
        self._command(mode, call_sid, room)

    def pause_recording(self, account: CarrierAccount, *, call_sid: str) -> None:
        self._command("pause_recording", call_sid, "")

    def resume_recording(self, account: CarrierAccount, *, call_sid: str) -> None:
        self._command("resume_recording", call_sid, "")

    def take_seat(self, account: CarrierAccount, *, call_sid: str, seat: Seat) -> None:
        self._command("take_seat", call_sid, seat.room)

    def call_transfer_target(
        self,
        account: CarrierAccount,
        *,
        transfer_id: UUID,
        to_number: str,
        from_number: str,
        ring_timeout_seconds: int,
    ) -> PlacedCall:
        call_sid = self._accept(to_number, from_number)
        self.done.append(("call_transfer_target", call_sid, to_number))
        self._fail_late()
        return PlacedCall(call_sid, queue_seconds=0.0)

    def has_caller(self, call_sid: str) -> None:
        """From now on this call is in progress: somebody has called in, a console say."""
        self.calls[call_sid] = _call(call_sid, CallState.ANSWERED, "", "client:agent")

    def _accept(self, to_number: str, from_number: str) -> str:
        self._fail_early()
        call_sid = f"CA{next(self._numbers):032x}"
        self.calls[call_sid] = _call(call_sid, CallState.PLACED, to_number, from_number)
        return call_sid

    def _command(self, verb: str, call_sid: str, detail: str, *, may_be_over: bool = False) -> None:
        self._fail_early()
        known = self.calls.get(call_sid)
        if known is not None and known.state in FINAL and not may_be_over:
            raise CallNotInProgress(f"{call_sid} is over")
        self.done.append((verb, call_sid, detail))
        self._fail_late()

    def _fail_early(self) -> None:
        if self._next_errors and not self._next_errors[0][1]:
            raise self._next_errors.pop(0)[0]

    def _fail_late(self) -> None:
        """Fail after the fact: the carrier did it, we never hear of it."""
        if self._next_errors and self._next_errors[0][1]:
            raise self._next_errors.pop(0)[0]


def _call(call_sid: str, state: CallState, to_number: str, from_number: str) -> CarrierCall:
    return CarrierCall(
        call_sid,
        state,
        to_number,
        from_number,
        answered_by=None,
        started_at=None,
        ended_at=None,
        duration_seconds=None,
        cost=None,
        cost_unit=None,
    )
