"""What the carrier reports about calls: status, machine detection, conferences, recordings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from dialer.domain.calls import FINAL, LIVE, CallState, Verdict, judge
from dialer.domain.dispositions import is_machine
from dialer.domain.ids import AgentId, CallId
from dialer.domain.seats import agent_room
from dialer.store import agent_legs, agent_presence
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.call_closing import close, rebook, send_became_available
from dialer.usecases.services import Services
from dialer.usecases.webhook_calls import Authenticate, enter_agent, receive_event

log = structlog.get_logger()


@dataclass(frozen=True)
class StatusReport:
    """A status as the carrier reported it. Durations are seconds; `event_key` is the same for the same report."""

    call_id: UUID
    call_sid: str
    event_key: str
    state: CallState
    duration_seconds: int | None
    answered_by: str | None
    hangup_cause: str | None
    payload: Mapping[str, object]


def record_call_status(services: Services, *, report: StatusReport, authenticate: Authenticate) -> Verdict | None:
    """Record a status report and move the call if it is news; None for a call we do not know.

    Twice, late or out of order: the end state is the same, and facts that only this report knows are still filled.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        received = receive_event(
            services,
            tx,
            call_id=report.call_id,
            event_key=report.event_key,
            kind="status",
            payload=report.payload,
            authenticate=authenticate,
        )
        if received is None:
            return None
        call, event_id = received
        if event_id is None:
            return Verdict.DUPLICATE
        return apply_status(services, tx, call=call, report=report, event_id=event_id, now=now)


def apply_status(
    services: Services, tx: Transaction, *, call: LockedCall, report: StatusReport, event_id: int | None, now: datetime
) -> Verdict:
    """Apply a reported status to a locked call. Also used when a sweep has asked the carrier itself."""
    facts = _facts_of(report, now)
    verdict = judge(call.state, report.state)
    if verdict == Verdict.APPLIED and report.state in FINAL:
        close(services, tx, call=call, state=report.state, now=now, reported=facts, event=(event_id, verdict))
        return verdict
    if verdict == Verdict.ILLEGAL:
        # A call that was busy cannot have been answered: what contradicts its end is no fact about it.
        log.warning("illegal_call_status", call_id=str(call.call_id), state=call.state, reported=report.state)
        facts = {"call_sid": report.call_sid}
    to = report.state if verdict == Verdict.APPLIED else None
    call_store.update_call(tx.session, call_id=call.call_id, now=now, to=to, facts=facts, event=(event_id, verdict))
    return verdict


def _facts_of(report: StatusReport, now: datetime) -> dict[str, object]:
    facts: dict[str, object] = {"call_sid": report.call_sid}
    if report.answered_by is not None:
        facts["answered_by"] = report.answered_by
    if report.state == CallState.RINGING:
        facts["ringing_at"] = now
    elif report.state == CallState.ANSWERED:
        facts["answered_at"] = now
    elif report.state in FINAL:
        facts |= {"ended_at": now, "duration_seconds": report.duration_seconds, "hangup_cause": report.hangup_cause}
    return facts


def record_machine_detection(
    services: Services,
    *,
    call_id: UUID,
    call_sid: str,
    answered_by: str,
    payload: Mapping[str, object],
    authenticate: Authenticate,
) -> None:
    """Record who answered. A machine is taken out of the conference; only then is its agent free for a person."""
    now = services.clock.now()
    with services.transaction() as tx:
        received = receive_event(
            services,
            tx,
            call_id=call_id,
            event_key=f"{call_sid}:amd",
            kind="machine_detection",
            payload=payload,
            authenticate=authenticate,
        )
        if received is None or received[1] is None:
            return
        call, event_id = received
        facts = {"answered_by": answered_by, "call_sid": call_sid}
        call_store.update_call(
            tx.session, call_id=call.call_id, now=now, facts=facts, event=(event_id, Verdict.APPLIED)
        )
        if not is_machine(answered_by):
            return
        if call.state in LIVE:
            tx.after_commit(
                services.queue.send,
                "dialer.calls.end_machine_call",
                tenant_id=str(call.tenant_id),
                call_id=str(call.call_id),
            )
        elif call.state in FINAL:
            # The verdict came after the end: what was booked as a person's answer was none.
            rebook(tx, call=call, now=now, answered_by=answered_by)


@dataclass(frozen=True)
class ConferenceReport:
    """A participant event of a conference. `label` is the participant's: `call_<id>` or `agent_<id>`.

    `sequence` tells one event from another: the carrier's number, or the event's time where that is missing.
    """

    event: str
    conference_sid: str
    conference_name: str
    sequence: str
    call_sid: str | None
    label: str | None
    payload: Mapping[str, object]


