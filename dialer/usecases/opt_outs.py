"""Opting out in a call: by the agent's button, or by a key pressed during the abandonment message."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from dialer.domain.callee_steps import CalleeStep, ConfirmOptOut, HangUp
from dialer.domain.errors import Forbidden, NotFound
from dialer.domain.ids import CallId
from dialer.domain.opt_outs import opt_out_key
from dialer.domain.principals import Principal, Role
from dialer.store import calls as call_store
from dialer.store.calls import LockedCall
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.services import Services
from dialer.usecases.suppressions import AddedSuppression, suppress_number
from dialer.usecases.webhook_calls import Authenticate, receive_event

Scope = Literal["tenant", "campaign"]


def opt_out_of_call(
    services: Services, *, actor: Principal, call_id: CallId, scope: Scope, note: str | None = None
) -> AddedSuppression:
    """Never call the person in this call again: in its campaign, or in any. Repeating it returns the entry there is.

    By the agent of the call, or a supervisor. The call itself goes on. Raises NotFound, Forbidden.
    """
    with services.transaction(actor.tenant_id) as tx:
        call = _lock_own(tx, actor, call_id)
        campaign_id = call.campaign_id if scope == "campaign" else None
        draft = SuppressionDraft(actor.tenant_id, campaign_id, "requested", "agent", note, actor.user_id)
        return suppress_number(services, tx, call.to_number, draft)


def record_key_press(
    services: Services,
    *,
    call_id: UUID,
    call_sid: str,
    key: str,
    payload: Mapping[str, object],
    authenticate: Authenticate,
) -> CalleeStep:
    """Take a callee at his word who pressed the key that the abandonment message offers; any other ends the call.

    The carrier may report a key twice: the entry is the same.
    """
    with services.transaction() as tx:
        received = receive_event(
            services,
            tx,
            call_id=call_id,
            event_key=f"{call_sid}:opt_out:{key[:10]}",
            kind="key_press",
            payload=payload,
            authenticate=authenticate,
        )
        if received is None:
            return HangUp()
        call, _ = received
        if key != opt_out_key(call.abandonment_message):
            return HangUp()
        note = f"pressed {key} in the abandonment message"
        draft = SuppressionDraft(call.tenant_id, None, "requested", "keypress", note)
        suppress_number(services, tx, call.to_number, draft)
        return ConfirmOptOut()


def _lock_own(tx: Transaction, actor: Principal, call_id: CallId) -> LockedCall:
    call = call_store.lock_call(tx.session, call_id)
    if call is None:
        raise NotFound("There is no call with this id.")
    if not actor.has_at_least(Role.SUPERVISOR) and (call.agent_id is None or call.agent_id != actor.agent_id):
        raise Forbidden("This is not a call of yours.")
    return call
