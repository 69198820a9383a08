"""`/api/carrier-account/test`: every step with its finding, whatever the world outside does."""

import json
from typing import Any

import pytest

from dialer.domain.destinations import DestinationUnreachable
from dialer.domain.errors import MailRefused, Unavailable
from dialer.ports import CarrierNumber, ConsoleApp, WebAnswer
from dialer.usecases import connection_test
from dialer.usecases.services import Services
from tests.fakes import FakeCarrier, FakeWeb, FrozenClock, RecordingMailer
from tests.fixtures_cast import Caller

URL = "https://dialer.example.com"
LEG = f"{URL}/webhooks/twilio/agent-leg"
MAIN = CarrierNumber("+14155550100", "Main line", "owned", has_voice=True)
FULL = {
    "account_sid": "AC" + "1" * 32,
    "auth_token": "a-token-of-our-own",
    "api_key_sid": "SK" + "2" * 32,
    "api_key_secret": "a-secret-of-our-own",
    "twiml_app_sid": "AP" + "3" * 32,
}


@pytest.fixture
def web(services: Services) -> FakeWeb:
    web = FakeWeb()
    web.pages = {f"{URL}/healthz": WebAnswer(URL, 200, {}, b"{}"), LEG: WebAnswer(LEG, 404, {}, b"")}
    object.__setattr__(services, "outgoing", web)
    object.__setattr__(services, "public_url", URL)
    return web


@pytest.fixture
def good(ada: Caller, carrier: FakeCarrier, web: FakeWeb, mailer: RecordingMailer) -> Caller:
    """Ada, whose connections are all as they should be."""
    ada.put("/api/carrier-account", json=FULL)
    carrier.numbers, carrier.app = [MAIN], ConsoleApp(LEG, LEG)
    return ada


def outcomes(caller: Caller, *parts: str) -> dict[str, tuple[str, str]]:
    told = caller.post("/api/carrier-account/test", json={"parts": list(parts)} if parts else {})
    return {step["name"]: (step["outcome"], step["code"]) for step in told["steps"]}


def test_all_is_well(good: Caller, mailer: RecordingMailer) -> None:
    assert outcomes(good) == {
        "credentials": ("ok", "credentials_accepted"),
        "numbers": ("ok", "numbers_found"),
        "api_key": ("ok", "api_key_accepted"),
        "console_app": ("ok", "app_points_here"),
        "public_url": ("ok", "address_answers"),
        "signature": ("ok", "signature_survives"),
        "mail": ("ok", "mail_sent"),
    }
    assert [mail.to for mail in mailer.sent] == ["ada@example.com"]


def test_wrong_credentials_are_told_and_what_depends_on_them_is_not_tried(good: Caller, carrier: FakeCarrier) -> None:
    carrier.will_refuse("20003")
    told = good.post("/api/carrier-account/test", json={"parts": ["carrier"]})
    assert told["is_good"] is False
    assert [(step["name"], step["outcome"]) for step in told["steps"]] == [
        ("credentials", "failed"), ("numbers", "skipped"), ("api_key", "skipped"), ("console_app", "skipped"),
    ]  # fmt: skip
    assert told["steps"][0]["code"] == "credentials_refused"
    assert told["steps"][0]["advice"]
    assert FULL["auth_token"] not in json.dumps(told)


@pytest.mark.parametrize("standing", ["suspended", "closed"])
def test_an_account_that_is_not_active_is_told(good: Caller, carrier: FakeCarrier, standing: Any) -> None:
    carrier.standing = standing
    assert outcomes(good, "carrier")["credentials"] == ("failed", f"account_{standing}")


def test_a_carrier_that_does_not_answer_is_told(good: Caller, carrier: FakeCarrier) -> None:
    carrier.will_be_unavailable()
    assert outcomes(good, "carrier")["credentials"] == ("failed", "carrier_unreachable")


def test_what_is_missing_for_browsers_is_a_warning(ada: Caller, web: FakeWeb, mailer: RecordingMailer) -> None:
    found = outcomes(ada, "carrier")
    assert found["numbers"] == ("warning", "no_numbers")
    assert found["api_key"] == ("warning", "api_key_missing")
    assert found["console_app"] == ("warning", "app_missing")


