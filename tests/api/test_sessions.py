"""Refresh tokens that rotate, sessions that are shown and ended."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dialer.domain.principals import Role
from dialer.store.session import Database
from dialer.usecases import access, sessions
from dialer.usecases.services import Services
from dialer.usecases.sessions import REFRESH_GRACE
from tests.builders.networks import Network
from tests.fakes import FrozenClock
from tests.fixtures_cast import PASSWORD, Caller
from tests.store.races import at_once

LOGIN = {"email": "ada@example.com", "password": PASSWORD}


def with_token(app: Flask, token: str) -> Caller:
    return Caller(app, token=token)


def refresh(nobody: Caller, token: str, *, expect: int = 200) -> Any:
    return nobody.post("/api/auth/refresh", json={"refresh_token": token}, expect=expect)


# Rotation


def test_a_lost_answer_may_be_asked_for_again(app: Flask, ada: Caller, nobody: Caller, clock: FrozenClock) -> None:
    first = refresh(nobody, ada.refresh_token)
    clock.at += REFRESH_GRACE
    again = refresh(nobody, ada.refresh_token)
    with_token(app, again["token"]).get("/api/auth/me")
    # Both answers lead to one and the same next token: exchanged once, it is gone.
    refresh(nobody, again["refresh_token"])
    clock.at += REFRESH_GRACE + timedelta(seconds=1)
    refresh(nobody, first["refresh_token"], expect=401)


def test_two_tabs_that_refresh_at_once_both_stay_in(app: Flask, ada: Caller, nobody: Caller) -> None:
    answers = at_once(*[lambda: refresh(nobody, ada.refresh_token) for _ in range(2)])
    for answer in answers:
        assert with_token(app, answer["token"]).get("/api/auth/me")["user"]["id"] == str(ada.user_id)


def test_a_thief_and_the_owner_cannot_both_go_on(app: Flask, ada: Caller, nobody: Caller, clock: FrozenClock) -> None:
    """Within the grace time both get the same next token; as soon as one uses it, the other's use ends the session."""
    owner, thief = refresh(nobody, ada.refresh_token), refresh(nobody, ada.refresh_token)
    clock.at += timedelta(minutes=30)
    stolen = refresh(nobody, thief["refresh_token"])
    clock.at += timedelta(minutes=30)
    refresh(nobody, owner["refresh_token"], expect=401)
    with_token(app, stolen["token"]).get("/api/auth/me", expect=401)
    refresh(nobody, stolen["refresh_token"], expect=401)


def test_a_token_of_two_generations_ago_ends_the_session_even_at_once(ada: Caller, nobody: Caller) -> None:
    first = refresh(nobody, ada.refresh_token)
    second = refresh(nobody, first["refresh_token"])
    refresh(nobody, ada.refresh_token, expect=401)
    refresh(nobody, second["refresh_token"], expect=401)


def test_reuse_is_noted_in_the_audit_log(ada: Caller, dana: Caller, nobody: Caller, clock: FrozenClock) -> None:
    refresh(nobody, ada.refresh_token)
    clock.at += timedelta(minutes=1)
    refresh(nobody, ada.refresh_token, expect=401)
    entry = dana.get("/api/audit-log", query={"action": "session.ended"})["entries"][0]
    assert entry["actor_id"] == str(ada.user_id)
    assert entry["changes"]["reason"]["after"] == "refresh token reused"


# Shown and ended


def test_one_sees_ones_own_sessions_and_where_they_were_opened(app: Flask, ada: Caller, ben: Caller) -> None:
    Network(app, "198.51.100.7").post("/api/auth/login", json=LOGIN)
    body = ada.get("/api/auth/sessions")
    assert body["count"] == 2
    assert {session["address"] for session in body["sessions"]} == {None, "198.51.100.7"}
    assert [session["is_current"] for session in body["sessions"] if session["address"] is None] == [True]


def test_a_revoked_session_is_over_at_once(app: Flask, ada: Caller, nobody: Caller) -> None:
    other = with_token(app, nobody.post("/api/auth/login", json=LOGIN)["token"])
    (foreign,) = [one["id"] for one in ada.get("/api/auth/sessions")["sessions"] if not one["is_current"]]
    ada.delete(f"/api/auth/sessions/{foreign}")
    other.get("/api/auth/me", expect=401)
    ada.delete(f"/api/auth/sessions/{foreign}", expect=404)


def test_all_other_sessions_are_ended_together(app: Flask, ada: Caller, nobody: Caller) -> None:
    others = [with_token(app, nobody.post("/api/auth/login", json=LOGIN)["token"]) for _ in range(2)]
    assert ada.delete("/api/auth/sessions")["ended"] == 2
    ada.get("/api/auth/me")
    for other in others:
        other.get("/api/auth/me", expect=401)


def test_nobody_ends_somebody_elses_session(ada: Caller, ben: Caller, cleo: Caller) -> None:
    bens = ben.get("/api/auth/sessions")["sessions"][0]["id"]
    ada.delete(f"/api/auth/sessions/{bens}", expect=404)
    cleo.delete(f"/api/auth/sessions/{bens}", expect=404)
    cleo.get(f"/api/users/{ben.user_id}/sessions", expect=404)
    cleo.delete(f"/api/users/{ben.user_id}/sessions", expect=404)
    ben.get("/api/auth/me")


def test_an_admin_ends_a_colleagues_sessions_but_no_owners(dana: Caller, ada: Caller, ben: Caller) -> None:
    assert dana.get(f"/api/users/{ben.user_id}/sessions")["count"] == 1
    assert dana.delete(f"/api/users/{ben.user_id}/sessions")["ended"] == 1
    ben.get("/api/auth/me", expect=401)
    dana.delete(f"/api/users/{ada.user_id}/sessions", expect=403)


def test_the_open_sessions_of_a_process_are_judged_in_one_statement(
    services: Services, ada: Caller, ben: Caller, cleo: Caller
) -> None:
    ids = [caller.login.session_id for caller in (ada, ben, cleo) if caller.login]
    access.change_user(services, actor=ada.principal, user_id=ben.user_id, role=Role.SUPERVISOR)
    roles = sessions.roles_of_sessions(services, tenant_id=ada.tenant_id, session_ids=ids)
    assert roles == {ids[0]: Role.OWNER, ids[1]: Role.SUPERVISOR}


@pytest.mark.parametrize(("days", "kept"), [(29, 1), (31, 0)])
def test_sessions_that_ended_long_ago_are_forgotten(
    services: Services, ada: Caller, clock: FrozenClock, owner_database: Database, days: int, kept: int
) -> None:
    ada.post("/api/auth/logout")
    clock.at += timedelta(days=days)
    sessions.sweep_access(services)
    with owner_database.transaction() as tx:
        assert tx.session.connection().exec_driver_sql("select count(*) from login_sessions").scalar_one() == kept
