"""Within a tenant: every route asked by an agent and by a supervisor, against a table of who may what."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask import Flask

from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.agents import make_agent
from tests.fixtures_cast import Caller, log_in_as
from tests.isolation.permissions import PERMISSIONS
from tests.isolation.strangers import CASES, NO_TENANT
from tests.isolation.tenants import checksums, fill_tenant
from tests.isolation.test_routes import ask, ids_of, routes_of

RANKS = ("public", "agent", "supervisor", "admin", "owner")
REFUSED = (403, "forbidden")


@pytest.fixture
def ids(services: Services, owner_database: Database, ada: Caller) -> Mapping[str, str]:
    """Of rows in every table of the tenant; agents and their calls are nobody's of the cast."""
    floor = fill_tenant(services, owner_database, ada)
    found = {**ids_of(services, ada), "own_campaign_id": str(floor.campaign_id), "owner_id": str(ada.user_id)}
    # The one by whom the builder made a promise.
    (somebody,) = floor.rows("select id from users where role = 'supervisor'")
    return {**found, "user_id": str(somebody.id)}


@pytest.fixture
def ben_at_work(services: Services, ben: Caller, ids: Mapping[str, str]) -> Caller:
    """Ben with an agent of his own, who has no calls."""
    make_agent(services.database, tenant_id=ben.tenant_id, user_id=ben.user_id, name="Ben")
    return ben


def answers(caller: Caller, routes: list[str], ids: Mapping[str, str]) -> dict[str, tuple[int, str | None]]:
    """Status and code of every case of these routes."""
    found = {}
    for route in routes:
        for number, case in enumerate(CASES[route]):
            response = ask(caller, route, case, ids)
            body = response.get_json(silent=True) or {}
            found[f"{route} #{number}"] = (response.status_code, body.get("code"))
    return found


def beyond(role: str) -> list[str]:
    return [route for route, entry in PERMISSIONS.items() if RANKS.index(entry.least) > RANKS.index(role)]


def within(role: str) -> list[str]:
    return [route for route, entry in PERMISSIONS.items() if 0 < RANKS.index(entry.least) <= RANKS.index(role)]


def test_every_route_has_an_entry(app: Flask) -> None:
    routes = {route for route, _ in routes_of(app) if not route.startswith("POST /webhooks/")} - set(NO_TENANT)
    assert routes - set(PERMISSIONS) == set(), "say in tests/isolation/permissions.py who may ask these"
    assert set(PERMISSIONS) - routes == set(), "these are gone"


@pytest.mark.parametrize("name", ["ben", "sam", "dana"])
def test_who_is_below_is_refused_and_changes_nothing(
    request: pytest.FixtureRequest, ids: Mapping[str, str], owner_database: Database, ada: Caller, name: str
) -> None:
    caller: Caller = request.getfixturevalue(name)
    before = checksums(owner_database, ada.tenant_id)
    found = answers(caller, beyond(caller.principal.role), ids)
    assert {route: answer for route, answer in found.items() if answer != REFUSED} == {}
    assert checksums(owner_database, ada.tenant_id) == before


def test_an_agent_may_not_touch_what_is_a_colleagues(
    ids: Mapping[str, str], owner_database: Database, ada: Caller, ben_at_work: Caller
) -> None:
    before = checksums(owner_database, ada.tenant_id)
    routes = [route for route, entry in PERMISSIONS.items() if entry.of_others == "refused"]
    found = answers(ben_at_work, routes, ids)
    assert {route: answer for route, answer in found.items() if answer[0] not in (403, 404)} == {}
    assert checksums(owner_database, ada.tenant_id) == before


@pytest.mark.parametrize("name", ["ben_at_work", "sam"])
def test_who_may_is_not_refused(request: pytest.FixtureRequest, ids: Mapping[str, str], name: str) -> None:
    caller: Caller = request.getfixturevalue(name)
    role = caller.principal.role
    routes = [
        route
        for route in within(role)
        if not (role == "agent" and PERMISSIONS[route].of_others == "refused") and "logout" not in route
    ]
    found = answers(caller, routes, ids)
    assert {route: answer for route, answer in found.items() if answer[0] in (401, 500)} == {}
    # Some of a route's questions may go too far for one role; never all of them.
    let_in = {route.partition(" #")[0] for route, answer in found.items() if answer[0] != 403}
    assert set(routes) - let_in == set()


def test_nobody_gets_anywhere_without_a_token(ids: Mapping[str, str], nobody: Caller) -> None:
    found = answers(nobody, within("owner"), ids)
    assert {route: answer for route, answer in found.items() if answer[0] != 401} == {}


def test_nobody_lifts_himself_or_others_above_himself(ids: Mapping[str, str], dana: Caller, sam: Caller) -> None:
    dana.put(f"/api/users/{dana.user_id}", json={"role": "owner"}, expect=403)
    dana.put(f"/api/users/{sam.user_id}", json={"role": "owner"}, expect=403)
    dana.put(f"/api/users/{ids['owner_id']}", json={"is_active": False}, expect=403)
    new = {"email": "new@example.com", "password": "long enough a word", "first_name": "New", "role": "owner"}
    dana.post("/api/auth/register", json={**new, "tenant_id": ids["tenant_id"]}, expect=403)


def test_what_a_token_says_of_its_role_counts_for_nothing(app: Flask, ids: Mapping[str, str], ben: Caller) -> None:
    assert ben.login is not None
    boasting = log_in_as(app, replace(ben.login, user=replace(ben.login.user, role="owner")))
    boasting.get("/api/users", expect=403)
