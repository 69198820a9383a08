"""Whose request a webhook is: behind proxies, in both encodings, with tokens that change, and forged in each way."""

import hashlib
import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from dialer.domain.ids import CallId
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks
from dialer.ports import CarrierAccount
from dialer.usecases import carrier_accounts
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.twilio_requests import PUBLIC, Twilio
from tests.fixtures_cast import Caller
from tests.isolation.proxies import proxied, served
from tests.statements import counted as counted_statements

PREFIX = "/telephony"
BEHIND = f"https://calls.example.com{PREFIX}"
OLD, NEW = "the-token-until-today", "the-token-from-today"


@pytest.fixture
def app_behind(dependencies: ApiDependencies, api_settings: ApiSettings) -> Iterator[Flask]:
    """The application of an installation whose public address has a prefix."""
    app = create_app(dependencies, replace(api_settings, public_url=BEHIND))
    yield app
    app.extensions["relay"].close()


def signed(token: str, url: str, form: dict[str, str]) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def post(port: int, path: str, form: dict[str, str], signature: str) -> int:
    """One request over a socket; the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    connection.request("POST", path, body=urlencode(form), headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


# As the carrier would write them: an encoded blank both ways, an order that is not sorted, a value that is blank.
QUERIES = ["callId={id}", "zeta=1&callId={id}&alpha=a%20b+c%2B&empty=", "leadName=Zo%C3%AB&callId={id}"]


@pytest.mark.parametrize("keeps_prefix", [False, True])
def test_a_signature_over_the_public_address_holds_behind_a_proxy(
    app_behind: Flask, services: Services, floor: Floor, call_id: CallId, keeps_prefix: bool
) -> None:
    form = {"CallSid": floor.sid(call_id), "CallStatus": "ringing", "FromCity": ""}
    token = services.platform_account.auth_token
    if keeps_prefix:
        # The server is told of the prefix, as gunicorn is by SCRIPT_NAME.
        app_behind.wsgi_app = mounted(app_behind.wsgi_app)  # type: ignore[method-assign]
    with served(app_behind) as upstream, proxied(upstream, prefix=PREFIX, keeps_prefix=keeps_prefix) as port:
        for query in QUERIES:
            path = f"{PREFIX}/webhooks/twilio/status?{query.format(id=call_id)}"
            url = BEHIND + path.removeprefix(PREFIX)
            assert post(port, path, form, signed(token, url, form)) == 204
            for other in ("http://calls.example.com", "https://evil.example", f"http://10.9.8.7:{upstream}"):
                elsewhere = signed(token, other + path, form)
                assert post(port, path, form, elsewhere) == 403
            assert post(port, path + "&more=1", form, signed(token, url, form)) == 403
    assert floor.call(call_id).state == "ringing"


def mounted(application: Any) -> Any:
    def under_prefix(environ: dict[str, Any], start: Any) -> Any:
        rest = environ["PATH_INFO"].removeprefix(PREFIX)
        return application({**environ, "SCRIPT_NAME": PREFIX, "PATH_INFO": rest}, start)

    return under_prefix


@pytest.mark.parametrize("public", [PUBLIC, "https://dialer.example.com:443", "http://dialer.example.com:8080"])
def test_the_port_may_be_signed_or_left_out(public: str) -> None:
    account = CarrierAccount("AC" + "1" * 32, OLD, calls_per_second=1.0, max_lines=1)
    url, without = (
        f"{public}/webhooks/twilio/status?callId=1",
        re.sub(r":\d+/", "/", f"{public}/webhooks/twilio/status?callId=1"),
    )
    for written in (url, without):
        signature = signed(OLD, written, {"A": "b"})
        assert TwilioWebhooks(public).is_genuine(account, url=url, form={"A": ["b"]}, signature=signature)


def test_our_own_proxy_hands_on_path_and_query_as_they_came() -> None:
    configuration = (Path(__file__).parents[2] / "docker" / "nginx.conf").read_text()
    passes = re.findall(r"proxy_pass\s+([^;]+);", configuration)
    # With a path after the name, nginx would decode and rewrite what was signed.
    assert passes
    assert all(re.fullmatch(r"http://\w+", target) for target in passes)
    assert "rewrite" not in configuration


def test_a_json_body_is_believed_by_its_hash_in_the_signed_address() -> None:
    account = CarrierAccount("AC" + "1" * 32, OLD, calls_per_second=1.0, max_lines=1)
    body = json.dumps({"CallSid": "CA1", "Ünïcode": "é"}, ensure_ascii=False)
    url = f"{PUBLIC}/webhooks/twilio/status?callId=1&bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    signature = signed(OLD, url, {})

    def genuine(**other: Any) -> bool:
        return TwilioWebhooks(PUBLIC).is_genuine(
            account, **{"url": url, "form": {}, "signature": signature, "body": body, **other}
        )

    assert genuine()
    assert not genuine(body=body + " ")
    assert not genuine(body="")
    assert not genuine(url=url.replace("callId=1", "callId=2"))
    bare = f"{PUBLIC}/webhooks/twilio/status?callId=1"
    assert not genuine(url=bare, signature=signed(OLD, bare, {}))


def test_a_json_body_over_http_is_read_for_its_signature(app: Flask, services: Services, call_id: CallId) -> None:
    body = json.dumps({"CallSid": "CA1"}).encode()
    path = f"/webhooks/twilio/waiting?callId={call_id}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = signed(services.platform_account.auth_token, PUBLIC + path, {})
    for content, expected in ((body, 200), (body + b" ", 403), (b"", 403), (b"\xff", 403)):
        answer = app.test_client().post(
            path, data=content, headers={"X-Twilio-Signature": signature, "Content-Type": "application/json"}
        )
        assert answer.status_code == expected


@pytest.fixture
def own(services: Services, ada: Caller) -> Floor:
    """Ada's floor on a carrier account of her own, whose token is being changed."""
    account = CarrierAccount("AC" + "9" * 32, OLD, calls_per_second=5.0, max_lines=10, secondary_auth_token=NEW)
    carrier_accounts.save_carrier_account(services, actor=ada.principal, account=account)
    floor = open_floor(services, ada.tenant_id)
    floor.console_agent()
    floor.leads(1)
    return floor


