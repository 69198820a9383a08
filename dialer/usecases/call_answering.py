"""What happens to a person who answers: an agent at once, an agent within two seconds, or the abandonment message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dialer.domain.callee_steps import (
    Apologise,
    CalleeStep,
    HangUp,
    HoldForPhoneAgent,
    JoinAgent,
    LeaveVoicemail,
    WaitForAgent,
)
from dialer.domain.calls import FINAL, CallState, Verdict, judge
from dialer.domain.dispositions import MAX_WAIT, is_machine
from dialer.domain.errors import CallNotInProgress, CarrierError
from dialer.domain.ids import CallId, TenantId
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store import previews
from dialer.store.agents import ReservedAgent
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.call_closing import close, release_agent_of
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services
from dialer.usecases.webhook_calls import Authenticate, enter_call, receive_event

MOVE_TIME = timedelta(milliseconds=200)
"""What it takes to move a waiting callee at the carrier: with less time left, the move would come too late."""


@dataclass(frozen=True)
class AnswerReport:
    """The carrier's request for instructions. `answered_by` is set only when detection ran before the answer."""

    call_id: UUID
    call_sid: str
    answered_by: str | None
    detection_milliseconds: int
    payload: Mapping[str, object]


@dataclass(frozen=True)
class Instruction:
    """What the callee is to do next, and whose callee it is; no tenant for a call that we do not know."""

    step: CalleeStep
    tenant_id: TenantId | None


def answer_call(services: Services, *, report: AnswerReport, authenticate: Authenticate) -> Instruction:
    """Give the answered call its next step; the same step again when the carrier asks again.

    One transaction. The clock of the two seconds starts when the carrier's request arrives, less the time that
    detection took before it.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        received = receive_event(
            services,
            tx,
            call_id=report.call_id,
            event_key=f"{report.call_sid}:answer",
            kind="answer",
            payload=report.payload,
            authenticate=authenticate,
        )
        if received is None:
            return Instruction(HangUp(), None)
        call, event_id = received
        # The verdict of detection may have overtaken the answer.
        answered_by = report.answered_by or call.answered_by
        answered_at = now - timedelta(milliseconds=report.detection_milliseconds)
        facts: dict[str, object] = {
            "call_sid": report.call_sid,
            "answered_at": answered_at,
            "answer_deadline_at": answered_at + MAX_WAIT,
            "answered_by": report.answered_by,
        }
        # An agent before the first answer is one who looked at the lead and said dial.
        is_kept = call.agent_id is not None and event_id is not None
        if call.state in FINAL or (call.agent_id is not None and not is_kept) or is_machine(answered_by):
            step = _settled_step(tx, call, event_id, facts, now, answered_by)
            if is_kept and call.state not in FINAL:
                release_agent_of(services, tx, call=call, now=now, reason="voicemail", wrap_up=False)
            return Instruction(step, call.tenant_id)
        agent = _kept_or_other(services, tx, call, now) if is_kept else _reserve(tx, call, now)
        to, changes = _after_reservation(call, agent, now)
        verdict = Verdict.STALE if to is None else Verdict.APPLIED
        call_store.update_call(
            tx.session, call_id=call.call_id, now=now, to=to, facts=facts, changes=changes, event=(event_id, verdict)
        )
        step = WaitForAgent(call.call_id) if agent is None else _given_to(services, tx, call, agent)
        return Instruction(step, call.tenant_id)


def poll_waiting_call(services: Services, *, call_id: UUID, authenticate: Authenticate) -> CalleeStep:
    """Decide again about a person who waits: an agent who has become free, a little more patience, or the message."""
    now = services.clock.now()
    with services.transaction() as tx:
        if enter_call(services, tx, call_id=call_id, authenticate=authenticate) is None:
            return HangUp()
        call = call_store.lock_call(tx.session, CallId(call_id))
        if call is None:
            return HangUp()
        if call.state in FINAL or call.agent_id is not None or is_machine(call.answered_by):
            return repeated_step(call)
        if call.answer_deadline_at is not None and now >= call.answer_deadline_at:
            close(services, tx, call=call, state=CallState.ABANDONED, now=now)
            return Apologise(call.call_id, call.abandonment_message)
        agent = _reserve(tx, call, now)
        if agent is None:
            return WaitForAgent(call.call_id)
        _, changes = _after_reservation(call, agent, now)
        call_store.update_call(tx.session, call_id=call.call_id, now=now, changes=changes)
        return _given_to(services, tx, call, agent)


def offer_waiting_calls(services: Services, *, tenant_id: TenantId) -> int:
    """Give idle agents to the people who wait, longest waiting first; return how many were given one.

    Safe to run at once and again: each callee's row is locked, each agent is reserved in one statement. If the
    carrier does not carry out the move, the callee's own next poll returns the same step.
    """
    given = 0
    while (move := _offer_one(services, tenant_id)) is not None:
        call, agent = move
        given += 1
        if agent.console_leg_sid is not None and call.call_sid is not None:
            _move_to_agent(services, call, call.call_sid, agent)
    return given


def _offer_one(services: Services, tenant_id: TenantId) -> tuple[LockedCall, ReservedAgent] | None:
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        for call_id in call_store.lock_waiting_calls(tx.session, deadline_after=now + MOVE_TIME):
            call = call_store.lock_call(tx.session, call_id)
            agent = None if call is None else _reserve(tx, call, now)
            if call is None or agent is None:
                continue
            _, changes = _after_reservation(call, agent, now)
            call_store.update_call(tx.session, call_id=call.call_id, now=now, changes=changes)
            _given_to(services, tx, call, agent)
            return call, agent
    return None


def _move_to_agent(services: Services, call: LockedCall, call_sid: str, agent: ReservedAgent) -> None:
    with services.transaction(call.tenant_id) as tx:
        account = account_of(services, tx.session, call.tenant_id)
    try:
        services.carrier.join_agent_conference(account, call_sid=call_sid, call_id=call.call_id, agent_id=agent.id)
    except CallNotInProgress:
        # The callee hung up; the carrier's own report closes the call and frees the agent.
        return
    except CarrierError:
        # The callee's next poll gets the same step.
        return


def repeated_step(call: LockedCall) -> CalleeStep:
    """The step that a call was given before, from its row alone."""
    if call.state == CallState.ABANDONED:
        return Apologise(call.call_id, call.abandonment_message)
    if call.state in FINAL:
        return HangUp()
    if is_machine(call.answered_by):
        return machine_step(call, call.answered_by)
    if call.agent_id is None:
        return WaitForAgent(call.call_id)
    if call.is_with_console:
        return JoinAgent(call.call_id, call.agent_id)
    return HoldForPhoneAgent(call.call_id)


def machine_step(call: LockedCall, answered_by: str | None) -> CalleeStep:
    """A voicemail message where there is one and the greeting is over; otherwise the end of the call."""
    if call.voicemail_message_url and answered_by is not None and answered_by.startswith("machine_end"):
        return LeaveVoicemail(call.voicemail_message_url)
    return HangUp()


def _settled_step(
    tx: Transaction,
    call: LockedCall,
    event_id: int | None,
    facts: Mapping[str, object],
    now: datetime,
    answered_by: str | None,
) -> CalleeStep:
    """No agent is to be looked for: the call is over, has its agent, or is a machine's."""
    verdict = judge(call.state, CallState.ANSWERED)
    to = CallState.ANSWERED if verdict == Verdict.APPLIED else None
    if verdict == Verdict.ILLEGAL:
        facts = {"call_sid": facts["call_sid"]}
    call_store.update_call(tx.session, call_id=call.call_id, now=now, to=to, facts=facts, event=(event_id, verdict))
    if call.state not in FINAL and is_machine(answered_by):
        return machine_step(call, answered_by)
    return repeated_step(call)


