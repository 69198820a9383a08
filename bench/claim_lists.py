"""Campaigns of any size for the bench of claims: leads all over the United States and Canada, in a database each."""

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache

from bench.servers import Servers
from dialer.domain.compliance import CallingWindow, Locality, is_open, locate
from dialer.domain.ids import CampaignId, TenantId
from dialer.domain.phone_numbers import describe_number
from dialer.integrations.rule_files import load_rule_book
from dialer.store.session import Database
from tests.builders.agents import make_tenant
from tests.builders.calls import make_dialed_campaign

EVENING_IN_THE_EAST = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
"""22:00 in New York, 19:00 in Los Angeles."""
CHUNK = 1_000_000


@dataclass(frozen=True)
class Shape:
    """What kind of list it is. The SQL texts are of the number `i`, from 1 to `size`.

    `is_sorted_by_place`: the first 80 % in the order of dialling live where it is night.
    """

    name: str
    waits: str = "false"
    key: str = "i"
    lists: int = 1
    is_sorted_by_place: bool = False


SHAPES = (
    Shape("fresh list"),
    Shape("three quarters wait", waits="mod(i, 4) <> 0"),
    Shape("head of the list closed", is_sorted_by_place=True),
    Shape("three lists", lists=3),
    Shape("custom order", key="mod(i * 7919, 1000003)"),
)
WEIGHTS = (1, 2, 5)


@dataclass(frozen=True)
class DialedList:
    """A campaign with its leads. `open_places`: where they may be called."""

    database: Database
    name: str
    tenant_id: TenantId
    campaign_id: CampaignId
    size: int
    open_places: frozenset[int]


def make_dialed_list(servers: Servers, size: int, shape: Shape) -> DialedList:
    """A database with one campaign of so many leads. The places are the same at every size."""
    name = f"claims_{size}_{SHAPES.index(shape)}"
    servers.add_database(name)
    database = Database(servers.postgres.application_url(name), pool_size=2)
    tenant_id = make_tenant(database)
    campaign_id = make_dialed_campaign(database, tenant_id=tenant_id)
    awake = _store_places(servers, name)
    lists = _make_lists(servers, name, campaign_id, shape.lists)
    _store_leads(servers, name, size, shape, campaign_id, lists)
    places = frozenset(number for number, is_awake in awake.items() if is_awake or not shape.is_sorted_by_place)
    return DialedList(database, name, tenant_id, campaign_id, size, places)


@cache
def _people() -> tuple[tuple[str, Locality, bool], ...]:
    """Twenty people for each area code, three of them with an address in another state; and who is not asleep."""
    book = load_rule_book()
    states = itertools.cycle(sorted(book.geography.states))
    window = CallingWindow("UTC", time(0), time(0))
    people = []
    for code in sorted(book.geography.area_codes):
        number = describe_number(f"+1{code}5550123")
        home = locate(number, book=book)
        away = [locate(number, book=book, state=next(states)) for _ in range(2)]
        for place in (*[home] * 17, *away, away[0]):
            is_awake = is_open(place, "telemarketing", True, "strict", window, EVENING_IN_THE_EAST, book)  # noqa: FBT003
            people.append((code, place, is_awake))
    return tuple(people)


def _store_places(servers: Servers, name: str) -> dict[int, bool]:
    """Store the places, and who lives in them; the numbers of the places, and whether people are awake there."""
    numbers = {signature: n for n, signature in enumerate({place.signature: 0 for _, place, _ in _people()}, 1)}
    places = {place.signature: place for _, place, _ in _people()}
    rows = [[numbers[key], key, place.jurisdictions, place.time_zones] for key, place in places.items()]
    servers.execute(name, _INSERT_PLACES, json.dumps(rows))
    seen = {True: itertools.count(), False: itertools.count()}
    people = [
        [position, next(seen[is_awake]), is_awake, code, numbers[place.signature]]
        for position, (code, place, is_awake) in enumerate(_people())
    ]
    servers.execute(name, _INSERT_PEOPLE, json.dumps(people))
    return {numbers[place.signature]: is_awake for _, place, is_awake in _people()}


def _make_lists(servers: Servers, name: str, campaign_id: CampaignId, count: int) -> str:
    """Make so many lists, weighed differently; their ids as an array in SQL."""
    for weight in WEIGHTS[1:count]:
        servers.execute(name, _INSERT_LIST, weight, str(campaign_id))
    rows = servers.execute(name, "select id from lists order by weight")
    return "array[" + ", ".join(f"cast('{list_id}' as uuid)" for (list_id,) in rows) + "]"


