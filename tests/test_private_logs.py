"""No line of a whole call's story names the people in it, whoever writes it, at the most talkative level."""

import io
import json
import logging
import time
from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dialer.domain.calls import CallState
from dialer.logging import configure_logging, mask_text
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.twilio_requests import Twilio
from tests.fixtures_cast import PASSWORD, Caller

CALLEE, AGENT, CALLER_ID = "+14155552671", "+14155553333", "+14155551234"
EMAIL, NAME = "sara.ahmed@example.org", "Sara"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged by anybody, as the product writes it, at DEBUG."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    before = structlog.get_config()
    configure_logging("DEBUG", stream=stream)
    # A logger that is kept would write into this stream for ever, and show nothing to who listens elsewhere.
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": False})
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def secrets_in(lines: io.StringIO, *more: str) -> set[str]:
    written = lines.getvalue()
    assert written
    for line in written.splitlines():
        json.loads(line)
    hidden = (CALLEE, AGENT, CALLER_ID, EMAIL, "sara.ahmed", PASSWORD, *more)
    spelled = {form for secret in hidden for form in (secret, secret.lstrip("+"), secret.replace("+", "%2B"))}
    return {secret for secret in spelled if secret in written}


def test_a_call_from_plan_to_end(lines: io.StringIO, services: Services, app: Flask, twilio: Twilio) -> None:
    floor: Floor = open_floor(services, caller_id=CALLER_ID)
    floor.phone_agent(AGENT)
    floor.leads(1, phone=CALLEE, first_name=NAME, email=EMAIL)
    call_id = floor.dial()
    people = {"CallSid": floor.sid(call_id), "From": CALLER_ID, "To": CALLEE, "Called": CALLEE}
    twilio.post(f"/answer?callId={call_id}", people, expect=200)
    floor.run_tasks()
    twilio.post(f"/status?callId={call_id}", {**people, "CallStatus": "completed", "CallDuration": "5"})
    twilio.post(f"/status?callId={call_id}", {**people, "CallStatus": "completed"}, signature="forged", expect=403)
    floor.report(call_id, CallState.COMPLETED)
    assert secrets_in(lines, services.platform_account.auth_token) == set()


def test_what_people_do_with_the_api(lines: io.StringIO, ada: Caller, nobody: Caller) -> None:
    campaign = ada.post("/api/campaigns", json={"name": "Q1", "caller_id": CALLER_ID}, expect=201)["campaign"]
    lead = {"campaign_id": campaign["id"], "phone": CALLEE, "first_name": NAME, "email": EMAIL}
    ada.post("/api/leads", json=lead, expect=201)
    ada.get("/api/leads", query={"search": CALLEE}, expect=400)
    ada.get("/api/dnc/check", query={"phone": CALLEE})
    nobody.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
    nobody.post("/api/auth/login", json={"email": EMAIL, "password": "wrong horse"}, expect=401)
    assert secrets_in(lines, ada.token, ada.refresh_token, "wrong horse") == set()


def test_a_statement_that_fails_keeps_its_values(lines: io.StringIO, services: Services) -> None:
    try:
        with services.transaction() as tx:
            tx.session.execute(text("select cast(:email as uuid), :name"), {"email": "secret-x", "name": NAME})
    except DBAPIError:
        structlog.get_logger().exception("failed")
    assert "hidden due to hide_parameters" in lines.getvalue()
    # Neither bound, nor in the piece of the statement that PostgreSQL shows.
    assert secrets_in(lines, NAME) == set()


def test_a_bug_in_a_request_shows_no_number(lines: io.StringIO, quiet_app: Flask, services: Services) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"no line to {CALLEE} of {EMAIL}")

    services.passwords.verify = fail  # type: ignore[method-assign]
    try:
        body = {"email": EMAIL, "password": PASSWORD}
        answer = quiet_app.test_client().post("/api/auth/login", json=body)
    finally:
        vars(services.passwords).pop("verify", None)
    assert answer.status_code == 500
    assert "RuntimeError" in lines.getvalue()
    assert secrets_in(lines) == set()


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("442079460018 called", "44207946**** called"),
        ("(415) 555-2671", "(415) 555-****"),
        ("415-555-2671", "415-555-****"),
        ("to ada.b+c@sub.example.co.uk!", "to a****@sub.example.co.uk!"),
        ("a%40example.com", "a****%40example.com"),
        ("/reset?token=abcd1234&x=1", "/reset?token=****&x=1"),
        ("{'password': 'hunter22'}", "{'password': '****'}"),
        ('{"refresh_token": "abc-def"}', '{"refresh_token": "****"}'),
        ("GET /api/recordings/.eJwlzjkOwjAQQNG7-LBsf HTTP", "GET /api/recordings/**** HTTP"),
    ],
)
def test_numbers_addresses_and_secrets_are_masked_as_people_write_them(written: str, masked: str) -> None:
    assert mask_text(written) == masked


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a@" * 50_000, "1" * 200_000, "://" * 50_000, "token:" * 30_000, "eyJ" * 60_000]
)
def test_a_long_line_is_masked_in_a_moment(text: str) -> None:

    began = time.process_time()
    mask_text(text)
    assert time.process_time() - began < 1.0


def test_keys_and_whole_numbers_are_masked_too(lines: io.StringIO) -> None:
    structlog.get_logger().info("counted", by_number={CALLEE: 1}, phone=int(CALLEE), milliseconds=1_234_567_890)
    assert secrets_in(lines) == set()
    assert "1234567890" in lines.getvalue()
