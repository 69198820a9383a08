"""Periodic repair: every state in which a call, a lead or an agent can be stuck, and what becomes of it.

Each sweep is safe to run at any time, twice and in parallel: it looks for candidates over all tenants and decides on
each again under its lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from dialer.domain.calls import CallState, Verdict
from dialer.domain.dispositions import is_machine
from dialer.domain.errors import CarrierError
from dialer.domain.ids import CallId, LeadId, TenantId
from dialer.store import agent_legs, claims
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.store.session import Transaction
from dialer.usecases import agent_legs as agent_leg_cases
from dialer.usecases.call_closing import close
from dialer.usecases.dialing import withdraw_call
from dialer.usecases.reconciliation import reconcile_call, record_cost
from dialer.usecases.services import Services

log = structlog.get_logger()

MAX_ROWS = 200


@dataclass(frozen=True)
class InFlight:
    """A state in which a call may not stay, how long it may, and what then becomes of it."""

    state: CallState
    patience: timedelta
    repair: Callable[[Services, TenantId, CallId], None]


def sweep_calls(services: Services) -> int:
    """Repair every call that has been in a passing state for too long; return how many were looked at."""
    now = services.clock.now()
    looked_at = 0
    for rule in IN_FLIGHT_CALLS:
        with services.transaction() as tx:
            overdue = call_store.list_overdue_calls(
                tx.session, state=rule.state, before=now - rule.patience, max_rows=MAX_ROWS
            )
        for tenant_id, call_id in overdue:
            log.info("call_overdue", state=rule.state, call_id=str(call_id))
            try:
                rule.repair(services, tenant_id, call_id)
            except Exception:
                # One call that cannot be repaired must not keep the others from it, turn after turn.
                log.exception("call_not_repaired", state=rule.state, call_id=str(call_id))
        looked_at += len(overdue)
    return looked_at


def _withdraw(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    withdraw_call(services, tenant_id=tenant_id, call_id=call_id, only_if_forbidden=False)


def _declare_unresolved(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    """Whoever was placing this call is gone: nobody knows whether the carrier has it."""
    with services.transaction(tenant_id) as tx:
        call_store.update_call(tx.session, call_id=call_id, now=services.clock.now(), to=CallState.UNRESOLVED)


def _reconcile(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    reconcile_call(services, tenant_id=tenant_id, call_id=call_id)


def _abandon(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    """A person has waited past every limit and the carrier did not ask again: apologise and book the abandonment.

    Somebody who was sent to an agent's console may be talking there, and only the report was lost; a machine may be
    listening to its message. Neither is interrupted: the carrier is asked.
    """
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        if call is None or call.state not in (CallState.ANSWERED, CallState.WAITING) or call.bridged_at is not None:
            return
        is_served = call.is_with_console or is_machine(call.answered_by)
        if not is_served:
            close(services, tx, call=call, state=CallState.ABANDONED, now=now)
            tx.after_commit(
                services.queue.send, "dialer.calls.apologise", tenant_id=str(tenant_id), call_id=str(call_id)
            )
    if is_served:
        reconcile_call(services, tenant_id=tenant_id, call_id=call_id)


# The carrier rings for at most `ring_timeout_seconds` (up to 60) and reports within seconds; a waiting callee asks
# again each second, and a phone agent is rung for 15 seconds.
IN_FLIGHT_CALLS = (
    InFlight(CallState.PLANNED, timedelta(seconds=15), _withdraw),
    InFlight(CallState.PLACING, timedelta(seconds=20), _declare_unresolved),
    InFlight(CallState.UNRESOLVED, timedelta(seconds=5), _reconcile),
    InFlight(CallState.PLACED, timedelta(seconds=75), _reconcile),
    InFlight(CallState.RINGING, timedelta(seconds=75), _reconcile),
    InFlight(CallState.ANSWERED, timedelta(seconds=25), _reconcile),
    InFlight(CallState.WAITING, timedelta(seconds=25), _abandon),
    InFlight(CallState.BRIDGED, timedelta(minutes=2), _reconcile),
)


def sweep_claims(services: Services) -> int:
    """Return leads whose claim has expired to their lists; return how many."""
    now = services.clock.now()
    with services.transaction() as tx:
        expired = claims.list_expired_claims(tx.session, now=now, max_rows=MAX_ROWS)
    returned = 0
    for tenant_id, lead_id in expired:
        with services.transaction(TenantId(tenant_id)) as tx:
            returned += claims.sweep_expired_claim(tx.session, lead_id=LeadId(lead_id), now=now)
    return returned


def sweep_costs(services: Services) -> int:
    """Fetch the price of finished calls that have none yet; return how many got one."""
    now = services.clock.now()
    with services.transaction() as tx:
        unpriced = call_store.list_unpriced_calls(tx.session, now=now, max_rows=MAX_ROWS)
    priced = 0
    for tenant_id, call_id in unpriced:
        try:
            priced += record_cost(services, tenant_id=tenant_id, call_id=call_id)
        except CarrierError as trouble:
            log.warning("cost_postponed", call_id=str(call_id), error=str(trouble))
    return priced


def sweep_deserted_calls(services: Services) -> int:
    """End calls whose callee has been alone in an agent's conference for 15 seconds: nobody is left in silence."""
    now = services.clock.now()
    with services.transaction() as tx:
        deserted = call_store.list_deserted_calls(tx.session, before=now - timedelta(seconds=15))
    for tenant_id, call_id in deserted:
        with services.transaction(tenant_id) as tx:
            _record_desertion(services, tx, call_id)
    return len(deserted)


APOLOGY_SECONDS = 90
"""Time for the longest message. A callee who is still there then was not reached by it: it is sent again."""


def _record_desertion(services: Services, tx: Transaction, call_id: CallId) -> None:
    turn = int(services.clock.now().timestamp()) // APOLOGY_SECONDS
    call, event_id = call_store.record_event(
        tx.session,
        call_id=call_id,
        event_key=f"sweep:agent_lost:{turn}",
        kind="agent_lost",
        payload={},
        now=services.clock.now(),
    )
    if event_id is None:
        return
    call_store.update_call(tx.session, call_id=call_id, now=services.clock.now(), event=(event_id, Verdict.APPLIED))
    tx.after_commit(services.queue.send, "dialer.calls.apologise", tenant_id=str(call.tenant_id), call_id=str(call_id))


def sweep_agent_legs(services: Services) -> int:
    """Ask the carrier about agents' legs that have been open for a while; forget those that are over."""
    now = services.clock.now()
    with services.transaction() as tx:
        legs = agent_legs.list_open_legs(tx.session, before=now - timedelta(minutes=1), max_rows=MAX_ROWS)
    for tenant_id, call_sid in legs:
        try:
            agent_leg_cases.reconcile_agent_leg(services, tenant_id=tenant_id, call_sid=call_sid)
        except CarrierError as trouble:
            log.warning("leg_reconciliation_postponed", call_sid=call_sid, error=str(trouble))
    return len(legs)


def sweep_held_calls(services: Services) -> int:
    """Take calls that have ended from agents who still hold them; return how many agents were freed."""
    now = services.clock.now()
    with services.transaction() as tx:
        holders = agent_legs.list_agents_holding_calls(tx.session, before=now - timedelta(seconds=10))
    freed = 0
    for tenant_id, agent_id in holders:
        with services.transaction(tenant_id) as tx:
            for call_id in agent_legs.list_ended_held_calls(tx.session, agent_id=agent_id):
                agent_store.release_agent(tx.session, agent_id=agent_id, call_id=call_id, now=now, wrap_up_seconds=0)
                freed += 1
    return freed
