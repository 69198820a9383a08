"""Periodic repair of calls, claims and legs: what is found by the table of in-flight states, and what becomes of it.

Each sweep is safe to run at any time, twice and in parallel: it looks for candidates over all tenants and decides on
each again under its lock. How long what may last is in `dialer.domain.in_flight`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

import structlog

from dialer.domain import in_flight
from dialer.domain.calls import CallState, Verdict
from dialer.domain.dispositions import is_machine
from dialer.domain.ids import AgentId, CallId, LeadId, TenantId
from dialer.store import agent_legs, claims, overdue
from dialer.store import agents as agent_store
from dialer.store import calls as call_store
from dialer.usecases.call_closing import close
from dialer.usecases.dialing import withdraw_call
from dialer.usecases.lost_meetings import record_desertion
from dialer.usecases.reconciliation import ask_about_call, reconcile_end, record_cost
from dialer.usecases.services import Services
from dialer.usecases.sweep_turns import one_by_one

log = structlog.get_logger()

MAX_ROWS = 200
Repair = Callable[[Services, TenantId, CallId], None]


def sweep_calls(services: Services) -> int:
    """Repair every call that has been in a passing state for too long; return how many were looked at.

    Beside another that does it, it does nothing.
    """
    with overdue.sole_sweeper(services.database, "calls") as is_mine:
        return _sweep_calls(services) if is_mine else 0


def _sweep_calls(services: Services) -> int:
    now = services.clock.now()
    before = {CallState(state): now - row.expiry for state, row in in_flight.CALL_STATES.items()}
    with services.transaction() as tx:
        found = overdue.list_calls_to_sweep(tx.session, before=before, max_rows=MAX_ROWS)
        ended_before = now - in_flight.CALL_ABANDONED.expiry
        ended = overdue.list_abandoned_without_end(tx.session, before=ended_before, max_rows=MAX_ROWS)

    def repair(tenant_id: TenantId, overdue_call: tuple[CallId, CallState]) -> None:
        call_id, state = overdue_call
        log.info("call_overdue", state=state, call_id=str(call_id))
        REPAIRS[state](services, tenant_id, call_id)

    # First those about which nobody has to be asked.
    found.sort(key=lambda row: row[2] != CallState.PLANNED)
    one_by_one(((tenant_id, (call_id, state)) for tenant_id, call_id, state in found), repair)
    one_by_one(ended, lambda tenant_id, call_id: reconcile_end(services, tenant_id=tenant_id, call_id=call_id))
    return len(found) + len(ended)


def _withdraw(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    """Nobody placed this call in time, and nobody will: its lead and its agent are free."""
    if withdraw_call(services, tenant_id=tenant_id, call_id=call_id, only_if_forbidden=False):
        _record(services, tenant_id, call_id, "sweep:withdrawn")


def _declare_unresolved(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    """Whoever was placing this call is gone: nobody knows whether the carrier has it, so it is asked at once."""
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        if not call_store.update_call(tx.session, call_id=call_id, now=now, to=CallState.UNRESOLVED):
            return
    _record(services, tenant_id, call_id, "sweep:unresolved")
    _ask(services, tenant_id, call_id)


def _ask(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    ask_about_call(services, tenant_id=tenant_id, call_id=call_id)


def _settle_answer(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    """A person has answered, and it was not reported that he met an agent.

    Without an agent he has waited past every limit and the carrier does not ask again: apologise and book the
    abandonment. With an agent the two may be talking, and a machine may be listening to its message: the carrier is
    asked, and nobody is interrupted. Only a phone that rings for longer than phones may is given up.
    """
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
    if call is None:
        return
    if call.agent_id is None and not is_machine(call.answered_by):
        _abandon(services, tenant_id, call_id)
        return
    ask_about_call(services, tenant_id=tenant_id, call_id=call_id)
    reserved_at, now = call.agent_reserved_at, services.clock.now()
    is_overdue = reserved_at is not None and reserved_at < now - in_flight.PHONE_RINGING.expiry
    if is_overdue and not call.is_with_console and not is_machine(call.answered_by):
        _abandon(services, tenant_id, call_id)


def _abandon(services: Services, tenant_id: TenantId, call_id: CallId) -> None:
    """Decided again under the lock: by now he may have met an agent after all, or be gone."""
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        call = call_store.lock_call(tx.session, call_id)
        if call is None or call.state not in (CallState.ANSWERED, CallState.WAITING) or call.bridged_at is not None:
            return
        if call.is_with_console or is_machine(call.answered_by):
            return
        close(services, tx, call=call, state=CallState.ABANDONED, now=now)
        ids = {"tenant_id": str(tenant_id), "call_id": str(call_id)}
        tx.after_commit(services.queue.send, "dialer.calls.apologise", **ids)
    _record(services, tenant_id, call_id, "sweep:abandoned")


def _record(services: Services, tenant_id: TenantId, call_id: CallId, deed: str) -> None:
    """Leave a word about a repair in the call's history."""
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        _, event_id = call_store.record_event(
            tx.session, call_id=call_id, event_key=deed, kind="sweep", payload={}, now=now
        )
        call_store.update_call(tx.session, call_id=call_id, now=now, event=(event_id, Verdict.APPLIED))


