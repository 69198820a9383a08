"""Who one person is, and which calls to this person count, on real PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.ids import CallId, LeadId
from dialer.store import callees, dialability, placements
from dialer.store.callees import Callee
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.calls import make_call
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import fresh_number
from tests.fakes.clock import NOON
from tests.store.races import in_background, until_somebody_waits_for_a_lock

HOUR = timedelta(hours=1)
HOME, WORK, MOBILE, SWITCHBOARD = "+16172530000", "+16172530001", "+16172530002", "+16172539999"


@pytest.fixture
def other(services: Services, floor: Floor) -> Floor:
    """Another campaign of the same tenant."""
    return open_floor(services, floor.tenant_id)


def lead(floor: Floor, phone: str, *further: str, **columns: Any) -> LeadId:
    (lead_id,) = floor.leads(1, phone=phone, alternates=further, **columns)
    return lead_id


def person(floor: Floor, lead_id: LeadId) -> Callee:
    with floor.services.transaction(floor.tenant_id) as tx:
        facts = dialability.load_lead_facts(tx.session, lead_id, now=floor.services.clock.now())
    assert facts is not None
    return facts.callee


def numbers_of(floor: Floor, lead_id: LeadId) -> set[str]:
    return set(person(floor, lead_id).numbers)


def called(
    floor: Floor, lead_id: LeadId, *, at: datetime = NOON - HOUR, state: str = "no_answer", **facts: Any
) -> CallId:
    return make_call(
        floor.services.database, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id, lead_id=lead_id,
        state=state, at=at, **facts,
    )  # fmt: skip


# -- who is one person


def test_somebody_with_one_phone_is_known_by_it(floor: Floor) -> None:
    lead(floor, WORK)
    assert numbers_of(floor, lead(floor, HOME)) == {HOME}


def test_all_phones_of_a_lead_are_one_persons(floor: Floor) -> None:
    assert numbers_of(floor, lead(floor, HOME, WORK, MOBILE)) == {HOME, WORK, MOBILE}


def test_leads_who_share_a_line_are_one_person_with_all_their_lines(floor: Floor, other: Floor) -> None:
    father, mother = lead(floor, WORK, HOME), lead(other, MOBILE, HOME)
    child = lead(other, HOME)
    assert numbers_of(floor, father) == numbers_of(floor, mother) == numbers_of(floor, child) == {HOME, WORK, MOBILE}


def test_who_bears_one_external_id_is_one_person_with_all_phones_of_all_such_leads(floor: Floor, other: Floor) -> None:
    here, there = lead(floor, HOME, external_id="C-17"), lead(other, WORK, MOBILE, external_id="C-17")
    lead(other, SWITCHBOARD, external_id="C-18")
    assert numbers_of(floor, here) == numbers_of(floor, there) == {HOME, WORK, MOBILE}


def test_leads_without_an_external_id_are_not_one_person(floor: Floor) -> None:
    lead(floor, WORK)
    assert numbers_of(floor, lead(floor, HOME)) == {HOME}


def test_the_same_id_and_the_same_line_of_another_tenant_link_nobody(services: Services, floor: Floor) -> None:
    cleo = open_floor(services)
    lead(cleo, HOME, SWITCHBOARD, external_id="C-17")
    lead(cleo, MOBILE, external_id="C-17")
    assert numbers_of(floor, lead(floor, HOME, WORK, external_id="C-17")) == {HOME, WORK}


def test_a_switchboard_that_stands_on_many_leads_does_not_make_them_one_person(floor: Floor) -> None:
    for _ in range(60):
        lead(floor, fresh_number(), SWITCHBOARD)
    assert numbers_of(floor, lead(floor, HOME, SWITCHBOARD)) == {HOME, SWITCHBOARD}


def test_an_external_id_that_many_numbers_bear_names_nobody(floor: Floor) -> None:
    for _ in range(60):
        lead(floor, fresh_number(), external_id="n/a")
    assert numbers_of(floor, lead(floor, HOME, WORK, external_id="n/a")) == {HOME, WORK}


def test_a_number_that_was_corrected_after_its_call_was_planned_counts_until_that_is_decided(floor: Floor) -> None:
    """An import may correct a lead while its call waits to be placed to the old number."""
    floor.console_agent()
    lead(floor, HOME)
    (call_id,) = floor.plan()
    floor.change("update leads set phone = :to, phone_normalized = :to", to=WORK)
    with floor.services.transaction(floor.tenant_id) as tx:
        planned = placements.lock_planned_call(tx.session, call_id=call_id, now=NOON)
    assert planned is not None
    assert (planned.to_number, set(planned.callee.numbers)) == (HOME, {HOME, WORK})


# -- which calls count


def test_attempts_count_over_all_phones_campaigns_and_leads_of_a_person_the_newest_first(
    floor: Floor, other: Floor
) -> None:
    here, there = lead(floor, HOME, WORK, external_id="C-17"), lead(other, MOBILE, external_id="C-17")
    called(floor, here, at=NOON - 3 * HOUR)
    called(floor, here, at=NOON - HOUR, to_number=WORK)
    called(other, there, at=NOON - 2 * HOUR)
    called(other, lead(other, SWITCHBOARD), at=NOON - 2 * HOUR)
    attempts = (NOON - HOUR, NOON - 2 * HOUR, NOON - 3 * HOUR)
    assert person(floor, here).prior.attempts == person(other, there).prior.attempts == attempts


def test_another_tenants_calls_to_the_same_number_do_not_count(services: Services, floor: Floor) -> None:
    cleo = open_floor(services)
    called(cleo, lead(cleo, HOME))
    assert person(floor, lead(floor, HOME)).prior.attempts == ()


@pytest.mark.parametrize(
    ("state", "facts", "counts"),
    [
        ("planned", {}, False),
        ("cancelled", {"placing_at": None}, False),
        ("cancelled", {}, False),
        ("cancelled", {"ringing_at": NOON}, True),
        ("busy", {}, True),
        ("failed", {}, True),
        ("completed", {}, True),
        ("placing", {}, True),
        ("unresolved", {}, True),
    ],
)
def test_a_call_counts_from_the_moment_it_is_placed_unless_it_was_cancelled_before_it_rang(
    floor: Floor, state: str, facts: dict[str, Any], counts: bool
) -> None:
    lead_id = lead(floor, HOME)
    called(floor, lead_id, state=state, **facts)
    assert person(floor, lead_id).prior.attempts == ((NOON - HOUR,) if counts else ())


@pytest.mark.parametrize("state", ["placing", "unresolved", "placed", "ringing", "answered", "waiting", "bridged"])
def test_a_call_that_has_not_ended_is_in_flight(floor: Floor, state: str) -> None:
    lead_id = lead(floor, HOME, WORK)
    called(floor, lead_id, state=state, to_number=WORK)
    assert person(floor, lead_id).prior.in_flight


@pytest.mark.parametrize("state", ["planned", "completed", "busy", "no_answer", "failed", "cancelled", "abandoned"])
def test_a_call_that_ended_or_was_never_placed_is_not(floor: Floor, state: str) -> None:
    lead_id = lead(floor, HOME, WORK)
    called(floor, lead_id, state=state, to_number=WORK)
    assert not person(floor, lead_id).prior.in_flight


@pytest.mark.parametrize(
    ("answered_by", "bridged", "counts"),
    [
        ("human", True, True), (None, True, True), ("unknown", True, True), ("machine_start", True, False),
        ("machine_end_beep", True, False), ("fax", True, False), ("human", False, False),
    ],
)  # fmt: skip
def test_a_conversation_is_one_with_a_person_and_dates_from_its_end(
    floor: Floor, answered_by: str | None, bridged: bool, counts: bool
) -> None:
    """The wait after a conversation begins with the day on which it ended, even if it began the day before."""
    lead_id, ended = lead(floor, HOME), NOON - HOUR + timedelta(minutes=9)
    bridged_at = NOON - HOUR + timedelta(seconds=20) if bridged else None
    called(floor, lead_id, state="completed", answered_by=answered_by, bridged_at=bridged_at, ended_at=ended)
    assert person(floor, lead_id).prior.conversations == ((ended,) if counts else ())


def test_a_conversation_that_goes_on_dates_from_its_beginning(floor: Floor) -> None:
    lead_id, bridged_at = lead(floor, HOME), NOON - HOUR + timedelta(seconds=20)
    called(floor, lead_id, state="bridged", bridged_at=bridged_at)
    assert person(floor, lead_id).prior.conversations == (bridged_at,)


@pytest.mark.parametrize(
    ("said", "refuses"),
    [("not_interested", True), ("do_not_call", True), ("callback", False), ("sale", False), (None, False)],
)
def test_a_refusal_is_what_the_agent_wrote_down_as_one(floor: Floor, said: str | None, refuses: bool) -> None:
    lead_id, ended = lead(floor, HOME), NOON - timedelta(minutes=50)
    called(floor, lead_id, state="completed", agent_disposition=said, ended_at=ended)
    assert person(floor, lead_id).prior.refusals == ((ended,) if refuses else ())


@pytest.mark.parametrize(
    ("state", "disposition", "abandoned"),
    [("abandoned", None, True), ("completed", "abandoned", True), ("completed", "answered", False)],
)
def test_an_abandoned_call_is_known_by_its_state_or_its_outcome(
    floor: Floor, state: str, disposition: str | None, abandoned: bool
) -> None:
    lead_id = lead(floor, HOME)
    called(floor, lead_id, state=state, disposition=disposition)
    assert person(floor, lead_id).prior.abandoned == ((NOON - HOUR,) if abandoned else ())


def test_of_very_many_calls_the_newest_are_read(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_id = lead(floor, HOME, WORK)
    for hours in range(3):
        called(floor, lead_id, at=NOON - (1 + hours) * HOUR, to_number=(HOME, WORK)[hours % 2])
    monkeypatch.setattr(callees, "MAX_PRIOR_CALLS", 2)
    sql = callees.prior_calls_of(":tenant", "cast(:numbers as text[])", but="null")
    rows = floor.rows(sql, tenant=floor.tenant_id, numbers=[HOME, WORK])
    assert callees.read_prior_calls(rows[0].prior).attempts == (NOON - HOUR, NOON - 2 * HOUR)


_MANY = """
    with added as (
        insert into leads (id, tenant_id, campaign_id, list_id, phone, phone_normalized, external_id, priority,
                           custom_fields, status, call_attempts, last_attempt_number, next_call_at, do_not_call,
                           created_at, updated_at)
        select gen_random_uuid(), :tenant, :campaign, :campaign, n, n,
               case when i <= 1000 then 'n/a' else 'C-' || i end, 1, '{}', 'pending', 0, 0, :noon, false, :noon, :noon
        from generate_series(1, 3000) i, lateral (select '+1617' || (2100000 + i) as n) number
        returning id, tenant_id, campaign_id, phone_normalized
    ), phones as (
        insert into lead_phones (lead_id, position, tenant_id, phone_normalized)
        select id, position, tenant_id, case position when 0 then phone_normalized else :switchboard end
        from added, generate_series(0, 1) position
    ), attempt as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
        select gen_random_uuid(), tenant_id, campaign_id, id, 1, :noon from added returning *
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, place_before, created_at, placing_at, metadata)
    select gen_random_uuid(), a.tenant_id, a.campaign_id, a.lead_id, a.id, 'no_answer', :noon, 'outbound',
           '+14155551234', case when random() < 0.5 then :switchboard else l.phone_normalized end, :noon, :noon, :noon,
           '{}'
    from attempt a join added l on l.id = a.lead_id
