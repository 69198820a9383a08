"""What browsers are told: who may read answers, what may be embedded, and nothing that a page of ours does not need."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from tests.fixtures_cast import Caller

CONSOLE, STRANGER = "https://console.example.com", "https://evil.example.com"
PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def api_settings(api_settings: ApiSettings) -> ApiSettings:
    """Pages of one other origin may use the API."""
    return replace(api_settings, cors_origins=(CONSOLE,))


@pytest.fixture
def make_app(dependencies: ApiDependencies, api_settings: ApiSettings) -> Any:
    """An application with other settings."""
    return lambda **changes: create_app(dependencies, replace(api_settings, **changes))


def cors_of(caller: Caller, origin: str, *, method: str = "GET", path: str = "/api/auth/me", **headers: str) -> Any:
    answer = caller.send(method, path, headers={"Origin": origin, **headers})
    told = {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}
    return answer.status_code, told


def test_a_page_that_is_named_may_read_answers_without_credentials(ben: Caller) -> None:
    status, told = cors_of(ben, CONSOLE)
    assert (status, told["Access-Control-Allow-Origin"]) == (200, CONSOLE)
    assert "X-RateLimit-Remaining" in told["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in told


def test_it_may_read_errors_too(nobody: Caller) -> None:
    status, told = cors_of(nobody, CONSOLE, path="/api/nothing")
    assert (status, told["Access-Control-Allow-Origin"]) == (404, CONSOLE)


def test_a_browser_s_question_is_answered_before_the_login(nobody: Caller) -> None:
    status, told = cors_of(nobody, CONSOLE, method="OPTIONS", **PREFLIGHT)
    assert (status, told["Access-Control-Allow-Origin"]) == (204, CONSOLE)
    assert "Authorization" in told["Access-Control-Allow-Headers"]
    assert "PUT" in told["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", CONSOLE.upper(), f"{CONSOLE}.evil.com", "http://console.example.com"]
)
def test_any_other_page_may_not(ben: Caller, nobody: Caller, origin: str) -> None:
    assert cors_of(ben, origin) == (200, {})
    assert cors_of(nobody, origin, method="OPTIONS", **PREFLIGHT) == (405, {})


def test_caches_are_told_that_answers_differ(ben: Caller) -> None:
    assert "Origin" in ben.send("GET", "/api/auth/me").headers["Vary"]


@pytest.mark.parametrize("path", ["/healthz", "/webhooks/twilio/status", "/metrics"])
def test_what_is_not_for_pages_is_for_none(nobody: Caller, path: str) -> None:
    assert cors_of(nobody, CONSOLE, path=path)[1] == {}


def test_without_an_allow_list_no_other_page_may_read_anything(make_app: Any, ben: Caller) -> None:
    closed = make_app(cors_origins=()).test_client()
    headers = {"Authorization": f"Bearer {ben.token}", "Origin": CONSOLE}
    assert "Access-Control-Allow-Origin" not in closed.get("/api/auth/me", headers=headers).headers
    assert closed.options("/api/auth/me", headers=headers | PREFLIGHT).status_code == 405


@pytest.mark.parametrize(("public_url", "told"), [("https://a.example.com", "max-age=31536000"), ("http://a", None)])
def test_https_stays_https(make_app: Any, public_url: str, told: str | None) -> None:
    answer = make_app(public_url=public_url).test_client().get("/healthz")
    assert answer.headers.get("Strict-Transport-Security") == told


@pytest.mark.parametrize("path", ["/healthz", "/api/docs", "/api/docs/start.js", "/api/openapi.json", "/api/no", "/no"])
def test_every_answer_is_careful_sets_no_cookie_and_names_no_software(nobody: Caller, path: str) -> None:
    headers = nobody.send("GET", path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-eval'" not in policy
    assert "script-src 'unsafe-inline'" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not {"Set-Cookie", "Server", "X-Powered-By"} & set(headers.keys())


def test_a_cookie_that_somebody_adds_one_day_is_no_script_s_and_no_other_site_s(app: Flask) -> None:
    config = app.config
    assert (config["SESSION_COOKIE_SECURE"], config["SESSION_COOKIE_HTTPONLY"]) == (True, True)
    assert config["SESSION_COOKIE_SAMESITE"] == "Strict"
    assert not app.debug


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        # What the client itself wrote stands before what the proxy added.
        (1, "10.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.1.1.1, 203.0.113.9, 198.51.100.1", "203.0.113.9"),
    ],
)
def test_only_trusted_proxies_say_where_a_request_comes_from(
    make_app: Any, proxies: int, forwarded: str, seen: str
) -> None:
    app = make_app(trusted_proxies=proxies)
    app.add_url_rule("/seen", view_func=lambda: f"{request.remote_addr} {request.host}")
    answer = app.test_client().get("/seen", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Host": "evil.com"})
    assert answer.text == f"{seen} {'evil.com' if proxies == 1 else 'localhost'}"
