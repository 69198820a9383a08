"""Time by state, from the log that PostgreSQL keeps."""

from datetime import timedelta

import pytest

from dialer.domain.agents import AgentStatus
from dialer.domain.ids import CallId, TenantId
from dialer.store import agents, wrap_ups
from dialer.store.agent_states import Occupancy, agent_occupancy, floor_occupancy
from dialer.store.schema.base import new_id
from tests.builders.agents import make_agent, make_agent_group, make_tenant
from tests.builders.calls import make_dialed_campaign
from tests.fakes.clock import NOON


@pytest.fixture
def tenant_id(database) -> TenantId:
    return make_tenant(database)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def one_call(database, tenant_id, agent_id):
    """Idle 0-10, reserved 10-12, talking 12-72, wrapping up 72-82, idle 82-100, on a break from 100 on."""
    call_id = CallId(new_id())
    with database.transaction(tenant_id) as tx:
        agents.reserve_agent(tx.session, agent_group_id=None, call_id=call_id, now=after(10))
        agents.mark_talking(tx.session, agent_id=agent_id, call_id=call_id, now=after(12))
        agents.release_agent(tx.session, agent_id=agent_id, call_id=call_id, now=after(72), wrap_up_seconds=10)
        wrap_ups.end_expired_wrap_ups(tx.session, agent_ids=[agent_id], now=after(85))
        agents.set_status(tx.session, agent_id=agent_id, status=AgentStatus.BREAK, now=after(100))


def occupancy(database, tenant_id, agent_id, since, until):
    with database.transaction(tenant_id) as tx:
        return agent_occupancy(tx.session, agent_id=agent_id, since=after(since), until=after(until))


def test_every_second_of_a_span_is_in_one_state(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone="+14155553333")
    one_call(database, tenant_id, agent_id)
    assert occupancy(database, tenant_id, agent_id, 0, 120).seconds_by_state == {
        "available": 28,
        "reserved": 2,
        "talking": 60,
        "wrapping_up": 10,
        "paused": 20,
    }


def test_a_span_that_begins_in_the_middle_counts_from_its_beginning(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone="+14155553333")
    one_call(database, tenant_id, agent_id)
    assert occupancy(database, tenant_id, agent_id, 30, 75).seconds_by_state == {"talking": 42, "wrapping_up": 3}


def test_before_the_agent_there_is_nothing(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    empty = occupancy(database, tenant_id, agent_id, -60, 0)
    assert (empty.seconds_by_state, empty.ratio) == ({}, None)


def test_occupancy_is_the_share_of_logged_in_time_spent_for_callees():
    assert (
        Occupancy(
            {"available": 20.0, "reserved": 2.0, "talking": 60.0, "wrapping_up": 10.0, "paused": 8.0, "offline": 500.0}
        ).ratio
        == 0.72
    )


def test_the_floor_adds_up_its_agents_and_a_campaign_only_those_it_may_use(database, tenant_id):
    group = make_agent_group(database, tenant_id=tenant_id)
    make_agent(database, tenant_id=tenant_id, agent_group_id=group)
    make_agent(database, tenant_id=tenant_id)
    make_agent(database, tenant_id=make_tenant(database, name="Cleo's"))
    whole, grouped = (make_dialed_campaign(database, tenant_id=tenant_id, agent_group_id=g) for g in (None, group))
    with database.transaction(tenant_id) as tx:
        seconds = [
            floor_occupancy(tx.session, campaign_id=campaign, since=NOON, until=after(60)).logged_in_seconds
            for campaign in (None, whole, grouped)
        ]
    assert seconds == [120, 120, 60]
