"""Steering a call that goes on: hold, and what of it is recorded. For its agent, and for supervisors.

What is wanted is committed first and the carrier asked afterwards, with no lock held; then it is looked whether the
same is still wanted. So whoever of two comes last is obeyed, and a death in between leaves a page that shows what was
wanted and a button that brings it about.
"""

from collections.abc import Callable
from dataclasses import replace

from dialer.domain.calls import CallState, Verdict
from dialer.domain.errors import (
    CallNotInProgress,
    CarrierError,
    CarrierOutcomeUnknown,
    Conflict,
    Forbidden,
    NotFound,
    Unavailable,
)
from dialer.domain.ids import CallId
from dialer.domain.principals import Principal, Role
from dialer.ports import CarrierAccount
from dialer.store import calls as call_store
from dialer.store import live_calls as store
from dialer.store.calls import LockedCall
from dialer.store.live_calls import LiveCall as LiveCall
from dialer.store.live_calls import LiveSupervision as LiveSupervision
from dialer.store.live_calls import LiveTransfer as LiveTransfer
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services

_TURNS = 3
"""How often what is wanted is looked at again while others change it."""


def load_live_call(services: Services, *, actor: Principal, call_id: CallId) -> LiveCall:
    """A call as it stands. Its agent is not told who listens; supervisors are. Raises NotFound, Forbidden."""
    with services.transaction(actor.tenant_id) as tx:
        return view(tx, actor, call_id)


def view(tx: Transaction, actor: Principal, call_id: CallId) -> LiveCall:
    """The same inside a transaction."""
    found = store.find_live_call(tx.session, call_id)
    if found is None:
        raise NotFound("There is no call with this id.")
    if actor.has_at_least(Role.SUPERVISOR):
        return found
    if actor.agent_id is None or not _takes_part(found, actor):
        raise Forbidden("This is not a call of yours.")
    return told_to_agent(found)


def told_to_agent(call: LiveCall) -> LiveCall:
    """What the agent may know: supervisors whom he can hear."""
    return replace(call, supervision=tuple(one for one in call.supervision if one.mode != "listen" and one.joined_at))


def _takes_part(call: LiveCall, actor: Principal) -> bool:
    transfer = call.transfer
    parties = {call.agent_id} | ({transfer.from_agent_id, transfer.to_agent_id} if transfer else set())
    return actor.agent_id in parties


def hold_call(services: Services, *, actor: Principal, call_id: CallId) -> LiveCall:
    """Have the callee hear music and nobody. Held already, he stays so.

    Raises NotFound, Forbidden, Conflict while nobody talks with him or he is on his way to somebody else, Unavailable.
    """
    return _steer_hold(services, actor, call_id, is_on_hold=True)


def resume_call(services: Services, *, actor: Principal, call_id: CallId) -> LiveCall:
    """Bring the callee back to his agent. Raises as `hold_call` does."""
    return _steer_hold(services, actor, call_id, is_on_hold=False)


def _steer_hold(services: Services, actor: Principal, call_id: CallId, *, is_on_hold: bool) -> LiveCall:
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        call, account = lock_steerable(services, tx, actor, call_id)
        was_held = call.held_since is not None
        _note_hold(tx, call, is_on_hold=is_on_hold, services=services)
        record_deed(tx, call, "hold" if is_on_hold else "resume", actor, services)

    def obey(wanted: LockedCall) -> None:
        services.carrier.set_hold(
            account,
            call_sid=wanted.call_sid or "",
            room=wanted.conference_name or "",
            is_on_hold=wanted.held_since is not None,
        )

    try:
        _until_settled(services, call_id, actor, obey, lambda wanted: wanted.held_since is not None)
    except CarrierError as trouble:
        with services.transaction(actor.tenant_id) as tx:
            locked = call_store.lock_call(tx.session, call_id)
            if locked is not None and not isinstance(trouble, CarrierOutcomeUnknown) and not was_held and is_on_hold:
                store.end_hold(tx.session, call_id=call_id, now=now, is_counted=False)
            announce(services, tx, call_id)
        raise steering_trouble(trouble) from trouble
    with services.transaction(actor.tenant_id) as tx:
        announce(services, tx, call_id)
        return view(tx, actor, call_id)


def _note_hold(tx: Transaction, call: LockedCall, *, is_on_hold: bool, services: Services) -> None:
    now = services.clock.now()
    if is_on_hold:
        store.begin_hold(tx.session, call_id=call.call_id, now=now)
    else:
        store.end_hold(tx.session, call_id=call.call_id, now=now)


def pause_recording(services: Services, *, actor: Principal, call_id: CallId) -> LiveCall:
    """Record nothing of the call until `resume_recording`: for what must not be kept, a card's number say.

    Raises NotFound, Forbidden, Conflict if the call is not recorded or nobody talks in it, Unavailable.
    """
    return _steer_recording(services, actor, call_id, is_paused=True)


