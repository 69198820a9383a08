"""Argon2id: the cost, and how many hashes at once."""

import threading

import pytest

from dialer.domain.errors import RateLimited
from dialer.integrations.passwords import Argon2Passwords


def cheap(**options: float) -> Argon2Passwords:
    return Argon2Passwords(time_cost=1, memory_kibibytes=8, parallelism=1, **options)  # type: ignore[arg-type]


def test_the_cost_is_that_of_owasp_and_written_beside_the_hash() -> None:
    passwords = Argon2Passwords()
    stored = passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(stored, "correct horse battery")
    assert not passwords.verify(stored, "correct horse battery ")
    assert not passwords.is_outdated(stored)


def test_hashes_of_another_cost_are_good_and_outdated() -> None:
    older = cheap().hash("correct horse battery")
    assert Argon2Passwords().verify(older, "correct horse battery")
    assert Argon2Passwords().is_outdated(older)


@pytest.mark.parametrize("damaged", ["", "decoy", "$argon2id$v=19$m=8,t=1,p=1$short"])
def test_a_damaged_hash_fits_nothing(damaged: str) -> None:
    assert not cheap().verify(damaged, "x")
    assert cheap().is_outdated(damaged)


def test_whoever_gets_no_turn_is_told_to_come_back() -> None:
    passwords = cheap(at_once=1, max_wait_seconds=0.05)
    held = passwords._turns
    with held, pytest.raises(RateLimited) as refused:
        passwords.hash("correct horse battery")
    assert refused.value.details["retry_after_seconds"] > 0
    assert passwords.hash("correct horse battery")


def test_whoever_finds_too_many_waiting_is_refused_at_once() -> None:
    passwords = cheap(at_once=1, max_waiting=0, max_wait_seconds=60)
    with passwords._seats, pytest.raises(RateLimited):
        passwords.hash("correct horse battery")
    assert passwords.hash("correct horse battery")


def test_a_flood_is_worked_off_a_few_at_a_time() -> None:
    passwords = cheap(at_once=2, max_wait_seconds=10)
    stored, fitting = passwords.hash("x"), []
    threads = [threading.Thread(target=lambda: fitting.append(passwords.verify(stored, "x"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fitting == [True] * 20
