"""Preview dialling: nothing rings before an agent said dial, and then once, for him."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from dialer.domain.callee_steps import HoldForPhoneAgent, JoinAgent, WaitForAgent
from dialer.domain.calls import CallState
from dialer.domain.campaigns import DialMode
from dialer.domain.errors import Conflict, DialerError, Forbidden, NotFound
from dialer.domain.ids import AgentId, CallId, PreviewId
from dialer.domain.principals import Principal, Role
from dialer.store.schema.base import new_id
from dialer.usecases import agent_presence, campaigns, dialing, previews, sweeps
from dialer.usecases.previews import PreviewOffer
from dialer.usecases.services import Services
from tests.builders.agents import make_agent_group
from tests.builders.campaigns import make_campaign
from tests.builders.floor import Floor, open_floor
from tests.fakes.clock import FrozenClock
from tests.store.races import at_once


@pytest.fixture
def floor(services: Services) -> Floor:
    """A campaign whose leads are previewed."""
    return open_floor(services, dial_mode=DialMode.PREVIEW)


@pytest.fixture
def ben(floor: Floor) -> AgentId:
    """An agent at a console."""
    return floor.console_agent(name="Ben")


def acting(floor: Floor, agent_id: AgentId | None, role: Role = Role.AGENT) -> Principal:
    return Principal(floor.tenant_id, new_id(), role, "session", agent_id)


def look(floor: Floor, agent_id: AgentId, **more) -> PreviewOffer:
    return previews.offer_preview(floor.services, actor=acting(floor, agent_id), agent_id=agent_id, **more)


def look_at_one(floor: Floor, agent_id: AgentId) -> PreviewId:
    preview = look(floor, agent_id).preview
    assert preview is not None
    return preview.id


def press_dial(floor: Floor, agent_id: AgentId, preview_id: PreviewId) -> CallId:
    actor = acting(floor, agent_id)
    return previews.dial_preview(floor.services, actor=actor, agent_id=agent_id, preview_id=preview_id).call_id


def skip(floor: Floor, agent_id: AgentId, preview_id: PreviewId, reason: str = "not now") -> None:
    actor = acting(floor, agent_id)
    previews.skip_preview(floor.services, actor=actor, agent_id=agent_id, preview_id=preview_id, reason=reason)


def dial_next(floor: Floor, agent_id: AgentId) -> CallId:
    """Look at a lead, say dial, and have it placed."""
    call_id = press_dial(floor, agent_id, look_at_one(floor, agent_id))
    floor.place(call_id)
    return call_id


def state_of(floor: Floor, preview_id: PreviewId) -> str:
    return floor.rows("select state from previews where id = :id", id=preview_id)[0].state


# -- looking


def test_nothing_is_dialled_until_an_agent_says_so(floor: Floor, ben: AgentId) -> None:
    floor.leads(3)
    look(floor, ben)
    assert floor.rows("select * from calls") == []
    assert floor.rows("select * from attempts") == []


def test_a_previewed_lead_is_claimed_shown_and_pushed(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1, first_name="Sara", notes="VIP")
    preview = look(floor, ben).preview
    assert preview is not None
    assert (preview.lead_id, preview.first_name, preview.notes) == (lead_id, "Sara", "VIP")
    assert preview.expires_at == floor.services.clock.now() + timedelta(seconds=120)
    lead = floor.lead(lead_id)
    assert (lead.status, lead.claimed_until, lead.call_attempts) == ("queued", preview.expires_at, 0)
    (pushed,) = floor.feed.to_agents
    assert (pushed.audience, pushed.event, pushed.payload["previewId"]) == (ben, "preview:lead", str(preview.id))


def test_asking_again_shows_the_same_lead(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    assert look(floor, ben) == look(floor, ben)
    assert len(floor.rows("select * from leads where status = 'queued'")) == 1


def test_two_agents_never_look_at_one_lead(floor: Floor) -> None:
    agents = [floor.console_agent() for _ in range(4)]
    floor.leads(3)
    offers = at_once(*[lambda agent=agent: look(floor, agent) for agent in agents])
    shown = [offer.preview.lead_id for offer in offers if offer.preview is not None]
    assert len(shown) == len(set(shown)) == 3


def test_one_agent_who_asks_twice_at_once_gets_one_lead(floor: Floor, ben: AgentId) -> None:
    floor.leads(3)
    offers = at_once(*[lambda: look(floor, ben)] * 3)
    assert len({offer.preview.id for offer in offers if offer.preview is not None}) == 1
    assert len(floor.rows("select * from leads where status = 'queued'")) == 1


def test_due_retries_come_first_and_what_is_not_due_never(floor: Floor, ben: AgentId) -> None:
    fresh, retry, later = floor.leads(3)
    now = floor.services.clock.now()
    floor.change("update leads set call_attempts = 1 where id = :id", id=retry)
    floor.change("update leads set next_call_at = :at where id = :id", id=later, at=now + timedelta(hours=1))
    seen = []
    while (preview := look(floor, ben).preview) is not None:
        seen.append(preview.lead_id)
        skip(floor, ben, preview.id)
    assert seen == [retry, fresh]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"dial_mode": DialMode.PROGRESSIVE}, "No preview campaign"),
        ({"calling_hours_start": time(1), "calling_hours_end": time(2)}, "outside its calling hours"),
    ],
)
def test_without_a_lead_to_look_at_it_says_why(services: Services, settings: dict, why: str) -> None:
    floor = open_floor(services, **{"dial_mode": DialMode.PREVIEW, **settings})
    floor.leads(1)
    offer = look(floor, floor.console_agent())
    assert offer.preview is None
    assert why in (offer.reason or "")


def test_a_list_that_is_done_says_so(floor: Floor, ben: AgentId) -> None:
    assert look(floor, ben).reason == "Spring outreach: no lead is due."


def test_an_agent_gets_leads_of_the_campaigns_he_serves_only(services: Services, floor: Floor) -> None:
    team, other = (make_agent_group(services.database, tenant_id=floor.tenant_id) for _ in range(2))
    floor.change("update campaigns set agent_group_id = :id", id=team)
    floor.leads(1)
    assert look(floor, floor.console_agent(agent_group_id=other)).preview is None
    assert look(floor, floor.console_agent(agent_group_id=team)).preview is not None


def test_one_campaign_may_be_asked_for(services: Services, floor: Floor, ben: AgentId) -> None:
    second = open_floor(services, floor.tenant_id, dial_mode=DialMode.PREVIEW)
    floor.leads(1)
    (wanted,) = second.leads(1)
    preview = look(floor, ben, campaign_id=second.campaign_id).preview
    assert preview is not None
    assert preview.lead_id == wanted
    with pytest.raises(Conflict, match="another campaign"):
        look(floor, ben, campaign_id=floor.campaign_id)


@pytest.mark.parametrize("status", ["break", "busy", "offline"])
def test_only_an_available_agent_looks(floor: Floor, status: str) -> None:
    floor.leads(1)
    with pytest.raises(Conflict, match="not available"):
        look(floor, floor.console_agent(status=status))


def test_an_agent_with_a_call_does_not_look_at_the_next(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    dial_next(floor, ben)
    with pytest.raises(Conflict, match="has a call"):
        look(floor, ben)


# -- dialling


def test_saying_dial_keeps_the_agent_and_places_one_call(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    call_id = press_dial(floor, ben, look_at_one(floor, ben))
    call, agent = floor.call(call_id), floor.agent(ben)
    assert (call.state, call.agent_id, call.conference_name) == ("planned", ben, f"agent_{ben}")
    assert (agent.state, agent.held_call_ids) == ("reserved", [call_id])
    assert floor.queue.names == ["dialer.dialing.place_call"]
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
            "outside_calling_hours",
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
    with pytest.raises(Conflict, match="suppressed"):
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


# -- the answer


def test_the_answer_goes_to_the_agent_who_dialled_though_others_have_waited_longer(floor: Floor) -> None:
    floor.console_agent(name="Longest idle")
    ben = floor.console_agent(name="Ben", idle_since=floor.services.clock.now())
    floor.leads(1)
    call_id = dial_next(floor, ben)
    assert floor.answer(call_id) == JoinAgent(call_id, ben)
    floor.join(call_id)
    assert (floor.call(call_id).state, floor.call(call_id).agent_id) == ("bridged", ben)
    assert [e.audience for e in floor.feed.to_agents if e.event == "incoming:call"] == [ben]
    floor.services.clock.advance(seconds=30)
    floor.report(call_id, CallState.COMPLETED)
    assert floor.ledger(call_id) == ("reached", 0, False)
    assert (floor.agent(ben).state, floor.agent(ben).held_call_ids) == ("wrapping_up", [])


def test_the_answer_reported_twice_or_after_its_status_is_announced_once(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.report(call_id, CallState.ANSWERED)
    assert floor.answer(call_id) == floor.answer(call_id) == JoinAgent(call_id, ben)
    assert floor.feed.events.count("incoming:call") == 1


def test_an_agent_with_a_phone_is_rung_for_his_own_call(floor: Floor) -> None:
    ben = floor.phone_agent()
    floor.leads(1)
    call_id = dial_next(floor, ben)
    assert floor.answer(call_id) == HoldForPhoneAgent(call_id)
    floor.run_tasks()
    assert floor.carrier.rung_agents == [(call_id, floor.agent(ben).phone)]


def test_nobody_elses_answer_takes_the_kept_agent(services: Services, floor: Floor, ben: AgentId) -> None:
    other = open_floor(services, floor.tenant_id)
    other.leads(1)
    other_call = other.dial()
    floor.leads(1)
    dial_next(floor, ben)
    assert other.answer(other_call) == WaitForAgent(other_call)


@pytest.mark.parametrize("end", [CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELLED])
def test_an_agent_is_free_when_his_call_is_not_answered(floor: Floor, ben: AgentId, end: CallState) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.report(call_id, end)
    agent = floor.agent(ben)
    assert (agent.state, agent.held_call_ids, agent.wrap_up_until) == ("available", [], None)
    assert "dialer.dialing.agent_became_available" in floor.queue.names


@pytest.mark.parametrize("code", ["21211", "21210", "20003"])
def test_an_agent_is_free_when_the_carrier_refuses(floor: Floor, ben: AgentId, code: str) -> None:
    floor.leads(1)
    floor.carrier.will_refuse(code)
    dial_next(floor, ben)
    assert (floor.agent(ben).state, floor.agent(ben).held_call_ids) == ("available", [])


def test_a_machine_frees_the_agent(services: Services) -> None:
    floor = open_floor(services, dial_mode=DialMode.PREVIEW, amd_enabled=True, amd_mode="sync")
    ben = floor.console_agent()
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.answer(call_id, "machine_end_beep")
    assert floor.agent(ben).held_call_ids == []


def test_an_answer_whose_agent_has_gone_finds_another(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.change("update agents set disconnected_at = :now where id = :id", now=floor.services.clock.now(), id=ben)
    colleague = floor.console_agent()
    assert floor.answer(call_id) == JoinAgent(call_id, colleague)
    assert (floor.agent(ben).held_call_ids, floor.call(call_id).agent_id) == ([], colleague)


def test_an_answer_whose_agent_has_gone_is_never_left_in_silence(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.change("update agents set console_leg_sid = null where id = :id", id=ben)
    assert floor.answer(call_id) == WaitForAgent(call_id)
    assert floor.call(call_id).agent_id is None
    floor.services.clock.advance(seconds=2)
    floor.poll(call_id)
    assert floor.ledger(call_id) == ("abandoned", 2000, True)


def test_a_break_declared_while_it_rings_is_taken_after_the_call(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    call_id = dial_next(floor, ben)
    floor.change("update agents set status = 'break' where id = :id", id=ben)
    assert floor.answer(call_id) == JoinAgent(call_id, ben)


# -- giving back


def test_a_skipped_lead_goes_to_others_and_to_the_same_agent_only_after_a_while(
    floor: Floor, ben: AgentId, clock: FrozenClock
) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    skip(floor, ben, preview_id, "wrong time for her")
    assert (floor.lead(lead_id).status, floor.lead(lead_id).claimed_until) == ("pending", None)
    assert look(floor, ben).preview is None
    (row,) = floor.rows("select * from previews")
    assert (row.state, row.skip_reason) == ("skipped", "wrong time for her")
    colleague = floor.console_agent()
    skip(floor, colleague, look_at_one(floor, colleague))
    clock.advance(minutes=31)
    assert look_at_one(floor, ben)


def test_skipping_twice_changes_nothing_and_after_dialling_is_refused(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    preview_id = look_at_one(floor, ben)
    skip(floor, ben, preview_id, "first")
    skip(floor, ben, preview_id, "second")
    assert floor.rows("select skip_reason from previews")[0].skip_reason == "first"
    preview_id = look_at_one(floor, ben)
    press_dial(floor, ben, preview_id)
    with pytest.raises(Conflict, match="has been dialled"):
        skip(floor, ben, preview_id)


@pytest.mark.parametrize(
    "leave",
    [
        "update agents set status = 'offline'",
        "update agents set status = 'break'",
        "update agents set is_active = false",
        "update agents set disconnected_at = updated_at - interval '20 seconds'",
    ],
)
def test_an_agent_who_leaves_gives_his_lead_back(floor: Floor, ben: AgentId, leave: str) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    assert previews.sweep_previews(floor.services) == 0
    floor.change(leave)
    assert previews.sweep_previews(floor.services) == 1
    assert (floor.lead(lead_id).status, state_of(floor, preview_id)) == ("pending", "withdrawn")
    assert floor.feed.to_agents[-1].payload["state"] == "withdrawn"
    assert previews.sweep_previews(floor.services) == 0


def test_a_console_that_vanishes_gives_the_lead_back(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    (lead_id,) = floor.leads(1)
    look(floor, ben)
    for _ in range(3):
        clock.advance(seconds=16)
        agent_presence.sweep_presence(floor.services)
        previews.sweep_previews(floor.services)
    assert (floor.agent(ben).status, floor.lead(lead_id).status) == ("offline", "pending")


def test_expired_previews_are_swept(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    (lead_id,) = floor.leads(1)
    preview_id = look_at_one(floor, ben)
    clock.advance(seconds=121)
    at_once(lambda: previews.sweep_previews(floor.services), lambda: sweeps.sweep_claims(floor.services))
    assert (floor.lead(lead_id).status, state_of(floor, preview_id)) == ("pending", "expired")


def test_a_process_that_dies_after_dial_frees_agent_and_lead(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    (lead_id,) = floor.leads(1)
    call_id = press_dial(floor, ben, look_at_one(floor, ben))
    clock.advance(seconds=16)
    floor.sweep()
    assert (floor.call(call_id).state, floor.lead(lead_id).status) == ("cancelled", "pending")
    assert floor.agent(ben).held_call_ids == []


def test_nobody_waits_for_ever_for_a_call_that_may_not_exist(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    floor.leads(1)
    floor.carrier.will_lose_the_answer()
    call_id = dial_next(floor, ben)
    assert floor.call(call_id).state == "unresolved"
    previews.sweep_previews(floor.services)
    assert floor.agent(ben).held_call_ids == [call_id]
    clock.advance(seconds=46)
    previews.sweep_previews(floor.services)
    assert (floor.agent(ben).state, floor.agent(ben).held_call_ids) == ("available", [])
    # It did exist: its person is his all the same.
    assert floor.answer(call_id) == JoinAgent(call_id, ben)


def test_a_campaign_with_a_lead_on_a_screen_is_not_complete(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    look(floor, ben)
    assert campaigns.complete_exhausted_campaigns(floor.services) == 0


# -- who may


def test_only_the_agent_himself_looks_dials_and_skips(floor: Floor) -> None:
    ben = floor.console_agent(user_id=None)
    floor.leads(1)
    preview_id = look_at_one(floor, ben)
    colleague = floor.console_agent()
    for act in (
        lambda who: previews.offer_preview(floor.services, actor=who, agent_id=ben),
        lambda who: previews.dial_preview(floor.services, actor=who, agent_id=ben, preview_id=preview_id),
        lambda who: previews.skip_preview(floor.services, actor=who, agent_id=ben, preview_id=preview_id, reason="-"),
        lambda who: previews.load_preview(floor.services, actor=who, agent_id=ben),
    ):
        with pytest.raises(Forbidden):
            act(acting(floor, colleague))
    # Ben has no user of his own: a supervisor may work for him.
    assert previews.dial_preview(
        floor.services, actor=acting(floor, None, Role.SUPERVISOR), agent_id=ben, preview_id=preview_id
    )


def test_an_agents_preview_is_not_another_agents(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    preview_id = look_at_one(floor, ben)
    colleague = floor.console_agent()
    with pytest.raises(NotFound):
        press_dial(floor, colleague, preview_id)


def test_cleo_finds_neither_agent_nor_preview(services: Services, floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    preview_id = look_at_one(floor, ben)
    cleos = open_floor(services, dial_mode=DialMode.PREVIEW)
    hers = cleos.console_agent()
    cleo = replace(acting(cleos, hers), role=Role.OWNER)
    attempts = (
        lambda: previews.offer_preview(services, actor=cleo, agent_id=ben),
        lambda: previews.load_preview(services, actor=cleo, agent_id=ben),
        lambda: previews.dial_preview(services, actor=cleo, agent_id=ben, preview_id=preview_id),
        lambda: previews.dial_preview(services, actor=cleo, agent_id=hers, preview_id=preview_id),
        lambda: previews.skip_preview(services, actor=cleo, agent_id=hers, preview_id=preview_id, reason="-"),
    )
    for attempt in attempts:
        with pytest.raises(DialerError) as refused:
            attempt()
        assert isinstance(refused.value, NotFound)
    assert look(cleos, hers).preview is None
    assert state_of(floor, preview_id) == "offered"
    assert make_campaign(services, cleos.tenant_id).settings.dial_mode == DialMode.PROGRESSIVE
