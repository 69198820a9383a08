"""When promised calls are due: on their agent's screen, then the team's, and missed when nobody calls in an hour."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.callbacks import CallbackState
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId, LeadId, PreviewId
from dialer.domain.principals import Role
from dialer.domain.spans import ALWAYS
from dialer.store.callbacks import Callback
from dialer.usecases import callback_turns, callbacks, previews
from tests.builders.floor import Floor
from tests.builders.promises import acting, lead_with_phones, promise, promise_of
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON
from tests.usecases.previews.desk import press_dial, skip

S = CallState
DUE = NOON + timedelta(minutes=30)


@pytest.fixture
def lead_id(floor: Floor) -> LeadId:
    """The only one of his campaign."""
    return floor.leads(1, first_name="Sara")[0]


@pytest.fixture
def bens(floor: Floor, ben: AgentId, lead_id: LeadId) -> Callback:
    """Ben has promised Sara a call in half an hour."""
    return promise(floor, lead_id, DUE, ben, note="about the offer")


def sweep(floor: Floor) -> int:
    return callback_turns.sweep_callbacks(floor.services)


def on_screen(floor: Floor, agent_id: AgentId) -> previews.Preview | None:
    return previews.load_preview(floor.services, actor=acting(floor, agent_id), agent_id=agent_id)


def shown(floor: Floor, agent_id: AgentId) -> PreviewId:
    preview = on_screen(floor, agent_id)
    assert preview is not None
    return preview.id


def told(floor: Floor, event: str) -> list[Any]:
    return [sent.payload for sent in floor.feed.to_tenants if sent.event == event]


def call_of(floor: Floor, lead_id: LeadId) -> CallId:
    """The lead is called by whoever is next, and answers."""
    call_id = floor.dial()
    assert floor.call(call_id).lead_id == lead_id
    return call_id


def kept(floor: Floor, callback: Callback) -> tuple[str, int | None]:
    now = promise_of(floor, callback)
    return now.state, now.late_seconds


def test_a_promise_is_on_its_agents_screen_to_the_minute_whatever_the_dial_mode(
    floor: Floor, ben: AgentId, bens: Callback, clock: FrozenClock
) -> None:
    clock.advance(minutes=30, seconds=-1)
    assert sweep(floor) == 0
    assert on_screen(floor, ben) is None
    clock.advance(seconds=1)
    assert sweep(floor) == 1
    preview = on_screen(floor, ben)
    assert preview is not None
    assert (preview.lead_id, preview.callback_id, preview.callback_note) == (bens.lead_id, bens.id, "about the offer")
    assert preview.expires_at == DUE + timedelta(minutes=15)
    [sent] = [sent for sent in floor.feed.to_agents if sent.event == "preview:lead"]
    assert (sent.audience, sent.payload["callbackId"], sent.payload["first_name"]) == (ben, str(bens.id), "Sara")
    assert sent.payload["callback_due_at"] == "2026-03-04T18:30:00Z"
    assert sweep(floor) == 0, "it is there already"
    assert floor.plan() == []


def test_the_agent_dials_and_has_kept_his_promise(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    clock.at = DUE
    sweep(floor)
    clock.advance(seconds=20)
    call_id = press_dial(floor, ben, shown(floor, ben))
    floor.place(call_id)
    assert kept(floor, bens) == ("kept", 20)
    assert promise_of(floor, bens).call_id == call_id
    assert floor.lead(lead_id).callback_at is None
    floor.answer(call_id)
    floor.join(call_id)
    assert floor.call(call_id).agent_id == ben
    floor.report(call_id, S.COMPLETED, duration=60)
    assert floor.lead(lead_id).status == "completed"


def test_a_promise_is_kept_by_calling_though_nobody_answers_and_then_the_retry_rules_go_on(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    clock.at = DUE
    sweep(floor)
    call_id = press_dial(floor, ben, shown(floor, ben))
    floor.place(call_id)
    floor.report(call_id, S.NO_ANSWER)
    lead = floor.lead(lead_id)
    assert kept(floor, bens) == ("kept", 0)
    assert (lead.status, lead.next_call_at) == ("pending", DUE + timedelta(minutes=60))


def test_an_agent_who_comes_late_finds_it_while_it_is_his(
    floor: Floor, ben: AgentId, bens: Callback, clock: FrozenClock
) -> None:
    floor.change("update agents set status = 'break' where id = :id", id=ben)
    clock.at = DUE
    assert sweep(floor) == 0
    clock.advance(minutes=10)
    floor.change("update agents set status = 'available' where id = :id", id=ben)
    assert sweep(floor) == 1
    floor.place(press_dial(floor, ben, shown(floor, ben)))
    assert kept(floor, bens) == ("kept", 600)


def test_for_want_of_its_agent_it_is_the_teams_at_once_and_first(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    floor.change("update agents set status = 'offline' where id = :id", id=ben)
    floor.console_agent(name="Bob")
    clock.at = DUE + timedelta(minutes=15, seconds=-1)
    assert sweep(floor) == 0
    assert floor.plan() == []
    floor.leads(3, priority=0)
    clock.advance(seconds=1)
    assert sweep(floor) == 1
    after = promise_of(floor, bens)
    assert (after.state, after.agent_id, after.handed_over_from) == (CallbackState.HANDED_OVER, None, ben)
    [event] = told(floor, "callback:handed_over")
    assert (event["callbackId"], event["handed_over_from"]) == (str(bens.id), str(ben))
    call_of(floor, lead_id)
    assert kept(floor, bens) == ("kept", 900)


def test_an_agent_who_does_not_dial_in_time_loses_it_to_the_team(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    clock.at = DUE
    sweep(floor)
    clock.advance(minutes=15)
    assert sweep(floor) == 0, "the lead is on his screen until that is swept"
    previews.sweep_previews(floor.services)
    assert sweep(floor) == 1
    assert promise_of(floor, bens).state is CallbackState.HANDED_OVER
    assert floor.lead(lead_id).status == "pending"
    call_of(floor, lead_id)


def test_the_list_goes_on_though_no_sweep_hands_over(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    clock.at = DUE + timedelta(minutes=15)
    call_of(floor, lead_id)
    assert kept(floor, bens) == ("kept", 900)


def test_what_its_agent_declines_is_the_teams_at_once(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    clock.at = DUE
    sweep(floor)
    skip(floor, ben, shown(floor, ben))
    assert sweep(floor) == 1
    assert promise_of(floor, bens).state is CallbackState.HANDED_OVER
    call_of(floor, lead_id)


def test_an_agent_who_goes_on_a_break_gets_it_back_when_he_returns(
    floor: Floor, ben: AgentId, bens: Callback, clock: FrozenClock
) -> None:
    clock.at = DUE
    sweep(floor)
    floor.change("update agents set status = 'break' where id = :id", id=ben)
    previews.sweep_previews(floor.services)
    assert sweep(floor) == 0
    floor.change("update agents set status = 'available' where id = :id", id=ben)
    assert sweep(floor) == 1
    assert on_screen(floor, ben) is not None


def test_an_agent_who_has_a_call_or_another_lead_before_him_is_not_disturbed(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    other = promise(floor, *floor.leads(1), DUE, ben)
    clock.at = DUE
    assert sweep(floor) == 1, "one at a time"
    first = on_screen(floor, ben)
    assert first is not None
    floor.place(press_dial(floor, ben, first.id))
    assert sweep(floor) == 0
    waiting = other if first.lead_id == lead_id else bens
    assert promise_of(floor, waiting).state is CallbackState.PROMISED


@pytest.mark.parametrize(
    ("status", "minutes", "reason"),
    [
        ("active", 60, "nobody was free within an hour"), ("paused", 60, "the campaign is paused"),
        ("completed", 0, "the campaign is completed"), ("cancelled", 0, "the campaign is cancelled"),
    ],
)  # fmt: skip
def test_a_promise_that_nobody_keeps_is_reported_missed_and_the_lead_stays_callable(
    floor: Floor, lead_id: LeadId, clock: FrozenClock, status: str, minutes: int, reason: str
) -> None:
    callback = promise(floor, lead_id, DUE)
    floor.change("update campaigns set status = :status", status=status)
    clock.at = DUE + timedelta(minutes=minutes, seconds=-1)
    assert sweep(floor) == 0
    clock.advance(seconds=1)
    assert sweep(floor) == 1
    missed = promise_of(floor, callback)
    assert (missed.state, missed.reason, missed.call_id) == (CallbackState.MISSED, reason, None)
    [event] = told(floor, "callback:missed")
    assert (event["callbackId"], event["reason"]) == (str(callback.id), reason)
    lead = floor.lead(lead_id)
    assert (lead.status, lead.callback_at) == ("pending", None)
    assert lead.next_call_at <= clock.now()
    assert sweep(floor) == 0


def test_outside_the_hours_nothing_is_offered(floor: Floor, ben: AgentId, bens: Callback, clock: FrozenClock) -> None:
    floor.change("update campaigns set calling_hours_start = '01:00', calling_hours_end = '02:00'")
    clock.at = DUE
    assert sweep(floor) == 0
    clock.at = DUE + timedelta(hours=1)
    sweep(floor)
    assert promise_of(floor, bens).reason == "the person might not be called"


def test_a_call_that_the_carrier_did_not_take_keeps_no_promise(
    floor: Floor, lead_id: LeadId, clock: FrozenClock
) -> None:
    floor.console_agent()
    callback = promise(floor, lead_id, DUE)
    clock.at = DUE
    floor.carrier.will_be_unavailable()
    floor.dial()
    assert kept(floor, callback) == ("promised", None)
    assert floor.lead(lead_id).callback_at == DUE
    clock.advance(seconds=30)
    call_of(floor, lead_id)
    assert kept(floor, callback) == ("kept", 30)


def test_a_call_of_which_nothing_is_known_keeps_the_promise_once_it_is(
    floor: Floor, lead_id: LeadId, clock: FrozenClock
) -> None:
    floor.console_agent()
    callback = promise(floor, lead_id, DUE)
    clock.at = DUE
    floor.carrier.will_lose_the_answer()
    call_id = floor.dial()
    assert kept(floor, callback) == ("promised", None)
    clock.advance(minutes=61)
    assert sweep(floor) == 0, "the lead is being called, perhaps"
    floor.report(call_id, S.RINGING)
    assert kept(floor, callback) == ("kept", 0)


def test_a_dead_phone_leaves_the_promise_to_the_next_one_at_once(floor: Floor, clock: FrozenClock) -> None:
    lead_id, numbers = lead_with_phones(floor, 2)
    floor.console_agent()
    callback = promise(floor, lead_id, DUE)
    clock.at = DUE
    floor.carrier.will_refuse("21211")
    floor.dial()
    assert kept(floor, callback) == ("promised", None)
    call_of(floor, lead_id)
    assert floor.carrier.placed[-1].to_number == numbers[1]
    assert kept(floor, callback) == ("kept", 0)


def test_no_promise_survives_a_lead_whose_last_phone_is_dead(floor: Floor, lead_id: LeadId, clock: FrozenClock) -> None:
    floor.console_agent()
    callback = promise(floor, lead_id, DUE)
    clock.at = DUE
    floor.carrier.will_refuse("21211")
    floor.dial()
    assert promise_of(floor, callback).state is CallbackState.CANCELLED


def test_a_promise_changed_or_taken_back_leaves_the_screen(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock
) -> None:
    clock.at = DUE
    sweep(floor)
    later = DUE + timedelta(hours=1)
    actor = acting(floor, ben)
    callbacks.change_callback(
        floor.services, actor=actor, callback_id=bens.id, changes={"at": later.isoformat(), "note": "later"}
    )
    assert on_screen(floor, ben) is None
    lead = floor.lead(lead_id)
    assert (lead.status, lead.callback_at, lead.claimed_until) == ("pending", later, None)
    clock.at = later
    assert sweep(floor) == 1
    callbacks.cancel_callback(floor.services, actor=actor, callback_id=bens.id)
    assert on_screen(floor, ben) is None
    assert [sent.event for sent in floor.feed.to_agents].count("preview:ended") == 2


def test_the_report_tells_who_kept_what_and_how_late(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    bob = floor.console_agent(name="Bob", status="offline")
    first, second, third, fourth, fifth = floor.leads(5)
    promise(floor, first, DUE, ben)
    promise(floor, second, DUE + timedelta(minutes=20), bob, fallback_minutes=5)
    promise(floor, third, NOON + timedelta(hours=5))
    promise(floor, fourth, NOON + timedelta(hours=3), ben)
    floor.change("update leads set status = 'completed' where id = :id", id=fourth)
    promise(floor, fifth, NOON + timedelta(days=2))
    clock.at = DUE
    sweep(floor)
    call_id = press_dial(floor, ben, shown(floor, ben))
    floor.place(call_id)
    floor.report(call_id, S.NO_ANSWER)
    clock.at = DUE + timedelta(minutes=25, seconds=30)
    sweep(floor)
    floor.report(call_of(floor, second), S.NO_ANSWER)
    clock.at = NOON + timedelta(hours=6)
    sweep(floor)
    sam = acting(floor, role=Role.SUPERVISOR)
    report = callbacks.report_callbacks(floor.services, actor=sam, campaign_id=floor.campaign_id, span=ALWAYS)
    totals = report.totals
    assert (totals.promised, totals.open, totals.kept, totals.kept_on_time, totals.late) == (5, 1, 2, 1, 1)
    assert (totals.missed, totals.cancelled, totals.handed_over) == (1, 1, 1)
    assert (totals.average_late_seconds, totals.max_late_seconds) == (330, 330)
    assert [(line.agent_name, line.promised, line.kept, line.missed) for line in report.agents] == [
        ("Ben", 2, 1, 0), ("Bob", 1, 1, 0), (None, 2, 0, 1),
    ]  # fmt: skip
