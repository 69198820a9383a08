"""PostgreSQL and Redis: restarted, crashed, paused, flushed; their connections cut, delayed and refused."""

import contextlib
import os
import random
import signal
import time
from contextlib import closing

import psycopg2
import redis

from faults.floor import Floor
from faults.scenario import Aftermath, NotInjected, Scenario

_BACK_WITHIN_SECONDS = 60.0


def restart_postgres(floor: Floor, _dice: random.Random) -> Aftermath:
    """A fast shutdown, as an upgrade does it: clients are disconnected."""
    return _restart_postgres(floor, signal.SIGINT)


def crash_postgres(floor: Floor, _dice: random.Random) -> Aftermath:
    """An immediate shutdown: no checkpoint, the next start recovers from the log."""
    return _restart_postgres(floor, signal.SIGQUIT)


def kill_postgres_backend(floor: Floor, dice: random.Random) -> Aftermath:
    """`kill -9` of one backend: PostgreSQL ends all of them and recovers."""
    backends = floor.witness.rows("select pid from pg_stat_activity where application_name like 'dialer-w%%'")
    if not backends:
        raise NotInjected("nobody is connected")
    os.kill(dice.choice(backends)["pid"], signal.SIGKILL)
    time.sleep(0.2)
    return _await_postgres(floor)


def cut_database(floor: Floor, dice: random.Random) -> Aftermath:
    """Break every connection to PostgreSQL, a few times."""
    for _ in range(dice.randint(1, 4)):
        floor.database.cut()
        time.sleep(dice.uniform(0.05, 0.5))
    return Aftermath(time.time())


def refuse_database(floor: Floor, dice: random.Random) -> Aftermath:
    """Let nobody connect to PostgreSQL for some seconds."""
    floor.database.refuse(refuses=True)
    time.sleep(dice.uniform(2.0, 6.0))
    floor.database.refuse(refuses=False)
    return Aftermath(time.time())


def delay_database(floor: Floor, dice: random.Random) -> Aftermath:
    """A slow network to PostgreSQL: every piece comes late."""
    floor.database.delay(dice.uniform(0.05, 0.3))
    time.sleep(8.0)
    floor.database.delay(0.0)
    return Aftermath(time.time())


def pause_database(floor: Floor, dice: random.Random) -> Aftermath:
    """A network that loses everything for a while, and then delivers it."""
    floor.database.pause()
    time.sleep(dice.uniform(4.0, 10.0))
    floor.database.resume()
    return Aftermath(time.time())


def flush_redis(floor: Floor, _dice: random.Random) -> Aftermath:
    """Forget everything: tasks, gates, limits, signs of life."""
    with closing(redis.Redis.from_url(floor.stack.environ["REDIS_URL"])) as client:
        client.flushall()
    return Aftermath(time.time())


def restart_redis(floor: Floor, _dice: random.Random) -> Aftermath:
    """`kill -9` of Redis, which keeps nothing on disk."""
    os.kill(floor.server_process("redis"), signal.SIGKILL)
    time.sleep(0.1)
    deadline = time.monotonic() + _BACK_WITHIN_SECONDS
    while True:
        with (
            contextlib.suppress(redis.RedisError),
            closing(redis.Redis.from_url(floor.stack.environ["REDIS_URL"], socket_timeout=1)) as client,
        ):
            client.ping()
            return Aftermath(time.time())
        if time.monotonic() > deadline:
            raise NotInjected("Redis did not come back")
        time.sleep(0.1)


def pause_redis(floor: Floor, _dice: random.Random) -> Aftermath:
    """SIGSTOP for ten seconds: connections stay open and nobody answers."""
    process_id = floor.server_process("redis")
    os.kill(process_id, signal.SIGSTOP)
    try:
        time.sleep(10.0)
    finally:
        os.kill(process_id, signal.SIGCONT)
    return Aftermath(time.time())


def cut_redis(floor: Floor, dice: random.Random) -> Aftermath:
    """Break every connection to Redis, a few times."""
    for _ in range(dice.randint(1, 4)):
        floor.redis.cut()
        time.sleep(dice.uniform(0.05, 0.5))
    return Aftermath(time.time())


def _restart_postgres(floor: Floor, how: signal.Signals) -> Aftermath:
    before = floor.server_process("postgres")
    os.kill(before, how)
    deadline = time.monotonic() + _BACK_WITHIN_SECONDS
    while floor.server_process("postgres") == before:
        if time.monotonic() > deadline:
            raise NotInjected("PostgreSQL was not started again")
        time.sleep(0.05)
    return _await_postgres(floor)


def _await_postgres(floor: Floor) -> Aftermath:
    """The fault is over when a client can be served."""
    deadline = time.monotonic() + _BACK_WITHIN_SECONDS
    while True:
        with contextlib.suppress(psycopg2.OperationalError):
            floor.witness.rows("select 1 as one")
            return Aftermath(time.time())
        if time.monotonic() > deadline:
            raise NotInjected("PostgreSQL did not come back")
        time.sleep(0.05)


SCENARIOS = (
    Scenario("postgres_restarted", restart_postgres),
    Scenario("postgres_crashed", crash_postgres),
    Scenario("postgres_backend_killed", kill_postgres_backend),
    Scenario("database_cut", cut_database),
    Scenario("database_refused", refuse_database),
    Scenario("database_delayed", delay_database),
    Scenario("database_paused", pause_database),
    Scenario("redis_flushed", flush_redis),
    Scenario("redis_restarted", restart_redis),
    Scenario("redis_paused", pause_redis),
    Scenario("redis_cut", cut_redis),
)