@pytest.mark.parametrize(
    ("known", "code"),
    [(None, "app_not_found"), (ConsoleApp("https://elsewhere.example.com/voice", LEG), "app_points_elsewhere"),
     (ConsoleApp(None, LEG), "app_points_elsewhere")],
)  # fmt: skip
def test_an_app_that_does_not_ask_us_is_told(
    good: Caller, carrier: FakeCarrier, known: ConsoleApp | None, code: str
) -> None:
    carrier.app = known
    assert outcomes(good, "carrier")["console_app"] == ("failed", code)


def test_a_step_that_breaks_is_told_without_its_trace(good: Caller, carrier: FakeCarrier) -> None:
    carrier.list_caller_numbers = lambda account: 1 / 0  # type: ignore[assignment, method-assign]
    told = good.post("/api/carrier-account/test", json={"parts": ["carrier"]})
    assert (told["steps"][1]["outcome"], told["steps"][1]["code"]) == ("failed", "step_broke")
    assert "ZeroDivision" not in json.dumps(told)
    assert told["steps"][2]["outcome"] == "ok"


@pytest.mark.parametrize(
    ("url", "found"),
    [("http://localhost:8000", ("skipped", "address_is_local")),
     ("http://dialer.example.com", ("failed", "address_without_tls")),
     ("https://nobody.example.com", ("failed", "address_unreachable"))],
)  # fmt: skip
def test_an_address_that_the_carrier_cannot_reach_is_told(
    good: Caller, services: Services, url: str, found: tuple[str, str]
) -> None:
    object.__setattr__(services, "public_url", url)
    assert outcomes(good, "address") == {"public_url": found, "signature": ("skipped", "not_reached")}


def test_another_server_at_the_address_is_told(good: Caller, web: FakeWeb) -> None:
    web.pages[f"{URL}/healthz"] = WebAnswer(URL, 502, {}, b"")
    assert outcomes(good, "address")["public_url"] == ("failed", "address_answers_otherwise")


@pytest.mark.parametrize("page", [WebAnswer(LEG, 403, {}, b""), DestinationUnreachable("reset")])
def test_a_proxy_that_breaks_signatures_is_told(good: Caller, web: FakeWeb, page: WebAnswer | Exception) -> None:
    web.pages[LEG] = page
    assert outcomes(good, "address")["signature"][0] == "failed"


@pytest.mark.parametrize(
    ("trouble", "code"),
    [(MailRefused("no such user"), "mail_refused"),
     (Unavailable("The mail server cannot be reached."), "mail_unavailable")],
)  # fmt: skip
def test_trouble_with_mail_is_told(good: Caller, mailer: RecordingMailer, trouble: Exception, code: str) -> None:
    mailer.trouble = trouble
    assert outcomes(good, "mail") == {"mail": ("failed", code)}


def test_mails_into_a_folder_are_a_warning(good: Caller, mailer: RecordingMailer) -> None:
    mailer.leads_to = "folder"
    assert outcomes(good, "mail") == {"mail": ("warning", "mail_into_folder")}


def test_nobody_is_mailed_twice_within_a_minute(good: Caller, mailer: RecordingMailer, clock: FrozenClock) -> None:
    codes = []
    for seconds in (0, 30, 29, 2):
        clock.advance(seconds=seconds)
        codes.append(outcomes(good, "mail")["mail"][1])
    assert codes == ["mail_sent", "mailed_lately", "mailed_lately", "mail_sent"]


def test_when_time_is_up_no_further_step_begins(good: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_test, "ALL_SECONDS", -1.0)
    assert set(outcomes(good, "mail").values()) == {("skipped", "no_time_left")}


def test_admins_alone_may_try_and_each_their_own(good: Caller, sam: Caller, cleo: Caller) -> None:
    sam.post("/api/carrier-account/test", json={}, expect=403)
    assert outcomes(cleo, "carrier")["api_key"] == ("warning", "api_key_missing"), "the platform's, not Ada's"
