"""Registering, logging in and out, refreshing, and the users of a tenant."""

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from flask import Flask

from dialer.store.session import Database
from dialer.usecases.sessions import REFRESH_GRACE, SESSION_LIFETIME
from tests.fakes import FrozenClock
from tests.fixtures_cast import PASSWORD, Caller
from tests.fixtures_services import JWT_SECRET

NEW = {"email": "eve@example.com", "password": PASSWORD, "first_name": "Eve", "last_name": "Example"}
LOGIN = {"email": "ada@example.com", "password": PASSWORD}


def with_token(app: Flask, token: str) -> Caller:
    return Caller(app, token=token)


# Registering


def test_registering_without_a_tenant_founds_one_and_owns_it(nobody: Caller) -> None:
    body = nobody.post("/api/auth/register", json={**NEW, "role": "agent", "phone": "+1 415 555 1234"}, expect=201)
    assert body["success"] is True
    assert body["message"] == "User registered successfully"
    assert body["user"]["role"] == "owner"
    assert body["user"]["phone"] == "+14155551234"
    assert body["expires_in"] == 3600
    assert {"id", "email", "role", "tenant_id", "first_name", "last_name", "name"} <= set(body["user"])


def test_registering_takes_the_other_documents_body(nobody: Caller) -> None:
    body = nobody.post(
        "/api/auth/register",
        json={"email": "eve@example.com", "password": PASSWORD, "name": "Eve van Example"},
        expect=201,
    )
    assert body["user"]["name"] == "Eve van Example"
    assert (body["user"]["first_name"], body["user"]["last_name"]) == ("Eve", "van Example")


def test_the_token_of_a_registration_is_good_at_once(app: Flask, nobody: Caller) -> None:
    body = nobody.post("/api/auth/register", json=NEW, expect=201)
    me = with_token(app, body["token"]).get("/api/auth/me")
    assert me["user"]["email"] == me["email"] == "eve@example.com"
    assert me["name"] == "Eve Example"


def test_two_founders_have_two_tenants(ada: Caller, cleo: Caller) -> None:
    assert ada.tenant_id != cleo.tenant_id


@pytest.mark.parametrize("role", ["admin", "supervisor", "agent"])
def test_an_admin_registers_colleagues(dana: Caller, role: str) -> None:
    body = dana.post("/api/auth/register", json={**NEW, "tenant_id": str(dana.tenant_id), "role": role}, expect=201)
    assert (body["user"]["tenant_id"], body["user"]["role"]) == (str(dana.tenant_id), role)


def test_a_colleague_is_an_agent_unless_said_otherwise(ada: Caller) -> None:
    body = ada.post("/api/auth/register", json={**NEW, "tenant_id": str(ada.tenant_id)}, expect=201)
    assert body["user"]["role"] == "agent"


def test_nobody_names_themself_into_a_tenant(ada: Caller, sam: Caller, cleo: Caller, nobody: Caller) -> None:
    wanted = {**NEW, "tenant_id": str(ada.tenant_id)}
    for outsider in (nobody, cleo, sam):
        outsider.post("/api/auth/register", json=wanted, expect=403)
    ada.post("/api/auth/register", json=wanted, expect=201)


def test_an_unknown_tenant_is_refused_like_a_foreign_one(ada: Caller) -> None:
    body = ada.post("/api/auth/register", json={**NEW, "tenant_id": str(uuid.uuid4())}, expect=403)
    assert body["code"] == "forbidden"


def test_an_admin_makes_no_owner(dana: Caller, ada: Caller) -> None:
    wanted = {**NEW, "tenant_id": str(ada.tenant_id), "role": "owner"}
    dana.post("/api/auth/register", json=wanted, expect=403)
    ada.post("/api/auth/register", json=wanted, expect=201)


def test_registering_into_a_tenant_with_a_bad_token_is_unauthenticated(app: Flask, ada: Caller) -> None:
    with_token(app, "junk").post("/api/auth/register", json={**NEW, "tenant_id": str(ada.tenant_id)}, expect=401)


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.COM"])
def test_an_email_is_registered_once_over_all_tenants(ada: Caller, nobody: Caller, email: str) -> None:
    body = nobody.post("/api/auth/register", json={**NEW, "email": email}, expect=409)
    assert body["code"] == "conflict"


