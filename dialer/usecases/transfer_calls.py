"""What the carrier reports about telephones that calls are transferred to, and the sweep over transfers."""

from datetime import timedelta
from uuid import UUID

import structlog

from dialer.domain import in_flight
from dialer.domain.calls import FINAL, CallState
from dialer.domain.errors import CallNotInProgress, CarrierError, Forbidden
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.domain.seats import Seat
from dialer.ports import CarrierAccount
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store import transfers as store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.store.transfers import TransferRow
from dialer.usecases import transfer_moves as moves
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services
from dialer.usecases.sweep_turns import one_by_one
from dialer.usecases.webhook_calls import Authenticate

log = structlog.get_logger()


def answer_transfer(services: Services, *, transfer_id: UUID, call_sid: str, authenticate: Authenticate) -> Seat | None:
    """Where whoever answered the telephone is seated; None if the callee is gone, or has gone elsewhere.

    The same again when the carrier asks again.
    """
    now = services.clock.now()
    with services.transaction() as tx:
        tenant_id, _ = _enter(services, tx, transfer_id, authenticate)
        locked = None if tenant_id is None else moves.lock_both(tx, transfer_id)
        if locked is None:
            return None
        call, transfer = locked
        is_first = transfer.ended_at is None and transfer.state in ("requested", "ringing")
        is_again = transfer.target_sid == call_sid and transfer.state in ("consulting", "completed")
        if call.state != CallState.BRIDGED or not (is_first or is_again):
            return None
        facts = {"target_sid": call_sid, "answered_at": now}
        if is_first and transfer.kind == "warm":
            store.move_transfer(tx.session, transfer_id=transfer_id, now=now, to="consulting", facts=facts)
            moves.greet(services, tx, call, transfer, now)
            moves.announce_transfer(services, tx, call.call_id)
        elif is_first:
            store.move_transfer(tx.session, transfer_id=transfer_id, now=now, facts=facts)
            tx.after_commit(moves.finish, services, transfer)
        is_cold = transfer.kind == "cold"
        return Seat(
            transfer.room,
            f"transfer_{transfer_id}",
            call_id=call.call_id if is_cold else None,
            ends_room=is_cold,
        )


def record_target_status(
    services: Services, *, transfer_id: UUID, call_sid: str, state: CallState, authenticate: Authenticate
) -> None:
    """The telephone's leg is over: nobody answered, or whoever conferred has hung up. The callee is taken back."""
    if state not in FINAL:
        return
    with services.transaction() as tx:
        tenant_id, account = _enter(services, tx, transfer_id, authenticate)
        locked = None if tenant_id is None else moves.lock_both(tx, transfer_id)
    if locked is None or account is None or locked[1].ended_at is not None:
        return
    call, transfer = locked
    reason = {CallState.COMPLETED: "hung_up"}.get(state, str(state))
    try:
        moves.call_off(services, account, call, transfer, to="failed", reason=reason)
    except CarrierError as trouble:
        log.warning("transfer_not_called_off", transfer_id=str(transfer_id), error=str(trouble))


def join_agent(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Put a callee into the conference of the agent who has him now. Repeating it is harmless."""
    with services.transaction(tenant_id) as tx:
        account = account_of(services, tx.session, tenant_id)
        call = call_store.lock_call(tx.session, call_id)
    if call is None or call.state != CallState.BRIDGED or call.call_sid is None or call.agent_id is None:
        return
    if not call.is_with_console:
        return
    try:
        services.carrier.join_agent_conference(account, call_sid=call.call_sid, call_id=call_id, agent_id=call.agent_id)
    except CallNotInProgress:
        # The carrier's own report closes the call.
        return


def sweep_transfers(services: Services) -> int:
    """Bring to an end what nobody moves on; return how many were looked at. Safe to run at any time and in parallel."""
    now = services.clock.now()
    with services.transaction() as tx:
        overdue = store.list_overdue_transfers(
            tx.session,
            ordered_before=now - in_flight.TRANSFER_ORDERED.expiry,
            rung_before=now - in_flight.TRANSFER_RINGING.expiry,
            lost_before=now - in_flight.TRANSFER_DESERTED.expiry,
        )
    one_by_one(
        overdue,
        lambda tenant_id, transfer_id: settle_transfer(services, tenant_id=tenant_id, transfer_id=transfer_id),
    )
    return len(overdue)


def settle_transfer(services: Services, *, tenant_id: TenantId, transfer_id: UUID) -> None:
    """Decide under the lock what is to become of a transfer that is late, or whose callee has gone; then do it."""
    with services.transaction(tenant_id) as tx:
        locked = moves.lock_both(tx, transfer_id)
        account = account_of(services, tx.session, tenant_id)
        if locked is None or locked[1].ended_at is not None:
            return
        call, transfer = locked
        has_first, has_second = (_has_audio(tx, one) for one in (transfer.from_agent_id, transfer.to_agent_id))
    if call.state in FINAL:
        moves.call_off(services, account, call, transfer, to="cancelled", reason="callee_left")
    elif transfer.state == "requested":
        _settle_order(services, account, call, transfer)
    elif transfer.state == "ringing" and _is_late(services, transfer):
        moves.call_off(services, account, call, transfer, to="failed", reason="no_answer")
    elif transfer.state == "consulting" and not has_first:
        # Whoever conferred with him is there: the callee need not go on hearing music.
        _in_progress(lambda: moves.complete(services, account, call, transfer))
    elif transfer.state == "consulting" and transfer.is_to_console and not has_second:
        moves.call_off(services, account, call, transfer, to="failed", reason="agent_lost")


def _settle_order(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    """Whoever ordered it has died, or was not answered: has the carrier done it?"""
    if transfer.kind == "cold" and transfer.is_to_console:
        there = services.carrier.list_participants(account, conference_name=transfer.room)
        if call.call_sid in there:
            moves.finish(services, transfer)
            return
    moves.call_off(services, account, call, transfer, to="failed", reason="not_done")


def _is_late(services: Services, transfer: TransferRow) -> bool:
    return services.clock.now() - transfer.requested_at >= in_flight.TRANSFER_RINGING.expiry - timedelta(seconds=1)


def _has_audio(tx: Transaction, agent_id: AgentId | None) -> bool:
    found = None if agent_id is None else agent_store.find_agent(tx.session, agent_id)
    return found is not None and found.console_leg_sid is not None


def _in_progress(act: moves.Act) -> None:
    try:
        act()
    except CallNotInProgress:
        # The callee hangs up at this moment; the carrier says so, and then it is settled.
        return


def _enter(
    services: Services, tx: Transaction, transfer_id: UUID, authenticate: Authenticate
) -> tuple[TenantId | None, CarrierAccount | None]:
    tenant_id = store.enter_tenant_of_transfer(tx.session, transfer_id)
    account = services.platform_account if tenant_id is None else account_of(services, tx.session, tenant_id)
    if not authenticate(account):
        raise Forbidden("The request is not signed by the carrier account of this transfer.")
    return tenant_id, account
