"""The public addresses that Twilio calls back, with how it is to retry them."""

from urllib.parse import urlencode
from uuid import UUID

from dialer.domain.ids import AgentId, CallId

# Connection overrides (twilio.com/docs/usage/webhooks/webhooks-connection-overrides): by default a 5xx is lost.
_RETRY = "#rc=3&rp=all"


class WebhookUrls:
    """Absolute URLs under the public address. The fragment is neither sent nor signed."""

    def __init__(self, public_url: str):
        self._base = f"{public_url.rstrip('/')}/webhooks/twilio"

    def answer(self, call_id: CallId, lead_id: UUID) -> str:
        """Instructions for a lead who answered."""
        return self._url("answer", leadId=lead_id, callId=call_id)

    def answer_again(self, call_id: CallId, lead_id: UUID) -> str:
        """The same, for when that failed: asked twice, we answer the same."""
        return self.answer(call_id, lead_id) + _RETRY

    def waiting(self, call_id: CallId) -> str:
        """Instructions for a lead who waits for an agent."""
        return self._url("waiting", callId=call_id)

    def hold(self, call_id: CallId) -> str:
        """What a lead hears while an agent's phone rings."""
        return self._url("hold", callId=call_id)

    def opt_out(self, call_id: CallId) -> str:
        """The key that a callee pressed during the abandonment message. Tried again: an opt-out must not be lost."""
        return self._url("opt-out", callId=call_id) + _RETRY

    def status(self, call_id: CallId) -> str:
        """Progress of a lead's call."""
        return self._url("status", callId=call_id) + _RETRY

    def amd(self, call_id: CallId) -> str:
        """The verdict of machine detection."""
        return self._url("amd", callId=call_id) + _RETRY

    def recording(self, call_id: CallId) -> str:
        """A recording that is ready."""
        return self._url("recording", callId=call_id) + _RETRY

    def agent_answer(self, call_id: CallId, agent_id: AgentId, lead_name: str) -> str:
        """Instructions for an agent who answered the phone."""
        return self._url(
            "agent-answer", conferenceName=f"call_{call_id}", leadName=lead_name, callId=call_id, agentId=agent_id
        )

    def agent_status(self, call_id: CallId, agent_id: AgentId) -> str:
        """Progress of an agent's phone leg."""
        return self._url("agent-status", callId=call_id, agentId=agent_id) + _RETRY

    def call_conference(self, call_id: CallId) -> str:
        """Events of a call's own conference."""
        return self._url("conference-status", callId=call_id) + _RETRY

    def agent_conference(self, agent_id: AgentId | str) -> str:
        """Events of an agent's standing conference."""
        return self._url("conference-status", agentId=agent_id) + _RETRY

    def transfer_answer(self, transfer_id: UUID) -> str:
        """Instructions for whoever answered the telephone that a call is transferred to."""
        return self._url("transfer-answer", transferId=transfer_id)

    def transfer_status(self, transfer_id: UUID) -> str:
        """Progress of that telephone's leg."""
        return self._url("transfer-status", transferId=transfer_id) + _RETRY

    def agent_leg(self) -> str:
        """Instructions for an agent's console: the voice URL of the TwiML app."""
        return self._url("agent-leg")

    def _url(self, path: str, **query: object) -> str:
        return f"{self._base}/{path}" + (f"?{urlencode(query)}" if query else "")
