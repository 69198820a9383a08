"""After a restore: whoever was called since the backup is not called again because nobody here remembers it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Row

from dialer.domain.calls import CallState
from dialer.domain.errors import CarrierRefused, Conflict
from dialer.domain.ids import CallId, LeadId, TenantId, UserId
from dialer.domain.principals import Principal, Role
from dialer.ports import CallRequest
from dialer.store import dialling_holds
from dialer.store.session import Database
from dialer.usecases import campaigns
from dialer.usecases.lost_calls import LostCalls, confirm_restore, reconcile_lost_calls
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import make_lead
from tests.fakes import FrozenClock

S = CallState


@pytest.fixture
def floor(services: Services) -> Floor:
    return open_floor(services, retry_policy={"max_attempts": 3, "delay_minutes": 60})


@pytest.fixture
def backup_at(clock: FrozenClock) -> datetime:
    """The moment of the backup; what the tests do to the carrier happened after it."""
    moment = clock.now()
    clock.advance(minutes=30)
    return moment


def called_by_carrier(
    floor: Floor, number: str, state: CallState, *, minutes_ago: int = 10, seconds: int = 0, **facts: object
) -> str:
    """A call that was placed after the backup: the carrier knows it, and nothing here does."""
    request = CallRequest(CallId(uuid4()), uuid4(), number, "+14155550100", 25, None, wait_for_beep=False, record=False)
    call_sid = floor.carrier.place_call(floor.services.platform_account, request).call_sid
    started_at = floor.services.clock.now() - timedelta(minutes=minutes_ago)
    ended_at = started_at + timedelta(seconds=seconds) if state in (S.COMPLETED, S.BUSY, S.NO_ANSWER) else None
    known = {"started_at": started_at, "ended_at": ended_at, "duration_seconds": seconds, **facts}
    floor.carrier.knows(call_sid, state, **known)
    return call_sid


def reconcile(floor: Floor, since: datetime) -> LostCalls:
    return reconcile_lost_calls(floor.services, since=since)


def calls_to(floor: Floor, lead_id: LeadId) -> list[Row[Any]]:
    return floor.rows("select * from calls where lead_id = :id order by created_at", id=lead_id)


def number_of(floor: Floor, lead_id: LeadId) -> str:
    return str(floor.lead(lead_id).phone_normalized)


def test_a_call_that_nobody_here_knows_counts_as_an_attempt_at_its_lead(floor: Floor, backup_at: datetime) -> None:
    (lead_id,) = floor.leads(1)
    call_sid = called_by_carrier(floor, number_of(floor, lead_id), S.NO_ANSWER, seconds=25)
    assert reconcile(floor, backup_at).written_down == 1
    lead, (call,) = floor.lead(lead_id), calls_to(floor, lead_id)
    assert (call.call_sid, call.state, call.disposition) == (call_sid, "no_answer", "no_answer")
    assert (lead.status, lead.call_attempts, lead.last_call_at) == ("pending", 1, call.placing_at)
    assert lead.next_call_at == call.ended_at + timedelta(minutes=60), "as if its end had been reported then"


def test_what_was_written_down_is_not_written_down_again(floor: Floor, backup_at: datetime) -> None:
    (lead_id,) = floor.leads(1)
    called_by_carrier(floor, number_of(floor, lead_id), S.BUSY)
    reconcile(floor, backup_at)
    assert reconcile(floor, backup_at).written_down == 0
    assert floor.lead(lead_id).call_attempts == 1


def test_several_attempts_are_written_down_in_their_order_and_use_up_the_cap(floor: Floor, backup_at: datetime) -> None:
    (lead_id,) = floor.leads(1)
    for minutes in (5, 15, 25):
        called_by_carrier(floor, number_of(floor, lead_id), S.BUSY, minutes_ago=minutes)
    reconcile(floor, backup_at)
    lead, calls = floor.lead(lead_id), calls_to(floor, lead_id)
    assert (lead.status, lead.call_attempts) == ("failed", 3)
    assert [call.placing_at for call in calls] == sorted(call.placing_at for call in calls)


def test_whoever_answered_after_the_backup_is_left_in_peace(floor: Floor, backup_at: datetime) -> None:
    (lead_id,) = floor.leads(1)
    called_by_carrier(floor, number_of(floor, lead_id), S.COMPLETED, seconds=90)
    assert reconcile(floor, backup_at).set_aside == 1
    lead = floor.lead(lead_id)
    assert (lead.status, lead.status_reason) == ("completed", "answered_after_backup")


def test_a_machine_is_no_conversation(floor: Floor, backup_at: datetime) -> None:
    (lead_id,) = floor.leads(1)
    called_by_carrier(floor, number_of(floor, lead_id), S.COMPLETED, seconds=9, answered_by="machine_start")
    assert reconcile(floor, backup_at).set_aside == 0
    assert floor.lead(lead_id).status_reason == "voicemail"


def test_a_planned_call_that_was_placed_after_the_backup_is_adopted(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    (call_id,) = floor.plan()
    backup_at = clock.now()
    clock.advance(minutes=30)
    called_by_carrier(floor, number_of(floor, lead_id), S.NO_ANSWER, minutes_ago=29)
    assert reconcile(floor, backup_at).adopted == 1
    assert (floor.call(call_id).state, floor.lead(lead_id).call_attempts) == ("no_answer", 1)


def test_a_planned_call_that_the_carrier_never_got_is_withdrawn(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    (call_id,) = floor.plan()
    clock.advance(minutes=30)
    assert reconcile(floor, clock.now() - timedelta(minutes=30)).withdrawn == 1
    assert (floor.call(call_id).state, floor.lead(lead_id).call_attempts) == ("cancelled", 0)


def test_a_call_in_flight_of_the_backup_comes_to_its_end(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    backup_at = clock.now()
    clock.advance(minutes=30)
    floor.carrier.knows(floor.sid(call_id), S.COMPLETED, duration_seconds=60, started_at=backup_at)
    found = reconcile(floor, backup_at)
    assert (found.asked_about, found.written_down, found.set_aside) == (1, 0, 1)
    assert floor.call(call_id).state == "completed"


def test_a_call_that_lasts_still_is_in_flight_here_too(floor: Floor, backup_at: datetime) -> None:
    (lead_id,) = floor.leads(1)
    called_by_carrier(floor, number_of(floor, lead_id), S.RINGING, minutes_ago=0)
    reconcile(floor, backup_at)
    assert (calls_to(floor, lead_id)[0].state, floor.lead(lead_id).status) == ("ringing", "calling")


def test_numbers_on_no_list_and_agents_phones_are_told_apart(floor: Floor, backup_at: datetime) -> None:
    floor.phone_agent("+14155553333")
    called_by_carrier(floor, "+14155553333", S.COMPLETED, seconds=5)
    called_by_carrier(floor, "+14155559999", S.BUSY)
    found = reconcile(floor, backup_at)
    assert (found.agents_legs, [call.to_number for call in found.unmatched]) == (1, ["+14155559999"])


def test_a_call_is_written_down_in_the_tenant_that_placed_it(
    floor: Floor, services: Services, backup_at: datetime
) -> None:
    """Cleo shares the platform's account, has the same person on a list, and calls from another number."""
    cleos = open_floor(services, caller_id="+14155550177")
    (adas_lead,) = floor.leads(1)
    cleos_lead = make_lead(
        services, cleos.tenant_id, campaign_id=cleos.campaign_id, phone=number_of(floor, adas_lead)
    ).id
    called_by_carrier(floor, number_of(floor, adas_lead), S.BUSY)
    reconcile(floor, backup_at)
    assert (floor.lead(adas_lead).call_attempts, cleos.lead(cleos_lead).call_attempts) == (1, 0)


