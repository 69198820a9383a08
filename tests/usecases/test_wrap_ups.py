"""Wrap-ups that are made longer or ended: the limit, and who wins when two end it at once."""

from datetime import timedelta
from threading import Event

import pytest

from dialer.domain.agents import AgentState, AgentStatus
from dialer.domain.calls import CallState
from dialer.domain.errors import Conflict, Forbidden, NotFound
from dialer.domain.principals import Role
from dialer.store import agents as store
from dialer.store import wrap_ups as wrap_up_store
from dialer.usecases import agent_presence, agents, wrap_ups
from tests.builders.floor import open_conversation, open_floor
from tests.builders.promises import acting
from tests.store.races import in_background, until_somebody_waits_for_a_lock


def wrapping_up(services, **settings):
    """An agent who wraps up for 30 seconds, and may for 120 more."""
    floor = open_floor(services, wrap_up_seconds=30, **settings)
    call_id, agent_id = open_conversation(floor)
    services.clock.advance(seconds=60)
    floor.report(call_id, CallState.COMPLETED, duration=60)
    return floor, agent_id, acting(floor, agent_id)


def extend(floor, agent_id, actor, **more):
    return wrap_ups.extend_wrap_up(floor.services, actor=actor, agent_id=agent_id, **more)


def finish(floor, agent_id, actor):
    return wrap_ups.finish_wrap_up(floor.services, actor=actor, agent_id=agent_id)


def test_a_wrap_up_is_extended_by_a_minute_until_the_limit_is_used_up(services, clock):
    floor, agent_id, actor = wrapping_up(services, wrap_up_extension_seconds=100)
    until = clock.now() + timedelta(seconds=30)
    first, second = extend(floor, agent_id, actor).wrap_up, extend(floor, agent_id, actor).wrap_up
    assert (first.until, first.extended_seconds, first.extension_left_seconds) == (
        until + timedelta(seconds=60),
        60,
        40,
    )
    assert (second.until, second.extension_left_seconds) == (until + timedelta(seconds=100), 0)
    with pytest.raises(Conflict, match="used up"):
        extend(floor, agent_id, actor)


def test_a_campaign_may_forbid_it(services):
    floor, agent_id, actor = wrapping_up(services, wrap_up_extension_seconds=0)
    with pytest.raises(Conflict):
        extend(floor, agent_id, actor)


def test_the_next_wrap_up_has_the_whole_limit_again(services, clock):
    floor, agent_id, actor = wrapping_up(services)
    extend(floor, agent_id, actor, seconds=120)
    agents.set_agent_status(services, actor=actor, agent_id=agent_id, status=AgentStatus.AVAILABLE)
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    floor.report(call_id, CallState.COMPLETED, duration=1)
    assert extend(floor, agent_id, actor, seconds=120).wrap_up.extended_seconds == 120


def test_the_extension_is_announced_with_its_end(services, feed):
    floor, agent_id, actor = wrapping_up(services)
    feed.clear()
    found = extend(floor, agent_id, actor)
    (told,) = feed.to_agents
    assert told.payload["wrap_up_until"] == found.wrap_up.until.isoformat().replace("+00:00", "Z")
    assert (told.payload["state"], told.payload["wrap_up_extended_seconds"]) == ("wrapping_up", 60)


def test_one_that_has_run_out_is_over_whether_the_sweep_has_come_or_not(services, clock):
    floor, agent_id, actor = wrapping_up(services)
    clock.advance(seconds=30)
    with pytest.raises(Conflict):
        extend(floor, agent_id, actor)
    agent_presence.sweep_wrap_ups(services)
    assert floor.agent(agent_id).state == "available"


def test_an_extended_one_is_left_alone_by_the_sweep_until_its_new_end(services, clock):
    floor, agent_id, actor = wrapping_up(services)
    extend(floor, agent_id, actor)
    clock.advance(seconds=89)
    agent_presence.sweep_wrap_ups(services)
    assert floor.agent(agent_id).state == "wrapping_up"
    clock.advance(seconds=1)
    agent_presence.sweep_wrap_ups(services)
    assert floor.agent(agent_id).state == "available"


def test_whoever_ends_it_first_wins_over_an_extension_that_waited(services, owner_database, clock):
    floor, agent_id, actor = wrapping_up(services)
    is_locked = Event()

    def try_to_extend():
        is_locked.wait(10)
        with pytest.raises(Conflict):
            extend(floor, agent_id, actor)

    with in_background(try_to_extend) as refused, services.transaction(floor.tenant_id) as tx:
        store.lock_agent(tx.session, agent_id)
        is_locked.set()
        until_somebody_waits_for_a_lock(owner_database)
        store.set_status(tx.session, agent_id=agent_id, status=AgentStatus.AVAILABLE, now=clock.now())
    refused.result(timeout=10)
    assert (floor.agent(agent_id).state, floor.agent(agent_id).wrap_up_extended_seconds) == ("available", 0)


def test_an_extension_that_comes_first_wins_over_a_sweep_that_waited(services, owner_database, clock):
    floor, agent_id, _ = wrapping_up(services)
    is_locked = Event()

    def sweep():
        is_locked.wait(10)
        agent_presence.sweep_wrap_ups(services)

    clock.advance(seconds=30)
    with in_background(sweep) as swept, services.transaction(floor.tenant_id) as tx:
        wrap_up_store.extend(tx.session, agent_id=agent_id, seconds=60, now=clock.now())
        is_locked.set()
        until_somebody_waits_for_a_lock(owner_database)
    swept.result(timeout=10)
    assert floor.agent(agent_id).state == "wrapping_up"


def test_finishing_frees_the_agent_and_finds_him_work(services, clock, queue):
    floor, agent_id, actor = wrapping_up(services)
    clock.advance(seconds=5)
    queue.clear()
    assert finish(floor, agent_id, actor).state is AgentState.AVAILABLE
    assert floor.agent(agent_id).idle_since == clock.now()
    assert "dialer.dialing.agent_became_available" in queue.names
    assert finish(floor, agent_id, actor).state is AgentState.AVAILABLE


def test_what_was_declared_in_the_call_holds_after_the_wrap_up(services):
    floor = open_floor(services, wrap_up_seconds=30)
    call_id, agent_id = open_conversation(floor)
    actor = acting(floor, agent_id)
    agents.set_agent_status(services, actor=actor, agent_id=agent_id, status=AgentStatus.BREAK)
    floor.report(call_id, CallState.COMPLETED, duration=60)
    assert floor.agent(agent_id).state == "wrapping_up"
    assert finish(floor, agent_id, actor).state is AgentState.PAUSED


def test_an_agent_who_went_offline_meanwhile_is_offline_when_it_is_over(services, clock):
    floor, agent_id, actor = wrapping_up(services)
    agents.set_agent_status(services, actor=actor, agent_id=agent_id, status=AgentStatus.OFFLINE)
    with pytest.raises(Conflict):
        extend(floor, agent_id, actor)
    clock.advance(seconds=60)
    agent_presence.sweep_wrap_ups(services)
    row = floor.agent(agent_id)
    assert (row.state, row.wrap_up_until, row.idle_since) == ("offline", None, None)


def test_colleagues_and_strangers_may_not(services):
    floor, agent_id, _ = wrapping_up(services)
    bea = acting(floor, floor.console_agent())
    cleo = acting(open_floor(services), role=Role.OWNER)
    for act in (extend, finish):
        with pytest.raises(Forbidden):
            act(floor, agent_id, bea)
        with pytest.raises(NotFound):
            act(floor, agent_id, cleo)
