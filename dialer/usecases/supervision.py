"""Supervisors on live calls: listening, whispering to the agent, speaking with both, taking the call over.

A supervisor has a headset of his own for it, also where he is an agent himself. He says first what he wants, and gets a
token; his headset calls in then and is put where he said. The agent is told of whom he can hear, and not of whom he
cannot; other supervisors see everybody, and the audit log has each.
"""

from dataclasses import dataclass
from uuid import UUID

from dialer.domain import in_flight
from dialer.domain.calls import FINAL, CallState
from dialer.domain.errors import CallNotInProgress, CarrierError, Conflict, Forbidden, NotFound, Unavailable
from dialer.domain.ids import CallId, TenantId, UserId
from dialer.domain.principals import Principal, Role
from dialer.domain.seats import Seat, SupervisionMode, supervisor_seat
from dialer.ports import CarrierAccount
from dialer.store import calls as call_store
from dialer.store import live_calls
from dialer.store import supervisions as store
from dialer.store.calls import LockedCall
from dialer.store.live_calls import LiveSupervision
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.store.supervisions import SupervisionRow
from dialer.usecases import agent_events
from dialer.usecases.agents import HANG_UP_LEG
from dialer.usecases.call_closing import release_agent_of
from dialer.usecases.call_events import ConferenceReport
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.live_calls import announce, lock_steerable, record_deed
from dialer.usecases.services import Services
from dialer.usecases.sweep_turns import one_by_one
from dialer.usecases.voice_tokens import Voice, issue_supervisor_voice
from dialer.usecases.webhook_calls import Authenticate


@dataclass(frozen=True)
class Supervising:
    """How a supervisor stands to a call, and what his headset calls in with."""

    supervision: LiveSupervision
    voice: Voice


def supervise_call(services: Services, *, actor: Principal, call_id: CallId, mode: SupervisionMode) -> Supervising:
    """Begin to listen, whisper or speak, or change from one to another. Repeating it gives a new token.

    Whoever was on another call is on that no more. Raises NotFound, Forbidden, Conflict while nobody talks in the call,
    in the actor's own call, or if headsets are not set up, Unavailable.
    """
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        call, account = lock_steerable(services, tx, actor, call_id, may_be_moving=True)
        if call.agent_id is not None and call.agent_id == actor.agent_id:
            raise Conflict("This is your own call.")
        voice = issue_supervisor_voice(services, account, user_id=actor.user_id)
        coached = _coached_leg(tx, call)
        if mode == "whisper" and coached is None:
            raise Conflict("There is no agent in this call to whisper to.")
        current = store.lock_open(tx.session, actor.user_id)
        if current is not None and current.call_id != call_id:
            _end(services, tx, current)
            current = None
        if current is None:
            _begin(tx, actor, call_id, mode, services)
        elif current.taken_over_at is None:
            store.set_mode(tx.session, supervision_id=current.id, mode=mode)
        if current is None or current.mode != mode:
            record_deed(tx, call, f"supervision_{mode}", actor, services)
    if current is not None and current.taken_over_at is None and current.joined_at is not None:
        _change_seat(services, account, call, current, mode, coached)
    with services.transaction(actor.tenant_id) as tx:
        announce_supervision(services, tx, call_id, actor.tenant_id)
        mine = [
            one for one in live_calls.list_supervisions(tx.session, call_id=call_id) if one.user_id == actor.user_id
        ]
    if not mine:
        raise Conflict("The call is over.")
    return Supervising(mine[0], voice)


def _begin(tx: Transaction, actor: Principal, call_id: CallId, mode: SupervisionMode, services: Services) -> None:
    is_begun = store.insert_supervision(
        tx.session,
        supervision_id=new_id(),
        tenant_id=actor.tenant_id,
        call_id=call_id,
        user_id=actor.user_id,
        mode=mode,
        now=services.clock.now(),
    )
    if not is_begun:
        raise Conflict("You have just begun to listen elsewhere.")


def _change_seat(
    services: Services,
    account: CarrierAccount,
    call: LockedCall,
    row: SupervisionRow,
    mode: SupervisionMode,
    coached: str | None,
) -> None:
    try:
        services.carrier.set_supervision(
            account,
            call_sid=row.call_sid or "",
            room=call.conference_name or "",
            mode=mode,
            coached_sid=coached if mode == "whisper" else None,
        )
    except CarrierError as trouble:
        with services.transaction(call.tenant_id) as tx:
            store.set_mode(tx.session, supervision_id=row.id, mode=row.mode)
        if isinstance(trouble, CallNotInProgress):
            raise Conflict("You are not in this call any more.") from trouble
        raise Unavailable("The carrier did not do it. Try again.") from trouble


