"""A forgotten password: nothing is given away, nothing is good twice."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dialer.domain.errors import MailRefused, Unavailable
from dialer.store.session import Database
from dialer.usecases.mails import send_due_mails
from dialer.usecases.password_resets import RETRY_AFTER, SEND_RESET
from dialer.usecases.services import Services
from tests.builders.networks import Network
from tests.fakes import FrozenClock, RecordingMailer, RecordingQueue
from tests.fixtures_cast import PASSWORD, Caller
from tests.statements import counted
from tests.store.races import at_once

NEW_PASSWORD = "tall giraffes hum"


@pytest.fixture
def ask(nobody: Caller, services: Services, mailer: RecordingMailer) -> Any:
    """Ask for a reset and let the worker send what it sends."""

    def ask_for(email: str = "ada@example.com") -> Any:
        body = nobody.post("/api/auth/password-reset", json={"email": email}, expect=202)
        send_due_mails(services)
        return body

    return ask_for


def confirm(nobody: Caller, token: str, *, expect: int = 200, password: str = NEW_PASSWORD) -> Any:
    return nobody.post(
        "/api/auth/password-reset/confirm", json={"token": token, "new_password": password}, expect=expect
    )


def log_in(nobody: Caller, password: str, *, expect: int = 200) -> Any:
    return nobody.post("/api/auth/login", json={"email": "ada@example.com", "password": password}, expect=expect)


def test_the_link_in_the_mail_sets_a_new_password(ada: Caller, nobody: Caller, ask: Any, mailer: Any) -> None:
    ask("ADA@example.com")
    assert [mail.to for mail in mailer.sent] == ["ada@example.com"]
    confirm(nobody, mailer.token)
    log_in(nobody, PASSWORD, expect=401)
    log_in(nobody, NEW_PASSWORD)


def test_every_session_ends(ada: Caller, nobody: Caller, ask: Any, mailer: Any) -> None:
    ask()
    ada.get("/api/auth/me")
    confirm(nobody, mailer.token)
    ada.get("/api/auth/me", expect=401)
    nobody.post("/api/auth/refresh", json={"refresh_token": ada.refresh_token}, expect=401)


def test_an_unknown_address_is_told_the_same_and_gets_nothing(ada: Caller, ask: Any, mailer: Any) -> None:
    assert ask("nobody@example.com") == ask()
    assert [mail.to for mail in mailer.sent] == ["ada@example.com"]


def test_known_and_unknown_addresses_cost_the_same_statements_and_tasks(
    ada: Caller, nobody: Caller, services: Services, queue: RecordingQueue
) -> None:
    seen = []
    for email in ("ada@example.com", "nobody@example.com"):
        queue.clear()
        with counted(services.database) as statements:
            nobody.post("/api/auth/password-reset", json={"email": email}, expect=202)
        seen.append((len(statements), queue.names))
    assert seen[0] == seen[1]
    assert seen[0][1] == [SEND_RESET]


def test_a_token_is_good_once(ada: Caller, nobody: Caller, ask: Any, mailer: Any) -> None:
    ask()
    confirm(nobody, mailer.token)
    body = confirm(nobody, mailer.token, expect=400, password="another good one")
    assert body["fields"][0]["field"] == "token"
    log_in(nobody, NEW_PASSWORD)


def test_of_two_uses_at_once_one_wins(ada: Caller, nobody: Caller, ask: Any, mailer: Any) -> None:
    ask()
    passwords = ("the first of them", "the second of them")

    def use(password: str) -> int:
        return nobody.send(
            "POST", "/api/auth/password-reset/confirm", json={"token": mailer.token, "new_password": password}
        ).status_code

    statuses = at_once(*[lambda password=password: use(password) for password in passwords])
    assert sorted(statuses) == [200, 400]
    log_in(nobody, passwords[statuses.index(200)])


def test_a_token_is_good_for_an_hour(ada: Caller, nobody: Caller, ask: Any, mailer: Any, clock: FrozenClock) -> None:
    ask()
    clock.at += timedelta(minutes=60)
    confirm(nobody, mailer.token, expect=400)


def test_a_reset_makes_other_links_worthless(ada: Caller, nobody: Caller, ask: Any, mailer: Any) -> None:
    ask()
    first = mailer.token
    ask()
    confirm(nobody, mailer.token)
    confirm(nobody, first, expect=400, password="another good one")


def test_a_password_that_will_not_do_leaves_the_token_good(ada: Caller, nobody: Caller, ask: Any, mailer: Any) -> None:
    ask()
    body = confirm(nobody, mailer.token, expect=400, password="password123")
    assert body["fields"][0]["field"] == "new_password"
    confirm(nobody, mailer.token)


def test_only_hashes_of_tokens_are_kept(ada: Caller, ask: Any, mailer: Any, owner_database: Database) -> None:
    ask()
    with owner_database.transaction() as tx:
        stored = tx.session.execute(text("select t::text from single_use_tokens t")).scalar_one()
        waiting = tx.session.execute(text("select count(*) from password_reset_requests")).scalar_one()
    assert mailer.token not in stored
    assert waiting == 0


@pytest.mark.parametrize("token", ["x", "junk" * 20, "é"])
def test_junk_is_no_token(nobody: Caller, token: str) -> None:
    assert confirm(nobody, token, expect=400)["fields"][0]["field"] == "token"


def test_trying_tokens_gets_slow(app: Flask, nobody: Caller) -> None:
    network = Network(app, "203.0.113.9")
    statuses = {
        network.send(
            "/api/auth/password-reset/confirm", {"token": f"guess{number}", "new_password": NEW_PASSWORD}
        ).status_code
        for number in range(22)
    }
    assert statuses == {400, 429}


def test_a_deactivated_user_gets_no_mail(ada: Caller, ben: Caller, ask: Any, mailer: Any) -> None:
    ada.put(f"/api/users/{ben.user_id}", json={"is_active": False})
    ask("ben@example.com")
    assert mailer.sent == []


def test_one_mailbox_is_not_flooded_and_nobody_is_told(ada: Caller, ask: Any, mailer: Any) -> None:
    answers = [ask() for _ in range(8)]
    assert [answer for answer in answers if answer != answers[0]] == []
    assert len(mailer.sent) == 4


def test_one_network_asks_only_so_often(app: Flask) -> None:
    network = Network(app, "203.0.113.9")
    statuses = [
        network.send("/api/auth/password-reset", {"email": f"somebody{number}@example.com"}).status_code
        for number in range(22)
    ]
    assert statuses == [202] * 21 + [429]


def test_a_mail_server_that_is_away_is_asked_again(
    services: Services, ada: Caller, nobody: Caller, ask: Any, mailer: Any, clock: FrozenClock
) -> None:
    mailer.trouble = Unavailable("away")
    ask()
    mailer.trouble = None
    send_due_mails(services)
    assert mailer.sent == []
    clock.at += RETRY_AFTER
    send_due_mails(services)
    confirm(nobody, mailer.token)
    clock.at += RETRY_AFTER
    assert send_due_mails(services) == 0


def test_a_mail_that_is_refused_is_not_tried_again(
    services: Services, ada: Caller, ask: Any, mailer: Any, clock: FrozenClock
) -> None:
    mailer.trouble = MailRefused("no such mailbox")
    ask()
    clock.at += RETRY_AFTER
    assert send_due_mails(services) == 0


def test_whoever_was_shut_out_by_a_guesser_gets_in_after_a_reset(
    app: Flask, ada: Caller, ask: Any, mailer: Any
) -> None:
    Network(app, "203.0.113.9").fail("ada@example.com", 8)
    journey = Network(app, "192.0.2.55")
    journey.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD}, expect=429)
    ask()
    journey.post("/api/auth/password-reset/confirm", json={"token": mailer.token, "new_password": NEW_PASSWORD})
    journey.post("/api/auth/login", json={"email": "ada@example.com", "password": NEW_PASSWORD})
