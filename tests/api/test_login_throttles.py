"""Guessing passwords gets slower and slower; whoever comes from the usual place does not notice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.networks import Network
from tests.fakes import FrozenClock
from tests.fixtures_cast import PASSWORD, Caller

LOGIN = {"email": "ada@example.com", "password": PASSWORD}
FREE = 5


@pytest.fixture
def home(app: Flask, ada: Caller) -> Network:
    """Where Ada has logged in before."""
    network = Network(app, "198.51.100.7")
    network.post("/api/auth/login", json=LOGIN)
    return network


@pytest.fixture
def elsewhere(app: Flask) -> Network:
    """Where nobody of the cast has ever been."""
    return Network(app, "203.0.113.9")


class CountingPasswords:
    """Fits nothing, and counts what is asked."""

    def __init__(self) -> None:
        self.hashed: list[str] = []
        self.verified: list[str] = []

    def hash(self, password: str) -> str:
        self.hashed.append(password)
        return "decoy"

    def verify(self, password_hash: str, password: str) -> bool:
        self.verified.append(password_hash)
        return False

    def is_outdated(self, password_hash: str) -> bool:
        return False


def test_after_some_failures_one_waits_and_is_told_how_long(ada: Caller, elsewhere: Network) -> None:
    elsewhere.fail(LOGIN["email"], FREE + 1)
    response = elsewhere.send("/api/auth/login", LOGIN)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    assert response.get_json()["code"] == "rate_limited"


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(
    ada: Caller, elsewhere: Network, clock: FrozenClock
) -> None:
    waits = []
    elsewhere.fail(LOGIN["email"], FREE)
    for _ in range(12):
        elsewhere.fail(LOGIN["email"], 1)
        waits.append(int(elsewhere.send("/api/auth/login", LOGIN).headers["Retry-After"]))
        clock.at += timedelta(seconds=waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_when_the_wait_is_over_the_right_password_is_good(ada: Caller, elsewhere: Network, clock: FrozenClock) -> None:
    elsewhere.fail(LOGIN["email"], FREE + 1)
    clock.at += timedelta(seconds=1)
    assert elsewhere.post("/api/auth/login", json=LOGIN)["user"]["email"] == LOGIN["email"]


def test_an_attacker_elsewhere_does_not_shut_the_owner_out(home: Network, elsewhere: Network) -> None:
    elsewhere.fail(LOGIN["email"], FREE + 3)
    elsewhere.post("/api/auth/login", json=LOGIN, expect=429)
    home.post("/api/auth/login", json=LOGIN)


def test_at_the_usual_place_guessing_is_slowed_down_as_well(home: Network) -> None:
    home.fail(LOGIN["email"], FREE + 1)
    home.post("/api/auth/login", json=LOGIN, expect=429)


def test_logging_in_at_the_usual_place_gives_an_attacker_no_new_tries(home: Network, elsewhere: Network) -> None:
    elsewhere.fail(LOGIN["email"], FREE + 1)
    home.post("/api/auth/login", json=LOGIN)
    elsewhere.post("/api/auth/login", json=LOGIN, expect=429)


def test_addresses_of_one_ipv6_network_are_one_place(app: Flask, ada: Caller) -> None:
    for host in range(FREE + 1):
        Network(app, f"2001:db8:1:2::{host:x}").fail(LOGIN["email"], 1)
    Network(app, "2001:db8:1:2:ffff::1").post("/api/auth/login", json=LOGIN, expect=429)


def test_a_network_that_tries_many_accounts_is_slowed_down_for_all_of_them(ada: Caller, elsewhere: Network) -> None:
    for number in range(51):
        elsewhere.fail(f"nobody{number}@example.com", 1)
    elsewhere.post("/api/auth/login", json=LOGIN, expect=429)


def test_an_account_that_does_not_exist_is_throttled_alike(ada: Caller, elsewhere: Network) -> None:
    elsewhere.fail("nobody@example.com", FREE + 1)
    unknown = elsewhere.send("/api/auth/login", {**LOGIN, "email": "nobody@example.com"})
    elsewhere.fail(LOGIN["email"], FREE + 1)
    known = elsewhere.send("/api/auth/login", LOGIN)
    assert (unknown.status_code, unknown.get_json()) == (known.status_code, known.get_json()) == (429, known.get_json())
    assert unknown.headers["Retry-After"] == known.headers["Retry-After"]


def test_failures_outlive_a_flushed_redis(ada: Caller, elsewhere: Network, redis_client: Any) -> None:
    elsewhere.fail(LOGIN["email"], FREE + 1)
    redis_client.flushall()
    elsewhere.post("/api/auth/login", json=LOGIN, expect=429)


def test_a_burst_gets_no_more_tries_than_one_after_the_other(ada: Caller, elsewhere: Network) -> None:
    barrier, statuses = threading.Barrier(12), []

    def guess() -> None:
        barrier.wait(timeout=10)
        statuses.append(elsewhere.send("/api/auth/login", {**LOGIN, "password": "no such one"}).status_code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [401] * (FREE + 1) + [429] * (12 - FREE - 1)


def test_known_and_unknown_addresses_cost_the_same_work(services: Services, ada: Caller, elsewhere: Network) -> None:
    for email in ("ada@example.com", "nobody@example.com"):
        passwords = CountingPasswords()
        object.__setattr__(services, "passwords", passwords)
        elsewhere.post("/api/auth/login", json={**LOGIN, "email": email}, expect=401)
        assert len(passwords.verified) == 1, email


def test_while_one_waits_no_hash_is_computed(services: Services, ada: Caller, elsewhere: Network) -> None:
    elsewhere.fail(LOGIN["email"], FREE + 1)
    passwords = CountingPasswords()
    object.__setattr__(services, "passwords", passwords)
    elsewhere.post("/api/auth/login", json=LOGIN, expect=429)
    assert (passwords.verified, passwords.hashed) == ([], [])


def test_a_hash_of_an_older_cost_is_replaced_at_the_next_login(
    services: Services, ada: Caller, nobody: Caller, owner_database: Database
) -> None:
    from dialer.integrations.passwords import Argon2Passwords

    dearer = Argon2Passwords(time_cost=2, memory_kibibytes=16, parallelism=1)
    object.__setattr__(services, "passwords", dearer)
    nobody.post("/api/auth/login", json=LOGIN)
    with owner_database.transaction() as tx:
        stored = tx.session.execute(
            text("select password_hash from users where email = 'ada@example.com'")
        ).scalar_one()
    assert not dearer.is_outdated(stored)
    nobody.post("/api/auth/login", json=LOGIN)


def test_wrong_guesses_at_ones_own_password_are_counted_too(ben: Caller) -> None:
    wrong = {"current_password": "something else", "new_password": "battery horse"}
    for _ in range(FREE + 1):
        ben.put("/api/auth/password", json=wrong, expect=400)
    ben.put("/api/auth/password", json={**wrong, "current_password": PASSWORD}, expect=429)


def test_after_a_day_without_failures_all_is_forgotten(ada: Caller, elsewhere: Network, clock: FrozenClock) -> None:
    elsewhere.fail(LOGIN["email"], FREE)
    clock.at += timedelta(hours=25)
    elsewhere.fail(LOGIN["email"], FREE)
    assert elsewhere.post("/api/auth/login", json=LOGIN)["user"]["email"] == LOGIN["email"]
