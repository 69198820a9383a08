"""Handing a callee over to a colleague or a telephone: at once (cold), or after a word with whoever takes him (warm).

Nobody is ever alone: a callee hears music until somebody takes him, and comes back when nobody does. What is wanted is
committed before the carrier is asked and what came of it afterwards; `transfer_calls` has what the carrier reports, and
the sweep that ends what was begun and not brought to an end. Two agents hold a call while it is between them.
"""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from dialer.domain.agents import parse_agent_phone
from dialer.domain.errors import (
    CallNotInProgress,
    CarrierError,
    CarrierOutcomeUnknown,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from dialer.domain.ids import AgentGroupId, AgentId, CallId
from dialer.domain.principals import Principal, Role
from dialer.domain.seats import agent_room
from dialer.ports import CarrierAccount
from dialer.store import agent_legs, live_calls
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store import transfers as store
from dialer.store.agent_groups import exists_agent_group
from dialer.store.calls import LockedCall
from dialer.store.live_calls import LiveCall
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.store.transfers import TransferRow
from dialer.usecases import transfer_moves as moves
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.live_calls import lock_steerable, record_deed, told_to_agent
from dialer.usecases.services import Services


@dataclass(frozen=True)
class TransferTarget:
    """Whom a call goes to: one of an agent, whoever is free of a group, or a telephone number."""

    agent_id: AgentId | None = None
    agent_group_id: AgentGroupId | None = None
    phone: str | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.agent_id, self.agent_group_id, self.phone)) != 1:
            raise Invalid.field("to", "must name exactly one of agent_id, agent_group_id, phone")


@dataclass(frozen=True)
class _Reserved:
    agent_id: AgentId | None
    phone: str | None


def transfer_call(
    services: Services, *, actor: Principal, call_id: CallId, kind: str, target: TransferTarget
) -> LiveCall:
    """Hand a callee over. Cold: the agent is free at once. Warm: he talks with the other first, the callee on hold.

    Raises NotFound, Forbidden, Invalid for a target that does not exist or may not be called, Conflict if nobody there
    is free or the call is on its way already, Unavailable.
    """
    transfer_id = new_id()
    with services.transaction(actor.tenant_id) as tx:
        call, account = lock_steerable(services, tx, actor, call_id)
        if call.agent_id is None or not agent_legs.holds_call(tx.session, call_id=call_id):
            raise Conflict("No agent is in this call any more.")
        if kind == "warm" and not call.is_with_console:
            raise Conflict("Only who works at a console can confer first.")
        chosen = _choose(services, tx, call, target)
        room = _room(call, kind, chosen, transfer_id)
        is_asked_for = store.insert_transfer(
            tx.session,
            transfer_id=transfer_id,
            tenant_id=actor.tenant_id,
            call_id=call_id,
            from_agent_id=call.agent_id,
            kind=kind,
            to_agent_id=chosen.agent_id,
            to_phone=chosen.phone,
            room=room,
            requested_by=actor.user_id,
            now=services.clock.now(),
        )
        if not is_asked_for:
            raise Conflict("The call is being transferred.")
        record_deed(tx, call, f"transfer_{kind}", actor, services)
        transfer = store.lock_transfer(tx.session, transfer_id)
        if kind == "warm":
            live_calls.begin_hold(tx.session, call_id=call_id, now=services.clock.now())
        moves.announce_transfer(services, tx, call_id)
    if transfer is not None:
        _order(services, account, call, transfer)
    return _load(services, actor, call_id)


def complete_transfer(services: Services, *, actor: Principal, transfer_id: UUID) -> LiveCall:
    """The agent leaves the callee to whom he has conferred with. Repeating it changes nothing.

    Raises NotFound, Forbidden, Conflict unless the two are talking with each other, Unavailable.
    """
    account, call, transfer = _enter(services, actor, transfer_id)
    if transfer.state != "completed":
        _require_consulting(transfer)
        _obey(lambda: moves.complete(services, account, call, transfer))
    return _load(services, actor, transfer.call_id)


def merge_transfer(services: Services, *, actor: Principal, transfer_id: UUID) -> LiveCall:
    """Bring the callee into the conversation of the two: all three hear one another. Repeating it changes nothing.

    Raises as `complete_transfer` does.
    """
    account, call, transfer = _enter(services, actor, transfer_id)
    _require_consulting(transfer)
    _obey(lambda: moves.merge(services, account, call, transfer))
    return _load(services, actor, transfer.call_id)


