"""Comparing what we believe to be under way with the carrier's own list: one look for each account, not one for each
call. Whoever differs is asked about by itself, so a list that lags behind does no harm.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog

from dialer.domain import in_flight
from dialer.domain.calls import CallState
from dialer.domain.errors import CarrierError, DialerError
from dialer.domain.ids import TenantId
from dialer.ports import CarrierAccount
from dialer.store import agent_legs, overdue
from dialer.store.overdue import Line, StrayLeg
from dialer.usecases.agent_legs import reconcile_agent_leg, restore_agent_leg
from dialer.usecases.agents import HANG_UP_LEG
from dialer.usecases.carrier_accounts import account_of
from dialer.usecases.reconciliation import ask_about_call
from dialer.usecases.services import Services
from dialer.usecases.sweep_turns import one_by_one

log = structlog.get_logger()

MAX_LEGS = 10_000
MAX_LOOKS = 200
"""Each is a request. What is left over differs at the next turn, too."""


@dataclass
class _Ours:
    """What we believe to be under way in one account."""

    account: CarrierAccount
    lines: list[Line] = field(default_factory=list)
    legs: list[tuple[TenantId, str]] = field(default_factory=list)


def sweep_lines(services: Services) -> int:
    """Ask about calls and agents' legs that the carrier has not, or has in another state; return how many differed.

    What was lost with a process or a webhook is known so within seconds, whatever state it was in. Beside another that
    does it, it does nothing.
    """
    with overdue.sole_sweeper(services.database, "lines") as is_mine:
        return _sweep_lines(services) if is_mine else 0


def _sweep_lines(services: Services) -> int:
    now = services.clock.now()
    before = now - in_flight.LINE_UNDER_WAY.expiry
    with services.transaction() as tx:
        lines = overdue.list_lines(tx.session, before=before)
        legs = agent_legs.list_open_legs(tx.session, before=before, max_rows=MAX_LEGS)
        stray = overdue.list_stray_legs(
            tx.session,
            before=now - in_flight.LEG_NOT_JOINED.expiry,
            alone_before=now - in_flight.LEG_WITHOUT_CONSOLE.expiry,
        )
    differing = sum(_compare(services, ours) for ours in _by_account(services, lines, legs))
    one_by_one(((leg.tenant_id, leg) for leg in stray), lambda _, leg: _settle_stray(services, leg))
    return differing


def _by_account(services: Services, lines: Iterable[Line], legs: Iterable[tuple[TenantId, str]]) -> list[_Ours]:
    lines_of: dict[TenantId, list[Line]] = defaultdict(list)
    legs_of: dict[TenantId, list[tuple[TenantId, str]]] = defaultdict(list)
    for line in lines:
        lines_of[line.tenant_id].append(line)
    for leg in legs:
        legs_of[leg[0]].append(leg)
    accounts: dict[str, _Ours] = {}
    for tenant_id in lines_of.keys() | legs_of.keys():
        try:
            with services.transaction(tenant_id) as tx:
                account = account_of(services, tx.session, tenant_id)
        except DialerError as trouble:
            log.warning("account_not_readable", tenant_id=str(tenant_id), error=trouble.message)
            continue
        ours = accounts.setdefault(account.key, _Ours(account))
        ours.lines += lines_of[tenant_id]
        ours.legs += legs_of[tenant_id]
    return list(accounts.values())


def _compare(services: Services, ours: _Ours) -> int:
    try:
        there = services.carrier.list_open_calls(ours.account)
    except CarrierError as trouble:
        log.warning("lines_not_compared", error=str(trouble))
        return 0
    calls = [line for line in ours.lines if _differs(line, there)][:MAX_LOOKS]
    legs = [(tenant_id, call_sid) for tenant_id, call_sid in ours.legs if call_sid not in there][:MAX_LOOKS]
    one_by_one(
        ((line.tenant_id, line.call_id) for line in calls),
        lambda tenant_id, call_id: ask_about_call(services, tenant_id=tenant_id, call_id=call_id),
    )
    one_by_one(legs, lambda tenant_id, call_sid: reconcile_agent_leg(services, tenant_id=tenant_id, call_sid=call_sid))
    return len(calls) + len(legs)


def _differs(line: Line, there: Mapping[str, CallState]) -> bool:
    """Gone, or answered without our knowing. Ringing or not is of no consequence."""
    state = there.get(line.call_sid)
    is_answered_there = state == CallState.ANSWERED and line.state in (CallState.PLACED, CallState.RINGING)
    return state is None or is_answered_there


def _settle_stray(services: Services, leg: StrayLeg) -> None:
    """Give a leg back to its agent, whose console is there, or hang it up where nobody is."""
    if leg.is_alone:
        services.queue.send(HANG_UP_LEG, tenant_id=str(leg.tenant_id), call_sid=leg.call_sid)
        return
    restore_agent_leg(services, tenant_id=leg.tenant_id, agent_id=leg.agent_id, call_sid=leg.call_sid)
