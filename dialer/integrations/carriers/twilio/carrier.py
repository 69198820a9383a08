"""Twilio as a `Carrier`, through its official library."""

import threading
from collections.abc import Callable, Mapping, Set
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from dialer.domain.callee_steps import Apologise, JoinAgent, LeaveVoicemail
from dialer.domain.calls import CallState
from dialer.domain.errors import CallNotInProgress, CarrierOutcomeUnknown, CarrierRefused
from dialer.domain.ids import AgentId, CallId
from dialer.integrations.carriers.twilio.books import TwilioBooks
from dialer.integrations.carriers.twilio.control import TwilioCallControl
from dialer.integrations.carriers.twilio.documents import Documents
from dialer.integrations.carriers.twilio.errors import translated as _translated
from dialer.integrations.carriers.twilio.recordings import TwilioRecordings
from dialer.integrations.carriers.twilio.urls import WebhookUrls
from dialer.integrations.carriers.twilio.words import NOT_FOUND, STATES
from dialer.ports import CallRequest, CarrierAccount, CarrierCall, PlacedCall, RecordedSound

TIMEOUT_SECONDS = 8.0
"""The library's own default is to wait for ever."""
LARGEST_PAGE = 1000
MAX_OPEN_CALLS = 10_000
RECENT_CONFERENCES = 3
_LIST_PAGE = 1000


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]
    """The library's HTTP client with a time-out, sent to another host if one is named (the twin)."""

    def __init__(self, base_url: str | None):
        super().__init__(timeout=TIMEOUT_SECONDS)
        self._base = urlsplit(base_url) if base_url else None

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self._base is not None:
            parts = urlsplit(url)
            url = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, parts.fragment))
        return super().request(method, url, *args, **kwargs)


