"""TwiML: what callees and agents hear, and where they are put."""

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from dialer.domain.callee_steps import (
    Apologise,
    CalleeStep,
    ConfirmOptOut,
    HangUp,
    HoldForPhoneAgent,
    JoinAgent,
    LeaveVoicemail,
    WaitForAgent,
)
from dialer.domain.ids import AgentId, CallId
from dialer.domain.opt_outs import with_opt_out
from dialer.domain.seats import Seat, agent_room
from dialer.integrations.carriers.twilio.urls import WebhookUrls

_CONFERENCE_EVENTS = "join leave"
_OPT_OUT_SECONDS = 4


class Documents:
    """Builds every document that is sent to Twilio, by its own library."""

    def __init__(self, urls: WebhookUrls):
        self.urls = urls

    def for_step(self, step: CalleeStep) -> str:  # noqa: PLR0911 - one document for each step
        """What a callee hears next."""
        match step:
            case JoinAgent(call_id, agent_id):
                return self._join_agent(call_id, agent_id)
            case HoldForPhoneAgent(call_id):
                return self._hold_for_phone_agent(call_id)
            case WaitForAgent(call_id):
                return self._wait(call_id)
            case Apologise(call_id, message):
                return self._apologise(call_id, message)
            case ConfirmOptOut():
                return self._say_and_hang_up("You will not be called again. Goodbye.")
            case LeaveVoicemail(message_url):
                response = VoiceResponse()
                response.play(message_url)
                response.hangup()
                return str(response)
            case HangUp():
                response = VoiceResponse()
                response.hangup()
                return str(response)

    def agent_leg(self, agent_id: AgentId, host_id: AgentId) -> str:
        """The standing conference. The leg outlives every callee and is never what ends the conference for one.

        A page that was reloaded calls in before its old leg is known to be gone, whose label is in use still: Twilio
        goes on with the next verb then (16025), so it is tried again until the old leg is out.
        """
        response = VoiceResponse()
        self._enter(response, Seat(agent_room(host_id), f"agent_{agent_id}"))
        response.pause(length=1)
        response.redirect(self.urls.agent_leg())
        return str(response)

    def seat(self, seat: Seat) -> str:
        """A place in a conference; whoever comes out of it is hung up."""
        response = VoiceResponse()
        self._enter(response, seat)
        if seat.label.startswith("agent_"):
            # His leg outlives what he was called away for.
            response.redirect(self.urls.agent_leg())
        return str(response)

    def agent_answer(self, *, call_id: CallId, agent_id: AgentId, conference_name: str, lead_name: str) -> str:
        """Whisper who is on the line, then put lead and agent together; either one's leaving ends the call."""
        response = VoiceResponse()
        response.say(f"Call with {lead_name}.")
        return str(self._conference(response, conference_name, label=f"agent_{agent_id}", call_id=call_id))

    def too_late(self) -> str:
        """For an agent who picked up after the lead was gone."""
        return self._say_and_hang_up("The caller has hung up.")

    def hold(self, message: str) -> str:
        """Two seconds of quiet, then the abandonment message: whoever is not reached in time hears it."""
        response = VoiceResponse()
        response.pause(length=2)
        response.say(message)
        response.pause(length=20)
        return str(response)

    def _join_agent(self, call_id: CallId, agent_id: AgentId) -> str:
        # The agent's leg came first, so its subscription to conference events is the one that counts; the label is
        # what ties those events to this call.
        return str(self._conference(VoiceResponse(), f"agent_{agent_id}", label=f"call_{call_id}"))

    def _hold_for_phone_agent(self, call_id: CallId) -> str:
        name = f"call_{call_id}"
        return str(
            self._conference(VoiceResponse(), name, label=name, call_id=call_id, wait_url=self.urls.hold(call_id))
        )

    def _enter(self, response: VoiceResponse, seat: Seat) -> None:
        name, of_call = seat.room, seat.call_id
        dial = Dial()
        dial.conference(
            name,
            participant_label=seat.label,
            start_conference_on_enter=True,
            end_conference_on_exit=seat.ends_room,
            muted=seat.is_muted or None,
            coach=seat.coached_sid,
            beep=False,
            # Twilio's own music where none is named.
            wait_url=None if seat.has_music else "",
            status_callback=(
                self.urls.call_conference(of_call)
                if of_call is not None
                else self.urls.agent_conference(name.removeprefix("agent_"))
            ),
            status_callback_event=_CONFERENCE_EVENTS,
        )
        response.append(dial)

    def _conference(
        self, response: VoiceResponse, name: str, *, label: str, call_id: CallId | None = None, wait_url: str = ""
    ) -> VoiceResponse:
        """Dial into a conference: with `call_id` that call's own, which ends with whoever leaves first; else an
        agent's standing one, which goes on."""
        callback = (
            self.urls.call_conference(call_id) if call_id else self.urls.agent_conference(name.removeprefix("agent_"))
        )
        dial = Dial()
        dial.conference(
            name,
            participant_label=label,
            start_conference_on_enter=True,
            end_conference_on_exit=call_id is not None,
            beep=False,
            wait_url=wait_url,
            status_callback=callback,
            status_callback_event=_CONFERENCE_EVENTS,
        )
        response.append(dial)
        return response

    def _wait(self, call_id: CallId) -> str:
        response = VoiceResponse()
        response.pause(length=1)
        response.redirect(self.urls.waiting(call_id))
        return str(response)

    def _apologise(self, call_id: CallId, message: str) -> str:
        """The message inside a Gather, so that a key may be pressed while it is spoken and for a moment after it."""
        gather = Gather(
            input="dtmf",
            num_digits=1,
            # Or the key that ends a longer input would never reach us.
            finish_on_key="",
            timeout=_OPT_OUT_SECONDS,
            action=self.urls.opt_out(call_id),
            method="POST",
        )
        gather.say(with_opt_out(message))
        response = VoiceResponse()
        response.append(gather)
        response.hangup()
        return str(response)

    def _say_and_hang_up(self, message: str) -> str:
        response = VoiceResponse()
        response.say(message)
        response.hangup()
        return str(response)
