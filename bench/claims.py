"""Choosing the next 50 leads out of ten thousand, a million, ten million: the time must not grow with the list."""

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from bench.figures import Options, Report, median, percentile
from bench.servers import Servers, running_servers
from dialer.domain.ids import CampaignId, TenantId
from dialer.integrations.clock import SystemClock
from dialer.store import claims
from dialer.store.session import Database
from tests.builders.agents import make_tenant
from tests.builders.calls import make_dialed_campaign

LEADS_PER_CLAIM = 50
MAX_GROWTH = 1.5
SHAPES = ("fresh list", "three quarters wait for a retry")


@dataclass(frozen=True)
class _List:
    """A campaign's list of leads in a database of its own."""

    database: Database
    name: str
    tenant_id: TenantId
    campaign_id: CampaignId
    size: int


def measure(options: Options) -> Report:
    """Two shapes of list: a fresh one, and one of which three quarters wait for a retry ahead of those that are due."""
    sizes: tuple[int, ...] = (1_000, 10_000) if options.quick else (10_000, 1_000_000)
    if options.full:
        sizes = (*sizes, 10_000_000)
    report = Report("claims", f"choosing and claiming the next {LEADS_PER_CLAIM} leads, as the application's role")
    with running_servers() as servers:
        for shape in SHAPES:
            measure_shape(report, servers, shape, sizes, rounds=3 if options.quick else 40, verbose=options.verbose)
    return report


def measure_shape(
    report: Report, servers: Servers, shape: str, sizes: tuple[int, ...], *, rounds: int, verbose: bool
) -> None:
    """Claims from lists of all sizes in turn, so that whatever else the machine does meets them alike."""
    lists = [_make_list(servers, size, shape) for size in sizes]
    times = _time_claims(lists, rounds=rounds)
    for leads in lists:
        report.add(f"{shape}, {leads.size:,} leads, median", median(times[leads.name]), "ms")
        report.add(f"{shape}, {leads.size:,} leads, p99", percentile(times[leads.name], 99), "ms")
    smallest = median(times[lists[0].name])
    for leads in lists[1:]:
        growth = median(times[leads.name]) / smallest
        report.add(f"{shape}, {leads.size:,} against {sizes[0]:,} leads", growth, "×", at_most=MAX_GROWTH)
    if verbose:
        report.details += [_explain(leads, shape) for leads in lists]
    for leads in lists:
        leads.database.dispose()


def _make_list(servers: Servers, size: int, shape: str) -> _List:
    name = f"claims_{size}_{SHAPES.index(shape)}"
    servers.add_database(name)
    database = Database(servers.postgres.application_url(name), pool_size=2)
    tenant_id = make_tenant(database)
    campaign_id = make_dialed_campaign(database, tenant_id=tenant_id)
    # Urgent leads, called once, wait until tomorrow; the due ones come after them in the order of dialling.
    waits = "mod(i, 4) <> 0" if shape != SHAPES[0] else "false"
    servers.execute(
        name,
        f"""
        insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, first_name, priority, custom_fields,
                           status, call_attempts, last_attempt_number, next_call_at, do_not_call, created_at,
                           updated_at)
        select uuidv7(), %s, %s, '+1' || (2012000000 + i), '+1' || (2012000000 + i), 'Sara',
               case when {waits} then 0 else 1 end, '{{"company": "ACME"}}', 'pending',
               case when {waits} then 1 else 0 end,
               case when {waits} then 1 else 0 end,
               now() - interval '1 hour' + case when {waits} then interval '1 day' else interval '0' end
                   + (i * interval '1 microsecond'),
               false, now(), now()
        from generate_series(1, {size}) as i
        """,
        str(tenant_id),
        str(campaign_id),
    )
    servers.execute(name, "vacuum (analyze) leads")
    return _List(database, name, tenant_id, campaign_id, size)


def _time_claims(lists: list[_List], *, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {leads.name: [] for leads in lists}
    warming = 5 if rounds > 5 else 1
    for number in range(rounds + warming):
        for leads in lists:
            milliseconds = _claim(leads)
            if number >= warming:  # the first few warm the caches
                times[leads.name].append(milliseconds)
    return times


def _claim(leads: _List) -> float:
    now = SystemClock().now()
    with leads.database.transaction(leads.tenant_id) as tx:
        started = time.perf_counter()
        planned = claims.plan_calls(
            tx.session,
            campaign_id=leads.campaign_id,
            max_calls=LEADS_PER_CLAIM,
            now=now,
            place_before=now + timedelta(seconds=10),
            claimed_until=now + timedelta(seconds=30),
        )
        milliseconds = (time.perf_counter() - started) * 1000
    # A small list may run dry; then it would be cheap for the wrong reason.
    assert len(planned) == min(LEADS_PER_CLAIM, leads.size), f"{leads.name}: {len(planned)} leads claimed"
    return milliseconds


def _explain(leads: _List, shape: str) -> str:
    """The plan of a claim that is rolled back."""
    now = SystemClock().now()
    values = {
        "campaign_id": leads.campaign_id, "max_calls": LEADS_PER_CLAIM, "now": now,
        "place_before": now, "claimed_until": now,
        "attempt_ids": [UUID(int=i) for i in range(1, LEADS_PER_CLAIM + 1)],
        "call_ids": [UUID(int=i) for i in range(1, LEADS_PER_CLAIM + 1)],
    }  # fmt: skip
    with leads.database.transaction(leads.tenant_id) as tx:
        statement = text("explain (analyze, buffers) " + claims._PLAN_CALLS.text)
        lines = [row[0] for row in tx.session.execute(statement, values)]
        tx.session.rollback()
    return "\n".join([f"\n{shape}, {leads.size:,} leads:", *lines])