def test_a_refused_registration_leaves_no_tenant_behind(ada: Caller, nobody: Caller, owner_database: Database) -> None:
    nobody.post("/api/auth/register", json={**NEW, "email": "ada@example.com"}, expect=409)
    with owner_database.transaction() as tx:
        assert tx.session.connection().exec_driver_sql("select count(*) from tenants").scalar_one() == 1


def test_of_two_registrations_at_the_same_moment_one_wins(app: Flask, nobody: Caller) -> None:
    barrier = threading.Barrier(2)
    statuses: list[int] = []

    def register() -> None:
        barrier.wait()
        statuses.append(nobody.send("POST", "/api/auth/register", json=NEW).status_code)

    threads = [threading.Thread(target=register) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409]


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "eve"), ("email", "eve@localhost"), ("email", "e ve@example.com"), ("email", "eve@example.com\nx"),
     ("email", "eve@-example.com"), ("email", "a" * 250 + "@example.com"), ("email", "@example.com"), ("email", None),
     ("password", "short"), ("password", "x" * 201), ("password", 12345678), ("first_name", ""), ("first_name", " "),
     ("first_name", "x" * 101), ("phone", "12"), ("phone", "hello"), ("phone", "4155551234"), ("role", "king"),
     ("tenant_id", "x"), ("is_admin", True)],
)  # fmt: skip
def test_bad_registrations_name_the_field(nobody: Caller, field: str, value: object) -> None:
    body = nobody.post("/api/auth/register", json={**NEW, field: value}, expect=400)
    assert [wrong["field"] for wrong in body["fields"]] == [field]


@pytest.mark.parametrize("missing", ["email", "password", "first_name"])
def test_registering_needs_email_password_and_a_name(nobody: Caller, missing: str) -> None:
    body = nobody.post("/api/auth/register", json={k: v for k, v in NEW.items() if k != missing}, expect=400)
    assert missing in body["error"]


# Logging in


def test_login_answers_like_registering(ada: Caller, nobody: Caller) -> None:
    body = nobody.post("/api/auth/login", json=LOGIN)
    assert body["user"]["id"] == str(ada.user_id)
    assert body["user"]["last_login_at"] is not None
    assert body["token"]
    assert body["refresh_token"]


def test_login_ignores_the_case_of_the_address(ada: Caller, nobody: Caller) -> None:
    body = nobody.post("/api/auth/login", json={**LOGIN, "email": "Ada@EXAMPLE.com"})
    assert body["user"]["id"] == str(ada.user_id)


def test_spaces_belong_to_a_password(nobody: Caller) -> None:
    nobody.post("/api/auth/register", json={**NEW, "password": "  eight or more "}, expect=201)
    nobody.post("/api/auth/login", json={"email": NEW["email"], "password": "eight or more"}, expect=401)
    nobody.post("/api/auth/login", json={"email": NEW["email"], "password": "  eight or more "})


def test_wrong_password_and_unknown_address_are_told_the_same(ada: Caller, nobody: Caller) -> None:
    wrong = nobody.post("/api/auth/login", json={**LOGIN, "password": "something else"}, expect=401)
    unknown = nobody.post("/api/auth/login", json={**LOGIN, "email": "nobody@example.com"}, expect=401)
    assert wrong == unknown


# Tokens


def claims_of(caller: Caller) -> dict[str, Any]:
    return jwt.decode(caller.token, options={"verify_signature": False})


