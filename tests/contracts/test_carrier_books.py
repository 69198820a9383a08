"""The `CarrierBooks` port's promises, kept by the fake and by Twilio's adapter against the twin."""
# ruff: noqa: F811 - fixtures of another module, asked for by their names

from dataclasses import replace

import pytest

from dialer.domain.errors import CarrierRefused, CarrierUnavailable
from dialer.integrations.carriers.twilio.carrier import TwilioCarrier
from dialer.ports import CarrierNumber
from tests.contracts.test_carrier import (  # noqa: F401
    ACCOUNT,
    APP,
    FROM,
    FakeSide,
    Side,
    number,
    side,
    twin_url,
    webhooks,
)


def test_an_account_in_good_standing_says_so_and_a_wrong_token_is_refused(side: Side) -> None:
    assert side.carrier.fetch_standing(ACCOUNT) == "active"
    if isinstance(side, FakeSide):
        side.carrier.will_refuse("20003")
    with pytest.raises(CarrierRefused) as caught:
        side.carrier.fetch_standing(replace(ACCOUNT, auth_token="not the token"))
    assert caught.value.scope == "account"


def test_the_numbers_of_an_account_are_listed_once_each_in_order(side: Side, number: str) -> None:
    other = number[:-1] + ("1" if number[-1] != "1" else "2")
    before = {one.e164 for one in side.carrier.list_caller_numbers(ACCOUNT)}
    for owned in sorted((number, other), reverse=True):
        side.own(owned, "Front desk")
    listed = side.carrier.list_caller_numbers(ACCOUNT)
    assert [one for one in listed if one.e164 not in before] == [
        CarrierNumber(owned, "Front desk", "owned", has_voice=True) for owned in sorted((number, other))
    ]


def test_an_account_without_a_key_and_one_with_a_wrong_key_are_refused(side: Side) -> None:
    with pytest.raises(CarrierRefused):
        side.carrier.check_api_key(ACCOUNT)
    if isinstance(side, FakeSide):
        side.carrier.will_refuse("20003")
    with pytest.raises(CarrierRefused) as caught:
        side.carrier.check_api_key(replace(ACCOUNT, api_key_sid="SK" + "1" * 32, api_key_secret="wrong"))
    assert caught.value.scope == "account"


def test_the_consoles_app_tells_where_it_asks_and_where_it_should(side: Side) -> None:
    assert side.carrier.find_console_app(ACCOUNT) is None
    side.point_app_at(APP, "https://elsewhere.example.com/voice")
    app = side.carrier.find_console_app(replace(ACCOUNT, twiml_app_sid=APP))
    assert app is not None
    assert app.voice_url == "https://elsewhere.example.com/voice"
    assert app.wanted_url.endswith("/webhooks/twilio/agent-leg")


def test_trouble_with_listing_numbers_is_told(side: Side) -> None:
    side.be_busy_with_others()
    with pytest.raises(CarrierUnavailable):
        side.carrier.list_caller_numbers(ACCOUNT)


def test_a_twin_that_is_started_with_numbers_owns_them(twin_url: str, webhooks: str) -> None:
    carrier = TwilioCarrier(webhooks, api_base_url=twin_url)
    assert CarrierNumber(FROM, "(415) 555-0100", "owned", has_voice=True) in carrier.list_caller_numbers(ACCOUNT)
