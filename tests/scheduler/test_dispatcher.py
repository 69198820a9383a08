"""The dispatcher: whoever leads sends what the gate admits, when the gate admits it, and nothing else."""

import time
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest
from redis import Redis

from dialer.domain.errors import Unavailable
from dialer.domain.ids import CallId, TenantId
from dialer.integrations.redis.capacity_gate import RedisCapacityGate
from dialer.integrations.redis.heartbeats import RedisHeartbeats
from scheduler.dispatcher import Dispatcher
from tests.fakes import OpenGate, RecordingQueue

ADA = TenantId(UUID(int=1))


def eventually(look: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not look() and time.monotonic() < deadline:
        time.sleep(0.01)
    return look()


def lined_up(gate: OpenGate | RedisCapacityGate, count: int) -> list[CallId]:
    calls = [CallId(uuid4()) for _ in range(count)]
    gate.line_up(calls, tenant_id=ADA, account="AC1", calls_per_second=1_000.0)
    return calls


@pytest.fixture
def running() -> Iterator[list[Dispatcher]]:
    started: list[Dispatcher] = []
    yield started
    for dispatcher in started:
        dispatcher.stop()


def test_a_turn_sends_each_admitted_call_once_with_an_expiry() -> None:
    gate, queue = OpenGate(), RecordingQueue()
    calls = lined_up(gate, 2)
    dispatcher = Dispatcher(gate, queue, leads=lambda: True, count_processes=lambda: 4)
    for _ in range(2):
        assert dispatcher.take_turn() == 1.0
    assert [(sent.task, sent.arguments, sent.expires_seconds) for sent in queue.sent] == [
        ("dialer.dialing.place_call", {"tenant_id": str(ADA), "call_id": str(call_id)}, 10.0) for call_id in calls
    ]


def test_it_goes_by_the_processes_that_the_workers_have(redis_client: Redis) -> None:
    beats, queue = RedisHeartbeats(redis_client), RecordingQueue()
    beats.beat("worker", "one", processes=4)
    beats.beat("worker", "other", processes=2)
    gate = RedisCapacityGate(redis_client)
    gate.line_up([CallId(uuid4()) for _ in range(9)], tenant_id=ADA, account="AC1", calls_per_second=1e6)
    Dispatcher(gate, queue, lambda: True, lambda: beats.count_processes("worker")).take_turn()
    assert len(queue.sent) == 5


def test_who_does_not_lead_sends_nothing_until_he_does(redis_client: Redis, running: list[Dispatcher]) -> None:
    gate, queue, leading = RedisCapacityGate(redis_client), RecordingQueue(), [False]
    dispatcher = Dispatcher(gate, queue, leads=lambda: leading[0], count_processes=lambda: 4)
    running.append(dispatcher)
    dispatcher.start()
    lined_up(gate, 1)
    time.sleep(0.2)
    assert queue.sent == []
    leading[0] = True
    assert eventually(lambda: len(queue.sent) == 1)


def test_a_call_that_is_lined_up_is_sent_within_a_moment(redis_client: Redis, running: list[Dispatcher]) -> None:
    gate, queue = RedisCapacityGate(redis_client), RecordingQueue()
    dispatcher = Dispatcher(gate, queue, leads=lambda: True, count_processes=lambda: 4)
    running.append(dispatcher)
    dispatcher.start()
    time.sleep(0.1)
    began = time.monotonic()
    lined_up(gate, 1)
    assert eventually(lambda: len(queue.sent) == 1)
    assert time.monotonic() - began < 0.5


def test_trouble_does_not_end_it(redis_client: Redis, running: list[Dispatcher]) -> None:
    gate, queue = RedisCapacityGate(redis_client), RecordingQueue()
    counted = []

    def count() -> int:
        counted.append(1)
        if len(counted) == 1:
            raise Unavailable("Redis cannot be reached.")
        raise RuntimeError("a bug")

    dispatcher = Dispatcher(gate, queue, leads=lambda: True, count_processes=count)
    running.append(dispatcher)
    dispatcher.start()
    lined_up(gate, 1)
    assert eventually(lambda: len(queue.sent) == 1)
    dispatcher._counted_at = float("-inf")
    assert eventually(lambda: len(counted) > 1)
    gate.vacate()
    lined_up(gate, 1)
    assert eventually(lambda: len(queue.sent) == 2)