def record_call_conference_event(
    services: Services, *, call_id: UUID, report: ConferenceReport, authenticate: Authenticate
) -> None:
    """Note that lead and agent are in one conference now, when the one who was missing joins.

    In an agent's standing conference that is the callee; in a call's own conference, the agent whose phone was rung.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        received = receive_event(
            services,
            tx,
            call_id=call_id,
            event_key=f"{report.conference_sid}:{report.sequence}:{report.event}",
            kind="conference",
            payload=report.payload,
            authenticate=authenticate,
        )
        if received is None or received[1] is None or report.event != "participant-join":
            return
        call, event_id = received
        if call.agent_id is None or not _completes_conversation(tx, call, report):
            return
        verdict = judge(call.state, CallState.BRIDGED)
        to = CallState.BRIDGED if verdict == Verdict.APPLIED else None
        facts: dict[str, object] = {"conference_sid": report.conference_sid}
        if call.state not in FINAL:
            facts["bridged_at"] = now
        elif call.bridged_at is None:
            # The report came after the end. A console's standing conference is joined as soon as it is reserved.
            rebook(tx, call=call, now=now, bridged_at=call.agent_reserved_at if call.is_with_console else call.ended_at)
        call_store.update_call(tx.session, call_id=call.call_id, now=now, to=to, facts=facts, event=(event_id, verdict))
        if to is not None:
            agent = agent_store.mark_talking(tx.session, agent_id=call.agent_id, call_id=call.call_id, now=now)
            tx.after_commit(services.feed.to_agent, call.agent_id, "call:connected", {"callId": str(call.call_id)})
            if agent is not None:
                status = agent_events.agent_status_updated(agent)
                tx.after_commit(services.feed.to_tenant, call.tenant_id, agent_events.AGENT_STATUS_UPDATED, status)


def _completes_conversation(tx: Transaction, call: LockedCall, report: ConferenceReport) -> bool:
    """Tell whether the participant who joined is the one that lead or agent was waiting for.

    A join without a label in the call's own conference is the agent's once the agent has picked up the phone.
    """
    if report.label is None and report.conference_name == f"call_{call.call_id}":
        return call_store.has_event(tx.session, call_id=call.call_id, event_key=agent_legs.PICKED_UP)
    return report.label == (f"call_{call.call_id}" if call.is_with_console else f"agent_{call.agent_id}")


def record_agent_conference_event(
    services: Services, *, agent_id: UUID, report: ConferenceReport, authenticate: Authenticate
) -> None:
    """Note that an agent's console leg has joined its standing conference (the audio is proven) or has left it.

    An agent who confers with a colleague has been sent into that one's conference: he is heard of there, and leaving
    his own says nothing.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        tenant_id = enter_agent(services, tx, agent_id=agent_id, authenticate=authenticate)
        owner_id = _agent_of(report.label)
        if tenant_id is None or report.call_sid is None or owner_id is None:
            return
        sent_to = agent_legs.find_leg_room(tx.session, report.call_sid)
        if sent_to != agent_room(AgentId(agent_id)) and (sent_to is not None or owner_id != agent_id):
            return
        if report.event == "participant-join":
            if not agent_legs.record_leg_joined(tx.session, call_sid=report.call_sid, now=now):
                # Its leaving was reported first: this leg is dead, and nobody would notice.
                return
            agent = agent_presence.set_console_leg(tx.session, agent_id=owner_id, call_sid=report.call_sid, now=now)
        elif report.event == "participant-leave":
            agent = agent_presence.clear_console_leg(tx.session, call_sid=report.call_sid, now=now)
            agent_legs.record_leg_ended(tx.session, call_sid=report.call_sid, now=now)
        else:
            return
        if agent is not None:
            leg = agent.console_leg_sid
            payload = agent_events.audio_changed(agent_id=agent.id, is_connected=leg is not None, call_sid=leg)
            tx.after_commit(services.feed.to_agent, agent.id, agent_events.AGENT_AUDIO, payload)
            if agent.console_leg_sid is not None:
                send_became_available(services, tx, tenant_id=tenant_id, agent_id=agent.id)


def _agent_of(label: str | None) -> AgentId | None:
    """The agent whose leg bears this label."""
    kind, _, value = (label or "").partition("_")
    try:
        return AgentId(UUID(value)) if kind == "agent" else None
    except ValueError:
        return None


def record_recording(
    services: Services,
    *,
    call_id: UUID,
    recording_sid: str,
    status: str,
    url: str | None,
    seconds: int | None,
    payload: Mapping[str, object],
    authenticate: Authenticate,
) -> None:
    """Keep where the recording of a call is, once it is there."""
    with services.transaction() as tx:
        received = receive_event(
            services,
            tx,
            call_id=call_id,
            event_key=f"{recording_sid}:{status}",
            kind="recording",
            payload=payload,
            authenticate=authenticate,
        )
        if received is None or received[1] is None or status != "completed":
            return
        call, event_id = received
        facts = {"recording_sid": recording_sid, "recording_url": url, "recording_seconds": seconds}
        call_store.update_call(
            tx.session,
            call_id=CallId(call.call_id),
            now=services.clock.now(),
            facts=facts,
            event=(event_id, Verdict.APPLIED),
        )
