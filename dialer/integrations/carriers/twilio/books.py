"""What an account is and has at Twilio: the `CarrierBooks` port, a part of `TwilioCarrier`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from dialer.domain.errors import CarrierRefused
from dialer.integrations.carriers.twilio.errors import translated
from dialer.integrations.carriers.twilio.urls import WebhookUrls
from dialer.ports import CarrierAccount, CarrierNumber, ConsoleApp

PAGE = 1000
MAX_NUMBERS = 20_000
_STANDINGS: dict[str, Literal["active", "suspended", "closed"]] = {"active": "active", "closed": "closed"}


class TwilioBooks(ABC):
    """Questions about an account. Whoever inherits has the library's client and the addresses of our webhooks."""

    _urls: WebhookUrls

    @abstractmethod
    def _client(self, account: CarrierAccount) -> Client:
        """The library's client for an account."""

    def fetch_standing(self, account: CarrierAccount) -> Literal["active", "suspended", "closed"]:
        """See `CarrierBooks.fetch_standing`. Standard API keys may not read accounts, so the token asks."""
        with translated():
            found = self._client(_without_key(account)).api.accounts(account.account_sid).fetch()
        return _STANDINGS.get(str(found.status), "suspended")

    def list_caller_numbers(self, account: CarrierAccount) -> list[CarrierNumber]:
        """See `CarrierBooks.list_caller_numbers`. A number that is owned and verified as well counts as owned."""
        with translated():
            client = self._client(account)
            verified = client.outgoing_caller_ids.list(page_size=PAGE, limit=MAX_NUMBERS)
            owned = client.incoming_phone_numbers.list(page_size=PAGE, limit=MAX_NUMBERS)
        found = {
            one.phone_number: CarrierNumber(one.phone_number, one.friendly_name or "", "verified", has_voice=True)
            for one in verified
        }
        for one in owned:
            # A mapping in some versions of the library, an object of that name in others.
            able = one.capabilities
            has_voice = able.get("voice", True) if isinstance(able, Mapping) else getattr(able, "voice", True)
            found[one.phone_number] = CarrierNumber(
                one.phone_number, one.friendly_name or "", "owned", has_voice=bool(has_voice)
            )
        return [found[number] for number in sorted(found)]

    def check_api_key(self, account: CarrierAccount) -> None:
        """See `CarrierBooks.check_api_key`."""
        if account.api_key_sid is None or account.api_key_secret is None:
            raise CarrierRefused("the account has no API key", scope="account")
        with translated():
            self._client(account).incoming_phone_numbers.list(page_size=1, limit=1)

    def find_console_app(self, account: CarrierAccount) -> ConsoleApp | None:
        """See `CarrierBooks.find_console_app`."""
        if account.twiml_app_sid is None:
            return None
        with translated():
            try:
                app = self._client(account).applications(account.twiml_app_sid).fetch()
            except TwilioRestException as error:
                if error.status == 404:
                    return None
                raise
        return ConsoleApp(app.voice_url or None, self._urls.agent_leg())

    def sign_webhook(self, account: CarrierAccount, *, url: str, form: Mapping[str, str]) -> str:
        """See `CarrierBooks.sign_webhook`."""
        return str(RequestValidator(account.auth_token).compute_signature(url, dict(form)))


def _without_key(account: CarrierAccount) -> CarrierAccount:
    return replace(account, api_key_sid=None, api_key_secret=None)
