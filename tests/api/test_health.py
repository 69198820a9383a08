"""Liveness, readiness and metrics."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from redis import Redis

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from dialer.domain.errors import Unavailable
from dialer.integrations.redis.heartbeats import RedisHeartbeats, RedisQueueLengths
from dialer.store.session import Database
from tests.fixtures_cast import Caller


@pytest.fixture
def app(fresh_app: Flask) -> Flask:
    return fresh_app


@pytest.fixture
def unreachable_redis() -> Redis:
    return Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)


def checks_of(body: Any) -> dict[str, bool]:
    return {check["name"]: check["ok"] for check in body["checks"]}


def test_liveness_asks_nobody(nobody: Caller) -> None:
    assert nobody.get("/healthz") == {"status": "ok"}


def test_ready_once_schema_redis_worker_and_scheduler_are_there(nobody: Caller, redis_client: Redis) -> None:
    heartbeats = RedisHeartbeats(redis_client)
    heartbeats.beat("worker", "w1")
    heartbeats.beat("scheduler", "s1")
    body = nobody.get("/readyz")
    assert body["status"] == "ready"
    assert checks_of(body) == {"migrations": True, "redis": True, "worker": True, "scheduler": True}


def test_not_ready_says_what_is_missing(nobody: Caller, redis_client: Redis) -> None:
    RedisHeartbeats(redis_client).beat("worker", "w1")
    body = nobody.get("/readyz", expect=503)
    assert checks_of(body) == {"migrations": True, "redis": True, "worker": True, "scheduler": False}
    assert "scheduler" in body["checks"][3]["why"]


def test_an_older_schema_is_not_ready(dependencies: ApiDependencies, api_settings: ApiSettings) -> None:
    body = Caller(create_app(replace(dependencies, expected_revision="9999"), api_settings)).get("/readyz", expect=503)
    assert checks_of(body)["migrations"] is False
    assert "9999" in body["checks"][0]["why"]


def test_a_newer_schema_is_ready_enough(dependencies: ApiDependencies, api_settings: ApiSettings) -> None:
    """Another release has upgraded the database, and this one works on until it is replaced."""
    body = Caller(create_app(replace(dependencies, expected_revision="0001"), api_settings)).get("/readyz", expect=503)
    assert checks_of(body)["migrations"] is True
    assert "newer" in body["checks"][0]["why"]


def test_without_redis_not_ready_but_alive(
    dependencies: ApiDependencies, api_settings: ApiSettings, unreachable_redis: Redis
) -> None:
    nobody = Caller(create_app(replace(dependencies, heartbeats=RedisHeartbeats(unreachable_redis)), api_settings))
    assert checks_of(nobody.get("/readyz", expect=503)) == {
        "migrations": True, "redis": False, "worker": False, "scheduler": False,
    }  # fmt: skip
    nobody.get("/healthz")


def test_without_a_database_not_ready_but_alive(dependencies: ApiDependencies, api_settings: ApiSettings) -> None:
    nowhere = Database("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")
    services = replace(dependencies.services, database=nowhere)
    nobody = Caller(create_app(replace(dependencies, services=services), api_settings))
    assert checks_of(nobody.get("/readyz", expect=503))["migrations"] is False
    nobody.get("/healthz")
    assert nobody.send("GET", "/metrics").status_code == 200


def test_a_heartbeat_fades(redis_client: Redis) -> None:
    heartbeats = RedisHeartbeats(redis_client)
    heartbeats.beat("worker", "w1")
    assert heartbeats.seen("worker") == ("w1",)
    assert heartbeats.seen("scheduler") == ()
    assert 0 < int(redis_client.ttl("heartbeat:worker:w1")) <= 15


def test_a_missed_heartbeat_hurts_nobody(unreachable_redis: Redis) -> None:
    heartbeats = RedisHeartbeats(unreachable_redis)
    heartbeats.beat("worker", "w1")
    with pytest.raises(Unavailable):
        heartbeats.seen("worker")
    assert RedisQueueLengths(unreachable_redis)() == {}


def test_metrics_count_requests_by_route_and_never_by_id(ada: Caller, nobody: Caller) -> None:
    ada.get(f"/api/users/{ada.user_id}")
    nobody.get("/api/users/17", expect=401)
    nobody.get("/phpmyadmin", expect=404)
    page = nobody.send("GET", "/metrics").text
    assert 'dialer_http_requests_total{method="GET",route="/api/users/<user_id>",status="200"} 1.0' in page
    assert 'dialer_http_requests_total{method="GET",route="/api/users/<user_id>",status="401"} 1.0' in page
    assert 'route="(unknown)",status="404"} 1.0' in page
    assert str(ada.user_id) not in page
    assert "phpmyadmin" not in page


def test_metrics_sum_over_all_tenants(ada: Caller, cleo: Caller, nobody: Caller, owner_database: Database) -> None:
    for owner in (ada, cleo):
        with owner_database.transaction() as tx:
            tx.session.connection().exec_driver_sql(_AGENT, (str(owner.tenant_id),))
    assert 'dialer_agents{state="available"} 2.0' in nobody.send("GET", "/metrics").text


def test_metrics_tell_how_long_queues_are(nobody: Caller, redis_client: Redis) -> None:
    redis_client.rpush("dialing", "task", "task")
    assert 'dialer_queue_length{queue="dialing"} 2.0' in nobody.send("GET", "/metrics").text


def test_floor_is_read_at_most_every_few_seconds(nobody: Caller, redis_client: Redis) -> None:
    before = nobody.send("GET", "/metrics").text
    redis_client.rpush("dialing", "task")
    assert 'dialer_queue_length{queue="dialing"} 0.0' in before
    assert 'dialer_queue_length{queue="dialing"} 0.0' in nobody.send("GET", "/metrics").text


_AGENT = """
    insert into agents (id, tenant_id, name, status, max_concurrent_calls, working_hours, is_active, held_call_ids,
                        idle_since, created_at, updated_at)
    values (gen_random_uuid(), %s, 'Ben', 'available', 1, '{}', true, '{}', now(), now(), now())
"""
