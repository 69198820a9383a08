"""Every route has an auth decision, and keeps it."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from api.endpoint import Endpoint, Nothing
from api.surfaces.dialer import surface
from dialer.domain.principals import Role
from tests.fixtures_cast import Caller

# Open to everybody, each for a reason: one gets a token there, or there is nothing to protect.
PUBLIC = {
    ("POST", "/api/auth/register"), ("POST", "/api/auth/login"), ("POST", "/api/auth/refresh"),
    # What was mailed, or given out for the right password, is the key.
    ("POST", "/api/auth/login/second-factor"), ("POST", "/api/auth/invitations/accept"),
    ("POST", "/api/auth/invitations/show"),
    ("POST", "/api/auth/password-reset"), ("POST", "/api/auth/password-reset/confirm"),
    # The link is the key: signed, for minutes, for one user.
    ("GET", "/api/recordings/<link>"),
}  # fmt: skip
# Not of the surface: no tenant's data is there. Webhooks are signed by the carrier.
OUTSIDE = re.compile(r"/healthz|/readyz|/metrics|/api/openapi\.json|/api/docs(/.*)?|/webhooks/.+|/console.*|/")

BELOW = {Role.AGENT: "", Role.SUPERVISOR: "ben", Role.ADMIN: "ben sam", Role.OWNER: "ben sam dana"}
LIMITED = [endpoint for endpoint in surface.endpoints if endpoint.role is not None]

# The tests below ask every route in a loop, since building an application per route takes longer than asking.
Answers = dict[str, tuple[int, str | None]]


def below(endpoint: Endpoint) -> list[str]:
    """Who of the cast is not enough for this route."""
    return BELOW[endpoint.role or Role.AGENT].split()


def path_of(endpoint: Endpoint, *, an_id: object = None) -> str:
    return "/api" + re.sub(r"<[^>]+>", str(an_id or uuid4()), endpoint.path)


def ask(caller: Caller, endpoints: list[Endpoint], *, an_id: object = None, **options: Any) -> Answers:
    """Status and code of each route's answer; every answer must be in the envelope."""
    answers: Answers = {}
    for endpoint in endpoints:
        response = caller.send(endpoint.method, path_of(endpoint, an_id=an_id), **options)
        body = response.get_json(silent=True) or {}
        answers[f"{endpoint.method} {endpoint.path}"] = (response.status_code, body.get("code"))
    return answers


def other_than(expected: tuple[int, str | None], answers: Answers) -> Answers:
    assert answers, "no route was asked"
    return {route: answer for route, answer in answers.items() if answer != expected}


def test_every_rule_is_of_the_surface_or_known_to_be_outside(app: Flask) -> None:
    of_the_surface = {"/api" + endpoint.rule for endpoint in surface.endpoints}
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {rule for rule in rules - of_the_surface if not OUTSIDE.fullmatch(rule)} == set()
    assert of_the_surface <= rules


def test_public_routes_are_these_and_no_others() -> None:
    assert {(route.method, "/api" + route.path) for route in surface.endpoints if route.public} == PUBLIC


def test_no_rule_swallows_other_surfaces(app: Flask) -> None:
    assert [rule.rule for rule in app.url_map.iter_rules() if re.match(r"/(api/)?<", rule.rule)] == []


def test_no_two_routes_share_a_view_name() -> None:
    names = [endpoint.view.__name__ for endpoint in surface.endpoints]
    assert sorted(set(names)) == sorted(names)


def test_without_a_token_nobody_gets_in(nobody: Caller) -> None:
    assert other_than((401, "unauthenticated"), ask(nobody, LIMITED)) == {}


@pytest.mark.parametrize("name", sorted({name for route in LIMITED for name in below(route)}))
def test_roles_below_are_refused(request: pytest.FixtureRequest, name: str) -> None:
    above = [route for route in LIMITED if name in below(route)]
    assert other_than((403, "forbidden"), ask(request.getfixturevalue(name), above)) == {}


@pytest.mark.parametrize("data", ["{not json", "[]", '{"surprise": 1}', '"text"', '{"\\u0000": 1}'])
def test_bad_bodies_are_bad_requests(ada: Caller, data: str) -> None:
    with_body = [endpoint for endpoint in LIMITED if endpoint.body is not Nothing]
    assert other_than((400, "invalid"), ask(ada, with_body, data=data)) == {}


def test_unknown_filters_are_bad_requests(ada: Caller) -> None:
    lists = [endpoint for endpoint in LIMITED if endpoint.method == "GET"]
    assert other_than((400, "invalid"), ask(ada, lists, query={"surprise": 1})) == {}


def test_malformed_ids_are_not_found(ada: Caller) -> None:
    with_id = [endpoint for endpoint in LIMITED if endpoint.parameters]
    assert other_than((404, "not_found"), ask(ada, with_id, an_id="not-an-id")) == {}


def test_unknown_ids_are_not_found(ada: Caller) -> None:
    by_id = [route for route in LIMITED if route.parameters and route.body is Nothing and route.form is None]
    assert other_than((404, "not_found"), ask(ada, by_id)) == {}
