"""What a tick sees of a floor in its one statement."""

from typing import Any

import pytest
from sqlalchemy import event

from dialer.domain.calls import CallState
from dialer.domain.ids import CallId
from dialer.store import pacing_floor
from dialer.store.pacing_floor import PacingFloor
from dialer.usecases.services import Services
from tests.builders.agents import make_agent_group
from tests.builders.floor import Floor, open_conversation, open_floor
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
