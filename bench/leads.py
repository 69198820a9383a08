"""A table of leads at scale: a page of any order by any filter, deep in the list and where next to nothing fits."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bench.figures import Options, Report, median
from bench.servers import Servers, running_servers, services_on
from dialer.domain.ids import CampaignId, UserId
from dialer.domain.lead_search import LeadSearch, LeadSort
from dialer.domain.principals import Principal, Role
from dialer.store.schema.base import new_id
from dialer.usecases.lead_search import LeadSearchPage, PageWish, search_leads
from dialer.usecases.services import Services
from tests.builders.agents import make_tenant
from tests.builders.calls import make_dialed_campaign
from tests.fakes.clock import NOON

MAX_MILLISECONDS = 100.0
SORTS: tuple[LeadSort, ...] = ("created", "-created", "priority", "last_called", "-last_called", "next_call", "name")
NOTHING = LeadSearch()
FILTERS: dict[str, tuple[LeadSearch, str | None]] = {
    "no filter": (NOTHING, None),
    "a common status": (replace(NOTHING, statuses=("pending",)), None),
    "rare statuses": (replace(NOTHING, statuses=("queued", "calling")), None),
    "a priority and a status": (replace(NOTHING, statuses=("completed", "failed"), priorities=(0,)), None),
    "a common country": (replace(NOTHING, countries=("US",)), None),
    "a rare country": (replace(NOTHING, countries=("LU",)), None),
    "a country of a tenth": (replace(NOTHING, countries=("CA",)), None),
    "never called": (replace(NOTHING, was_called=False), None),
    "called": (replace(NOTHING, was_called=True), None),
    "with a callback": (replace(NOTHING, has_callback=True), None),
    "not to be called": (replace(NOTHING, is_suppressed=True), None),
    "a name": (NOTHING, "ann smi"),
    "one letter": (NOTHING, "s"),
    "nobody's name": (NOTHING, "zzyzx"),
    "an e-mail": (NOTHING, "lead77777@"),
    "last four digits": (NOTHING, "4321"),
    "an area code": (NOTHING, "201 2"),
    "a whole number": (NOTHING, "+12012077777"),
    "an external id": (NOTHING, "x-77777"),
    "a tenth, none of which fits": (replace(NOTHING, countries=("CA",), statuses=("dnc",), priorities=(0,)), None),
}


def measure(options: Options) -> Report:
    """Half of the leads are done, in the order in which they came; each question is asked in all orders."""
    size = 20_000 if options.quick else 1_000_000
    report = Report("leads", f"a page of 50 of {size:,} leads with a count, slowest order of {len(SORTS)}")
    with running_servers() as servers:
        servers.add_database("leads")
        with services_on(servers.postgres.application_url("leads")) as services:
            actor, campaign_id = make_list(servers, services, size)
            ask = partial(search_leads, services, actor=actor, campaign_id=campaign_id)
            for name, (wanted, typed) in FILTERS.items():
                question = partial(ask, wanted=wanted, typed=typed)
                times = {sort: _milliseconds(partial(question, page=PageWish(sort))) for sort in SORTS}
                slowest = max(times, key=lambda sort: times[sort])
                report.add(f"{name} ({slowest})", times[slowest], "ms", at_most=MAX_MILLISECONDS)
            deep = partial(_page, ask, pages=20 if options.quick else 200)
            for sort in SORTS:
                report.add(f"page {200} by {sort}", _milliseconds(deep(sort)), "ms", at_most=MAX_MILLISECONDS)
    return report


def _page(ask: Callable[..., LeadSearchPage], sort: LeadSort, *, pages: int) -> Callable[[], object]:
    cursor = None
    for _ in range(pages):
        cursor = ask(wanted=NOTHING, page=PageWish(sort, cursor, count="none")).cursor
    return partial(ask, wanted=NOTHING, page=PageWish(sort, cursor, count="none"))


def _milliseconds(ask: Callable[[], object]) -> float:
    ask()
    times = []
    for _ in range(3):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return 1000 * median(times)


def make_list(servers: Servers, services: Services, size: int) -> tuple[Principal, CampaignId]:
    """A campaign half-way through its list."""
    tenant_id = make_tenant(services.database)
    campaign_id = make_dialed_campaign(services.database, tenant_id=tenant_id)
    servers.execute(
        "leads",
        f"""
        insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, first_name, last_name, email, country,
                           external_id, priority, custom_fields, status, call_attempts, last_attempt_number,
                           last_call_at, next_call_at, callback_at, do_not_call, locality_id, created_at, updated_at)
        select uuidv7(), %s, %s, n, n, ('{{Ann,Bob,Sara,Maria,Li,Olga,John,Пётр}}'::text[])[1 + i %% 8],
               initcap(substr(md5((i %% 40000)::text), 1, 2)) || ('{{smith,jones,garcia,lee}}'::text[])[1 + i / 8 %% 4],
               'lead' || i || '@example.com',
               case when i %% 50000 = 0 then 'LU' when i %% 10 = 0 then 'CA' else 'US' end, 'x-' || i,
               i %% 97 %% 3, '{{"company": "ACME"}}',
               case when i > {size} / 2 then 'pending' when i %% 40 = 1 then 'dnc' when i %% 5 = 0 then 'failed'
                    when i %% 50021 = 0 then 'calling' else 'completed' end,
               (i <= {size} / 2)::int, 0,
               case when i <= {size} / 2 then %s::timestamptz - make_interval(secs => {size} - i) end,
               %s::timestamptz + make_interval(secs => case when i %% 3 = 0 then i else 0 end),
               case when i %% 4999 = 0 then %s::timestamptz end, false, 0, %s, %s
        from generate_series(1, {size}) as i, lateral (select '+1' || (2012000000 + i) as n) number
        """,
        str(tenant_id), str(campaign_id), NOON, NOON, NOON, NOON, NOON,
    )  # fmt: skip
    servers.execute("leads", "vacuum (analyze) leads")
    return Principal(tenant_id, UserId(new_id()), Role.ADMIN, "bench"), campaign_id
