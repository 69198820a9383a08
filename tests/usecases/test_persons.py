"""Placing calls to people rather than to numbers: what happened on one line of somebody holds for all of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.ids import CallId, LeadId
from dialer.domain.principals import Principal, Role
from dialer.store import placements
from dialer.store.session import Database
from dialer.usecases import calling_rules, campaigns, suppressions
from dialer.usecases.services import Services
from tests.builders.calls import make_call
from tests.builders.floor import Floor, open_floor
from tests.builders.promises import acting
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock

HOUR = timedelta(hours=1)
HOME, WORK, MOBILE = "+13052530000", "+13052530001", "+13052530002"
"""In Florida, where a person may be called three times in 24 hours."""
NO_MORNINGS = {"jurisdiction": "US-FL", "kind": "hours", "value": {"every_day": [["14:00", "20:00"]]}}


@pytest.fixture
def floor(services: Services) -> Floor:
    """A campaign with two agents at consoles."""
    floor = open_floor(services, retry_policy={"max_attempts": 9, "delay_minutes": 1})
    floor.console_agent()
    floor.console_agent()
    return floor


@pytest.fixture
def other(services: Services, floor: Floor) -> Floor:
    """Another campaign of the same tenant, whom the same agents serve."""
    return open_floor(services, floor.tenant_id)


def lead(floor: Floor, phone: str, *further: str, **columns: Any) -> LeadId:
    (lead_id,) = floor.leads(1, phone=phone, alternates=further, **columns)
    return lead_id


def planned_on_two_lines(floor: Floor, other: Floor) -> tuple[CallId, CallId]:
    """A father on one list and a mother on another share a line; each is about to be called on a line of their own."""
    lead(floor, WORK, HOME)
    lead(other, MOBILE, HOME)
    (first,), (second,) = floor.plan(), other.plan()
    return first, second


def called_before(floor: Floor, lead_id: LeadId, *hours: int, state: str = "no_answer") -> None:
    for number in hours:
        make_call(
            floor.services.database, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id, lead_id=lead_id,
            state=state, at=floor.services.clock.now() - number * HOUR,
        )  # fmt: skip
    floor.change("update leads set last_attempt_number = :made where id = :id", made=len(hours), id=lead_id)


def reasons(floor: Floor, call_id: CallId) -> list[str]:
    (attempt,) = floor.rows(
        "select a.* from attempts a join calls c on c.attempt_id = a.id where c.id = :id", id=call_id
    )
    return [reason["code"] for reason in attempt.verdict["reasons"]]


# -- one after the other


def test_a_person_in_a_call_on_one_line_is_not_called_on_another(floor: Floor, other: Floor) -> None:
    first, second = planned_on_two_lines(floor, other)
    floor.place(first)
    other.place(second)
    waiting = floor.lead(floor.call(second).lead_id)
    assert [request.call_id for request in floor.carrier.placed] == [first]
    assert (floor.call(second).state, reasons(floor, second)) == ("cancelled", ["in_flight"])
    assert (waiting.status, waiting.next_call_at) == ("pending", NOON + timedelta(minutes=1))


def test_attempts_on_whatever_lines_and_lists_are_attempts_to_the_person(floor: Floor, other: Floor) -> None:
    here, there = lead(floor, HOME, WORK, external_id="C-17"), lead(other, MOBILE, external_id="C-17")
    called_before(other, there, 3)
    called_before(floor, here, 2)
    called_before(other, lead(other, WORK), 1)
    (call_id,) = floor.plan()
    floor.place(call_id)
    assert (floor.carrier.placed, reasons(floor, call_id)) == ([], ["attempt_cap"])
    assert floor.lead(here).next_call_at == NOON + timedelta(hours=21)


def test_the_call_that_is_decided_and_calls_that_never_rang_use_up_no_attempt(floor: Floor) -> None:
    lead_id = lead(floor, HOME)
    called_before(floor, lead_id, 2, 3)
    called_before(floor, lead_id, 1, state="cancelled")
    floor.change("update leads set last_attempt_number = 3")
    (call_id,) = floor.plan()
    floor.place(call_id)
    assert [request.call_id for request in floor.carrier.placed] == [call_id]


def test_a_person_who_asked_on_one_line_not_to_be_called_is_not_called_on_another(floor: Floor, other: Floor) -> None:
    first, second = planned_on_two_lines(floor, other)
    actor = acting(floor, role=Role.ADMIN)
    suppressions.add_suppression(floor.services, actor=actor, phone=HOME, campaign_id=None)
    floor.place(first)
    other.place(second)
    assert floor.carrier.placed == []


# -- at once


@pytest.mark.parametrize("on_two_lists", [True, False])
def test_of_two_calls_to_two_lines_of_a_person_at_once_one_is_placed(
    floor: Floor, other: Floor, on_two_lists: bool
) -> None:
    second_floor = other if on_two_lists else floor
    first, second = planned_on_two_lines(floor, second_floor) if on_two_lists else _planned_on_one_list(floor)
    at_once(lambda: floor.place(first), lambda: second_floor.place(second))
    (request,) = floor.carrier.placed
    (withdrawn,) = {first, second} - {request.call_id}
    lead_of_it = floor.lead(floor.call(withdrawn).lead_id)
    assert (floor.call(withdrawn).state, reasons(floor, withdrawn)) == ("cancelled", ["in_flight"])
    assert (lead_of_it.status, lead_of_it.next_call_at) == ("pending", NOON + timedelta(minutes=1))


def _planned_on_one_list(floor: Floor) -> tuple[CallId, CallId]:
    lead(floor, WORK, HOME)
    lead(floor, MOBILE, HOME)
    first, second = floor.plan()
    return first, second


def test_with_two_attempts_on_record_two_calls_at_once_are_one_more(floor: Floor, other: Floor) -> None:
    called_before(floor, lead(floor, WORK, HOME), 2, 3)
    lead(other, MOBILE, HOME)
    (first,), (second,) = floor.plan(), other.plan()
    at_once(lambda: floor.place(first), lambda: other.place(second))
    (request,) = floor.carrier.placed
    (withdrawn,) = {first, second} - {request.call_id}
    assert set(reasons(floor, withdrawn)) == {"in_flight", "attempt_cap"}
    assert floor.lead(floor.call(withdrawn).lead_id).next_call_at == NOON + timedelta(hours=21)


def test_people_in_a_row_who_each_share_a_line_with_the_next_exclude_their_neighbours(
    floor: Floor, other: Floor, owner_database: Database
) -> None:
    """The middle one knows more numbers than the last, and yet they have one in common."""
    lead(floor, "+12392530000", WORK)
    floor.change("update leads set status = 'completed'")
    lead(floor, WORK, HOME)
    lead(other, MOBILE, HOME)
    (middle,), (last,) = floor.plan(), other.plan()
    with floor.services.transaction(floor.tenant_id) as tx:
        assert placements.lock_planned_call(tx.session, call_id=middle, now=NOON) is not None
        with in_background(lambda: other.place(last)) as placing:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.rollback()
            placing.result(timeout=10)
    assert [request.call_id for request in floor.carrier.placed] == [last]


def test_calls_made_while_placing_waited_for_its_lead_use_up_attempts(
    floor: Floor, other: Floor, clock: FrozenClock, owner_database: Database
) -> None:
    lead_id = lead(floor, HOME, WORK)
    called_before(floor, lead_id, 2, 3)
    elsewhere = lead(other, WORK)
    (call_id,) = floor.plan()
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("update leads set notes = 'an import is at it' where id = :id"), {"id": lead_id})
        with in_background(lambda: floor.place(call_id)) as placing:
            until_somebody_waits_for_a_lock(owner_database)
            clock.advance(seconds=12)
            called_before(other, elsewhere, 0)
            tx.session.commit()
            placing.result(timeout=10)
    assert floor.carrier.placed == []
    assert set(reasons(floor, call_id)) == {"attempt_cap", "placement_expired"}


def _pause(floor: Floor, actor: Principal) -> None:
    campaigns.pause_campaign(floor.services, actor=actor, campaign_id=floor.campaign_id)


def _opt_out(floor: Floor, actor: Principal) -> None:
    suppressions.add_suppression(floor.services, actor=actor, phone=MOBILE, campaign_id=None)


def _forbid(floor: Floor, actor: Principal) -> None:
    calling_rules.add_rule(floor.services, actor=actor, row=NO_MORNINGS)


@pytest.mark.parametrize(
    ("change", "code"), [(_pause, "campaign_not_active"), (_opt_out, "suppressed"), (_forbid, "outside_hours")]
)
def test_what_is_committed_while_placing_waits_for_its_lead_is_obeyed(
    floor: Floor, other: Floor, owner_database: Database, change: Callable[[Floor, Principal], None], code: str
) -> None:
    lead_id = lead(floor, HOME, external_id="C-17")
    lead(other, MOBILE, external_id="C-17")
    (call_id,) = floor.plan()
    actor = acting(floor, role=Role.ADMIN)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("update leads set notes = 'an import is at it' where id = :id"), {"id": lead_id})
        with in_background(lambda: floor.place(call_id)) as placing:
            until_somebody_waits_for_a_lock(owner_database)
            change(floor, actor)
            tx.session.commit()
            placing.result(timeout=10)
    assert floor.carrier.placed == []
    assert reasons(floor, call_id) == [code]
