"""Promises made in a call, and calls that end while a promise stands."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.call_words import AgentDisposition
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId, LeadId
from dialer.usecases import agent_presence, call_reports, campaigns
from dialer.usecases.callbacks import CallbackWish
from tests.builders.floor import Floor
from tests.builders.promises import acting, lead_with_phones, promise
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON

S, D = CallState, AgentDisposition
AT = "2026-03-05T10:30"
TOMORROW = NOON + timedelta(days=1)


def talk(floor: Floor) -> CallId:
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    floor.services.clock.advance(seconds=5)  # type: ignore[attr-defined]
    return call_id


def conclude(floor: Floor, agent_id: AgentId, call_id: CallId, word: D, at: str | None = None, **more: Any) -> None:
    wish = None if at is None else CallbackWish(at, **more)
    actor = acting(floor, agent_id)
    call_reports.set_call_disposition(floor.services, actor=actor, call_id=call_id, disposition=word, callback=wish)


def promises(floor: Floor, lead_id: LeadId) -> list[tuple[str, str | None]]:
    rows = floor.rows("select state, reason from callbacks where lead_id = :id order by created_at, id", id=lead_id)
    return [(row.state, row.reason) for row in rows]


@pytest.mark.parametrize("ended_first", [True, False])
def test_a_promise_made_in_a_call_is_held_to_whatever_its_end(
    floor: Floor, ben: AgentId, ended_first: bool, clock: FrozenClock
) -> None:
    (lead_id,) = floor.leads(1)
    call_id = talk(floor)
    if ended_first:
        floor.report(call_id, S.COMPLETED, duration=60)
    conclude(floor, ben, call_id, D.CALLBACK, AT, agent="me")
    floor.report(call_id, S.COMPLETED, duration=60)
    lead = floor.lead(lead_id)
    assert (lead.status, lead.status_reason, lead.turn) == ("pending", "callback", 0)
    assert lead.next_call_at == TOMORROW + timedelta(minutes=45)
    assert promises(floor, lead_id) == [("promised", None)]
    [row] = floor.rows("select promised_in_call_id from callbacks where lead_id = :id", id=lead_id)
    assert row.promised_in_call_id == call_id


@pytest.mark.parametrize("ended_first", [True, False])
def test_the_promise_is_kept_at_the_phone_where_the_person_was_met(
    floor: Floor, ben: AgentId, ended_first: bool, clock: FrozenClock
) -> None:
    lead_id, numbers = lead_with_phones(floor, 3)
    floor.report(floor.dial(), S.NO_ANSWER)
    clock.advance(minutes=2)
    call_id = talk(floor)
    if ended_first:
        floor.report(call_id, S.COMPLETED, duration=60)
    conclude(floor, ben, call_id, D.CALLBACK, AT)
    floor.report(call_id, S.COMPLETED, duration=60)
    assert floor.lead(lead_id).next_phone == numbers[1]


def test_concluding_the_same_again_changes_nothing_and_another_time_replaces_it(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    call_id = talk(floor)
    conclude(floor, ben, call_id, D.CALLBACK, AT)
    conclude(floor, ben, call_id, D.CALLBACK, AT)
    assert promises(floor, lead_id) == [("promised", None)]
    conclude(floor, ben, call_id, D.CALLBACK, "2026-03-05T11:30")
    assert promises(floor, lead_id) == [("cancelled", "replaced"), ("promised", None)]


@pytest.mark.parametrize("ended_first", [True, False])
def test_a_promise_is_off_when_its_agent_concludes_otherwise(floor: Floor, ben: AgentId, ended_first: bool) -> None:
    (lead_id,) = floor.leads(1)
    call_id = talk(floor)
    conclude(floor, ben, call_id, D.CALLBACK, AT)
    if ended_first:
        floor.report(call_id, S.COMPLETED, duration=60)
    conclude(floor, ben, call_id, D.NOT_INTERESTED)
    floor.report(call_id, S.COMPLETED, duration=60)
    assert promises(floor, lead_id) == [("cancelled", "concluded otherwise")]
    lead = floor.lead(lead_id)
    assert (lead.status, lead.status_reason, lead.callback_at) == ("completed", "answered", None)


def test_somebody_elses_promise_of_later_is_not_taken_back_with_the_conclusion(
    floor: Floor, ben: AgentId, clock: FrozenClock
) -> None:
    (lead_id,) = floor.leads(1)
    call_id = talk(floor)
    conclude(floor, ben, call_id, D.CALLBACK, AT)
    floor.report(call_id, S.COMPLETED, duration=60)
    promise(floor, lead_id, TOMORROW + timedelta(hours=2))
    conclude(floor, ben, call_id, D.SALE)
    assert promises(floor, lead_id) == [("cancelled", "replaced"), ("promised", None)]
    assert floor.lead(lead_id).status == "pending"


def test_a_promise_made_while_the_call_was_planned_outlives_it_unless_they_talk(
    floor: Floor, ben: AgentId, clock: FrozenClock
) -> None:
    quiet, talkative = floor.leads(2)
    floor.console_agent()
    calls = {floor.call(call_id).lead_id: call_id for call_id in floor.plan()}
    for lead_id in (quiet, talkative):
        promise(floor, lead_id, TOMORROW)
    clock.advance(seconds=1)
    for call_id in calls.values():
        floor.place(call_id)
    floor.report(calls[quiet], S.NO_ANSWER)
    floor.answer(calls[talkative])
    floor.join(calls[talkative])
    floor.report(calls[talkative], S.COMPLETED, duration=60)
    lead = floor.lead(quiet)
    assert (lead.status, lead.callback_at, lead.next_call_at) == ("pending", TOMORROW, TOMORROW)
    assert promises(floor, quiet) == [("promised", None)]
    assert promises(floor, talkative) == [("cancelled", "answered")]
    assert floor.lead(talkative).status == "completed"


def test_a_promise_made_over_the_api_during_the_call_holds_though_they_talked(
    floor: Floor, ben: AgentId, clock: FrozenClock
) -> None:
    (lead_id,) = floor.leads(1)
    call_id = talk(floor)
    promise(floor, lead_id, TOMORROW)
    assert floor.lead(lead_id).status == "calling"
    floor.report(call_id, S.COMPLETED, duration=60)
    assert floor.lead(lead_id).status == "pending"
    assert promises(floor, lead_id) == [("promised", None)]


def test_the_last_attempt_being_used_up_ends_a_promise_that_could_not_be_kept(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (lead_id,) = floor.leads(1, call_attempts=2, attempts_reset_at=NOON - timedelta(days=1))
    (call_id,) = floor.plan()
    promise(floor, lead_id, TOMORROW)
    clock.advance(seconds=1)
    floor.place(call_id)
    floor.report(call_id, S.NO_ANSWER)
    assert floor.lead(lead_id).status == "failed"
    assert promises(floor, lead_id) == [("cancelled", "no_answer, attempts used up")]


def test_who_asks_not_to_be_called_is_not_called_though_it_was_promised(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    call_id = talk(floor)
    conclude(floor, ben, call_id, D.CALLBACK, AT)
    conclude(floor, ben, call_id, D.DO_NOT_CALL)
    floor.report(call_id, S.COMPLETED, duration=60)
    assert floor.lead(lead_id).status == "dnc"
    assert [state for state, _ in promises(floor, lead_id)] == ["cancelled"]


def test_a_campaign_is_not_over_while_its_last_conversation_is_written_up(
    floor: Floor, ben: AgentId, clock: FrozenClock
) -> None:
    (lead_id,) = floor.leads(1)
    call_id = talk(floor)
    floor.report(call_id, S.COMPLETED, duration=60)
    assert floor.agent(ben).state == "wrapping_up"
    # The look-up over all tenants goes by the clock of the database.
    floor.change("update calls set created_at = now()")
    assert campaigns.complete_exhausted_campaigns(floor.services) == 0
    conclude(floor, ben, call_id, D.CALLBACK, AT)
    assert floor.lead(lead_id).status == "pending"
    conclude(floor, ben, call_id, D.SALE)
    clock.advance(minutes=5)
    agent_presence.sweep_wrap_ups(floor.services)
    assert campaigns.complete_exhausted_campaigns(floor.services) == 1