def _store_leads(servers: Servers, name: str, size: int, shape: Shape, campaign_id: CampaignId, lists: str) -> None:
    """Store leads without their indexes and triggers, then build these: ten million take minutes instead of an hour."""
    rows = servers.execute(name, _DEFINITIONS)
    for kind, what, _ in rows:
        servers.execute(name, f"alter table leads drop constraint {what}" if kind == "key" else f"drop index {what}")
    servers.execute(name, "alter table leads disable trigger user")
    is_head = f"i <= {size} * 4 / 5"
    person = (
        f"p.is_awake = not ({is_head}) and p.place_in_line = mod(i * 3571, case when {is_head} then "
        "(select count(*) from people where not is_awake) else (select count(*) from people where is_awake) end)"
        if shape.is_sorted_by_place
        else f"p.position = mod(i * 3571, {len(_people())})"
    )
    statement = _INSERT_LEADS.format(shape=shape, lists=lists, person=person)
    for first in range(1, size + 1, CHUNK):
        servers.execute(name, statement, first, min(size, first + CHUNK - 1), str(campaign_id))
    for kind, what, definition in rows:
        servers.execute(
            name, f"alter table leads add constraint {what} {definition}" if kind == "key" else str(definition)
        )
    servers.execute(name, "alter table leads enable trigger user")
    servers.execute(name, _INSERT_LIST_LOCALITIES)
    for table in ("leads", "list_localities", "lists"):
        servers.execute(name, f"vacuum (analyze) {table}")


_INSERT_PLACES = """
    insert into localities (id, signature, jurisdictions, time_zones) overriding system value
    select cast(row ->> 0 as integer), row ->> 1, array(select jsonb_array_elements_text(row -> 2)),
           array(select jsonb_array_elements_text(row -> 3))
    from jsonb_array_elements(cast(%s as jsonb)) as row
"""
_INSERT_PEOPLE = """
    create table people as
    select cast(row ->> 0 as integer) as position, cast(row ->> 1 as integer) as place_in_line,
           cast(row ->> 2 as boolean) as is_awake, row ->> 3 as area_code, cast(row ->> 4 as integer) as locality_id
    from jsonb_array_elements(cast(%s as jsonb)) as row
"""
_INSERT_LIST = """
    insert into lists (id, tenant_id, campaign_id, name, weight, created_at, updated_at)
    select gen_random_uuid(), tenant_id, id, 'List ' || n.weight, n.weight, now(), now()
    from campaigns cross join (select cast(%s as smallint) as weight) as n where id = %s
"""
_DEFINITIONS = """
    select 'key', conname, pg_get_constraintdef(oid) from pg_constraint
    where conrelid = 'leads'::regclass and contype in ('f', 'u')
    union all
    select 'index', indexname, indexdef from pg_indexes
    where tablename = 'leads' and indexname not in (select conname from pg_constraint)
"""
# Numbers in no order, as on real lists. The keys are set as the import would.
_INSERT_LEADS = """
    insert into leads (id, tenant_id, campaign_id, list_id, locality_id, phone, phone_normalized, first_name, priority,
                       custom_fields, status, call_attempts, last_attempt_number, next_call_at, is_waiting, dial_key,
                       do_not_call, created_at, updated_at)
    select uuidv7(), c.tenant_id, c.id, ({lists})[1 + mod(i, cardinality({lists}))], p.locality_id, number, number,
           'Sara', 1, '{{"company": "ACME"}}', 'pending', case when {shape.waits} then 1 else 0 end,
           case when {shape.waits} then 1 else 0 end,
           now() - interval '1 hour' + case when {shape.waits} then interval '1 day' else interval '0' end,
           {shape.waits}, {shape.key}, false, now(), now()
    from generate_series(cast(%s as bigint), %s) as i
    join people p on {person}
    cross join lateral (
        select '+1' || p.area_code || lpad(cast(mod(i * 7919, 10000000) as text), 7, '0') as number
    ) as phone
    join campaigns c on c.id = %s
    order by i
"""
_INSERT_LIST_LOCALITIES = """
    insert into list_localities (list_id, locality_id, tenant_id)
    select distinct list_id, locality_id, tenant_id from leads on conflict do nothing
"""
