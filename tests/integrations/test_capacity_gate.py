"""The gate on a real Redis: starts are spaced, however many workers ask at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from dialer.integrations.redis.capacity_gate import RedisCapacityGate

ACCOUNT = "AC" + "1" * 32


@pytest.fixture
def gate(redis_client: Redis) -> RedisCapacityGate:
    return RedisCapacityGate(redis_client)


def reserve(
    gate: RedisCapacityGate, *, rate: float = 10.0, patience: float = 60.0, account: str = ACCOUNT
) -> float | None:
    return gate.reserve_start(account, calls_per_second=rate, max_wait_seconds=patience)


def test_the_first_start_is_free_and_the_next_are_spaced_evenly(gate: RedisCapacityGate) -> None:
    waits = [reserve(gate, rate=0.1) for _ in range(4)]
    assert waits[0] == 0.0
    assert [round(wait or 0) for wait in waits] == [0, 10, 20, 30]


def test_a_start_too_far_ahead_is_refused_and_reserves_nothing(gate: RedisCapacityGate) -> None:
    assert reserve(gate, rate=0.1) == 0.0
    for _ in range(5):
        assert reserve(gate, rate=0.1, patience=3.0) is None
    assert round(reserve(gate, rate=0.1) or 0) == 10, "what was refused was not reserved"


def test_accounts_do_not_wait_for_each_other(gate: RedisCapacityGate) -> None:
    assert reserve(gate, rate=0.1) == 0.0
    assert reserve(gate, rate=0.1, account="AC" + "2" * 32) == 0.0


def test_unused_time_is_not_saved_up_for_a_burst(gate: RedisCapacityGate) -> None:
    reserve(gate, rate=20.0)
    time.sleep(0.3)
    assert reserve(gate, rate=20.0) == 0.0
    assert (reserve(gate, rate=20.0) or 0) > 0.02


def test_many_workers_at_once_never_start_above_the_rate(redis_url: str) -> None:
    def work(_: int) -> list[float]:
        with Redis.from_url(redis_url) as client:
            gate, starts = RedisCapacityGate(client), []
            for _ in range(10):
                asked = time.monotonic()
                wait = reserve(gate, rate=100.0)
                assert wait is not None
                starts.append(asked + wait)
            return starts

    with ThreadPoolExecutor(8) as pool:
        begun = time.monotonic()
        starts = sorted(start for mine in pool.map(work, range(8)) for start in mine)
    # Eighty starts at a hundred a second: the last lies no sooner than 79 spaces after the first was asked for.
    assert starts[-1] - begun >= 0.79 - 0.02


def test_a_flushed_redis_frees_one_start_and_never_a_burst(gate: RedisCapacityGate, redis_client: Redis) -> None:
    for _ in range(5):
        reserve(gate, rate=0.1)
    redis_client.flushall()
    assert [round(reserve(gate, rate=0.1) or 0) for _ in range(3)] == [0, 10, 20]


def test_what_the_gate_keeps_expires_by_itself(gate: RedisCapacityGate, redis_client: Redis) -> None:
    reserve(gate)
    (key,) = redis_client.keys("gate:*")
    assert 0 < redis_client.pttl(key) <= 1200


def test_without_redis_nothing_starts() -> None:
    with Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2) as nowhere:
        assert reserve(RedisCapacityGate(nowhere)) is None