"""


@pytest.mark.parametrize("is_analyzed", [True, False])
def test_a_person_and_his_calls_are_found_by_indexes_whoever_shares_his_number_or_his_id(
    floor: Floor, owner_database: Database, is_analyzed: bool
) -> None:
    floor.change(_MANY, tenant=floor.tenant_id, campaign=floor.campaign_id, switchboard=SWITCHBOARD, noon=NOON)
    if is_analyzed:
        with owner_database.transaction() as tx:
            tx.session.execute(text("analyze leads, lead_phones, calls"))
    lead_id = lead(floor, HOME, SWITCHBOARD, external_id="n/a")
    sql = "explain (analyze, timing off, summary off, format json) " + dialability._LEAD.text
    (row,) = floor.rows(sql, lead_id=lead_id, now=NOON)
    of_many = [node for node in _nodes(row[0][0]["Plan"]) if node.get("Relation Name") in _GROW]
    assert {node["Relation Name"] for node in of_many} == _GROW
    assert not [node for node in of_many if node["Node Type"] == "Seq Scan"]
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in of_many) <= 3_000


_GROW = {"leads", "lead_phones", "calls"}


def _nodes(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


# -- the person's lock


@pytest.fixture
def held(floor: Floor) -> Iterator[Any]:
    """A transaction that has locked the person with the numbers 1 to 3."""
    with floor.services.transaction(floor.tenant_id) as tx:
        callees.lock_person(tx.session, tenant_id=floor.tenant_id, numbers=["+1", "+2", "+3"])
        yield tx


def test_people_who_share_any_number_exclude_each_other_whatever_else_they_have(
    floor: Floor, held: Any, owner_database: Database
) -> None:
    def lock() -> str:
        with floor.services.transaction(floor.tenant_id) as tx:
            callees.lock_person(tx.session, tenant_id=floor.tenant_id, numbers=["+4", "+3"])
        return "locked"

    with in_background(lock) as second:
        until_somebody_waits_for_a_lock(owner_database)
        held.session.rollback()
        assert second.result(timeout=10) == "locked"


def test_people_who_share_none_and_people_of_another_tenant_do_not(services: Services, floor: Floor, held: Any) -> None:
    cleo = open_floor(services)
    for tenant_id, numbers in ((floor.tenant_id, ["+4"]), (cleo.tenant_id, ["+1", "+2"])):
        with services.transaction(tenant_id) as tx:
            callees.lock_person(tx.session, tenant_id=tenant_id, numbers=numbers)
            assert tx.session.is_active
