"""The gate on a real Redis: starts are spaced, tenants take turns, no call is admitted twice whoever asks at once."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from redis import Redis

from dialer.domain.ids import CallId, TenantId
from dialer.integrations.redis import capacity_gate
from dialer.integrations.redis.capacity_gate import RedisCapacityGate

ACCOUNT, OTHER = "AC" + "1" * 32, "AC" + "2" * 32
ADA, CLEO = TenantId(UUID(int=1)), TenantId(UUID(int=2))
MANY = 1_000


@pytest.fixture
def gate(redis_client: Redis) -> RedisCapacityGate:
    return RedisCapacityGate(redis_client)


def line_up(
    gate: RedisCapacityGate, count: int, *, tenant: TenantId = ADA, account: str = ACCOUNT, rate: float = 1e6
) -> list[CallId]:
    calls = [CallId(uuid4()) for _ in range(count)]
    gate.line_up(calls, tenant_id=tenant, account=account, calls_per_second=rate)
    return calls


def admit(gate: RedisCapacityGate, processes: int = MANY) -> list[CallId]:
    return [call_id for _, call_id in gate.admit(processes=processes).calls]


def leave(gate: RedisCapacityGate, *calls: CallId, tenant: TenantId = ADA, took: float = 0.1) -> None:
    for call_id in calls:
        gate.leave(call_id, tenant_id=tenant, account=ACCOUNT, took_seconds=took)


def admit_for(gate: RedisCapacityGate, seconds: float) -> list[tuple[float, CallId]]:
    """As the dispatcher does it: when each was admitted, and which."""
    began, admitted = time.monotonic(), []
    while (now := time.monotonic() - began) < seconds:
        admissions = gate.admit(processes=MANY)
        admitted += [(now, call_id) for _, call_id in admissions.calls]
        gate.wait(min(admissions.wait_seconds, seconds))
    return admitted


def test_calls_are_admitted_in_the_order_in_which_they_were_lined_up(gate: RedisCapacityGate) -> None:
    calls = line_up(gate, 3) + line_up(gate, 4)
    assert admit(gate) == calls
    assert admit(gate) == []


def test_an_account_starts_one_call_at_once_and_the_next_when_its_rate_allows(gate: RedisCapacityGate) -> None:
    calls = line_up(gate, 12, rate=20.0)
    admitted = admit_for(gate, 0.45)
    assert [call_id for _, call_id in admitted] == calls[: len(admitted)]
    assert 7 <= len(admitted) <= 1 + 0.45 * 20 + 1
    assert sum(at < 0.04 for at, _ in admitted) <= 2


def test_a_rate_is_reached_although_each_look_comes_a_little_late(gate: RedisCapacityGate) -> None:
    line_up(gate, 100, rate=50.0)
    admitted, began = 0, time.monotonic()
    while time.monotonic() - began < 1.0:
        admissions = gate.admit(processes=MANY)
        admitted += len(admissions.calls)
        time.sleep(admissions.wait_seconds + 0.01)
    assert 45 <= admitted <= 55


def test_idle_time_is_not_saved_up(gate: RedisCapacityGate) -> None:
    line_up(gate, 1, rate=2.0)
    assert len(admit(gate)) == 1
    time.sleep(1.2)
    line_up(gate, 5, rate=2.0)
    assert len(admit(gate)) == 1


def test_accounts_do_not_wait_for_each_other(gate: RedisCapacityGate) -> None:
    (first, _), (other, _) = line_up(gate, 2, rate=0.1), line_up(gate, 2, account=OTHER, tenant=CLEO, rate=0.1)
    assert set(admit(gate)) == {first, other}


def test_tenants_of_one_account_take_turns_and_who_comes_late_is_next(gate: RedisCapacityGate) -> None:
    line_up(gate, 50, tenant=ADA, rate=20.0)
    admit(gate)
    mine = line_up(gate, 2, tenant=CLEO, rate=20.0)
    admitted = [call_id for _, call_id in admit_for(gate, 0.3)]
    assert admitted[0] == mine[0]
    assert mine[1] in admitted[1:3]


def test_a_call_that_waits_or_is_being_placed_is_not_lined_up_again(gate: RedisCapacityGate) -> None:
    calls = line_up(gate, 2)
    for _ in range(2):
        gate.line_up(calls, tenant_id=ADA, account=ACCOUNT, calls_per_second=1e6)
    assert admit(gate) == calls
    gate.line_up(calls, tenant_id=ADA, account=ACCOUNT, calls_per_second=1e6)
    assert admit(gate) == []


def test_a_call_whose_message_was_lost_is_admitted_again(
    gate: RedisCapacityGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = line_up(gate, 1)
    assert admit(gate) == calls
    monkeypatch.setattr(capacity_gate, "LOST_AFTER_SECONDS", 0.0)
    gate.line_up(calls, tenant_id=ADA, account=ACCOUNT, calls_per_second=1e6)
    assert admit(gate, processes=1) == calls, "nor does it hold its old place any more"


def test_places_are_bounded_and_come_back_when_placements_end(gate: RedisCapacityGate) -> None:
    calls = line_up(gate, 9)
    assert admit(gate, processes=4) == calls[:3]
    assert admit(gate, processes=4) == []
    leave(gate, *calls[:2])
    assert admit(gate, processes=4) == calls[3:5]


def test_beside_others_a_tenant_leaves_a_place_to_them(gate: RedisCapacityGate) -> None:
    line_up(gate, 9, tenant=ADA)
    line_up(gate, 1, tenant=CLEO, account=OTHER, rate=1.0)
    assert Counter(tenant for tenant, _ in gate.admit(processes=6).calls) == {ADA: 4, CLEO: 1}


def test_a_tenant_whose_carrier_was_slow_has_one_place_until_it_is_quick_again(gate: RedisCapacityGate) -> None:
    calls = line_up(gate, 9)
    assert len(admit(gate, processes=4)) == 3
    leave(gate, *calls[:3], took=4.0)
    assert admit(gate, processes=4) == [calls[3]]
    leave(gate, calls[3], took=0.1)
    assert admit(gate, processes=4) == calls[4:7]


@pytest.mark.parametrize("how", ["it expires", "another process begins"])
def test_a_place_whose_holder_died_comes_back(
    gate: RedisCapacityGate, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    calls = line_up(gate, 2)
    assert admit(gate, processes=1) == calls[:1]
    assert admit(gate, processes=1) == []
    if how == "it expires":
        monkeypatch.setattr(capacity_gate, "PLACE_LIFE_SECONDS", 0.0)
    else:
        gate.vacate()
    assert admit(gate, processes=1) == calls[1:]


def test_a_call_that_waited_for_longer_than_it_lives_is_forgotten(
    gate: RedisCapacityGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_up(gate, 3)
    monkeypatch.setattr(capacity_gate, "WAITING_LIFE_SECONDS", 0.0)
    assert admit(gate) == []


def test_many_who_ask_at_once_admit_each_call_once_and_no_faster_than_its_account(redis_client: Redis) -> None:
    gate = RedisCapacityGate(redis_client)
    calls = [line_up(gate, 30, account=f"AC{n}", tenant=TenantId(UUID(int=n + 1))) for n in range(4)]
    slow = line_up(gate, 10, account=OTHER, tenant=CLEO, rate=0.5)
    barrier = Barrier(6)

    def dispatch(_: int) -> list[CallId]:
        barrier.wait()
        return [call_id for _ in range(15) for call_id in admit(gate)]

    with ThreadPoolExecutor(6) as pool:
        admitted = [call_id for found in pool.map(dispatch, range(6)) for call_id in found]
    assert len(admitted) == len(set(admitted))
    assert set(admitted) == {call_id for line in calls for call_id in line} | {slow[0]}


@pytest.mark.parametrize("what", ["a call is lined up", "a wanted place is free"])
def test_whoever_waits_is_woken(redis_client: Redis, what: str) -> None:
    gate = RedisCapacityGate(redis_client)
    first, _ = line_up(gate, 2)
    admit(gate, processes=1)
    gate.wait(0.01)  # the bell of before

    def wake() -> None:
        time.sleep(0.05)
        if what == "a call is lined up":
            line_up(gate, 1)
        else:
            leave(gate, first)

    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        pool.submit(wake)
        gate.wait(1.5)
        assert time.monotonic() - began < 1.0


def test_nobody_is_woken_by_a_place_that_nobody_wants(gate: RedisCapacityGate, redis_client: Redis) -> None:
    calls = line_up(gate, 1)
    assert admit(gate) == calls
    gate.wait(0.01)
    leave(gate, *calls)
    assert redis_client.llen("gate:bell") == 0


def test_a_flushed_redis_frees_one_start_and_never_a_burst(gate: RedisCapacityGate, redis_client: Redis) -> None:
    calls = line_up(gate, 5, rate=0.5)
    assert admit(gate) == calls[:1]
    redis_client.flushall()
    assert admit(gate) == [], "what waited is lost"
    gate.line_up(calls[1:], tenant_id=ADA, account=ACCOUNT, calls_per_second=0.5)
    assert admit(gate) == calls[1:2]
    assert admit(gate) == []


def test_a_clock_that_was_set_back_stops_nobody(gate: RedisCapacityGate, redis_client: Redis) -> None:
    first, second = line_up(gate, 2, rate=10.0)
    assert admit(gate, processes=1) == [first]
    an_hour = 3_600_000_000
    redis_client.incrby(f"gate:{ACCOUNT}", an_hour)
    for key in ("gate:places", "gate:served"):
        for member, _ in redis_client.zscan_iter(key):
            redis_client.zincrby(key, an_hour, member)
    assert [call_id for _, call_id in admit_for(gate, 0.3)] == [second]


def test_nothing_is_kept_for_ever(gate: RedisCapacityGate, redis_client: Redis) -> None:
    leave(gate, *line_up(gate, 3), took=5.0)
    admit(gate, processes=2)
    gate.wait(0.01)
    permanent = {key.decode() for key in redis_client.scan_iter() if redis_client.ttl(key) == -1}
    assert permanent <= {"gate:waiting", "gate:served", "gate:places"}, "these are swept at each look"


GATES: list[Callable[[RedisCapacityGate], object]] = [
    lambda gate: line_up(gate, 1),
    lambda gate: gate.admit(processes=4).calls,
    lambda gate: leave(gate, CallId(UUID(int=1))),
    lambda gate: gate.vacate(),
    lambda gate: gate.wait(0.01),
]


@pytest.mark.parametrize("use", GATES)
def test_without_redis_nobody_is_admitted_and_nothing_fails(use: Callable[[RedisCapacityGate], object]) -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    assert use(RedisCapacityGate(nowhere)) in ((), None) or isinstance(use(RedisCapacityGate(nowhere)), list)
