"""What a transfer does with its legs: ordering it, merging, completing, calling off. Each may be repeated.

Where they meet: with an agent at a console, in that agent's standing conference; with a telephone, in the first
agent's while the two confer, and in a room of its own once the first has left.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from dialer.domain.calls import FINAL
from dialer.domain.errors import CallNotInProgress
from dialer.domain.ids import AgentId, CallId
from dialer.domain.seats import Seat, agent_room
from dialer.ports import CarrierAccount
from dialer.store import agent_legs, live_calls
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store import transfers as store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.store.transfers import TransferRow
from dialer.usecases import agent_events, supervision
from dialer.usecases.agents import HANG_UP_LEG
from dialer.usecases.call_closing import release_agent
from dialer.usecases.live_calls import announce
from dialer.usecases.services import Services

RING_SECONDS = 25
JOIN_AGENT = "dialer.calls.join_agent"
Act = Callable[[], None]


def lock_both(tx: Transaction, transfer_id: UUID) -> tuple[LockedCall, TransferRow] | None:
    """A transfer and its call, locked in the usual order; None if there is none with this id."""
    call_id = store.find_call_of_transfer(tx.session, transfer_id)
    call = None if call_id is None else call_store.lock_call(tx.session, call_id)
    transfer = None if call is None else store.lock_transfer(tx.session, transfer_id)
    return None if call is None or transfer is None else (call, transfer)


def order(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    """Have the carrier begin: the callee goes over, or is held while the other is fetched."""
    if transfer.kind == "cold" and transfer.is_to_console:
        _seat_with_agent(services, account, call, transfer)
        finish(services, transfer)
    elif transfer.kind == "cold":
        _ring(services, account, call, transfer)
        room = transfer.room
        seat = Seat(room, f"call_{call.call_id}", call_id=call.call_id, ends_room=True, has_music=True)
        services.carrier.take_seat(account, call_sid=call.call_sid or "", seat=seat)
        _leave_to_ringing(services, transfer)
    else:
        services.carrier.set_hold(
            account, call_sid=call.call_sid or "", room=call.conference_name or "", is_on_hold=True
        )
        if transfer.is_to_console:
            _visit(services, account, transfer)
        else:
            _ring(services, account, call, transfer)


def merge(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    """Put the callee where the two are. Only one of several who want it does so."""
    now = services.clock.now()
    with services.transaction(call.tenant_id) as tx:
        if not store.claim_merge(tx.session, transfer_id=transfer.id, now=now):
            return
    try:
        if transfer.is_to_console:
            _seat_with_agent(services, account, call, transfer)
        else:
            services.carrier.set_hold(account, call_sid=call.call_sid or "", room=transfer.room, is_on_hold=False)
    except BaseException:
        with services.transaction(call.tenant_id) as tx:
            store.move_transfer(tx.session, transfer_id=transfer.id, now=now, facts={"merged_at": None})
        raise
    with services.transaction(call.tenant_id) as tx:
        call_store.lock_call(tx.session, call.call_id)
        live_calls.end_hold(tx.session, call_id=call.call_id, now=services.clock.now())
        if transfer.is_to_console:
            changes = {"conference_name": transfer.room}
            call_store.update_call(tx.session, call_id=call.call_id, now=now, changes=changes)
            supervision.end_others(services, tx, call.call_id)
        announce_transfer(services, tx, call.call_id)


def complete(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    """Put the callee where he is taken, and the first agent out of there."""
    if transfer.is_to_console:
        merge(services, account, call, transfer)
        send_home(services, account, transfer)
    else:
        room = f"room_{transfer.id}"
        # The telephone first: if that has hung up, the callee stays where he is.
        for call_sid, label in ((transfer.target_sid, _label(transfer)), (call.call_sid, f"call_{call.call_id}")):
            seat = Seat(room, label, call_id=call.call_id, ends_room=True, has_music=True)
            services.carrier.take_seat(account, call_sid=call_sid or "", seat=seat)
    finish(services, transfer)


def finish(services: Services, transfer: TransferRow) -> None:
    """The callee is with whom he was to go to, and the first agent is free to write up."""
    now = services.clock.now()
    with services.transaction(transfer.tenant_id) as tx:
        locked = lock_both(tx, transfer.id)
        # Of a callee who has hung up meanwhile, `settle_transfer` takes care.
        if locked is None or locked[0].state in FINAL:
            return
        if not store.move_transfer(tx.session, transfer_id=transfer.id, now=now, to="completed"):
            return
        call, transfer = locked
        _hand_over(services, tx, call, transfer, now)
        announce_transfer(services, tx, call.call_id)


def _hand_over(services: Services, tx: Transaction, call: LockedCall, transfer: TransferRow, now: datetime) -> None:
    room = transfer.room if transfer.is_to_console or transfer.kind == "cold" else f"room_{transfer.id}"
    changes: dict[str, object] = {"conference_name": room}
    if transfer.to_agent_id is not None:
        changes |= {"agent_id": transfer.to_agent_id, "agent_reserved_at": now}
    call_store.update_call(tx.session, call_id=call.call_id, now=now, changes=changes)
    live_calls.end_hold(tx.session, call_id=call.call_id, now=now)
    supervision.end_others(services, tx, call.call_id)
    if transfer.from_agent_id is not None:
        release_agent(
            services, tx, call=call, agent_id=transfer.from_agent_id, now=now, reason="transferred", wrap_up=True
        )
    if transfer.to_agent_id is not None:
        greet(services, tx, call, transfer, now)


def greet(services: Services, tx: Transaction, call: LockedCall, transfer: TransferRow, now: datetime) -> None:
    """The agent who takes the callee has him on the screen, and is talking. Told once."""
    if transfer.to_agent_id is None:
        return
    agent = agent_store.mark_talking(tx.session, agent_id=transfer.to_agent_id, call_id=call.call_id, now=now)
    if agent is None:
        return
    live = live_calls.find_live_call(tx.session, call.call_id)
    payload = agent_events.incoming_call(call, transfer=None if live is None else live.transfer)
    tx.after_commit(services.feed.to_agent, agent.id, agent_events.INCOMING_CALL, payload)
    status = agent_events.agent_status_updated(agent)
    tx.after_commit(services.feed.to_agent, agent.id, agent_events.AGENT_STATUS_UPDATED, status)
    tx.after_commit(services.feed.to_tenant, agent.tenant_id, agent_events.AGENT_STATUS_UPDATED, status)


def call_off(
    services: Services,
    account: CarrierAccount,
    call: LockedCall,
    transfer: TransferRow,
    *,
    to: str,
    reason: str,
) -> None:
    """Everybody back where he was: the callee with his agent, or, if that one has gone on, with another."""
    with services.transaction(transfer.tenant_id) as tx:
        # As it stands now: the telephone may have been rung since.
        call, transfer = lock_both(tx, transfer.id) or (call, transfer)
    is_over = call.state in FINAL
    if transfer.target_sid is not None:
        services.carrier.hang_up(account, call_sid=transfer.target_sid)
    if transfer.kind == "warm":
        if transfer.is_to_console:
            send_home(services, account, transfer)
        if not is_over:
            with suppress(CallNotInProgress):  # he hangs up at this moment, as his own report will say
                _take_back(services, account, call, transfer)
    now = services.clock.now()
    with services.transaction(transfer.tenant_id) as tx:
        locked = lock_both(tx, transfer.id)
        is_mine = store.move_transfer(tx.session, transfer_id=transfer.id, now=now, to=to, reason=reason)
        if locked is None or not is_mine:
            return
        call, transfer = locked
        _release_target(services, tx, call, transfer, now)
        if transfer.kind == "warm":
            live_calls.end_hold(tx.session, call_id=call.call_id, now=now)
            changes = {} if transfer.from_agent_id is None else {"conference_name": agent_room(transfer.from_agent_id)}
            call_store.update_call(tx.session, call_id=call.call_id, now=now, changes=changes)
        elif call.conference_name == transfer.room and call.state not in FINAL:
            _find_another(services, tx, call, transfer, now)
        announce_transfer(services, tx, call.call_id)


def _take_back(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    if transfer.from_agent_id is None:
        return
    home = agent_room(transfer.from_agent_id)
    if transfer.is_to_console and transfer.merged_at is not None:
        services.carrier.join_agent_conference(
            account, call_sid=call.call_sid or "", call_id=call.call_id, agent_id=transfer.from_agent_id
        )
        return
    try:
        services.carrier.set_hold(account, call_sid=call.call_sid or "", room=home, is_on_hold=False)
    except CallNotInProgress:
        # He is in the room already where he was to meet the telephone, or gone.
        services.carrier.join_agent_conference(
            account, call_sid=call.call_sid or "", call_id=call.call_id, agent_id=transfer.from_agent_id
        )


def _find_another(services: Services, tx: Transaction, call: LockedCall, transfer: TransferRow, now: datetime) -> None:
    """The callee has been left to a telephone that nobody answers: his agent, else another, else the message."""
    agent = store.reserve_for_return(
        tx.session,
        first=transfer.from_agent_id,
        agent_group_id=call.agent_group_id,
        call_id=call.call_id,
        now=now,
    )
    ids = {"tenant_id": str(call.tenant_id), "call_id": str(call.call_id)}
    if agent is None:
        tx.after_commit(services.queue.send, "dialer.calls.apologise", **ids)
        return
    changes = {"agent_id": agent.id, "agent_reserved_at": now, "conference_name": agent_room(agent.id)}
    call_store.update_call(tx.session, call_id=call.call_id, now=now, changes=changes)
    talking = agent_store.mark_talking(tx.session, agent_id=agent.id, call_id=call.call_id, now=now)
    tx.after_commit(services.feed.to_agent, agent.id, agent_events.INCOMING_CALL, agent_events.incoming_call(call))
    if talking is not None:
        status = agent_events.agent_status_updated(talking)
        tx.after_commit(services.feed.to_agent, agent.id, agent_events.AGENT_STATUS_UPDATED, status)
        tx.after_commit(services.feed.to_tenant, call.tenant_id, agent_events.AGENT_STATUS_UPDATED, status)
    tx.after_commit(services.queue.send, JOIN_AGENT, **ids)


def send_home(services: Services, account: CarrierAccount, transfer: TransferRow) -> None:
    """Bring an agent's leg back from a colleague's conference to his own. One that has ended needs no bringing."""
    if transfer.from_agent_id is None:
        return
    agent_id = transfer.from_agent_id
    with services.transaction(transfer.tenant_id) as tx:
        legs = agent_legs.list_other_console_legs(tx.session, agent_id=agent_id, call_sid="")
        away = [leg for leg in legs if agent_legs.find_leg_room(tx.session, leg) == transfer.room]
        for leg in away:
            agent_legs.send_leg(tx.session, call_sid=leg, room=agent_room(agent_id))
    for leg in away:
        try:
            services.carrier.take_seat(account, call_sid=leg, seat=_agent_seat(agent_id, agent_room(agent_id)))
        except CallNotInProgress:
            continue
        except BaseException:
            with services.transaction(transfer.tenant_id) as tx:
                agent_legs.send_leg(tx.session, call_sid=leg, room=transfer.room)
            raise


def announce_transfer(services: Services, tx: Transaction, call_id: CallId) -> None:
    """After the commit: tell both sides, and supervisors, how a transfer stands, and the agents how the call does."""
    call = live_calls.find_live_call(tx.session, call_id)
    if call is None or call.transfer is None:
        return
    payload = agent_events.transfer_changed(call.transfer, call_id)
    for agent_id in {call.transfer.from_agent_id, call.transfer.to_agent_id} - {None}:
        if agent_id is not None:
            tx.after_commit(services.feed.to_agent, agent_id, agent_events.TRANSFER_CHANGED, payload)
    announce(services, tx, call_id)


def _visit(services: Services, account: CarrierAccount, transfer: TransferRow) -> None:
    """Seat the first agent with the second, in whose conference nobody else is."""
    agent_id = transfer.from_agent_id
    with services.transaction(transfer.tenant_id) as tx:
        leg = None if agent_id is None else live_calls.find_console_leg(tx.session, agent_id)
        if leg is not None:
            agent_legs.send_leg(tx.session, call_sid=leg, room=transfer.room)
    if leg is None or agent_id is None:
        raise CallNotInProgress("the agent's headset is gone")
    services.carrier.take_seat(account, call_sid=leg, seat=_agent_seat(agent_id, transfer.room))
    now = services.clock.now()
    with services.transaction(transfer.tenant_id) as tx:
        locked = lock_both(tx, transfer.id)
        facts = {"answered_at": now}
        if locked is None or not store.move_transfer(
            tx.session, transfer_id=transfer.id, now=now, to="consulting", facts=facts
        ):
            return
        greet(services, tx, *locked, now)
        announce_transfer(services, tx, transfer.call_id)


def _ring(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    """Ring the telephone. It may have been answered before we know its leg."""
    placed = services.carrier.call_transfer_target(
        account,
        transfer_id=transfer.id,
        to_number=transfer.to_phone or "",
        from_number=call.from_number,
        ring_timeout_seconds=RING_SECONDS,
    )
    now = services.clock.now()
    with services.transaction(transfer.tenant_id) as tx:
        locked = lock_both(tx, transfer.id)
        if locked is None:
            return
        to = "ringing" if locked[1].state == "requested" else None
        known = store.move_transfer(
            tx.session, transfer_id=transfer.id, now=now, to=to, facts={"target_sid": placed.call_sid}
        )
        if not known and locked[1].state != "completed":
            ids = {"tenant_id": str(transfer.tenant_id), "call_sid": placed.call_sid}
            tx.after_commit(services.queue.send, HANG_UP_LEG, **ids)
        announce_transfer(services, tx, transfer.call_id)


def _leave_to_ringing(services: Services, transfer: TransferRow) -> None:
    """A cold transfer to a telephone: the callee hears music, the agent is free."""
    now = services.clock.now()
    with services.transaction(transfer.tenant_id) as tx:
        locked = lock_both(tx, transfer.id)
        if locked is None or locked[1].ended_at is not None:
            return
        call = locked[0]
        call_store.update_call(tx.session, call_id=call.call_id, now=now, changes={"conference_name": transfer.room})
        live_calls.end_hold(tx.session, call_id=call.call_id, now=now)
        supervision.end_others(services, tx, call.call_id)
        if transfer.from_agent_id is not None:
            release_agent(
                services, tx, call=call, agent_id=transfer.from_agent_id, now=now, reason="transferred", wrap_up=True
            )
        announce_transfer(services, tx, call.call_id)


def _seat_with_agent(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    if transfer.to_agent_id is None:
        raise CallNotInProgress("the agent is gone")
    services.carrier.join_agent_conference(
        account, call_sid=call.call_sid or "", call_id=call.call_id, agent_id=transfer.to_agent_id
    )


def _release_target(
    services: Services, tx: Transaction, call: LockedCall, transfer: TransferRow, now: datetime
) -> None:
    if transfer.to_agent_id is not None:
        release_agent(
            services, tx, call=call, agent_id=transfer.to_agent_id, now=now, reason="transfer_ended", wrap_up=False
        )


def _agent_seat(agent_id: AgentId, room: str) -> Seat:
    return Seat(room, f"agent_{agent_id}")


def _label(transfer: TransferRow) -> str:
    return f"transfer_{transfer.id}"
