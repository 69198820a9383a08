"""Calling people again on a floor: at their other phones, by the campaign's rules, and as the agent's word has it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dialer.domain.call_words import AgentDisposition
from dialer.domain.calls import CallState
from dialer.domain.ids import CallId, LeadId
from dialer.domain.principals import Role
from dialer.store.session import Database
from dialer.usecases import call_reports
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.promises import acting, lead_with_phones, set_retry_rules, usable_phones
from tests.fakes import FrozenClock
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock

S, D = CallState, AgentDisposition


@pytest.fixture
def floor(services: Services) -> Floor:
    """A patient campaign with a free agent."""
    floor = open_floor(services, retry_policy={"max_attempts": 9, "delay_minutes": 60})
    floor.console_agent()
    return floor


def conclude(floor: Floor, call_id: CallId, word: AgentDisposition) -> None:
    actor = acting(floor, role=Role.SUPERVISOR)
    call_reports.set_call_disposition(floor.services, actor=actor, call_id=call_id, disposition=word)


def talk(floor: Floor, *, end: bool = True) -> CallId:
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    if end:
        floor.report(call_id, S.COMPLETED, duration=60)
    return call_id


def standing(floor: Floor, lead_id: LeadId) -> tuple[str, str | None]:
    lead = floor.lead(lead_id)
    return lead.status, lead.status_reason


def test_every_phone_is_tried_soon_and_the_first_again_after_the_full_delay(floor: Floor, clock: FrozenClock) -> None:
    lead_id, numbers = lead_with_phones(floor, 3)
    called = []
    for minutes in (0, 2, 2, 60, 2):
        clock.advance(minutes=minutes, seconds=-1)
        assert minutes == 0 or floor.plan() == [], "not yet"
        clock.advance(seconds=1)
        floor.report(floor.dial(), S.NO_ANSWER)
        called.append(floor.carrier.placed[-1].to_number)
    assert called == [*numbers, *numbers[:2]]
    assert floor.lead(lead_id).call_attempts == 5, "one counter for the person"


def test_a_conversation_at_any_phone_completes_the_lead(floor: Floor, clock: FrozenClock) -> None:
    lead_id, numbers = lead_with_phones(floor, 2)
    floor.report(floor.dial(), S.BUSY)
    clock.advance(minutes=2)
    talk(floor)
    assert floor.carrier.placed[-1].to_number == numbers[1]
    assert standing(floor, lead_id) == ("completed", "answered")


def test_a_number_that_the_carrier_refuses_is_dead_and_the_lead_fails_with_the_last(
    floor: Floor, clock: FrozenClock
) -> None:
    lead_id, numbers = lead_with_phones(floor, 2)
    floor.carrier.will_refuse("21211")
    floor.dial()
    assert usable_phones(floor, lead_id) == numbers[1:]
    assert standing(floor, lead_id) == ("pending", "carrier 21211")
    clock.advance(minutes=2)
    floor.carrier.will_refuse("21211")
    floor.dial()
    assert usable_phones(floor, lead_id) == []
    assert standing(floor, lead_id) == ("failed", "carrier 21211")


def test_a_wrong_number_said_while_talking_counts_from_the_end_on(floor: Floor, clock: FrozenClock) -> None:
    lead_id, numbers = lead_with_phones(floor, 2)
    call_id = talk(floor, end=False)
    conclude(floor, call_id, D.WRONG_NUMBER)
    assert standing(floor, lead_id)[0] == "calling"
    floor.report(call_id, S.COMPLETED, duration=60)
    assert standing(floor, lead_id) == ("pending", "wrong_number")
    assert usable_phones(floor, lead_id) == numbers[1:]
    assert floor.lead(lead_id).next_phone == numbers[1]


def test_a_wrong_number_said_in_wrap_up_rebooks_the_lead_and_can_be_taken_back(floor: Floor) -> None:
    lead_id, numbers = lead_with_phones(floor, 2)
    call_id = talk(floor)
    conclude(floor, call_id, D.WRONG_NUMBER)
    assert standing(floor, lead_id) == ("pending", "wrong_number")
    assert usable_phones(floor, lead_id) == numbers[1:]
    conclude(floor, call_id, D.SALE)
    assert standing(floor, lead_id) == ("completed", "answered")
    assert usable_phones(floor, lead_id) == numbers
    assert floor.lead(lead_id).next_phone is None


def test_the_only_number_being_wrong_the_lead_has_failed(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    conclude(floor, talk(floor), D.WRONG_NUMBER)
    assert standing(floor, lead_id) == ("failed", "wrong_number")


def test_an_agents_word_is_followed_by_its_rule_before_the_end_and_after(floor: Floor, clock: FrozenClock) -> None:
    set_retry_rules(floor, {"not_interested": {"action": "retry", "delay_minutes": 1440}, "sale": {"action": "fail"}})
    (lead_id,) = floor.leads(1)
    call_id = talk(floor, end=False)
    conclude(floor, call_id, D.SALE)
    floor.report(call_id, S.COMPLETED, duration=60)
    assert standing(floor, lead_id) == ("failed", "sale")
    conclude(floor, call_id, D.NOT_INTERESTED)
    lead = floor.lead(lead_id)
    assert (lead.status, lead.next_call_at) == ("pending", clock.now() + timedelta(days=1))
    conclude(floor, call_id, D.INTERESTED)
    assert standing(floor, lead_id) == ("completed", "answered")


def test_a_late_word_leaves_a_lead_alone_that_was_called_again_or_changed_since(
    floor: Floor, clock: FrozenClock
) -> None:
    set_retry_rules(floor, {"other": {"action": "retry", "delay_minutes": 1}, "sale": {"action": "retry"}})
    (lead_id,) = floor.leads(1)
    first = talk(floor)
    conclude(floor, first, D.OTHER)
    clock.advance(minutes=1, seconds=30)
    floor.report(floor.dial(), S.NO_ANSWER)
    before = standing(floor, lead_id)
    conclude(floor, first, D.INTERESTED)
    assert standing(floor, lead_id) == before == ("pending", "no_answer")
    floor.change("update leads set status = 'completed', status_reason = 'set by hand' where id = :id", id=lead_id)
    conclude(floor, first, D.SALE)
    assert standing(floor, lead_id) == ("completed", "set by hand")


def test_a_rule_counts_the_calls_that_ended_its_way(floor: Floor, clock: FrozenClock) -> None:
    set_retry_rules(floor, {"busy": {"max_attempts": 2, "delay_minutes": 1}, "no_answer": {"delay_minutes": 1}})
    (lead_id,) = floor.leads(1)
    for end in (S.BUSY, S.NO_ANSWER, S.NO_ANSWER):
        floor.report(floor.dial(), end)
        assert standing(floor, lead_id)[0] == "pending"
        clock.advance(minutes=1)
    floor.report(floor.dial(), S.BUSY)
    assert standing(floor, lead_id) == ("failed", "busy, attempts used up")


def test_a_lead_that_starts_over_has_its_outcomes_counted_anew(floor: Floor, clock: FrozenClock) -> None:
    set_retry_rules(floor, {"busy": {"max_attempts": 1}})
    (lead_id,) = floor.leads(1)
    floor.report(floor.dial(), S.BUSY)
    assert standing(floor, lead_id)[0] == "failed"
    clock.advance(minutes=1)
    set_retry_rules(floor, {"busy": {"max_attempts": 2}})
    floor.change(
        "update leads set status = 'pending', attempts_reset_at = :now, call_attempts = 0, next_call_at = :now",
        now=clock.now(),
    )
    clock.advance(seconds=1)
    floor.report(floor.dial(), S.BUSY)
    assert standing(floor, lead_id)[0] == "pending", "the call of before the reset does not count"


def test_the_parts_of_the_day_are_remembered_and_the_next_one_waited_for(floor: Floor, clock: FrozenClock) -> None:
    set_retry_rules(floor, {"no_answer": {"spread": "day_parts", "delay_minutes": 30}})
    (lead_id,) = floor.leads(1, time_zone="America/Los_Angeles")
    floor.report(floor.dial(), S.NO_ANSWER)
    lead = floor.lead(lead_id)
    # It is 10:00 in Los Angeles: the afternoon begins in two hours.
    assert timedelta(hours=2) <= lead.next_call_at - clock.now() <= timedelta(hours=2, minutes=45)
    assert lead.day_parts_tried == 0b001
    clock.at = lead.next_call_at
    floor.report(floor.dial(), S.NO_ANSWER)
    lead = floor.lead(lead_id)
    assert timedelta(hours=4) < lead.next_call_at - clock.now() < timedelta(hours=6)
    assert lead.day_parts_tried == 0b011


def test_the_end_of_a_call_and_its_agents_word_at_once_come_to_one_thing(floor: Floor, clock: FrozenClock) -> None:
    lead_id, numbers = lead_with_phones(floor, 2)
    call_id = talk(floor, end=False)
    at_once(
        lambda: conclude(floor, call_id, D.WRONG_NUMBER),
        lambda: floor.report(call_id, S.COMPLETED, duration=60),
    )
    assert standing(floor, lead_id) == ("pending", "wrong_number")
    assert usable_phones(floor, lead_id) == numbers[1:]


def test_an_end_that_waits_for_the_agents_word_heeds_it(floor: Floor, owner_database: Database) -> None:
    lead_id, numbers = lead_with_phones(floor, 2)
    call_id = talk(floor, end=False)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select id from calls where id = :id for update"), {"id": call_id})
        tx.session.execute(text("update calls set agent_disposition = 'wrong_number' where id = :id"), {"id": call_id})
        with in_background(lambda: floor.report(call_id, S.COMPLETED, duration=60)) as ended:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.commit()
        ended.result()
    assert standing(floor, lead_id) == ("pending", "wrong_number")
    assert usable_phones(floor, lead_id) == numbers[1:]