def _reserve(tx: Transaction, call: LockedCall, now: datetime) -> ReservedAgent | None:
    return agent_store.reserve_agent(tx.session, agent_group_id=call.agent_group_id, call_id=call.call_id, now=now)


def _kept_or_other(services: Services, tx: Transaction, call: LockedCall, now: datetime) -> ReservedAgent | None:
    """The agent who was kept for this answer; if he has gone, whoever is free: nobody is left with an empty chair."""
    if call.agent_id is None:
        return None
    agent = previews.find_kept_agent(tx.session, agent_id=call.agent_id, call_id=call.call_id)
    if agent is not None:
        return agent
    release_agent_of(services, tx, call=call, now=now, reason="agent_lost", wrap_up=False)
    agent = previews.reserve_agent_himself(tx.session, agent_id=call.agent_id, call_id=call.call_id, now=now)
    return agent or _reserve(tx, call, now)


def _after_reservation(
    call: LockedCall, agent: ReservedAgent | None, now: datetime
) -> tuple[CallState | None, dict[str, object]]:
    """The state and the changes that go with a reservation, or with finding nobody."""
    with_console = agent is not None and agent.console_leg_sid is not None
    target = CallState.ANSWERED if with_console else CallState.WAITING
    to = target if judge(call.state, target) == Verdict.APPLIED else None
    if agent is None:
        return to, {"agent_id": None, "agent_reserved_at": None, "conference_name": None} if call.agent_id else {}
    conference = f"agent_{agent.id}" if with_console else f"call_{call.call_id}"
    return to, {"agent_id": agent.id, "agent_reserved_at": now, "conference_name": conference}


def _given_to(services: Services, tx: Transaction, call: LockedCall, agent: ReservedAgent) -> CalleeStep:
    """Announce the call to its agent after the commit, and send the callee on."""
    tx.after_commit(services.feed.to_agent, agent.id, agent_events.INCOMING_CALL, agent_events.incoming_call(call))
    if agent.console_leg_sid is not None:
        return JoinAgent(call.call_id, agent.id)
    tx.after_commit(
        services.queue.send, "dialer.calls.ring_agent_phone", tenant_id=str(call.tenant_id), call_id=str(call.call_id)
    )
    return HoldForPhoneAgent(call.call_id)


def record_answer_timings(services: Services, *, tenant_id: TenantId, milliseconds: Mapping[CallId, float]) -> None:
    """Store how long the carrier waited for instructions, for several calls of one tenant in one statement."""
    with services.transaction(tenant_id) as tx:
        call_store.record_answer_timings(tx.session, milliseconds)


def hold_message(services: Services, *, call_id: UUID, authenticate: Authenticate) -> str:
    """The abandonment message of the call's campaign; empty for a call that we do not know."""
    with services.transaction() as tx:
        if enter_call(services, tx, call_id=call_id, authenticate=authenticate) is None:
            return ""
        call = call_store.lock_call(tx.session, CallId(call_id))
    return "" if call is None else call.abandonment_message