REPAIRS: Mapping[CallState, Repair] = {
    CallState.PLANNED: _withdraw,
    CallState.PLACING: _declare_unresolved,
    CallState.UNRESOLVED: _ask,
    CallState.PLACED: _ask,
    CallState.RINGING: _ask,
    CallState.ANSWERED: _settle_answer,
    CallState.WAITING: _settle_answer,
    CallState.BRIDGED: _ask,
}
"""What becomes of a call that has outlasted its state's expiry."""


def sweep_claims(services: Services) -> int:
    """Return leads whose claim has expired to their lists; return how many."""
    now = services.clock.now()
    with services.transaction() as tx:
        expired = claims.list_expired_claims(tx.session, now=now - in_flight.LEAD_QUEUED.expiry, max_rows=MAX_ROWS)
    returned: list[bool] = []

    def give_back(tenant_id: TenantId, lead_id: LeadId) -> None:
        with services.transaction(tenant_id) as tx:
            returned.append(claims.sweep_expired_claim(tx.session, lead_id=lead_id, now=now))

    one_by_one(((TenantId(tenant_id), LeadId(lead_id)) for tenant_id, lead_id in expired), give_back)
    return sum(returned)


def sweep_costs(services: Services) -> int:
    """Fetch the price of finished calls that have none yet; return how many got one. Only one does it at a time."""
    with overdue.sole_sweeper(services.database, "costs") as is_mine:
        return _sweep_costs(services) if is_mine else 0


def _sweep_costs(services: Services) -> int:
    now = services.clock.now()
    with services.transaction() as tx:
        unpriced = call_store.list_unpriced_calls(tx.session, now=now, max_rows=MAX_ROWS)
    priced: list[bool] = []

    def ask(tenant_id: TenantId, call_id: CallId) -> None:
        priced.append(record_cost(services, tenant_id=tenant_id, call_id=call_id))

    one_by_one(unpriced, ask)
    return sum(priced)


def sweep_deserted_calls(services: Services) -> int:
    """End calls whose callee has been alone in an agent's conference for a while: nobody is left in silence."""
    now = services.clock.now()
    with services.transaction() as tx:
        deserted = call_store.list_deserted_calls(tx.session, before=now - in_flight.CALLEE_DESERTED.expiry)

    def rescue(tenant_id: TenantId, call_id: CallId) -> None:
        with services.transaction(tenant_id) as tx:
            call = call_store.lock_call(tx.session, call_id)
            if call is not None and call.state == CallState.BRIDGED:
                record_desertion(services, tx, call=call, now=now)

    one_by_one(deserted, rescue)
    return len(deserted)


def sweep_machines(services: Services) -> int:
    """Order again that machines be taken out of their agents' conferences; return how many still were in one."""
    now = services.clock.now()
    with services.transaction() as tx:
        before = now - in_flight.MACHINE_WITH_AGENT.expiry
        kept = overdue.list_machines_with_agents(tx.session, before=before, max_rows=MAX_ROWS)
    for tenant_id, call_id in kept:
        ids = {"tenant_id": str(tenant_id), "call_id": str(call_id)}
        services.queue.send("dialer.calls.end_machine_call", expires_seconds=_turn(), **ids)
    return len(kept)


def _turn() -> float:
    """A message that nobody took by then is sent again by the next sweep."""
    return in_flight.MACHINE_WITH_AGENT.expiry / timedelta(seconds=1)


def sweep_held_calls(services: Services) -> int:
    """Take calls that have ended from agents who still hold them; return how many agents were freed."""
    now = services.clock.now()
    with services.transaction() as tx:
        before = now - in_flight.ENDED_CALL_HELD.expiry
        holders = agent_legs.list_agents_holding_calls(tx.session, before=before)
    freed: list[tuple[TenantId, CallId]] = []

    def free(tenant_id: TenantId, agent_id: AgentId) -> None:
        with services.transaction(tenant_id) as tx:
            for call_id in agent_legs.list_ended_held_calls(tx.session, agent_id=agent_id):
                agent_store.release_agent(tx.session, agent_id=agent_id, call_id=call_id, now=now, wrap_up_seconds=0)
                freed.append((tenant_id, call_id))

    one_by_one(holders, free)
    _tell_of_freed(services, freed)
    return len(freed)


def _tell_of_freed(services: Services, freed: Iterable[tuple[TenantId, CallId]]) -> None:
    for tenant_id, call_id in freed:
        with services.transaction(tenant_id) as tx:
            exists = call_store.lock_call(tx.session, call_id) is not None
        if exists:
            _record(services, tenant_id, call_id, "sweep:agent_freed")