def test_access_token_names_tenant_session_and_role_for_an_hour(ada: Caller) -> None:
    claims = claims_of(ada)
    assert claims["tenant_id"] == str(ada.tenant_id)
    assert claims["role"] == "owner"
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    "forge",
    [
        lambda claims: jwt.encode(claims, "another-secret-that-is-long-enough-to-be-one", algorithm="HS256"),
        lambda claims: jwt.encode(claims, None, algorithm="none"),
        lambda claims: jwt.encode(claims, JWT_SECRET * 2, algorithm="HS512"),
        lambda claims: jwt.encode({**claims, "type": "refresh"}, JWT_SECRET, algorithm="HS256"),
        lambda claims: jwt.encode({k: v for k, v in claims.items() if k != "sid"}, JWT_SECRET, algorithm="HS256"),
        lambda claims: jwt.encode({**claims, "tenant_id": "x"}, JWT_SECRET, algorithm="HS256"),
        lambda claims: jwt.encode({**claims, "sub": 5}, JWT_SECRET, algorithm="HS256"),
        lambda claims: jwt.encode({**claims, "type": ["access"]}, JWT_SECRET, algorithm="HS256"),
    ],
)
def test_forged_tokens_are_refused_in_one_text(app: Flask, ada: Caller, forge: Any) -> None:
    body = with_token(app, forge(claims_of(ada))).get("/api/auth/me", expect=401)
    assert body["error"] == "The token is not valid."


def test_a_genuine_token_with_another_tenant_finds_no_session(app: Flask, ada: Caller, cleo: Caller) -> None:
    mixed = jwt.encode({**claims_of(cleo), "tenant_id": str(ada.tenant_id)}, JWT_SECRET, algorithm="HS256")
    with_token(app, mixed).get("/api/auth/me", expect=401)


def test_expired_token_is_refused(app: Flask, ada: Caller) -> None:
    past = datetime.now(UTC) - timedelta(seconds=5)
    expired = jwt.encode({**claims_of(ada), "exp": past}, JWT_SECRET, algorithm="HS256")
    assert with_token(app, expired).get("/api/auth/me", expect=401)["code"] == "token_expired"


def test_refresh_token_opens_no_door(app: Flask, ada: Caller) -> None:
    with_token(app, ada.refresh_token).get("/api/auth/me", expect=401)


def test_access_token_refreshes_nothing(ada: Caller, nobody: Caller) -> None:
    nobody.post("/api/auth/refresh", json={"refresh_token": ada.token}, expect=401)


def test_refreshing_gives_a_new_pair(app: Flask, ada: Caller, nobody: Caller) -> None:
    body = nobody.post("/api/auth/refresh", json={"refresh_token": ada.refresh_token})
    assert body["refresh_token"] != ada.refresh_token
    with_token(app, body["token"]).get("/api/auth/me", expect=200)
    nobody.post("/api/auth/refresh", json={"refresh_token": body["refresh_token"]}, expect=200)


def test_a_refresh_token_used_twice_ends_the_whole_session(
    app: Flask, ada: Caller, nobody: Caller, clock: FrozenClock
) -> None:
    fresh = nobody.post("/api/auth/refresh", json={"refresh_token": ada.refresh_token})
    clock.at += REFRESH_GRACE + timedelta(seconds=1)
    nobody.post("/api/auth/refresh", json={"refresh_token": ada.refresh_token}, expect=401)
    nobody.post("/api/auth/refresh", json={"refresh_token": fresh["refresh_token"]}, expect=401)
    with_token(app, fresh["token"]).get("/api/auth/me", expect=401)


def test_a_session_unused_for_two_weeks_is_over(ada: Caller, nobody: Caller, clock: FrozenClock) -> None:
    clock.at += SESSION_LIFETIME
    nobody.post("/api/auth/refresh", json={"refresh_token": ada.refresh_token}, expect=401)
    ada.get("/api/auth/me", expect=401)


def test_logging_out_ends_this_session_and_no_other(app: Flask, ada: Caller, nobody: Caller) -> None:
    other = with_token(app, nobody.post("/api/auth/login", json=LOGIN)["token"])
    assert ada.post("/api/auth/logout")["message"] == "Logged out successfully"
    ada.get("/api/auth/me", expect=401)
    nobody.post("/api/auth/refresh", json={"refresh_token": ada.refresh_token}, expect=401)
    other.get("/api/auth/me")


