"""Steering live calls at the carrier: hanging up, voicemail, the abandonment message."""

from collections.abc import Callable

from dialer.domain.callee_steps import LeaveVoicemail
from dialer.domain.calls import LIVE, CallState
from dialer.domain.errors import CallNotInProgress
from dialer.domain.ids import CallId, TenantId
from dialer.ports import CarrierAccount
from dialer.store import calls as call_store
from dialer.store.calls import LockedCall
from dialer.usecases.call_answering import machine_step
from dialer.usecases.call_closing import release_agent_of
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.services import Services


def hang_up(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """End a call at the carrier, in whatever state it is; its own report then closes it. Repeating is harmless."""

    def end(account: CarrierAccount, call: LockedCall, call_sid: str) -> None:
        services.carrier.hang_up(account, call_sid=call_sid)

    _steer(services, tenant_id, call_id, end)


def cancel_queued_call(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Withdraw a call that still waits in the carrier's own queue; without effect on one that has been answered."""

    def withdraw(account: CarrierAccount, call: LockedCall, call_sid: str) -> None:
        if call.state in (CallState.PLACED, CallState.RINGING):
            services.carrier.cancel(account, call_sid=call_sid)

    _steer(services, tenant_id, call_id, withdraw)


def end_machine_call(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Leave the campaign's voicemail message on a machine, or hang up where there is none; then free the agent.

    In this order: an agent who was freed first could get the next callee while the machine still talks in the same
    conference. Repeating it is harmless.
    """

    def finish(account: CarrierAccount, call: LockedCall, call_sid: str) -> None:
        if call.state not in LIVE:
            return
        match machine_step(call, call.answered_by):
            case LeaveVoicemail(message_url):
                services.carrier.leave_voicemail(account, call_sid=call_sid, message_url=message_url)
            case _:
                services.carrier.hang_up(account, call_sid=call_sid)

    _steer(services, tenant_id, call_id, finish)
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        if call is not None:
            release_agent_of(services, tx, call=call, now=services.clock.now(), reason="voicemail", wrap_up=False)


def apologise(services: Services, *, tenant_id: TenantId, call_id: CallId) -> None:
    """Say the abandonment message to a callee who got no agent, then end the call."""

    def say(account: CarrierAccount, call: LockedCall, call_sid: str) -> None:
        services.carrier.play_abandonment_message(
            account, call_sid=call_sid, call_id=call_id, message=call.abandonment_message
        )

    _steer(services, tenant_id, call_id, say)


def _steer(
    services: Services, tenant_id: TenantId, call_id: CallId, act: Callable[[CarrierAccount, LockedCall, str], None]
) -> None:
    """Look the call up, let go of its row, and then ask the carrier: no lock is held over the network."""
    with services.transaction(tenant_id) as tx:
        account = account_of(services, tx.session, tenant_id)
        call = call_store.lock_call(tx.session, call_id)
    if call is None or call.call_sid is None:
        return
    try:
        act(account, call, call.call_sid)
    except CallNotInProgress:
        # Whoever wanted it gone has what they want; the carrier's report closes the call.
        return
