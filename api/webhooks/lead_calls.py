"""Webhooks about leads' calls: answer, waiting, status, machine detection, conference, recording."""

import time
from uuid import UUID

from flask import Response, request

from api.context import services
from api.webhooks.answer_timings import answer_timings
from api.webhooks.carrier_request import (
    authenticator,
    carrier,
    form_number,
    form_text,
    nothing_to_say,
    payload,
    query_id,
    required_text,
    xml_answer,
)
from dialer.domain.calls import CallState
from dialer.domain.ids import CallId
from dialer.usecases import call_answering, call_events, supervision
from dialer.usecases.call_answering import AnswerReport
from dialer.usecases.call_events import ConferenceReport, StatusReport


def answer_call() -> Response:
    """Instructions for a lead who answered."""
    started = time.perf_counter()
    call_id = query_id("callId")
    report = AnswerReport(
        call_id=call_id,
        call_sid=required_text("CallSid"),
        answered_by=form_text("AnsweredBy"),
        detection_milliseconds=form_number("MachineDetectionDuration") or 0,
        payload=payload(),
    )
    instruction = call_answering.answer_call(services(), report=report, authenticate=authenticator())
    response = xml_answer(carrier().document(instruction.step))
    tenant_id, timings = instruction.tenant_id, answer_timings()
    if tenant_id is not None:
        # Measured when the response has been handed to the carrier's connection.
        response.call_on_close(lambda: timings.add(tenant_id, CallId(call_id), (time.perf_counter() - started) * 1000))
    return response


def poll_waiting_call() -> Response:
    """Instructions for a lead who waits for an agent."""
    step = call_answering.poll_waiting_call(services(), call_id=query_id("callId"), authenticate=authenticator())
    return xml_answer(carrier().document(step))


def play_hold() -> Response:
    """What a lead hears while an agent's phone rings."""
    message = call_answering.hold_message(services(), call_id=query_id("callId"), authenticate=authenticator())
    return xml_answer(carrier().hold_document(message=message))


def record_call_status() -> Response:
    """Progress of a lead's call."""
    call_id, call_sid, word = query_id("callId"), required_text("CallSid"), required_text("CallStatus")
    state = carrier().parse_state(word)
    report = StatusReport(
        call_id=call_id,
        call_sid=call_sid,
        event_key=f"{call_sid}:status:{word[:40]}",
        state=state or CallState.PLACED,
        duration_seconds=form_number("CallDuration"),
        answered_by=form_text("AnsweredBy"),
        hangup_cause=_hangup_cause(),
        payload=payload(),
    )
    call_events.record_call_status(services(), report=report, authenticate=authenticator())
    return nothing_to_say()


def record_machine_detection() -> Response:
    """The verdict of machine detection."""
    call_events.record_machine_detection(
        services(),
        call_id=query_id("callId"),
        call_sid=required_text("CallSid"),
        answered_by=required_text("AnsweredBy"),
        payload=payload(),
        authenticate=authenticator(),
    )
    return nothing_to_say()


def record_conference_event() -> Response:
    """Who joined or left a conference: a call's own, or an agent's standing one."""
    report = _conference_report()
    call_id = _call_of(report)
    supervision_id = _labelled("supervisor", report)
    if supervision_id is not None:
        supervision.record_supervisor_event(
            services(), supervision_id=supervision_id, report=report, authenticate=authenticator()
        )
    elif call_id is not None:
        call_events.record_call_conference_event(
            services(), call_id=call_id, report=report, authenticate=authenticator()
        )
    else:
        call_events.record_agent_conference_event(
            services(), agent_id=query_id("agentId"), report=report, authenticate=authenticator()
        )
    return nothing_to_say()


def record_recording() -> Response:
    """A recording that is ready, or absent."""
    call_events.record_recording(
        services(),
        call_id=query_id("callId"),
        recording_sid=required_text("RecordingSid"),
        status=form_text("RecordingStatus") or "completed",
        url=form_text("RecordingUrl"),
        seconds=form_number("RecordingDuration"),
        payload=payload(),
        authenticate=authenticator(),
    )
    return nothing_to_say()


def _hangup_cause() -> str | None:
    code = form_text("SipResponseCode")
    return f"sip {code[:10]}" if code else None


def _conference_report() -> ConferenceReport:
    return ConferenceReport(
        event=required_text("StatusCallbackEvent"),
        conference_sid=required_text("ConferenceSid"),
        conference_name=form_text("FriendlyName") or "",
        sequence=form_text("SequenceNumber") or form_text("Timestamp") or "",
        call_sid=form_text("CallSid"),
        label=form_text("ParticipantLabel"),
        payload=payload(),
    )


def _call_of(report: ConferenceReport) -> UUID | None:
    """The lead's call that an event is about: named in the address, or by the label of the participant."""
    if "callId" in request.args:
        return query_id("callId")
    return _labelled("call", report)


def _labelled(wanted: str, report: ConferenceReport) -> UUID | None:
    """What the label of the participant names, if it is of this kind."""
    kind, _, value = (report.label or "").partition("_")
    if kind != wanted:
        return None
    try:
        return UUID(value)
    except ValueError:
        return None


ROUTES = {
    "/answer": answer_call,
    "/waiting": poll_waiting_call,
    "/hold": play_hold,
    "/status": record_call_status,
    "/amd": record_machine_detection,
    "/conference-status": record_conference_event,
    "/recording": record_recording,
}
