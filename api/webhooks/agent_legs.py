"""Webhooks about agents' own legs: consoles that call in, phones that are rung."""

from uuid import UUID

from flask import Response, request

from api.context import services
from api.webhooks.carrier_request import (
    authenticator,
    carrier,
    nothing_to_say,
    query_id,
    required_text,
    xml_answer,
)
from dialer.domain.errors import Invalid
from dialer.domain.ids import AgentId
from dialer.usecases import agent_legs


def connect_agent_leg() -> Response:
    """Put a console that calls in through the TwiML app into its agent's standing conference."""
    agent_id = _agent_of_client(required_text("From"))
    agent_legs.connect_agent_leg(
        services(), agent_id=agent_id, call_sid=required_text("CallSid"), authenticate=authenticator()
    )
    return xml_answer(carrier().agent_leg_document(agent_id=AgentId(agent_id)))


def answer_agent_phone() -> Response:
    """Whisper to an agent who answered the phone, then join the call's conference."""
    whisper = agent_legs.answer_agent_phone(services(), call_id=query_id("callId"), authenticate=authenticator())
    if whisper.is_too_late or whisper.agent_id is None:
        return xml_answer(carrier().too_late_document())
    document = carrier().agent_answer_document(
        call_id=whisper.call_id,
        agent_id=whisper.agent_id,
        conference_name=whisper.conference_name,
        lead_name=request.args.get("leadName", "a lead"),
    )
    return xml_answer(document)


def record_agent_phone_status() -> Response:
    """The end of an agent's phone leg."""
    state = carrier().parse_state(required_text("CallStatus"))
    if state is not None:
        agent_legs.record_agent_phone_status(
            services(),
            call_id=query_id("callId"),
            agent_id=query_id("agentId"),
            call_sid=required_text("CallSid"),
            state=state,
            authenticate=authenticator(),
        )
    return nothing_to_say()


def _agent_of_client(caller: str) -> UUID:
    """The agent that a softphone's identity names: `client:agent_<uuid>`."""
    prefix = "client:agent_"
    try:
        return UUID(caller.removeprefix(prefix)) if caller.startswith(prefix) else UUID("")
    except ValueError:
        raise Invalid.field("From", "must be client:agent_<id>") from None


ROUTES = {
    "/agent-leg": connect_agent_leg,
    "/agent-answer": answer_agent_phone,
    "/agent-status": record_agent_phone_status,
}
