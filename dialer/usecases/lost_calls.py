"""After a restore: calls that the carrier knows and the database does not, or knows as still going on.

A backup knows nothing of what was dialled after it. Before anything is dialled again, the carrier's own list of calls
is gone through: a call that was planned is adopted, one that nobody here knows is written down at its lead with what
follows from its end, and whoever may have talked with an agent is not called again by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from dialer.domain.calls import FINAL, CallState, Verdict
from dialer.domain.errors import CarrierError, Conflict, DialerError
from dialer.domain.ids import CallId, LeadId, TenantId
from dialer.ports import CarrierAccount, CarrierCall
from dialer.store import calls as call_store
from dialer.store import dialling_holds
from dialer.store import lost_calls as store
from dialer.store.session import Transaction
from dialer.usecases.call_events import StatusReport, apply_status
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.dialing import withdraw_call
from dialer.usecases.reconciliation import reconcile_call
from dialer.usecases.services import Services

log = structlog.get_logger()

MARGIN = timedelta(minutes=10)
"""The carrier's clock is not ours, and what was under way at the moment of the backup may not be in it."""


@dataclass
class LostCalls:
    """What became of the carrier's calls. `unmatched` fit no lead; `unasked` are tenants whose carrier did not answer,
    with the reason."""

    listed: int = 0
    asked_about: int = 0
    adopted: int = 0
    written_down: int = 0
    withdrawn: int = 0
    set_aside: int = 0
    agents_legs: int = 0
    unmatched: list[CarrierCall] = field(default_factory=list)
    unasked: dict[TenantId, str] = field(default_factory=dict)


@dataclass
class _Account:
    account: CarrierAccount
    tenants: list[TenantId] = field(default_factory=list)


def reconcile_lost_calls(services: Services, *, since: datetime) -> LostCalls:
    """Bring every tenant's calls to what the carrier knows, with those that it placed after `since`.

    Safe to run again: a call that is known by the carrier's id is left alone. To be run while nothing dials.
    """
    result = LostCalls()
    for group in _accounts(services, result):
        try:
            listed = services.carrier.list_calls(group.account, since=since - MARGIN)
        except CarrierError as trouble:
            log.warning("calls_not_listed", error=str(trouble))
            result.unasked |= dict.fromkeys(group.tenants, str(trouble) or type(trouble).__name__)
            continue
        result.listed += len(listed)
        _settle(services, group, listed, since, result)
    return result


def confirm_restore(services: Services, *, even_unreconciled: bool = False) -> int:
    """Let campaigns be started again, tenant by tenant; return for how many dialling had been held.

    Raises Conflict, having lifted nothing, while the carrier's list has not been gone through for everybody.
    """
    with services.transaction() as tx:
        tenants = store.list_tenants(tx.session)
    open_tenants = [tenant_id for tenant_id in tenants if not _is_reconciled(services, tenant_id)]
    if open_tenants and not even_unreconciled:
        raise Conflict(
            f"The carrier's calls since the backup are not known for {len(open_tenants)} tenants, "
            f"the first is {open_tenants[0]}. Whoever was called since would be called again."
        )
    lifted = 0
    for tenant_id in tenants:
        with services.transaction(tenant_id) as tx:
            lifted += dialling_holds.lift_hold(tx.session)
    return lifted


def earliest_unknown(services: Services) -> datetime | None:
    """Since when calls may be missing, over all tenants for whom dialling is held; None when it is for nobody."""
    with services.transaction() as tx:
        tenants = store.list_tenants(tx.session)
    found = []
    for tenant_id in tenants:
        with services.transaction(tenant_id) as tx:
            if (hold := dialling_holds.find_hold(tx.session)) is not None:
                found.append(hold.unknown_since)
    return min(found, default=None)


def _is_reconciled(services: Services, tenant_id: TenantId) -> bool:
    with services.transaction(tenant_id) as tx:
        hold = dialling_holds.find_hold(tx.session)
    return hold is None or hold.reconciled_at is not None


def _accounts(services: Services, result: LostCalls) -> list[_Account]:
    """The carrier accounts that tenants place their calls with: several may share the platform's."""
    with services.transaction() as tx:
        tenants = store.list_tenants(tx.session)
    groups: dict[str, _Account] = {}
    for tenant_id in tenants:
        try:
            with services.transaction(tenant_id) as tx:
                account = account_of(services, tx.session, tenant_id)
        except DialerError as trouble:
            # Most likely a key of FIELD_ENCRYPTION_KEYS that was not brought along.
            result.unasked[tenant_id] = trouble.message
            continue
        groups.setdefault(account.key, _Account(account)).tenants.append(tenant_id)
    return list(groups.values())


