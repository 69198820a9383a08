"""What a tick sees of a floor in its one statement."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from dialer.domain.calls import CallState
from dialer.domain.ids import CallId
from dialer.domain.list_turns import ListTurn
from dialer.store import pacing_floor
from dialer.store.pacing_floor import PacingFloor
from dialer.usecases.services import Services
from tests.builders.agents import make_agent_group
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.builders.lists import make_list, make_locality
from tests.fakes import FrozenClock
from tests.store.pacing import load_floor


def look(floor: Floor) -> PacingFloor:
    with floor.services.transaction(floor.tenant_id) as tx:
        seen = load_floor(tx.session, floor)
    assert seen is not None
    return seen


def test_lines_and_agents_are_seen_with_their_times(floor: Floor, clock: FrozenClock) -> None:
    open_conversation(floor)
    begin = clock.now().timestamp()
    clock.advance(seconds=30)
    idle = floor.console_agent()
    floor.leads(1)
    ringing = floor.dial()
    clock.advance(seconds=5)
    seen = look(floor)
    states = {agent.agent_id: (agent.state, agent.since) for agent in seen.snapshot.agents}
    assert states.pop(str(idle)) == ("idle", begin + 30)
    assert list(states.values()) == [("talking", begin)]
    assert (seen.snapshot.ringing, seen.snapshot.waiting) == ((begin + 30,), ())
    assert seen.lines_in_flight == 2
    floor.report(ringing, CallState.BUSY)
    assert look(floor).snapshot.ringing == ()


def test_it_is_one_statement(floor: Floor, services: Services) -> None:
    executed: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        executed.append(statement)

    with services.transaction(floor.tenant_id) as tx:
        event.listen(services.database.engine, "before_cursor_execute", count)
        load_floor(tx.session, floor)
        event.remove(services.database.engine, "before_cursor_execute", count)
    assert len(executed) == 1


def test_a_call_that_an_agent_is_kept_for_rings_for_nobody_else(floor: Floor, call_id: CallId) -> None:
    floor.change("update calls set agent_id = (select id from agents)")
    assert (look(floor).snapshot.ringing, look(floor).lines_in_flight) == ((), 1)


def test_lines_of_campaigns_that_share_no_agent_ring_elsewhere(services: Services, floor: Floor) -> None:
    groups = [make_agent_group(services.database, tenant_id=floor.tenant_id) for _ in range(2)]
    red, blue = (open_floor(services, floor.tenant_id, agent_group_id=group) for group in groups)
    red.console_agent(agent_group_id=groups[0])
    red.leads(1)
    red.dial()
    assert len(look(red).snapshot.ringing) == len(look(floor).snapshot.ringing) == 1
    assert (look(blue).snapshot.ringing, look(blue).snapshot.agents) == ((), ())
    assert look(blue).lines_in_flight == 1, "the account's lines are everybody's"


@pytest.mark.parametrize("status", ["draft", "paused", "completed"])
def test_a_campaign_that_is_not_active_has_no_floor_for_a_tick(floor: Floor, status: str) -> None:
    floor.change("update campaigns set status = :status", status=status)
    with floor.services.transaction(floor.tenant_id) as tx:
        assert load_floor(tx.session, floor) is None
        now = floor.services.clock.now()
        assert pacing_floor.load_floor(
            tx.session, campaign_id=floor.campaign_id, now=now, saved_before=now, is_active=False
        )


def test_the_lists_that_have_leads_ready_come_with_their_places_and_turns(floor: Floor, clock: FrozenClock) -> None:
    place = make_locality(floor.services, "Asia/Tokyo")
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, weight=7)
    make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, name="empty")
    off = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, name="off", is_active=False)
    floor.leads(1, list_id=second, locality_id=place, callback_at=clock.now())
    floor.leads(1, list_id=off)
    (ready,) = look(floor).campaign.lists
    assert ready.turn == ListTurn(second, 7, 0.0, has_callbacks=True)
    assert place in ready.localities


def test_a_ticks_look_makes_leads_ready_and_any_other_look_does_not(floor: Floor, clock: FrozenClock) -> None:
    due = clock.now() + timedelta(hours=1)
    floor.leads(2, next_call_at=due)
    assert (look(floor).campaign.lists, look(floor).campaign.waiting_until) == ((), due)
    now = clock.advance(hours=1)
    with floor.services.transaction(floor.tenant_id) as tx:
        seen = pacing_floor.load_floor(
            tx.session, campaign_id=floor.campaign_id, now=now, saved_before=now, is_active=False
        )
    assert seen is not None
    assert (seen.campaign.lists, seen.campaign.waiting_until) == ((), due)
    (ready,) = look(floor).campaign.lists
    assert (ready.turn.list_id, look(floor).campaign.waiting_until) == (floor.campaign_id, None)
    assert floor.rows("select from leads where is_waiting") == []


@pytest.mark.parametrize(("status", "is_open"), [("queued", True), ("calling", True), ("completed", False)])
def test_leads_in_the_hopper_or_in_a_call_are_not_the_end_of_a_list(floor: Floor, status: str, is_open: bool) -> None:
    floor.leads(1, status=status)
    assert look(floor).campaign.open_leads_exist is is_open