def hold(owner_database: Database, tenant_id: TenantId, clock: FrozenClock) -> None:
    with owner_database.transaction() as tx:
        dialling_holds.hold_everybody(tx.session, reason="restored", unknown_since=clock.now(), now=clock.now())


def test_no_campaign_starts_before_the_restore_is_confirmed(
    floor: Floor, owner_database: Database, clock: FrozenClock
) -> None:
    ada = Principal(floor.tenant_id, UserId(uuid4()), Role.SUPERVISOR, session_id="")
    campaigns.pause_campaign(floor.services, actor=ada, campaign_id=floor.campaign_id)
    hold(owner_database, floor.tenant_id, clock)
    with pytest.raises(Conflict, match="until an operator has confirmed"):
        campaigns.start_campaign(floor.services, actor=ada, campaign_id=floor.campaign_id)
    reconcile(floor, clock.now())
    assert confirm_restore(floor.services) == 1
    campaigns.start_campaign(floor.services, actor=ada, campaign_id=floor.campaign_id)


def test_a_restore_is_not_confirmed_while_the_carrier_is_silent(
    floor: Floor, owner_database: Database, clock: FrozenClock
) -> None:
    hold(owner_database, floor.tenant_id, clock)
    floor.carrier.will_refuse("20003")
    assert list(reconcile(floor, clock.now()).unasked) == [floor.tenant_id]
    with pytest.raises(Conflict, match="would be called again"):
        confirm_restore(floor.services)
    assert confirm_restore(floor.services, even_unreconciled=True) == 1


def test_the_carriers_refusal_is_no_crash(floor: Floor) -> None:
    floor.carrier.will_refuse("20003")
    with pytest.raises(CarrierRefused):
        floor.carrier.list_calls(floor.services.platform_account, since=floor.services.clock.now())
