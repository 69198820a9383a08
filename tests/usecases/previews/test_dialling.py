"""An agent says dial: one call, by all the rules, whatever is pressed twice."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dialer.domain.calls import CallState
from dialer.domain.campaigns import DialMode
from dialer.domain.errors import Conflict
from dialer.domain.ids import AgentId
from dialer.domain.principals import Role
from dialer.store.session import Database
from dialer.usecases import campaigns, dialing, previews
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes.clock import FrozenClock
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock
from tests.usecases.previews.desk import acting, dial_next, look_at_one, press_dial, skip, state_of


def test_saying_dial_keeps_the_agent_and_places_one_call(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    call_id = press_dial(floor, ben, look_at_one(floor, ben))
    call, agent = floor.call(call_id), floor.agent(ben)
    assert (call.state, call.agent_id, call.conference_name) == ("planned", ben, f"agent_{ben}")
    assert (agent.state, agent.held_call_ids) == ("reserved", [call_id])
    assert floor.gate.lined_up == [(floor.tenant_id, call_id)]
    floor.place(call_id)
    floor.place(call_id)
    assert [request.call_id for request in floor.carrier.placed] == [call_id]
    assert (floor.lead(lead_id).status, floor.lead(lead_id).call_attempts) == ("calling", 1)
    assert floor.attempts(lead_id)[0].verdict["inputs"]["is_for_one_agent"] is True


def test_pressed_twice_it_is_one_call(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    preview_id = look_at_one(floor, ben)
    assert press_dial(floor, ben, preview_id) == press_dial(floor, ben, preview_id)
    assert len(floor.rows("select * from calls")) == 1


def test_pressed_at_once_it_is_one_call(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    preview_id = look_at_one(floor, ben)
    calls = at_once(*[lambda: press_dial(floor, ben, preview_id)] * 4)
    assert len(set(calls)) == 1
    assert floor.agent(ben).held_call_ids == [calls[0]]
    assert len(floor.rows("select * from attempts")) == 1


def test_what_expires_while_its_locks_are_waited_for_is_not_dialled(
    floor: Floor, ben: AgentId, clock: FrozenClock, owner_database: Database
) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    with owner_database.transaction() as tx:
        tx.session.execute(text("select from leads where id = :id for update"), {"id": lead_id})
        with in_background(lambda: press_dial(floor, ben, preview_id)) as pressed:
            until_somebody_waits_for_a_lock(owner_database)
            clock.advance(seconds=121)
            tx.session.rollback()
            with pytest.raises(Conflict, match="is over"):
                pressed.result(timeout=10)
    assert floor.rows("select * from calls") == []


def test_dial_and_skip_at_once_are_one_or_the_other(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)

    def attempt(act, *arguments) -> bool:
        try:
            act(floor, ben, preview_id, *arguments)
        except Conflict:
            return False
        return True

    dialled, skipped = at_once(lambda: attempt(press_dial), lambda: attempt(skip))
    assert dialled != skipped
    assert len(floor.rows("select * from calls")) == int(dialled)
    assert floor.lead(lead_id).status == ("queued" if dialled else "pending")


def test_after_it_expired_nothing_is_dialled(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    clock.advance(seconds=120)
    with pytest.raises(Conflict, match="time to look"):
        press_dial(floor, ben, preview_id)
    clock.advance(seconds=1)
    floor.sweep()
    assert floor.lead(lead_id).status == "pending"
    again = look_at_one(floor, ben)
    assert (again != preview_id, state_of(floor, preview_id)) == (True, "expired")


def test_dial_and_the_sweep_that_takes_the_lead_back_at_once(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    floor.change("update agents set status = 'break' where id = :id", id=ben)

    def dial() -> object:
        try:
            return press_dial(floor, ben, preview_id)
        except Conflict:
            return None

    at_once(dial, lambda: previews.sweep_previews(floor.services))
    assert floor.rows("select * from calls") == []
    assert (floor.lead(lead_id).status, state_of(floor, preview_id)) == ("pending", "withdrawn")


def test_an_agent_without_audio_cannot_dial_and_keeps_the_lead(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    silent = floor.phone_agent(phone=None)
    preview_id = look_at_one(floor, silent)
    with pytest.raises(Conflict, match="no audio"):
        press_dial(floor, silent, preview_id)
    assert (floor.lead(lead_id).status, state_of(floor, preview_id)) == ("queued", "offered")
    assert floor.agent(silent).held_call_ids == []


def test_dialling_ends_wrap_up(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    until = floor.services.clock.now() + timedelta(minutes=1)
    floor.change("update agents set wrap_up_until = :until", until=until)
    dial_next(floor, ben)
    assert (floor.agent(ben).state, floor.agent(ben).wrap_up_until) == ("reserved", None)


def test_a_number_that_another_campaign_calls_now_is_not_called_beside_it(
    services: Services, floor: Floor, ben: AgentId
) -> None:
    other = open_floor(services, floor.tenant_id)
    other.leads(1, phone="+14155550123")
    floor.leads(1, phone="+14155550123")
    (call_id,) = other.plan()
    preview_id = look_at_one(floor, ben)
    with pytest.raises(Conflict, match="being called"):
        press_dial(floor, ben, preview_id)
    assert floor.agent(ben).held_call_ids == []
    other.place(call_id)
    other.report(call_id, CallState.NO_ANSWER)
    assert press_dial(floor, ben, preview_id)


@pytest.mark.parametrize(
    ("forbid", "code", "lead_status"),
    [
        ("update leads set do_not_call = true", "do_not_call", "dnc"),
        ("update leads set call_attempts = 3", "attempts_exhausted", "failed"),
        ("update campaigns set status = 'paused'", "campaign_not_active", "pending"),
        (
            "update campaigns set calling_hours_start = '01:00', calling_hours_end = '02:00'",
            "campaign_window",
            "pending",
        ),
    ],
)
@pytest.mark.parametrize("when", ["before dial", "before placing"])
def test_every_rule_applies_when_it_is_dialled_and_again_when_it_is_placed(
    floor: Floor, ben: AgentId, forbid: str, code: str, lead_status: str, when: str
) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    if when == "before dial":
        floor.change(forbid)
        with pytest.raises(Conflict):
            press_dial(floor, ben, preview_id)
        assert state_of(floor, preview_id) == "withdrawn"
    else:
        call_id = press_dial(floor, ben, preview_id)
        floor.change(forbid)
        floor.place(call_id)
    (attempt,) = floor.attempts(lead_id)
    assert (attempt.allowed, [reason["code"] for reason in attempt.verdict["reasons"]]) == (False, [code])
    assert floor.carrier.placed == []
    assert floor.lead(lead_id).status == lead_status
    assert (floor.agent(ben).state, floor.agent(ben).held_call_ids) == ("available", [])
    assert "call:ended" in floor.feed.events


def test_a_suppressed_number_is_not_called(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    floor.change(
        "insert into suppressions (id, tenant_id, phone_normalized, reason, source, created_at) "
        "select gen_random_uuid(), tenant_id, phone_normalized, 'opted out', 'api', created_at from leads"
    )
    with pytest.raises(Conflict, match="do-not-call"):
        press_dial(floor, ben, preview_id)
    assert floor.lead(lead_id).status == "dnc"


def test_a_call_that_nobody_previewed_is_not_placed_once_the_campaign_previews(services: Services) -> None:
    floor = open_floor(services)
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    (call_id,) = floor.plan()
    floor.change("update campaigns set dial_mode = 'preview'")
    floor.place(call_id)
    assert (floor.call(call_id).state, floor.carrier.placed) == ("cancelled", [])
    assert (floor.lead(lead_id).status, floor.lead(lead_id).status_reason) == ("pending", "not_previewed")


def test_changing_to_preview_takes_back_what_was_planned(services: Services) -> None:
    floor = open_floor(services)
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    (call_id,) = floor.plan()
    campaigns.update_campaign(
        services,
        actor=acting(floor, None, Role.ADMIN),
        campaign_id=floor.campaign_id,
        changes={"dial_mode": DialMode.PREVIEW},
    )
    assert floor.queue.names[-1] == "dialer.dialing.withdraw_planned_calls"
    dialing.withdraw_planned_calls(services, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id)
    assert (floor.call(call_id).state, floor.lead(lead_id).status) == ("cancelled", "pending")


def test_the_tick_leaves_previewing_to_the_agents(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    assert floor.plan() == []
