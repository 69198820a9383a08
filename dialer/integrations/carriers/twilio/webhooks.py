"""Twilio's side of our webhooks: signatures, status words, documents."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator

from dialer.domain.callee_steps import CalleeStep
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId
from dialer.domain.seats import Seat
from dialer.integrations.carriers.twilio.documents import Documents
from dialer.integrations.carriers.twilio.urls import WebhookUrls
from dialer.integrations.carriers.twilio.words import STATES
from dialer.ports import CarrierAccount


class TwilioWebhooks:
    """The `CarrierWebhooks` port for Twilio."""

    def __init__(self, public_url: str):
        self._documents = Documents(WebhookUrls(public_url))

    def is_genuine(
        self,
        account: CarrierAccount,
        *,
        url: str,
        form: Mapping[str, list[str]],
        signature: str | None,
        body: str | None = None,
    ) -> bool:
        """Check the signature over the public URL and every form value, blank and repeated ones included.

        Of another body than a form the address carries the hash (`bodySHA256`), and the signature covers the address.
        """
        if not signature or not signature.isascii():
            return False
        signed = _MultiDict(form) if body is None else body
        return any(_is_signed(token, url, signed, signature) for token in account.signing_tokens)

    def document(self, step: CalleeStep) -> str:
        """See `CarrierWebhooks.document`."""
        return self._documents.for_step(step)

    def agent_leg_document(self, *, agent_id: AgentId, host_id: AgentId | None = None) -> str:
        """See `CarrierWebhooks.agent_leg_document`."""
        return self._documents.agent_leg(agent_id, host_id or agent_id)

    def seat_document(self, seat: Seat) -> str:
        """See `CarrierWebhooks.seat_document`."""
        return self._documents.seat(seat)

    def agent_answer_document(self, *, call_id: CallId, agent_id: AgentId, conference_name: str, lead_name: str) -> str:
        """See `CarrierWebhooks.agent_answer_document`."""
        return self._documents.agent_answer(
            call_id=call_id, agent_id=agent_id, conference_name=conference_name, lead_name=lead_name
        )

    def too_late_document(self) -> str:
        """See `CarrierWebhooks.too_late_document`."""
        return self._documents.too_late()

    def hold_document(self, *, message: str) -> str:
        """See `CarrierWebhooks.hold_document`."""
        return self._documents.hold(message)

    def parse_state(self, carrier_status: str) -> CallState | None:
        """See `CarrierWebhooks.parse_state`."""
        return STATES.get(carrier_status)


def _is_signed(token: str, url: str, signed: "_MultiDict | str", signature: str) -> bool:
    try:
        return bool(RequestValidator(token).validate(url, signed, signature))
    except (TypeError, ValueError, AttributeError):
        # The library's ways of saying that a body came without its hash, or an address that is none.
        return False


class _MultiDict(dict[str, list[str]]):
    """What the validator wants of a form: every value of a repeated key."""

    def getlist(self, key: str) -> list[str]:
        return self[key]
