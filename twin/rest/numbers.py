"""Owns phone numbers: those the account has, those it may buy, and verified caller ids."""

from __future__ import annotations

import random
import re
from typing import Any

from twin.accounts import Settings
from twin.errors import TwilioError
from twin.identifiers import is_sid, new_sid
from twin.phone_numbers import formatted, normalise
from twin.rest import forms
from twin.rest.paging import page_answer
from twin.rest.representations import API, base, present_settings
from twin.rest.request import Answer, RestRequest

_URLS = {
    "VoiceUrl": "voice_url", "VoiceFallbackUrl": "voice_fallback_url", "StatusCallback": "status_callback",
    "SmsUrl": "sms_url", "SmsFallbackUrl": "sms_fallback_url",
}  # fmt: skip
_METHODS = {
    "VoiceMethod": "voice_method", "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method", "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}  # fmt: skip
_TEXTS = {
    "TrunkSid": "trunk_sid", "IdentitySid": "identity_sid", "AddressSid": "address_sid", "BundleSid": "bundle_sid",
    "EmergencyAddressSid": "emergency_address_sid", "EmergencyStatus": "emergency_status",
    "VoiceReceiveMode": "voice_receive_mode",
}  # fmt: skip
_APPLICATIONS = {"VoiceApplicationSid": "voice_application_sid", "SmsApplicationSid": "sms_application_sid"}
_KNOWN = frozenset(
    {*_URLS, *_METHODS, *_TEXTS, *_APPLICATIONS, "FriendlyName", "PhoneNumber", "AreaCode", "ApiVersion", "AccountSid",
     "VoiceCallerIdLookup"}
)  # fmt: skip
CAPABILITIES = {"voice": True, "sms": True, "mms": True, "fax": False}
_TAKEN, _INVALID, _FREE = "+15005550000", "+15005550001", "+15005550006"
_EMPTY_AREAS, _SEARCH_SIZE = frozenset({"533"}), 30
_SEARCH_FILTERS = frozenset({"SmsEnabled", "MmsEnabled", "VoiceEnabled"})


def default_values(phone_number: str, friendly_name: str | None = None) -> dict[str, Any]:
    return {
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API,
        "beta": False,
        "bundle_sid": None,
        "capabilities": dict(CAPABILITIES),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": friendly_name or formatted(phone_number),
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": phone_number,
        "sms_application_sid": None,
        "status": "in-use",
        "trunk_sid": None,
        "type": "local",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        **dict.fromkeys(_URLS.values(), ""),
        **dict.fromkeys(_METHODS.values(), "POST"),
    }


def _read(request: RestRequest) -> dict[str, Any]:
    values: dict[str, Any] = forms.addresses(request, _URLS, _METHODS)
    # Where an application holds null, a number holds an empty text.
    values = {key: "" if value is None else value for key, value in values.items()}
    for name, key in _TEXTS.items():
        if name in request.form:
            values[key] = request.text(name)
    for name, key in _APPLICATIONS.items():
        if name in request.form:
            sid = request.text(name)
            if sid and sid not in request.account.applications:
                raise TwilioError(21218, f"{name} is invalid: {sid}")
            values[key] = sid
    lookup = forms.optional_flag(request, "VoiceCallerIdLookup")
    if lookup is not None:
        values["voice_caller_id_lookup"] = lookup
    friendly_name = forms.limited(request, "FriendlyName", 64, 20002)
    if friendly_name is not None:
        values["friendly_name"] = friendly_name
    return values


def _present(request: RestRequest, number: Settings) -> dict[str, Any]:
    shown = present_settings(request.account, number, "IncomingPhoneNumbers")
    if "kind" in request.ids:
        # The lists by kind of number have every property but this one.
        del shown["type"]
    return shown


def _load(request: RestRequest) -> Settings:
    number = request.account.numbers.get(request.ids["number"])
    if number is None:
        raise request.missing()
    return number


async def create_number(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _KNOWN)
    text, area = request.text("PhoneNumber"), request.text("AreaCode")
    if text is not None:
        phone_number = _wanted(text)
    elif area is not None and "kind" not in request.ids:
        phone_number = _some_number(request, area)
    else:
        raise TwilioError(21421, "PhoneNumber is required")
    if any(account.number(phone_number) for account in request.world.accounts.values()):
        raise TwilioError(21422, f"{phone_number} is not available.")
    values = default_values(phone_number) | _read(request)
    number = request.account.own_number(values, request.world.clock.now())
    return Answer(201, _present(request, number), name="IncomingPhoneNumber")


def _wanted(text: str) -> str:
    number = normalise(text)
    if number is None or number == _INVALID:
        raise TwilioError(21421, f"{text} is not a valid number")
    if number == _TAKEN:
        raise TwilioError(21422, f"{number} is not available.")
    return number


def _some_number(request: RestRequest, area: str) -> str:
    _check_area(area)
    free = next(iter(_offers(request, area, lambda _: True)), None)
    if free is None:
        raise TwilioError(21452)
    return free


def _check_area(area: str) -> None:
    if not re.fullmatch(r"[2-9]\d{2}", area):
        raise TwilioError(21451, f"AreaCode is invalid: {area}")
    if area in _EMPTY_AREAS:
        raise TwilioError(21452)


async def fetch_number(request: RestRequest) -> Answer:
    return Answer(body=_present(request, _load(request)), name="IncomingPhoneNumber")


async def update_number(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _KNOWN)
    number = _load(request)
    number.values |= _read(request)
    number.date_updated = request.world.clock.now()
    return Answer(body=_present(request, number), name="IncomingPhoneNumber")


async def delete_number(request: RestRequest) -> Answer:
    del request.account.numbers[_load(request).sid]
    return Answer(204)


async def list_numbers(request: RestRequest) -> Answer:
    name, wanted = request.query.get("FriendlyName"), request.query.get("PhoneNumber")
    found = [
        number
        for number in reversed(request.account.numbers.values())
        if (not name or number.values["friendly_name"] == name)
        and (not wanted or _matches(number.values["phone_number"], wanted))
    ]
    key = "incoming_phone_numbers"
    return page_answer(request, key, found, lambda n: n.sid, lambda n: _present(request, n))


def _matches(phone_number: str, wanted: str) -> bool:
    """Twilio finds by part of a number; `*` stands for any digit."""
    pattern = re.escape(wanted.strip()).replace(r"\*", r"\d").replace(r"\ ", r"\+")
    return re.search(pattern, phone_number) is not None


async def list_countries(request: RestRequest) -> Answer:
    root = f"{base(request.account)}/AvailablePhoneNumbers"
    return Answer(body={"countries": [_country(request)], "uri": f"{root}.json"}, name="Countries")


async def fetch_country(request: RestRequest) -> Answer:
    if request.ids["country"] != "US":
        raise request.missing()
    return Answer(body=_country(request), name="Country")


def _country(request: RestRequest) -> dict[str, Any]:
    root = f"{base(request.account)}/AvailablePhoneNumbers/US"
    return {
        "beta": False,
        "country": "United States",
        "country_code": "US",
        "subresource_uris": {"local": f"{root}/Local.json"},
        "uri": f"{root}.json",
    }


async def search_local(request: RestRequest) -> Answer:
    """Offer invented but stable numbers: the same search finds the same ones until they are bought."""
    if request.ids["country"] != "US":
        raise request.missing()
    area, contains = request.query.get("AreaCode"), request.query.get("Contains")
    if area:
        _check_area(area)
    if contains and not re.fullmatch(r"[0-9A-Za-z*+]{2,16}", contains):
        raise TwilioError(20001, f"Contains is invalid: {contains}")
    size = int(request.query.get("PageSize") or _SEARCH_SIZE)
    offers = _offers(request, area or "415", lambda n: not contains or _matches(n, contains))
    if area and contains is None and not offers:
        raise TwilioError(21452)
    root = f"{base(request.account)}/AvailablePhoneNumbers/US/Local.json"
    body = {"available_phone_numbers": [_offer(number) for number in offers[:size]], "uri": root}
    return Answer(body=body, name="AvailablePhoneNumbers")


def _offers(request: RestRequest, area: str, fits: Any) -> list[str]:
    dice = random.Random(f"numbers|{area}")  # nosec B311 # noqa: S311 - the same offers every time
    owned = {n.values["phone_number"] for account in request.world.accounts.values() for n in account.numbers.values()}
    drawn = dict.fromkeys(f"+1{area}{dice.randint(200, 999)}{dice.randint(0, 9999):04d}" for _ in range(300))
    return [number for number in drawn if number not in owned and fits(number)][:1000]


def _offer(number: str) -> dict[str, Any]:
    return {
        "address_requirements": "none",
        "beta": False,
        "capabilities": dict(CAPABILITIES),
        "friendly_name": formatted(number),
        "iso_country": "US",
        "lata": "722",
        "latitude": 37.78,
        "locality": "San Francisco",
        "longitude": -122.38,
        "phone_number": number,
        "postal_code": "94105",
        "rate_center": "SNFC CNTRL",
        "region": "CA",
    }


async def list_caller_ids(request: RestRequest) -> Answer:
    wanted, name = request.query.get("PhoneNumber"), request.query.get("FriendlyName")
    found = [
        c
        for c in reversed(request.account.caller_ids.values())
        if (not wanted or c.values["phone_number"] == wanted) and (not name or c.values["friendly_name"] == name)
    ]
    return page_answer(request, "outgoing_caller_ids", found, lambda c: c.sid, lambda c: _present_caller_id(request, c))


def _present_caller_id(request: RestRequest, caller_id: Settings) -> dict[str, Any]:
    return present_settings(request.account, caller_id, "OutgoingCallerIds")


async def create_caller_id(request: RestRequest) -> Answer:
    """Begin verifying a number. The twin believes at once that it is yours; nobody is called."""
    text = request.text("PhoneNumber")
    number = normalise(text) if text else None
    if number is None:
        raise TwilioError(21401)
    name = request.text("FriendlyName") or formatted(number)
    now = request.world.clock.now()
    caller_id = Settings(new_sid("PN"), now, now, {"phone_number": number, "friendly_name": name})
    request.account.caller_ids[caller_id.sid] = caller_id
    body = {
        "account_sid": request.account.sid,
        "call_sid": new_sid("CA"),
        "friendly_name": name,
        "phone_number": number,
        "validation_code": "111111",
    }
    return Answer(200, body, name="ValidationRequest")


def _load_caller_id(request: RestRequest) -> Settings:
    caller_id = request.account.caller_ids.get(request.ids["caller_id"])
    if caller_id is None or not is_sid(caller_id.sid, "PN"):
        raise request.missing()
    return caller_id


async def fetch_caller_id(request: RestRequest) -> Answer:
    return Answer(body=_present_caller_id(request, _load_caller_id(request)), name="OutgoingCallerId")


async def delete_caller_id(request: RestRequest) -> Answer:
    del request.account.caller_ids[_load_caller_id(request).sid]
    return Answer(204)