class TwilioCarrier(TwilioBooks, TwilioCallControl):
    """The `Carrier` port for Twilio. One library client per thread and account: its HTTP session promises no safety."""

    def __init__(self, public_url: str, *, api_base_url: str | None = None):
        self._urls = WebhookUrls(public_url)
        self._documents = Documents(self._urls)
        self._api_base_url = api_base_url
        self._recordings = TwilioRecordings(api_base_url)
        self._local = threading.local()

    def place_call(self, account: CarrierAccount, request: CallRequest) -> PlacedCall:
        """See `Carrier.place_call`. The call's id travels in every URL, so any webhook identifies the attempt."""
        options: dict[str, object] = {
            "to": request.to_number,
            "from_": request.from_number,
            "url": self._urls.answer(request.call_id, request.lead_id),
            # Where an instance has just gone another answers: without it, the person would be hung up on.
            "fallback_url": self._urls.answer_again(request.call_id, request.lead_id),
            "timeout": request.ring_timeout_seconds,
            "status_callback": self._urls.status(request.call_id),
            # Not `answered`: the request for instructions brings the same news, and sooner.
            "status_callback_event": ["ringing", "completed"],
        }
        if request.amd is not None:
            options["machine_detection"] = "DetectMessageEnd" if request.wait_for_beep else "Enable"
        if request.amd == "async":
            # A string: the library would write the boolean with a capital letter.
            options |= {"async_amd": "true", "async_amd_status_callback": self._urls.amd(request.call_id)}
        if request.record:
            options |= {
                "record": True,
                "recording_channels": "dual",
                "recording_status_callback": self._urls.recording(request.call_id),
            }
        return self._create(account, options)

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
        """See `Carrier.call_agent_phone`."""
        return self._create(
            account,
            {
                "to": to_number,
                "from_": from_number,
                "url": self._urls.agent_answer(call_id, agent_id, lead_name),
                "timeout": ring_timeout_seconds,
                "status_callback": self._urls.agent_status(call_id, agent_id),
                "status_callback_event": ["completed"],
            },
        )

    def join_agent_conference(
        self, account: CarrierAccount, *, call_sid: str, call_id: CallId, agent_id: AgentId
    ) -> None:
        """See `Carrier.join_agent_conference`."""
        self._update(account, call_sid, twiml=self._documents.for_step(JoinAgent(call_id, agent_id)))

    def leave_voicemail(self, account: CarrierAccount, *, call_sid: str, message_url: str) -> None:
        """See `Carrier.leave_voicemail`."""
        self._update(account, call_sid, twiml=self._documents.for_step(LeaveVoicemail(message_url)))

    def play_abandonment_message(
        self, account: CarrierAccount, *, call_sid: str, call_id: CallId, message: str
    ) -> None:
        """See `Carrier.play_abandonment_message`."""
        self._update(account, call_sid, twiml=self._documents.for_step(Apologise(call_id, message)))

    def hang_up(self, account: CarrierAccount, *, call_sid: str) -> None:
        """See `Carrier.hang_up`."""
        self._end(account, call_sid, "completed")

    def cancel(self, account: CarrierAccount, *, call_sid: str) -> None:
        """See `Carrier.cancel`."""
        self._end(account, call_sid, "canceled")

    def delete_recording(self, account: CarrierAccount, *, recording_sid: str) -> None:
        """See `Carrier.delete_recording`."""
        with _translated():
            try:
                self._client(account).recordings(recording_sid).delete()
            except TwilioRestException as error:
                if error.status != 404:
                    raise

    def open_recording(
        self, account: CarrierAccount, *, recording_sid: str, byte_range: str | None
    ) -> RecordedSound | None:
        """See `Carrier.open_recording`."""
        return self._recordings.open(account, recording_sid=recording_sid, byte_range=byte_range)

    def fetch_call(self, account: CarrierAccount, *, call_sid: str) -> CarrierCall | None:
        """See `Carrier.fetch_call`."""
        with _translated():
            try:
                return _carrier_call(self._client(account).calls(call_sid).fetch())
            except TwilioRestException as error:
                if error.status == 404:
                    return None
                raise

    def find_calls(
        self, account: CarrierAccount, *, to_number: str, from_number: str, since: datetime
    ) -> list[CarrierCall]:
        """See `Carrier.find_calls`. A call still in Twilio's queue has no start time, so the filter is applied here."""
        with _translated():
            calls = self._client(account).calls.list(to=to_number, from_=from_number, limit=50)
        return [_carrier_call(call) for call in calls if (call.start_time or call.date_created or since) >= since]

    def list_calls(self, account: CarrierAccount, *, since: datetime) -> list[CarrierCall]:
        """See `Carrier.list_calls`. A call still in Twilio's queue has no start time, by which the list is filtered."""
        with _translated():
            calls = self._client(account).calls
            queued = [call for call in calls.list(status="queued") if (call.date_created or since) >= since]
            started = calls.list(start_time_after=since, page_size=_LIST_PAGE)
        placed = {call.sid: call for call in (*queued, *started) if call.direction == "outbound-api"}
        return [_carrier_call(call) for call in placed.values()]

    def list_open_calls(self, account: CarrierAccount) -> Mapping[str, CallState]:
        """See `Carrier.list_open_calls`. In the order in which calls move on, so that none slips through between two
        requests."""
        found: dict[str, CallState] = {}
        with _translated():
            for status in ("queued", "ringing", "in-progress"):
                calls = self._client(account).calls.list(status=status, page_size=LARGEST_PAGE, limit=MAX_OPEN_CALLS)
                found |= {call.sid: STATES[status] for call in calls}
        return found

    def list_participants(self, account: CarrierAccount, *, conference_name: str) -> Set[str]:
        """See `Carrier.list_participants`. Conferences are listed newest first, and those that have ended with them.

        One in which a callee is alone has not begun, in Twilio's word `init`, and is looked into all the same.
        """
        with _translated():
            client = self._client(account)
            rooms = client.conferences.list(friendly_name=conference_name, limit=RECENT_CONFERENCES)
            open_rooms = [client.conferences(room.sid) for room in rooms if room.status != "completed"]
            try:
                return {there.call_sid for room in open_rooms for there in room.participants.list()}
            except TwilioRestException as error:
                if error.status == 404:
                    return set()
                raise

    def point_app_at_us(self, account: CarrierAccount) -> None:
        """Set the voice URL of the account's TwiML app, through which agents' consoles call in, to our webhook."""
        if account.twiml_app_sid is None:
            return
        with _translated():
            app = self._client(account).applications(account.twiml_app_sid)
            app.update(voice_url=self._urls.agent_leg(), voice_method="POST")

    def _create(self, account: CarrierAccount, options: dict[str, object]) -> PlacedCall:
        with _translated():
            call = self._client(account).calls.create(**options)
        if not call.sid:
            raise CarrierOutcomeUnknown("the answer names no call")
        return PlacedCall(call.sid, int(call.queue_time or 0) / 1000)

    def _update(self, account: CarrierAccount, call_sid: str, **changes: object) -> None:
        try:
            with _translated():
                self._client(account).calls(call_sid).update(**changes)
        except CarrierRefused as refusal:
            if refusal.carrier_code == NOT_FOUND:
                raise CallNotInProgress(str(refusal), carrier_code=NOT_FOUND) from refusal
            raise

    def _end(self, account: CarrierAccount, call_sid: str, status: str) -> None:
        try:
            self._update(account, call_sid, status=status)
        except CallNotInProgress:
            return

    def _client(self, account: CarrierAccount) -> Client:
        clients: dict[tuple[str, str], Client] = self._local.__dict__.setdefault("clients", {})
        user, password = account.api_key_sid or account.account_sid, account.api_key_secret or account.auth_token
        if (user, password) not in clients:
            clients[(user, password)] = Client(
                user, password, account.account_sid, http_client=_HttpClient(self._api_base_url)
            )
        return clients[(user, password)]


def _carrier_call(call: Any) -> CarrierCall:
    return CarrierCall(
        call_sid=call.sid,
        state=STATES.get(str(call.status), CallState.PLACED),
        to_number=call.to,
        from_number=call._from,
        answered_by=call.answered_by,
        started_at=_utc(call.start_time),
        ended_at=_utc(call.end_time),
        duration_seconds=_number(call.duration, int),
        cost=abs(Decimal(call.price)) if call.price else None,
        cost_unit=call.price_unit,
    )


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC)


def _number(value: str | None, kind: Callable[[str], int]) -> int | None:
    return kind(value) if value not in (None, "") else None