def connect_supervisor_leg(
    services: Services, *, user_id: UUID, call_sid: str, authenticate: Authenticate
) -> Seat | None:
    """Where a supervisor's headset that calls in belongs; None if there is nothing that he wants to listen to."""
    with services.transaction() as tx:
        tenant_id = store.enter_tenant_of_supervisor(tx.session, user_id)
        account = services.platform_account if tenant_id is None else account_of(services, tx.session, tenant_id)
        if not authenticate(account):
            raise Forbidden("The request is not signed by the carrier account of this supervisor.")
        if tenant_id is None:
            raise NotFound("There is no such supervisor.")
        found = store.find_open(tx.session, UserId(user_id))
        call = None if found is None else call_store.lock_call(tx.session, found.call_id)
        row = store.lock_open(tx.session, UserId(user_id))
        if row is None or call is None or row.call_id != call.call_id or call.state != CallState.BRIDGED:
            return None
        if call.conference_name is None:
            return None
        store.record_leg(tx.session, supervision_id=row.id, call_sid=call_sid)
        if row.taken_over_at is not None:
            return _own_seat(call, row)
        return supervisor_seat(
            room=call.conference_name,
            label=_label(row),
            mode=row.mode,
            coached_sid=_coached_leg(tx, call),
            call_id=None if call.conference_name.startswith("agent_") else call.call_id,
        )


def record_supervisor_event(
    services: Services, *, supervision_id: UUID, report: ConferenceReport, authenticate: Authenticate
) -> None:
    """Note that a supervisor is in the call's conference, or has left it. Where he was moved away from says nothing."""
    now = services.clock.now()
    with services.transaction() as tx:
        tenant_id = store.enter_tenant_of_supervision(tx.session, supervision_id)
        account = services.platform_account if tenant_id is None else account_of(services, tx.session, tenant_id)
        if not authenticate(account):
            raise Forbidden("The request is not signed by the carrier account of this supervisor.")
        row = None if tenant_id is None else store.lock_supervision(tx.session, supervision_id)
        if tenant_id is None or row is None or row.call_sid != report.call_sid:
            return
        if report.event == "participant-join":
            is_news = store.record_joined(tx.session, supervision_id=row.id, now=now)
        elif report.event == "participant-leave":
            is_moved = row.taken_over_at is not None and report.conference_name != _own_room(row)
            is_news = not is_moved and store.end_supervision(tx.session, supervision_id=row.id, now=now)
        else:
            return
        if is_news:
            announce_supervision(services, tx, row.call_id, tenant_id)


def leave_call(services: Services, *, actor: Principal, call_id: CallId) -> None:
    """Stop to listen. Whoever does not listen to this call has nothing to stop."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        if call_store.lock_call(tx.session, call_id) is None:
            raise NotFound("There is no call with this id.")
        row = store.lock_open(tx.session, actor.user_id)
        if row is None or row.call_id != call_id:
            return
        _end(services, tx, row)
        announce_supervision(services, tx, call_id, actor.tenant_id)


def take_over_call(services: Services, *, actor: Principal, call_id: CallId) -> LiveSupervision:
    """Go on with the callee alone: the agent is free, with time to write up. The supervisor must be on the call.

    Repeating it changes nothing. Raises NotFound, Forbidden, Conflict, Unavailable.
    """
    actor.require(Role.SUPERVISOR)
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        call, account = lock_steerable(services, tx, actor, call_id)
        row = store.lock_open(tx.session, actor.user_id)
        if row is None or row.call_id != call_id or row.joined_at is None or row.call_sid is None:
            raise Conflict("Listen to the call first: your headset is not in it.")
        is_mine = not store.record_taken_over(tx.session, supervision_id=row.id, now=now)
    if not is_mine:
        try:
            # In this order: one who listens to a telephone's conference would be let go with it.
            services.carrier.take_seat(account, call_sid=row.call_sid, seat=_own_seat(call, row))
            services.carrier.take_seat(account, call_sid=call.call_sid or "", seat=_callee_seat(call, row))
        except CarrierError as trouble:
            _undo(services, row)
            if isinstance(trouble, CallNotInProgress):
                raise Conflict("The call is over.") from trouble
            raise Unavailable("The carrier did not do it. Try again.") from trouble
        _finish_taking_over(services, actor, call_id, row)
    with services.transaction(actor.tenant_id) as tx:
        return next(one for one in live_calls.list_supervisions(tx.session, call_id=call_id) if one.id == row.id)


def _finish_taking_over(services: Services, actor: Principal, call_id: CallId, row: SupervisionRow) -> None:
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        if call is None or call.state in FINAL:
            return
        call_store.update_call(tx.session, call_id=call_id, now=now, changes={"conference_name": _own_room(row)})
        live_calls.end_hold(tx.session, call_id=call_id, now=now)
        record_deed(tx, call, "taken_over", actor, services)
        release_agent_of(services, tx, call=call, now=now, reason="taken_over", wrap_up=True)
        end_others(services, tx, call_id, but=row.id)
        announce(services, tx, call_id)
        announce_supervision(services, tx, call_id, actor.tenant_id)


def _undo(services: Services, row: SupervisionRow) -> None:
    """He has left the agent's conference perhaps, and the callee has not: his headset calls in again."""
    with services.transaction(row.tenant_id) as tx:
        store.undo_taken_over(tx.session, supervision_id=row.id)
        locked = store.lock_supervision(tx.session, row.id)
        if locked is not None and locked.ended_at is None:
            _end(services, tx, locked)


