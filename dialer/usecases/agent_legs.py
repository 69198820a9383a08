"""The agents' own legs: consoles in their standing conference, phones rung for one call."""

from dataclasses import dataclass
from uuid import UUID

from dialer.domain.calls import FINAL, CallState
from dialer.domain.dispositions import is_machine
from dialer.domain.errors import CarrierError, NotFound
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.domain.seats import agent_room
from dialer.ports import CarrierAccount
from dialer.store import agent_legs, agent_presence, transfers
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store.agents import AgentRow
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.usecases import agent_events, call_closing
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services
from dialer.usecases.webhook_calls import Authenticate, enter_agent, enter_call, receive_event

AGENT_RING_SECONDS = 15


def connect_agent_leg(
    services: Services, *, agent_id: UUID, call_sid: str, authenticate: Authenticate
) -> AgentId | None:
    """Note that an agent's console has called in. It counts as proven once the conference reports it.

    The newest leg is the agent's: others of his are ended, such as that of a page which was reloaded. Returns the
    colleague in whose conference he is wanted, if he was conferring with one. Raises NotFound for an unknown agent.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        tenant_id = enter_agent(services, tx, agent_id=agent_id, authenticate=authenticate)
        if tenant_id is None or agent_store.find_agent(tx.session, AgentId(agent_id)) is None:
            raise NotFound("There is no such agent.")
        host_id = transfers.find_host(tx.session, AgentId(agent_id))
        room = agent_room(host_id or AgentId(agent_id))
        agent_legs.record_leg(
            tx.session,
            call_sid=call_sid,
            tenant_id=tenant_id,
            agent_id=AgentId(agent_id),
            call_id=None,
            conference_name=room,
            now=now,
        )
        # It may have come before, and was to go elsewhere then.
        agent_legs.send_leg(tx.session, call_sid=call_sid, room=room)
        for other in agent_legs.list_other_console_legs(tx.session, agent_id=AgentId(agent_id), call_sid=call_sid):
            ids = {"tenant_id": str(tenant_id), "call_sid": other}
            tx.after_commit(services.queue.send, "dialer.calls.hang_up_agent_leg", **ids)
        return host_id


def ring_agent_phone(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Ring the phone of the agent whom a waiting call was given to.

    Not rung twice: the ring is recorded before the carrier is asked, and only whoever recorded it asks. Death in
    between leaves the callee to the sweep of waiting calls. A phone that cannot be rung counts as failed.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        agent = agent_legs.find_agent_of_call(tx.session, call_id=call_id)
        account = account_of(services, tx.session, tenant_id)
        if call is None or agent is None or agent.phone is None or call.call_sid is None:
            return
        _, event_id = call_store.record_event(
            tx.session, call_id=call_id, event_key=f"ring:{agent.agent_id}", kind="agent_phone", payload={}, now=now
        )
        if event_id is None:
            return
    try:
        placed = services.carrier.call_agent_phone(
            account,
            call_id=call_id,
            agent_id=agent.agent_id,
            lead_name=lead_name(call),
            to_number=agent.phone,
            from_number=call.from_number,
            ring_timeout_seconds=AGENT_RING_SECONDS,
        )
    except CarrierError:
        _lose_phone_agent(services, tenant_id, account, call_id, agent.agent_id)
        return
    with services.transaction(tenant_id) as tx:
        agent_legs.record_leg(
            tx.session,
            call_sid=placed.call_sid,
            tenant_id=tenant_id,
            agent_id=agent.agent_id,
            call_id=call_id,
            conference_name=f"call_{call_id}",
            now=services.clock.now(),
        )
        call = call_store.lock_call(tx.session, call_id)
        if call is None or call.state in FINAL:
            # The lead hung up while the carrier was asked; nobody knew then whose phone to silence.
            tx.after_commit(
                services.queue.send,
                "dialer.calls.hang_up_agent_leg",
                tenant_id=str(tenant_id),
                call_sid=placed.call_sid,
            )


def lead_name(call: LockedCall) -> str:
    """How the whisper names the lead."""
    return " ".join(part for part in (call.lead_first_name, call.lead_last_name) if part) or "a lead"


@dataclass(frozen=True)
class Whisper:
    """What an agent who answered the phone is told; `is_too_late` when the lead is gone."""

    call_id: CallId
    agent_id: AgentId | None
    conference_name: str
    is_too_late: bool


def answer_agent_phone(services: Services, *, call_id: UUID, authenticate: Authenticate) -> Whisper:
    """Decide what an agent who picked up the phone hears: who is on the line, or that the lead has hung up."""
    with services.transaction() as tx:
        received = receive_event(
            services,
            tx,
            call_id=call_id,
            event_key=agent_legs.PICKED_UP,
            kind="agent_phone",
            payload={},
            authenticate=authenticate,
        )
    if received is None:
        return Whisper(CallId(call_id), None, f"call_{call_id}", is_too_late=True)
    call, _ = received
    is_too_late = call.state in FINAL or is_machine(call.answered_by)
    return Whisper(call.call_id, call.agent_id, f"call_{call.call_id}", is_too_late=is_too_late)


def record_agent_phone_status(
    services: Services, *, call_id: UUID, agent_id: UUID, call_sid: str, state: CallState, authenticate: Authenticate
) -> None:
    """Note the end of an agent's phone leg. One that ended without being joined loses the callee his agent."""
    if state not in FINAL:
        return
    now = services.clock.now()
    with services.transaction() as tx:
        tenant_id = enter_call(services, tx, call_id=call_id, authenticate=authenticate)
        if tenant_id is None:
            return
        call = call_store.lock_call(tx.session, CallId(call_id))
        agent_legs.record_leg_ended(tx.session, call_sid=call_sid, now=now)
        account = account_of(services, tx.session, tenant_id)
    if call is not None and call.state not in FINAL and call.state != CallState.BRIDGED and call.agent_id == agent_id:
        _lose_phone_agent(services, tenant_id, account, CallId(call_id), AgentId(agent_id))


