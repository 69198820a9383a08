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
from dialer.usecases import agent_legs, supervision, transfer_calls


def connect_agent_leg() -> Response:
    """Put a headset that calls in through the TwiML app where it belongs: an agent's into his standing conference, a
    supervisor's into the one that he listens to."""
    caller, call_sid = required_text("From"), required_text("CallSid")
    if (user_id := _id_behind("client:supervisor_", caller)) is not None:
        seat = supervision.connect_supervisor_leg(
            services(), user_id=user_id, call_sid=call_sid, authenticate=authenticator()
        )
        return xml_answer(carrier().too_late_document() if seat is None else carrier().seat_document(seat))
    agent_id = _id_behind("client:agent_", caller)
    if agent_id is None:
        raise Invalid.field("From", "must be client:agent_<id> or client:supervisor_<id>")
    host_id = agent_legs.connect_agent_leg(
        services(), agent_id=agent_id, call_sid=call_sid, authenticate=authenticator()
    )
    return xml_answer(carrier().agent_leg_document(agent_id=AgentId(agent_id), host_id=host_id))


def answer_transfer() -> Response:
    """Instructions for the telephone that a call is transferred to."""
    seat = transfer_calls.answer_transfer(
        services(), transfer_id=query_id("transferId"), call_sid=required_text("CallSid"), authenticate=authenticator()
    )
    return xml_answer(carrier().too_late_document() if seat is None else carrier().seat_document(seat))


def record_transfer_status() -> Response:
    """The end of that telephone's leg."""
    state = carrier().parse_state(required_text("CallStatus"))
    if state is not None:
        transfer_calls.record_target_status(
            services(),
            transfer_id=query_id("transferId"),
            call_sid=required_text("CallSid"),
            state=state,
            authenticate=authenticator(),
        )
    return nothing_to_say()


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


def _id_behind(prefix: str, caller: str) -> UUID | None:
    """The id that a softphone's identity names: `client:agent_<uuid>`, `client:supervisor_<uuid>`."""
    if not caller.startswith(prefix):
        return None
    try:
        return UUID(caller.removeprefix(prefix))
    except ValueError:
        raise Invalid.field("From", f"must be {prefix}<id>") from None


ROUTES = {
    "/agent-leg": connect_agent_leg,
    "/agent-answer": answer_agent_phone,
    "/agent-status": record_agent_phone_status,
    "/transfer-answer": answer_transfer,
    "/transfer-status": record_transfer_status,
}
