"""Reserving, releasing and pacing of agents on a real PostgreSQL, races included."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from dialer.domain.agents import AgentState, AgentStatus
from dialer.domain.ids import AgentId, CallId, TenantId
from dialer.store import agents as store
from dialer.store import wrap_ups
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from tests.builders.agents import make_agent, make_agent_group, make_tenant
from tests.fakes.clock import NOON

PHONE = "+14155553333"
LATER = NOON + timedelta(seconds=30)


@pytest.fixture
def tenant_id(database: Database) -> TenantId:
    return make_tenant(database)


def reserve(database, tenant_id, *, call_id=None, group=None, at=LATER, exclude=()):
    with database.transaction(tenant_id) as tx:
        return store.reserve_agent(
            tx.session, agent_group_id=group, call_id=call_id or CallId(new_id()), now=at, exclude=exclude
        )


def release(database, tenant_id, agent_id, call_id, *, at=LATER, wrap_up=0):
    with database.transaction(tenant_id) as tx:
        return store.release_agent(tx.session, agent_id=agent_id, call_id=call_id, now=at, wrap_up_seconds=wrap_up)


def talk(database, tenant_id, agent_id, call_id, *, at=LATER):
    with database.transaction(tenant_id) as tx:
        return store.mark_talking(tx.session, agent_id=agent_id, call_id=call_id, now=at)


def declare(database, tenant_id, agent_id, status, *, at=LATER):
    with database.transaction(tenant_id) as tx:
        return store.set_status(tx.session, agent_id=agent_id, status=AgentStatus(status), now=at)


def load(database, tenant_id, agent_id):
    with database.transaction(tenant_id) as tx:
        return store.find_agent(tx.session, agent_id)


def pacing(database, tenant_id, *, group=None, at=LATER):
    with database.transaction(tenant_id) as tx:
        agents = store.list_pacing_agents(tx.session, agent_group_id=group, now=at)
    return {agent.agent_id: (agent.state, agent.since) for agent in agents}


def test_the_agent_who_has_been_idle_longest_gets_the_call(database, tenant_id):
    make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON)
    longest = make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON - timedelta(minutes=5))
    assert reserve(database, tenant_id).id == longest


def test_an_agent_whose_idle_time_is_unknown_comes_first(database, tenant_id):
    make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON)
    unknown = make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=None)
    assert reserve(database, tenant_id).id == unknown


def test_reserving_tells_how_to_reach_the_agent(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, name="Ben", phone=PHONE)
    assert reserve(database, tenant_id) == store.ReservedAgent(agent_id, "Ben", None, PHONE, None)


def test_a_reserved_agent_holds_the_call_and_does_not_talk_yet(database, tenant_id):
    agent_id, call_id = make_agent(database, tenant_id=tenant_id, phone=PHONE), CallId(new_id())
    reserve(database, tenant_id, call_id=call_id)
    agent = load(database, tenant_id, agent_id)
    assert (agent.state, agent.held_call_ids, agent.talking_since) == (AgentState.RESERVED, (call_id,), None)
    assert agent.updated_at == agent.last_active_at == LATER


@pytest.mark.parametrize(
    "unreachable",
    [
        {"phone": None},
        {"phone": PHONE, "phone_leg_failed_at": NOON},
        {"phone": PHONE, "status": "break"},
        {"phone": PHONE, "status": "offline"},
        {"phone": PHONE, "status": "busy"},
        {"phone": PHONE, "is_active": False},
        {"phone": PHONE, "disconnected_at": NOON},
        {"phone": PHONE, "wrap_up_until": LATER + timedelta(seconds=1)},
        {"phone": PHONE, "console_leg_sid": "CA-without-a-socket"},
        {"console": True, "disconnected_at": NOON},
    ],
    ids=str,
)
def test_nobody_is_reserved_whom_no_call_can_reach(database, tenant_id, unreachable):
    make_agent(database, tenant_id=tenant_id, **unreachable)
    assert reserve(database, tenant_id) is None
    assert all(state == "wrap_up" for state, _ in pacing(database, tenant_id).values())


def test_a_wrap_up_that_is_over_needs_no_sweep_to_end(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE, wrap_up_until=LATER)
    assert reserve(database, tenant_id, at=LATER).id == agent_id
    assert load(database, tenant_id, agent_id).wrap_up_until is None


def test_a_console_agent_with_a_live_socket_is_reached_by_his_standing_leg(database, tenant_id):
    make_agent(database, tenant_id=tenant_id, console=True)
    assert reserve(database, tenant_id).console_leg_sid.startswith("CA")


def test_a_console_agent_holds_one_call_whatever_is_allowed(database, tenant_id):
    make_agent(database, tenant_id=tenant_id, console=True, phone=PHONE, max_concurrent_calls=3)
    assert [reserve(database, tenant_id) is not None for _ in range(2)] == [True, False]


def test_a_phone_agent_holds_as_many_calls_as_allowed(database, tenant_id):
    make_agent(database, tenant_id=tenant_id, phone=PHONE, max_concurrent_calls=2)
    assert [reserve(database, tenant_id) is not None for _ in range(3)] == [True, True, False]


def test_an_agent_without_a_call_comes_before_one_who_could_hold_another(database, tenant_id):
    busy = make_agent(
        database,
        tenant_id=tenant_id,
        phone=PHONE,
        max_concurrent_calls=2,
        idle_since=NOON - timedelta(hours=1),
        held_call_ids=(CallId(new_id()),),
    )
    free = make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON)
    assert [reserve(database, tenant_id).id for _ in range(2)] == [free, busy]


def test_a_group_gets_only_its_own_agents_and_no_group_means_everybody(database, tenant_id):
    group = make_agent_group(database, tenant_id=tenant_id)
    make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON - timedelta(hours=1))
    member = make_agent(database, tenant_id=tenant_id, phone=PHONE, agent_group_id=group)
    assert reserve(database, tenant_id, group=group).id == member
    assert reserve(database, tenant_id, group=group) is None
    assert reserve(database, tenant_id, group=None) is not None


def test_an_excluded_agent_is_passed_over(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE)
    assert reserve(database, tenant_id, exclude=[agent_id]) is None


def test_an_agent_of_another_tenant_is_never_reserved(database, tenant_id):
    make_agent(database, tenant_id=make_tenant(database, name="Cleo's"), phone=PHONE)
    assert reserve(database, tenant_id) is None


def test_two_answers_at_once_and_one_free_agent_give_him_to_exactly_one(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE)
    barrier = Barrier(2)

    def answer(_):
        with database.transaction(tenant_id) as tx:
            barrier.wait(timeout=10)
            return store.reserve_agent(tx.session, agent_group_id=None, call_id=CallId(new_id()), now=LATER)

    for _ in range(10):
        with ThreadPoolExecutor(2) as pool:
            given = [agent for agent in pool.map(answer, range(2)) if agent is not None]
        held = load(database, tenant_id, agent_id).held_call_ids
        assert len(given) == len(held) == 1
        release(database, tenant_id, agent_id, held[0])


def test_eight_threads_over_twenty_agents_never_give_one_agent_twice(database, tenant_id):
    agent_ids = {make_agent(database, tenant_id=tenant_id, phone=PHONE) for _ in range(20)}
    barrier = Barrier(8)

    def answer_calls(_):
        barrier.wait(timeout=10)
        return [agent.id for agent in (reserve(database, tenant_id) for _ in range(5)) if agent is not None]

    with ThreadPoolExecutor(8) as pool:
        given = [agent_id for answered in pool.map(answer_calls, range(8)) for agent_id in answered]
    assert max(Counter(given).values()) == 1
    # 40 answers, 20 agents: whoever was passed over because of a lock was free for a later answer.
    assert set(given) == agent_ids


def test_threads_never_give_a_phone_agent_more_than_he_may_hold(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE, max_concurrent_calls=3)
    with ThreadPoolExecutor(8) as pool:
        given = [agent for agent in pool.map(lambda _: reserve(database, tenant_id), range(16)) if agent is not None]
    assert len(given) == load(database, tenant_id, agent_id).current_calls <= 3


def test_a_call_that_was_talked_on_ends_in_wrap_up(database, tenant_id):
    agent_id, call_id = make_agent(database, tenant_id=tenant_id, phone=PHONE), CallId(new_id())
    reserve(database, tenant_id, call_id=call_id)
    talk(database, tenant_id, agent_id, call_id)
    agent = release(database, tenant_id, agent_id, call_id, wrap_up=10)
    assert (agent.state, agent.wrap_up_until) == (AgentState.WRAPPING_UP, LATER + timedelta(seconds=10))
    assert (agent.held_call_ids, agent.talking_since) == ((), None)


def test_without_wrap_up_time_the_agent_is_idle_at_once(database, tenant_id):
    agent_id, call_id = make_agent(database, tenant_id=tenant_id, phone=PHONE), CallId(new_id())
    reserve(database, tenant_id, call_id=call_id)
    talk(database, tenant_id, agent_id, call_id)
    agent = release(database, tenant_id, agent_id, call_id, wrap_up=0)
    assert (agent.state, agent.idle_since, agent.wrap_up_until) == (AgentState.AVAILABLE, LATER, None)


def test_a_reservation_that_came_to_nothing_needs_no_wrap_up(database, tenant_id):
    agent_id, call_id = make_agent(database, tenant_id=tenant_id, phone=PHONE), CallId(new_id())
    reserve(database, tenant_id, call_id=call_id)
    assert release(database, tenant_id, agent_id, call_id, wrap_up=10).state is AgentState.AVAILABLE


def test_releasing_twice_changes_nothing(database, tenant_id):
    agent_id, call_id = make_agent(database, tenant_id=tenant_id, phone=PHONE), CallId(new_id())
    reserve(database, tenant_id, call_id=call_id)
    before = release(database, tenant_id, agent_id, call_id)
    assert release(database, tenant_id, agent_id, call_id, at=LATER + timedelta(minutes=1)) is None
    assert load(database, tenant_id, agent_id) == before


def test_releasing_a_call_that_another_agent_holds_changes_nothing(database, tenant_id):
    holder, other = (
        make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON + timedelta(seconds=i)) for i in (0, 1)
    )
    call_id = CallId(new_id())
    assert reserve(database, tenant_id, call_id=call_id).id == holder
    assert release(database, tenant_id, other, call_id) is None
    assert load(database, tenant_id, holder).held_call_ids == (call_id,)


def test_one_of_two_calls_released_leaves_the_agent_talking(database, tenant_id):
    first, second = CallId(new_id()), CallId(new_id())
    agent_id = make_agent(
        database,
        tenant_id=tenant_id,
        phone=PHONE,
        max_concurrent_calls=2,
        held_call_ids=(first, second),
        talking_since=NOON,
    )
    agent = release(database, tenant_id, agent_id, first, wrap_up=10)
    assert (agent.state, agent.held_call_ids, agent.wrap_up_until) == (AgentState.TALKING, (second,), None)


def test_talking_is_marked_once_and_only_for_a_call_that_is_held(database, tenant_id):
    agent_id, call_id = make_agent(database, tenant_id=tenant_id, phone=PHONE), CallId(new_id())
    assert talk(database, tenant_id, agent_id, call_id) is None
    reserve(database, tenant_id, call_id=call_id)
    assert talk(database, tenant_id, agent_id, call_id).talking_since == LATER
    assert talk(database, tenant_id, agent_id, call_id, at=LATER + timedelta(seconds=5)) is None
    assert load(database, tenant_id, agent_id).talking_since == LATER


def test_a_phone_that_failed_is_tried_again_once_the_agent_declares_himself_available(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE)
    with database.transaction(tenant_id) as tx:
        store.mark_phone_leg_failed(tx.session, agent_id=agent_id, now=NOON)
    assert reserve(database, tenant_id) is None
    declare(database, tenant_id, agent_id, "available")
    assert reserve(database, tenant_id).id == agent_id


def test_declaring_available_again_keeps_the_place_in_the_line(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON)
    assert declare(database, tenant_id, agent_id, "available").idle_since == NOON


@pytest.mark.parametrize(
    ("status", "state"), [("available", "available"), ("break", "paused"), ("busy", "paused"), ("offline", "offline")]
)
def test_whatever_is_declared_ends_wrap_up(database, tenant_id, status, state):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE, wrap_up_until=LATER + timedelta(hours=1))
    agent = declare(database, tenant_id, agent_id, status)
    assert (agent.state, agent.presented_status, agent.wrap_up_until) == (state, status, None)


def test_a_break_declared_in_a_call_begins_after_it(database, tenant_id):
    agent_id, call_id = make_agent(database, tenant_id=tenant_id, phone=PHONE), CallId(new_id())
    reserve(database, tenant_id, call_id=call_id)
    declared = declare(database, tenant_id, agent_id, "break")
    assert (declared.state, declared.presented_status) == (AgentState.RESERVED, AgentStatus.BUSY)
    after = release(database, tenant_id, agent_id, call_id)
    assert (after.state, after.presented_status, after.idle_since) == (AgentState.PAUSED, AgentStatus.BREAK, None)


def test_pacing_sees_who_is_idle_talking_and_wrapping_up_and_since_when(database, tenant_id):
    idle = make_agent(database, tenant_id=tenant_id, phone=PHONE, idle_since=NOON)
    talking = make_agent(
        database, tenant_id=tenant_id, console=True, held_call_ids=(CallId(new_id()),), talking_since=NOON
    )
    wrapping = make_agent(database, tenant_id=tenant_id, phone=PHONE, wrap_up_until=LATER + timedelta(seconds=5))
    make_agent(database, tenant_id=tenant_id, phone=PHONE, status="break", held_call_ids=(CallId(new_id()),))
    with database.transaction(tenant_id) as tx:
        store.change_agent(tx.session, agent_id=wrapping, changes={"name": "Renamed"}, now=LATER)
    assert pacing(database, tenant_id) == {
        idle: ("idle", NOON),
        talking: ("talking", NOON),
        wrapping: ("wrap_up", NOON),
    }


def test_pacing_counts_an_agent_as_idle_from_the_end_of_his_wrap_up(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE, wrap_up_until=NOON + timedelta(seconds=7))
    assert pacing(database, tenant_id, at=LATER) == {agent_id: ("idle", NOON + timedelta(seconds=7))}


def test_pacing_of_a_group_sees_its_own_agents(database, tenant_id):
    group = make_agent_group(database, tenant_id=tenant_id)
    make_agent(database, tenant_id=tenant_id, phone=PHONE)
    member = make_agent(database, tenant_id=tenant_id, phone=PHONE, agent_group_id=group)
    assert set(pacing(database, tenant_id, group=group)) == {member}


def test_a_wrap_up_ends_in_the_log_when_it_ended_not_when_it_was_swept(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE, wrap_up_until=NOON + timedelta(seconds=7))
    with database.transaction(tenant_id) as tx:
        [freed] = wrap_ups.end_expired_wrap_ups(tx.session, agent_ids=[agent_id], now=LATER)
        assert wrap_ups.end_expired_wrap_ups(tx.session, agent_ids=[agent_id], now=LATER) == []
    assert (freed.state, freed.idle_since) == (AgentState.AVAILABLE, NOON + timedelta(seconds=7))
    assert freed.updated_at == NOON + timedelta(seconds=7)


def test_expired_wrap_ups_of_all_tenants_are_found_outside_of_any(database, tenant_id):
    other = make_tenant(database, name="Cleo's")
    expired = {(t, make_agent(database, tenant_id=t, phone=PHONE, wrap_up_until=LATER)) for t in (tenant_id, other)}
    make_agent(database, tenant_id=other, wrap_up_until=LATER + timedelta(seconds=1))
    with database.transaction() as tx:
        assert set(wrap_ups.list_expired_wrap_ups(tx.session, now=LATER)) == expired


def test_a_new_agent_is_offline_and_keeps_his_working_hours(database, tenant_id):
    values = {
        "id": AgentId(new_id()),
        "tenant_id": tenant_id,
        "user_id": None,
        "agent_group_id": None,
        "name": "Ben",
        "phone": None,
        "email": None,
        "max_concurrent_calls": 1,
        "working_hours": {"monday": {"start": "09:00", "end": "17:00"}},
    }
    with database.transaction(tenant_id) as tx:
        created = store.insert_agent(tx.session, values=values, now=NOON)
    assert created.status is AgentStatus.OFFLINE
    assert created.working_hours == values["working_hours"]


def test_only_known_columns_may_be_changed(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id)
    with database.transaction(tenant_id) as tx, pytest.raises(ValueError, match="held_call_ids"):
        store.change_agent(tx.session, agent_id=agent_id, changes={"held_call_ids": []}, now=NOON)


def test_a_new_phone_number_is_believed_to_work(database, tenant_id):
    agent_id = make_agent(database, tenant_id=tenant_id, phone=PHONE, phone_leg_failed_at=NOON)
    with database.transaction(tenant_id) as tx:
        store.change_agent(tx.session, agent_id=agent_id, changes={"phone": "+14155554444"}, now=LATER)
    assert reserve(database, tenant_id).phone == "+14155554444"


def test_a_page_past_the_end_still_tells_the_total(database, tenant_id):
    make_agent(database, tenant_id=tenant_id)
    with database.transaction(tenant_id) as tx:
        page = store.list_agents(
            tx.session, status=None, agent_group_id=None, only=None, include_inactive=False, limit=10, offset=50
        )
    assert page == ([], 1)
