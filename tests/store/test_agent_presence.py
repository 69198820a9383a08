"""Sockets, audio legs, agents who vanish: on a real PostgreSQL, with two transactions at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from dialer.domain.agents import AgentState
from dialer.domain.ids import CallId, TenantId
from dialer.store import agent_presence as store
from dialer.store import agents
from dialer.store.schema.base import new_id
from tests.builders.agents import make_agent, make_tenant
from tests.fakes.clock import NOON

LATER = NOON + timedelta(seconds=30)


@pytest.fixture
def tenant_id(database) -> TenantId:
    return make_tenant(database)


def connect(database, tenant_id, agent_id, sid, *, at=NOON):
    with database.transaction(tenant_id) as tx:
        return store.record_socket(
            tx.session, sid=sid, tenant_id=tenant_id, agent_id=agent_id, web_instance="web-1", now=at
        )


def disconnect(database, tenant_id, sid, *, at=LATER):
    with database.transaction(tenant_id) as tx:
        return store.remove_socket(tx.session, sid=sid, now=at)


def load(database, tenant_id, agent_id):
    with database.transaction(tenant_id) as tx:
        return agents.find_agent(tx.session, agent_id)


def put_offline(database, tenant_id, agent_id, *, before=LATER):
    with database.transaction(tenant_id) as tx:
        return store.put_vanished_offline(tx.session, agent_ids=[agent_id], before=before, now=LATER)


def test_the_last_socket_to_go_starts_the_grace_time(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    connect(database, tenant_id, agent_id, "one")
    connect(database, tenant_id, agent_id, "two")
    disconnect(database, tenant_id, "one")
    assert load(database, tenant_id, agent_id).disconnected_at is None
    assert disconnect(database, tenant_id, "two") == agent_id
    assert load(database, tenant_id, agent_id).disconnected_at == LATER


def test_a_socket_that_is_not_known_changes_nothing(database, tenant_id):
    assert disconnect(database, tenant_id, "unknown") is None


def test_coming_back_ends_the_grace_time(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, disconnected_at=NOON)
    assert connect(database, tenant_id, agent_id, "one").disconnected_at is None


def test_a_deactivated_agent_is_not_present(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, is_active=False)
    assert connect(database, tenant_id, agent_id, "one") is None
    with database.transaction(tenant_id) as tx:
        assert store.touch_sockets(tx.session, web_instance="web-1", sids=["one"], now=LATER) == set()


def test_two_last_sockets_that_go_at_once_do_not_leave_a_ghost(database, tenant_id):
    agent_id, barrier = make_agent(database, tenant_id=tenant_id), Barrier(2)

    def go(sid):
        with database.transaction(tenant_id) as tx:
            barrier.wait(timeout=10)
            store.remove_socket(tx.session, sid=sid, now=LATER)

    for _ in range(10):
        connect(database, tenant_id, agent_id, "one")
        connect(database, tenant_id, agent_id, "two")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(go, ["one", "two"]))
        assert load(database, tenant_id, agent_id).disconnected_at == LATER


def test_a_console_that_opens_while_the_other_closes_keeps_the_agent_present(database, tenant_id):
    agent_id, barrier = make_agent(database, tenant_id=tenant_id), Barrier(2)

    def close():
        barrier.wait(timeout=10)
        disconnect(database, tenant_id, "old")

    def open_another(sid):
        barrier.wait(timeout=10)
        connect(database, tenant_id, agent_id, sid)

    connect(database, tenant_id, agent_id, "old")
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(close), pool.submit(open_another, "new")]:
            future.result()
    assert load(database, tenant_id, agent_id).disconnected_at is None


def test_touching_renews_only_the_sockets_of_that_process(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    connect(database, tenant_id, agent_id, "one")
    with database.transaction(tenant_id) as tx:
        assert store.touch_sockets(tx.session, web_instance="web-2", sids=["one"], now=LATER) == set()
        assert store.touch_sockets(tx.session, web_instance="web-1", sids=["one", "gone"], now=LATER) == {"one"}
    with database.transaction() as tx:
        assert store.list_silent_sockets(tx.session, before=LATER) == []


def test_silent_sockets_of_all_tenants_are_found_outside_of_any(database, tenant_id):
    other = make_tenant(database, name="Cleo's")
    for tenant, sid in ((tenant_id, "mine"), (other, "hers")):
        connect(database, tenant, make_agent(database, tenant_id=tenant), sid)
    with database.transaction() as tx:
        assert set(store.list_silent_sockets(tx.session, before=LATER)) == {(tenant_id, "mine"), (other, "hers")}


def test_a_socket_that_was_renewed_meanwhile_is_not_removed_as_silent(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    connect(database, tenant_id, agent_id, "one", at=LATER)
    with database.transaction(tenant_id) as tx:
        assert store.remove_silent_sockets(tx.session, sids=["one"], before=LATER, now=LATER) == set()


def test_a_console_leg_makes_the_agent_dialable_only_beside_a_socket(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    with database.transaction(tenant_id) as tx:
        store.set_console_leg(tx.session, agent_id=agent_id, call_sid="CA1", now=NOON)
        assert agents.list_pacing_agents(tx.session, agent_group_id=None, now=NOON) == []
    connect(database, tenant_id, agent_id, "one")
    with database.transaction(tenant_id) as tx:
        assert [agent.agent_id for agent in agents.list_pacing_agents(tx.session, agent_group_id=None, now=NOON)] == [
            agent_id
        ]


def test_a_leg_that_was_replaced_clears_nothing_when_it_goes(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    with database.transaction(tenant_id) as tx:
        store.set_console_leg(tx.session, agent_id=agent_id, call_sid="CA1", now=NOON)
        store.set_console_leg(tx.session, agent_id=agent_id, call_sid="CA2", now=NOON)
        assert store.clear_console_leg(tx.session, call_sid="CA1", now=NOON) is None
        assert store.clear_console_leg(tx.session, call_sid="CA2", now=NOON).console_leg_sid is None


def test_an_agent_who_did_not_come_back_is_put_offline_and_his_leg_is_told(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, console_leg_sid="CA1", disconnected_at=NOON)
    [gone] = put_offline(database, tenant_id, agent_id)
    assert (gone.agent.state, gone.agent.console_leg_sid, gone.abandoned_leg_sid) == (AgentState.OFFLINE, None, "CA1")
    assert put_offline(database, tenant_id, agent_id) == []


def test_an_agent_who_came_back_in_the_meantime_stays(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, disconnected_at=None)
    assert put_offline(database, tenant_id, agent_id) == []


def test_an_agent_in_a_call_keeps_call_and_leg_until_it_ends(database, tenant_id):
    agent_id = make_agent(
        database, tenant_id=tenant_id, console_leg_sid="CA1", disconnected_at=NOON, held_call_ids=(CallId(new_id()),)
    )
    assert put_offline(database, tenant_id, agent_id) == []
    assert load(database, tenant_id, agent_id).console_leg_sid == "CA1"


def test_vanished_agents_of_all_tenants_are_found_outside_of_any(database, tenant_id):
    other = make_tenant(database, name="Cleo's")
    gone = {(tenant, make_agent(database, tenant_id=tenant, disconnected_at=NOON)) for tenant in (tenant_id, other)}
    with database.transaction() as tx:
        assert set(store.list_vanished_agents(tx.session, before=LATER)) == gone
        assert store.list_vanished_agents(tx.session, before=NOON) == []
