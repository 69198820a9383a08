"""Agents and their presence: who may do what, what is announced, and what the sweeps repair."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.agents import AgentState, AgentStatus
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from dialer.domain.ids import AgentGroupId, AgentId, CallId
from dialer.domain.spans import ALWAYS
from dialer.store.schema.base import new_id
from dialer.usecases import agent_presence, agents
from tests.builders.agents import make_agent, make_agent_group
from tests.builders.calls import make_conversation
from tests.fakes.clock import NOON

AVAILABLE, BREAK, OFFLINE = AgentStatus.AVAILABLE, AgentStatus.BREAK, AgentStatus.OFFLINE


def as_agent(caller, agent_id):
    return replace(caller.principal, agent_id=agent_id)


@pytest.fixture
def bens(ben, services) -> AgentId:
    """The agent Ben works as."""
    return make_agent(services.database, tenant_id=ben.tenant_id, user_id=ben.user_id, name="Ben", phone="+14155553333")


def test_an_agent_sees_only_himself_and_a_supervisor_everybody(services, sam, ben, bens):
    make_agent(services.database, tenant_id=ben.tenant_id, name="Bea")
    assert [agent.name for agent in agents.list_agents(services, actor=as_agent(ben, bens)).agents] == ["Ben"]
    assert [agent.name for agent in agents.list_agents(services, actor=sam.principal).agents] == ["Bea", "Ben"]
    assert agents.list_agents(services, actor=as_agent(ben, None)).total == 0


def test_the_list_is_filtered_by_the_status_that_is_shown(services, sam, bens):
    make_agent(services.database, tenant_id=sam.tenant_id, name="Talks", held_call_ids=(CallId(new_id()),))
    make_agent(services.database, tenant_id=sam.tenant_id, name="Rests", status="break")
    for status, names in ((AVAILABLE, ["Ben"]), (AgentStatus.BUSY, ["Talks"]), (BREAK, ["Rests"]), (OFFLINE, [])):
        found = agents.list_agents(services, actor=sam.principal, status=status)
        assert [agent.name for agent in found.agents] == names


def test_pages_have_a_total(services, sam):
    for name in "ABC":
        make_agent(services.database, tenant_id=sam.tenant_id, name=name)
    page = agents.list_agents(services, actor=sam.principal, limit=2, offset=1)
    assert ([agent.name for agent in page.agents], page.total) == (["B", "C"], 3)


def test_deactivated_agents_are_listed_only_on_request(services, sam):
    make_agent(services.database, tenant_id=sam.tenant_id, is_active=False)
    assert agents.list_agents(services, actor=sam.principal).total == 0
    assert agents.list_agents(services, actor=sam.principal, include_inactive=True).total == 1


def test_another_tenants_agent_is_not_found(services, cleo, bens):
    assert agents.list_agents(services, actor=cleo.principal).total == 0
    for attempt in (
        lambda: agents.load_agent(services, actor=cleo.principal, agent_id=bens),
        lambda: agents.update_agent(services, actor=cleo.principal, agent_id=bens, changes={"name": "Hers"}),
        lambda: agents.deactivate_agent(services, actor=cleo.principal, agent_id=bens),
        lambda: agents.set_agent_status(services, actor=cleo.principal, agent_id=bens, status=OFFLINE),
        lambda: agents.agent_stats(services, actor=cleo.principal, agent_id=bens, span=ALWAYS),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_totals_are_counted_from_the_calls(services, sam, bens):
    for seconds in (60, 90):
        make_conversation(services.database, tenant_id=sam.tenant_id, agent_id=bens, talk_seconds=seconds)
    agent = agents.load_agent(services, actor=sam.principal, agent_id=bens)
    assert (agent.total_calls_handled, agent.total_call_duration_seconds) == (2, 150)


def test_a_new_agent_is_matched_with_the_user_of_the_same_address(services, ada, ben):
    agent = agents.create_agent(services, actor=ada.principal, name="Ben", email="BEN@example.com")
    assert (agent.user_id, agent.status) == (ben.user_id, OFFLINE)


def test_an_address_of_a_user_who_works_already_is_only_an_address(services, ada, bens):
    assert agents.create_agent(services, actor=ada.principal, name="Ben 2", email="ben@example.com").user_id is None


def test_a_user_cannot_work_as_two_agents(services, ada, ben, bens):
    with pytest.raises(Conflict):
        agents.create_agent(services, actor=ada.principal, name="Ben 2", user_id=ben.user_id)
    other = make_agent(services.database, tenant_id=ada.tenant_id)
    with pytest.raises(Conflict):
        agents.update_agent(services, actor=ada.principal, agent_id=other, changes={"user_id": ben.user_id})


def test_users_and_groups_of_another_tenant_do_not_exist(services, ada, cleo):
    hers = make_agent_group(services.database, tenant_id=cleo.tenant_id)
    for wrong in ({"user_id": cleo.user_id}, {"agent_group_id": hers}, {"agent_group_id": AgentGroupId(new_id())}):
        with pytest.raises(Invalid) as refused:
            agents.create_agent(services, actor=ada.principal, name="Ben", **wrong)
        assert refused.value.fields[0].field == next(iter(wrong))


@pytest.mark.parametrize("number", [0, 11, -1])
def test_one_to_ten_calls_at_once(services, ada, number):
    with pytest.raises(Invalid, match="max_concurrent_calls"):
        agents.create_agent(services, actor=ada.principal, name="Ben", max_concurrent_calls=number)


def test_agents_and_supervisors_do_not_manage_agents(services, sam, ben, bens):
    for actor in (sam.principal, as_agent(ben, bens)):
        for attempt in (
            lambda actor=actor: agents.create_agent(services, actor=actor, name="Bea"),
            lambda actor=actor: agents.update_agent(services, actor=actor, agent_id=bens, changes={"name": "Bob"}),
            lambda actor=actor: agents.deactivate_agent(services, actor=actor, agent_id=bens),
        ):
            with pytest.raises(Forbidden):
                attempt()


def test_an_update_leaves_what_is_not_named(services, ada, bens):
    before = agents.load_agent(services, actor=ada.principal, agent_id=bens)
    services.clock.advance(seconds=1)
    after = agents.update_agent(services, actor=ada.principal, agent_id=bens, changes={"phone": None, "name": "Bob"})
    assert after == replace(before, phone=None, name="Bob", updated_at=services.clock.now())


def test_an_agent_cannot_be_allowed_fewer_calls_than_he_holds(services, ada):
    held = (CallId(new_id()), CallId(new_id()))
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, max_concurrent_calls=2, held_call_ids=held)
    with pytest.raises(Conflict):
        agents.update_agent(services, actor=ada.principal, agent_id=agent_id, changes={"max_concurrent_calls": 1})


def test_a_deactivated_agent_is_offline_and_his_leg_is_hung_up(services, ada, queue):
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, console=True)
    agent = agents.deactivate_agent(services, actor=ada.principal, agent_id=agent_id)
    assert (agent.is_active, agent.status) == (False, OFFLINE)
    assert queue.names == ["dialer.calls.hang_up_agent_leg"]
    with pytest.raises(Conflict):
        agents.set_agent_status(services, actor=ada.principal, agent_id=agent_id, status=AVAILABLE)


def test_an_agent_in_a_call_is_not_deactivated(services, ada):
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, held_call_ids=(CallId(new_id()),))
    with pytest.raises(Conflict):
        agents.deactivate_agent(services, actor=ada.principal, agent_id=agent_id)
    assert agents.load_agent(services, actor=ada.principal, agent_id=agent_id).is_active


def test_a_deactivated_agent_can_be_brought_back(services, ada):
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, is_active=False)
    assert agents.update_agent(services, actor=ada.principal, agent_id=agent_id, changes={"is_active": True}).is_active


def test_becoming_available_is_announced_to_consoles_supervisors_and_pacing(services, ben, bens, queue, feed):
    agents.set_agent_status(services, actor=as_agent(ben, bens), agent_id=bens, status=AVAILABLE)
    [task] = queue.sent
    assert (task.task, task.arguments) == (
        "dialer.dialing.agent_became_available",
        {"tenant_id": str(ben.tenant_id), "agent_id": str(bens)},
    )
    assert [event.audience for event in feed.to_agents + feed.to_tenants] == [bens, ben.tenant_id]
    assert feed.to_agents[0].payload["status"] == "available"


def test_any_other_status_wakes_nobody(services, ben, bens, queue):
    agents.set_agent_status(services, actor=as_agent(ben, bens), agent_id=bens, status=BREAK)
    assert queue.sent == []


def test_a_status_declared_during_a_call_waits_for_its_end(services, sam, queue):
    agent_id = make_agent(services.database, tenant_id=sam.tenant_id, held_call_ids=(CallId(new_id()),), status="break")
    agent = agents.set_agent_status(services, actor=sam.principal, agent_id=agent_id, status=AVAILABLE)
    assert (agent.status, agent.declared_status, agent.state) == (AgentStatus.BUSY, AVAILABLE, AgentState.RESERVED)
    assert queue.sent == []


def test_a_queue_that_is_down_does_not_fail_a_status_that_is_stored(services, ben, bens):
    class BrokenQueue:
        def send(self, task, *, expires_seconds=None, **arguments):
            raise Unavailable("Redis is down.")

    broken = replace(services, queue=BrokenQueue())
    assert (
        agents.set_agent_status(broken, actor=as_agent(ben, bens), agent_id=bens, status=AVAILABLE).status is AVAILABLE
    )


def test_a_colleagues_status_and_stats_are_not_ones_own(services, ben, bens):
    other = make_agent(services.database, tenant_id=ben.tenant_id)
    for attempt in (
        lambda: agents.set_agent_status(services, actor=as_agent(ben, bens), agent_id=other, status=BREAK),
        lambda: agents.agent_stats(services, actor=as_agent(ben, bens), agent_id=other, span=ALWAYS),
        lambda: agents.load_agent(services, actor=as_agent(ben, bens), agent_id=other),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_stats_count_calls_and_time(services, ben, bens, clock):
    make_conversation(services.database, tenant_id=ben.tenant_id, agent_id=bens, talk_seconds=60)
    make_conversation(services.database, tenant_id=ben.tenant_id, agent_id=bens, bridged_at=None, talk_seconds=0)
    clock.advance(seconds=100)
    stats = agents.agent_stats(services, actor=as_agent(ben, bens), agent_id=bens, span=ALWAYS)
    assert (stats.calls.total_calls, stats.calls.answered_calls) == (2, 1)
    assert (stats.calls.avg_talk_time, stats.calls.total_talk_time) == (60.0, 60)
    assert stats.occupancy.seconds_by_state == {AgentState.AVAILABLE: 100.0}


def join(services, actor, agent_id, sid="s1"):
    return agent_presence.join_as_agent(
        services, actor=actor, agent_id=agent_id, tenant_id=None, sid=sid, web_instance="web-1"
    )


def test_a_web_process_that_died_takes_its_agents_offline_after_both_grace_times(
    services, ben, bens, clock, feed, queue
):
    join(services, as_agent(ben, bens), bens)
    clock.advance(seconds=16)
    agent_presence.sweep_presence(services)
    assert agents.load_agent(services, actor=as_agent(ben, bens), agent_id=bens).status is AVAILABLE
    clock.advance(seconds=16)
    feed.clear()
    agent_presence.sweep_presence(services)
    assert agents.load_agent(services, actor=as_agent(ben, bens), agent_id=bens).status is OFFLINE
    assert feed.events == ["agent:status:updated"] * 2
    agent_presence.sweep_presence(services)
    assert len(feed.events) == 2


def test_a_reloaded_page_costs_nothing(services, ben, bens, clock):
    join(services, as_agent(ben, bens), bens)
    agent_presence.leave_agent_socket(services, tenant_id=ben.tenant_id, sid="s1")
    clock.advance(seconds=10)
    join(services, as_agent(ben, bens), bens, sid="s2")
    clock.advance(seconds=10)
    agent_presence.sweep_presence(services)
    assert agents.load_agent(services, actor=as_agent(ben, bens), agent_id=bens).status is AVAILABLE


def test_coming_back_offers_the_agent_to_whoever_waits(services, ben, bens, queue):
    join(services, as_agent(ben, bens), bens)
    assert queue.names == ["dialer.dialing.agent_became_available"]


def test_a_vanished_agents_audio_leg_is_hung_up(services, ada, clock, queue):
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, console_leg_sid="CA1", disconnected_at=NOON)
    clock.advance(seconds=16)
    agent_presence.sweep_presence(services)
    [task] = queue.sent
    assert task.arguments == {"tenant_id": str(ada.tenant_id), "call_sid": "CA1"}
    assert agents.load_agent(services, actor=ada.principal, agent_id=agent_id).status is OFFLINE


def test_a_phone_agent_who_never_had_a_console_is_not_swept(services, bens, ada, clock):
    clock.advance(days=1)
    agent_presence.sweep_presence(services)
    assert agents.load_agent(services, actor=ada.principal, agent_id=bens).status is AVAILABLE


def test_wrap_ups_of_all_tenants_end_and_are_announced_once(services, ada, cleo, clock, feed, queue):
    until = NOON + timedelta(seconds=10)
    for tenant_id in (ada.tenant_id, cleo.tenant_id):
        make_agent(services.database, tenant_id=tenant_id, wrap_up_until=until)
    make_agent(services.database, tenant_id=ada.tenant_id, wrap_up_until=until, status="break")
    agent_presence.sweep_wrap_ups(services)
    assert queue.sent == []
    clock.advance(seconds=12)
    agent_presence.sweep_wrap_ups(services)
    agent_presence.sweep_wrap_ups(services)
    assert queue.names == ["dialer.dialing.agent_became_available"] * 2
    assert sorted(event.payload["state"] for event in feed.to_agents) == ["available", "available", "paused"]