def _lose_phone_agent(
    services: Services, tenant_id: TenantId, account: CarrierAccount, call_id: CallId, agent_id: AgentId
) -> None:
    """The agent's phone did not come: the agent is not rung again until he says so, the callee hears the message.

    By now the two seconds are over; the callee has heard the message on hold, or hears it now, and the call ends as
    abandoned.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        if call is None or call.state in FINAL or call.state == CallState.BRIDGED or call.agent_id != agent_id:
            return
        agent_store.mark_phone_leg_failed(tx.session, agent_id=agent_id, now=now)
        call_closing.close(services, tx, call=call, state=CallState.ABANDONED, now=now)
        if call.call_sid is not None:
            tx.after_commit(
                services.queue.send, "dialer.calls.apologise", tenant_id=str(tenant_id), call_id=str(call_id)
            )


def hang_up_agent_leg(services: Services, *, tenant_id: TenantId, call_sid: str) -> None:
    """End an agent's leg at the carrier and forget it. One that is over already is forgotten all the same."""
    with services.transaction(tenant_id) as tx:
        account = account_of(services, tx.session, tenant_id)
    services.carrier.hang_up(account, call_sid=call_sid)
    with services.transaction(tenant_id) as tx:
        now = services.clock.now()
        agent_legs.record_leg_ended(tx.session, call_sid=call_sid, now=now)
        agent_presence.clear_console_leg(tx.session, call_sid=call_sid, now=now)


def reconcile_agent_leg(services: Services, *, tenant_id: TenantId, call_sid: str) -> None:
    """Forget an agent's leg that the carrier says is over, or never heard of."""
    with services.transaction(tenant_id) as tx:
        account = account_of(services, tx.session, tenant_id)
    found = services.carrier.fetch_call(account, call_sid=call_sid)
    if found is not None and found.state not in FINAL:
        return
    with services.transaction(tenant_id) as tx:
        now = services.clock.now()
        agent_legs.record_leg_ended(tx.session, call_sid=call_sid, now=now)
        agent = agent_presence.clear_console_leg(tx.session, call_sid=call_sid, now=now)
        if agent is not None:
            _announce_audio(services, tx, agent)


def restore_agent_leg(services: Services, *, tenant_id: TenantId, agent_id: AgentId, call_sid: str) -> bool:
    """Give a console's leg to its agent, if the carrier says that it sits in his conference; tell whether that was new.

    For a report of its joining that was lost, or a leg that was taken for abandoned and whose agent is back.
    """
    with services.transaction(tenant_id) as tx:
        account = account_of(services, tx.session, tenant_id)
    if call_sid not in services.carrier.list_participants(account, conference_name=f"agent_{agent_id}"):
        return False
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        agent = agent_store.lock_agent(tx.session, agent_id)
        if agent is None or agent.console_leg_sid is not None:
            return False
        if not agent_legs.record_leg_joined(tx.session, call_sid=call_sid, now=now):
            return False
        joined = agent_presence.set_console_leg(tx.session, agent_id=agent_id, call_sid=call_sid, now=now)
        if joined is None:
            return False
        _announce_audio(services, tx, joined)
        call_closing.send_became_available(services, tx, tenant_id=tenant_id, agent_id=agent_id)
    return True


def _announce_audio(services: Services, tx: Transaction, agent: AgentRow) -> None:
    leg = agent.console_leg_sid
    payload = agent_events.audio_changed(agent_id=agent.id, is_connected=leg is not None, call_sid=leg)
    tx.after_commit(services.feed.to_agent, agent.id, agent_events.AGENT_AUDIO, payload)