def account_with(token: str) -> CarrierAccount:
    return CarrierAccount("AC" + "9" * 32, token, calls_per_second=5.0, max_lines=10)


def test_while_a_token_is_changed_both_sign_and_afterwards_the_new_one_alone(
    app: Flask, services: Services, own: Floor, ada: Caller
) -> None:
    call_id = own.dial()
    path, form = f"/status?callId={call_id}", {"CallSid": own.sid(call_id), "CallStatus": "ringing"}
    for token in (OLD, NEW):
        Twilio(app, account_with(token)).post(path, form, expect=204)
    Twilio(app, account_with("neither")).post(path, form, expect=403)
    carrier_accounts.save_carrier_account(services, actor=ada.principal, account=account_with(NEW))
    Twilio(app, account_with(NEW)).post(path, form, expect=204)
    Twilio(app, account_with(OLD)).post(path, form, expect=403)


def test_the_tokens_of_an_account_are_never_shown(ada: Caller) -> None:
    body = {"account_sid": "AC" + "9" * 32, "auth_token": OLD, "secondary_auth_token": NEW}
    for answer in (ada.put("/api/carrier-account", json=body), ada.get("/api/carrier-account")):
        assert answer["carrier_account"]["has_secondary_auth_token"] is True
        assert OLD not in str(answer)
        assert NEW not in str(answer)


def test_the_platforms_account_cannot_be_claimed(ada: Caller, services: Services) -> None:
    body = {"account_sid": services.platform_account.account_sid, "auth_token": "a guess of hers", "max_lines": 9999}
    refused = ada.put("/api/carrier-account", json=body, expect=400)
    assert refused["fields"][0]["field"] == "account_sid"


def test_a_genuine_request_cannot_be_replayed_to_another_tenants_call(
    app: Flask, services: Services, floor: Floor, call_id: CallId, own: Floor
) -> None:
    theirs, sid = own.dial(), floor.sid(call_id)
    form = {"AccountSid": services.platform_account.account_sid, "CallSid": sid, "CallStatus": "completed"}
    signature = signed(services.platform_account.auth_token, f"{PUBLIC}/webhooks/twilio/status?callId={call_id}", form)
    twilio = Twilio(app, services.platform_account)
    twilio.post(f"/status?callId={theirs}", form, signature=signature, expect=403)
    # Signed anew by the platform's account, it is still not of the account of that call.
    twilio.post(f"/status?callId={theirs}", form, expect=403)
    assert own.call(theirs).state == "placed"
    Twilio(app, account_with(OLD)).post(f"/status?callId={call_id}", form, expect=403)
    assert floor.call(call_id).state == "placed"


FORGED = {
    "none": None, "blank": " ", "short": "abc=", "long": "A" * 5000, "not base64": "!" * 27 + "=",
    "not ascii": "é" * 27 + "=",
    "sha256": "A" * 43 + "=", "of another token": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
}  # fmt: skip


@pytest.mark.parametrize("signature", FORGED.values(), ids=FORGED)
def test_a_forgery_is_refused_with_a_line_in_the_log_and_counted(
    app: Flask, services: Services, floor: Floor, call_id: CallId, signature: str | None
) -> None:
    twilio = Twilio(app, services.platform_account)
    before = counted(app)
    form = {"CallSid": floor.sid(call_id), "CallStatus": "completed"}
    with capture_logs() as lines:
        twilio.post(f"/status?callId={call_id}", form, signature=signature, expect=403)
    (line,) = [line for line in lines if line["event"] == "webhook_refused"]
    assert (line["log_level"], line["status"], line["webhook"]) == ("warning", 403, "/webhooks/twilio/status")
    assert counted(app) == before + 1
    assert floor.call(call_id).state == "placed"


def counted(app: Flask) -> float:
    page = app.test_client().get("/metrics").get_data(as_text=True)
    found = re.search(
        r'dialer_http_requests_total\{method="POST",route="/webhooks/twilio/status",status="403"\} ([0-9.]+)', page
    )
    return float(found[1]) if found else 0.0


def test_what_cannot_be_a_signature_costs_no_statement(app: Flask, services: Services, call_id: CallId) -> None:
    with counted_statements(services.database) as statements:
        Twilio(app, services.platform_account).post(f"/status?callId={call_id}", {}, signature="abc=", expect=403)
    assert statements == []


@pytest.mark.parametrize("path", ["/status", "/status?callId=nonsense", "/agent-leg", "/conference-status?callId=%00"])
def test_a_malformed_request_is_told_what_is_wrong_only_if_it_is_ours(
    app: Flask, services: Services, path: str
) -> None:
    Twilio(app, services.platform_account).post(path, {}, expect=400)
    stranger = replace(services.platform_account, auth_token="a guess of theirs")
    Twilio(app, stranger).post(path, {}, expect=403)