def _settle(
    services: Services, group: _Account, listed: Iterable[CarrierCall], since: datetime, result: LostCalls
) -> None:
    now = services.clock.now()
    strangers = {call.call_sid: call for call in listed}
    agents_numbers: set[str] = set()
    for tenant_id in group.tenants:
        result.asked_about += _ask_about_known(services, tenant_id)
        with services.transaction(tenant_id) as tx:
            for call_sid in call_store.known_call_sids(tx.session, list(strangers)):
                del strangers[call_sid]
            agents_numbers |= store.list_agents_numbers(tx.session)
    # The oldest first: of a lead's attempts each is over before the next.
    for call in sorted(strangers.values(), key=lambda one: (one.started_at or now, one.call_sid)):
        if not any(_write_down(services, tenant_id, call, result) for tenant_id in group.tenants):
            if call.to_number in agents_numbers:
                result.agents_legs += 1
            else:
                result.unmatched.append(call)
    for tenant_id in group.tenants:
        _settle_rest(services, tenant_id, since, now, result)


def _ask_about_known(services: Services, tenant_id: TenantId) -> int:
    with services.transaction(tenant_id) as tx:
        in_flight = store.list_calls_in_flight(tx.session)
    for call_id in in_flight:
        reconcile_call(services, tenant_id=tenant_id, call_id=call_id)
    return len(in_flight)


def _write_down(services: Services, tenant_id: TenantId, found: CarrierCall, result: LostCalls) -> bool:
    """Adopt or write down one call of the carrier, if it is this tenant's; tell whether it was."""
    now = services.clock.now()
    at = found.started_at or now
    with services.transaction(tenant_id) as tx:
        known = store.lock_call_on_its_way(tx.session, to_number=found.to_number, from_number=found.from_number)
        if known is not None:
            call_id, lead_id, state = known
            if state == CallState.PLANNED:
                store.begin_lost_call(tx.session, call_id=call_id, lead_id=lead_id, at=at)
            result.adopted += 1
        else:
            called = _insert(tx, tenant_id, found, at)
            if called is None:
                return False
            call_id, lead_id = called
            result.written_down += 1
        _apply(services, tx, call_id, found, now)
    log.info("lost_call_found", call_id=str(call_id), lead_id=str(lead_id), state=found.state)
    return True


def _insert(tx: Transaction, tenant_id: TenantId, found: CarrierCall, at: datetime) -> tuple[CallId, LeadId] | None:
    numbers = {"to_number": found.to_number, "from_number": found.from_number}
    lead = store.lock_lead_called(tx.session, **numbers)
    if lead is None:
        return None
    call_id = store.insert_lost_call(tx.session, tenant_id=tenant_id, lead=lead, at=at, **numbers)
    store.begin_lost_call(tx.session, call_id=call_id, lead_id=lead.lead_id, at=at)
    return call_id, lead.lead_id


def _apply(services: Services, tx: Transaction, call_id: CallId, found: CarrierCall, now: datetime) -> None:
    """Bring a call to the state that the carrier tells, at the moment when it came to it."""
    event_key = f"restored:{found.call_sid}"
    call, event_id = call_store.record_event(
        tx.session,
        call_id=call_id,
        event_key=event_key,
        kind="restored",
        payload={"state": str(found.state), "call_sid": found.call_sid, "duration": found.duration_seconds},
        now=now,
    )
    if found.state == CallState.PLACED:
        facts = {"call_sid": found.call_sid, "placed_at": found.started_at or now}
        call_store.update_call(
            tx.session, call_id=call_id, now=now, to=CallState.PLACED, facts=facts, event=(event_id, Verdict.APPLIED)
        )
        return
    report = StatusReport(
        call_id=call_id,
        call_sid=found.call_sid,
        event_key=event_key,
        state=found.state,
        duration_seconds=found.duration_seconds,
        answered_by=found.answered_by,
        hangup_cause="known from the carrier's list",
        payload={},
    )
    at = (found.ended_at or now) if found.state in FINAL else now
    apply_status(services, tx, call=call, report=report, event_id=event_id, now=at)


def _settle_rest(services: Services, tenant_id: TenantId, since: datetime, now: datetime, result: LostCalls) -> None:
    """What the carrier does not know was never placed; who was answered by somebody is left in peace."""
    with services.transaction(tenant_id) as tx:
        left = store.list_calls_without_sid(tx.session, planned_before=now)
    for call_id, state in left:
        if state == CallState.PLANNED:
            result.withdrawn += withdraw_call(services, tenant_id=tenant_id, call_id=call_id, only_if_forbidden=False)
            continue
        with services.transaction(tenant_id) as tx:
            call_store.update_call(tx.session, call_id=call_id, now=now, to=CallState.UNRESOLVED)
        reconcile_call(services, tenant_id=tenant_id, call_id=call_id)
    with services.transaction(tenant_id) as tx:
        result.set_aside += store.set_aside_spoken_to(tx.session, ended_after=since, now=now)
        dialling_holds.mark_reconciled(tx.session, now=now)
