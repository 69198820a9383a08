"""One pacing decision, the pure function, and the whole tick with its SQL on a busy floor: 100, 300 and 500 agents."""

import gc
import json
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from bench.figures import Options, Report, median, percentile
from bench.servers import running_servers, services_on
from bench.story import StatementCounter
from dialer.domain.ids import CampaignId, TenantId
from dialer.domain.pacing import (
    AgentState,
    Answered,
    Connected,
    Dialed,
    Pacer,
    PredictivePacer,
    Snapshot,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
    choose_pacer,
)
from dialer.usecases import pacing
from dialer.usecases.services import Services
from tests.builders.agents import make_agent, make_tenant
from tests.builders.calls import make_dialed_campaign
from tests.builders.leads import make_lead

FLOORS = (100, 300, 500)
BUDGET_MILLISECONDS = {100: 5.0, 500: 20.0}
MODES = ("progressive", "ratio", "predictive")


def measure(options: Options) -> Report:
    """The median decision is held against its budget; the tick, which loads and saves besides, is shown beside it."""
    report = Report("ticks", "one decision on a busy floor; one whole tick there, the account's lines all in use")
    measure_decisions(report, rounds=50 if options.quick else 1_000)
    with running_servers() as servers:
        servers.add_database("pacing")
        with services_on(servers.postgres.application_url("pacing")) as services:
            # With no line free a tick does all it does but claim leads, which has a bench of its own.
            full = replace(services, platform_account=replace(services.platform_account, max_lines=1))
            for agents in FLOORS:
                for mode in ("progressive", "predictive"):
                    measure_ticks(report, full, agents, mode, rounds=10 if options.quick else 200)
    return report


def measure_decisions(report: Report, *, rounds: int) -> None:
    """The pure part, for every pacer there is."""
    for agents in FLOORS:
        snapshot = busy_floor(agents)
        for mode in MODES:
            times = _time_decisions(_pacer(mode, agents), snapshot, rounds)
            budget = BUDGET_MILLISECONDS.get(agents)
            report.add(f"{mode} decision, {agents} agents, median", median(times), "ms", at_most=budget)
            report.add(f"{mode} decision, {agents} agents, p99", percentile(times, 99), "ms")


def _pacer(mode: str, agents: int) -> Pacer:
    pacer = choose_pacer(mode, Decimal("2.5"))
    if isinstance(pacer, PredictivePacer):
        for event in _an_hour(agents):
            pacer.observe(event)
    return pacer


Event = Dialed | Answered | Connected | TalkEnded | WrapUpEnded | Unanswered


def _an_hour(agents: int) -> Iterator[Event]:
    """What an hour teaches, as far as a pacer's arithmetic depends on it: two thousand calls, a third answered."""
    dice = random.Random(2)
    at = -3_600.0
    for number in range(2_000):
        at += 1.8
        call, agent = f"call-{number}", f"agent-{number % agents}"
        yield Dialed(call, at)
        if dice.random() < 1 / 3:
            yield Answered(call, at + 0.4, "human")
            yield Connected(call, agent, at + 0.5)
            yield TalkEnded(call, agent, at + 1.0)
            yield WrapUpEnded(agent, at + 1.5)
        else:
            yield Unanswered(call, at + 1.0, "no_answer")


def _time_decisions(pacer: Pacer, snapshot: Snapshot, rounds: int) -> list[float]:
    gc.disable()
    try:
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            pacer.calls_to_place(snapshot)
            times.append((time.perf_counter() - started) * 1000)
        return times
    finally:
        gc.enable()


