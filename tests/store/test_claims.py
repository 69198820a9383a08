"""Claims on real PostgreSQL: no lead is handed out twice, however many ticks run at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dialer.store import claims
from dialer.store.schema.base import new_id
from dialer.usecases.services import Services
from tests.builders.campaigns import make_campaign
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import make_lead
from tests.store.claiming import plan
from tests.store.races import at_once


def test_a_claim_makes_one_attempt_and_one_call_of_each_lead(floor: Floor) -> None:
    floor.leads(3)
    planned = plan(floor, 2)
    assert len(planned) == 2
    for call_id in planned:
        call = floor.call(call_id)
        lead, (attempt,) = floor.lead(call.lead_id), floor.attempts(call.lead_id)
        assert (lead.status, lead.last_attempt_number, lead.call_attempts) == ("queued", 1, 0)
        assert (attempt.id, attempt.number) == (call.attempt_id, 1)
        assert (call.to_number, call.from_number) == (lead.phone_normalized, "+14155550100")
    assert len(floor.rows("select * from leads where status = 'pending'")) == 1


@pytest.mark.parametrize("max_calls", [0, -3])
def test_claiming_nothing_asks_nothing(floor: Floor, max_calls: int) -> None:
    floor.leads(1)
    assert plan(floor, max_calls) == []


def test_ticks_at_the_same_time_never_share_a_lead(floor: Floor) -> None:
    floor.leads(20)
    planned = [call_id for calls in at_once(*[lambda: plan(floor, 7)] * 4) for call_id in calls]
    leads = [floor.call(call_id).lead_id for call_id in planned]
    assert len(leads) == len(set(leads)) == 20
    assert len(floor.rows("select * from attempts")) == 20


def test_a_lead_that_another_transaction_holds_is_passed_over_not_waited_for(floor: Floor) -> None:
    held, _ = floor.leads(2)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select from leads where id = :id for update"), {"id": held})
        (call_id,) = plan(floor, 2)
    assert floor.call(call_id).lead_id != held


def test_a_second_call_in_flight_for_one_lead_is_refused_by_the_index(floor: Floor) -> None:
    floor.leads(1)
    (call_id,) = plan(floor, 1)
    with pytest.raises(IntegrityError, match=r"uq_calls_(lead|number)_in_flight"):
        floor.change(
            "with a as (insert into attempts select (jsonb_populate_record(t, jsonb_build_object('id', "
            "gen_random_uuid(), 'number', 2))).* from attempts t returning id) "
            "insert into calls select (jsonb_populate_record(c, jsonb_build_object('id', cast(:id as text), "
            "'attempt_id', a.id))).* from calls c cross join a",
            id=str(new_id()),
        )
    assert floor.call(call_id).state == "planned"


def test_a_lead_whose_call_is_still_in_flight_gets_no_second_one(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    (first,) = plan(floor, 1)
    floor.change("update leads set status = 'pending'")  # an agent has promised a callback while talking
    assert plan(floor, 1) == []
    assert len(floor.rows("select * from calls")) == 1
    floor.change("update calls set state = 'completed' where id = :id", id=first)
    floor.change("update leads set status = 'pending' where id = :id", id=lead_id)
    (second,) = plan(floor, 1)
    assert floor.call(second).lead_id == lead_id


def test_another_tenants_leads_cannot_be_claimed(services: Services, floor: Floor) -> None:
    floor.leads(3)
    cleo = open_floor(services)
    cleo.campaign_id = floor.campaign_id
    assert plan(cleo, 3) == []
    assert len(floor.rows("select * from leads where status = 'pending'")) == 3


@pytest.mark.parametrize(
    ("status", "count_attempt", "after"),
    [
        ("queued", False, ("pending", 1)), ("calling", True, ("pending", 1)), ("calling", False, ("pending", 0)),
        ("dnc", False, ("dnc", 1)), ("completed", True, ("completed", 1)),
    ],
)  # fmt: skip
def test_giving_a_lead_back(floor: Floor, status: str, count_attempt: bool, after: tuple[str, int]) -> None:
    (lead_id,) = floor.leads(1, status=status, call_attempts=1)
    now = floor.services.clock.now()
    with floor.services.transaction(floor.tenant_id) as tx:
        claims.release_lead(tx.session, lead_id=lead_id, now=now, next_call_at=now, count_attempt=count_attempt)
    lead = floor.lead(lead_id)
    assert (lead.status, lead.call_attempts) == after


def test_giving_a_lead_back_never_brings_its_next_call_forward(floor: Floor) -> None:
    now = floor.services.clock.now()
    (lead_id,) = floor.leads(1, status="queued", next_call_at=now + timedelta(days=1))
    with floor.services.transaction(floor.tenant_id) as tx:
        claims.release_lead(tx.session, lead_id=lead_id, now=now, next_call_at=now, count_attempt=True)
    assert floor.lead(lead_id).next_call_at == now + timedelta(days=1)


def test_people_who_are_due_again_come_before_people_never_called(floor: Floor) -> None:
    now, minute = floor.services.clock.now(), timedelta(minutes=1)
    fresh, retry, _not_due, urgent = (
        make_lead(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, **columns).id
        for columns in (
            {"next_call_at": now - timedelta(days=1)},
            {"next_call_at": now - minute, "call_attempts": 1},
            {"next_call_at": now + minute, "call_attempts": 1},
            {"next_call_at": now, "priority": 0},
        )
    )
    claimed = [floor.call(call_id).lead_id for _ in range(4) for call_id in plan(floor, 1)]
    assert claimed == [urgent, retry, fresh]


def test_a_person_on_the_lists_of_two_campaigns_is_called_by_one_of_them_at_a_time(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    number = floor.lead(lead_id).phone_normalized
    other = replace(floor, campaign_id=make_campaign(floor.services, floor.tenant_id, status="active").id)
    other.leads(1, phone=number)
    (call_id,) = plan(floor, 1)
    assert plan(other, 1) == []
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("update calls set state = 'busy' where id = :id"), {"id": call_id})
        tx.session.execute(
            text("update leads set status = 'pending' where campaign_id = :id"), {"id": other.campaign_id}
        )
    assert len(plan(other, 1)) == 1
