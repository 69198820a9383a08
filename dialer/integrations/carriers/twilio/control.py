"""Steering calls that go on at Twilio: the `LiveCallControl` port, a part of `TwilioCarrier`."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from twilio.base.exceptions import TwilioRestException
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client

from dialer.domain.errors import CallNotInProgress, CarrierRefused
from dialer.domain.seats import Seat, SupervisionMode
from dialer.integrations.carriers.twilio.documents import Documents
from dialer.integrations.carriers.twilio.errors import translated
from dialer.integrations.carriers.twilio.urls import WebhookUrls
from dialer.integrations.carriers.twilio.words import NOT_FOUND
from dialer.ports import CarrierAccount, PlacedCall, VoiceTicket

CURRENT = "Twilio.CURRENT"
_RECENT_CONFERENCES = 3


class TwilioCallControl(ABC):
    """Commands for legs in progress. Whoever inherits has the library's client, our addresses and our documents."""

    _urls: WebhookUrls
    _documents: Documents
    _api_base_url: str | None

    @abstractmethod
    def _client(self, account: CarrierAccount) -> Client:
        """The library's client for an account."""

    @abstractmethod
    def _update(self, account: CarrierAccount, call_sid: str, **changes: object) -> None:
        """Change a call in progress."""

    @abstractmethod
    def _create(self, account: CarrierAccount, options: dict[str, object]) -> PlacedCall:
        """Place a call."""

    def issue_voice_ticket(self, account: CarrierAccount, *, identity: str, now: datetime, seconds: int) -> VoiceTicket:
        """See `LiveCallControl.issue_voice_ticket`. The twin takes the same token at a door of its own."""
        if not (account.api_key_sid and account.api_key_secret and account.twiml_app_sid):
            raise CarrierRefused("the account has no API key or no TwiML app", scope="account")
        token = AccessToken(
            account.account_sid,
            account.api_key_sid,
            account.api_key_secret,
            identity=identity,
            valid_until=int(now.timestamp()) + seconds,
        )
        token.add_grant(VoiceGrant(outgoing_application_sid=account.twiml_app_sid))
        url = None if self._api_base_url is None else f"{self._api_base_url}/_twin/softphone"
        return VoiceTicket("twilio" if url is None else "simulated", token.to_jwt(), url)

    def set_hold(self, account: CarrierAccount, *, call_sid: str, room: str, is_on_hold: bool) -> None:
        """See `LiveCallControl.set_hold`. Without an address of ours Twilio plays its own music."""
        self._change_participant(account, call_sid, room, hold=is_on_hold)

    def set_supervision(
        self, account: CarrierAccount, *, call_sid: str, room: str, mode: SupervisionMode, coached_sid: str | None
    ) -> None:
        """See `LiveCallControl.set_supervision`."""
        options: dict[str, object] = {"muted": mode == "listen", "coaching": mode == "whisper"}
        if mode == "whisper":
            options["call_sid_to_coach"] = coached_sid
        self._change_participant(account, call_sid, room, **options)

    def pause_recording(self, account: CarrierAccount, *, call_sid: str) -> None:
        """See `LiveCallControl.pause_recording`. `skip`: the pause leaves no gap of silence behind."""
        self._change_recording(account, call_sid, status="paused", pause_behavior="skip")

    def resume_recording(self, account: CarrierAccount, *, call_sid: str) -> None:
        """See `LiveCallControl.resume_recording`."""
        self._change_recording(account, call_sid, status="in-progress")

    def take_seat(self, account: CarrierAccount, *, call_sid: str, seat: Seat) -> None:
        """See `LiveCallControl.take_seat`."""
        self._update(account, call_sid, twiml=self._documents.seat(seat))

    def call_transfer_target(
        self,
        account: CarrierAccount,
        *,
        transfer_id: UUID,
        to_number: str,
        from_number: str,
        ring_timeout_seconds: int,
    ) -> PlacedCall:
        """See `LiveCallControl.call_transfer_target`."""
        return self._create(
            account,
            {
                "to": to_number,
                "from_": from_number,
                "url": self._urls.transfer_answer(transfer_id),
                "timeout": ring_timeout_seconds,
                "status_callback": self._urls.transfer_status(transfer_id),
                "status_callback_event": ["completed"],
            },
        )

    def _change_participant(self, account: CarrierAccount, call_sid: str, room: str, **changes: Any) -> None:
        with _gone_is_over(), translated():
            client = self._client(account)
            rooms = client.conferences.list(friendly_name=room, limit=_RECENT_CONFERENCES)
            for found in rooms:
                if found.status == "completed":
                    continue
                try:
                    client.conferences(found.sid).participants(call_sid).update(**changes)
                except TwilioRestException as error:
                    if error.status != 404:
                        raise
                    continue
                return
        raise CallNotInProgress(f"{call_sid} is not in {room}", carrier_code=NOT_FOUND)

    def _change_recording(self, account: CarrierAccount, call_sid: str, **changes: Any) -> None:
        with _gone_is_over(), translated():
            self._client(account).calls(call_sid).recordings(CURRENT).update(**changes)


@contextmanager
def _gone_is_over() -> Iterator[None]:
    """What is not there any more cannot be steered."""
    try:
        yield
    except CarrierRefused as refusal:
        if refusal.carrier_code == NOT_FOUND:
            raise CallNotInProgress(str(refusal), carrier_code=NOT_FOUND) from refusal
        raise