def busy_floor(agents: int) -> Snapshot:
    """A fifth idle, most talking, some writing up; a call and a half ringing for each idle agent; two people wait."""
    dice = random.Random(1)
    states = dice.choices(("idle", "talking", "wrap_up"), (2, 7, 1), k=agents)
    return Snapshot(
        now=1_000.0,
        agents=tuple(AgentState(f"agent-{i}", state, dice.uniform(0, 1_000)) for i, state in enumerate(states)),  # type: ignore[arg-type]
        ringing=tuple(dice.uniform(970, 1_000) for _ in range(agents * 3 // 10)),
        waiting=(999.1, 999.6),
    )


def measure_ticks(report: Report, services: Services, agents: int, mode: str, *, rounds: int) -> None:
    """Whole ticks on a floor whose events go on; time, statements, and the statements of one that saves."""
    tenant_id = make_tenant(services.database)
    campaign_id = make_dialed_campaign(services.database, tenant_id=tenant_id, dial_mode=mode)
    make_lead(services, tenant_id, campaign_id=campaign_id)
    _fill_floor(services, tenant_id, campaign_id, agents)
    _save_what_an_hour_taught(services, tenant_id, campaign_id, agents)
    counter = StatementCounter(services.database)
    times = []
    for turn in range(rounds):
        _add_a_second(services, tenant_id, campaign_id, agents, turn)
        with counter.step("tick"):
            started = time.perf_counter()
            planned = pacing.pace_campaign(services, tenant_id=tenant_id, campaign_id=campaign_id)
            times.append((time.perf_counter() - started) * 1000)
        assert planned == []
    statements = [len(step.statements) for step in counter.steps]
    report.add(f"{mode} tick, {agents} agents, median", median(times), "ms")
    report.add(f"{mode} tick, {agents} agents, p99", percentile(times, 99), "ms")
    report.add(f"{mode} tick, {agents} agents, median", median(statements), "statements")
    report.add(f"{mode} tick that saves, {agents} agents", max(statements), "statements")


def _fill_floor(services: Services, tenant_id: TenantId, campaign_id: CampaignId, agents: int) -> None:
    """As `busy_floor`, in rows."""
    now = services.clock.now()
    later = now.replace(year=now.year + 1)
    with services.transaction(tenant_id) as tx:
        parameters = {"campaign_id": campaign_id, "tenant_id": tenant_id, "now": now, "calls": agents}
        calls: list[UUID] = [row.id for row in tx.session.execute(_ADD_CALLS, parameters)]
        tx.session.execute(_BRIDGE, {"ids": calls[: agents * 7 // 10], "now": now})
    for number in range(agents):
        columns: dict[str, object] = {}
        if number < agents * 7 // 10:
            columns = {"held_call_ids": [calls[number]], "talking_since": now}
        elif number < agents * 8 // 10:
            columns = {"wrap_up_until": later}
        make_agent(services.database, tenant_id=tenant_id, console=True, at=now, **columns)  # type: ignore[arg-type]


def _save_what_an_hour_taught(services: Services, tenant_id: TenantId, campaign_id: CampaignId, agents: int) -> None:
    """A pacer that knows little yet does more at each event than one that has worked for an hour."""
    pacer = _pacer("predictive", agents)
    assert isinstance(pacer, PredictivePacer)
    state = {"campaign_id": campaign_id, "tenant_id": tenant_id, "state": json.dumps(pacer.to_state())}
    with services.transaction(tenant_id) as tx:
        tx.session.execute(_SAVE_STATE, state | {"now": services.clock.now()})


_SAVE_STATE = text(
    """
    insert into pacing_states (campaign_id, tenant_id, state, position, observed_until, saved_at)
    values (:campaign_id, :tenant_id, cast(:state as json), cast(pg_current_snapshot() as text), 0, :now)
    """
)
_ADD_CALLS = text(
    """
    with lead as (
        insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, priority, custom_fields, status,
                           call_attempts, last_attempt_number, next_call_at, do_not_call, created_at, updated_at)
        select gen_random_uuid(), :tenant_id, :campaign_id, number, number, 1, '{}', 'calling', 1, 1, :now, false,
               :now, :now
        from (select '+1415777' || lpad(cast(n as text), 4, '0') as number from generate_series(1, :calls) n) numbers
        returning id, phone_normalized
    ), attempt as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
        select gen_random_uuid(), :tenant_id, :campaign_id, id, 1, :now from lead returning id, lead_id
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, place_before, created_at, placing_at, metadata)
    select gen_random_uuid(), :tenant_id, :campaign_id, lead.id, attempt.id, 'placed', :now, 'outbound', '+14155550100',
           phone_normalized, :now, :now, :now, '{}'
    from lead join attempt on attempt.lead_id = lead.id
    returning id
    """
)
_BRIDGE = text("update calls set state = 'bridged', answered_at = :now, bridged_at = :now where id = any(:ids)")


def _add_a_second(services: Services, tenant_id: TenantId, campaign_id: CampaignId, agents: int, turn: int) -> None:
    """What a second of such a floor tells: an agent ends a talk every hundred seconds, a talk takes four calls."""
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        tx.session.execute(
            _ADD_EVENTS,
            {
                "tenant_id": tenant_id,
                "campaign_id": campaign_id,
                "now": now,
                "talks": max(1, agents // 100),
                "turn": turn,
            },
        )


_ADD_EVENTS = text(
    """
    insert into pacing_events (tenant_id, campaign_id, kind, call_id, agent_id, at, detail, recorded_xid)
    select :tenant_id, case when told.has_call then cast(:campaign_id as uuid) end, told.kind,
           case when told.has_call then md5(:turn || told.kind || n)::uuid end, md5('agent' || n)::uuid, :now,
           told.detail, cast(cast(pg_current_xact_id() as text) as bigint)
    from generate_series(1, :talks) n,
         (values ('dialed', true, null), ('dialed', true, null), ('dialed', true, null), ('dialed', true, null),
                 ('unanswered', true, 'no_answer'), ('unanswered', true, 'no_answer'), ('unanswered', true, 'busy'),
                 ('answered', true, 'human'), ('connected', true, null), ('talk_ended', true, null),
                 ('wrap_up_ended', false, null)) as told (kind, has_call, detail)
    """
)
