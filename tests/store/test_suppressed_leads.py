"""Opting out and placing at once, on real PostgreSQL: whoever commits first decides."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.ids import CallId, LeadId
from dialer.store import placements, suppressed_leads
from dialer.store.session import Database
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases import suppressions
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import fresh_number
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock


def draft(floor: Floor, **how: Any) -> SuppressionDraft:
    return SuppressionDraft(floor.tenant_id, **{"campaign_id": None, "reason": "requested", "source": "test", **how})


def opt_out(floor: Floor, *numbers: str, **how: Any) -> None:
    with floor.services.transaction(floor.tenant_id) as tx:
        suppressions.suppress_numbers(floor.services, tx, list(numbers), draft(floor, **how))


def in_an_hour(floor: Floor) -> Any:
    return floor.services.clock.now() + timedelta(hours=1)


def with_alternate(floor: Floor, lead_id: LeadId) -> str:
    """Give a lead a second phone and return it."""
    number = fresh_number()
    floor.change(
        "insert into lead_phones (lead_id, position, tenant_id, phone_normalized) "
        "select id, 0, tenant_id, phone_normalized from leads where id = :lead union all "
        "select id, 1, tenant_id, :number from leads where id = :lead",
        lead=lead_id, number=number,
    )  # fmt: skip
    return number


@pytest.mark.parametrize("expires", [False, True])
def test_an_opt_out_that_commits_before_the_placing_decides_is_never_called(
    floor: Floor, planned: CallId, owner_database: Database, expires: bool
) -> None:
    how = {"expires_at": in_an_hour(floor)} if expires else {}
    with floor.services.transaction(floor.tenant_id) as tx:
        suppressions.suppress_numbers(floor.services, tx, [floor.call(planned).to_number], draft(floor, **how))
        with in_background(lambda: floor.place(planned)) as placing:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.commit()
            placing.result(timeout=10)
    assert floor.carrier.placed == []
    assert floor.call(planned).state == "cancelled"


@pytest.mark.parametrize("expires", [False, True])
def test_a_placing_that_commits_first_counts_as_placed_and_the_opt_out_comes_after_it(
    floor: Floor, planned: CallId, owner_database: Database, expires: bool
) -> None:
    number, lead_id = floor.call(planned).to_number, floor.call(planned).lead_id
    how = {"expires_at": in_an_hour(floor)} if expires else {}
    with floor.services.transaction(floor.tenant_id) as tx:
        assert placements.lock_planned_call(tx.session, call_id=planned, now=floor.services.clock.now()) is not None
        with in_background(lambda: opt_out(floor, number, **how)) as opting_out:
            until_somebody_waits_for_a_lock(owner_database)
            values = {"call": planned, "lead": lead_id, "now": floor.services.clock.now()}
            tx.session.execute(text("update calls set state = 'placing', placing_at = :now where id = :call"), values)
            tx.session.execute(text("update leads set status = 'calling' where id = :lead"), values)
            floor.services.clock.advance(seconds=1)  # type: ignore[attr-defined]
            tx.session.commit()
            opting_out.result(timeout=10)
    call, lead = floor.call(planned), floor.lead(lead_id)
    (entry,) = floor.rows("select created_at from suppressions")
    assert (call.state, lead.status, lead.do_not_call) == ("placing", "calling", not expires)
    assert entry.created_at > call.placing_at


def test_opting_out_and_placing_at_once_do_one_of_the_two(floor: Floor, planned: CallId) -> None:
    number = floor.call(planned).to_number
    at_once(lambda: opt_out(floor, number), lambda: floor.place(planned))
    call, lead = floor.call(planned), floor.lead(floor.call(planned).lead_id)
    assert (call.state, lead.status, len(floor.carrier.placed)) in {("placed", "calling", 1), ("cancelled", "dnc", 0)}
    assert lead.do_not_call


def test_two_lists_at_once_that_name_the_same_people_do_not_block_each_other(floor: Floor) -> None:
    numbers = [floor.lead(lead_id).phone_normalized for lead_id in floor.leads(30)]
    at_once(lambda: opt_out(floor, *numbers), lambda: opt_out(floor, *reversed(numbers), campaign_id=floor.campaign_id))
    assert floor.rows("select count(*) as n from leads where status = 'dnc'")[0].n == 30
    assert floor.rows("select count(*) as n from suppressions")[0].n == 60


@pytest.mark.parametrize("whole_tenant", [True, False])
def test_a_planned_call_is_withdrawn_at_once_and_its_agent_is_not_waited_for(
    floor: Floor, planned: CallId, whole_tenant: bool
) -> None:
    opt_out(floor, floor.call(planned).to_number, campaign_id=None if whole_tenant else floor.campaign_id)
    call, lead = floor.call(planned), floor.lead(floor.call(planned).lead_id)
    assert (call.state, lead.status, lead.status_reason) == ("cancelled", "dnc", "suppressed")
    (attempt,) = floor.attempts(lead.id)
    assert attempt.allowed is False
    assert '"suppressed' in json.dumps(attempt.verdict)


def test_a_planned_call_of_an_expiring_entry_is_withdrawn_and_its_lead_waits_for_the_end(
    floor: Floor, planned: CallId
) -> None:
    until = in_an_hour(floor)
    opt_out(floor, floor.call(planned).to_number, expires_at=until)
    call, lead = floor.call(planned), floor.lead(floor.call(planned).lead_id)
    assert (call.state, lead.status, lead.do_not_call) == ("cancelled", "pending", False)
    assert lead.next_call_at == until


def test_a_planned_call_of_somebody_else_stays_planned(floor: Floor, planned: CallId) -> None:
    opt_out(floor, fresh_number())
    assert floor.call(planned).state == "planned"


def test_an_opt_out_of_any_of_a_persons_phones_stops_the_person(floor: Floor, planned: CallId) -> None:
    alternate = with_alternate(floor, floor.call(planned).lead_id)
    opt_out(floor, alternate)
    assert floor.call(planned).state == "cancelled"
    assert floor.lead(floor.call(planned).lead_id).status == "dnc"
    assert floor.plan() == []


def test_an_opt_out_from_one_campaign_stops_the_person_there_only(floor: Floor) -> None:
    number = fresh_number()
    other = open_floor(floor.services, floor.tenant_id)
    (here,), (there,) = floor.leads(1, phone=number), other.leads(1, phone=number)
    opt_out(floor, number, campaign_id=floor.campaign_id)
    assert [floor.lead(lead_id).status for lead_id in (here, there)] == ["dnc", "pending"]


def test_another_tenants_leads_are_not_found_by_their_number(floor: Floor, services: Any) -> None:
    number = fresh_number()
    cleo = open_floor(services)
    (hers,) = cleo.leads(1, phone=number)
    with services.transaction(floor.tenant_id) as tx:
        assert suppressed_leads.lock_named_leads(tx.session, [number], campaign_id=None) == []
    opt_out(floor, number)
    assert cleo.lead(hers).status == "pending"
