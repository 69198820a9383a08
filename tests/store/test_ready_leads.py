"""Which leads are ready, where, and in which order they are taken; whatever is ready is taken, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dialer.domain.ids import LeadId, ListId
from dialer.store import claims, lead_choice, ready_leads
from dialer.store.lead_choice import MOVE_LISTS, choice_values, next_leads
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import fresh_number
from tests.builders.lists import make_list, make_locality
from tests.fakes import FrozenClock
from tests.store.claiming import claimed, one_by_one
from tests.store.races import at_once

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def lead(floor: Floor, **columns: Any) -> LeadId:
    (lead_id,) = floor.leads(1, **columns)
    return lead_id


# -- places


def test_leads_where_nobody_may_be_called_now_are_passed_over(floor: Floor) -> None:
    east, west = (make_locality(floor.services, zone) for zone in ("America/New_York", "America/Los_Angeles"))
    asleep = lead(floor, locality_id=west)
    awake, nobody_knows = lead(floor, locality_id=east), lead(floor, locality_id=0)
    assert one_by_one(floor, open_localities={0, east}) == [awake, nobody_knows]
    assert one_by_one(floor, open_localities={east, west}) == [asleep]


def test_leads_of_many_places_are_taken_in_one_order(floor: Floor, clock: FrozenClock) -> None:
    places = [make_locality(floor.services, f"Etc/GMT+{hours}") for hours in range(1, 8)]
    expected = []
    for number in range(21):
        expected.append(lead(floor, locality_id=places[number * 3 % 7]))
        clock.advance(seconds=1)
    assert one_by_one(floor) == expected


def test_a_lead_that_moves_is_found_where_it_has_gone(floor: Floor) -> None:
    there = make_locality(floor.services, "Asia/Tokyo")
    lead_id = lead(floor)
    floor.change("update leads set locality_id = :there", there=there)
    other = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    floor.change("update leads set list_id = :other", other=other)
    assert one_by_one(floor, open_localities={there}) == [lead_id]


def test_the_first_place_with_a_ready_lead_is_named(floor: Floor) -> None:
    empty, waiting, ready = (make_locality(floor.services, f"Etc/GMT-{hours}") for hours in (1, 2, 3))
    lead(floor, locality_id=waiting, next_call_at=floor.services.clock.now() + HOUR)
    lead(floor, locality_id=ready)
    with floor.services.transaction(floor.tenant_id) as tx:

        def first(*localities: int) -> int | None:
            lists = [ListId(floor.campaign_id)]
            return ready_leads.find_ready_locality(tx.session, list_ids=lists, localities=localities)

        assert first(empty, waiting, ready, 0) == ready
        assert first(empty, waiting) is None
        assert first() is None


# -- promotion


def test_a_waiting_lead_is_ready_at_its_very_moment_and_not_before(floor: Floor, clock: FrozenClock) -> None:
    promised = clock.now() + HOUR
    lead_id = lead(floor, next_call_at=promised, callback_at=promised)
    clock.at = promised - timedelta(microseconds=1)
    assert claimed(floor, 1) == []
    clock.at = promised
    assert claimed(floor, 1) == [lead_id]


def test_promised_callbacks_do_not_queue_behind_retries_due_at_the_same_time(
    floor: Floor, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = clock.now() + HOUR
    floor.leads(5, next_call_at=due - MINUTE)
    promised = lead(floor, next_call_at=due, callback_at=due)
    statement = ready_leads._LOAD.text.replace("limit 2000", "limit 2")
    monkeypatch.setattr(ready_leads, "_LOAD", text(statement))
    clock.at = due
    assert claimed(floor, 1) == [promised]
    assert len(floor.rows("select * from leads where is_waiting")) == 3, "two became ready, and the promise"


def test_a_lead_that_somebody_holds_is_made_ready_a_turn_later(floor: Floor, clock: FrozenClock) -> None:
    held, free = floor.leads(2, next_call_at=clock.now() + HOUR)
    clock.advance(hours=1)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select from leads where id = :id for update"), {"id": held})
        assert claimed(floor, 5) == [free]
    assert claimed(floor, 5) == [held]


@pytest.mark.parametrize("promotes", [True, False])
def test_looking_at_a_campaign_makes_nobody_ready(floor: Floor, clock: FrozenClock, promotes: bool) -> None:
    lead(floor, next_call_at=clock.now() + HOUR)
    now = clock.advance(hours=2)
    with floor.services.transaction(floor.tenant_id) as tx:
        values = {"campaign_id": floor.campaign_id, "now": now, "promotes": promotes}
        tx.session.execute(ready_leads._LOAD, values)
    assert len(floor.rows("select * from leads where is_waiting")) == (0 if promotes else 1)


# -- order


def test_whose_turn_it_is_promised_then_urgent_then_due_again_then_fresh(floor: Floor) -> None:
    now = floor.services.clock.now()
    low_fresh, low_again = lead(floor, priority=2), lead(floor, priority=2, call_attempts=1)
    fresh, again = lead(floor), lead(floor, call_attempts=2)
    urgent_fresh, urgent_again = lead(floor, priority=0), lead(floor, priority=0, call_attempts=1)
    promised = lead(floor, priority=2, call_attempts=1, callback_at=now, next_call_at=now - HOUR)
    assert one_by_one(floor) == [promised, urgent_again, urgent_fresh, again, fresh, low_again, low_fresh]


@dataclass(frozen=True)
class Order:
    """How three people, who came one after the other, are ordered by a campaign's order."""

    name: str
    expected: tuple[int, ...]
    field: str | None = None


