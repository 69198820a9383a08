"""A lead that was looked at and not dialled goes back."""

import pytest

from dialer.domain.callee_steps import JoinAgent
from dialer.domain.errors import Conflict
from dialer.domain.ids import AgentId
from dialer.usecases import agent_presence, campaigns, previews, sweeps
from tests.builders.floor import Floor
from tests.fakes.clock import FrozenClock
from tests.store.races import at_once
from tests.usecases.previews.desk import dial_next, look, look_at_one, press_dial, skip, state_of


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
