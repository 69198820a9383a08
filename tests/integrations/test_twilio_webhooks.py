"""Signatures: the vectors of Twilio's own libraries, and every way in which a request may be wrong."""

import pytest

from dialer.domain.calls import CallState
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks
from dialer.ports import CarrierAccount

ACCOUNT = CarrierAccount("AC" + "1" * 32, "12345", calls_per_second=1.0, max_lines=1)
WEBHOOKS = TwilioWebhooks("https://mycompany.com")

Form = dict[str, list[str]]
U = "https://mycompany.com/myapp.php?foo=1&bar=2"
P: Form = {
    "CallSid": ["CA1234567890ABCDE"], "Digits": ["1234"], "From": ["+14158675309"], "To": ["+18005551212"],
    "Caller": ["+14158675309"],
}  # fmt: skip

VECTORS: list[tuple[str, str, Form, str]] = [
    ("plain", U, P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("a port that is stripped", U.replace(".com", ".com:1234"), P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("a port that was signed", U.replace(".com", ".com:443"), P, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    ("http and port 80", U.replace("https", "http").replace(".com", ".com:80"), P, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ("http", U.replace("https", "http"), P, "OyGYPqTF6ztdbRNCvuQO/oPvqQ4="),
    ("no parameters", U, {}, "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
    ("no query", "https://mycompany.com/myapp.php", P, "1xaxFBvyzXYvWplzNOSs28HWO94="),
    (
        "an encoded query",
        "https://mycompany.com/myapp.php?foo=hello%20world&bar=test%2Bvalue",
        P,
        "er2tvAP1Wx+iuTTE2BPgvEaN1cs=",
    ),
    (
        "blank values",
        U,
        {"Digits": [""], "CallSid": ["CA1234567890ABCDE"], "EmptyParam": [""]},
        "9HHp/OqQMEwdrVebHDdA/+tqjX8=",
    ),
    (
        "unsorted names",
        U,
        {"Zebra": ["last"], "Alpha": ["first"], "Beta": ["second"], "Gamma": ["third"]},
        "enveUe73ZTVLAekHxez3Qx6JuuQ=",
    ),
    (
        "repeated values",
        U,
        {"Sid": ["CA123"], "SidAccount": ["AC123"], "Digits": ["5678", "1234", "1234"]},
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ),
]
CASES = pytest.mark.parametrize(("url", "form", "signature"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS])


def genuine(url: str, form: Form, signature: str | None, account: CarrierAccount = ACCOUNT) -> bool:
    return WEBHOOKS.is_genuine(account, url=url, form=form, signature=signature)


@CASES
def test_the_official_vectors_are_genuine(url: str, form: Form, signature: str) -> None:
    assert genuine(url, form, signature)


@CASES
def test_nothing_may_be_added_changed_or_taken_away(url: str, form: Form, signature: str) -> None:
    assert not genuine(url, {**form, "Extra": [""]} if not form else {**form, "Extra": ["x"]}, signature)
    assert not genuine(url.replace("mycompany", "evilcompany"), form, signature)
    assert not genuine(url + "&more=1", form, signature)
    for name in form:
        assert not genuine(url, {**form, name: ["forged"]}, signature)
        if any(form[name]):
            assert not genuine(url, {key: value for key, value in form.items() if key != name}, signature)


@pytest.mark.parametrize("signature", [None, "", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "x", "é", "=" * 5000, "\0"])
def test_a_missing_or_mangled_signature_is_not_genuine_and_no_error(signature: str | None) -> None:
    assert not genuine(U, P, signature)


def test_another_accounts_token_does_not_sign_for_this_one() -> None:
    other = CarrierAccount("AC" + "2" * 32, "54321", calls_per_second=1.0, max_lines=1)
    assert not genuine(U, P, VECTORS[0][3], other)


def test_a_request_that_carries_a_body_hash_without_its_body_is_not_genuine() -> None:
    url = U + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    assert not genuine(url, P, "a9nBmqA0ju/hNViExpshrM61xv4=")


def test_every_word_that_a_callback_may_carry_is_understood_and_no_other() -> None:
    words = ["queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"]
    assert None not in {WEBHOOKS.parse_state(word) for word in words}
    assert WEBHOOKS.parse_state("in-progress") == CallState.ANSWERED
    assert {WEBHOOKS.parse_state(word) for word in ("", "answered", "COMPLETED", "cancelled")} == {None}