@pytest.mark.parametrize(
    "order",
    [
        Order("due", (1, 0, 2)), Order("oldest", (0, 1, 2)), Order("newest", (2, 1, 0)),
        Order("last_called", (2, 0, 1)),
        Order("custom", (1, 2, 0), "score"), Order("custom", (2, 1, 0), "city"), Order("custom", (0, 2, 1), "since"),
    ],
    ids=lambda order: order.field or order.name,
)  # fmt: skip
def test_within_a_turn_the_campaigns_order_decides(services: Services, clock: FrozenClock, order: Order) -> None:
    floor = open_floor(services, lead_order=order.name, lead_order_field=order.field)
    begin = clock.now()
    people = (
        (begin - 2 * HOUR, begin - HOUR, {"score": "100.5", "city": "york", "since": "2019-01-31"}),
        (begin - 3 * HOUR, begin, {"score": 9, "city": "Bath"}),
        (begin - HOUR, begin - 5 * HOUR, {"score": "20", "city": "ascot", "since": "2020-01-01"}),
    )
    ids = []
    for due, called, fields in people:
        ids.append(lead(floor, next_call_at=due, last_call_at=called, custom_fields=fields, call_attempts=1))
        clock.advance(minutes=1)
    assert one_by_one(floor) == [ids[number] for number in order.expected]


def test_of_two_promises_the_earlier_comes_first_whatever_the_order(services: Services, clock: FrozenClock) -> None:
    floor = open_floor(services, lead_order="newest")
    at = clock.now()
    earlier = lead(floor, callback_at=at + MINUTE, next_call_at=at + MINUTE)
    later = lead(floor, callback_at=at + 2 * MINUTE, next_call_at=at + 2 * MINUTE)
    clock.advance(minutes=5)
    assert one_by_one(floor) == [earlier, later]
    floor.change("update leads set status = 'pending', callback_at = null")
    floor.change("update calls set state = 'busy'")
    assert set(one_by_one(floor)) == {earlier, later}
    keys = {row.id: row.dial_key for row in floor.rows("select id, dial_key from leads")}
    assert keys[earlier] == keys[later] == -at.timestamp(), "a promise that is no more is a lead like others"


# -- races


def test_claims_at_once_share_out_leads_of_many_places_and_lists(floor: Floor) -> None:
    places = [make_locality(floor.services, f"Etc/GMT-{hours}") for hours in range(1, 5)]
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    for place in places:
        floor.leads(3, locality_id=place)
        floor.leads(3, locality_id=place, list_id=second)
    taken = [lead_id for found in at_once(*[lambda: claimed(floor, 8)] * 3) for lead_id in found]
    assert len(taken) == len(set(taken)) == 24


# -- nobody is forgotten, nobody comes twice


@dataclass(frozen=True)
class Person:
    """A lead of the property below: list, place, whose turn, and when it is due in minutes from now."""

    lead_list: int
    place: int
    priority: int
    attempts: int
    due: int
    is_promised: bool


people = st.lists(
    st.builds(
        Person,
        lead_list=st.sampled_from((0, 0, 0, 0, 1, 2)),
        place=st.integers(0, 4),
        priority=st.sampled_from((1, 1, 1, 1, 0, 2)),
        attempts=st.sampled_from((0, 0, 0, 1)),
        due=st.integers(-50, 5),
        is_promised=st.sampled_from((False,) * 7 + (True,)),
    ),
    min_size=10,
    max_size=40,
)


@pytest.mark.parametrize(("at_a_time", "line"), [(1, 0), (4, 0), (50, 1), (4, 1), (1, 4)])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=people)
def test_every_ready_lead_of_an_open_place_is_claimed_once_and_in_order(
    services: Services, monkeypatch: pytest.MonkeyPatch, at_a_time: int, line: int, people: list[Person]
) -> None:
    """Whether the first `line` times as many as are wanted do, or places have to be asked one by one."""
    floor = open_floor(services)
    places = [0, *(make_locality(services, f"Etc/GMT+{hours}") for hours in range(1, 5))]
    lists = [
        floor.campaign_id,
        make_list(services, floor.tenant_id, campaign_id=floor.campaign_id, name="B"),
        make_list(services, floor.tenant_id, campaign_id=floor.campaign_id, name="off", is_active=False),
    ]
    stored = _store(floor, people, [str(entry) for entry in lists], places)
    _with_line(monkeypatch, line)
    is_open = set(places[:3])
    expected = {lead_id for lead_id, (person, _) in stored.items()
                if person.lead_list < 2 and places[person.place] in is_open and person.due <= 0}  # fmt: skip
    taken: list[LeadId] = []
    while found := claimed(floor, at_a_time, open_localities=is_open):
        assert len(found) == min(at_a_time, len(expected) - len(taken)), "no claim is short of what there is"
        taken += sorted(found, key=lambda lead_id: _key(stored, lead_id))
    assert (len(taken), set(taken)) == (len(expected), expected)
    for number in (0, 1):
        of_list = [lead_id for lead_id in taken if stored[lead_id][0].lead_list == number]
        assert of_list == sorted(of_list, key=lambda lead_id: _key(stored, lead_id))