def end_others(services: Services, tx: Transaction, call_id: CallId, *, but: UUID | None = None) -> None:
    """Let go of supervisors on a call whose callee is somewhere else now."""
    for row in store.lock_all_of_call(tx.session, call_id):
        if row.id != but:
            _end(services, tx, row)


def end_supervisions(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Let go of everybody who was on a call that is over. Repeating it is harmless."""
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        if call is not None and call.state in FINAL and call.is_supervised:
            end_others(services, tx, call_id)
            announce_supervision(services, tx, call_id, tenant_id)


def sweep_supervisions(services: Services) -> int:
    """Let go of supervisors whose call is over, and of whom nobody has heard since they wanted to listen."""
    before = services.clock.now() - in_flight.SUPERVISOR_EXPECTED.expiry
    with services.transaction() as tx:
        overdue = store.list_overdue_supervisions(tx.session, before=before)

    def end(tenant_id: TenantId, supervision_id: UUID) -> None:
        with services.transaction(tenant_id) as tx:
            row = store.lock_supervision(tx.session, supervision_id)
            if row is not None and row.ended_at is None:
                _end(services, tx, row)
                announce_supervision(services, tx, row.call_id, tenant_id)

    one_by_one(overdue, end)
    return len(overdue)


def announce_supervision(services: Services, tx: Transaction, call_id: CallId, tenant_id: TenantId) -> None:
    """After the commit: tell supervisors who is on a call, and its agent whom he can hear."""
    everybody = live_calls.list_supervisions(tx.session, call_id=call_id)
    told = agent_events.supervision_changed(call_id, everybody)
    tx.after_commit(services.feed.to_tenant, tenant_id, agent_events.SUPERVISION_CHANGED, told)
    call = live_calls.find_live_call(tx.session, call_id)
    if call is not None and call.agent_id is not None:
        heard = [one for one in everybody if one.mode != "listen" and one.joined_at is not None]
        payload = agent_events.supervision_changed(call_id, heard)
        tx.after_commit(services.feed.to_agent, call.agent_id, agent_events.SUPERVISION_CHANGED, payload)


def _end(services: Services, tx: Transaction, row: SupervisionRow) -> None:
    store.end_supervision(tx.session, supervision_id=row.id, now=services.clock.now())
    if row.call_sid is not None:
        ids = {"tenant_id": str(row.tenant_id), "call_sid": row.call_sid}
        tx.after_commit(services.queue.send, HANG_UP_LEG, **ids)


def _coached_leg(tx: Transaction, call: LockedCall) -> str | None:
    if call.agent_id is None:
        return None
    return live_calls.find_leg_with_callee(tx.session, agent_id=call.agent_id, call_id=call.call_id)


def _own_room(row: SupervisionRow) -> str:
    return f"room_{row.id}"


def _label(row: SupervisionRow) -> str:
    return f"supervisor_{row.id}"


def _own_seat(call: LockedCall, row: SupervisionRow) -> Seat:
    return Seat(_own_room(row), _label(row), call_id=call.call_id, ends_room=True)


def _callee_seat(call: LockedCall, row: SupervisionRow) -> Seat:
    return Seat(_own_room(row), f"call_{call.call_id}", call_id=call.call_id, ends_room=True, has_music=True)
