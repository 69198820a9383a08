"""So many requests per minute and user, told on every answer."""

from dataclasses import replace

import pytest
from flask import Flask
from redis import Redis

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from dialer.integrations.redis.rate_limiter import RedisRateLimiter
from tests.fixtures_cast import Caller


@pytest.fixture
def rate_limit() -> int:
    return 3


def test_every_answer_tells_how_one_stands(ben: Caller) -> None:
    first, second = ben.send("GET", "/api/auth/me"), ben.send("GET", "/api/nothing")
    assert [answer.headers["X-RateLimit-Limit"] for answer in (first, second)] == ["3", "3"]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in (first, second)] == ["2", "1"]
    assert 0 < int(second.headers["X-RateLimit-Reset"]) <= 60


def test_the_limit_is_reached_and_not_passed(ben: Caller) -> None:
    for _ in range(3):
        ben.get("/api/auth/me")
    response = ben.send("GET", "/api/auth/me")
    assert response.status_code == 429
    assert response.get_json()["code"] == "rate_limited"
    assert response.get_json()["success"] is False
    assert 0 < int(response.headers["Retry-After"]) <= 60
    assert response.headers["X-RateLimit-Remaining"] == "0"


def test_each_user_has_an_allowance_of_their_own(ada: Caller, ben: Caller) -> None:
    for _ in range(4):
        ben.send("GET", "/api/auth/me")
    ben.get("/api/auth/me", expect=429)
    ada.get("/api/auth/me", expect=200)


def test_a_new_login_is_no_new_allowance(app: Flask, ben: Caller, services: object) -> None:
    from dialer.usecases import access
    from tests.fixtures_cast import PASSWORD, log_in_as

    again = log_in_as(app, access.log_in(services, email="ben@example.com", password=PASSWORD))  # type: ignore[arg-type]
    for _ in range(3):
        ben.get("/api/auth/me")
    again.get("/api/auth/me", expect=429)


def test_without_a_good_token_the_client_address_counts(app: Flask, nobody: Caller) -> None:
    for token in ("", "junk", "other junk"):
        nobody.token = token
        nobody.get("/api/auth/me", expect=401)
    nobody.get("/api/auth/me", expect=429)


def test_unknown_addresses_are_limited_too(nobody: Caller) -> None:
    for _ in range(3):
        nobody.get("/api/nothing", expect=404)
    nobody.get("/api/nothing", expect=429)


@pytest.mark.parametrize("path", ["/healthz", "/webhooks/twilio/status", "/metrics", "/apiary"])
def test_outside_the_api_nothing_is_limited(nobody: Caller, path: str) -> None:
    answers = [nobody.send("GET", path) for _ in range(5)]
    assert {answer.status_code for answer in answers}.isdisjoint({429})
    assert "X-RateLimit-Limit" not in answers[-1].headers


def test_without_redis_nobody_is_limited(dependencies: ApiDependencies, api_settings: ApiSettings) -> None:
    unreachable = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    app = create_app(replace(dependencies, rate_limiter=RedisRateLimiter(unreachable)), api_settings)
    answers = [Caller(app).send("GET", "/api/nothing") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [404] * 5


def test_a_window_begins_with_its_first_request_and_ends(redis_client: Redis) -> None:
    limiter = RedisRateLimiter(redis_client)
    standings = [limiter.count("ada", limit=2, window_seconds=60) for _ in range(3)]
    assert [standing.remaining for standing in standings] == [1, 0, 0]
    assert [standing.is_over for standing in standings] == [False, False, True]
    redis_client.pexpire("rate:ada", 0)
    assert limiter.count("ada", limit=2, window_seconds=60).remaining == 1


def test_peeking_counts_nothing(redis_client: Redis) -> None:
    limiter = RedisRateLimiter(redis_client)
    assert [limiter.peek("ada", limit=2, window_seconds=60).counted for _ in range(2)] == [0, 0]
    assert redis_client.keys() == []


def test_no_key_lives_for_ever(redis_client: Redis) -> None:
    limiter = RedisRateLimiter(redis_client)
    redis_client.set("rate:ada", 5)
    limiter.count("ada", limit=2, window_seconds=60)
    assert 0 < int(redis_client.ttl("rate:ada")) <= 60
    limiter.forget("ada")
    assert limiter.count("ada", limit=2, window_seconds=60).counted == 1


def test_reading_the_documentation_costs_no_allowance(nobody: Caller) -> None:
    for _ in range(5):
        assert nobody.send("GET", "/api/docs").status_code == 200
