"""Noisy neighbours: what a tenant with 200,000 due leads costs one with 50, with all processes and the twin."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import Options, Report, median, percentile
from bench.neighbourhood import Neighbourhood, Tenant, Tick, open_neighbourhood
from dialer.embedded.stack import EmbeddedStack, Programs, TwinOptions

MAX_DELAY_SECONDS = 1.0
CALLS_PER_SECOND = 5.0
BIG_LEADS, BIG_CAMPAIGNS, BIG_AGENTS = 200_000, 4, 200
SMALL_LEADS = 50
PROCESSES = 4
WARM_UP_SECONDS = 6.0
SMALL_SECONDS = 2.7
"""How long a small tenant dials on. Not in step with the ticks."""
_WORKER = (
    sys.executable, "-m", "celery", "-A", "bench.neighbours_worker", "worker", "--loglevel", "WARNING",
    "--without-gossip", "--without-mingle", "--without-heartbeat",
)  # fmt: skip


def measure(options: Options) -> Report:
    """Small tenants begin one after the other, each with an agent and 50 leads: first alone, then beside the big one.

    Then once more on one account that all of them share. The big one's agents want six hundred calls at any moment.
    """
    rounds = 2 if options.quick else 5
    big_leads = 8_000 if options.quick else BIG_LEADS
    what = f"{big_leads:,} due leads in {BIG_CAMPAIGNS} campaigns beside {SMALL_LEADS}; {PROCESSES} worker processes"
    report = Report("neighbours", f"{what}, {CALLS_PER_SECOND:g} calls/s each")
    with _running_stack() as stack, open_neighbourhood(stack) as floor:
        floor.nobody_answers()
        began = time.monotonic()
        big = _make_big(floor, big_leads, own_account=True)
        sharing = _make_big(floor, big_leads // 10, own_account=False)
        floor.fill_lists()
        report.details.append(f"leads made in {time.monotonic() - began:.1f} s")
        alone = _Sample(floor, own_account=True, rounds=rounds)
        floor.start(big)
        time.sleep(WARM_UP_SECONDS)
        beside = _Sample(floor, own_account=True, rounds=rounds)
        rate = floor.count_placed(big, seconds=WARM_UP_SECONDS) / WARM_UP_SECONDS
        report.add("the big one meanwhile", rate, "calls/s")
        floor.pause(big)
        floor.start(sharing)
        time.sleep(WARM_UP_SECONDS)
        shared = _Sample(floor, own_account=False, rounds=rounds)
    _report(report, "first call", "started → accepted", alone.first_calls, beside.first_calls, shared.first_calls)
    _report(report, "tick", "sent → begun", alone.delays, beside.delays, shared.delays)
    return report


class _Sample:
    """First calls of small tenants, and their ticks' delays, in seconds."""

    def __init__(self, floor: Neighbourhood, *, own_account: bool, rounds: int):
        rate = CALLS_PER_SECOND if own_account else None
        tenants = [
            floor.add_tenant(campaigns=1, leads=SMALL_LEADS, agents=1, calls_per_second=rate, dial_mode="progressive")
            for _ in range(rounds + 1)
        ]
        floor.fill_lists()
        floor.take_ticks()
        # The first one finds processes that have not placed anything for this account yet; it is not counted.
        firsts = []
        for tenant in tenants:
            firsts.append(floor.measure_first_call(tenant))
            time.sleep(SMALL_SECONDS)
            floor.pause(tenant)
        self.first_calls = firsts[1:]
        self.delays = [tick.delay_seconds for tick in _of(floor.take_ticks(), tenants)]


def _of(ticks: list[Tick], tenants: list[Tenant]) -> list[Tick]:
    ids = {str(tenant.id) for tenant in tenants}
    return [tick for tick in ticks if tick.tenant_id in ids]


def _make_big(floor: Neighbourhood, leads: int, *, own_account: bool) -> Tenant:
    return floor.add_tenant(
        campaigns=BIG_CAMPAIGNS,
        leads=leads,
        agents=BIG_AGENTS,
        calls_per_second=CALLS_PER_SECOND if own_account else None,
        dial_mode="ratio",
        ratio=3,
    )


def _report(report: Report, name: str, what: str, alone: list[float], beside: list[float], shared: list[float]) -> None:
    for how, sample in (("alone", alone), ("beside the big one", beside), ("on one account with it", shared)):
        report.add(f"{name} ({what}) {how}, median of {len(sample)}", median(sample), "s")
        report.add(f"{name} {how}, worst", max(sample), "s")
    for how, sample in (("beside", beside), ("on one account", shared)):
        worst = max(sample) - max(alone)
        report.add(f"{name}, worst {how}, longer than alone by", worst, "s", at_most=MAX_DELAY_SECONDS)
        report.add(f"{name}, p95 {how} to p95 alone", percentile(sample, 95) / percentile(alone, 95), "times")


@contextmanager
def _running_stack() -> Iterator[EmbeddedStack]:
    environ = {"WORKER_CONCURRENCY": str(PROCESSES), "LOG_LEVEL": "WARNING"}
    with tempfile.TemporaryDirectory(prefix="dialer-bench-", ignore_cleanup_errors=True) as home:
        stack = EmbeddedStack(
            home, port=0, environ=environ, programs=Programs(worker=_WORKER), say=lambda _: None,
            twin_options=TwinOptions(seed=1, calls_per_second=CALLS_PER_SECOND),
        )  # fmt: skip
        with stack:
            yield stack