Stored = dict[LeadId, tuple[Person, datetime]]


def _key(stored: Stored, lead_id: LeadId) -> tuple[int, datetime, LeadId]:
    person, due = stored[lead_id]
    turn = 0 if person.is_promised else 1 + 2 * person.priority + (person.attempts == 0)
    return turn, due, lead_id


def _store(floor: Floor, people: list[Person], lists: list[str], places: list[int]) -> Stored:
    now = floor.services.clock.now()
    stored: Stored = {}
    for number, person in enumerate(people):
        due = now + person.due * MINUTE
        row = {
            "number": f"{fresh_number()}{number}", "list_id": lists[person.lead_list], "priority": person.priority,
            "place": places[person.place], "attempts": person.attempts, "due": due, "now": now,
            "callback_at": due if person.is_promised else None, "campaign_id": floor.campaign_id,
            "tenant_id": floor.tenant_id,
        }  # fmt: skip
        stored[LeadId(floor.rows(_INSERT, **row)[0].id)] = (person, due)
    return stored


_INSERT = """
    insert into leads (id, tenant_id, campaign_id, list_id, locality_id, phone, phone_normalized, priority,
                       custom_fields, status, call_attempts, last_attempt_number, next_call_at, callback_at, dial_key,
                       do_not_call, created_at, updated_at)
    values (gen_random_uuid(), :tenant_id, :campaign_id, :list_id, :place, :number, :number, :priority, '{}', 'pending',
            :attempts, 0, :due, :callback_at, extract(epoch from cast(:due as timestamptz)), false, :now, :now)
    returning id
"""


def _with_line(monkeypatch: pytest.MonkeyPatch, line: int) -> None:
    """Claim by statements that read so much in order, and look at no spare leads."""
    monkeypatch.setattr(lead_choice, "LINE", line)
    monkeypatch.setattr(lead_choice, "SPARE", 0)
    monkeypatch.setattr(claims, "_PLAN_CALLS", text(claims._plan("")))
    monkeypatch.setattr(claims, "_PLAN_CALLS_IN_TURN", text(claims._plan(MOVE_LISTS)))


# -- the plan


@pytest.mark.parametrize("is_analyzed", [True, False])
@pytest.mark.parametrize(
    ("asleep", "indexes"),
    [(0, {"ix_leads_in_order", "pk_leads"}), (4_800, {"ix_leads_in_order", "ix_leads_ready", "pk_leads"})],
)
def test_the_choice_goes_by_the_indexes_made_for_it_and_reads_no_more_than_it_needs(
    floor: Floor, owner_database: Database, is_analyzed: bool, asleep: int, indexes: set[str]
) -> None:
    there, *places = (make_locality(floor.services, f"Etc/GMT+{hours}") for hours in range(1, 6))
    values = {"leads": 5_000, "asleep": asleep, "there": there, "places": places}
    floor.change(_INSERT_MANY, campaign_id=floor.campaign_id, tenant_id=floor.tenant_id, **values)
    if is_analyzed:
        with owner_database.transaction() as tx:
            tx.session.execute(text("analyze leads"))
    now = floor.services.clock.now()
    with floor.services.transaction(floor.tenant_id) as tx:
        (ready,) = ready_leads.load_ready_lists(tx.session, campaign_id=floor.campaign_id, now=now)
        statement = text("explain (analyze, timing off, summary off, format json) " + next_leads())
        chosen = choice_values([replace(ready, localities=tuple(places))], 3)
        plan_tree = tx.session.execute(statement, chosen).scalar_one()[0]["Plan"]
    nodes = [node for node in _nodes(plan_tree) if node["Actual Loops"]]
    of_leads = [node for node in nodes if node.get("Relation Name") == "leads"]
    assert {node["Index Name"] for node in of_leads} == indexes
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in nodes) <= 200


def _nodes(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


_INSERT_MANY = """
    insert into leads (id, tenant_id, campaign_id, list_id, locality_id, phone, phone_normalized, priority,
                       custom_fields, status, call_attempts, last_attempt_number, next_call_at, dial_key,
                       do_not_call, created_at, updated_at)
    select gen_random_uuid(), :tenant_id, :campaign_id, :campaign_id,
           case when i <= :asleep then :there else (cast(:places as integer[]))[1 + mod(i, 4)] end,
           '+1' || i, '+1' || i, 1, '{}', 'pending', 0, 0, '2026-01-01', i, false, now(), now()
    from generate_series(1, :leads) i
"""
