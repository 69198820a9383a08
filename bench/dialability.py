"""Saying why at scale: the summary and the dry run of a list of a million leads, and one lead of it."""

import time
from collections.abc import Callable

from sqlalchemy import text

from bench.figures import Options, Report, median
from bench.servers import Servers, running_servers, services_on
from dialer.domain.compliance import locate
from dialer.domain.ids import CampaignId, LeadId, TenantId, UserId
from dialer.domain.phone_numbers import describe_number
from dialer.domain.principals import Principal, Role
from dialer.store.localities import ensure_localities
from dialer.store.schema.base import new_id
from dialer.usecases.dialability import explain_lead, summarize_campaign
from dialer.usecases.dry_run import dry_run
from dialer.usecases.services import Services
from tests.builders.agents import make_tenant
from tests.builders.calls import make_dialed_campaign
from tests.fakes.clock import NOON

MAX_SUMMARY_SECONDS = 2.0
STATES = ("NY", "CA", "FL", "TX", "WA")
AREA_CODES = (
    "212", "305", "312", "404", "415", "503", "602", "617", "702", "713", "801", "206", "215", "303", "313", "412",
    "504", "615", "704", "808", "850", "901", "907", "401", "203", "405", "410", "316", "402", "605",
)  # fmt: skip


def measure(options: Options) -> Report:
    """A tenth of the leads is done, a tenth waits for a retry, one in forty is on a do-not-call list."""
    size = 20_000 if options.quick else 1_000_000
    report = Report("dialability", f"what stops each of {size:,} leads, and when they may be called")
    with running_servers() as servers:
        servers.add_database("why")
        with services_on(servers.postgres.application_url("why")) as services:
            actor, campaign_id = _make_list(servers, services, size)
            count = 2 if options.quick else 7
            summary = _seconds(lambda: summarize_campaign(services, actor=actor, campaign_id=campaign_id), count)
            found = summarize_campaign(services, actor=actor, campaign_id=campaign_id)
            assert found.total == size, found.total
            report.add("summary of the campaign, median", summary, "s", at_most=MAX_SUMMARY_SECONDS)
            ahead = _seconds(lambda: dry_run(services, actor=actor, campaign_id=campaign_id, days=3), count)
            report.add("dry run over three days, median", ahead, "s")
            lead_id = _some_lead(services, actor.tenant_id, campaign_id)
            one = _seconds(lambda: explain_lead(services, actor=actor, lead_id=lead_id), count * 20)
            report.add("one lead, median", one * 1000, "ms")
            report.details = [f"{name}: {counted.count:,}" for name, counted in sorted(found.gates.items())]
    return report


def _seconds(ask: Callable[[], object], count: int) -> float:
    ask()
    times = []
    for _ in range(count):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return median(times)


def _make_list(servers: Servers, services: Services, size: int) -> tuple[Principal, CampaignId]:
    tenant_id = make_tenant(services.database)
    campaign_id = make_dialed_campaign(services.database, tenant_id=tenant_id)
    ids = _make_localities(services)
    servers.execute(
        "why",
        f"""
        insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, first_name, priority, custom_fields,
                           status, status_reason, call_attempts, last_attempt_number, next_call_at, do_not_call,
                           locality_id, created_at, updated_at)
        select uuidv7(), %s, %s, n, n, 'Sara', 1, '{{"company": "ACME"}}',
               case when mod(i, 10) = 0 then 'completed' when mod(i, 40) = 1 then 'dnc' else 'pending' end,
               case when mod(i, 10) = 0 then 'answered' end, case when mod(i, 10) = 3 then 1 else 0 end, 0,
               %s::timestamptz + case when mod(i, 10) = 3 then interval '3 hours' else interval '0' end, false,
               ('{{{",".join(map(str, ids))}}}'::integer[])[1 + mod(i, {len(ids)})], %s, %s
        from generate_series(1, {size}) as i, lateral (select '+1' || (2012000000 + i) as n) number
        """,
        str(tenant_id), str(campaign_id), NOON, NOON, NOON,
    )  # fmt: skip
    servers.execute("why", "vacuum (analyze) leads")
    return Principal(tenant_id, UserId(new_id()), Role.ADMIN, "bench"), campaign_id


def _make_localities(services: Services) -> list[int]:
    """Numbers of thirty area codes, with an address in another state or none."""
    places = {
        place.signature: place
        for code in AREA_CODES
        for state in (None, *STATES)
        for place in (locate(describe_number(f"+1{code}2530000"), book=services.rules, state=state),)
    }
    with services.database.transaction(None) as tx:
        wanted = [(place.signature, place.jurisdictions, place.time_zones) for place in places.values()]
        return sorted(ensure_localities(tx.session, wanted).values())


def _some_lead(services: Services, tenant_id: TenantId, campaign_id: CampaignId) -> LeadId:
    with services.database.transaction(tenant_id) as tx:
        statement = text("select id from leads where campaign_id = :id and status = 'pending' limit 1")
        return LeadId(tx.session.execute(statement, {"id": campaign_id}).scalar_one())
