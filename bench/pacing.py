"""One pacing decision: the pure function, and the whole tick with its SQL, at 100 and 300 agents."""

import gc
import random
import time
from decimal import Decimal

from bench.figures import Options, Report, median, percentile
from bench.servers import running_servers, services_on
from dialer.domain.pacing import AgentState, Pacer, RatioPacer, Snapshot, choose_pacer
from dialer.usecases import pacing
from dialer.usecases.services import Services
from tests.builders.agents import make_agent, make_agent_group, make_tenant
from tests.builders.calls import make_dialed_campaign

BUDGET_MILLISECONDS = 5.0


def measure(options: Options) -> Report:
    """The decision is held against the budget; the tick is shown beside it."""
    report = Report("pacing", "one decision on a busy floor, and one tick that finds every agent spoken for")
    measure_decisions(report, rounds=200 if options.quick else 5_000)
    with running_servers() as servers:
        servers.add_database("pacing")
        with services_on(servers.postgres.application_url("pacing")) as services:
            for agents in (100, 300):
                _measure_ticks(report, services, agents, rounds=10 if options.quick else 200)
    return report


def measure_decisions(report: Report, *, rounds: int) -> None:
    """The pure part, for every pacer there is."""
    for agents in (100, 300):
        snapshot = busy_floor(agents)
        for name, pacer in _pacers().items():
            times = _time_decisions(pacer, snapshot, rounds)
            budget = BUDGET_MILLISECONDS if agents == 100 else None
            report.add(f"{name} decision, {agents} agents, median", median(times), "ms")
            report.add(f"{name} decision, {agents} agents, p99", percentile(times, 99), "ms", at_most=budget)


def _pacers() -> dict[str, Pacer]:
    return {
        "progressive": choose_pacer("progressive", Decimal("1")),
        "ratio": RatioPacer(2.5),
    }


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


def _measure_ticks(report: Report, services: Services, agents: int, *, rounds: int) -> None:
    tenant_id = make_tenant(services.database)
    group_id = make_agent_group(services.database, tenant_id=tenant_id)
    # Calls under way elsewhere are none of this bench: every agent is writing up.
    later = services.clock.now().replace(year=services.clock.now().year + 1)
    for _ in range(agents):
        make_agent(services.database, tenant_id=tenant_id, agent_group_id=group_id, console=True, wrap_up_until=later)
    campaign_id = make_dialed_campaign(services.database, tenant_id=tenant_id, agent_group_id=group_id)
    _add_lead(services, tenant_id, campaign_id)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        planned = pacing.pace_campaign(services, tenant_id=tenant_id, campaign_id=campaign_id)
        times.append((time.perf_counter() - started) * 1000)
        assert planned == []
    report.add(f"whole tick with its SQL, {agents} agents, median", median(times), "ms")
    report.add(f"whole tick with its SQL, {agents} agents, p99", percentile(times, 99), "ms")


def _add_lead(services: Services, tenant_id: object, campaign_id: object) -> None:
    from tests.builders.leads import make_lead

    make_lead(services, tenant_id, campaign_id=campaign_id)  # type: ignore[arg-type]
