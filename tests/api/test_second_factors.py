"""Authenticator apps: set up, asked for, lost."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from dialer.domain.one_time_codes import STEP_SECONDS, code_at, parse_secret, step_at
from dialer.store.session import Database
from tests.fakes import FrozenClock
from tests.fixtures_cast import PASSWORD, Caller
from tests.store.races import at_once

LOGIN = {"email": "ada@example.com", "password": PASSWORD}


class App:
    """Somebody's authenticator app, and the recovery codes on a slip of paper."""

    def __init__(self, owner: Caller, clock: FrozenClock):
        self.clock = clock
        enrolment = owner.post("/api/auth/second-factor", json={"password": PASSWORD}, expect=201)
        self.secret, self.url = enrolment["secret"], enrolment["otpauth_url"]
        self.codes = owner.post("/api/auth/second-factor/confirm", json={"code": self.code})["recovery_codes"]
        clock.advance(seconds=STEP_SECONDS)

    @property
    def code(self) -> str:
        return code_at(parse_secret(self.secret), step_at(self.clock.at))


@pytest.fixture
def phone(ada: Caller, clock: FrozenClock) -> App:
    """Ada's app, set up and confirmed; its next code is fresh."""
    return App(ada, clock)


def challenge(nobody: Caller) -> str:
    body = nobody.post("/api/auth/login", json=LOGIN, expect=202)
    assert body["second_factor_required"] is True
    assert "token" not in body
    return str(body["challenge_token"])


def second_step(nobody: Caller, token: str, code: str, *, expect: int = 200) -> Any:
    return nobody.post("/api/auth/login/second-factor", json={"challenge_token": token, "code": code}, expect=expect)


def test_a_login_takes_a_code_once_the_app_is_confirmed(ada: Caller, nobody: Caller, phone: App) -> None:
    assert ada.get("/api/auth/second-factor")["is_enabled"] is True
    body = second_step(nobody, challenge(nobody), phone.code)
    assert body["user"]["id"] == str(ada.user_id)
    assert body["token"]


def test_until_it_is_confirmed_nothing_changes(ada: Caller, nobody: Caller) -> None:
    ada.post("/api/auth/second-factor", json={"password": PASSWORD}, expect=201)
    ada.post("/api/auth/second-factor/confirm", json={"code": "000000"}, expect=400)
    nobody.post("/api/auth/login", json=LOGIN)


def test_setting_up_takes_the_password(ada: Caller) -> None:
    body = ada.post("/api/auth/second-factor", json={"password": "something else"}, expect=400)
    assert body["fields"][0]["field"] == "password"


