"""Whom an agent may choose when he hands a call over."""

import pytest

from dialer.domain.errors import Forbidden, NotFound
from dialer.usecases.services import Services
from dialer.usecases.transfer_targets import list_transfer_targets
from tests.builders.agents import make_agent_group
from tests.builders.control import as_agent, as_supervisor
from tests.builders.floor import open_floor
from tests.usecases.transfers.conftest import Desk


def test_free_colleagues_are_offered_and_busy_ones_and_oneself_are_not(desk: Desk) -> None:
    desk.floor.phone_agent(name="Erik")
    desk.floor.console_agent(name="Gone", status="offline")
    found = list_transfer_targets(desk.floor.services, actor=desk.actor, call_id=desk.call_id)
    assert [agent.name for agent in found.agents] == ["Dana", "Erik"]
    desk.transfer("warm")
    found = list_transfer_targets(desk.floor.services, actor=desk.actor, call_id=desk.call_id)
    assert [agent.name for agent in found.agents] == ["Erik"]


def test_teams_are_offered_with_how_many_of_them_are_free(desk: Desk, services: Services) -> None:
    group = make_agent_group(services.database, tenant_id=desk.floor.tenant_id)
    for status in ("available", "break"):
        desk.floor.console_agent(agent_group_id=group, status=status)
    found = list_transfer_targets(desk.floor.services, actor=desk.actor, call_id=desk.call_id)
    assert {team.id: team.available for team in found.groups}[group] == 1


def test_only_who_takes_part_in_the_call_is_told(desk: Desk, services: Services) -> None:
    assert list_transfer_targets(services, actor=as_supervisor(desk.floor), call_id=desk.call_id).agents
    with pytest.raises(Forbidden):
        list_transfer_targets(services, actor=as_agent(desk.floor, desk.dana), call_id=desk.call_id)
    cleos = open_floor(services)
    with pytest.raises(NotFound):
        list_transfer_targets(services, actor=as_supervisor(cleos), call_id=desk.call_id)
