"""Task shells: each opens the services and calls one use case with what the message carried."""

import inspect
from collections.abc import Iterator
from uuid import UUID

import pytest
from celery import Task, signals
from redis import Redis

from dialer import bootstrap
from dialer.domain.calls import CallState
from dialer.domain.errors import CarrierUnavailable
from dialer.domain.ids import CallId, TenantId
from dialer.integrations.celery_queue import CeleryTaskQueue, celery_app
from dialer.integrations.redis.capacity_gate import RedisCapacityGate
from dialer.integrations.redis.heartbeats import RedisQueueLengths
from dialer.settings import Settings
from dialer.usecases.services import Services
from scheduler.dispatcher import Dispatcher
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.fakes import FrozenClock
from workers import app

app.loader.import_default_modules()
TASKS: dict[str, Task] = {name: task for name, task in app.tasks.items() if name.startswith("dialer.")}


@pytest.fixture
def floor(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    """The floor that the tasks of this process work on."""
    for module in ("workers.dialing", "workers.calls", "workers.upkeep"):
        monkeypatch.setattr(f"{module}.services", lambda: services)
    return open_floor(services)


def run(floor: Floor, name: str, **arguments: object) -> None:
    """Run a task as the broker would deliver it."""
    if arguments:
        arguments = {"tenant_id": str(floor.tenant_id), **{key: str(value) for key, value in arguments.items()}}
    TASKS[name](**arguments)


def deliver(floor: Floor) -> int:
    """Run everything that was sent, once; return how much that was."""
    sent, floor.queue.sent = floor.queue.sent, []
    for task in sent:
        TASKS[task.task](**task.arguments)
    return len(sent)


def dispatch(floor: Floor) -> None:
    """The scheduler's part: send what the gate admits."""
    Dispatcher(floor.gate, floor.queue, leads=lambda: True, count_processes=lambda: 4).take_turn()


def test_a_tick_paces_and_places_through_the_tasks_alone(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    run(floor, "dialer.dialing.pace_active_campaigns")
    assert floor.queue.names == ["dialer.dialing.pace_campaign"]
    deliver(floor)
    dispatch(floor)
    assert floor.queue.names == ["dialer.dialing.place_call"]
    twice = list(floor.queue.sent)
    deliver(floor)
    floor.queue.sent = twice
    deliver(floor)
    assert len(floor.carrier.placed) == 1


def test_an_agent_who_becomes_free_is_offered_whoever_waits_and_then_paced_for(floor: Floor) -> None:
    agent_id = floor.console_agent()
    floor.leads(2)
    call_id = floor.dial()
    floor.change("update agents set status = 'break' where id = :id", id=agent_id)
    floor.answer(call_id)
    floor.change("update agents set status = 'available' where id = :id", id=agent_id)
    another = floor.console_agent()
    floor.queue.clear()
    floor.gate.admit(processes=4)  # what was lined up before is on its way
    run(floor, "dialer.dialing.agent_became_available", agent_id=another)
    assert floor.call(call_id).agent_id in {agent_id, another}
    dispatch(floor)
    assert floor.queue.names == ["dialer.dialing.place_call"], "one waits no more, the other agent gets a line"


def test_pausing_withdraws_through_its_task(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    (call_id,) = floor.plan()
    floor.change("update campaigns set status = 'paused'")
    run(floor, "dialer.dialing.withdraw_planned_calls", campaign_id=floor.campaign_id)
    assert floor.call(call_id).state == "cancelled"


@pytest.mark.parametrize(
    ("name", "verb"), [("dialer.calls.hang_up", "hang_up"), ("dialer.calls.apologise", "play_abandonment_message")]
)
def test_steering_a_live_call(floor: Floor, name: str, verb: str) -> None:
    call_id, _ = open_conversation(floor)
    for _ in range(2):
        run(floor, name, call_id=call_id)
    assert {done[0] for done in floor.carrier.done} == {verb}


def test_ending_a_machines_call_frees_its_agent(floor: Floor) -> None:
    call_id, agent_id = open_conversation(floor)
    floor.detect(call_id, "machine_start")
    run(floor, "dialer.calls.end_machine_call", call_id=call_id)
    assert floor.agent(agent_id).state == "available"


def test_ringing_an_agent_and_hanging_up_his_leg(floor: Floor) -> None:
    floor.phone_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    for _ in range(2):
        run(floor, "dialer.calls.ring_agent_phone", call_id=call_id)
    assert len(floor.carrier.rung_agents) == 1
    (leg,) = floor.rows("select * from agent_legs")
    run(floor, "dialer.calls.hang_up_agent_leg", call_sid=leg.call_sid)
    assert floor.rows("select * from agent_legs where ended_at is null") == []


@pytest.mark.parametrize("name", sorted(name for name, task in TASKS.items() if task.__module__ == "workers.upkeep"))
def test_upkeep_may_run_at_any_time_and_twice(floor: Floor, clock: FrozenClock, name: str) -> None:
    call_id, _ = open_conversation(floor)
    before = floor.call(call_id)
    clock.advance(seconds=1)
    for _ in range(2):
        run(floor, name)
    assert floor.call(call_id) == before


def test_a_sweep_finds_what_was_forgotten(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.carrier.knows(floor.sid(call_id), CallState.NO_ANSWER)
    clock.advance(seconds=80)
    run(floor, "dialer.calls.sweep_calls")
    assert floor.call(call_id).state == "no_answer"


def test_a_scheduled_campaign_is_started_and_ended_by_its_task(floor: Floor, clock: FrozenClock) -> None:
    floor.change(
        "update campaigns set status = 'scheduled', schedule_start = :start, schedule_end = :end",
        start=clock.now(), end=clock.now().replace(hour=20),
    )  # fmt: skip
    run(floor, "dialer.calls.move_scheduled_campaigns")
    assert floor.campaign().status == "active"
    clock.advance(hours=3)
    run(floor, "dialer.calls.move_scheduled_campaigns")
    assert floor.campaign().status == "completed"


def test_carrier_trouble_is_left_to_the_retry_policy_and_not_swallowed(floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    floor.carrier.will_be_unavailable()
    with pytest.raises(CarrierUnavailable):
        run(floor, "dialer.calls.hang_up", call_id=call_id)


@pytest.mark.parametrize("name", ["dialer.dialing.place_call", "dialer.calls.ring_agent_phone"])
def test_what_dials_is_acknowledged_early_and_never_retried(name: str) -> None:
    task = TASKS[name]
    acks_late = app.conf.task_acks_late if task.acks_late is None else task.acks_late
    assert not acks_late
    assert not getattr(task, "autoretry_for", ())


def test_every_task_promises_in_writing_that_it_may_run_twice_or_is_never_repeated() -> None:
    for name, task in TASKS.items():
        source = inspect.getdoc(inspect.unwrap(task.run)) or ""
        promised = any(word in source.lower() for word in ("safe to run twice", "run twice", "not retried"))
        upkeep = "safe to run at any time" in (inspect.getmodule(inspect.unwrap(task.run)).__doc__ or "")
        assert promised or upkeep, f"{name} does not say why it may be delivered again"


def test_calls_and_ticks_go_before_what_may_last_for_long(redis_url: str) -> None:
    sender = celery_app(redis_url)
    queue = CeleryTaskQueue(sender)
    for task in ("imports.run_import", "analysis.summarise", "dialing.pace_campaign", "calls.hang_up"):
        queue.send(f"dialer.{task}", tenant_id="t")
    with Redis.from_url(redis_url) as redis:
        assert RedisQueueLengths(redis)() == {"dialing": 1, "calls": 1, "imports": 1, "integrations": 0, "analysis": 1}
    taken = []
    with sender.connection_for_read() as connection, connection.channel() as channel:
        consumers = sender.amqp.TaskConsumer(channel, callbacks=[lambda _, message: taken.append(message)])
        with consumers:
            while len(taken) < 4:
                connection.drain_events(timeout=5)
                taken[-1].ack()
    names = [message.headers["task"] for message in taken]
    assert set(names[:2]) == {"dialer.dialing.pace_campaign", "dialer.calls.hang_up"}
    assert set(names[2:]) == {"dialer.analysis.summarise", "dialer.imports.run_import"}
    sender.close()


def test_a_process_that_begins_gives_back_the_places_of_those_that_died(
    redis_client: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = RedisCapacityGate(redis_client)
    calls = [CallId(UUID(int=n)) for n in (1, 2)]
    gate.line_up(calls, tenant_id=TenantId(UUID(int=9)), account="AC1", calls_per_second=1e6)
    assert len(gate.admit(processes=1).calls) == 1
    monkeypatch.setattr(bootstrap, "capacity_gate", lambda _: gate)
    monkeypatch.setattr(Settings, "from_env", lambda _: None)
    signals.worker_process_init.send(sender=None)
    assert len(gate.admit(processes=1).calls) == 1


def test_a_message_goes_to_its_queue_with_its_expiry_and_a_lost_one_is_only_logged(redis_url: str) -> None:
    sender = celery_app(redis_url)
    CeleryTaskQueue(sender).send("dialer.calls.hang_up", expires_seconds=5, tenant_id="t", call_id=str(UUID(int=1)))
    with sender.connection_for_read() as connection, connection.SimpleQueue("calls") as queue:
        message = queue.get(timeout=5)
        message.ack()
    assert message.headers["task"] == "dialer.calls.hang_up"
    assert message.headers["expires"] is not None
    assert message.payload[1] == {"tenant_id": "t", "call_id": str(UUID(int=1))}
    sender.close()
    nowhere = celery_app("redis://127.0.0.1:1/0")
    nowhere.conf.broker_transport_options = {"socket_connect_timeout": 0.2, "max_retries": 0}
    CeleryTaskQueue(nowhere).send("dialer.calls.hang_up", tenant_id="t", call_id="c")
    nowhere.close()