def test_the_address_for_the_app_names_secret_account_and_issuer(phone: App) -> None:
    parts = urlsplit(phone.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Dialer%3Aada%40example.com")
    assert parse_qs(parts.query) == {"secret": [phone.secret], "issuer": ["Dialer"]}


def test_a_code_is_good_once(nobody: Caller, phone: App) -> None:
    code = phone.code
    second_step(nobody, challenge(nobody), code)
    second_step(nobody, challenge(nobody), code, expect=401)


def test_of_two_uses_of_a_code_at_once_one_wins(nobody: Caller, phone: App) -> None:
    tokens, code = [challenge(nobody), challenge(nobody)], phone.code

    def use(token: str) -> int:
        said = {"challenge_token": token, "code": code}
        return nobody.send("POST", "/api/auth/login/second-factor", json=said).status_code

    assert sorted(at_once(*[lambda token=token: use(token) for token in tokens])) == [200, 401]


@pytest.mark.parametrize(("seconds", "status"), [(-STEP_SECONDS, 200), (STEP_SECONDS, 200), (3 * STEP_SECONDS, 401)])
def test_a_clock_may_be_wrong_by_one_step(
    nobody: Caller, phone: App, clock: FrozenClock, seconds: int, status: int
) -> None:
    clock.advance(seconds=5 * STEP_SECONDS)
    token, code = challenge(nobody), code_at(parse_secret(phone.secret), step_at(clock.at + timedelta(seconds=seconds)))
    second_step(nobody, token, code, expect=status)


def test_a_challenge_is_good_once_and_for_five_minutes(nobody: Caller, phone: App, clock: FrozenClock) -> None:
    token = challenge(nobody)
    second_step(nobody, token, phone.code)
    clock.advance(seconds=STEP_SECONDS)
    second_step(nobody, token, phone.code, expect=401)
    late = challenge(nobody)
    clock.advance(minutes=5)
    second_step(nobody, late, phone.code, expect=401)


def test_a_challenge_bears_five_codes(nobody: Caller, phone: App, clock: FrozenClock) -> None:
    token = challenge(nobody)
    for _ in range(5):
        second_step(nobody, token, "000000", expect=401)
    second_step(nobody, token, phone.code, expect=401)


def test_guessing_codes_gets_slow_whatever_the_challenge(nobody: Caller, phone: App) -> None:
    for _ in range(6):
        second_step(nobody, challenge(nobody), "000000", expect=401)
    second_step(nobody, challenge(nobody), phone.code, expect=429)


def test_a_challenge_opens_no_door(app: Any, nobody: Caller, phone: App) -> None:
    Caller(app, token=challenge(nobody)).get("/api/auth/me", expect=401)


def test_a_recovery_code_takes_the_place_of_the_app_once(ada: Caller, nobody: Caller, phone: App) -> None:
    second_step(nobody, challenge(nobody), phone.codes[0].lower().replace("-", " "))
    second_step(nobody, challenge(nobody), phone.codes[0], expect=401)
    assert ada.get("/api/auth/second-factor")["recovery_codes_left"] == 9


def test_secret_and_recovery_codes_are_not_readable_in_the_database(phone: App, owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        stored = tx.session.execute(
            text("select (select string_agg(f::text, '') from second_factors f) "
                 "|| (select string_agg(c::text, '') from recovery_codes c) "
                 "|| (select string_agg(a::text, '') from audit_log a)")
        ).scalar_one()  # fmt: skip
    assert phone.secret not in stored
    assert not [code for code in phone.codes if code.replace("-", "") in stored]


def test_a_new_password_ends_half_finished_logins(ada: Caller, nobody: Caller, phone: App) -> None:
    token = challenge(nobody)
    ada.put("/api/auth/password", json={"current_password": PASSWORD, "new_password": "battery horse"})
    second_step(nobody, token, phone.code, expect=401)


def test_the_app_is_taken_off_with_the_password(ada: Caller, nobody: Caller, phone: App) -> None:
    ada.post("/api/auth/second-factor/disable", json={"password": "something else"}, expect=400)
    nobody.post("/api/auth/login", json=LOGIN, expect=202)
    ada.post("/api/auth/second-factor/disable", json={"password": PASSWORD})
    nobody.post("/api/auth/login", json=LOGIN)
    ada.post("/api/auth/second-factor/disable", json={"password": PASSWORD}, expect=409)


def test_a_confirmed_app_is_not_replaced_by_another(ada: Caller, phone: App) -> None:
    ada.post("/api/auth/second-factor", json={"password": PASSWORD}, expect=409)
    ada.post("/api/auth/second-factor/confirm", json={"code": phone.code}, expect=409)


def test_an_admin_takes_off_a_colleagues_app_but_no_owners(
    ada: Caller, dana: Caller, ben: Caller, cleo: Caller, nobody: Caller, clock: FrozenClock
) -> None:
    App(ben, clock)
    App(ada, clock)
    cleo.delete(f"/api/users/{ben.user_id}/second-factor", expect=404)
    dana.delete(f"/api/users/{ada.user_id}/second-factor", expect=403)
    dana.delete(f"/api/users/{ben.user_id}/second-factor")
    ben.get("/api/auth/me", expect=401)
    nobody.post("/api/auth/login", json={**LOGIN, "email": "ben@example.com"})
    dana.delete(f"/api/users/{ben.user_id}/second-factor", expect=409)
    ada.delete(f"/api/users/{ada.user_id}/second-factor", expect=409)


# A tenant that wants them of its admins


def test_whoever_wants_it_of_others_has_one(ada: Caller) -> None:
    ada.put("/api/settings/access", json={"admins_need_second_factor": True}, expect=409)
    assert ada.get("/api/settings/access")["admins_need_second_factor"] is False


def test_an_admin_without_one_may_do_what_an_agent_may_until_it_is_set_up(
    ada: Caller, dana: Caller, sam: Caller, cleo: Caller, phone: App, clock: FrozenClock
) -> None:
    ada.put("/api/settings/access", json={"admins_need_second_factor": True})
    assert dana.get("/api/users", expect=403)["code"] == "second_factor_needed"
    assert dana.get("/api/auth/second-factor")["is_required"] is True
    assert sam.get("/api/auth/second-factor")["is_required"] is False
    for untouched in (ada, cleo):
        untouched.get("/api/users")
    sam.get("/api/calls")
    App(dana, clock)
    dana.get("/api/users")
    ada.put("/api/settings/access", json={"admins_need_second_factor": False})