def test_a_new_password_ends_the_other_sessions(app: Flask, ada: Caller, nobody: Caller) -> None:
    other = with_token(app, nobody.post("/api/auth/login", json=LOGIN)["token"])
    ada.put("/api/auth/password", json={"current_password": PASSWORD, "new_password": "battery horse"})
    ada.get("/api/auth/me")
    other.get("/api/auth/me", expect=401)
    nobody.post("/api/auth/login", json=LOGIN, expect=401)
    nobody.post("/api/auth/login", json={**LOGIN, "password": "battery horse"})


def test_a_new_password_needs_the_current_one(ada: Caller, nobody: Caller) -> None:
    wrong = {"current_password": "something else", "new_password": "battery horse"}
    assert ada.put("/api/auth/password", json=wrong, expect=400)["fields"][0]["field"] == "current_password"
    nobody.post("/api/auth/login", json=LOGIN)


# Users


def test_admins_list_their_users_and_no_others(dana: Caller, ben: Caller, cleo: Caller) -> None:
    body = dana.get("/api/users")
    assert [user["first_name"] for user in body["users"]] == ["Ada", "Ben", "Dana"]
    assert (body["count"], body["total"]) == (3, 3)


def test_users_are_filtered_and_paged(ada: Caller, dana: Caller, ben: Caller) -> None:
    assert [user["first_name"] for user in ada.get("/api/users", query={"role": "agent"})["users"]] == ["Ben"]
    page = ada.get("/api/users", query={"limit": 1, "offset": 1})
    assert ([user["first_name"] for user in page["users"]], page["total"]) == (["Ben"], 3)
    assert ada.get("/api/users", query={"is_active": "false"})["users"] == []


def test_a_change_of_role_holds_from_the_next_request(ada: Caller, ben: Caller) -> None:
    ben.get("/api/users", expect=403)
    ada.put(f"/api/users/{ben.user_id}", json={"role": "admin"})
    ben.get("/api/users")


def test_deactivating_ends_every_session_at_once(ada: Caller, ben: Caller, nobody: Caller) -> None:
    ada.put(f"/api/users/{ben.user_id}", json={"is_active": False})
    ben.get("/api/auth/me", expect=401)
    nobody.post("/api/auth/refresh", json={"refresh_token": ben.refresh_token}, expect=401)
    nobody.post("/api/auth/login", json={**LOGIN, "email": "ben@example.com"}, expect=401)


def test_a_user_switched_off_in_the_database_is_out_as_well(ben: Caller, owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        tx.session.connection().exec_driver_sql("update users set is_active = false where email = 'ben@example.com'")
    ben.get("/api/auth/me", expect=401)


def test_reactivating_revives_no_old_session(ada: Caller, ben: Caller, nobody: Caller) -> None:
    ada.put(f"/api/users/{ben.user_id}", json={"is_active": False})
    ada.put(f"/api/users/{ben.user_id}", json={"is_active": True})
    ben.get("/api/auth/me", expect=401)
    nobody.post("/api/auth/login", json={**LOGIN, "email": "ben@example.com"})


def test_what_is_not_sent_stays(ada: Caller, ben: Caller) -> None:
    user = ada.put(f"/api/users/{ben.user_id}", json={"last_name": "Other"})["user"]
    assert (user["name"], user["role"], user["is_active"]) == ("Ben Other", "agent", True)


def test_cleo_sees_and_changes_nobody_on_adas_floor(cleo: Caller, ben: Caller) -> None:
    cleo.get(f"/api/users/{ben.user_id}", expect=404)
    cleo.put(f"/api/users/{ben.user_id}", json={"role": "admin"}, expect=404)


def test_nobody_changes_somebody_above_themselves(dana: Caller, ada: Caller, ben: Caller) -> None:
    dana.put(f"/api/users/{ada.user_id}", json={"is_active": False}, expect=403)
    dana.put(f"/api/users/{ben.user_id}", json={"role": "owner"}, expect=403)


@pytest.mark.parametrize("change", [{"role": "agent"}, {"is_active": False}])
def test_a_tenant_keeps_its_owner(ada: Caller, change: dict[str, object]) -> None:
    assert ada.put(f"/api/users/{ada.user_id}", json=change, expect=409)["code"] == "conflict"
    ada.put(f"/api/users/{ada.user_id}", json={"role": "owner", "is_active": True, "first_name": "Ada"})