def resume_recording(services: Services, *, actor: Principal, call_id: CallId) -> LiveCall:
    """Record again. Raises as `pause_recording` does."""
    return _steer_recording(services, actor, call_id, is_paused=False)


def _steer_recording(services: Services, actor: Principal, call_id: CallId, *, is_paused: bool) -> LiveCall:
    with services.transaction(actor.tenant_id) as tx:
        call, account = lock_steerable(services, tx, actor, call_id, may_be_moving=True)
        if not call.record_calls:
            raise Conflict("This call is not recorded.")
        if not is_paused:
            _note_recording(services, tx, call_id, is_paused=False)
        record_deed(tx, call, "recording_paused" if is_paused else "recording_resumed", actor, services)

    def obey(wanted: LockedCall) -> None:
        pausing, resuming = services.carrier.pause_recording, services.carrier.resume_recording
        (resuming if wanted.recording_paused_at is None else pausing)(account, call_sid=wanted.call_sid or "")

    try:
        if is_paused:
            # Asked before it is noted: whoever believes that nothing is recorded says what must not be.
            services.carrier.pause_recording(account, call_sid=call.call_sid or "")
            with services.transaction(actor.tenant_id) as tx:
                _note_recording(services, tx, call_id, is_paused=True)
        _until_settled(services, call_id, actor, obey, lambda wanted: wanted.recording_paused_at is None)
    except CarrierError as trouble:
        raise steering_trouble(trouble) from trouble
    finally:
        with services.transaction(actor.tenant_id) as tx:
            announce(services, tx, call_id)
    return load_live_call(services, actor=actor, call_id=call_id)


def _note_recording(services: Services, tx: Transaction, call_id: CallId, *, is_paused: bool) -> None:
    now = services.clock.now()
    paused_at = now if is_paused else None
    call_store.update_call(tx.session, call_id=call_id, now=now, changes={"recording_paused_at": paused_at})


def _until_settled(
    services: Services,
    call_id: CallId,
    actor: Principal,
    obey: Callable[[LockedCall], None],
    wanted_of: Callable[[LockedCall], bool],
) -> None:
    """Ask the carrier for what is wanted, and again if something else was wanted meanwhile."""
    done: bool | None = None
    for _ in range(_TURNS):
        with services.transaction(actor.tenant_id) as tx:
            call = call_store.lock_call(tx.session, call_id)
        if call is None or call.state != CallState.BRIDGED or wanted_of(call) is done:
            return
        obey(call)
        done = wanted_of(call)


def lock_steerable(
    services: Services, tx: Transaction, actor: Principal, call_id: CallId, *, may_be_moving: bool = False
) -> tuple[LockedCall, CarrierAccount]:
    """Lock a call that somebody talks in and that this person may steer, and find the account that it is placed with.

    Raises NotFound, Forbidden, and Conflict if nobody talks in it or, unless it `may_be_moving`, it is transferred.
    """
    call = call_store.lock_call(tx.session, call_id)
    if call is None:
        raise NotFound("There is no call with this id.")
    if not actor.has_at_least(Role.SUPERVISOR) and (actor.agent_id is None or actor.agent_id != call.agent_id):
        raise Forbidden("This is not a call of yours.")
    if call.state != CallState.BRIDGED or call.call_sid is None or call.conference_name is None:
        raise Conflict("Nobody is talking in this call.")
    if call.transfer_id is not None and not may_be_moving:
        raise Conflict("The call is being transferred.")
    return call, account_of(services, tx.session, actor.tenant_id)


def record_deed(tx: Transaction, call: LockedCall, deed: str, actor: Principal | None, services: Services) -> None:
    """Leave a word in the call's history about what was done with it, and by whom."""
    payload = {} if actor is None else {"user_id": str(actor.user_id)}
    _, event_id = call_store.record_event(
        tx.session,
        call_id=call.call_id,
        event_key=f"{deed}:{new_id()}",
        kind="control",
        payload={"deed": deed, **payload},
        now=services.clock.now(),
    )
    call_store.update_call(
        tx.session, call_id=call.call_id, now=services.clock.now(), event=(event_id, Verdict.APPLIED)
    )


def announce(services: Services, tx: Transaction, call_id: CallId) -> None:
    """After the commit: tell the call's agent, and whoever takes part in its transfer, how it stands."""
    call = store.find_live_call(tx.session, call_id)
    if call is None:
        return
    payload = agent_events.call_changed(told_to_agent(call))
    transfer = call.transfer
    parties = {call.agent_id} | ({transfer.from_agent_id, transfer.to_agent_id} if transfer else set())
    for agent_id in sorted((one for one in parties if one is not None), key=str):
        tx.after_commit(services.feed.to_agent, agent_id, agent_events.CALL_CHANGED, payload)


def steering_trouble(trouble: CarrierError) -> Exception:
    """What somebody is told whose command the carrier did not carry out."""
    if isinstance(trouble, CallNotInProgress):
        return Conflict("The call is over, or not there any more.")
    return Unavailable("The carrier did not do it. Try again.")
