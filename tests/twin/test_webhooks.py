"""Signatures, retries, time-outs, redirects and cookies of what the twin sends."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from tests.twin.conftest import TOKEN, Received, Receiver, Twin, eventually
from twin.connection_overrides import ConnectionOverrides, parse_overrides
from twin.signing import sign

FROM = "+14155550100"
HANG_UP = "<Response/>"
U = "https://mycompany.com/myapp.php?foo=1&bar=2"
P = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
SPACED = "https://mycompany.com/myapp.php?foo=hello%20world&bar=test%2Bvalue"


@pytest.mark.parametrize(
    ("url", "fields", "signature"),
    [
        (U, P.items(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (U.replace(".com", ".com:443"), P.items(), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (U.replace("https", "http").replace(".com", ".com:80"), P.items(), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (U.replace("https", "http"), P.items(), "OyGYPqTF6ztdbRNCvuQO/oPvqQ4="),
        (U, {}.items(), "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
        ("https://mycompany.com/myapp.php", P.items(), "1xaxFBvyzXYvWplzNOSs28HWO94="),
        (SPACED, P.items(), "er2tvAP1Wx+iuTTE2BPgvEaN1cs="),
        (
            U,
            {"Digits": "", "CallSid": "CA1234567890ABCDE", "EmptyParam": ""}.items(),
            "9HHp/OqQMEwdrVebHDdA/+tqjX8=",
        ),
        (
            U,
            {"Zebra": "last", "Alpha": "first", "Beta": "second", "Gamma": "third"}.items(),
            "enveUe73ZTVLAekHxez3Qx6JuuQ=",
        ),
        (
            U,
            [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        ("wss://relay.example.com/ws", [], "ttD+yNqRrhonsZrRUfw+tkdYD+s="),
        ("wss://relay.example.com:8443/ws", [], "E9S3sMNCG0ww73e45ESJRpp3XS4="),
    ],
)
def test_signatures_match_twilios_published_vectors(url: str, fields: Any, signature: str) -> None:
    assert sign("12345", url, list(fields)) == signature


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("", ConnectionOverrides()),
        ("#rc=3&rp=all", ConnectionOverrides(max_retries=3, retried=frozenset({"ct", "rt", "4xx", "5xx"}))),
        ("#rp=4xx,5xx", ConnectionOverrides(retried=frozenset({"4xx", "5xx"}))),
        ("#ct=100&rt=200&tt=300", ConnectionOverrides(0.1, 0.2, 0.3)),
        ("#rc=6&ct=99&tt=15001", ConnectionOverrides()),
        ("#sni=y&e=dublin", ConnectionOverrides()),
    ],
)
def test_the_fragment_sets_time_outs_and_retries(fragment: str, expected: ConnectionOverrides) -> None:
    assert parse_overrides("http://example.com/a?b=1" + fragment) == ("http://example.com/a?b=1", expected)


def call_with(twin: Twin, to: str, **more: Any) -> str:
    twin.script(to, ring_seconds=0.1)
    more.setdefault("twiml", HANG_UP)
    sid = twin.client.calls.create(to=to, from_=FROM, **more).sid
    twin.until(sid)
    return str(sid)


def valid(receiver: Receiver, got: Received, token: str = TOKEN) -> bool:
    params = {k: v if len(v) > 1 else v[0] for k, v in got.lists.items()} if got.method == "POST" else {}
    return RequestValidator(token).validate(receiver.url + got.raw_path, params, got.headers["X-Twilio-Signature"])


def test_a_status_callback_is_signed_with_the_accounts_token(twin: Twin, receiver: Receiver, number: str) -> None:
    call_with(twin, number, status_callback=receiver.url + "/status?lead=7&name=a%20b#rc=2")
    got = receiver.wait("/status")[0]
    assert valid(receiver, got)
    assert not valid(receiver, got, "another token")
    assert got.raw_path == "/status?lead=7&name=a%20b"
    assert got.headers["User-Agent"] == "TwilioProxy/1.1"
    assert got.headers["I-Twilio-Idempotency-Token"]
    assert got.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def test_a_get_carries_its_fields_in_the_signed_address(twin: Twin, receiver: Receiver, number: str) -> None:
    url = receiver.on("/answer", HANG_UP)
    sid = call_with(twin, number, twiml=None, url=url + "?x=1", method="GET")
    got = receiver.wait("/answer")[0]
    assert (got.method, got.query["CallSid"], got.query["x"]) == ("GET", sid, "1")
    assert valid(receiver, got)


def test_every_webhook_of_another_account_is_signed_with_its_own_token(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    other = "AC" + "d4" * 16
    twin.door("/accounts", {"sid": other, "auth_token": "their-token", "calls_per_second": 50})
    form = {"To": number, "From": FROM, "Twiml": HANG_UP, "StatusCallback": receiver.url + "/status"}
    url = f"/2010-04-01/Accounts/{other}/Calls.json"
    twin.script(number)
    import requests

    assert requests.post(twin.url + url, auth=(other, "their-token"), data=form, timeout=5).status_code == 201
    got = receiver.wait("/status")[0]
    assert valid(receiver, got, "their-token")
    assert not valid(receiver, got)


def failing(times: int, status: int) -> Any:
    seen: list[Received] = []

    def answer(got: Received) -> tuple[int, str, str]:
        seen.append(got)
        return (status, "text/plain", "") if len(seen) <= times else (200, "text/plain", "")

    return answer


@pytest.mark.parametrize(
    ("fragment", "failures", "status", "requests"),
    [("", 1, 500, 1), ("#rc=3&rp=all", 2, 500, 3), ("#rc=2&rp=5xx", 1, 404, 1), ("#rc=2&rp=4xx", 5, 404, 3)],
)
def test_failures_are_tried_again_as_the_fragment_says(
    twin: Twin, receiver: Receiver, number: str, fragment: str, failures: int, status: int, requests: int
) -> None:
    url = receiver.on("/status", failing(failures, status))
    call_with(twin, number, status_callback=url + fragment)
    receiver.wait("/status", requests)
    entry = eventually(lambda: next((e for e in twin.log("webhook") if e["done"] and e["webhook"] == "status"), None))
    assert len(entry["attempts"]) == len(receiver.at("/status")) == requests
    tokens = {got.headers["I-Twilio-Idempotency-Token"] for got in receiver.at("/status")}
    assert len(tokens) == 1


def test_by_default_only_a_failed_connection_is_tried_again(twin: Twin, number: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call_with(twin, number, status_callback=f"http://127.0.0.1:{port}/status")
    entry = eventually(lambda: next((e for e in twin.log("webhook") if e["done"]), None))
    assert [a["failure"] for a in entry["attempts"]] == ["ct", "ct"]
    assert (entry["status"], entry["error"]) == (None, 11205)


def test_a_slow_receiver_is_given_up_after_the_read_time_out(twin: Twin, receiver: Receiver, number: str) -> None:
    released = threading.Event()

    def slow(_: Received) -> tuple[int, str, str]:
        released.wait(5)
        return 200, "text/plain", ""

    started = time.monotonic()
    call_with(twin, number, status_callback=receiver.on("/status", slow) + "#rt=200")
    entry = eventually(lambda: next((e for e in twin.log("webhook") if e["done"]), None))
    released.set()
    assert time.monotonic() - started < 10
    assert (entry["attempts"][0]["failure"], entry["status"]) == ("rt", None)


def test_a_redirect_is_followed_with_get_and_the_fields_are_lost(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/first", lambda _: (302, "", "/second"))
    receiver.on("/second", HANG_UP)
    call_with(twin, number, twiml=None, url=receiver.url + "/first")
    got = receiver.wait("/second")[0]
    assert (got.method, got.form, got.query) == ("GET", {}, {})
    assert valid(receiver, got)


def test_an_endless_redirect_ends_in_11215(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/loop", lambda _: (302, "", "/loop"))
    call_with(twin, number, twiml=None, url=receiver.url + "/loop")
    assert 11215 in twin.warnings()


def test_cookies_are_kept_for_one_call(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/answer", f"<Response><Redirect>{receiver.url}/again</Redirect></Response>")
    receiver.on("/again", HANG_UP)
    for _ in range(2):
        call_with(twin, number, twiml=None, url=receiver.url + "/answer")
    assert ["Cookie" in got.headers for got in receiver.wait("/answer", 2)] == [False, False]
    assert [got.headers.get("Cookie") for got in receiver.wait("/again", 2)] == ["visited=yes"] * 2


def test_the_log_shows_what_was_sent_and_what_came_back(twin: Twin, receiver: Receiver, number: str) -> None:
    receiver.on("/status", "thanks", content_type="text/plain")
    sid = call_with(twin, number, status_callback=receiver.url + "/status")
    got = receiver.wait("/status")[0]
    entry = eventually(lambda: next((e for e in twin.log("webhook") if e["done"]), None))
    assert entry["url"] == receiver.url + "/status"
    assert entry["form"] == got.form
    assert entry["signature"] == got.headers["X-Twilio-Signature"]
    assert (entry["status"], entry["body"], entry["call_sid"]) == (200, "thanks", sid)
    request = next(e for e in twin.log("request") if e["path"].endswith("/Calls.json"))
    assert (request["status"], request["form"]["To"], request["sid"]) == (201, number, sid)
    numbers = [e["n"] for e in twin.log()]
    assert numbers == sorted(numbers)
    assert twin.door(f"/log?since={numbers[2]}")["entries"][0]["n"] == numbers[3]