def cancel_transfer(services: Services, *, actor: Principal, transfer_id: UUID) -> LiveCall:
    """Call it off: the callee is the agent's again, or, if that one has gone on already, somebody else's.

    Repeating it changes nothing. Raises NotFound, Forbidden, Conflict for one that was completed, Unavailable.
    """
    account, call, transfer = _enter(services, actor, transfer_id)
    if transfer.state == "completed":
        raise Conflict("The call has been handed over.")
    if transfer.ended_at is None:
        _obey(lambda: moves.call_off(services, account, call, transfer, to="cancelled", reason="called_off"))
    return _load(services, actor, transfer.call_id)


def _choose(services: Services, tx: Transaction, call: LockedCall, target: TransferTarget) -> _Reserved:
    now = services.clock.now()
    if target.phone is not None:
        try:
            phone = parse_agent_phone(target.phone)
        except Invalid as invalid:
            raise Invalid.field("to.phone", invalid.fields[0].message) from None
        if phone == call.to_number:
            raise Invalid.field("to.phone", "is the callee's own number")
        return _Reserved(None, phone)
    if target.agent_id is not None:
        if target.agent_id == call.agent_id:
            raise Invalid.field("to.agent_id", "has the call already")
        found = agent_store.find_agent(tx.session, target.agent_id)
        if found is None:
            raise Invalid.field("to.agent_id", "there is no such agent")
        reserved = store.reserve_for_transfer(tx.session, agent_id=target.agent_id, call_id=call.call_id, now=now)
        if reserved is None:
            raise Conflict(f"{found.name} is not available.")
    else:
        group_id = target.agent_group_id
        if group_id is None or not exists_agent_group(tx.session, group_id):
            raise Invalid.field("to.agent_group_id", "there is no such agent group")
        exclude = () if call.agent_id is None else (call.agent_id,)
        reserved = agent_store.reserve_agent(
            tx.session, agent_group_id=group_id, call_id=call.call_id, now=now, exclude=exclude
        )
        if reserved is None:
            raise Conflict("Nobody of that group is available.")
    return _Reserved(reserved.id, None if reserved.console_leg_sid is not None else reserved.phone)


def _room(call: LockedCall, kind: str, chosen: _Reserved, transfer_id: UUID) -> str:
    if chosen.phone is None and chosen.agent_id is not None:
        return agent_room(chosen.agent_id)
    return (call.conference_name or "") if kind == "warm" else f"room_{transfer_id}"


def _order(services: Services, account: CarrierAccount, call: LockedCall, transfer: TransferRow) -> None:
    try:
        moves.order(services, account, call, transfer)
    except CarrierOutcomeUnknown as trouble:
        # It may have been done: the sweep finds out within seconds.
        raise Unavailable("The carrier has not answered. It is being found out what it did.") from trouble
    except CarrierError as trouble:
        # If that fails as well, the sweep does it.
        with suppress(CarrierError):
            moves.call_off(services, account, call, transfer, to="failed", reason="refused")
        if isinstance(trouble, CallNotInProgress):
            raise Conflict("The call is over.") from trouble
        raise Unavailable("The carrier did not do it. The callee is where he was.") from trouble


def _obey(act: "moves.Act") -> None:
    try:
        act()
    except CallNotInProgress as trouble:
        raise Conflict("The call is over.") from trouble
    except CarrierError as trouble:
        raise Unavailable("The carrier did not do it. Try again.") from trouble


def _enter(services: Services, actor: Principal, transfer_id: UUID) -> tuple[CarrierAccount, LockedCall, TransferRow]:
    with services.transaction(actor.tenant_id) as tx:
        locked = moves.lock_both(tx, transfer_id)
        if locked is None:
            raise NotFound("There is no transfer with this id.")
        call, transfer = locked
        if not actor.has_at_least(Role.SUPERVISOR) and (
            actor.agent_id is None or actor.agent_id != transfer.from_agent_id
        ):
            raise Forbidden("Only who hands the call over decides about it.")
        return account_of(services, tx.session, actor.tenant_id), call, transfer


def _require_consulting(transfer: TransferRow) -> None:
    if transfer.state != "consulting":
        raise Conflict("The two are not talking with each other.")


def _load(services: Services, actor: Principal, call_id: CallId) -> LiveCall:
    """As the actor may see it. He may have handed it over by now, so it is not asked whose it is."""
    with services.transaction(actor.tenant_id) as tx:
        if call_store.lock_call(tx.session, call_id) is None:
            raise NotFound("There is no call with this id.")
        found = live_calls.find_live_call(tx.session, call_id)
    if found is None:
        raise NotFound("There is no call with this id.")
    return found if actor.has_at_least(Role.SUPERVISOR) else told_to_agent(found)
