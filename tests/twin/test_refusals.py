"""Requests Twilio refuses, and the numbers it refuses them with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.conftest import ACCOUNT, TOKEN, Twin

GOOD = {"To": "+14155550111", "From": "+14155550100", "Url": "http://example.com/answer"}


def refused(twin: Twin, changes: dict[str, Any], path: str = "/Calls.json") -> dict[str, Any]:
    form = {key: value for key, value in (GOOD | changes).items() if value is not None}
    answer = twin.rest("POST", path, data=form)
    assert answer.status_code >= 400, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": None}, 21201),
        ({"From": None}, 21213),
        ({"To": "not a number"}, 21211),
        ({"To": "+1415555"}, 21211),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21214),
        ({"To": "+15005550003"}, 21215),
        ({"To": "+15005550004"}, 21216),
        ({"To": "+19005551234"}, 21202),
        ({"From": "nobody"}, 21212),
        ({"From": "+15005550001"}, 21212),
        ({"Url": None}, 21205),
        ({"Url": "ftp://example.com"}, 21205),
        ({"Url": "/relative"}, 21205),
        ({"Method": "PUT"}, 21209),
        ({"FallbackUrl": "nonsense"}, 21205),
        ({"StatusCallback": "nonsense"}, 21609),
        ({"StatusCallback": "http://under_score.example.com/"}, 21609),
        ({"SendDigits": "12x"}, 21206),
        ({"SendDigits": "1" * 33}, 21206),
        ({"Timeout": "0"}, 21208),
        ({"Timeout": "601"}, 21208),
        ({"Timeout": "soon"}, 21208),
        ({"ApplicationSid": "AP" + "0" * 32}, 21218),
        ({"MachineDetection": "true"}, 21234),
        ({"MachineDetection": "Enable", "MachineDetectionTimeout": "2"}, 21234),
        ({"MachineDetection": "Enable", "MachineDetectionSpeechThreshold": "999"}, 21234),
        ({"MachineDetection": "Enable", "MachineDetectionSpeechEndThreshold": "5001"}, 21234),
        ({"MachineDetection": "Enable", "MachineDetectionSilenceTimeout": "1999"}, 21234),
        ({"MachineDetection": "Enable", "AsyncAmd": "True"}, 21234),
        ({"Url": None, "Twiml": "<Response>" + " " * 4000 + "</Response>"}, 32018),
    ],
)
def test_a_bad_create_request_is_refused_with_twilios_number(twin: Twin, changes: dict[str, Any], code: int) -> None:
    body = refused(twin, changes)
    assert body["code"] == code
    assert body["status"] == 400
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert set(body) == {"code", "message", "more_info", "status"}


def test_a_good_request_is_accepted(twin: Twin) -> None:
    assert twin.rest("POST", "/Calls.json", data=GOOD).status_code == 201


def test_a_number_written_the_american_way_is_understood(twin: Twin) -> None:
    answer = twin.rest("POST", "/Calls.json", data=GOOD | {"To": "(415) 555-0199"})
    assert answer.json()["to"] == "+14155550199"
    assert answer.json()["to_formatted"] == "(415) 555-0199"


def test_unknown_parameters_are_ignored_but_logged_loudly(twin: Twin) -> None:
    answer = twin.rest("POST", "/Calls.json", data=GOOD | {"StatusCallBack": "http://example.com"})
    assert answer.status_code == 201
    assert any(e["parameter"] == "StatusCallBack" for e in twin.log("warning"))


def test_url_wins_over_twiml_with_a_warning(twin: Twin) -> None:
    assert twin.rest("POST", "/Calls.json", data=GOOD | {"Twiml": "<Response/>"}).status_code == 201
    assert 32019 in twin.warnings()


def test_a_strict_account_calls_only_from_numbers_it_owns(twin: Twin) -> None:
    twin.door("/population", {"strict_from": True})
    assert refused(twin, {"From": "+14155559999"})["code"] == 21210
    twin.door("/numbers", {"phone_number": "+14155559999"})
    assert twin.rest("POST", "/Calls.json", data=GOOD | {"From": "+14155559999"}).status_code == 201


def test_a_script_may_refuse_the_next_create_with_any_number(twin: Twin) -> None:
    twin.script(GOOD["To"], refuse_with=21215)
    assert refused(twin, {})["code"] == 21215
    assert twin.rest("POST", "/Calls.json", data=GOOD).status_code == 201


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "0" * 32, TOKEN), ("", "")])
def test_wrong_credentials_are_refused(twin: Twin, auth: tuple[str, str] | None) -> None:
    answer = twin.rest("GET", "/Calls.json", auth=auth)
    assert answer.status_code == 401
    assert answer.json()["code"] == 20003
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_an_api_key_opens_calls_but_not_the_account_itself(twin: Twin) -> None:
    key = twin.door("/keys", {"secret": "hush"})["sid"]
    assert twin.rest("GET", "/Calls.json", auth=(key, "hush")).status_code == 200
    assert twin.rest("GET", ".json", auth=(key, "hush")).json()["code"] == 20003
    assert twin.rest("GET", ".json").status_code == 200


def test_accounts_do_not_see_each_other(twin: Twin) -> None:
    other = "AC" + "b2" * 16
    twin.door("/accounts", {"sid": other, "auth_token": "other"})
    assert twin.rest("GET", "/Calls.json", auth=(other, "other")).json()["code"] == 20003
    assert twin.client.api.v2010.accounts(ACCOUNT).fetch().sid == ACCOUNT


@pytest.mark.parametrize("path", ["/Calls/CA" + "0" * 32 + ".json", "/Nonsense.json", "/Conferences/CF1.json"])
def test_what_is_not_there_answers_20404(twin: Twin, path: str) -> None:
    answer = twin.rest("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)
    assert path in answer.json()["message"]


def test_a_method_a_path_does_not_know_is_refused(twin: Twin) -> None:
    answer = twin.rest("DELETE", "/Calls.json")
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)


def test_without_json_in_the_address_the_answer_is_xml(twin: Twin) -> None:
    answer = twin.rest("GET", "/Calls")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "<TwilioResponse><Calls>" in answer.text
