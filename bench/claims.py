"""Choosing the next 50 leads out of ten thousand, a million, ten million: the time must not grow with the list."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.claim_lists import SHAPES, DialedList, Shape, make_dialed_list
from bench.figures import Options, Report, median, percentile
from bench.servers import Servers, running_servers
from dialer.integrations.clock import SystemClock
from dialer.store import claims
from dialer.store.lead_choice import choice_values, next_leads
from dialer.store.ready_leads import ReadyList, load_ready_lists

LEADS_PER_CLAIM = 50
LEADS_PER_SMALL_CLAIM = 3
MAX_GROWTH = 1.5
MAX_MILLISECONDS = 15.0


def measure(options: Options) -> Report:
    """Five shapes of list, all with the same hundreds of places, whatever their size."""
    sizes: tuple[int, ...] = (1_000, 10_000) if options.quick else (10_000, 1_000_000)
    if options.full:
        sizes = (*sizes, 10_000_000)
    report = Report("claims", f"choosing and claiming the next {LEADS_PER_CLAIM} leads, as the application's role")
    with running_servers() as servers:
        for shape in SHAPES:
            measure_shape(report, servers, shape, sizes, rounds=3 if options.quick else 30, verbose=options.verbose)
    return report


def measure_shape(
    report: Report, servers: Servers, shape: Shape, sizes: tuple[int, ...], *, rounds: int, verbose: bool
) -> None:
    """Claims from lists of all sizes in turn, so that whatever else the machine does meets them alike."""
    lists = [make_dialed_list(servers, size, shape) for size in sizes]
    places = len(lists[0].open_places)
    looks, times = _time_claims(lists, LEADS_PER_CLAIM, rounds=rounds)
    for leads in lists:
        name = f"{shape.name}, {leads.size:,} leads"
        report.add(f"{name}, {places} places, median", median(times[leads.name]), "ms", at_most=MAX_MILLISECONDS)
        report.add(f"{name}, p99", percentile(times[leads.name], 99), "ms")
        report.add(f"{name}, what is ready, median", median(looks[leads.name]), "ms")
    smallest = median(times[lists[0].name])
    for leads in lists[1:]:
        growth = median(times[leads.name]) / smallest
        report.add(f"{shape.name}, {leads.size:,} against {sizes[0]:,} leads", growth, "×", at_most=MAX_GROWTH)
    _, times = _time_claims(lists[-1:], LEADS_PER_SMALL_CLAIM, rounds=rounds)
    name = f"{shape.name}, {sizes[-1]:,} leads, {LEADS_PER_SMALL_CLAIM} of them, median"
    report.add(name, median(times[lists[-1].name]), "ms")
    if verbose:
        report.details += [_explain(leads, shape) for leads in lists]
    for leads in lists:
        leads.database.dispose()
        servers.postgres.drop_database(leads.name)


def _time_claims(
    lists: list[DialedList], max_calls: int, *, rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """How long it takes to see what is ready, and to choose and claim, for each list."""
    looks: dict[str, list[float]] = {leads.name: [] for leads in lists}
    times: dict[str, list[float]] = {leads.name: [] for leads in lists}
    warming = 5 if rounds > 5 else 1
    for number in range(rounds + warming):
        for leads in lists:
            look, claim = _claim(leads, max_calls)
            if number >= warming:  # the first few warm the caches
                looks[leads.name].append(look)
                times[leads.name].append(claim)
    return looks, times


def _claim(leads: DialedList, max_calls: int) -> tuple[float, float]:
    now = SystemClock().now()
    with leads.database.transaction(leads.tenant_id) as tx:
        began = time.perf_counter()
        lists = _open_lists(tx.session, leads, now)
        seen = time.perf_counter()
        planned = claims.plan_calls(
            tx.session,
            lists=lists,
            max_calls=max_calls,
            now=now,
            place_before=now + timedelta(seconds=10),
            claimed_until=now + timedelta(seconds=30),
        )
        done = time.perf_counter()
    # A small list may run dry; then it would be cheap for the wrong reason.
    assert len(planned) == max_calls, f"{leads.name}: {len(planned)} leads claimed"
    return (seen - began) * 1000, (done - seen) * 1000


def _open_lists(session: Session, leads: DialedList, now: datetime) -> list[ReadyList]:
    return [
        replace(ready, localities=tuple(number for number in ready.localities if number in leads.open_places))
        for ready in load_ready_lists(session, campaign_id=leads.campaign_id, now=now)
    ]


def _explain(leads: DialedList, shape: Shape) -> str:
    """The plan of a choice; what it locks is let go at once."""
    with leads.database.transaction(leads.tenant_id) as tx:
        lists = _open_lists(tx.session, leads, SystemClock().now())
        statement = text("explain (analyze, buffers) " + next_leads())
        lines = [row[0] for row in tx.session.execute(statement, choice_values(lists, LEADS_PER_CLAIM))]
        tx.session.rollback()
    return "\n".join([f"\n{shape.name}, {leads.size:,} leads:", *lines])
